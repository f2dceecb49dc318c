"""Weights in eight bits lose no words, least of all quiet ones at the head or the tail, and none in long audio.

The texts with eight bits are compared with those with `f32`, as words that differ among a hundred.
"""
import dataclasses

import jiwer
import numpy as np
import pytest
import soundfile

import lorikeet
import oracle
from home_assistant import RATE
from lorikeet import AUDIO, RECORDINGS

SHORT = sorted(name for name in RECORDINGS if not name.startswith("long"))
GAINS = [0, -20, -35]  # dB
FADE = 0.6  # seconds
MOST = 0.5  # of a hundred words


@dataclasses.dataclass
class Difference:
    """Words that differ between two texts, and where they are in the utterance."""

    words: int = 0
    head: int = 0
    tail: int = 0
    middle: int = 0

    def add(self, expected: str, found: str) -> None:
        """Compares the texts of an utterance; its first and its last word are its head and its tail."""
        words = expected.split()
        self.words += len(words)
        if not words or not found.split():
            self.head += expected.split() != found.split()
            return
        for part in jiwer.process_words(expected, found).alignments[0]:
            if part.type == "equal":
                continue
            count = max(part.ref_end_idx - part.ref_start_idx, part.hyp_end_idx - part.hyp_start_idx)
            if part.ref_start_idx == 0:
                self.head += count
            elif part.ref_end_idx == len(words):
                self.tail += count
            else:
                self.middle += count

    @property
    def rate(self) -> float:
        return 100 * (self.head + self.tail + self.middle) / self.words


def faded(signal: np.ndarray) -> np.ndarray:
    """The first and the last word become as quiet as those of a speaker who turns away."""
    count = int(FADE * RATE)
    ramp = np.linspace(0.05, 1, count, dtype=np.float32)
    result = signal.copy()
    result[:count] *= ramp
    result[-count:] *= ramp[::-1]
    return result


def pause(signal: np.ndarray, seconds: int) -> int:
    """The place of the quietest tenth of a second near a time, so that no word is cut."""
    start, size = (seconds - 2) * RATE, RATE // 10
    pieces = signal[start:start + 3 * RATE]
    pieces = pieces[:len(pieces) // size * size].reshape(-1, size)
    return start + int(np.square(pieces).sum(axis=1).argmin()) * size + size // 2


def compared(signals: dict[str, np.ndarray], folder, precision: str) -> Difference:
    for name, signal in signals.items():
        soundfile.write(folder / f"{name}.wav", signal, RATE, subtype="PCM_16")
    texts = {}
    for used in ("f32", precision):
        result = lorikeet.run(
            "transcribe", "--model", "builtin", "--device", "cpu", "--vad", "off", "--quiet", "--precision", used,
            "--data-dir", str(folder / "data"), *(folder / f"{name}.wav" for name in signals))
        assert result.returncode == 0, result.stderr
        texts[used] = result.stdout.splitlines()
    difference = Difference()
    for expected, found in zip(texts["f32"], texts[precision], strict=True):
        difference.add(expected, found)
    return difference


@pytest.mark.parametrize("precision", ["int8", "bf16"])
@pytest.mark.parametrize("gain", GAINS)
def test_commands_of_any_loudness_keep_their_words(gain, precision, tmp_path):
    signals = {name: oracle.samples(AUDIO / name) * np.float32(10 ** (gain / 20)) for name in SHORT}
    difference = compared(signals, tmp_path, precision)
    assert difference.words > 100 and difference.rate <= MOST and not difference.head and not difference.tail, difference


@pytest.mark.parametrize("precision", ["int8", "bf16"])
def test_quiet_words_at_the_head_and_the_tail_stay(precision, tmp_path):
    difference = compared({name: faded(oracle.samples(AUDIO / name)) for name in SHORT}, tmp_path, precision)
    assert difference.rate <= MOST and not difference.head and not difference.tail, difference


@pytest.mark.parametrize("precision", ["int8", "bf16"])
def test_more_than_twenty_seconds_keep_their_words(precision, tmp_path):
    """In one window of up to 29 s, and in several."""
    long = oracle.samples(AUDIO / "long.flac")
    signals = {f"{seconds} s": long[:pause(long, seconds)] for seconds in (22, 25, 28, 59)}
    difference = compared(signals, tmp_path, precision)
    assert difference.words > 150 and difference.rate <= MOST and not difference.head and not difference.tail, difference
