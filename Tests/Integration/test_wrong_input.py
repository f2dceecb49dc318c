"""Wrong input: one clear line on standard error, exit status 1, nothing else."""
import json
import shutil
import struct

import numpy as np
import pytest
import soundfile

import lorikeet
from lorikeet import AUDIO, BUILTIN, USAGE, assert_refused

GOOD = AUDIO / "en-01.wav"


def header(channels=1, rate=16_000, size=32_000):
    """The 44 bytes of a WAVE header for 16-bit samples."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * channels * 2,
        channels * 2, 16, b"data", size)


def float_wav(path, value):
    samples = np.zeros(16_000, dtype=np.float32)
    samples[8_000] = value
    soundfile.write(path, samples, 16_000, subtype="FLOAT")


WRONG_FILES = {
    "missing": lambda path: None,
    "directory": lambda path: path.mkdir(),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("Open the garden blinds.\n" * 100),
    "noise": lambda path: path.write_bytes(np.random.default_rng(0).bytes(50_000)),
    "header cut short": lambda path: path.write_bytes(GOOD.read_bytes()[:30]),
    "samples cut short": lambda path: path.write_bytes(GOOD.read_bytes()[:20_001]),
    "promises more than there is": lambda path: path.write_bytes(header(size=320_000) + bytes(32_000)),
    "zero channels": lambda path: path.write_bytes(header(channels=0) + bytes(32_000)),
    "zero sample rate": lambda path: path.write_bytes(header(rate=0) + bytes(32_000)),
    "NaN": lambda path: float_wav(path, np.nan),
    "infinity": lambda path: float_wav(path, np.inf),
}


@pytest.mark.parametrize("kind", WRONG_FILES)
def test_a_wrong_recording_is_refused(kind, tmp_path, transcribe):
    path = tmp_path / "recording.wav"
    WRONG_FILES[kind](path)
    result = transcribe(path)
    assert_refused(result, path)
    assert result.stdout == ""


@pytest.mark.parametrize("data", [b"", b"no sound", GOOD.read_bytes()[:30]], ids=["empty", "text", "cut short"])
def test_wrong_standard_input_is_refused(data, transcribe):
    result = transcribe("-", stdin=data)
    assert_refused(result)
    assert result.stdout == ""


def test_good_files_beside_a_wrong_one_are_still_transcribed(tmp_path, transcribe):
    result = transcribe(GOOD, tmp_path / "missing.wav", AUDIO / "en-03.wav")
    assert_refused(result, tmp_path / "missing.wav")
    assert result.stdout.splitlines() == ["Open the garden blinds.", "Close the office door."]


def cut(name):
    return lambda model: (model / name).write_bytes((model / name).read_bytes()[:100_000])


def without(name):
    return lambda model: (model / name).unlink()


def vocabulary(change):
    def apply(model):
        lines = (model / "vocab.txt").read_text(encoding="utf-8").splitlines(keepends=True)
        (model / "vocab.txt").write_text("".join(change(lines)), encoding="utf-8")
    return apply


def config(**changes):
    def apply(model):
        values = json.loads((model / "config.json").read_text()) | changes
        (model / "config.json").write_text(json.dumps(values))
    return apply


WRONG_MODELS = {
    "no encoder": (without("encoder-model.onnx"), "encoder-model.onnx"),
    "no decoder": (without("decoder_joint-model.onnx"), "decoder_joint-model.onnx"),
    "no vocabulary": (without("vocab.txt"), "vocab.txt"),
    "no configuration": (without("config.json"), "config.json"),
    "encoder cut short": (cut("encoder-model.onnx"), "encoder-model.onnx"),
    "decoder cut short": (cut("decoder_joint-model.onnx"), "decoder_joint-model.onnx"),
    "empty encoder": (lambda model: (model / "encoder-model.onnx").write_bytes(b""), "encoder-model.onnx"),
    "vocabulary too small": (vocabulary(lambda lines: [*lines[:100], "<blk> 100\n"]), "vocab.txt"),
    "vocabulary too large": (vocabulary(lambda lines: [*lines[:-1], "extra 256\n", "<blk> 257\n"]), "vocab.txt"),
    "vocabulary without a blank": (vocabulary(lambda lines: lines[:-1]), "vocab.txt"),
    "vocabulary is no list of pieces": (vocabulary(lambda lines: ["no numbers here\n"]), "vocab.txt"),
    "empty vocabulary": (vocabulary(lambda lines: []), "vocab.txt"),
    "configuration is no JSON": (lambda model: (model / "config.json").write_text("{"), "config.json"),
    "other kind of model": (config(model_type="whisper"), "whisper"),
    "other number of mel bands": (config(features_size=80), "80"),
}


@pytest.mark.parametrize("kind", WRONG_MODELS)
def test_a_wrong_model_is_refused(kind, tmp_path, data_dir):
    model = tmp_path / "model"
    shutil.copytree(BUILTIN, model)
    change, mention = WRONG_MODELS[kind]
    change(model)
    result = lorikeet.run("transcribe", "--model", model, "--data-dir", data_dir, GOOD)
    assert_refused(result, mention)
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["no-such-model", "./no/such/directory"])
def test_an_unknown_model_is_refused(name, data_dir):
    result = lorikeet.run("transcribe", "--model", name, "--data-dir", data_dir, GOOD)
    assert_refused(result, name)


def test_an_unwritable_data_directory_is_refused(tmp_path):
    # Root can write anywhere, but not even root can make a directory below a file.
    (tmp_path / "file").write_text("")
    data_dir = tmp_path / "file" / "data"
    result = lorikeet.run("transcribe", "--model", "builtin", "--data-dir", data_dir, GOOD)
    assert_refused(result, data_dir)


@pytest.mark.parametrize("arguments", [
    ["transcribe"],
    ["transcribe", "--no-such-option", GOOD],
    ["transcribe", "--device", "tpu", GOOD],
    ["transcribe", "--precision", "f8", GOOD],
    ["transcribe", "--format", "pdf", GOOD],
    ["serve", "--uri", "nonsense"],
    ["no-such-command"],
], ids=lambda arguments: " ".join(map(str, arguments[:3])))
def test_wrong_usage_exits_with_the_usage_status(arguments):
    result = lorikeet.run(*arguments)
    assert result.returncode == USAGE, (result.returncode, result.stderr)
    assert result.stderr.startswith("Error: ")
    assert result.stdout == ""


def test_help_and_version_exit_with_success():
    for arguments in (["--help"], ["--version"], ["transcribe", "--help"], ["serve", "--help"]):
        result = lorikeet.run(*arguments)
        assert result.returncode == 0, result.stderr
        assert result.stdout.strip()
