"""The sentences of Benchmarks/endpointing.py, and the places in them where people pause.

Two thirds are held-out commands of the training's grammar, with places by rule; one third is written by hand in the folder
`endpointing`, with places marked: `|`, or `||` if the words so far are a command of their own ("Set a timer || for ten
minutes"). The others that speak in the background read `others.*.txt`.
"""

import functools
import random
import re
from dataclasses import dataclass

from names_corpus import LANGUAGES, REPOSITORY
from recipe.grammar.corpus import COMMANDS, held_out, held_out_sentence, plain

TEXTS = REPOSITORY / "Benchmarks/endpointing"
SETS = ["tune", "test"]
SENTENCES = 150  # of each language and set
FEWEST = 4  # words of a command of the grammar
SAMPLES = 4000  # of each slot, to know its fillings
SEED = 1
AND = {"and", "y", "e"}
FUNCTION = {
    "en": set("the a an my in on to for at of from by with is are it and called".split()),
    "es": set("el la los las un una mi en a al de del para por con que y dentro durante lo".split()),
}
# What the grammar never says without more, but people do.
SHORT = {
    "en": ["set a timer", "start a timer", "set an alarm", "what's the forecast", "wake me up", "add a reminder"],
    "es": ["pon un temporizador", "inicia un temporizador", "crea un temporizador", "pon una alarma", "despiértame"],
}

# Templates of answers that only name a thing or a number.
NAMING = re.compile(
    r"(\{(n|room|thing|item|month)\}|\[\{n\}\]|\((percent|por ciento)[^)]*\)|\b(the|in|of|el|de|en)\b|[ ,])*"
)


@dataclass(frozen=True)
class Place:
    """A place for a pause: the number of words before it, its kind, and whether these words are a command."""

    words: int
    kind: str  # one of KINDS
    complete: bool


KINDS = ["first words", "name", "and"]


@dataclass(frozen=True)
class Sentence:
    language: str
    text: str
    places: tuple[Place, ...]
    written: bool  # by hand


def kind_of(words: list[str], count: int) -> str:
    """Return the kind of the place after so many words."""
    if words[count - 1].lower().strip(",") in AND:
        return "and"
    return "first words" if count <= 3 else "name"


def written(which: str, language: str) -> list[Sentence]:
    """Return the sentences of a file."""
    found = []
    for line in (TEXTS / f"{which}.{language}.txt").read_text(encoding="utf-8").splitlines():
        words: list[str] = []
        places = []
        for part in re.split(r"(\|+)", line):
            if part.startswith("|"):
                places.append((len(words), part == "||"))
            else:
                words += part.split()
        marked = tuple(Place(count, kind_of(words, count), complete) for count, complete in places)
        found.append(Sentence(language, " ".join(words), marked, True))
    return found


@functools.cache
def command_pattern(language: str) -> re.Pattern[str]:
    """Return a pattern of all commands of the grammar, without capitals and punctuation."""
    grammar, draw = COMMANDS[language], random.Random(0)

    @functools.cache
    def filling(slot: str) -> str:
        source = grammar.slots[slot]
        texts = {source(draw) for _ in range(SAMPLES)} if callable(source) else set(source)
        texts = {plain(grammar.expand(text, draw)) for text in texts}
        return "(?:" + "|".join(sorted(map(re.escape, texts), key=len, reverse=True)) + ")"

    found = [*map(re.escape, SHORT[language])]
    for template in grammar.templates:
        if not NAMING.fullmatch(template):
            parts = re.split(r"(\{\w+\}|[][()|])", template)
            marks = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}
            found.append("".join(filling(p[1:-1]) if p[:1] == "{" else marks.get(p) or loose(p) for p in parts))
    return re.compile("|".join(f"(?:{one})" for one in found))


def loose(text: str) -> str:
    """Return a pattern of a template's words that lets spaces be missing beside what is left out."""
    return re.sub(r"(?:\\? )+", " *", re.escape(re.sub(r"[^\w' ]", "", text.lower().replace("-", " "))))


def complete(text: str, language: str) -> bool:
    """Whether the grammar can say the words as a whole command; a verb alone ("open") is only an answer."""
    return len(text.split()) > 1 and bool(command_pattern(language).fullmatch(plain(text).strip()))


def ruled(text: str, language: str) -> Sentence:
    """Return a command of the grammar with its places: one of each kind that it has.

    Before a name is before or behind the function words in front of the last noun, each as often.
    """
    words = text.split()
    draw = random.Random(f"{SEED} places {text}")
    counts = {min(draw.randint(1, 3), len(words) - 1)}
    folded = [word.lower().strip(",.?¿") for word in words]
    start = max((i for i in range(2, len(words)) if folded[i - 1] in FUNCTION[language]), default=len(words) - 1)
    if start > 2 and folded[start - 2].endswith("nta"):  # not in a Spanish number: "treinta y siete"
        start -= 2
    if draw.random() < 0.5:
        while start > 2 and folded[start - 1] in FUNCTION[language]:
            start -= 1
    counts.add(start)
    counts |= {i + 1 for i in range(1, len(words) - 1) if folded[i] in AND and not folded[i - 1].endswith("nta")}
    places = [Place(i, kind_of(words, i), complete(" ".join(words[:i]), language)) for i in sorted(counts)]
    return Sentence(language, text, tuple(places), False)


def sentences(which: str, language: str) -> list[Sentence]:
    """Return the sentences of a set; none is in both, or in the training."""
    by_hand = written(which, language)
    draw = random.Random(f"{SEED} endpointing {language}")
    drawn: dict[str, str] = {}
    while len(drawn) < 2 * (SENTENCES - len(by_hand)):
        text = held_out_sentence(language, draw, command=True)
        if len(text.split()) >= FEWEST:
            drawn.setdefault(plain(text), text)
    texts = list(drawn.values())[SETS.index(which) :: len(SETS)]
    found = by_hand + [ruled(text, language) for text in texts]
    random.Random(f"{SEED} order").shuffle(found)
    return found


def others(which: str, language: str) -> list[str]:
    """Return what others in the background read."""
    parts = re.split(r"^\[(\w+)\]$", (TEXTS / f"others.{language}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))[which]
    return [text.strip() for text in texts.split("|")]


def check() -> None:
    """Assert that no sentence is in both sets, and none written by hand is one of the training's."""
    seen: dict[str, str] = {}
    for which in SETS:
        for language in LANGUAGES:
            for sentence in sentences(which, language):
                words = plain(sentence.text)
                assert seen.setdefault(words, which) == which, f"{sentence.text}: in both sets"
                trained = sentence.written and complete(sentence.text, language) and not held_out(sentence.text)
                assert not trained, f"{sentence.text}: the training may have it"
