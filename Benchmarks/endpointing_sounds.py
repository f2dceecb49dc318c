"""What sounds behind the commands of Benchmarks/endpointing.py: noises, music, babble and a second voice."""

import functools
import random
import sys
from collections.abc import Callable

import numpy as np

from endpointing_texts import SEED, others
from names_corpus import LANGUAGES, REPOSITORY
from recipe.voices import RATE, Voice, speak_all

sys.path.insert(0, str(REPOSITORY / "Tools"))

from conditions import colored, decibels, hum

# Who speaks in the background: voices that the training heard, which makes the recognizer follow them all the better.
OTHERS = {
    "tune": {
        "en": [Voice("flite", "slt", "en"), Voice("espeak", "en-gb+m2", "en"), Voice("espeak", "en-us+f1", "en")],
        "es": [Voice("espeak", "es+m1", "es"), Voice("espeak", "es-419+f2", "es"), Voice("espeak", "es+max", "es")],
    },
    "test": {
        "en": [Voice("flite", "rms", "en"), Voice("espeak", "en-us+f3", "en"), Voice("flite", "kal16", "en")],
        "es": [Voice("espeak", "es+f3", "es"), Voice("espeak", "es-419+m7", "es"), Voice("espeak", "es+m4", "es")],
    },
}
BABBLE = 16  # voices at once
TRACK = 60 * RATE  # samples of babble or of reading
PROGRESSIONS = [[0, 5, 3, 4], [0, 3, 4, 0], [5, 3, 0, 4], [0, 4, 5, 3]]  # steps of the scale
SCALE = [0, 2, 4, 5, 7, 9, 11]


def level(samples: np.ndarray) -> float:
    """Return the RMS level while there is sound: of 20 ms frames within 30 dB of the loudest."""
    frame = RATE // 50
    powers = np.mean(samples[: len(samples) // frame * frame].reshape(-1, frame) ** 2, axis=1)
    return float(np.sqrt(np.mean(powers[powers > powers.max() * decibels(-30) ** 2])))


def repeated(track: np.ndarray, length: int, start: int) -> np.ndarray:
    """Return a part of a track that begins anew at its end."""
    return np.take(track, np.arange(start, start + length), mode="wrap")


@functools.cache
def reading(which: str, language: str, number: int) -> np.ndarray:
    """Return a voice that reads sentences, with the short breaths of a reader between them."""
    voice = OTHERS[which][language][number]
    texts = others(which, language)
    draw = random.Random(f"{SEED} reading {which} {language} {number}")
    draw.shuffle(texts)
    sounds = speak_all([(voice, text, random.Random(SEED + number)) for text in texts], 0.3)
    parts = []
    for sound in sounds:
        assert sound is not None
        parts += [sound, np.zeros(int(draw.uniform(0.15, 0.4) * RATE), np.float32)]
    return np.concatenate(parts)


@functools.cache
def babble_track(which: str) -> np.ndarray:
    """Return many voices of both languages at once, none of which can be understood."""
    print(f"babble of {which}", file=sys.stderr)
    draw = random.Random(f"{SEED} babble {which}")
    total = np.zeros(TRACK)
    for number in range(BABBLE):
        language = list(LANGUAGES)[number % len(LANGUAGES)]
        track = reading(which, language, number // len(LANGUAGES) % len(OTHERS[which][language]))
        part = repeated(track, TRACK, draw.randrange(len(track)))
        total += part / level(part) * decibels(draw.uniform(-3, 3))
    return total


def note(frequency: float, seconds: float, brightness: float) -> np.ndarray:
    """Return a plucked string: partials that fade, the higher the faster."""
    time = np.arange(int(seconds * RATE)) / RATE
    partials = range(1, min(12, int(7000 / frequency)) + 1)
    return sum(
        np.sin(2 * np.pi * k * frequency * time) * np.exp(-time * (1.5 + 0.8 * k)) / k**brightness for k in partials
    )


def music(length: int, draw: random.Random) -> np.ndarray:
    """Return a simple piece: a bass, broken chords and a melody in eighths."""
    eighth = 30 / draw.uniform(80, 130)  # seconds
    key, chords = draw.uniform(130, 220), draw.choice(PROGRESSIONS)
    total = np.zeros(length + 3 * RATE)

    def play(step: int, octave: int, start: float, seconds: float, loudness: float, brightness: float) -> None:
        frequency = key * 2 ** (octave + step // 7 + SCALE[step % 7] / 12)
        sound, at = loudness * note(frequency, seconds, brightness), int(start * RATE)
        total[at : at + len(sound)] += sound[: max(0, len(total) - at)]

    for beat in range(int(length / RATE / eighth) + 1):
        chord, start = chords[beat // 8 % len(chords)], beat * eighth
        if beat % 4 == 0:
            play(chord, -1, start, 1.2, 1.0, 1.5)
        play(chord + [0, 2, 4, 2][beat % 4], 0, start, 0.8, 0.5, 1.2)
        if draw.random() < 0.6:
            play(chord + draw.choice([0, 2, 4, 5, 7]), 1, start, 1.0, 0.7, 1.0)
    return total[:length]


def fan(length: int, draw: random.Random) -> np.ndarray:
    noise = np.random.default_rng(draw.randrange(2**31))
    return colored(length, 1.5, noise) + hum(length, noise) / 2


def rain(length: int, draw: random.Random) -> np.ndarray:
    return colored(length, 1, np.random.default_rng(draw.randrange(2**31)))


def white(length: int, draw: random.Random) -> np.ndarray:
    return colored(length, 0, np.random.default_rng(draw.randrange(2**31)))


def babble(length: int, draw: random.Random, which: str) -> np.ndarray:
    return repeated(babble_track(which), length, draw.randrange(TRACK))


def noises(which: str) -> dict[str, Callable[[int, random.Random], np.ndarray]]:
    """Return the four noises; their levels are arbitrary."""
    return {"fan": fan, "rain": rain, "music": music, "babble": functools.partial(babble, which=which)}


def scaled(sound: np.ndarray, wanted: float) -> np.ndarray:
    """Return the sound at an RMS level."""
    return sound * (wanted / np.sqrt(np.mean(sound**2)))


def other_voice(which: str, language: str, length: int, draw: random.Random) -> np.ndarray:
    """Return a part of a reading, with a level of 1 while it speaks."""
    track = reading(which, language, draw.randrange(len(OTHERS[which][language])))
    return repeated(track / level(track), length, draw.randrange(len(track)))
