"""What Benchmarks/names.py has spoken: names in commands, ordinary commands, and names that nobody says.

The folder `names` has them in the form of the recipe's word lists: `[section]`, then its entries with bars between. The
voices are those that the training never heard.
"""

import hashlib
import itertools
import pathlib
import random
import re
import sys
import unicodedata
from dataclasses import dataclass

import numpy as np
import soundfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "Training"))

from recipe.grammar.corpus import held_out_sentence
from recipe.grammar.templates import read_templates, read_words
from recipe.voices import RATE, Voice, held_out_voices, speak_all

TEXTS = REPOSITORY / "Benchmarks/names"
AUDIO = REPOSITORY / ".build/names-audio"
LANGUAGES = {"en": "english", "es": "spanish"}
KINDS = ["people", "rooms", "brands"]
PLACES = ["start", "middle", "end"]  # of the name in its sentence, a voice each
ORDINARY = 250  # sentences of each language
UNRELATED = 100  # distractors of each language beside the ordinary sentences
LONGEST = 3  # words of a name
VARY = 0.4  # the range of speeds and pitches, that of the recipe's evaluation
SEED = 1
SILENCE = RATE // 3  # samples on both sides
BATCH = 100  # utterances, for each of which a process of Festival starts at most once


@dataclass(frozen=True)
class Name:
    """A name that is said, and its language and kind."""

    language: str
    kind: str
    text: str


@dataclass(frozen=True)
class Utterance:
    """A sentence by a voice; `carrier` has `{name}` in the place of the name, if there is one."""

    carrier: str
    voice: Voice
    name: Name | None = None

    @property
    def text(self) -> str:
        return self.carrier.format(name=self.name.text) if self.name else self.carrier

    @property
    def path(self) -> pathlib.Path:
        """The recording's file, which is kept."""
        key = f"{self.voice.engine} {self.voice.name}\n{self.text}\n{SEED} {VARY}"
        return AUDIO / f"{self.voice.language}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.wav"


def fold(text: str) -> list[str]:
    """Return the words in lower case, without accents, apostrophes and punctuation."""
    letters = unicodedata.normalize("NFD", text.lower().replace("'", "").replace("\u2019", ""))
    return re.sub(r"[\W_]+", " ", "".join(letter for letter in letters if not unicodedata.combining(letter))).split()


def sections(file: str) -> dict[str, list[str]]:
    """Return the entries of a file by section."""
    parts = re.split(r"^\[(.+)\]$", (TEXTS / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        section: [entry.strip() for entry in entries.replace("\n", " ").split("|")]
        for section, entries in zip(parts[1::2], parts[2::2], strict=True)
    }


def names(which: str) -> list[Name]:
    """Return the names of `test` or `tune`, the kinds mixed, one language after the other."""
    found = []
    for language in LANGUAGES:
        kinds = sections(f"{which}.{language}.txt")
        mixed = [Name(language, kind, text) for kind in KINDS for text in kinds[kind]]
        random.Random(SEED).shuffle(mixed)
        found += mixed
    return found


def distractors() -> dict[str, list[str]]:
    """Return the names that nobody says, by language."""
    return sections("distractors.txt")


def voices(language: str) -> list[Voice]:
    """Return the held-out voices except Kokoro's, which take hours."""
    return [voice for voice in held_out_voices(language) if voice.engine != "kokoro"]


def naming(some: list[Name]) -> list[Utterance]:
    """Return three sentences for each name: each has it in another place and another voice."""
    utterances = []
    for language in LANGUAGES:
        carriers, speakers = sections(f"carriers.{language}.txt"), voices(language)
        for number, name in enumerate(name for name in some if name.language == language):
            for turn, place in enumerate(PLACES):
                draw = random.Random(f"{SEED} {name.text} {place}")
                voice = speakers[(number + turn * (len(speakers) // len(PLACES))) % len(speakers)]
                utterances.append(Utterance(draw.choice(carriers[f"{name.kind} {place}"]), voice, name))
    return utterances


def ordinary(language: str) -> list[Utterance]:
    """Return held-out commands of the training's grammar, no two alike, by all voices in turn."""
    draw, texts = random.Random(f"{SEED} ordinary {language}"), {}
    while len(texts) < ORDINARY:
        texts[held_out_sentence(language, draw, command=True)] = None
    return [Utterance(text, voice) for text, voice in zip(texts, itertools.cycle(voices(language)))]


def unrelated(said: list[Utterance]) -> list[str]:
    """Return distractors of both languages none of whose words is said."""
    words = {word for utterance in said for word in fold(utterance.text)}
    found = []
    for some in distractors().values():
        found += [name for name in some if words.isdisjoint(fold(name))][:UNRELATED]
    return found


def grammar_words(language: str) -> set[str]:
    """Return the words of the training's grammar, without those of dictionaries."""
    lists = [word for words in read_words(language).values() for word in words]
    templates = [re.sub(r"\{\w+\}", " ", template) for template in read_templates(language)]
    return {word for text in lists + templates for word in fold(text)}


def check() -> None:
    """Assert that each name has a word of its own, new to the training, and that the carriers' words are not new."""
    trained = {language: grammar_words(file) for language, file in LANGUAGES.items()}
    known = set.union(*trained.values())
    owners: dict[str, str] = {}
    sets = {which: [name.text for name in names(which)] for which in ("test", "tune")}
    sets["distractors"] = [text for some in distractors().values() for text in some]
    for owner, texts in sets.items():
        assert len({" ".join(fold(text)) for text in texts}) == len(texts), f"{owner}: a name occurs twice"
        for text in texts:
            new = [word for word in fold(text) if word not in known]
            assert new and len(text.split()) <= LONGEST, f"{text}: too long, or all of its words are in the grammar"
            for word in new:
                assert owners.setdefault(word, owner) == owner, f"{text}: {word} also occurs in {owners[word]}"
    for language in LANGUAGES:
        for carrier in itertools.chain(*sections(f"carriers.{language}.txt").values()):
            strange = set(fold(carrier.replace("{name}", " "))) - trained[language]
            assert not strange, f"{carrier}: not in the grammar: {strange}"


def speak(utterances: list[Utterance]) -> None:
    """Speak what has no recording yet: 16 kHz, 16 bits, with silence on both sides."""
    AUDIO.mkdir(parents=True, exist_ok=True)
    missing = list({utterance.path: utterance for utterance in utterances if not utterance.path.exists()}.values())
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        jobs = [(one.voice, one.text, random.Random(f"{SEED} {one.voice.name} {one.text}")) for one in batch]
        for utterance, sound in zip(batch, speak_all(jobs, VARY), strict=True):
            if sound is None:
                raise SystemExit(f"names: {utterance.voice} made no sound of '{utterance.text}'")
            temporary = utterance.path.with_suffix(".tmp")
            soundfile.write(temporary, np.pad(sound, SILENCE), RATE, "PCM_16", format="WAV")
            temporary.rename(utterance.path)
        print(f"{start + len(batch)} of {len(missing)} utterances spoken", file=sys.stderr)
