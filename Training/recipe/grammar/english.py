"""English commands as Home Assistant users speak them."""

import random

from .dictionary import english_words
from .templates import Grammar, read_templates, read_words, sentence_case

WORDS = read_words("english")
SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(value: int) -> str:
    """0 to 199 in words."""
    if value < 20:
        return SMALL[value]
    if value < 100:
        return TENS[value // 10 - 2] + ("-" + SMALL[value % 10] if value % 10 else "")
    return "one hundred" + (" " + number(value - 100) if value > 100 else "")


def any_number(draw: random.Random) -> str:
    return number(draw.choice([draw.randrange(101), draw.randrange(1, 13), draw.choice(range(0, 101, 5))]))


def room(draw: random.Random) -> str:
    roll = draw.random()
    if roll < 0.9:
        return draw.choice(WORDS["room"])
    return draw.choice(english_words()) + " room" if roll < 0.95 else draw.choice(WORDS["name"]) + "'s room"


def item(draw: random.Random) -> str:
    return draw.choice(WORDS["item"]) if draw.random() < 0.6 else draw.choice(english_words())


def clock_time(draw: random.Random) -> str:
    hour = number(draw.randrange(1, 13))
    form = draw.randrange(5)
    if form == 0:
        return f"{hour} o'clock"
    if form == 1:
        return draw.choice(["half past ", "quarter past ", "quarter to "]) + hour
    if form == 2:
        return f"{hour} {number(draw.randrange(10, 60))}"
    if form == 3:
        return hour + draw.choice([" in the morning", " in the evening", " in the afternoon", " at night"])
    return draw.choice([hour, "noon", "midnight", hour + " thirty", hour + " fifteen", hour + " forty-five"])


def duration(draw: random.Random) -> str:
    value, unit = draw.randrange(1, 100), draw.choice(["second", "minute", "hour", "minute", "minute"])
    if unit == "hour":
        value = draw.randrange(1, 25)
    text = f"{number(value)} {unit}{'' if value == 1 else 's'}"
    extra = draw.random()
    if extra < 0.08:
        return text + f" and {number(draw.randrange(2, 60))} seconds"
    if extra < 0.14:
        return draw.choice(
            ["half an hour", "an hour and a half", "a minute", "an hour", "a quarter of an hour", "half a minute"]
        )
    return text


def words(draw: random.Random) -> str:
    """A run of dictionary words: nothing but the sound tells what comes next."""
    return " ".join(draw.choice(english_words()) for _ in range(draw.randrange(1, 6)))


SLOTS = WORDS | {
    "room": room, "item": item,
    "n": any_number, "time": clock_time, "duration": duration, "words": words, "word": lambda draw: draw.choice(english_words()),
    "lamp": lambda draw: draw.choice(english_words()) + draw.choice([" light", " lamp", " fan", " switch", " plug"]),
    "please": ["please", "could you please", "can you", "could you", "would you", "I want you to", "hey", "okay", "now"],
    "onoff": ["on", "off"], "thing": lambda draw: draw.choice(draw.choice([WORDS["light"], WORDS["light"], WORDS["device"]])),
}  # fmt: skip


POLITE = (
    "can",
    "could",
    "would",
    "will",
    "do",
    "does",
    "is",
    "are",
    "was",
    "what",
    "what's",
    "which",
    "who",
    "where",
    "when",
    "how",
)


def finish(text: str) -> str:
    """Requests that begin like a question end in a question mark."""
    text = text.strip()
    if text.split()[:1] and text.split()[0].lower().rstrip(",") in POLITE and not text.endswith("?"):
        text += "?"
    return sentence_case(text)


ENGLISH = Grammar(read_templates("english"), SLOTS, finish)
ENGLISH_COMMANDS = ENGLISH.without("word", "words", "lamp", item=WORDS["item"], room=WORDS["room"])
