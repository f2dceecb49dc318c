#!/usr/bin/env python3
"""Write numbers in words, spelled by Unicode's rules, and in digits as text2num reads them.

    Tests/Fixtures/numbers/LANGUAGE.tsv    spoken text, a tab, expected written text

    .venv/bin/python Tools/make_numbers.py
"""
import pathlib
import random

from text_to_num import alpha2digit
from unicode_rbnf import FormatPurpose, RbnfEngine

NUMBERS = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/numbers"
LANGUAGES = ("en", "es")


def spelled(engine: RbnfEngine, number: int, purpose: FormatPurpose = FormatPurpose.CARDINAL) -> str:
    return engine.format_number(number, purpose).text.replace("\N{SOFT HYPHEN}", "")


def phrases(language: str) -> list[str]:
    """Cardinals, decimals and English ordinals in a sentence. text2num reads several Spanish decimals one by one."""
    english = language == "en"
    engine = RbnfEngine.for_language(language)
    chosen = random.Random(1)
    numbers = [*range(2, 131), *range(190, 220), *range(990, 1020)]
    numbers += [chosen.randrange(10 ** digits, 10 ** (digits + 1)) for digits in range(2, 7) for _ in range(20)]
    said = [spelled(engine, number) for number in numbers]
    for _ in range(60):
        decimals = " ".join(spelled(engine, chosen.randrange(10)) for _ in range(chosen.randrange(1, 4) if english else 1))
        said.append(f"{spelled(engine, chosen.randrange(0, 130))} {'point' if english else 'coma'} {decimals}")
    sentences = [("set it to {} degrees" if english else "ponlo a {} grados").format(text) for text in said]
    if english:
        ordinals = [spelled(engine, number, FormatPurpose.ORDINAL) for number in range(10, 130)]
        sentences += [f"go to the {text} floor" for text in ordinals]
    return sentences


def table(language: str) -> str:
    """Spoken and written numbers, without those that text2num cannot read ("sixtieth")."""
    rows = [(text, alpha2digit(text, language, threshold=0)) for text in phrases(language)]
    return "".join(f"{said}\t{written}\n" for said, written in rows if said != written)


if __name__ == "__main__":
    NUMBERS.mkdir(exist_ok=True)
    for name in LANGUAGES:
        (NUMBERS / f"{name}.tsv").write_text(table(name), encoding="utf-8")
