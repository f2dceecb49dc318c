"""`lorikeet transcribe` on good recordings, compared with onnx-asr and read back with independent parsers."""
import io
import itertools
import math

import numpy as np
import pytest
import soundfile
import soxr
import srt
import webvtt

import oracle
from lorikeet import AUDIO, BUILTIN, RECORDINGS, Transcriber

FRAME_SECONDS = 0.08
# Short recordings whose text survives low sample rates and lossy formats.
ROBUST = {"en-03.wav": "Close the office door.", "es-05.wav": "Cierra la ventana del pasillo."}


@pytest.fixture(scope="module")
def transcripts(transcribe):
    """All recordings in one run, by name."""
    results = transcribe.json(*(AUDIO / name for name in RECORDINGS))
    assert [result["file"] for result in results] == [str(AUDIO / name) for name in RECORDINGS]
    return dict(zip(RECORDINGS, results, strict=True))


@pytest.mark.parametrize("name", RECORDINGS)
def test_tokens_equal_those_of_onnx_asr(name, transcripts, reference):
    expected, result = reference.recognize(oracle.samples(AUDIO / name)), transcripts[name]
    tokens = result["tokens"]
    assert [token["id"] for token in tokens] == expected.ids
    assert result["text"] == expected.text
    # Punctuation has no time of its own.
    spoken = [any(map(str.isalpha, token["text"])) for token in tokens]
    starts = [FRAME_SECONDS * frame for frame in itertools.compress(expected.frames, spoken)]
    assert [token["start"] for token in itertools.compress(tokens, spoken)] == pytest.approx(starts, abs=1e-3)
    confidences = [math.exp(value) for value in expected.logprobs]
    assert [token["confidence"] for token in tokens] == pytest.approx(confidences, abs=1e-3)


@pytest.mark.parametrize("name", RECORDINGS)
def test_json_is_complete_and_sane(name, transcripts):
    result = transcripts[name]
    seconds = soundfile.info(AUDIO / name).duration
    assert result["audio_seconds"] == pytest.approx(seconds, abs=1e-3)
    assert result["model"] == "builtin"
    assert result["precision"] == "f32"
    assert result["device"].lower().startswith("cpu")
    assert result["bucket"] is None
    assert "language" in result

    assert "".join(token["text"] for token in result["tokens"]).replace("▁", " ").strip() == result["text"]
    assert " ".join(word["text"] for word in result["words"]) == result["text"]
    for pieces in (result["tokens"], result["words"]):
        for piece in pieces:
            assert 0 <= piece["start"] <= piece["end"] <= seconds + FRAME_SECONDS
            assert 0 <= piece["confidence"] <= 1
        starts = [piece["start"] for piece in pieces]
        assert starts == sorted(starts)

    timings = result["timings"]
    stages = [timings[stage] for stage in ("features", "encoder", "decoder")]
    assert min(stages) > 0
    assert timings["total"] >= max(stages)


def test_text_output_has_one_line_per_recording(transcribe, transcripts):
    names = ["es-07.wav", "en-01.wav", "en-05.wav"]
    result = transcribe("--precision", "f32", *(AUDIO / name for name in names))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [transcripts[name]["text"] for name in names]


@pytest.mark.parametrize("name", ["en-05.wav", "es-04.wav", "long.flac"])
@pytest.mark.parametrize("format", ["srt", "vtt"])
def test_subtitles_are_read_by_other_programs(name, format, transcribe, transcripts):
    result = transcribe("--format", format, "--precision", "f32", AUDIO / name)
    assert result.returncode == 0, result.stderr
    if format == "srt":
        cues = [(cue.start.total_seconds(), cue.end.total_seconds(), cue.content) for cue in srt.parse(result.stdout)]
    else:
        cues = [
            (cue.start_in_seconds, cue.end_in_seconds, cue.text)
            for cue in webvtt.from_buffer(io.StringIO(result.stdout))]
    assert " ".join(" ".join(text.split()) for _, _, text in cues) == transcripts[name]["text"]
    times = [time for start, end, _ in cues for time in (start, end)]
    assert times == sorted(times), "cues overlap or run backwards"
    assert all(start < end for start, end, _ in cues)
    assert times[-1] <= transcripts[name]["audio_seconds"] + FRAME_SECONDS


def encoded(signal: np.ndarray, rate: int, channels: int, format: str, subtype: str) -> bytes:
    """The 16 kHz mono signal in another format."""
    if rate != 16_000:
        signal = soxr.resample(signal, 16_000, rate)
    file = io.BytesIO()
    soundfile.write(file, np.stack([signal] * channels, axis=1), rate, format=format, subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize("name", ROBUST)
@pytest.mark.parametrize(("format", "subtype"), [
    ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"), ("WAVEX", "PCM_16"), ("FLAC", "PCM_16"),
    ("AIFF", "PCM_16")])
def test_lossless_formats_change_no_token(name, format, subtype, tmp_path, transcribe, transcripts):
    path = tmp_path / f"recording.{format.lower()}"
    path.write_bytes(encoded(oracle.samples(AUDIO / name), 16_000, 1, format, subtype))
    assert transcribe.json(path)[0]["tokens"] == transcripts[name]["tokens"]


@pytest.mark.parametrize("name", ROBUST)
@pytest.mark.parametrize(("rate", "channels", "format", "subtype"), [
    (16_000, 1, "WAV", "PCM_U8"), (8_000, 1, "WAV", "PCM_16"), (8_000, 1, "WAV", "ULAW"), (44_100, 2, "WAV", "PCM_16"),
    (48_000, 6, "WAV", "PCM_24"), (22_050, 2, "FLAC", "PCM_16"), (16_000, 1, "OGG", "VORBIS"),
    (48_000, 2, "OGG", "OPUS"), (44_100, 2, "MP3", "MPEG_LAYER_III")])
def test_other_rates_channels_and_codecs_keep_the_text(name, rate, channels, format, subtype, tmp_path, transcribe):
    path = tmp_path / f"recording.{format.lower()}"
    path.write_bytes(encoded(oracle.samples(AUDIO / name), rate, channels, format, subtype))
    (result,) = transcribe.json(path)
    assert result["text"] == ROBUST[name]
    assert result["audio_seconds"] == pytest.approx(soundfile.info(AUDIO / name).duration, abs=0.1)


@pytest.mark.parametrize("gain", [-1, -0.9])
def test_channels_that_cancel_each_other_are_transcribed_with_a_warning(gain, tmp_path, transcribe, transcripts):
    samples, rate = soundfile.read(AUDIO / "en-03.wav", dtype="float32")
    path = tmp_path / "antiphase.wav"
    soundfile.write(path, np.stack([samples, samples * gain], axis=1), rate)
    result = transcribe("--precision", "f32", path)
    assert result.stdout.strip() == transcripts["en-03.wav"]["text"]
    assert result.stderr == (
        f"lorikeet: {path}: its channels cancel each other; channel 1, the loudest, is used alone\n")
    quiet = transcribe("--precision", "f32", "--quiet", path)
    assert (quiet.stdout, quiet.stderr) == (result.stdout, "")


@pytest.mark.parametrize(("format", "subtype"), [
    ("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")])
def test_a_recording_on_standard_input_is_transcribed(format, subtype, transcribe):
    data = encoded(oracle.samples(AUDIO / "en-03.wav"), 16_000, 1, format, subtype)
    (result,) = transcribe.json("-", stdin=data)
    assert (result["file"], result["text"]) == ("-", ROBUST["en-03.wav"])


def test_wav_of_unknown_length_from_a_pipe_is_transcribed(transcribe, transcripts):
    data = bytearray((AUDIO / "en-01.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    (result,) = transcribe.json("-", stdin=bytes(data))
    assert result["tokens"] == transcripts["en-01.wav"]["tokens"]


@pytest.mark.parametrize("samples", [0, 1, 159, 160, 161, 320, 1_000, 4_000])
@pytest.mark.parametrize("level", [0.0, 0.1])
def test_a_very_short_recording_is_transcribed_without_an_error(samples, level, tmp_path, transcribe):
    path = tmp_path / "short.wav"
    soundfile.write(path, np.random.default_rng(0).uniform(-level, level, samples), 16_000)
    (result,) = transcribe.json(path)
    assert result["audio_seconds"] == pytest.approx(samples / 16_000, abs=1e-3)
    if samples == 0:
        assert result["text"] == ""


def test_tokens_are_the_same_without_a_cache(transcribe, transcripts):
    (result,) = transcribe.json("--no-cache", AUDIO / "en-01.wav")
    assert result["tokens"] == transcripts["en-01.wav"]["tokens"]


def test_the_second_run_reads_the_cache(tmp_path, transcripts):
    transcribe = Transcriber("--model", "builtin", "--device", "cpu", "--data-dir", tmp_path)
    for _ in range(2):
        (result,) = transcribe.json(AUDIO / "en-01.wav")
        assert result["tokens"] == transcripts["en-01.wav"]["tokens"]
        assert any((tmp_path / "compiled").rglob("*.blob"))


def test_a_model_directory_gives_the_same_transcripts_as_its_name(data_dir, transcripts):
    (result,) = Transcriber("--model", BUILTIN, "--data-dir", data_dir).json(AUDIO / "en-01.wav")
    assert result["tokens"] == transcripts["en-01.wav"]["tokens"]
