"""The full-size model (random weights) in FP32: the tokens of onnx-asr, except where two logits are nearly equal.

And in buckets, in the form that is made for an NPU, those of the dynamic shape.
"""
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

import lorikeet
import make_replica
import oracle
from lorikeet import AUDIO

REPLICA = lorikeet.REPOSITORY / ".build/replica"
RECORDINGS = ["en-01.wav", "en-05.wav", "es-03.wav", "es-12.wav"]
TIE = 1e-3  # logits that differ by less can swap places
STAGES = lorikeet.REPOSITORY / ".build/release/stages"
BUCKETS = [5, 20]  # the NPU's form of the feed-forward modules differs between them
LONG = "long.flac"
ERROR = 1e-4  # of each frame of the encoder's output in a bucket: norm of the difference over the norm

pytestmark = pytest.mark.skipif(
    os.environ.get("LORIKEET_SKIP_REPLICA") == "1", reason="LORIKEET_SKIP_REPLICA is set")


@pytest.fixture(scope="module")
def replica():
    """The replica, 2.5 GB, made in half a minute and kept."""
    return make_replica.cached(REPLICA)


@pytest.fixture(scope="module")
def transcripts(replica):
    """Transcripts by name. The program ends and frees its copy of the model before onnx-asr loads another."""
    transcribe = lorikeet.Transcriber("--model", replica, "--device", "cpu", "--no-cache")
    results = transcribe.json(*(AUDIO / name for name in RECORDINGS))
    return dict(zip(RECORDINGS, results, strict=True))


@pytest.fixture(scope="module")
def parities(replica):
    """Results of buckets and of the dynamic shape, by recording and number of frames."""
    result = subprocess.run(
        [STAGES, "parity", replica, "f32", "npu", ",".join(map(str, BUCKETS)), *(AUDIO / name for name in [*RECORDINGS, LONG])],
        check=True, capture_output=True, text=True, timeout=600, env=lorikeet.ENVIRONMENT)
    return {(pathlib.Path(one["recording"]).name, one["frames"]): one for one in json.loads(result.stdout)}


@pytest.fixture(scope="module")
def reference(transcripts, parities, replica):
    return oracle.Oracle(replica)


def margin(logits: np.ndarray) -> float:
    """The margin of the best over the second best."""
    second, best = np.partition(logits, -2)[-2:]
    return float(best - second)


class WatchedDecoder:
    """The oracle's decoder session, which records the margin of each step."""

    def __init__(self, session, vocabulary_size: int):
        self.session, self.vocabulary_size = session, vocabulary_size
        self.emitted = 0
        self.margins: list[tuple[int, float]] = []  # a step's margin, after the number of tokens emitted before it

    def get_inputs(self):
        return self.session.get_inputs()

    def run(self, *arguments):
        results = self.session.run(*arguments)
        tokens, durations = np.split(np.squeeze(results[0]), [self.vocabulary_size])
        self.margins.append((self.emitted, min(margin(tokens), margin(durations))))
        blank = self.vocabulary_size - 1
        self.emitted += int(tokens.argmax() != blank)
        return results


def assert_decided_as_onnx_asr(
        actual: list[tuple[int, int]], signal: np.ndarray, reference: oracle.Oracle, monkeypatch) -> None:
    """Tokens and their encoder frames equal those of onnx-asr up to the first tie of logits."""
    asr = reference.asr
    watched = WatchedDecoder(asr._decoder_joint, asr._vocab_size)
    with monkeypatch.context() as patch:
        patch.setattr(asr, "_decoder_joint", watched)
        expected = reference.recognize(signal)
    wanted = list(zip(expected.ids, expected.frames, strict=True))
    assert len(wanted) > 3, "the replica should have much to say"
    if actual == wanted:
        return

    # The first difference was decided after the last common token, or by the duration predicted with that token;
    # everything after it follows from it.
    common = next(index for index in range(len(wanted) + 1) if actual[:index + 1] != wanted[:index + 1])
    decisions = [value for emitted, value in watched.margins if emitted == common - 1][-1:]
    decisions += [value for emitted, value in watched.margins if emitted == common]
    assert min(decisions) < TIE, f"token {common} differs though it was decided by {min(decisions)}"


@pytest.mark.parametrize("name", RECORDINGS)
def test_tokens_equal_those_of_onnx_asr(name, transcripts, reference, monkeypatch):
    actual = [(token["id"], round(token["start"] / 0.08)) for token in transcripts[name]["tokens"]]
    assert_decided_as_onnx_asr(actual, oracle.samples(AUDIO / name), reference, monkeypatch)


def tokens(listed: list[dict]) -> list[tuple[int, int]]:
    return [(token["id"], token["frame"]) for token in listed]


def assert_outputs_agree(parity: dict) -> None:
    assert [answer["seconds"] for answer in parity["buckets"]] == [
        one for one in BUCKETS if 100 * one >= parity["frames"]]
    for answer in parity["buckets"]:
        assert answer["worstFrame"] <= ERROR, f"bucket of {answer['seconds']} s"


def assert_buckets_agree(parity: dict, request: pytest.FixtureRequest, monkeypatch) -> None:
    """Errors are small, and tokens differ only after a tie."""
    assert_outputs_agree(parity)
    dynamic = tokens(parity["dynamic"])
    assert len(dynamic) > 3
    for answer in parity["buckets"]:
        if (actual := tokens(answer["tokens"])) != dynamic:
            signal = oracle.samples(pathlib.Path(parity["recording"]))[:160 * parity["frames"]]
            for one in [actual, dynamic]:
                assert_decided_as_onnx_asr(one, signal, request.getfixturevalue("reference"), monkeypatch)


EDGES = [(bucket, frames) for bucket in BUCKETS for frames in range(100 * bucket - 1, 100 * bucket + 2)]


@pytest.mark.parametrize(("bucket", "frames"), EDGES)
def test_a_bucket_agrees_with_the_dynamic_shape_at_its_edge(bucket, frames, parities, request, monkeypatch):
    assert_buckets_agree(parities[LONG, frames], request, monkeypatch)


@pytest.mark.parametrize("frames", [1, 2, 17])
def test_a_bucket_agrees_with_the_dynamic_shape_on_few_frames(frames, parities):
    assert_outputs_agree(parities[LONG, frames])


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_bucket_agrees_with_the_dynamic_shape(name, parities, request, monkeypatch):
    parity, = (parity for (recording, _), parity in parities.items() if recording == name)
    assert_buckets_agree(parity, request, monkeypatch)
