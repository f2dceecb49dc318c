"""Home Assistant understands a sentence whose numbers were said in words as it does one in digits."""
import re
from functools import cache

import pytest

import make_number_rules
from home_sentences import DATA, Home
from number_lines import lines, words_of

# Maltese is not among Home Assistant's languages.
LANGUAGES = [language for language in make_number_rules.LANGUAGES if (DATA / f"{language}.json").is_file()]
WITH_VALUES, WITHOUT_VALUES = 60, 200

# Home Assistant's timers are whole numbers: it reads "two and a half hours", not "2.5 hours". In `auto`, a half before a
# duration stays in words therefore.
HALF_DURATIONS = {
    "bg": "половин", "cs": "půl", "da": "halv", "de": "halb", "el": "μισ", "en": "half", "es": "medi", "fi": "puol",
    "fr": "demi", "hr": "pol|po ", "hu": "fél", "it": "mezz", "lt": "pus", "lv": "pus", "nl": "hal[fv]", "pl": "pół",
    "pt": "mei[ao]", "ro": "jumătate", "ru": "половин|полтор", "sk": "pol", "sl": "pol", "sv": "halv", "tr": "buçuk",
    "uk": "половин|півтор",
}
# Sentences, as patterns of their words, that are understood otherwise.
OTHERWISE = {
    # An article, or a pronoun, is no number where nothing says that it is one: Home Assistant's templates are broken here.
    "de": r"\bein\b(?! prozent| grad)", "el": r"\bένας?\b", "es": r"\b(una|uno)$", "nl": r"\been\b", "da": r"\be[nt]\b",
    # CLDR spells 3,000 to 4,999 as 2,000 to 2,999.
    "sl": r"\bdva tisoč\b",
    # unicode-rbnf 2.4.1 spells 70.5 as "siedemdziesiąt przecinek zero".
    "pl": r"przecinek zero",
    # "Na jedno" is one hour in a template.
    "sk": r"\bna jedno$",
}


@cache
def home(language: str) -> Home:
    return Home(language, words_of(language, "percent").split(" | ")[0])


def is_otherwise(language: str, mode: str, said: str) -> bool:
    """Returns true for a sentence that is known to be understood otherwise."""
    patterns = [OTHERWISE.get(language)] + ([HALF_DURATIONS.get(language)] if mode == "digits" else [])
    return any(pattern and re.search(pattern, said, re.IGNORECASE) for pattern in patterns)


@pytest.mark.parametrize("mode", ["digits", "auto"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_in_words_is_understood_as_in_digits(language, mode):
    sentences = [sentence for sentence in home(language).sentences() if sentence.slots][:WITH_VALUES]
    worded = lines("wording", language, mode, said=[sentence.words for sentence in sentences])
    wrong = []
    unchanged = 0
    for sentence, text in zip(sentences, worded):
        # In `auto`, a number stays in words where nothing says that it is a value. Home Assistant reads the words.
        if mode == "auto" and text == sentence.words:
            unchanged += 1
        elif not is_otherwise(language, mode, sentence.words):
            expected = home(language).understood(sentence.digits, sentence.slots)
            if expected and home(language).understood(text, sentence.slots) != expected:
                wrong.append((sentence.words, text, expected))
    assert not wrong, "\n".join(map(str, wrong))
    assert unchanged <= len(sentences) * 0.2


@pytest.mark.parametrize("mode", ["digits", "auto"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_without_values_is_unchanged_or_understood_as_before(language, mode):
    sentences = [sentence.words for sentence in home(language).sentences() if not sentence.slots][:WITHOUT_VALUES]
    wrong = []
    for said, text in zip(sentences, lines("wording", language, mode, said=sentences)):
        if text != said and not is_otherwise(language, mode, said):
            expected = home(language).understood(said)
            if expected and home(language).understood(text) != expected:
                wrong.append((said, text, expected))
    assert not wrong, "\n".join(map(str, wrong))
