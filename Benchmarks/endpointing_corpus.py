"""What Benchmarks/endpointing.py listens to: commands with pauses inside in seven conditions, and audio without speech.

- A third of the commands has no pause, a fifth of the others two. A pause lasts 0.2 to 1.2 s, evenly.
- 0.3 to 1.5 s go before the command, 4 s follow it; what sounds behind it does so all the time. Peaks are -6 to -20 dBFS.
- White noise of -60 dBFS is everywhere. `quiet` has nothing more; `fan`, `rain`, `music` and `babble` are 15 dB below the
  voice. In `second voice` someone else reads all the time, 12 dB below the voice while both speak.
- In `television` there is music, 15 dB below the voice; a fraction of a second after the command someone else begins to speak
  there, 6 dB below the voice, until the end.

Voices are those that the training never heard: half of espeak-ng's for `tune`, the others and Festival's for `test`.
"""

import hashlib
import json
import pathlib
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import soundfile

import endpointing_sounds as sounds
import endpointing_speech
import names_corpus
from conditions import decibels
from endpointing_speech import Pause
from endpointing_texts import KINDS, SEED, Place, Sentence, sentences
from names_corpus import LANGUAGES, REPOSITORY
from recipe.voices import RATE, Voice

AUDIO = REPOSITORY / ".build/endpointing-audio"
VERSION = 1  # of the sounds
NOISES = ["fan", "rain", "music", "babble"]
ONE_VOICE = ["quiet", *NOISES]
CONDITIONS = [*ONE_VOICE, "second voice", "television"]
RATIO = 15  # dB of the voice above a noise
FLOOR = -60  # dBFS, RMS
SECOND, TELEVISION = -12, -6  # dB of another voice beside the command's
LEAD, PAUSE = (0.3, 1.5), (0.2, 1.2)  # seconds
TAIL = 4.0
PEAKS = (-20.0, -6.0)  # dBFS
WITHOUT = 1 / 3  # of the commands have no pause
TWO = 0.2  # of the others have two
LEVELS = [-50, -40, -30]  # dBFS, RMS, of audio without speech
NO_SPEECH = 20.0  # seconds


@dataclass(frozen=True)
class Utterance:
    """A command in a condition, and the places of its pauses."""

    which: str
    sentence: Sentence
    voice: Voice
    condition: str
    places: tuple[Place, ...]
    pauses: tuple[Pause, ...]

    @property
    def path(self) -> pathlib.Path:
        """The recording's file, which is kept; beside it lies what is known about it."""
        key = f"{VERSION} {SEED} {self.which} {self.voice} {self.condition} {self.pauses}\n{self.sentence.text}"
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        return AUDIO / f"{self.which}-{self.sentence.language}-{name}.wav"

    @property
    def truth(self) -> dict:
        """What is known: `begin` and `end` of the words and `pauses` (start, length), in seconds."""
        return json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))

    @property
    def kind(self) -> str:
        """The kind of its pauses."""
        kinds = {place.kind for place in self.places}
        return "none" if not kinds else kinds.pop() if len(self.places) == 1 else "two pauses"


@dataclass(frozen=True)
class Nothing:
    """Audio without speech."""

    which: str
    noise: str
    level: int

    @property
    def path(self) -> pathlib.Path:
        return AUDIO / f"{self.which}-{self.noise}{self.level}-{VERSION}.wav"


def voices(which: str, language: str) -> list[Voice]:
    every = names_corpus.voices(language)
    espeak = [voice for voice in every if voice.engine == "espeak"]
    mine = [voice for i, voice in enumerate(espeak) if i // 2 % 2 == (which == "test")]  # both accents are in both sets
    return mine + ([voice for voice in every if voice.engine != "espeak"] if which == "test" else [])


def chosen(places: tuple[Place, ...], count: int, draw: random.Random) -> tuple[Place, ...]:
    """Return so many places or fewer, of different kinds if there are; "and", which is rare, goes first."""
    found: list[Place] = []
    while len(found) < count and len(found) < len(places):
        rest = [place for place in places if place not in found]
        new = [place for place in rest if place.kind not in {one.kind for one in found}]
        kinds = [kind for kind in KINDS if any(place.kind == kind for place in new or rest)]
        kind = "and" if "and" in kinds else draw.choice(kinds)
        found.append(draw.choice([place for place in new or rest if place.kind == kind]))
    return tuple(sorted(found, key=lambda place: place.words))


def utterances(which: str, limit: int | None = None, takes: int = 1) -> list[Utterance]:
    """Return the commands of a set, of each language at most so many.

    Each further take says them once more: by another voice, with other pauses, in another condition.
    """
    found = []
    for language in LANGUAGES:
        speakers = voices(which, language)
        for take in range(takes):
            for number, sentence in enumerate(sentences(which, language)[:limit]):
                draw = random.Random(f"{SEED} utterance {which} {sentence.text}" + (f" {take}" if take else ""))
                count = 0 if draw.random() < WITHOUT else 2 if draw.random() < TWO else 1
                places = chosen(sentence.places, count, draw)
                pauses = tuple(Pause(place.words, round(draw.uniform(*PAUSE), 3)) for place in places)
                condition = CONDITIONS[(number + take) % len(CONDITIONS)]
                voice = speakers[(number // len(CONDITIONS) + take) % len(speakers)]
                found.append(Utterance(which, sentence, voice, condition, places, pauses))
    return found


def nothing(which: str) -> list[Nothing]:
    """Return the audio without speech: each noise at each level, and silence but for the white noise."""
    return [Nothing(which, "quiet", FLOOR)] + [Nothing(which, noise, level) for noise in NOISES for level in LEVELS]


def mixed(utterance: Utterance) -> tuple[np.ndarray, dict]:
    """Return the samples of an utterance and what is known about it."""
    draw = random.Random(f"{SEED} {utterance.which} {utterance.voice} {utterance.sentence.text}")
    speech = endpointing_speech.speak(utterance.voice, utterance.sentence.text, list(utterance.pauses), draw)
    loud = np.flatnonzero(np.abs(speech.samples) > endpointing_speech.SILENT * np.abs(speech.samples).max())
    lead = int(draw.uniform(*LEAD) * RATE)
    begin, end = lead + int(loud[0]), lead + int(loud[-1]) + 1
    clean = np.zeros(end + int(TAIL * RATE))
    part = speech.samples[: len(clean) - lead]
    clean[lead : lead + len(part)] = part / np.abs(part).max() * decibels(draw.uniform(*PEAKS))
    length, voice = len(clean), sounds.level(clean)
    total = clean + decibels(FLOOR) * sounds.white(length, draw)
    language, condition = utterance.sentence.language, utterance.condition
    if condition in NOISES:
        total += sounds.scaled(sounds.noises(utterance.which)[condition](length, draw), voice * decibels(-RATIO))
    elif condition == "second voice":
        total += sounds.other_voice(utterance.which, language, length, draw) * voice * decibels(SECOND)
    elif condition == "television":
        total += sounds.scaled(sounds.music(length, draw), voice * decibels(-RATIO))
        start = end + int(draw.uniform(0.2, 0.6) * RATE)
        other = sounds.other_voice(utterance.which, language, length - start, draw)
        total[start:] += other * voice * decibels(TELEVISION)
    pauses = [[(lead + at) / RATE, count / RATE] for at, count in speech.pauses]
    known = {
        "text": utterance.sentence.text,
        "voice": f"{utterance.voice.engine} {utterance.voice.name}",
        "condition": condition,
        "begin": begin / RATE,
        "end": end / RATE,
        "end_sample": end,
        "pauses": pauses,
        "places": [asdict(place) for place in utterance.places],
    }
    return total, known


def write(path: pathlib.Path, samples: np.ndarray) -> None:
    """Write 16 bits, in one piece, so that an interrupted run leaves no half of a file."""
    peak = np.abs(samples).max()
    temporary = path.with_suffix(".tmp")
    soundfile.write(temporary, samples * min(1, 0.99 / peak), RATE, "PCM_16", format="WAV")
    temporary.rename(path)


def make(some: list[Utterance]) -> None:
    """Make the recordings that are not there yet."""
    AUDIO.mkdir(parents=True, exist_ok=True)
    missing = [one for one in some if not one.path.exists()]
    for count, utterance in enumerate(missing, 1):
        samples, known = mixed(utterance)
        utterance.path.with_suffix(".json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        write(utterance.path, samples)
        if count % 50 == 0 or count == len(missing):
            print(f"{count} of {len(missing)} utterances made", file=sys.stderr)


def make_nothing(some: list[Nothing]) -> None:
    """Make the audio without speech that is not there yet."""
    AUDIO.mkdir(parents=True, exist_ok=True)
    for one in some:
        if not one.path.exists():
            draw, length = random.Random(f"{SEED} {one}"), int(NO_SPEECH * RATE)
            samples = decibels(FLOOR) * sounds.white(length, draw)
            if one.noise != "quiet":
                samples += sounds.scaled(sounds.noises(one.which)[one.noise](length, draw), decibels(one.level))
            write(one.path, samples)


def chunks(path: pathlib.Path, size: int) -> Iterator[bytes]:
    """Yield the samples of a recording in pieces of equal size; a shorter last one is left out."""
    samples, _ = soundfile.read(path, dtype="int16")
    for start in range(0, len(samples) - size + 1, size):
        yield samples[start : start + size].tobytes()


if __name__ == "__main__":
    for which in ("tune", "test"):
        make(utterances(which))
        make_nothing(nothing(which))
