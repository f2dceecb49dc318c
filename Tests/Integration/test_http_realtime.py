"""Live speech over a WebSocket, as the official client and browsers speak it."""
import asyncio
import base64
import contextlib

import numpy as np
import pytest
from openai.types.realtime import (
    ConversationItemAdded, ConversationItemInputAudioTranscriptionCompletedEvent,
    ConversationItemInputAudioTranscriptionDeltaEvent, InputAudioBufferClearedEvent,
    InputAudioBufferCommittedEvent,
    InputAudioBufferSpeechStartedEvent, InputAudioBufferSpeechStoppedEvent, RealtimeErrorEvent)

import home_assistant
import lorikeet
import oracle
import soundfile
from conversation import TEXTS
from home_assistant import RATE
from http_realtime import (
    ADDED, COMMITTED, COMPLETED, DELTA, FAILED, STARTED, STOPPED, Session, command, converse, encoded, official,
    pieces,
    run, settings, silence)
from lorikeet import AUDIO

DECLARED = {
    STARTED: InputAudioBufferSpeechStartedEvent, STOPPED: InputAudioBufferSpeechStoppedEvent,
    COMMITTED: InputAudioBufferCommittedEvent, ADDED: ConversationItemAdded,
    DELTA: ConversationItemInputAudioTranscriptionDeltaEvent,
    COMPLETED: ConversationItemInputAudioTranscriptionCompletedEvent,
    "input_audio_buffer.cleared": InputAudioBufferClearedEvent, "error": RealtimeErrorEvent,
}
UNFINISHED = "en-11.wav"  # "Set a | timer for four seconds."


def assert_declared(events: list[dict]) -> None:
    """Each event has what the official client declares, and an id of its own."""
    for event in events:
        if event["type"] in DECLARED:
            DECLARED[event["type"]].model_validate(event)
    ids = [event["event_id"] for event in events]
    assert all(ids) and len(set(ids)) == len(ids)


def assert_in_order(events: list[dict], *, detected: bool = True) -> str:
    """The events of one utterance are complete and in order; its text."""
    own = [event for event in events if not event["type"].startswith("session.")]
    types = [event["type"] for event in own if event["type"] != DELTA]
    assert types == ([STARTED, STOPPED] if detected else []) + [COMMITTED, ADDED, COMPLETED], types
    items = {event["item"]["id"] if event["type"] == ADDED else event["item_id"] for event in own}
    assert len(items) == 1, own
    text = own[-1]["transcript"]
    assert own[-1]["type"] == COMPLETED
    assert "".join(event["delta"] for event in own if event["type"] == DELTA) == text
    return text


async def wyoming(port: int, name: str) -> str:
    text, _ = await home_assistant.transcribe(port, home_assistant.pcm(command(name, 0.5)), language=name[:2])
    return text


# The official client


@pytest.mark.parametrize("rate", [16_000, 24_000])
@pytest.mark.parametrize("name", TEXTS)
def test_the_official_client_gets_the_text_of_wyoming(name, rate, http):
    async def conversation():
        async with official(http) as connection:
            await connection.session.update(session=settings(rate, language=name[:2], model="gpt-4o-transcribe"))
            for piece in pieces(encoded(command(name), rate), rate):
                await connection.input_audio_buffer.append(audio=piece)
            events = []
            async for event in connection:
                events.append(event.to_dict())
                if event.type in (COMPLETED, FAILED, "error"):
                    break
            return events, await wyoming(http.port, name)

    events, expected = converse(conversation())
    assert events[0]["type"] == "session.updated"
    assert_declared(events)
    assert assert_in_order(events[1:]) == expected == TEXTS[name]


def test_without_an_update_24_khz_and_the_speakers_end_are_assumed(http):
    async def conversation(session: Session):
        await session.say(command("en-01.wav"))
        return session.events

    events = run(http, conversation)
    created = events[0]["session"]
    assert created["type"] == "transcription" and created["id"]
    assert created["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24_000}
    assert created["audio"]["input"]["turn_detection"]["type"] == "server_vad"
    assert_declared(events)
    assert assert_in_order(events) == TEXTS["en-01.wav"]


def test_audio_in_real_time_is_answered_while_it_goes_on(http):
    async def conversation(session: Session):
        sending = asyncio.create_task(session.append(encoded(command("en-01.wav", 6)), real_time=True))
        event = await session.until(COMPLETED)
        early = not sending.done()
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        return event, early, session.events

    event, early, events = run(http, conversation)
    assert early and event["transcript"] == TEXTS["en-01.wav"]
    signal = command("en-01.wav", 6)
    loud = np.flatnonzero(np.abs(signal) > 0.003) / RATE
    started = next(event for event in events if event["type"] == STARTED)["audio_start_ms"] / 1000
    stopped = next(event for event in events if event["type"] == STOPPED)["audio_end_ms"] / 1000
    assert started == pytest.approx(loud[0], abs=0.5)  # the official API may tell it with its padding
    assert loud[-1] - 0.1 < stopped < loud[-1] + 2


def test_the_settings_in_force_are_told(http):
    async def conversation(session: Session):
        detection = {"type": "server_vad", "silence_duration_ms": 700}
        return await session.update(16_000, language="es", model="whisper-1", turn_detection=detection)

    given = run(http, conversation)["session"]["audio"]["input"]
    assert given["format"] == {"type": "audio/pcm", "rate": 16_000}
    assert given["transcription"]["language"] == "es"
    assert {"type": "server_vad", "silence_duration_ms": 700}.items() <= given["turn_detection"].items()


def test_an_update_changes_only_what_it_names(http):
    async def conversation(session: Session):
        await session.update(16_000, language="es", turn_detection=None)
        await session.send("session.update", session={
            "type": "transcription", "audio": {"input": {"transcription": {"model": "whisper-1"}}}})
        return await session.until("session.updated")

    given = run(http, conversation)["session"]["audio"]["input"]
    assert given["format"]["rate"] == 16_000 and given["turn_detection"] is None


def test_completed_has_our_figures_and_words(http, said):
    async def conversation(session: Session):
        return await session.say(command("en-05.wav"))

    event = run(http, conversation)
    ours = event["lorikeet"]
    assert set(ours) >= {
        "audio_seconds", "latency_seconds", "device", "bucket", "language", "endpoint", "features_seconds",
        "encoder_seconds", "decoder_seconds", "words"}
    assert (ours["device"], ours["language"]) == ("CPU", "en")
    assert ours["endpoint"] in ("complete", "likely", "undecided", "open")
    assert 0 <= ours["latency_seconds"] < SECONDS_OF_A_TEST and ours["audio_seconds"] > 1
    assert [word["word"] for word in ours["words"]] == event["transcript"].split()
    for word in ours["words"]:
        assert 0 <= word["start"] <= word["end"] and 0 <= word["confidence"] <= 1
    assert event["usage"]["type"] == "duration" and event["usage"]["seconds"] > 1


SECONDS_OF_A_TEST = 30


# The end of an utterance


def test_two_utterances_on_one_connection_are_two_items(http):
    names = ["en-01.wav", "es-05.wav", "en-03.wav"]

    async def conversation(session: Session):
        ends = []
        for name in names:
            await session.say(command(name))
            ends.append(len(session.events))
        return session.events, ends

    events, ends = run(http, conversation)
    assert_declared(events)
    texts = [assert_in_order(events[begin:end]) for begin, end in zip([0, *ends], ends)]
    assert texts == [TEXTS[name] for name in names]
    committed = [event for event in events if event["type"] == COMMITTED]
    items = [event["item_id"] for event in committed]
    assert [event.get("previous_item_id") for event in committed] == [None, *items[:-1]]


def test_utterances_that_are_sent_without_waiting_are_answered_in_order(http):
    names = [*TEXTS] * 3
    audio = encoded(np.concatenate([command(name, 2) for name in names]))

    async def conversation(session: Session):
        sending = asyncio.create_task(session.append(audio))
        texts = [(await session.until(COMPLETED))["transcript"] for _ in names]
        await sending
        return texts

    assert run(http, conversation, seconds=60) == [TEXTS[name] for name in names]


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_without_turn_detection_the_commit_ends_the_utterance(rate, http):
    async def conversation(session: Session):
        await session.update(rate, turn_detection=None)
        for name in TEXTS:
            await session.append(encoded(command(name, 2), rate), rate)
            await session.send("input_audio_buffer.commit")
            await session.until(COMPLETED)
        return session.events

    events = run(http, conversation)
    assert_declared(events)
    assert not {STARTED, STOPPED} & {event["type"] for event in events}
    assert [event["transcript"] for event in events if event["type"] == COMPLETED] == list(TEXTS.values())


def test_a_pause_does_not_end_an_utterance_without_turn_detection(http):
    signal = np.concatenate([command("en-01.wav", 3), command("en-03.wav", 3)])

    async def conversation(session: Session):
        await session.update(turn_detection=None)
        await session.append(encoded(signal))
        await session.send("input_audio_buffer.commit")
        return await session.until(COMPLETED)

    assert run(http, conversation)["transcript"] == f"{TEXTS['en-01.wav']} {TEXTS['en-03.wav']}"


def test_a_commit_ends_an_utterance_before_its_speaker_has_finished(http):
    async def conversation(session: Session):
        await session.append(encoded(command("en-01.wav", 0.1)))
        await session.send("input_audio_buffer.commit")
        first = await session.until(COMPLETED)
        second = await session.say(command("en-03.wav"))
        return first["transcript"], second["transcript"]

    assert run(http, conversation) == (TEXTS["en-01.wav"], TEXTS["en-03.wav"])


def test_a_commit_of_nothing_is_an_error_or_an_empty_text(http):
    async def conversation(session: Session):
        await session.update(turn_detection=None)
        await session.send("input_audio_buffer.commit")
        answer = await session.until(COMPLETED, "error")
        assert answer["type"] == "error" or answer["transcript"] == ""
        await session.append(encoded(command("en-01.wav", 1)))
        await session.send("input_audio_buffer.commit")
        return (await session.until(COMPLETED))["transcript"]

    assert run(http, conversation) == TEXTS["en-01.wav"]


def test_silence_that_is_committed_has_an_empty_text(http):
    async def conversation(session: Session):
        await session.update(turn_detection=None)
        await session.append(encoded(silence(3)))
        await session.send("input_audio_buffer.commit")
        return (await session.until(COMPLETED))["transcript"]

    assert run(http, conversation) == ""


def test_silence_begins_no_utterance_that_speech_would_be_missing_from(http):
    """A microphone that is open for long before somebody speaks."""
    async def conversation(session: Session):
        await session.append(encoded(silence(20)))
        sending = asyncio.create_task(session.append(encoded(command("en-01.wav"))))
        while not (event := await session.until(COMPLETED))["transcript"]:
            pass
        await sending
        return event["transcript"]

    assert run(http, conversation) == TEXTS["en-01.wav"]


def test_what_is_cleared_is_not_transcribed(http):
    async def conversation(session: Session):
        await session.update(turn_detection=None)
        await session.append(encoded(command("en-01.wav", 1)))
        await session.send("input_audio_buffer.clear")
        await session.until("input_audio_buffer.cleared")
        await session.append(encoded(command("en-03.wav", 1)))
        await session.send("input_audio_buffer.commit")
        return (await session.until(COMPLETED))["transcript"], session.events

    text, events = run(http, conversation)
    assert text == TEXTS["en-03.wav"]
    assert_declared(events)


def test_what_is_cleared_in_the_midst_of_speech_is_not_transcribed(http):
    async def conversation(session: Session):
        await session.append(encoded(command("en-01.wav", 0)))
        await session.until(STARTED)
        await session.send("input_audio_buffer.clear")
        await session.until("input_audio_buffer.cleared")
        event = await session.say(command("es-05.wav"))
        return event["transcript"], session.types()

    text, types = run(http, conversation)
    assert text == TEXTS["es-05.wav"]
    assert types.count(COMPLETED) == 1


def paused(said, seconds: float) -> tuple[np.ndarray, str]:
    """An unfinished sentence, a pause, and its end."""
    recording = said.json(AUDIO / UNFINISHED)
    place = int(recording["words"][2]["start"] * RATE)
    signal = oracle.samples(AUDIO / UNFINISHED)
    parts = [silence(0.5), signal[:place], silence(seconds), signal[place:], silence(4)]
    return np.concatenate(parts), recording["text"]


@pytest.mark.parametrize("detection", [
    {"type": "server_vad"}, {"type": "semantic_vad"}, {"type": "semantic_vad", "eagerness": "low"},
    {"type": "semantic_vad", "eagerness": "auto"}, {"type": "semantic_vad", "eagerness": "medium"}], ids=str)
def test_a_pause_after_an_unfinished_text_does_not_end_the_utterance(detection, http, said):
    signal, text = paused(said, 0.9)

    async def conversation(session: Session):
        await session.update(turn_detection=detection)
        return await session.say(signal)

    assert run(http, conversation)["transcript"] == text


@pytest.mark.parametrize(["milliseconds", "count"], [(300, 2), (2_000, 1)])
def test_a_silence_that_the_client_names_ends_the_utterance_whatever_was_said(milliseconds, count, http, said):
    signal, text = paused(said, 0.9)

    async def conversation(session: Session):
        await session.update(turn_detection={"type": "server_vad", "silence_duration_ms": milliseconds})
        sending = asyncio.create_task(session.append(encoded(signal)))
        texts = [(await session.until(COMPLETED))["transcript"] for _ in range(count)]
        await sending
        return texts, [event["transcript"] for event in await session.drained() if event["type"] == COMPLETED]

    texts, more = run(http, conversation)
    assert len(texts) == count and not any(more)
    if count == 1:
        assert texts == [text]


@pytest.mark.parametrize(["eagerness", "count"], [("high", 2), ("low", 1)])
def test_the_eagerness_moves_the_times(eagerness, count, http):
    """The pause is as long as the usual time after a complete sentence."""
    both = np.concatenate([command("es-05.wav", 0.5), oracle.samples(AUDIO / "es-05.wav"), silence(4)])

    async def conversation(session: Session):
        await session.update(language="es", turn_detection={"type": "semantic_vad", "eagerness": eagerness})
        sending = asyncio.create_task(session.append(encoded(both)))
        texts = [(await session.until(COMPLETED))["transcript"] for _ in range(count)]
        await sending
        return texts

    text = TEXTS["es-05.wav"]
    assert run(http, conversation) == ([text, text] if count == 2 else [f"{text} {text}"])


def test_what_is_final_of_a_dictation_comes_while_it_goes_on(http, said):
    async def conversation(session: Session):
        await session.update(16_000, turn_detection=None)
        await session.append(encoded(oracle.samples(AUDIO / "long.flac"), 16_000), 16_000)
        early = [(await session.until(DELTA))["delta"] for _ in range(5)]
        await session.send("input_audio_buffer.commit")
        end = await session.until(COMPLETED)
        deltas = [event["delta"] for event in session.events if event["type"] == DELTA]
        return early, deltas, end["transcript"]

    early, deltas, text = run(http, conversation, seconds=60)
    assert "".join(deltas) == text and len(deltas) >= len(early)
    assert text == said.text(AUDIO / "long.flac")


def test_an_utterance_beyond_the_limit_is_ended(start_http):
    async def conversation(session: Session):
        await session.update(turn_detection=None)
        await session.append(encoded(command("en-01.wav", 6)))
        return (await session.until(COMPLETED))["transcript"]

    with start_http("--max-utterance-seconds", "5") as server:
        assert run(server, conversation) == TEXTS["en-01.wav"]
        server.assert_sound()


# Settings


@pytest.mark.parametrize("fields", [{"keywords": ["Natalie", "Smoking Room"]}, {"prompt": "Smoking Room"}],
    ids=str)
def test_a_name_of_the_session_is_heard(fields, http):
    samples = soundfile.read(lorikeet.REPOSITORY / "Tests/Fixtures/names/smoking-room.flac", dtype="float32")[0]
    signal = np.concatenate([silence(0.5), samples, silence(3)])

    async def conversation(session: Session):
        without = await session.say(signal)
        await session.update(**fields)
        return without["transcript"], (await session.say(signal))["transcript"]

    without, preferred = run(http, conversation)
    assert "smoking" not in without and preferred == "Turn on the smoking room light."


def test_the_language_of_the_session_is_that_of_its_utterances(http):
    async def conversation(session: Session):
        await session.update(language="es")
        return await session.say(command("es-05.wav"))

    event = run(http, conversation)
    assert (event["transcript"], event["lorikeet"]["language"]) == (TEXTS["es-05.wav"], "es")


def test_the_beta_names_work(http):
    async def conversation(session: Session):
        await session.send("transcription_session.update", session={
            "input_audio_format": "pcm16",
            "input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "en"},
            "turn_detection": {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300}})
        await session.until("session.updated", "transcription_session.updated")
        return (await session.say(command("en-01.wav")))["transcript"]

    assert run(http, conversation, additional_headers={"OpenAI-Beta": "realtime=v1"}) == TEXTS["en-01.wav"]


def test_the_beta_form_with_a_commit_works(http):
    async def conversation(session: Session):
        await session.send("transcription_session.update", session={
            "input_audio_format": "pcm16", "input_audio_transcription": {"model": "whisper-1"},
            "turn_detection": None})
        await session.until("session.updated", "transcription_session.updated")
        await session.append(encoded(command("es-05.wav", 1)))
        await session.send("input_audio_buffer.commit")
        return (await session.until(COMPLETED))["transcript"]

    assert run(http, conversation) == TEXTS["es-05.wav"]


@pytest.mark.parametrize("session", [
    {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 4_000}}}},
    {"audio": {"input": {"format": {"type": "audio/pcmu"}}}},
    {"audio": {"input": {"format": {"type": "audio/pcm", "rate": "fast"}}}},
    {"audio": {"input": {"transcription": {"model": "parakeet-tdt-9b"}}}},
    {"audio": {"input": {"transcription": {"model": 5}}}},
    {"audio": {"input": {"turn_detection": {"type": "magic_vad"}}}},
    {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "greedy"}}}},
    {"audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": -5}}}},
    {"audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": "long"}}}},
    {"audio": {"input": {"turn_detection": 7}}}, {"audio": {"input": []}}, {"audio": 5}, [], "transcription"],
    ids=str)
def test_a_wrong_setting_is_an_error_and_the_settings_before_stay(session, http):
    async def conversation(opened: Session):
        wrong = {"type": "transcription", **session} if isinstance(session, dict) else session
        await opened.send("session.update", session=wrong, event_id="mine")
        error = await opened.until("error")
        return error, (await opened.say(command("en-01.wav")))["transcript"]

    error, text = run(http, conversation)
    RealtimeErrorEvent.model_validate(error)
    assert error["error"]["message"] and error["error"]["event_id"] == "mine"
    assert text == TEXTS["en-01.wav"]


@pytest.mark.parametrize("data", [
    b"", b"{", b"null", b"[]", b"7", b'"session.update"', b"{}", b'{"type": 5}', b'{"type": null}',
    b'{"type": ""}',
    b'{"type": "response.create"}', b'{"type": "input_audio_buffer.append"}',
    b'{"type": "input_audio_buffer.append", "audio": 5}',
    b'{"type": "input_audio_buffer.append", "audio": "!!!!"}',
    b'{"type": "input_audio_buffer.append", "audio": "QUJ"}',
    b'{"type": "input_audio_buffer.append", "audio": "QUJD\\u0000"}',
    b'{"type": "session.update"}', b"[" * 100_000, b'{"a":' * 50_000, b'{"type": "\\ud800"}'],
    ids=lambda data: data[:60].decode())
def test_a_wrong_event_is_an_error_and_the_session_goes_on(data, http):
    async def conversation(session: Session):
        await session.socket.send(data.decode())
        error = await session.until("error")
        return error, (await session.say(command("en-01.wav")))["transcript"]

    error, text = run(http, conversation)
    RealtimeErrorEvent.model_validate(error)
    assert text == TEXTS["en-01.wav"]


def test_an_error_names_the_event_that_it_answers(http):
    async def conversation(session: Session):
        await session.send("response.create", event_id="event-17")
        return await session.until("error")

    error = run(http, conversation)["error"]
    assert error["event_id"] == "event-17" and "response.create" in error["message"]


@pytest.mark.parametrize("size", [1, 2, 3, 479, 481, 9_601, 700_000])
def test_audio_can_be_cut_anywhere_even_in_a_sample(size, http):
    if size < 400:
        audio = encoded(command("en-03.wav", 0.5))

        async def conversation(session: Session):
            await session.update(turn_detection=None)
            await session.append(audio[:3_001], size=size)
            await session.append(audio[3_001:])
            await session.send("input_audio_buffer.commit")
            return (await session.until(COMPLETED))["transcript"]
    else:
        async def conversation(session: Session):
            return (await session.say(command("en-03.wav"), size=size))["transcript"]

    assert run(http, conversation) == TEXTS["en-03.wav"]


def test_an_append_of_nothing_changes_nothing(http):
    async def conversation(session: Session):
        for _ in range(10):
            await session.send("input_audio_buffer.append", audio="")
        return (await session.say(command("en-01.wav")))["transcript"]

    assert run(http, conversation) == TEXTS["en-01.wav"]


def test_sessions_do_not_disturb_each_other(http):
    async def one(name: str):
        async def conversation(session: Session):
            return (await session.say(command(name)))["transcript"]

        from http_realtime import session

        async with session(http) as opened:
            return await conversation(opened)

    async def all_of_them():
        return await asyncio.gather(*(one(name) for name in [*TEXTS] * 4))

    assert converse(all_of_them(), 60) == [*TEXTS.values()] * 4


def test_noise_in_the_base64_of_one_event_does_not_shift_the_samples_of_the_next(http):
    """An odd byte waits for its other half; a refused event leaves none behind."""
    audio = encoded(command("en-03.wav", 1), 16_000)

    async def conversation(session: Session):
        await session.update(16_000, turn_detection=None)
        await session.send("input_audio_buffer.append", audio=base64.b64encode(audio[:1_001]).decode())
        await session.send("input_audio_buffer.append", audio="?")
        await session.until("error")
        await session.send("input_audio_buffer.append", audio=base64.b64encode(audio[1_001:]).decode())
        await session.send("input_audio_buffer.commit")
        return (await session.until(COMPLETED))["transcript"]

    assert run(http, conversation) == TEXTS["en-03.wav"]
