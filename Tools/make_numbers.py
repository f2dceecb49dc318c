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
# A sentence with a number, and the word of the decimal sign.
LANGUAGES = {
    "en": ("set it to {} degrees", "point"),
    "es": ("ponlo a {} grados", "coma"),
    "da": ("sæt det til {} grader", "komma"),
    "de": ("stell es auf {} Grad", "Komma"),
    "fr": ("mets-le à {} degrés", "virgule"),
    "it": ("impostalo a {} gradi", "virgola"),
    "nl": ("zet hem op {} graden", "komma"),
    "pt": ("põe a {} graus", "vírgula"),
}


def spelled(engine: RbnfEngine, number: int, purpose: FormatPurpose = FormatPurpose.CARDINAL) -> str:
    return engine.format_number(number, purpose).text.replace("\N{SOFT HYPHEN}", "")


def phrases(language: str) -> list[str]:
    """Cardinals, decimals and English ordinals in a sentence. Only in English, text2num reads decimals one by one."""
    english = language == "en"
    sentence, point = LANGUAGES[language]
    engine = RbnfEngine.for_language(language)
    chosen = random.Random(1)
    numbers = [*range(2, 131), *range(190, 220), *range(990, 1020)]
    if language not in ("en", "es"):
        numbers = [*range(2, 35), *range(40, 130, 7), *range(195, 203), *range(997, 1003)]
    numbers += [chosen.randrange(10 ** digits, 10 ** (digits + 1)) for digits in range(2, 7) for _ in range(20)]
    said = [spelled(engine, number) for number in numbers]
    for _ in range(60):
        count = chosen.randrange(1, 4) if english else 1
        decimals = " ".join(spelled(engine, chosen.randrange(10)) for _ in range(count))
        said.append(f"{spelled(engine, chosen.randrange(0, 130))} {point} {decimals}")
    sentences = [sentence.format(text) for text in said]
    if english:
        ordinals = [spelled(engine, number, FormatPurpose.ORDINAL) for number in range(10, 130)]
        sentences += [f"go to the {text} floor" for text in ordinals]
    return sentences


def table(language: str) -> str:
    """Spoken and written numbers, without those that text2num cannot read as one ("sixtieth", "eine Million elf")."""
    sentence, _ = LANGUAGES[language]
    words = len(sentence.split())
    rows = [(text, alpha2digit(text, language, threshold=0)) for text in phrases(language)]
    read = [(said, written) for said, written in rows if said != written and len(written.split()) == words]
    return "".join(f"{said}\t{written}\n" for said, written in read)


if __name__ == "__main__":
    NUMBERS.mkdir(exist_ok=True)
    for name in LANGUAGES:
        (NUMBERS / f"{name}.tsv").write_text(table(name), encoding="utf-8")
