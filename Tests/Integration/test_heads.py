"""Models with each head, exported by NeMo: the tokens, frames and probabilities of onnx-asr."""
import json
import lzma
import math
import pathlib
import shutil

import pytest

import lorikeet
from lorikeet import AUDIO, assert_refused

HEADS = lorikeet.REPOSITORY / "Tests/Fixtures/heads"
FRAME = 0.08  # seconds
MODELS = [("rnnt-128", "rnnt"), ("hybrid", "tdt"), ("hybrid", "ctc")]


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: f"{model[0]} as {model[1]}")
def model(request, tmp_path_factory) -> tuple[pathlib.Path, dict]:
    """A model's directory, and what onnx-asr recognizes with it."""
    name, head = request.param
    folder = unpacked(name, tmp_path_factory.mktemp(name), head)
    return folder, json.loads((HEADS / name / "golden.json").read_text())[head]


def unpacked(name: str, folder: pathlib.Path, head: str) -> pathlib.Path:
    """The graphs for one head only, as it would be published."""
    wanted = ["model.onnx"] if head == "ctc" else ["encoder-model.onnx", "decoder_joint-model.onnx"]
    for graph in wanted:
        (folder / graph).write_bytes(lzma.decompress((HEADS / name / f"{graph}.xz").read_bytes()))
    shutil.copy(HEADS / name / "vocab.txt", folder)
    configure(folder, name, model_type=f"nemo-conformer-{head}")
    return folder


def configure(folder: pathlib.Path, name: str, **changes) -> None:
    configuration = json.loads((HEADS / name / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(configuration))


def transcribed(folder: pathlib.Path, names: list[str], *options: str) -> dict[str, dict]:
    result = lorikeet.run(
        "transcribe", "--model", folder, "--device", "cpu", "--vad", "off", "--format", "json", "--quiet", *options,
        *(AUDIO / name for name in names))
    assert result.returncode == 0, result.stderr
    return {pathlib.Path(answer["file"]).name: answer for answer in map(json.loads, result.stdout.splitlines())}


def test_the_tokens_and_frames_are_those_of_onnx_asr(model):
    folder, golden = model
    for name, answer in transcribed(folder, list(golden), "--precision", "f32", "--no-cache").items():
        tokens, expected = answer["tokens"], golden[name]
        assert [token["id"] for token in tokens] == expected["ids"], name
        for token, frame in zip(tokens, expected["frames"], strict=True):
            # Punctuation is moved to the word before it, and no token begins after the next.
            if token["text"].strip().isalpha():
                assert token["start"] <= frame * FRAME + 1e-6, (name, token)


def test_the_confidence_of_a_token_is_its_probability(model, request):
    folder, golden = model
    names = list(golden)[:6]
    for name, answer in transcribed(folder, names, "--precision", "f32", "--no-cache").items():
        if "ctc" in request.node.name:  # onnx-asr adds the logarithms of the frames that repeat a token
            assert all(0 < token["confidence"] <= 1 for token in answer["tokens"])
            continue
        for token, logarithm in zip(answer["tokens"], golden[name]["logprobs"], strict=True):
            assert token["confidence"] == pytest.approx(math.exp(logarithm), abs=2e-3), (name, token)


@pytest.mark.parametrize("precision", ["int8", "bf16"])
def test_a_prepared_model_of_each_head_has_the_texts(precision, model, tmp_path):
    folder, golden = model
    names = list(golden)[:6]
    for _ in range(2):  # the second time from the prepared form
        answers = transcribed(folder, names, "--precision", precision, "--data-dir", str(tmp_path))
        wrong = [name for name in names if answers[name]["text"].split() != golden[name]["text"].split()]
        # An RNN-T without durations has close decisions.
        assert len(wrong) <= 1, [(name, answers[name]["text"]) for name in wrong]


def test_names_that_nobody_says_change_nothing(model, tmp_path):
    folder, golden = model
    names = list(golden)[:6]
    (tmp_path / "names.txt").write_text("Kitchen\nCalefactor\nNatalie\n")
    answers = transcribed(
        folder, names, "--precision", "f32", "--no-cache", "--names-rescue", "--names", str(tmp_path / "names.txt"))
    for name in names:
        assert [token["id"] for token in answers[name]["tokens"]] == golden[name]["ids"], name


@pytest.mark.parametrize(["name", "head", "claimed", "message"], [
    ("rnnt-128", "rnnt", "tdt", "no outputs for durations"), ("hybrid", "tdt", "rnnt", "outputs for durations")])
def test_a_head_that_is_not_the_one_of_config_json_is_refused(name, head, claimed, message, tmp_path):
    folder = unpacked(name, tmp_path, head)
    configure(folder, name, model_type=f"nemo-conformer-{claimed}")
    assert_refused(
        lorikeet.run("transcribe", "--model", folder, "--device", "cpu", AUDIO / "en-01.wav"), message, claimed)


def test_a_ctc_model_with_the_vocabulary_of_another_is_refused(tmp_path):
    folder = unpacked("hybrid", tmp_path, "ctc")
    shutil.copy(lorikeet.BUILTIN / "vocab.txt", folder)
    assert_refused(
        lorikeet.run("transcribe", "--model", folder, "--device", "cpu", AUDIO / "en-01.wav"), "knows 97 tokens",
        "vocab.txt has 257")
