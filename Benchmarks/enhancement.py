"""Measure what Home Assistant's gain and noise suppression (speex) do to the built-in model's words.

    .venv/bin/python -m pip install -r Benchmarks/requirements-endpointing.txt
    .venv/bin/python Benchmarks/enhancement.py

needs the packages of Training/packages.txt, and downloads Home Assistant's package, whose `audio_enhancer.py` processes the
audio here. Held-out commands and voices; each has 0.7 s of what sounds behind it before and after the words.

An entity of speech-to-text says whether it prefers gain and noise reduction, `prefers_auto_gain_enabled` and
`prefers_noise_reduction_enabled`; this measures what it should say.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

import jiwer
import numpy as np
import soundfile

import endpointing_corpus
import endpointing_sounds as sounds
import endpointing_speech
import home_assistant_vad
from conditions import decibels
from endpointing_corpus import NOISES, RATE, Utterance
from endpointing_systems import LORIKEET, recognized
from endpointing_texts import SEED
from home_assistant_vad import CHUNK
from names_corpus import fold

SET = "test"
PEAK, QUIET_PEAK = -12, -40  # dBFS
FLOOR, QUIET_FLOOR = -60, -75  # dBFS, RMS, of the white noise behind all
RATIOS = [15, 5]  # dB of the voice above a noise
SIDES = int(0.7 * RATE)  # samples before and after the words
CONDITIONS = ["quiet", *(f"{noise}, {ratio} dB" for ratio in RATIOS for noise in NOISES), "quiet speech"]
# (gain of 0 to 31, noise suppression of 0 to 4), as Home Assistant calls them.
VARIANTS = {
    "without": (0, 0),
    "gain 5": (5, 0),
    "gain 31": (31, 0),
    "suppression 1": (0, 1),
    "suppression 2": (0, 2),
    "suppression 4": (0, 4),
    "gain 5, suppression 1": (5, 1),
    "gain 31, suppression 2": (31, 2),
}
RESAMPLES = 10_000


def speech(utterance: Utterance) -> np.ndarray:
    """Return a command without pauses, with silence on both sides; its peak is 1."""
    draw = random.Random(f"{SEED} {utterance.voice} {utterance.sentence.text}")
    samples = endpointing_speech.speak(utterance.voice, utterance.sentence.text, [], draw).samples
    return np.pad(samples / np.abs(samples).max(), SIDES)


def mixed(clean: np.ndarray, condition: str, draw: random.Random) -> np.ndarray:
    """Return a command in a condition."""
    quiet = condition == "quiet speech"
    signal = clean * decibels(QUIET_PEAK if quiet else PEAK)
    total = signal + decibels(QUIET_FLOOR if quiet else FLOOR) * sounds.white(len(signal), draw)
    noise, _, ratio = condition.partition(", ")
    if ratio:
        level = sounds.level(signal) * decibels(-float(ratio.split()[0]))
        total += sounds.scaled(sounds.noises(SET)[noise](len(signal), draw), level)
    return total


def pieces(samples: np.ndarray) -> list[bytes]:
    """Return 16-bit samples in the pieces that Home Assistant processes, the last one filled with zeros."""
    whole = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    whole = np.pad(whole, (0, -len(whole) % CHUNK))
    return [whole[start : start + CHUNK].tobytes() for start in range(0, len(whole), CHUNK)]


def transcripts(folder: pathlib.Path, recordings: list[bytes], lorikeet: pathlib.Path, precision: str) -> list[str]:
    """Return the transcripts of all recordings in one run."""
    paths = [f"{folder}/{number:04}.wav" for number in range(len(recordings))]
    for path, recording in zip(paths, recordings, strict=True):
        soundfile.write(path, np.frombuffer(recording, np.int16), RATE, "PCM_16")
    return recognized(paths, lorikeet, precision)


def wrong_words(said: str, text: str) -> int:
    """Return the fewest words that were replaced, left out and added, without capitals, accents and punctuation."""
    result = jiwer.process_words(" ".join(fold(said)), " ".join(fold(text)))
    return result.substitutions + result.deletions + result.insertions


def interval(before: np.ndarray, after: np.ndarray, words: np.ndarray) -> tuple[float, float, float]:
    """Return the difference of the word error rates in points, and its 95 % interval by resampling utterances."""
    drawn = np.random.default_rng(0).integers(len(words), size=(RESAMPLES, len(words)))
    values = 100 * (after - before)[drawn].sum(1) / words[drawn].sum(1)
    return 100 * (after - before).sum() / words.sum(), *np.percentile(values, [2.5, 97.5])


def measure(utterances: list[Utterance], options: argparse.Namespace) -> dict[str, dict[str, list[str]]]:
    """Return the transcripts by condition and variant."""
    cleans = [speech(utterance) for utterance in utterances]
    found: dict[str, dict[str, list[str]]] = {}
    for condition in CONDITIONS:
        signals = [
            pieces(mixed(clean, condition, random.Random(f"{SEED} {condition} {number}")))
            for number, clean in enumerate(cleans)
        ]
        found[condition] = {}
        for variant, (gain, suppression) in VARIANTS.items():
            print(f"{condition}: {variant}", file=sys.stderr)
            recordings = [home_assistant_vad.enhanced(signal, gain, suppression) for signal in signals]
            with tempfile.TemporaryDirectory() as folder:
                texts = transcripts(pathlib.Path(folder), recordings, options.lorikeet, options.precision)
            found[condition][variant] = texts
    return found


def tables(utterances: list[Utterance], found: dict[str, dict[str, list[str]]]) -> str:
    """Tabulate word error rates, and how they differ from those without."""
    words = np.array([len(fold(utterance.sentence.text)) for utterance in utterances])
    wrong = {
        condition: {
            variant: np.array(
                [wrong_words(one.sentence.text, text) for one, text in zip(utterances, texts, strict=True)]
            )
            for variant, texts in variants.items()
        }
        for condition, variants in found.items()
    }
    groups = {condition: [condition] for condition in CONDITIONS}
    groups |= {f"all noises, {ratio} dB": [f"{noise}, {ratio} dB" for noise in NOISES] for ratio in RATIOS}
    groups["all"] = CONDITIONS
    rates = ["| words wrong | " + " | ".join(VARIANTS) + " |", "|---" * (1 + len(VARIANTS)) + "|"]
    changes = ["| points more | " + " | ".join(list(VARIANTS)[1:]) + " |", "|---" * len(VARIANTS) + "|"]
    for name, group in groups.items():
        # An utterance is drawn with all of its conditions.
        total = {variant: sum(wrong[condition][variant] for condition in group) for variant in VARIANTS}
        spoken = words * len(group)
        cells = [f"{100 * count.sum() / spoken.sum():.1f} %" for count in total.values()]
        rates.append(f"| {name} | {' | '.join(cells)} |")
        cells = []
        for variant in list(VARIANTS)[1:]:
            middle, low, high = interval(total["without"], total[variant], spoken)
            cells.append(f"{middle:+.1f} ({low:+.1f} – {high:+.1f})")
        changes.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([f"{len(utterances)} commands, {words.sum()} words.", "", *rates, "", *changes])


def report(utterances: list[Utterance], found: dict[str, dict[str, list[str]]]) -> str:
    """Return the tables of the grammar's commands, of those written by hand, and of all."""
    parts = []
    for title, kinds in (("Commands of the grammar", {False}), ("Written by hand", {True}), ("All", {False, True})):
        some = [number for number, one in enumerate(utterances) if one.sentence.written in kinds]
        texts = {
            condition: {variant: [those[number] for number in some] for variant, those in variants.items()}
            for condition, variants in found.items()
        }
        if some:
            parts.append(f"### {title}\n\n{tables([utterances[number] for number in some], texts)}")
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lorikeet", type=pathlib.Path, default=LORIKEET, help="the binary to measure")
    parser.add_argument("--precision", default="f32", help="the arithmetic of its networks")
    parser.add_argument("--limit", type=int, help="the first commands of each language only")
    parser.add_argument("--json", type=pathlib.Path, help="write the transcripts to this file")
    options = parser.parse_args()
    utterances = endpointing_corpus.utterances(SET, options.limit)
    found = measure(utterances, options)
    print(report(utterances, found))
    if options.json:
        said = [utterance.sentence.text for utterance in utterances]
        options.json.write_text(
            json.dumps({"said": said, "texts": found}, indent=1, ensure_ascii=False), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
