"""Step `evaluate`: word error rates on held-out sentences by held-out voices, clean and in noise."""

import functools
import json
import pathlib
import random
import subprocess
import tempfile

import numpy as np
import soundfile
import torch

from . import effects
from .decode import greedy_ctc, greedy_tdt
from .features import log_mel
from .grammar.corpus import ALWAYS, COMMANDS, plain
from .model import Transducer
from .speak import load
from .vocabulary import Pieces

Heard = list[tuple[str, str, np.ndarray]]  # text, voice, samples


def distance(reference: list[str], heard: list[str]) -> int:
    """Words to change, add or remove."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(reference, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def word_errors(pairs: list[tuple[str, str]], spelling: bool) -> float:
    """Percent of words; with `spelling` capitals and punctuation count, too."""
    split = (lambda text: text.split()) if spelling else (lambda text: plain(text).split())
    wrong = sum(distance(split(text), split(heard)) for text, heard in pairs)
    return 100 * wrong / max(1, sum(len(split(text)) for text, _ in pairs))


def quiet_room(sound: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """A third of a second of silence around the words, at a usual level."""
    return np.pad(sound, 16_000 // 3) * 10 ** (draw.uniform(-20, -6) / 20)


@functools.cache
def held_out(work: pathlib.Path, language: str, noise: float | None, command: bool = True) -> Heard:
    """Held-out commands, or sentences with dictionary words, with noise of several kinds `noise` dB below the voice."""
    entries, sounds = load(work / f"held-out/{language}.npz")
    recordings = []
    for i, (entry, sound) in enumerate(zip(entries, sounds)):
        if entry["command"] != command:
            continue
        draw = np.random.default_rng([i, 7])
        samples = quiet_room(sound, draw)
        if noise is not None:
            loudness = effects.level(sound) * np.abs(samples).max() / np.abs(sound).max()
            samples = samples + effects.noise(len(samples), draw, None) * loudness * 10 ** (-noise / 20)
        recordings.append((entry["text"], entry["voice"], samples.astype(np.float32)))
    return recordings


def nothing_to_hear() -> Heard:
    """Silence, and noise of every kind from faint to loud."""
    recordings: Heard = [("", "silence", np.zeros(int(seconds * 16_000), np.float32)) for seconds in (0.3, 1, 3, 10)]
    for i in range(60):
        draw = np.random.default_rng([i, 8])
        samples = effects.noise(int(draw.uniform(0.5, 6) * 16_000), draw, None)
        samples *= 10 ** (draw.uniform(-55, -6) / 20) / np.abs(samples).max()
        recordings.append(("", "noise", samples))
    return recordings


def recorded(folder: pathlib.Path, language: str) -> Heard:
    """Recordings with a manifest.tsv: file, language, seconds, text."""
    recordings = []
    for line in (folder / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, spoken, _, text = line.split("\t")
        if spoken == language and (folder / name).exists():
            recordings.append((text, "recording", soundfile.read(folder / name, dtype="float32")[0]))
    return recordings


def sets(work: pathlib.Path, folder: pathlib.Path | None, limit: int | None) -> dict[str, Heard]:
    """Every set of the evaluation by its name."""
    found: dict[str, Heard] = {}
    for language in ("en", "es"):
        for noise in (None, 20.0, 10.0, 5.0):
            found[f"{language} {'clean' if noise is None else f'{noise:.0f} dB'}"] = held_out(work, language, noise)
        found[f"{language} dictionary"] = held_out(work, language, None, command=False)
        if folder:
            found[f"{language} recordings"] = recorded(folder, language)
    found["nothing"] = nothing_to_hear()
    return {name: some_of(recordings, limit) for name, recordings in found.items()}


def some_of(recordings: Heard, limit: int | None) -> Heard:
    """The same `limit` recordings every time, from all over the set."""
    return random.Random(1).sample(recordings, limit) if limit and limit < len(recordings) else recordings


@torch.no_grad()
def transcribe(model: Transducer, pieces: Pieces, recordings: Heard, decode=greedy_tdt) -> list[str]:
    texts = []
    for _, _, samples in recordings:
        features = torch.from_numpy(log_mel(samples))[None]
        encoded, lengths = model.encoder(features, torch.tensor([features.shape[1]]))
        texts.append(pieces.decode(decode(model, encoded[0], int(lengths[0]))))
    return texts


def with_onnx_asr(folder: pathlib.Path, recordings: Heard) -> tuple[list[str], list[list[int]]]:
    """Texts and token ids. The public API has no ids, hence the calls into its stages."""
    import onnx_asr

    model = onnx_asr.load_model("nemo-conformer-tdt", folder, providers=["CPUExecutionProvider"]).asr
    texts, tokens = [], []
    for _, _, samples in recordings:
        encoded = model._encode(*model._preprocessor(samples[None], np.array([len(samples)])))
        ids, _, _ = next(model._decoding(*encoded))
        tokens.append(list(map(int, ids)))
        texts.append(model._decode_tokens(ids, None, None).text)
    return texts, tokens


def with_lorikeet(
    program: str, folder: pathlib.Path, precision: str, recordings: Heard
) -> tuple[list[str], list[list[int]]]:
    """Texts and token ids of one run of `lorikeet transcribe` over all recordings, as they are: no gate, no gain."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = [f"{scratch}/{i:04}.wav" for i in range(len(recordings))]
        for path, (_, _, samples) in zip(paths, recordings):
            soundfile.write(path, samples, 16_000, "FLOAT")
        command = [program, "transcribe", "--vad", "off", "--max-gain", "0", "--precision", precision,
                   "--model", str(folder), "--format", "json", *paths]  # fmt: skip
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    heard = [json.loads(line) for line in lines]
    return [line["text"] for line in heard], [[token["id"] for token in line["tokens"]] for line in heard]


def score(model: Transducer, pieces: Pieces, work: pathlib.Path, limit: int) -> dict[str, float]:
    """A quick look while training, on every n-th recording."""
    values = {}
    for language in ("en", "es"):
        for noise in (None, 10.0):
            recordings = some_of(held_out(work, language, noise), limit)
            for name, decode in (("ctc", greedy_ctc), ("tdt", greedy_tdt)):
                heard = transcribe(model, pieces, recordings, decode)
                pairs = [(text, words) for (text, _, _), words in zip(recordings, heard)]
                values[f"{language} {name} {'clean' if noise is None else 'noisy'}"] = round(
                    word_errors(pairs, False), 1
                )
    return values


def row(recordings: Heard, heard: list[str]) -> dict:
    """The figures of one set; `by voice` are word errors in percent, `wrong` what was not heard as it was said."""
    pairs = [(text, words) for (text, _, _), words in zip(recordings, heard)]
    if not any(text for text, _ in pairs):
        return {"recordings": len(pairs), "with words": sum(bool(words) for _, words in pairs)}
    voices: dict[str, list[tuple[str, str]]] = {}
    for (_, voice, _), pair in zip(recordings, pairs):
        voices.setdefault(voice, []).append(pair)
    fixed = [(text, words) for text, words in pairs if text in ALWAYS.values()]
    return {
        "recordings": len(pairs),
        "word errors": round(word_errors(pairs, False), 2),
        "with punctuation": round(word_errors(pairs, True), 2),
        "exact": sum(plain(text) == plain(words) for text, words in pairs),
        "fixed sentence": f"{sum(plain(text) == plain(words) for text, words in fixed)} of {len(fixed)}",
        "by voice": {voice: round(word_errors(some, False), 1) for voice, some in voices.items()},
        "wrong": [pair for pair in pairs if plain(pair[0]) != plain(pair[1])][:40],
    }


def evaluate(
    work: pathlib.Path, model: pathlib.Path | None, recordings: pathlib.Path | None, limit: int | None,
    program: str | None, precision: str,
) -> None:  # fmt: skip
    """Prints a table and writes report.json. The checkpoint is read unless an exported directory is given; with
    `program` Lorikeet reads that directory, and its tokens are compared with those of onnx-asr."""
    if model is None:
        from .export import averaged

        checkpoint, pieces = averaged(work), Pieces(work)
    report = {}
    print("| set | recordings | word error rate | as written | exact | fixed sentence |\n|---|---|---|---|---|---|")
    for name, some in sets(work, recordings, limit).items():
        same = ""
        if model is None:
            texts = transcribe(checkpoint, pieces, some)
        elif program is None:
            texts, _ = with_onnx_asr(model, some)
        else:
            texts, tokens = with_lorikeet(program, model, precision, some)
            expected = with_onnx_asr(model, some)[1]
            same = f" same tokens as onnx-asr: {sum(map(list.__eq__, tokens, expected))} of {len(some)} |"
        report[name] = values = row(some, texts)
        if "with words" in values:
            print(f"| {name} | {values['recordings']} | {values['with words']} gave words | | | |{same}")
        else:
            print(f"| {name} | {values['recordings']} | {values['word errors']} % | {values['with punctuation']} % "
                  f"| {values['exact']} | {values['fixed sentence']} |{same}", flush=True)  # fmt: skip
    print_voices(report)
    (work / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def print_voices(report: dict) -> None:
    """Word error rates of commands by held-out voice."""
    print("\n| voice | clean | 10 dB |\n|---|---|---|")
    for language in COMMANDS:
        noisy = report[f"{language} 10 dB"]["by voice"]
        for voice, errors in report[f"{language} clean"]["by voice"].items():
            print(f"| {language}: {voice} | {errors} % | {noisy[voice]} % |")
