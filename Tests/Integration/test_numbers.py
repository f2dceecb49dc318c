"""Numbers in words are read as Unicode's rules spell them, and written as text2num writes them."""
import functools
import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest
from unicode_rbnf import RbnfEngine
from unicode_rbnf.engine import NoRuleForNumberError, RulesetNotFoundError

import cldr_numbers
import make_number_rules
import make_numbers
from number_lines import lines

# Every form of the numbers below is read; of larger ones no more than FORMS, in turn.
SMALL, FORMS = 300, 6
LANGUAGES = make_number_rules.LANGUAGES

# What is not read as the number that it was made from, by language: a reason, and a condition of the set of rules and
# the number.
Condition = Callable[[str, int], bool]
NOT_READ: dict[str, tuple[str, Condition]] = {
    "en": ("two numbers in a row can be a time: contexts.txt has patterns for years",
           lambda name, number: "year" in name),
    "nl": ("as in English, but years joined into a word are read",
           lambda name, number: "year" in name and not (1710 <= number < 2000 and number % 100 >= 10)),
    "hr": ("CLDR spells 600th as 6th", lambda name, number: "ordinal" in name and number % 1000 == 600),
    "hu": ("unicode-rbnf leaves out the ending of 1,000th, and divides by 10,000",
           lambda name, number: "ordinal" in name and (number >= 10_000 or number % 1000 == 0)),
    "it": ("unicode-rbnf divides by 10,000", lambda name, number: "ordinal" in name and number >= 10_000),
    "lt": ("unicode-rbnf leaves out the word of the thousands after hundreds",
           lambda name, number: number % 1_000_000 >= 100_000 and number // 1000 % 100 == 0),
    "ru": ("a year is an ordinal number", lambda name, number: "year" in name),
    "sl": ("CLDR spells 3 and 4 million as 2 million", lambda name, number: number >= 1_000_000),
}


def numbers() -> list[int]:
    """The numbers below 10,000, and a thousand larger ones of all lengths."""
    chosen = random.Random(1)
    larger = [chosen.randrange(10_000, 10 ** chosen.choice([5, 6, 7, 8, 9])) for _ in range(900)]
    return [*range(10_000), *larger, *(chosen.randrange(10 ** 9, 10 ** 12) for _ in range(100))]


def spelled(language: str) -> dict[str, set[tuple[str, int]]]:
    """Texts, and what they spell as names of sets of rules and numbers. Texts with digits are left out."""
    engine = RbnfEngine.for_language(language)
    # Numbers consist of smaller ones, which are spelled once.
    once = functools.cache(lambda *arguments, **keywords: tuple(spell(*arguments, **keywords)))
    spell, engine.iter_format_number = engine.iter_format_number, once
    names = [
        name for name, rules in engine.rulesets.items()
        if name.startswith("spellout") and not rules.is_private and "financial" not in name]
    found: dict[str, set[tuple[str, int]]] = {}
    for number in numbers():
        few = [names[(number + index) % len(names)] for index in range(min(FORMS, len(names)))]
        for name in names if number < SMALL else few:
            try:
                text = "".join(engine.iter_format_number(number, ruleset_name=name))
            except (NoRuleForNumberError, RulesetNotFoundError):
                continue
            # A comma is a pause, which no number crosses. Nobody says one.
            text = text.replace("\N{SOFT HYPHEN}", "").replace(",", "")
            if not any(letter.isdigit() for letter in text):
                found.setdefault(text, set()).add((name, number))
    return found


def misread(language: str) -> tuple[int, list[tuple]]:
    """How many texts are not exceptions, and those of them that are read as something else."""
    _, is_exception = NOT_READ.get(language, ("", lambda name, number: False))
    texts = {
        text: made for text, made in spelled(language).items() if not all(is_exception(*maker) for maker in made)}
    wrong = []
    for (text, made), read in zip(texts.items(), lines("numbers", language, said=list(texts))):
        value, *suffix = read.split(" ")
        if not any(str(number) == value for name, number in made if ("ordinal" in name) == bool(suffix)):
            wrong.append((text, read, sorted(made)[:2]))
    return len(texts), wrong


def test_numbers_in_words_are_read_in_every_language():
    # The languages with most rules take longest, and begin.
    languages = sorted(LANGUAGES, key=lambda name: -(cldr_numbers.FILES / f"{name}.xml").stat().st_size)
    with ProcessPoolExecutor() as pool:
        for language, (count, wrong) in zip(languages, pool.map(misread, languages)):
            assert count > 2000
            assert len(wrong) <= count / 1000, f"{language}: {wrong[:5]}"


def test_years_in_two_numbers_are_written_in_digits():
    engine = RbnfEngine.for_language("en")
    years = [year for year in range(1310, 2100) if year % 100 and not 2000 <= year < 2010]
    said = [f"in {''.join(engine.iter_format_number(year, 'spellout-numbering-year'))}" for year in years]
    assert lines("wording", "en", "digits", said=said) == [f"in {year}" for year in years]


def test_the_rules_are_those_of_cldr():
    written = make_number_rules.RULES.read_text(encoding="utf-8")
    assert written == make_number_rules.rules(), "run `.venv/bin/python Tools/make_number_rules.py`"
    assert len(written.encode()) < 300_000


@pytest.mark.parametrize("language", make_numbers.LANGUAGES)
def test_the_table_is_what_text2num_reads(language):
    fixture = (make_numbers.NUMBERS / f"{language}.tsv").read_text(encoding="utf-8")
    assert fixture == make_numbers.table(language)


@pytest.mark.parametrize("language", make_numbers.LANGUAGES)
def test_numbers_are_written_as_in_the_table(language):
    fixture = (make_numbers.NUMBERS / f"{language}.tsv").read_text(encoding="utf-8")
    said, written = zip(*(line.split("\t") for line in fixture.splitlines()))
    assert lines("wording", language, "digits", said=list(said)) == list(written)
