#!/usr/bin/env python3
"""Write the tables in Sources/CLanguageGrams: how often letter n-grams occur in each language.

The source is the model of py3langid (Adrien Barbaresi's fork of Marco Lui's langid.py, BSD licenses), reduced to the
languages of Parakeet v3, the n-grams that tell them apart best, and one byte for each probability.

    pip install py3langid==0.4.0 numpy regex
    python3 Tools/make_language_grams.py
"""
import importlib.metadata
import importlib.resources
import io
import lzma
import pathlib
from collections import deque

import numpy as np
import regex

OUTPUT = pathlib.Path(__file__).resolve().parents[1] / "Sources/CLanguageGrams"
# Greek is the only language of its script.
SCRIPTS = {
    "Latin": "cs da de en es et fi fr hr hu it lt lv mt nl pl pt ro sk sl sv".split(),
    "Cyrillic": "bg ru uk".split(),
}
COUNTS = {"Latin": 8000, "Cyrillic": 1400}
LONGEST = 5  # letters, including the spaces around a word; as in LanguageProfile.swift
STEP = 0.5  # of a probability's natural logarithm; as in LanguageProfile.swift
STEPS = 12  # limit: probabilities further below the highest are raised to this
PLAIN = regex.compile(r"[\p{L}\p{M} '-]+")


def license() -> str:
    return importlib.metadata.distribution("py3langid").read_text("licenses/LICENSE").strip()


def model() -> tuple[list[str], np.ndarray, dict[int, bytes]]:
    """Languages, the logarithms of probabilities [features, languages], and the bytes of each feature."""
    packed = importlib.resources.files("py3langid").joinpath("data/model.npz.xz").read_bytes()
    data = np.load(io.BytesIO(lzma.decompress(packed)))
    moves, rows, outputs = data["nextmove"].reshape(-1, 256), data["nextmove_row"], data["out_feat"]
    # In breadth-first order, the first path to a state spells its own bytes.
    texts, queue = {0: b""}, deque([0])
    while queue:
        state = queue.popleft()
        for byte, target in enumerate(moves[rows[state]]):
            if target not in texts:
                texts[target] = texts[state] + bytes([byte])
                queue.append(target)
    features = {int(outputs[state]): text for state, text in texts.items() if outputs[state] >= 0}
    return list(data["classes"]), data["ptc"].astype(np.float64), features


def grams(script: str, languages: list[str], logs: np.ndarray, features: dict[int, bytes]) -> list[str]:
    """One line per gram: its letters, with `_` for a space, and one letter per language."""
    columns = [languages.index(language) for language in SCRIPTS[script]]
    sums: dict[str, np.ndarray] = {}
    for index, encoded in features.items():
        try:
            text = encoded.decode().lower().replace("’", "'")
        except UnicodeDecodeError:
            continue  # part of a letter
        letters = [letter for letter in text if regex.match(r"\p{L}", letter)]
        if not letters or not PLAIN.fullmatch(text) or len(text) > LONGEST or max(text) > "\u0fff":
            continue
        if all(regex.match(rf"\p{{{script}}}", letter) for letter in letters):
            sums[text] = sums.get(text, 0) + np.exp(logs[index, columns])
    texts, probabilities = list(sums), np.array(list(sums.values()))
    # The mutual information of a gram's occurrence and the language.
    mean = probabilities.mean(axis=1, keepdims=True)
    information = (probabilities * np.log(probabilities / mean)).mean(axis=1)
    best = np.argsort(-information, kind="stable")[:COUNTS[script]]
    below = np.log(probabilities.max(axis=1, keepdims=True) / probabilities)
    steps = np.minimum(np.round(below / STEP), STEPS).astype(int)
    return sorted(
        texts[index].replace(" ", "_") + " " + "".join(chr(ord("a") + step) for step in steps[index])
        for index in best)


def main() -> None:
    languages, logs, features = model()
    (OUTPUT / "LICENSE").write_text(license() + "\n", encoding="utf-8")
    for script, own in SCRIPTS.items():
        lines = [" ".join(own), *grams(script, languages, logs, features)]
        (OUTPUT / f"{script.lower()}.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
