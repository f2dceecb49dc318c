"""Step `speak`: sentences become sound.

A shard is `speech/00000.npz`: the samples of all its utterances, one after the other.
"""

import json
import multiprocessing
import os
import pathlib
import random
import sys
import time

import numpy as np

from .grammar.corpus import ALWAYS, held_out_sentence, sentence
from .voices import RATE, held_out_voices, neural_voice, speak_all, training_voice

SHARD = 250  # utterances
# English is spelled less as it sounds, and has more sounds: with as many sentences it had twice the errors.
LANGUAGES, SHARES = ("en", "es"), (3, 2)


def save(path: pathlib.Path, entries: list[dict], sounds: list[np.ndarray]) -> None:
    """Writes a shard in one piece, so that an interrupted run leaves no half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.concatenate([(np.clip(sound, -1, 1) * 32767).astype(np.int16) for sound in sounds])
    ends = np.cumsum([len(sound) for sound in sounds])
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with open(temporary, "wb") as file:
        np.savez(file, samples=samples, ends=ends, entries=np.frombuffer(json.dumps(entries).encode(), np.uint8))
    temporary.rename(path)


def load(path: pathlib.Path) -> tuple[list[dict], list[np.ndarray]]:
    with np.load(path) as data:
        entries = json.loads(data["entries"].tobytes())
        sounds = np.split(data["samples"].astype(np.float32) / 32768, data["ends"][:-1])
    return entries, sounds


def spoken(text: str, draw: random.Random) -> str:
    """What the synthesiser reads: half of the questions without their mark, so that words tell one, not only melody."""
    return text.replace("¿", "").replace("?", ".") if draw.random() < 0.5 else text


def training_shard(task: tuple[pathlib.Path, int, int]) -> tuple[str, float, float]:
    path, seed, index = task
    choose = neural_voice if path.stem.startswith("n") else training_voice
    began, jobs, entries = time.time(), [], []
    for i in range(SHARD):
        draw = random.Random(f"speech {seed} {index} {i}" if choose is training_voice else f"neural {seed} {index} {i}")
        language = draw.choices(LANGUAGES, SHARES)[0]
        voice, text = choose(language, draw), sentence(language, draw)
        jobs.append((voice, spoken(text, draw), draw))
        entries.append({"text": text, "language": language, "voice": f"{voice.engine} {voice.name}"})
    return finish(path, entries, jobs, 1.0, began)


def held_out_shard(task: tuple[pathlib.Path, int, int]) -> tuple[str, float, float]:
    """The evaluation: every held-out voice says the fixed sentence, 14 other commands and 5 with words of the dictionary."""
    path, seed, _ = task
    language = path.stem
    began, jobs, entries = time.time(), [], []
    for voice in held_out_voices(language):
        for i in range(20):
            draw = random.Random(f"held out {seed} {voice.name} {i}")
            text = ALWAYS[language] if i == 0 else held_out_sentence(language, draw, command=i < 15)
            jobs.append((voice, spoken(text, draw), draw))
            voice_name = f"{voice.engine} {voice.name}"
            entries.append({"text": text, "language": language, "voice": voice_name, "command": i < 15})
    return finish(path, entries, jobs, 0.4, began)


def finish(path, entries, jobs, vary: float, began: float) -> tuple[str, float, float]:
    pairs = [(entry, sound) for entry, sound in zip(entries, speak_all(jobs, vary)) if sound is not None]
    pairs = [(entry, sound) for entry, sound in pairs if len(sound) <= 15 * RATE]
    save(path, [entry for entry, _ in pairs], [sound for _, sound in pairs])
    return path.name, sum(len(sound) for _, sound in pairs) / RATE, time.time() - began


def speak(work: pathlib.Path, shards: int, neural: int, seed: int, processes: int) -> None:
    tasks = [(work / f"held-out/{language}.npz", seed, 0) for language in ALWAYS]
    for task in tasks:
        if not task[0].exists():
            print(*held_out_shard(task))
    tasks = [(work / f"speech/{index:05}.npz", seed, index) for index in range(shards)]
    tasks += [(work / f"speech/n{index:04}.npz", seed, index) for index in range(neural)]
    missing = [task for task in tasks if not task[0].exists()]
    print(f"{len(tasks) - len(missing)} of {len(tasks)} shards are there")
    with multiprocessing.Pool(processes) as pool:
        for count, (name, seconds, wall) in enumerate(pool.imap_unordered(training_shard, missing), 1):
            print(f"{name}: {seconds / 60:.1f} min of speech in {wall:.0f} s; {count} of {len(missing)}", flush=True)
    sys.stdout.flush()
