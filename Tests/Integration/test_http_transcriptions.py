"""Transcripts over HTTP as the official client sees them: formats, languages, names, models, streams."""
import asyncio
import contextlib
import io
import itertools
import json
import math

import numpy as np
import openai
import pytest
import soundfile
import srt
import webvtt
from openai.types.audio import Transcription, TranscriptionVerbose

import home_assistant
import lorikeet
from conversation import SILENCE, TEXTS, converse
from http_serving import UPLOAD, assert_refused, form, heard, request, upload
from lorikeet import AUDIO

RECORDING = AUDIO / "en-05.wav"
LONG = AUDIO / "long.flac"
SUBTITLED = ["en-01.wav", "es-12.wav", "long.flac"]
NAMES = lorikeet.REPOSITORY / "Tests/Fixtures/names"
NAME, WITHOUT, WITH = "Smoking Room", "Turn on the smoke room light.", "Turn on the smoking room light."
SMOKING_ROOM = NAMES / "smoking-room.flac"
ALIASES = ["builtin", "whisper-1", "whisper-large-v3", "gpt-4o-transcribe", "gpt-4o-mini-transcribe",
    "gpt-transcribe"]
GRANULARITIES = [(), ("segment",), ("word",), ("segment", "word")]


def create(client: openai.OpenAI, path, **options):
    return client.audio.transcriptions.create(file=path, **{"model": "whisper-1"} | options)


def words_of(text: str) -> list[str]:
    return text.split()


# The text


@pytest.mark.parametrize("name", TEXTS)
def test_a_recording_has_the_same_text_over_http_and_wyoming_and_in_the_terminal(name, http, openai_client, said):
    samples = np.concatenate([soundfile.read(AUDIO / name, dtype="float32")[0], SILENCE])
    wyoming, _ = converse(home_assistant.transcribe(http.port, home_assistant.pcm(samples), language=name[:2]))
    text = create(openai_client, AUDIO / name, language=name[:2]).text
    assert text == said.text(AUDIO / name, "--language", name[:2]) == wyoming == TEXTS[name]


def test_every_recording_has_the_text_of_the_terminal(http, said):
    names = [name for name in lorikeet.RECORDINGS if name != LONG.name]
    expected = said.texts([AUDIO / name for name in names])
    assert [heard(http, (AUDIO / name).read_bytes()) for name in names] == expected


def test_a_long_recording_has_the_text_of_the_terminal(http, said):
    assert heard(http, LONG.read_bytes(), name="long.flac") == said.text(LONG)


def test_many_clients_at_once_get_the_same_texts_as_alone(http, said):
    async def conversation():
        async with http.async_client() as client:
            return await asyncio.gather(*(
                client.audio.transcriptions.create(model="whisper-1", file=AUDIO / name) for name in [*TEXTS] * 4))

    expected = said.texts([AUDIO / name for name in TEXTS]) * 4
    assert [result.text for result in asyncio.run(asyncio.wait_for(conversation(), 120))] == expected


def test_a_recording_without_speech_has_an_empty_text(http, openai_client):
    silence = bytearray((AUDIO / "en-01.wav").read_bytes())
    silence[44:] = bytes(len(silence) - 44)
    for format in ("json", "verbose_json"):
        answer = upload(http, bytes(silence), ("model", "whisper-1"), ("response_format", format))
        assert answer.status == 200 and answer.json()["text"] == "", answer.body
    for format in ("text", "srt", "vtt"):
        answer = upload(http, bytes(silence), ("model", "whisper-1"), ("response_format", format))
        assert answer.status == 200 and answer.text.strip() in ("", "WEBVTT"), answer.body


# Formats


def test_json_has_text_languages_and_the_duration(http, said):
    data = upload(http, RECORDING.read_bytes(), ("model", "whisper-1"), ("response_format", "json")).json()
    result = Transcription.model_validate(data, strict=True)
    assert result.text == said.text(RECORDING)
    assert [language.code for language in result.languages] == ["en"]
    assert result.usage.type == "duration"
    assert result.usage.seconds == pytest.approx(soundfile.info(RECORDING).duration, abs=0.05)
    assert "logprobs" not in data


def test_text_is_the_text_and_a_newline(http, openai_client, said):
    answer = upload(http, RECORDING.read_bytes(), ("model", "whisper-1"), ("response_format", "text"))
    assert answer.headers.get_content_type() == "text/plain"
    assert answer.text == said.text(RECORDING) + "\n"
    assert create(openai_client, RECORDING, response_format="text") == answer.text


@pytest.mark.parametrize("format", ["srt", "vtt"])
@pytest.mark.parametrize("name", SUBTITLED)
def test_subtitles_are_those_of_the_terminal(name, format, openai_client, said):
    assert create(openai_client, AUDIO / name, response_format=format) == said.printed(AUDIO / name, format)


def test_srt_is_read_by_another_program(openai_client, said):
    cues = list(srt.parse(create(openai_client, LONG, response_format="srt")))
    assert len(cues) > 10
    assert words_of(" ".join(cue.content for cue in cues)) == words_of(said.text(LONG))
    for cue, following in itertools.pairwise(cues):
        assert cue.start < cue.end <= following.start


def test_vtt_is_read_by_another_program(openai_client, said, tmp_path):
    answer = create(openai_client, LONG, response_format="vtt")
    (tmp_path / "long.vtt").write_text(answer, encoding="utf-8")
    captions = webvtt.read(tmp_path / "long.vtt").captions
    assert len(captions) > 10
    assert words_of(" ".join(caption.text for caption in captions)) == words_of(said.text(LONG))


@pytest.mark.parametrize(["format", "kind"], [
    ("json", "application/json"), ("verbose_json", "application/json"), ("text", "text/plain"),
    ("vtt", "text/vtt"), ("srt", None)])
def test_the_content_type_fits_the_format(format, kind, http):
    answer = upload(http, RECORDING.read_bytes(), ("model", "whisper-1"), ("response_format", format))
    assert answer.headers.get_content_type() == kind or kind is None
    if format in ("text", "vtt", "srt"):
        assert answer.headers.get_content_charset() == "utf-8"


@pytest.mark.parametrize("granularities", GRANULARITIES, ids="+".join)
@pytest.mark.parametrize("spelling", ["timestamp_granularities[]", "timestamp_granularities"])
def test_verbose_json_is_what_the_client_declares(granularities, spelling, http, said):
    fields = [(spelling, value) for value in granularities]
    answer = upload(http, RECORDING.read_bytes(), ("model", "whisper-1"), ("response_format", "verbose_json"),
        *fields)
    data = answer.json()
    result = TranscriptionVerbose.model_validate(data, strict=True)
    assert data["task"] == "transcribe"
    assert (result.text, result.language) == (said.text(RECORDING), "en")
    assert result.duration == pytest.approx(soundfile.info(RECORDING).duration, abs=0.05)
    assert bool(result.segments) == ("segment" in granularities or not granularities)
    assert bool(result.words) == ("word" in granularities)


def test_the_client_reads_verbose_json_with_words_and_segments(openai_client, said):
    result = create(
        openai_client, LONG, response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert isinstance(result, TranscriptionVerbose)
    expected = said.json(LONG)
    assert result.text == expected["text"]
    for word, other in zip(result.words, expected["words"], strict=True):
        assert word.word == other["text"]
        assert [word.start, word.end] == pytest.approx([other["start"], other["end"]], abs=0.011)
        assert word.confidence == pytest.approx(other["confidence"], abs=0.002)


@pytest.mark.parametrize("name", SUBTITLED)
def test_segments_are_the_cues_of_the_subtitles(name, openai_client, said):
    segments = create(openai_client, AUDIO / name, response_format="verbose_json").segments
    cues = list(srt.parse(said.printed(AUDIO / name, "srt")))
    assert [segment.id for segment in segments] == list(range(len(cues)))
    for segment, cue in zip(segments, cues, strict=True):
        assert words_of(segment.text) == words_of(cue.content)
        times = [cue.start.total_seconds(), cue.end.total_seconds()]
        assert [segment.start, segment.end] == pytest.approx(times, abs=0.011)
        assert (segment.seek, segment.temperature) == (0, 0)
        assert (segment.no_speech_prob, segment.compression_ratio) == (0, 1)
        assert segment.tokens and segment.avg_logprob <= 0


@pytest.mark.parametrize("name", SUBTITLED)
def test_tokens_of_segments_are_those_of_the_terminal(name, openai_client, said):
    segments = create(openai_client, AUDIO / name, response_format="verbose_json").segments
    tokens = said.json(AUDIO / name)["tokens"]
    assert [token for segment in segments for token in segment.tokens] == [token["id"] for token in tokens]
    position = 0
    for segment in segments:
        own = tokens[position:position + len(segment.tokens)]
        position += len(own)
        mean = sum(math.log(token["confidence"]) for token in own) / len(own)
        assert segment.avg_logprob == pytest.approx(mean, abs=0.01)


@pytest.mark.parametrize("name", ["en-05.wav", "es-12.wav"])
def test_logprobs_are_logarithms_of_the_terminals_confidences(name, openai_client, said):
    result = create(openai_client, AUDIO / name, include=["logprobs"])
    tokens = said.json(AUDIO / name)["tokens"]
    expected = [math.log(token["confidence"]) for token in tokens]
    assert [entry.logprob for entry in result.logprobs] == pytest.approx(expected, abs=0.002)
    assert all(entry.logprob <= 0 for entry in result.logprobs)
    written = b"".join(bytes(map(int, entry.bytes)) for entry in result.logprobs).decode()
    assert written.strip() == "".join(entry.token for entry in result.logprobs).strip() == result.text


def test_what_has_no_effect_is_accepted(http, said):
    fields = [("model", "whisper-1"), ("temperature", "0.7"), ("chunking_strategy", "auto"), ("stream", "false")]
    assert upload(http, RECORDING.read_bytes(), *fields).json()["text"] == said.text(RECORDING)
    strategy = json.dumps({"type": "server_vad", "silence_duration_ms": 200})
    assert heard(http, RECORDING.read_bytes(), ("chunking_strategy", strategy)) == said.text(RECORDING)


@pytest.mark.parametrize("field", [
    ("response_format", "diarized_json"), ("response_format", "xml"),
    ("known_speaker_names[]", "Anna"), ("known_speaker_references[]", "data:audio/wav;base64,AAAA"),
    ("timestamp_granularities[]", "sentence"), ("stream", "perhaps"), ("include[]", "everything")],
    ids=lambda field: "=".join(field))
def test_a_wrong_value_is_refused_with_the_name_of_its_field(field, http):
    verbose = [("response_format", "verbose_json")] if field[0].startswith("timestamp") else []
    answer = upload(http, RECORDING.read_bytes(), ("model", "whisper-1"), *verbose, field)
    error = assert_refused(answer, 400)
    name = field[0].removesuffix("[]").removesuffix("_names").removesuffix("_references")
    assert name in f"{error['param']} {error['message']}"


def test_speakers_are_refused_by_the_official_exception(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        create(openai_client, RECORDING, response_format="diarized_json")
    assert "speaker" in caught.value.message.lower()


def test_translations_are_refused_by_the_official_exception(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.audio.translations.create(model="whisper-1", file=RECORDING)
    assert "translat" in caught.value.message


# Languages and names


@pytest.mark.parametrize("fields", [
    [("language", "es")], [("languages[]", "es")], [("languages", "es")], [("language", "ES")],
    [("language", "es-ES")]],
    ids=lambda fields: "=".join(fields[0]))
def test_the_language_of_the_client_is_the_language(fields, http, said):
    data = upload(http, (AUDIO / "es-12.wav").read_bytes(), ("model", "whisper-1"), *fields).json()
    assert data["text"] == said.text(AUDIO / "es-12.wav", "--language", "es")
    assert data["languages"] == [{"code": "es"}]


@pytest.mark.parametrize("language", ["xx", "", "zh", "klingon", "e" * 1000, "\U0001f1ea\U0001f1f8"], ids=repr)
def test_a_language_that_the_model_does_not_know_is_ignored(language, http, said):
    assert heard(http, RECORDING.read_bytes(), ("language", language)) == said.text(RECORDING)


@pytest.mark.parametrize("fields", [
    [("keywords[]", NAME)], [("keywords[]", "Natalie"), ("keywords[]", NAME)], [("keywords", NAME)],
    [("prompt", NAME)], [("prompt", f"Natalie, {NAME}; Ecobee")], [("prompt", f"Natalie\n{NAME}\r\nEcobee")]],
    ids=lambda fields: "&".join("=".join(field) for field in fields))
def test_a_name_of_the_client_is_heard(fields, http):
    recording = SMOKING_ROOM.read_bytes()
    assert heard(http, recording) == WITHOUT
    assert heard(http, recording, *fields) == WITH
    assert heard(http, recording) == WITHOUT


def test_the_official_client_sends_names(openai_client):
    assert create(openai_client, SMOKING_ROOM, keywords=["Natalie", NAME]).text == WITH
    assert create(openai_client, SMOKING_ROOM, prompt=NAME).text == WITH


def test_a_sentence_in_the_prompt_is_ignored(http, said):
    prompt = "The following is a command in a house that has a great many rooms with lights in every one of them"
    assert heard(http, SMOKING_ROOM.read_bytes(), ("prompt", prompt)) == WITHOUT
    assert heard(http, RECORDING.read_bytes(), ("prompt", prompt * 500)) == said.text(RECORDING)


@pytest.mark.parametrize("format", ["flac", "wav"])
@pytest.mark.parametrize("late", [False, True])
def test_fields_hold_whether_they_come_before_the_file_or_behind(late, format, http):
    samples, rate = soundfile.read(SMOKING_ROOM, dtype="int16")
    recording = SMOKING_ROOM.read_bytes() if format == "flac" else wav(samples, rate)
    fields = [("model", "whisper-1"), ("response_format", "text"), ("keywords[]", NAME)]
    file = ("file", (f"a.{format}", recording))
    answer = request(http, "POST", UPLOAD, *form(*([file, *fields] if late else [*fields, file])))
    assert (answer.status, answer.text) == (200, WITH + "\n")


def test_fields_that_need_each_other_can_lie_on_both_sides_of_the_file(http):
    """What contradicts itself before the file can be right with what comes behind it."""
    file = ("file", ("a.wav", RECORDING.read_bytes()))
    words = [("timestamp_granularities[]", "word"), file, ("response_format", "verbose_json")]
    assert request(http, "POST", UPLOAD, *form(*words)).json()["words"]
    logprobs = [("response_format", "text"), ("include[]", "logprobs"), file, ("response_format", "json")]
    assert request(http, "POST", UPLOAD, *form(*logprobs)).status in (200, 400)
    streamed = [file, ("response_format", "srt"), ("stream", "true")]
    assert_refused(request(http, "POST", UPLOAD, *form(*streamed)), 400, "stream")


def test_a_language_behind_the_file_is_the_language(http):
    fields = [("file", ("a.wav", (AUDIO / "es-12.wav").read_bytes())), ("model", "whisper-1"), ("language", "es")]
    answer = request(http, "POST", UPLOAD, *form(*fields))
    assert answer.json()["languages"] == [{"code": "es"}]


def wav(samples: np.ndarray, rate: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV")
    return file.getvalue()


# Models


@pytest.mark.parametrize("model", ALIASES)
def test_a_usual_name_stands_for_the_model(model, openai_client, said):
    assert create(openai_client, RECORDING, model=model).text == said.text(RECORDING)


@pytest.mark.parametrize("model",
    ["gpt-4o", "parakeet-tdt-9b", "tts-1", "../../etc/passwd", "whisper", "x" * 5000], ids=lambda m: m[:20])
@pytest.mark.parametrize("late", [False, True])
def test_another_name_is_not_found(model, late, http):
    file = ("file", ("a.wav", RECORDING.read_bytes()))
    answer = request(http, "POST", UPLOAD,
        *form(*([file, ("model", model)] if late else [("model", model), file])))
    error = assert_refused(answer, 404)
    assert len(error["message"]) < 1000


def test_an_unknown_model_is_the_official_exception(openai_client):
    with pytest.raises(openai.NotFoundError) as caught:
        create(openai_client, RECORDING, model="parakeet-tdt-9b")
    assert "parakeet-tdt-9b" in caught.value.message
    assert caught.value.body["type"]


def test_models_are_listed_and_retrieved(openai_client):
    models = list(openai_client.models.list())
    assert "builtin" in [model.id for model in models]
    for model in models:
        assert (model.object, type(model.created), bool(model.owned_by)) == ("model", int, True)
        assert openai_client.models.retrieve(model.id) == model
    with pytest.raises(openai.NotFoundError):
        openai_client.models.retrieve("parakeet-tdt-9b")


def test_an_address_has_its_own_language(start_http, said):
    with start_http(addresses=["", "?language=es"]) as server:
        found = []
        for base in server.bases:
            with server.client(base_url=f"{base}/v1") as client:
                found.append(create(client, AUDIO / "es-12.wav").text)
    assert found == [said.text(AUDIO / "es-12.wav"), said.text(AUDIO / "es-12.wav", "--language", "es")]


# Streams


def test_a_stream_has_the_text_in_several_parts(http, openai_client, said):
    events = list(create(openai_client, LONG, stream=True))
    deltas, done = events[:-1], events[-1]
    assert {event.type for event in deltas} == {"transcript.text.delta"} and done.type == "transcript.text.done"
    assert len(deltas) > 3
    assert "".join(event.delta for event in deltas) == done.text == said.text(LONG)
    ends = [event.end for event in deltas]
    assert ends == sorted(ends) and 0 < ends[0] and ends[-1] <= soundfile.info(LONG).duration + 0.1
    assert done.usage.type == "duration"
    assert done.usage.seconds == pytest.approx(soundfile.info(LONG).duration, abs=0.05)


def test_the_asynchronous_client_reads_several_streams_at_once(http, said):
    async def stream(client, name: str) -> tuple[str, str]:
        parts = []
        async for event in await client.audio.transcriptions.create(model="gpt-4o-transcribe", file=AUDIO / name,
            stream=True):
            if event.type == "transcript.text.delta":
                parts.append(event.delta)
        return "".join(parts), event.text

    async def conversation():
        async with http.async_client() as client:
            return await asyncio.gather(*(stream(client, name) for name in [*TEXTS, LONG.name]))

    expected = said.texts([AUDIO / name for name in [*TEXTS, LONG.name]])
    assert asyncio.run(asyncio.wait_for(conversation(), 120)) == [(text, text) for text in expected]


def events_of(body: bytes) -> list[dict]:
    """The events of a stream, each a line of data and an empty line."""
    parts = body.decode().split("\n\n")
    assert parts.pop() == ""
    return [json.loads(part.removeprefix("data: ")) for part in parts]


@pytest.mark.parametrize("format", ["json", "text", "verbose_json"])
def test_a_stream_is_server_sent_events_in_each_format(format, http, said):
    fields = [("model", "whisper-1"), ("response_format", format), ("stream", "true")]
    answer = upload(http, LONG.read_bytes(), *fields, name="long.flac")
    assert answer.headers.get_content_type() == "text/event-stream"
    *deltas, done = events_of(answer.body)
    assert "".join(event["delta"] for event in deltas) == done["text"] == said.text(LONG)
    if format == "verbose_json":
        TranscriptionVerbose.model_validate(done)
        assert done["segments"] and done["duration"] and done["language"]


@pytest.mark.parametrize("format", ["srt", "vtt"])
def test_subtitles_are_not_streamed(format, http):
    fields = [("model", "whisper-1"), ("response_format", format), ("stream", "true")]
    assert_refused(upload(http, RECORDING.read_bytes(), *fields), 400, "stream")


def test_logprobs_are_streamed_with_the_end(openai_client, said):
    *_, done = create(openai_client, RECORDING, stream=True, include=["logprobs"])
    expected = [math.log(token["confidence"]) for token in said.json(RECORDING)["tokens"]]
    assert [entry.logprob for entry in done.logprobs] == pytest.approx(expected, abs=0.002)


def test_a_recording_that_turns_out_to_be_cut_off_ends_its_stream_with_an_error(http):
    samples, rate = soundfile.read(LONG, dtype="int16")
    broken = wav(samples, rate)[:-1_000]
    answer = upload(http, broken, ("model", "whisper-1"), ("stream", "true"))
    if answer.status == 200:
        *deltas, last = events_of(answer.body)
        assert deltas and all(event["type"] == "transcript.text.delta" for event in deltas)
        assert last["type"] == "error" and (last.get("message") or last["error"]["message"])
    else:
        assert_refused(answer, 422)


def test_the_client_raises_for_the_error_in_a_stream(http, openai_client, tmp_path):
    samples, rate = soundfile.read(LONG, dtype="int16")
    (tmp_path / "broken.wav").write_bytes(wav(samples, rate)[:-1_000])
    with pytest.raises(openai.APIError):
        for event in create(openai_client, tmp_path / "broken.wav", stream=True):
            assert event.type != "transcript.text.done"


def test_a_client_that_leaves_its_stream_harms_nobody(http, said):
    for _ in range(3):
        with contextlib.closing(http.client()) as client:
            stream = create(client, LONG, stream=True)
            next(iter(stream))
            stream.close()
    assert heard(http, RECORDING.read_bytes()) == said.text(RECORDING)
