"""Which sentences are for training and which are held out."""

import collections
import functools
import hashlib
import random
import re

from .english import ENGLISH, ENGLISH_COMMANDS
from .spanish import SPANISH, SPANISH_COMMANDS
from .templates import Grammar

GRAMMARS = {"en": ENGLISH, "es": SPANISH}
# Without the dictionary's words, which nobody says to a house.
COMMANDS = {"en": ENGLISH_COMMANDS, "es": SPANISH_COMMANDS}
# Said by every held-out voice in the evaluation.
ALWAYS = {"en": "Turn on the living room lamp.", "es": "Apaga la luz de la cocina y la del comedor."}
HELD_OUT_SHARE = 0.04
# The recordings of the tests and of `make demo`; `held_out` adds what is written in other manifests.
RECORDINGS = """open the garden blinds|resume the music in the living room|close the office door|open the bathroom window|
add tomatoes and water to the shopping list|set the temperature to four degrees|what is the temperature in the attic|
set a timer for three hours|is the hallway light open|what is the temperature in the office|set a timer for four seconds|
turn off the garage fan|enciende el ventilador de la terraza|pon un temporizador de cincuenta segundos|sube el volumen|
enciende la radio del garaje y la aspiradora del baño|cierra la ventana del pasillo|está abierta la puerta de la oficina|
qué temperatura hace en el cuarto de los niños|está abierta la puerta del comedor|enciende la aspiradora del comedor|
añade jabón y arroz a la lista de la compra|pon la luz de la entrada al cuarenta por ciento|
enciende el ventilador del comedor y el altavoz de la cocina|turn on the living room lamp|
apaga la luz de la cocina y la del comedor""".replace("\n", "").split("|")


def plain(text: str) -> str:
    """Words only, in lower case: sentences that sound the same are the same."""
    return re.sub(r"[^\w' ]", "", text.lower().replace("-", " "))


def held_out(text: str) -> bool:
    """Held out are the recordings' sentences and, by their hash, four in a hundred of all others."""
    words = plain(text)
    if words in RECORDINGS:
        return True
    if len(words.split()) < 4:  # short answers are too few to do without
        return False
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") < HELD_OUT_SHARE * 2**32


def sentence(language: str, draw: random.Random) -> str:
    """A sentence to train with: half are commands as people say them, half are there for their words."""
    return allowed(COMMANDS[language], draw) if draw.random() < 0.5 else wordy_sentence(language, draw)


def wordy_sentence(language: str, draw: random.Random) -> str:
    """A sentence for its words, some of the dictionary. Of some commands it is the one with the rarest word: in a house
    "light" is said a hundred times as often as "tofu", but one has to be heard as well as the other."""
    text = allowed(GRAMMARS[language], draw)
    if not ordinary(text, language):
        return text
    others = [allowed(COMMANDS[language], draw) for _ in range(4)]
    counts = ordinary_words(language)
    return min(text, *others, key=lambda text: min(counts[word] for word in plain(text).split()))


def allowed(grammar: Grammar, draw: random.Random) -> str:
    """A sentence of at most 16 words that is not held out."""
    while True:
        text = grammar.sentence(draw)
        if len(text.split()) <= 16 and not held_out(text):
            return text


def held_out_sentence(language: str, draw: random.Random, command: bool) -> str:
    """A held-out sentence: a command as people say it, or one with words of the dictionary."""
    while True:
        text = (COMMANDS if command else GRAMMARS)[language].sentence(draw)
        if held_out(text) and len(text.split()) <= 16 and (command or not ordinary(text, language)):
            return text


@functools.cache
def ordinary_words(language: str) -> collections.Counter[str]:
    """How often commands say each word."""
    draw = random.Random(0)
    return collections.Counter(word for _ in range(30_000) for word in plain(COMMANDS[language].sentence(draw)).split())


def ordinary(text: str, language: str) -> bool:
    """Whether commands say all of its words."""
    return all(word in ordinary_words(language) for word in plain(text).split())


def show(seed: int, count: int) -> None:
    """Prints sentences of both languages."""
    draw = random.Random(f"show {seed}")
    for language in GRAMMARS:
        for _ in range(count // 2):
            print(sentence(language, draw))
