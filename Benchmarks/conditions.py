"""Measure how noise, silence, level and window change the built-in model's text, by `lorikeet transcribe`."""
import json
import pathlib
import subprocess
import tempfile
from collections.abc import Callable

import jiwer
import numpy as np
import soundfile

import oracle

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
LORIKEET = REPOSITORY / ".build/release/lorikeet"
AUDIO = REPOSITORY / "Tests/Fixtures/audio"
RATE = 16_000
PEAKS = [-30, -40, -50, -60]  # dBFS
GAINS = [0, 20, 30, 40]  # maximum gain in dB
RATIOS = [10, 5]  # dB of speech above noise
WINDOWS = [5, 6, 8, 10, 15, 20, 25, 30]  # seconds


def decibels(value: float) -> float:
    """Convert decibels to a factor of amplitudes."""
    return 10 ** (value / 20)


def at_peak(signal: np.ndarray, peak: float) -> np.ndarray:
    return signal / np.abs(signal).max() * decibels(peak)


def colored(length: int, slope: float, draw: np.random.Generator) -> np.ndarray:
    """Return noise with a power of 1 / frequency ** slope: 0 white, 1 pink, 2 brown; RMS level 1."""
    spectrum = np.fft.rfft(draw.standard_normal(length))
    spectrum *= np.maximum(np.arange(len(spectrum)), 40 * length / RATE) ** (-slope / 2)
    noise = np.fft.irfft(spectrum, length)
    return noise / np.sqrt(np.mean(noise**2))


def hum(length: int, draw: np.random.Generator) -> np.ndarray:
    time = np.arange(length) / RATE
    tones = sum(np.sin(2 * np.pi * (50 * k * time + draw.random())) / k for k in range(1, 12))
    return tones / np.sqrt(np.mean(tones**2))


NOISES: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "white": lambda length, draw: colored(length, 0, draw),
    "pink": lambda length, draw: colored(length, 1, draw),
    "fan": lambda length, draw: colored(length, 1.5, draw) + hum(length, draw) / 2,
    "hum": hum,
}


def transcripts(signals: list[np.ndarray], *options: object) -> list[str]:
    """Return the transcripts of all signals, as 16-bit files, in one run."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = [f"{scratch}/{number:04}.wav" for number in range(len(signals))]
        for path, signal in zip(paths, signals, strict=True):
            soundfile.write(path, signal, RATE, "PCM_16")
        command = [LORIKEET, "transcribe", "--quiet", "--precision", "f32", "--format", "json", *map(str, options), *paths]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line)["text"] for line in output.splitlines()]


def different(texts: list[str], usual: list[str]) -> str:
    return f"{sum(map(str.__ne__, texts, usual))} of {len(texts)}"


def words(usual: list[str], texts: list[str]) -> str:
    return f"{100 * jiwer.wer(usual, texts):.0f} %"


def noise_table(signals: list[np.ndarray], usual: list[str]) -> str:
    """Tabulate the transcripts that differ from those of the unchanged recordings, with all audio and trimmed."""
    draw = np.random.default_rng(1)
    noisy = {"clean": signals}
    for ratio in RATIOS:
        noisy[f"{ratio} dB"] = [
            signal + np.sqrt(np.mean(signal**2)) * decibels(-ratio) * noise(len(signal), draw)
            for noise in NOISES.values() for signal in signals]
    pad = np.zeros(RATE, np.float32)
    noisy["clean, a second of silence on both sides"] = [np.concatenate([pad, signal, pad]) for signal in signals]
    rows = ["| 24 recordings, peaks of -6 dBFS | all of the audio | trimmed |", "|---|---|---|"]
    for name, some in noisy.items():
        some = [at_peak(signal, -6) for signal in some]
        cells = [different(transcripts(some, "--vad", vad), usual * (len(some) // len(usual))) for vad in ("off", "trim")]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def level_table(signals: list[np.ndarray], usual: list[str]) -> str:
    """Tabulate the words that differ, by peak and by `--max-gain`."""
    draw = np.random.default_rng(2)
    rows = [f"| peaks | {' | '.join(f'{gain} dB' if gain else 'without' for gain in GAINS)} |", "|---" * (1 + len(GAINS)) + "|"]
    quiet = {f"{peak} dBFS": [at_peak(signal, peak) for signal in signals] for peak in PEAKS}
    for peak in (-40, -50):
        quiet[f"{peak} dBFS over white noise of -60 dBFS"] = [
            at_peak(signal, peak) + decibels(-60) * draw.standard_normal(len(signal)) for signal in signals]
    for name, some in quiet.items():
        cells = [words(usual, transcripts(some, "--vad", "off", "--max-gain", gain)) for gain in GAINS]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def window_table(said: str) -> str:
    """Tabulate the word errors of the long recording."""
    long = oracle.samples(AUDIO / "long.flac")
    cells = []
    for seconds in WINDOWS:
        [text] = transcripts([long], "--window-seconds", seconds)
        cells.append(f"{100 * jiwer.wer(said, text):.1f} %")
    return "\n".join([f"| window | {' | '.join(f'{seconds} s' for seconds in WINDOWS)} |", "|---" * (1 + len(WINDOWS)) + "|",
                      f"| 59 s, 17 sentences | {' | '.join(cells)} |"])


def section() -> str:
    lines = [line.split("\t") for line in (AUDIO / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    texts = {name: text for name, _, _, text in lines}
    long = texts.pop("long.flac")
    signals = [oracle.samples(AUDIO / name) for name in texts]
    usual = transcripts(signals, "--vad", "off")
    said = list(texts.values())
    return f"""The built-in model in f32 on the recordings of the tests, by `lorikeet transcribe` in 16 bits. Of the unchanged recordings
{100 * jiwer.wer(said, usual):.1f} % of the words are wrong, including capitals and punctuation.

Texts that differ from those of the unchanged recordings, in {', '.join(NOISES)} noise:

{noise_table(signals, usual)}

Words that differ, by level and `--max-gain`, without trimming:

{level_table(signals, usual)}

Wrong words of the long recording by `--window-seconds`. Of its sentences one by one
{100 * jiwer.wer(said[:17], transcripts(signals[:17])):.1f} % are wrong.

{window_table(long)}
"""
