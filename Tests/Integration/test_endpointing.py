"""The end of speech heard by the server, as clients see it."""
import asyncio
import contextlib
import json
import time

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioStop
from wyoming.error import Error

import home_assistant
import lorikeet
import oracle
import serving
from conversation import STOP, TEXTS, Raw, assert_well, chunks, converse, start
from home_assistant import RATE, client, pcm
from lorikeet import AUDIO

UNFINISHED = "en-11.wav"  # "Set a | timer for four seconds."
CHUNK = 2 * RATE // 100  # bytes, as Home Assistant's


def said(name: str) -> np.ndarray:
    return oracle.samples(AUDIO / name)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def command(name: str, tail: float = 3) -> np.ndarray:
    return np.concatenate([silence(0.5), said(name), silence(tail)])


@pytest.fixture(scope="module")
def listening(start_server):
    with start_server("--endpointing", "on", "--log-transcripts") as server:
        yield server
        assert server.process.poll() is None, f"the server has died:\n{server.messages()}"


async def upload(connection, audio: bytes, real_time: bool) -> None:
    begin = time.monotonic()
    for index, chunk in enumerate(chunks(audio, size=CHUNK)):
        if real_time:
            await asyncio.sleep(begin + index / 100 - time.monotonic())
        await connection.write_event(chunk)


async def events_before_stop(
    port: int, signal: np.ndarray, real_time: bool = True, transcribe: Transcribe | None = None
) -> tuple[list, bool]:
    """The events up to the first transcript, and whether it came while audio was still being sent."""
    async with client(port) as connection:
        await connection.write_event((transcribe or Transcribe(language="en")).event())
        await connection.write_event(start())
        sending = asyncio.create_task(upload(connection, pcm(signal), real_time))
        events = []
        while not events or events[-1].type not in ("transcript", "error"):
            event = await connection.read_event()
            assert event is not None, f"the connection ended after {events}"
            events.append(event)
        early = not sending.done()
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        return events, early


def await_log(server, text: str) -> None:
    """Waits until the log, which is written by a thread of its own, has a text."""
    deadline = time.monotonic() + 5
    while text not in server.messages():
        assert time.monotonic() < deadline, server.messages()
        time.sleep(0.05)


def heard(port: int, signal: np.ndarray, **options) -> str:
    events, _ = converse(events_before_stop(port, signal, **options))
    assert events[-1].type == "transcript", events
    return Transcript.from_event(events[-1]).text


@pytest.mark.parametrize("name", TEXTS)
def test_the_transcript_comes_while_the_client_still_sends(listening, name):
    language = name[:2]
    events, early = converse(
        events_before_stop(listening.port, command(name, tail=6), transcribe=Transcribe(language=language)))
    assert early
    assert [event.type for event in events if event.type != "transcript-chunk"] == [
        "voice-started", "voice-stopped", "transcript-start", "transcript"]
    assert Transcript.from_event(events[-1]).text == TEXTS[name]
    begin, end = (event.data["timestamp"] / 1000 for event in events[:2])
    loud = np.flatnonzero(np.abs(command(name)) > 0.003) / RATE
    assert begin == pytest.approx(loud[0], abs=0.15)
    assert loud[-1] < end < loud[-1] + 2


def test_info_says_who_hears_the_end(listening, server):
    asr = converse(home_assistant.describe(listening.port)).asr[0]
    assert asr.requires_external_vad is False
    assert converse(home_assistant.describe(server.port)).asr[0].requires_external_vad is True


def test_addresses_of_one_server_can_differ():
    options = ["--uri", "tcp://127.0.0.1:0", "--uri", "tcp://127.0.0.1:0?endpointing=on"]
    with serving.serving(*options, count=2) as (addresses, _, _):
        flags = {converse(home_assistant.describe(serving.port(uri))).asr[0].requires_external_vad for uri in addresses}
    assert flags == {True, False}


def test_without_endpointing_nothing_is_sent_before_the_clients_end(server):
    async def conversation():
        async with client(server.port) as connection:
            await connection.write_event(start())
            await upload(connection, pcm(command("en-01.wav", tail=2)), real_time=True)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(connection.read_event(), 1)
            await connection.write_event(STOP)
            return (await connection.read_event()).type, await home_assistant.receive_transcript(connection)

    assert converse(conversation()) == ("transcript-start", TEXTS["en-01.wav"])


def test_a_client_that_reads_only_after_its_own_end_loses_nothing(listening):
    """Home Assistant up to 2026.9."""
    text, _ = converse(
        home_assistant.transcribe(listening.port, pcm(command("en-03.wav", tail=1.2)), real_time=True))
    assert text == TEXTS["en-03.wav"]


def test_a_client_that_ignores_the_early_transcript_gets_a_clean_end(listening):
    async def conversation():
        async with client(listening.port) as connection:
            await connection.write_event(start())
            await upload(connection, pcm(command("en-01.wav", tail=4)), real_time=False)
            await connection.write_event(STOP)
            # The next utterance is a new one.
            second, _ = await home_assistant.speak(connection, pcm(command("es-05.wav", tail=2)), "es", real_time=True)
            return second, await home_assistant.receive_transcript(connection)

    first, second = converse(conversation())
    assert (first, second) == (TEXTS["en-01.wav"], TEXTS["es-05.wav"])


def test_a_client_that_leaves_with_the_early_transcript_does_no_harm(listening):
    """Home Assistant from 2026.10 on."""
    for _ in range(3):
        assert heard(listening.port, command("en-03.wav")) == TEXTS["en-03.wav"]
    converse(assert_well(listening.port))
    assert " error " not in listening.messages()


def test_each_utterance_has_one_transcript(listening):
    async def conversation():
        async with client(listening.port) as connection:
            await connection.write_event(start())
            await upload(connection, pcm(command("en-01.wav", tail=2)), real_time=True)
            await connection.write_event(STOP)
            types = []
            with contextlib.suppress(asyncio.TimeoutError):
                while event := await asyncio.wait_for(connection.read_event(), 1):
                    types.append(event.type)
            return types

    assert converse(conversation()).count("transcript") == 1


@pytest.mark.parametrize("real_time", [True, False], ids=["in real time", "at once"])
def test_a_pause_after_an_unfinished_text_does_not_end_the_utterance(listening, transcribe, real_time):
    [recording] = transcribe.json(AUDIO / UNFINISHED)
    words = recording["words"]
    place = int(words[2]["start"] * RATE)
    signal = said(UNFINISHED)
    paused = np.concatenate([silence(0.5), signal[:place], silence(0.9), signal[place:], silence(3)])
    assert heard(listening.port, paused, real_time=real_time) == recording["text"]


@pytest.mark.parametrize("sensitivity, count", [("aggressive", 1), ("relaxed", 2), ("unheard-of", 1)])
def test_the_clients_sensitivity_moves_the_times(listening, sensitivity, count):
    # The pause is longer than the usual time after a complete sentence, and shorter than the relaxed one.
    both = np.concatenate([command("es-05.wav", tail=0.5), said("es-05.wav"), silence(3)])
    transcribe = Transcribe(language="es", vad_sensitivity=sensitivity)
    text = heard(listening.port, both, transcribe=transcribe)
    assert text == " ".join([TEXTS["es-05.wav"]] * count)


@pytest.mark.parametrize("signal", [silence(8), np.random.default_rng(1).standard_normal(8 * RATE) * 0.01],
                         ids=["silence", "noise"])
@pytest.mark.parametrize("real_time", [True, False], ids=["in real time", "at once"])
def test_audio_without_speech_is_answered_with_an_empty_text(start_server, signal, real_time):
    with start_server("--endpointing", "on", "--endpoint-no-speech-seconds", "2") as server:
        events, early = converse(events_before_stop(server.port, signal, real_time))
        assert [event.type for event in events] == ["transcript-start", "transcript"]
        assert Transcript.from_event(events[-1]).text == ""
        assert early or not real_time


def test_speech_that_does_not_end_is_answered_at_the_limit(start_server):
    talk = oracle.samples(AUDIO / "long.flac")
    with start_server("--endpointing", "on", "--endpoint-longest-seconds", "4", "--endpoint-complete-seconds", "5",
                      "--endpoint-undecided-seconds", "5", "--endpoint-open-seconds", "5") as server:
        events, _ = converse(events_before_stop(server.port, talk[:20 * RATE], real_time=False))
        stopped = [event.data["timestamp"] for event in events if event.type == "voice-stopped"]
        assert stopped == [4000] or stopped == [4010]
        await_log(server, "endpoint=longest")


def test_a_weaker_voice_behind_the_command_is_left_out(listening):
    """A television 12 dB below the voice, which begins 0.2 s after it."""
    speech, talk = said("en-03.wav"), said("long.flac")[:8 * RATE]
    talk = talk * np.sqrt(np.mean(speech**2) / np.mean(talk**2)) * 10 ** (-12 / 20)
    spoken = np.flatnonzero(np.abs(speech) > 0.01)[-1]
    signal = np.concatenate([silence(0.5), speech[:spoken], silence(0.2), talk]).astype(np.float32)
    assert heard(listening.port, signal) == TEXTS["en-03.wav"]
    await_log(listening, "endpoint=background")


def test_audio_in_another_format_and_in_large_chunks_ends_as_well(listening):
    async def conversation():
        async with client(listening.port) as connection:
            for event in [start(rate=RATE), *chunks(pcm(command("en-01.wav", tail=5)), size=RATE)]:
                await connection.write_event(event)
            return await home_assistant.receive_transcript(connection)

    assert converse(conversation()) == TEXTS["en-01.wav"]


def test_the_log_names_the_reason(listening):
    heard(listening.port, command("es-05.wav"))
    await_log(listening, "endpoint=complete")


@pytest.mark.parametrize("option, value, message", [
    ("--endpointing", "perhaps", "off or on"),
    ("--endpoint-complete-seconds", "0", "0.2 to 5"),
    ("--endpoint-longest-seconds", "1", "3 to 300"),
    ("--uri", "tcp://127.0.0.1:0?endpointing=perhaps", "expected on or off"),
])
def test_a_wrong_setting_is_refused_with_what_is_accepted(option, value, message):
    result = lorikeet.run("serve", option, value)
    assert result.returncode != 0 and message in result.stderr, result.stderr


def test_endpointing_needs_voice_activity():
    result = lorikeet.run("serve", "--endpointing", "on", "--vad", "off")
    assert result.returncode != 0 and "use vad trim" in result.stderr, result.stderr


def test_a_client_that_stops_in_the_midst_of_its_speech_is_answered(listening):
    async def conversation():
        async with client(listening.port) as connection:
            await connection.write_event(start())
            await upload(connection, pcm(command("en-01.wav", tail=0.1)), real_time=False)
            await connection.write_event(AudioStop().event())
            return await home_assistant.receive_transcript(connection)

    assert converse(conversation()) == TEXTS["en-01.wav"]


def test_a_broken_event_after_the_early_transcript_is_answered_with_an_error(listening):
    async def conversation():
        async with await Raw.connect(listening.port) as connection:
            await connection.send(b'{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1}}\n')
            audio = pcm(command("en-01.wav"))
            for offset in range(0, len(audio), 3200):
                part = audio[offset:offset + 3200]
                header = {"type": "audio-chunk", "data": {"rate": 16000, "width": 2, "channels": 1},
                          "payload_length": len(part)}
                await connection.send(json.dumps(header).encode() + b"\n" + part)
            types = []
            while not types or types[-1] != "transcript-stop":
                types.append((await connection.receive()).type)
            await connection.send(b"{]\n")
            event = await connection.receive()
            return types, event

    types, event = converse(conversation())
    assert "transcript" in types
    assert Error.is_type(event.type)
