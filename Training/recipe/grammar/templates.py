"""A small template language for sentences.

`[words]` may be left out, `(one|other)` is a choice, `[one|other]` both, `{slot}` is filled by a word list or a
function. They nest. Choices are drawn with equal weight; write an alternative twice to hear it twice as often.
"""

import pathlib
import random
import re
from collections.abc import Callable, Sequence

Slot = Sequence[str] | Callable[[random.Random], str]


class Grammar:
    """Templates of one language and what fills their slots."""

    def __init__(self, templates: Sequence[str], slots: dict[str, Slot], finish: Callable[[str], str]):
        self.templates, self.slots, self.finish = templates, slots, finish

    def sentence(self, draw: random.Random) -> str:
        """One sentence as it is written: sentence case, accents, punctuation."""
        return self.finish(self.expand(draw.choice(self.templates), draw))

    def without(self, *slots: str, **replaced: Slot) -> "Grammar":
        """The same without the templates that name `slots`, and with other fillings."""
        templates = [text for text in self.templates if not any(f"{{{slot}}}" in text for slot in slots)]
        return Grammar(templates, self.slots | replaced, self.finish)

    def expand(self, text: str, draw: random.Random) -> str:
        """Replaces the innermost brackets and slots until none is left."""
        pattern = re.compile(r"\[([^][(){}]*)\]|\(([^][(){}]*)\)|\{([^][(){}]*)\}")
        while match := pattern.search(text):
            optional, choice, slot = match.groups()
            if optional is not None:
                new = draw.choice(optional.split("|")) if draw.random() < 0.5 else ""
            elif choice is not None:
                new = draw.choice(choice.split("|"))
            else:
                source = self.slots[slot]
                new = source(draw) if callable(source) else draw.choice(source)
            text = text[: match.start()] + new + text[match.end() :]
        return text


def read_words(language: str) -> dict[str, list[str]]:
    """Word lists from `<language>.words`: `[slot]`, then its words with bars between."""
    sections = re.split(r"^\[(\w+)\]$", path_of(language, "words").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        slot: [word.strip() for word in words.replace("\n", " ").split("|")]
        for slot, words in zip(sections[1::2], sections[2::2])
    }


def read_templates(language: str) -> list[str]:
    """Templates from `<language>.templates`, one a line."""
    return path_of(language, "templates").read_text(encoding="utf-8").splitlines()


def path_of(language: str, kind: str) -> pathlib.Path:
    return pathlib.Path(__file__).parent / f"{language}.{kind}"


def sentence_case(text: str) -> str:
    """One space between words, none before punctuation, a capital at the start, a full stop where no mark ends it."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([.,?!])", r"\1", text).lstrip(", ")
    text = re.sub(r",+(?=[.?!])", "", text)
    first = re.search(r"[^\W\d_]", text)
    if first:
        text = text[: first.start()] + text[first.start()].upper() + text[first.end() :]
    return text if text.endswith((".", "?", "!")) else text + "."
