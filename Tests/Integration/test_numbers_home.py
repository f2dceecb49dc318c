"""Home Assistant understands a sentence whose numbers were said in words as it does one in digits."""
import re
from functools import cache

import pytest

import make_number_rules
from home_sentences import DATA, Home, Sentence
from number_lines import lines, words_of

# Maltese is not among Home Assistant's languages.
LANGUAGES = [language for language in make_number_rules.LANGUAGES if (DATA / f"{language}.json").is_file()]
WITH_VALUES, WITHOUT_VALUES = 40, 150

# Home Assistant's timers are whole numbers: it reads "two and a half hours", not "2.5 hours". In `auto`, a half before
# a duration stays in words therefore. Sentences in words, as patterns.
HALF_DURATIONS = {
    "da": "en halv", "de": "ein ?halb", "en": "and a half", "hr": "i pol", "nl": "anderhal[fv]", "sk": "a pol",
    "uk": "півтор",
}
# Sentences in words that are understood otherwise, as patterns.
OTHERWISE = {
    # "Eines", "una": an article or a pronoun, where nothing says that it is a number.
    "de": "um eines ", "es": " una$",
    # unicode-rbnf 2.4.1 spells 70.5 as 70.0.
    "pl": "przecinek zero",
    # "Na jedno" is one hour in a template.
    "sk": "na jedno$",
    # CLDR spells 3,000 to 4,999 as 2,000 to 2,999.
    "sl": "dva tisoč",
}


@cache
def home(language: str) -> Home:
    return Home(language, words_of(language, "percent").split(" | ")[0])


@cache
def sentences_of(language: str) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences with values, and without."""
    sentences = home(language).sentences()
    with_values = [sentence for sentence in sentences if sentence.slots]
    return with_values[:WITH_VALUES], [sentence for sentence in sentences if not sentence.slots][:WITHOUT_VALUES]


def is_otherwise(language: str, mode: str, said: str) -> bool:
    """Returns true for a sentence that is known to be understood otherwise."""
    patterns = [OTHERWISE.get(language)] + ([HALF_DURATIONS.get(language)] if mode == "digits" else [])
    return any(pattern and re.search(pattern, said, re.IGNORECASE) for pattern in patterns)


@pytest.mark.parametrize("mode", ["digits", "auto"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_in_words_is_understood_as_in_digits(language, mode):
    sentences, _ = sentences_of(language)
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
    sentences = [sentence.words for sentence in sentences_of(language)[1]]
    wrong = []
    for said, text in zip(sentences, lines("wording", language, mode, said=sentences)):
        if text != said and not is_otherwise(language, mode, said):
            expected = home(language).understood(said)
            if expected and home(language).understood(text) != expected:
                wrong.append((said, text, expected))
    assert not wrong, "\n".join(map(str, wrong))
