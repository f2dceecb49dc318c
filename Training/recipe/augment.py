"""Step `augment`: what is said becomes what a microphone hears, and then features.

Each shard of speech gives several shards of features: `features/00000-dry.npz` without rooms and noise, and
`00000-0.npz`, `00000-1.npz` …, each with other rooms, noises and silences.
Features are normalised, so eight bits hold them well: one step is 1/24 of a band's deviation.
"""

import json
import multiprocessing
import os
import pathlib
import random
import time

import numpy as np

from . import effects
from .features import log_mel
from .speak import load, save
from .voices import RATE, speak_all, training_voice

STEP = 24.0
EMPTY, LONG = 0.08, 0.14  # shares of samples without words and of several utterances in one


def wake_words(path: pathlib.Path, seed: int) -> list[np.ndarray]:
    """Names that wake a satellite; their ends are heard before a command and are not written."""
    if not path.exists():
        names = [
            "Hey Jarvis.",
            "Okay Nabu.",
            "Alexa.",
            "Hey Lorikeet.",
            "Hey Mycroft.",
            "Hey Robin.",
            "Computer.",
            "Oye Robin.",
        ]
        jobs = []
        for i in range(160):
            draw = random.Random(f"wake {seed} {i}")
            jobs.append((training_voice(draw.choice(["en", "es"]), draw), draw.choice(names), draw))
        sounds = [sound for sound in speak_all(jobs) if sound is not None]
        save(path, [], sounds)
    return load(path)[1]


def silence(low: float, high: float, draw: np.random.Generator) -> np.ndarray:
    return np.zeros(int(draw.uniform(low, high) * RATE), np.float32)


def scene(
    sound: np.ndarray | None, draw: np.random.Generator, voices: list[np.ndarray], wake: list[np.ndarray]
) -> np.ndarray:
    """One recording: speech (or none) in a room with noise, through a microphone, at some gain."""
    parts = []
    if sound is None:
        parts.append(silence(0.4, 5, draw))
        if draw.random() < 0.3:
            parts.insert(draw.integers(2), effects.chime(draw))
    else:
        parts += [silence(0, 0.4, draw) if draw.random() < 0.6 else silence(0, 1.5, draw), sound,
                  silence(0, 0.5, draw) if draw.random() < 0.6 else silence(0, 1.5, draw)]  # fmt: skip
        if draw.random() < 0.08:
            end = wake[draw.integers(len(wake))]
            parts = [end[-int(draw.uniform(0.05, 0.3) * RATE) :], silence(0.1, 0.5, draw), *parts[1:]]
        if draw.random() < 0.1:
            parts.insert(0, effects.chime(draw))
    samples = np.concatenate(parts)
    loudness = effects.level(sound) if sound is not None else 0.1
    if draw.random() < 0.5:
        samples = effects.room(samples, draw)
    if draw.random() < 0.25:
        samples = effects.microphone(samples, draw)
    kind = draw.random()
    if kind < 0.6 or (sound is None and kind < 0.8):
        ratio = draw.uniform(0, 30) if draw.random() < 0.8 else draw.uniform(-5, 5)
        samples = samples + effects.noise(
            len(samples), draw, voices if sound is not None else None
        ) * loudness * 10 ** (-ratio / 20)
    if draw.random() < 0.15:  # the noise has come through the microphone, too
        samples = effects.microphone(samples, draw)
    peak = np.abs(samples).max() + 1e-9
    if draw.random() < 0.05:
        samples = np.clip(samples / peak, -1, 1) * draw.uniform(1.5, 8)  # overdriven
        samples = np.clip(samples, -1, 1)
        peak = 1
    gain = draw.uniform(-20, 0) if draw.random() < 0.6 else draw.uniform(-50, 0)
    samples = samples / peak * 10 ** (gain / 20)
    if sound is None and draw.random() < 0.3:  # noise that sets in or stops is no word, either
        samples = np.concatenate([silence(0, 0.5, draw), samples, silence(0, 0.5, draw)])
    dither = draw.standard_normal(len(samples)) * 10 ** (draw.uniform(-100, -60) / 20) if draw.random() < 0.5 else 0
    return np.round(np.clip(samples + dither, -1, 1) * 32767).astype(np.float32) / 32768


def dry(sound: np.ndarray | None, draw: np.random.Generator) -> np.ndarray:
    """A recording without room and noise: with these the model learns first where words are."""
    samples = (
        silence(0.5, 3, draw)
        if sound is None
        else np.concatenate([silence(0.02, 0.5, draw), sound, silence(0.02, 0.5, draw)])
    )
    return samples * 10 ** (draw.uniform(-20, 0) / 20) + draw.standard_normal(len(samples)).astype(np.float32) * 10 ** (
        draw.uniform(-100, -65) / 20
    )


def shard(task: tuple[pathlib.Path, pathlib.Path, pathlib.Path, int]) -> tuple[str, float, float]:
    speech, output, wake_path, seed = task
    began, wake = time.time(), load(wake_path)[1]
    entries, sounds = load(speech)
    draw = np.random.default_rng([seed, *output.stem.encode()])
    items: list[tuple[str, np.ndarray | None]] = [(entry["text"], sound) for entry, sound in zip(entries, sounds)]
    for _ in range(int(LONG * len(entries))):
        chosen = draw.integers(len(entries), size=draw.integers(2, 5))
        parts = []
        for i in chosen:
            parts += [sounds[i] * draw.uniform(0.5, 1), silence(0.1, 0.9, draw)]
        joined = np.concatenate(parts[:-1])
        if len(joined) < 12 * RATE:
            items.append((" ".join(entries[i]["text"] for i in chosen), joined))
    items += [("", None)] * int(EMPTY * len(entries))
    features, texts = [], []
    for text, sound in items:
        heard = dry(sound, draw) if output.stem.endswith("dry") else scene(sound, draw, sounds, wake)[: 16 * RATE]
        features.append(np.clip(np.round(log_mel(heard) * STEP), -127, 127).astype(np.int8))
        texts.append(text)
    temporary = output.with_suffix(f".{os.getpid()}.tmp")
    with open(temporary, "wb") as file:
        np.savez(file, features=np.concatenate(features), frames=np.array([len(f) for f in features]),
                 texts=np.frombuffer(json.dumps(texts).encode(), np.uint8))  # fmt: skip
    temporary.rename(output)
    return output.name, sum(len(f) for f in features) / 100, time.time() - began


def augment(work: pathlib.Path, versions: int, seed: int, processes: int) -> None:
    folder = work / "features"
    folder.mkdir(parents=True, exist_ok=True)
    wake_words(work / "wake.npz", seed)
    speech = sorted((work / "speech").glob("*.npz"))
    names = ["dry", *map(str, range(versions))]
    tasks = [(path, folder / f"{path.stem}-{name}.npz", work / "wake.npz", seed) for name in names for path in speech]
    missing = [task for task in tasks if not task[1].exists()]
    print(f"{len(tasks) - len(missing)} of {len(tasks)} shards are there")
    with multiprocessing.Pool(processes) as pool:
        for count, (name, seconds, wall) in enumerate(pool.imap_unordered(shard, missing), 1):
            print(f"{name}: {seconds / 60:.1f} min in {wall:.0f} s; {count} of {len(missing)}", flush=True)


def read_features(path: pathlib.Path) -> tuple[list[np.ndarray], list[str]]:
    """All features of a shard, [frames, bands] in eight bits, and their texts."""
    with np.load(path) as data:
        features = np.split(data["features"], np.cumsum(data["frames"])[:-1])
        return features, json.loads(data["texts"].tobytes())
