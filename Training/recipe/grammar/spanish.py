"""Spanish commands as Home Assistant users speak them, in Spain and in Latin America."""

import random
import re

from .dictionary import spanish_words
from .templates import Grammar, read_templates, read_words, sentence_case

# Nouns carry their article: gender and number are right wherever they are put.
WORDS = read_words("spanish")
SMALL = """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete
dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho
veintinueve""".split()
TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()


def number(value: int) -> str:
    """0 to 199 in words."""
    if value < 30:
        return SMALL[value]
    if value < 100:
        return TENS[value // 10 - 3] + (" y " + SMALL[value % 10] if value % 10 else "")
    return "cien" if value == 100 else "ciento " + number(value - 100)


def counted(value: int, feminine: bool = False) -> str:
    """A number before a noun: un minuto, una hora, veintiún segundos."""
    text = number(value)
    if text.endswith("veintiuno"):
        return "veintiuna" if feminine else "veintiún"
    return re.sub(r"\buno$", "una" if feminine else "un", text)


def any_number(draw: random.Random) -> str:
    return number(draw.choice([draw.randrange(101), draw.randrange(1, 13), draw.choice(range(0, 101, 5))]))


def degrees(draw: random.Random) -> str:
    value = draw.randrange(1, 41)
    return counted(value) + (" grado" if value == 1 else " grados") + draw.choice(["", "", "", " y medio"])


def room(draw: random.Random) -> str:
    roll = draw.random()
    if roll < 0.9:
        return draw.choice(WORDS["room"])
    return (
        "el cuarto de " + draw.choice(WORDS["name"])
        if roll < 0.95
        else "la habitación de " + draw.choice(WORDS["name"])
    )


def item(draw: random.Random) -> str:
    return draw.choice(WORDS["item"]) if draw.random() < 0.6 else draw.choice(spanish_words())


def clock_time(draw: random.Random) -> str:
    hour = draw.randrange(1, 13)
    text = "la una" if hour == 1 else "las " + number(hour)
    form = draw.randrange(4)
    if form == 0:
        return text
    if form == 1:
        return text + draw.choice(
            [" y media", " y cuarto", " menos cuarto", " en punto", " y diez", " y veinte", " menos cinco"]
        )
    if form == 2:
        return text + " y " + number(draw.randrange(2, 60))
    return text + draw.choice([" de la mañana", " de la tarde", " de la noche"])


def duration(draw: random.Random) -> str:
    value, unit = draw.randrange(1, 100), draw.choice(["segundo", "minuto", "hora", "minuto", "minuto"])
    if unit == "hora":
        value = draw.randrange(1, 25)
    text = f"{counted(value, unit == 'hora')} {unit}{'' if value == 1 else 's'}"
    extra = draw.random()
    if extra < 0.08:
        return text + f" y {counted(draw.randrange(2, 60))} segundos"
    if extra < 0.14:
        return draw.choice(
            [
                "media hora",
                "una hora y media",
                "un minuto y medio",
                "un cuarto de hora",
                "medio minuto",
                "tres cuartos de hora",
            ]
        )
    return text


def words(draw: random.Random) -> str:
    """A run of dictionary words: nothing but the sound tells what comes next."""
    return " ".join(draw.choice(spanish_words()) for _ in range(draw.randrange(1, 6)))


def lamp(draw: random.Random) -> str:
    return draw.choice(["la luz de ", "la lámpara de ", "el ventilador de ", "el enchufe de "]) + draw.choice(
        [draw.choice(WORDS["name"]), draw.choice(spanish_words())]
    )


SLOTS = WORDS | {
    "room": room, "item": item,
    "n": any_number, "degrees": degrees, "time": clock_time, "duration": duration, "words": words, "lamp": lamp,
    "word": lambda draw: draw.choice(spanish_words()), "thing": lambda draw: draw.choice(draw.choice([WORDS["light"], WORDS["light"], WORDS["device"]])),
    "on": ["enciende", "enciende", "prende", "pon", "encienda", "prenda", "activa", "conecta", "enciéndeme"],
    "off": ["apaga", "apaga", "apague", "desactiva", "desconecta", "quita", "apágame"],
    "switch": ["enciende", "apaga", "prende", "apaga", "enciende", "encienda", "apague"],
    "to_switch": ["encender", "apagar", "prender"],
    "open": ["abre", "cierra", "sube", "baja", "abra", "cierre", "suba", "baje"],
    "please": ["por favor", "puedes", "podrías", "quiero", "me puedes", "oye", "oye, por favor"],
}  # fmt: skip


def finish(text: str) -> str:
    """Contracts "de el" and "a el", then writes it as a sentence."""
    text = re.sub(r"\bde el\b", "del", re.sub(r"\ba el\b", "al", text))
    return sentence_case(text.replace(" ?", "?").replace("¿ ", "¿"))


SPANISH = Grammar(read_templates("spanish"), SLOTS, finish)
SPANISH_COMMANDS = SPANISH.without("word", "words", "lamp", item=WORDS["item"], room=WORDS["room"])
