"""The full-size model (random weights) in FP32: the tokens of onnx-asr, except where two logits are nearly equal."""
import os

import numpy as np
import pytest

import lorikeet
import make_replica
import oracle
from lorikeet import AUDIO

REPLICA = lorikeet.REPOSITORY / ".build/replica"
RECORDINGS = ["en-01.wav", "en-05.wav", "es-03.wav", "es-12.wav"]
TIE = 1e-3  # two logits that differ by less may change places

pytestmark = pytest.mark.skipif(
    os.environ.get("LORIKEET_SKIP_REPLICA") == "1", reason="LORIKEET_SKIP_REPLICA is set")


@pytest.fixture(scope="module")
def replica():
    """Made in half a minute, and kept: 2.5 GB."""
    return make_replica.cached(REPLICA)


@pytest.fixture(scope="module")
def transcripts(replica):
    """By name. The program has ended, and freed its copy of the model, before onnx-asr loads another."""
    transcribe = lorikeet.Transcriber("--model", replica, "--device", "cpu", "--no-cache")
    results = transcribe.json(*(AUDIO / name for name in RECORDINGS))
    return dict(zip(RECORDINGS, results, strict=True))


@pytest.fixture(scope="module")
def reference(transcripts, replica):
    return oracle.Oracle(replica)


def margin(logits: np.ndarray) -> float:
    """How much the best is better than the second best."""
    second, best = np.partition(logits, -2)[-2:]
    return float(best - second)


class WatchedDecoder:
    """The oracle's decoder session, which notes how narrowly each step was decided."""

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


@pytest.mark.parametrize("name", RECORDINGS)
def test_tokens_equal_those_of_onnx_asr(name, transcripts, reference, monkeypatch):
    asr = reference.asr
    watched = WatchedDecoder(asr._decoder_joint, asr._vocab_size)
    monkeypatch.setattr(asr, "_decoder_joint", watched)
    expected = reference.recognize(oracle.samples(AUDIO / name))
    wanted = list(zip(expected.ids, expected.frames, strict=True))
    actual = [(token["id"], round(token["start"] / 0.08)) for token in transcripts[name]["tokens"]]
    assert len(wanted) > 3, "the replica should have much to say"
    if actual == wanted:
        return

    # What differs first was decided after the last token in common, or by the duration predicted with that token.
    # All that follows depends on it.
    common = next(index for index in range(len(wanted) + 1) if actual[:index + 1] != wanted[:index + 1])
    decisions = [value for emitted, value in watched.margins if emitted == common - 1][-1:]
    decisions += [value for emitted, value in watched.margins if emitted == common]
    assert min(decisions) < TIE, f"token {common} differs though it was decided by {min(decisions)}"
