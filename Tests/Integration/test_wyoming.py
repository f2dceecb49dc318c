"""`lorikeet serve` as the official Wyoming client sees it: its info, and utterances in every form."""
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest
import soxr
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong

import home_assistant
import oracle
from conversation import SECONDS, SILENCE, STOP, TEXTS, audio, chunks, converse, send_and_receive, start
from home_assistant import client, pcm, receive_transcript, speak
from lorikeet import AUDIO

# Info


def test_describe_is_answered_with_models_and_languages(server):
    info = converse(home_assistant.describe(server.port))
    (program,) = info.asr
    assert program.installed and program.name and program.version and program.description
    assert program.attribution.name and program.attribution.url
    assert program.models
    for model in program.models:
        assert model.installed and model.name and model.version and model.description
        assert model.attribution.name and model.attribution.url
    assert {language for model in program.models for language in model.languages} >= {"en", "es"}


def test_info_has_every_key_and_no_null_that_breaks_the_setup_of_home_assistant(server):
    async def conversation():
        async with client(server.port) as connection:
            await connection.write_event(Describe().event())
            return (await connection.read_event()).data

    data = converse(conversation())
    (program,) = data["asr"]
    for artifact in [program, *program["models"]]:
        for key in ("name", "attribution", "installed", "description", "version"):
            assert artifact[key] is not None, key
    for flag in (
        "supports_transcript_streaming", "requires_external_vad", "prefers_auto_gain_enabled",
        "prefers_noise_reduction_enabled"):
        assert isinstance(program[flag], bool), flag
    for kind, services in data.items():
        assert kind == "asr" or services in ([], None), kind


def test_info_is_sent_in_the_data_part_because_header_lines_are_limited(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection:
        connection.sendall(b'{"type": "describe"}\n')
        header = json.loads(connection.makefile("rb").readline())
    assert header["type"] == "info"
    assert header["data_length"] > 0
    assert not header.get("data")


@pytest.mark.parametrize("text", ["are you there", None])
def test_a_ping_is_answered_with_its_text(text, server):
    async def conversation():
        async with client(server.port) as connection:
            await connection.write_event(Ping(text=text).event())
            return await connection.read_event()

    event = converse(conversation())
    assert Pong.is_type(event.type)
    assert Pong.from_event(event).text == text


# Utterances


@pytest.mark.parametrize("name", TEXTS)
def test_an_utterance_from_home_assistant_is_transcribed(name, server):
    text, _ = converse(home_assistant.transcribe(server.port, audio(name), language=name[:2]))
    assert text == TEXTS[name]


def test_an_utterance_in_real_time_is_transcribed(server):
    text, _ = converse(home_assistant.transcribe(server.port, audio("en-01.wav"), real_time=True))
    assert text == TEXTS["en-01.wav"]


@pytest.mark.parametrize("size", [100, 320, 1_001, 1_000_000])
def test_chunks_of_any_size_are_accepted_even_if_they_split_a_sample(size, server):
    events = [start(), *chunks(audio("en-01.wav"), size=size), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


def test_several_utterances_on_one_connection_are_transcribed(server):
    async def conversation():
        async with client(server.port) as connection:
            return [(await speak(connection, audio(name), language=name[:2]))[0] for name in TEXTS]

    assert converse(conversation()) == list(TEXTS.values())


@pytest.mark.parametrize("transcribe", [
    Transcribe(),
    Transcribe(language="xx"),
    Transcribe(name="no-such-model"),
    Transcribe(name="builtin", language="en", context={"conversation": 1}, vad_sensitivity="aggressive"),
], ids=["empty", "unknown language", "unknown model", "everything"])
def test_any_transcribe_event_is_accepted(transcribe, server):
    events = [transcribe.event(), start(), *chunks(audio("en-01.wav")), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


def test_an_utterance_without_a_transcribe_event_is_transcribed(server):
    assert converse(send_and_receive(server.port, start(), *chunks(audio("en-01.wav")), STOP)) == TEXTS["en-01.wav"]


def test_an_utterance_without_audio_start_is_transcribed(server):
    events = [Transcribe(language="en").event(), *chunks(audio("en-01.wav")), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


@pytest.mark.parametrize("events", [
    [Transcribe(language="en").event(), start(), STOP],
    [Transcribe(language="en").event(), STOP],
    [STOP],
    [start(), AudioChunk(rate=16_000, width=2, channels=1, audio=b"").event(), STOP],
], ids=["no chunks", "no start", "nothing but the stop", "an empty chunk"])
def test_an_utterance_without_audio_has_an_empty_transcript(events, server):
    assert converse(send_and_receive(server.port, *events)) == ""


def unsigned_8_bit(signal):
    return np.clip(np.round(signal * 128) + 128, 0, 255).astype(np.uint8).tobytes()


def signed_24_bit(signal):
    return np.round(signal * 8388607).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def signed_32_bit(signal):
    return np.round(signal.astype(np.float64) * 2147483647).astype("<i4").tobytes()


@pytest.mark.parametrize(("rate", "channels", "width", "convert"), [
    (44_100, 2, 2, pcm), (48_000, 1, 2, pcm), (8_000, 1, 2, pcm), (16_000, 1, 1, unsigned_8_bit),
    (16_000, 1, 3, signed_24_bit), (16_000, 1, 4, signed_32_bit), (48_000, 6, 4, signed_32_bit)])
@pytest.mark.parametrize("name", ["en-03.wav", "es-05.wav"])
def test_other_audio_formats_are_transcribed(name, rate, channels, width, convert, server):
    signal = soxr.resample(np.concatenate([oracle.samples(AUDIO / name), SILENCE]), 16_000, rate)
    data = convert(np.stack([np.clip(signal, -1, 1)] * channels, axis=1).reshape(-1))
    format = {"rate": rate, "width": width, "channels": channels}
    events = [start(**format), *chunks(data, **format, size=rate // 100 * width * channels), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS[name]


def test_channels_that_cancel_each_other_are_transcribed_with_one_warning(start_server):
    mono = np.frombuffer(audio("en-01.wav"), dtype="<i2")
    stereo = np.stack([mono, -np.maximum(mono, -32767)], axis=1).tobytes()

    async def conversation(port: int) -> list[str]:
        async with client(port) as connection:
            texts = []
            for size in (2048, 4799):
                for event in [*chunks(stereo, channels=2, size=size), STOP]:
                    await connection.write_event(event)
                texts.append(await receive_transcript(connection))
            return texts

    with start_server() as server:
        assert converse(conversation(server.port)) == [TEXTS["en-01.wav"]] * 2
        assert server.messages().count("channels cancel each other") == 1
        assert "channel=1 channels=2" in server.messages()


def test_the_format_of_audio_chunks_overrides_that_of_audio_start(server):
    events = [start(rate=44_100, channels=2), *chunks(audio("en-01.wav")), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


@pytest.mark.parametrize("name", ["en-01.wav", None], ids=["speech", "nothing said"])
def test_streaming_events_come_in_order_and_the_transcript_is_their_sum(name, server):
    async def conversation():
        async with client(server.port) as connection:
            for event in [Transcribe(language="en").event(), start(), *(chunks(audio(name)) if name else []), STOP]:
                await connection.write_event(event)
            answers = [await connection.read_event()]
            while answers[-1].type != "transcript-stop":
                answers.append(await connection.read_event())
            return answers

    answers = converse(conversation())
    pieces = ["transcript-chunk"] if name else []
    assert [event.type for event in answers] == ["transcript-start", *pieces, "transcript", "transcript-stop"]
    transcript = answers[-2].data
    assert transcript["text"] == "".join(event.data["text"] for event in answers[1:-2]) == TEXTS.get(name, "")
    assert transcript["language"] == answers[0].data["language"] == "en"


def test_select_program_and_a_late_transcribe_are_accepted(server):
    events = [
        Event("select-program", {"name": "no such program"}), start(), *chunks(audio("en-03.wav")),
        Transcribe(name="no such model", language="en").event(), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-03.wav"]


def test_describe_and_ping_in_the_middle_of_an_utterance_are_answered(server):
    async def conversation():
        async with client(server.port) as connection:
            pieces = chunks(audio("en-01.wav"))
            for event in [start(), *pieces[:3], Describe().event(), Ping(text="here?").event(), *pieces[3:], STOP]:
                await connection.write_event(event)
            assert Info.is_type((await connection.read_event()).type)
            assert (await connection.read_event()).data["text"] == "here?"
            return await receive_transcript(connection)

    assert converse(conversation()) == TEXTS["en-01.wav"]


def test_the_official_http_server_in_front_works(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "wyoming.http.asr_server", "--host", "127.0.0.1", "--port", str(port),
               "--uri", server.uri]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/api/speech-to-text?language=es"
    try:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                request = urllib.request.Request(
                    url, data=(AUDIO / "es-01.wav").read_bytes(), headers={"Content-Type": "audio/wav"})
                with urllib.request.urlopen(request, timeout=SECONDS) as response:
                    answer = json.load(response)
                break
            except urllib.error.URLError as error:
                assert not isinstance(error, urllib.error.HTTPError), error
                assert time.monotonic() < deadline
                time.sleep(0.2)
    finally:
        process.kill()
        process.wait()
    assert (answer["text"], answer["language"]) == (TEXTS["es-01.wav"], "es")
