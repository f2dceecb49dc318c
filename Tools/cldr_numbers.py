"""Unicode's rules for writing numbers in words (CLDR, "Rule-Based Number Format"), from the package unicode-rbnf."""
import dataclasses
import pathlib
import re
import unicodedata
from xml.etree import ElementTree

import unicode_rbnf
from unicode_rbnf.plural_rules import PluralType, get_plural_category

FILES = pathlib.Path(unicode_rbnf.__file__).parent / "rbnf"
LIMIT = 10 ** 15

# Letters and marks that are written in two ways: apostrophes, Romanian's commas below, Russian's dots.
SAME = str.maketrans("’ʼşţё", "''șțе")
TOKEN = re.compile(
    r"(?P<open>\[)|(?P<close>\])|\$\((?P<plural>.*?)\)\$|(?P<kind>[←→=])(?P<name>[^←→=]*)(?P=kind)→?")


@dataclasses.dataclass(frozen=True)
class Slot:
    """A number in a rule. Its kind is "<", ">" or "=", its name that of its set; None for the rule's own."""
    kind: str
    name: str | None


@dataclasses.dataclass(frozen=True)
class Plural:
    """A word whose form depends on the number."""
    kind: str
    forms: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class Optional:
    """Parts that stand only if the remainder is not 0."""
    parts: tuple


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule of CLDR for the numbers from `first` to `last`."""
    first: int
    last: int
    divisor: int
    parts: tuple
    writes_digits: bool = False


def parse(text: str) -> tuple:
    """Parts of a rule's text: literal text, slots, plural forms and optional parts."""
    text = text.split(";")[0].removeprefix("'")
    stack: list[list] = [[]]
    place = 0
    for token in TOKEN.finditer(text):
        if token.start() > place:
            stack[-1].append(text[place:token.start()])
        place = token.end()
        if token["open"]:
            stack.append([])
        elif token["close"]:
            inside = tuple(stack.pop())
            stack[-1].append(Optional(inside))
        elif token["plural"]:
            kind, _, forms = token["plural"].partition(",")
            stack[-1].append(Plural(kind, tuple(re.findall(r"(\w+)\{([^{}]*)\}", forms))))
        else:
            kind = {"←": "<", "→": ">", "=": "="}[token["kind"]]
            stack[-1].append(Slot(kind, token["name"].lstrip("%") or None))
    if place < len(text):
        stack[-1].append(text[place:])
    return tuple(stack[0])


def slots(parts):
    for part in parts:
        if isinstance(part, Slot):
            yield part
        elif isinstance(part, Optional):
            yield from slots(part.parts)


def divisor(base: int, radix: int) -> int:
    """The highest power of the radix that is not above the number."""
    power = 1
    while base > 0 and power * radix <= base:
        power *= radix
    return power


class Source:
    """The sets of a language as CLDR has them."""

    def __init__(self, language: str):
        self.language = language
        self.rules: dict[str, list[Rule]] = {}
        self.private: set[str] = set()
        self.special: dict[str, list[str]] = {"-x": [], "x.x": []}
        for element in ElementTree.parse(FILES / f"{language}.xml").iterfind("rbnf//ruleset"):
            self.read(element)

    def read(self, element) -> None:
        name = element.attrib["type"]
        if name == "lenient-parse" or "financial" in name:
            return
        if element.attrib.get("access") == "private":
            self.private.add(name)
        numeric = []
        for rule in element.iterfind("rbnfrule"):
            value, text = rule.attrib["value"], rule.text or ""
            if value.isdigit():
                numeric.append((int(value), int(rule.attrib.get("radix", "10").replace(",", "")), text))
            elif name.startswith("spellout") and name not in self.private and "#" not in text and "0" not in text:
                self.special.get(value.replace(",", "."), []).append(text)
        numeric.sort()
        ends = [base - 1 for base, _, _ in numeric[1:]] + [LIMIT - 1]
        self.rules[name] = [
            Rule(base, min(end, LIMIT - 1), divisor(base, radix), parse(text), "=#" in text or "=0" in text)
            for (base, radix, text), end in zip(numeric, ends) if base < LIMIT
        ]

    def public(self, *beginnings: str) -> list[str]:
        return [name for name in self.rules if name not in self.private and name.startswith(beginnings)]

    def words(self, value: str) -> list[str]:
        """Literal text of the rules for "-x" or "x.x" that have one."""
        found = []
        for text in self.special[value]:
            parts = parse(text)
            literal = spoken("".join(part for part in parts if isinstance(part, str))).strip()
            if literal and not any(isinstance(part, (Plural, Optional)) for part in parts):
                found.append(literal)
        return list(dict.fromkeys(found))

    def written(self, name: str, number: int) -> str:
        """A number in words, or what follows the digits of an ordinal number."""
        rule = next(rule for rule in reversed(self.rules[name]) if rule.first <= number or rule is self.rules[name][0])
        return self.filled(rule.parts, rule, name, number)

    def filled(self, parts, rule: Rule, name: str, number: int) -> str:
        quotient, remainder = divmod(number, rule.divisor)
        text = ""
        for part in parts:
            if isinstance(part, str):
                text += part
            elif isinstance(part, Plural):
                kind = PluralType.ORDINAL if part.kind == "ordinal" else PluralType.CARDINAL
                form = get_plural_category(self.language, number if part.kind == "ordinal" else quotient, kind)
                forms = dict(part.forms)
                text += forms.get(form, forms.get("other", ""))
            elif isinstance(part, Optional):
                text += self.filled(part.parts, rule, name, number) if remainder else ""
            elif not (part.name or "").startswith(("#", "0")):
                value = {"<": quotient, ">": remainder, "=": number}[part.kind]
                text += self.written(part.name or name, value)
        return text


def spoken(text: str) -> str:
    """Text as it is compared: in lowercase, with one apostrophe, with spaces for hyphens and commas."""
    text = unicodedata.normalize("NFC", text).lower().replace("\N{SOFT HYPHEN}", "")
    return re.sub(r"[\s,\-\N{NON-BREAKING HYPHEN}]+", " ", text.translate(SAME))
