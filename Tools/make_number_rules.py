#!/usr/bin/env python3
"""Write how languages spell numbers, from Unicode's rules (CLDR, "Rule-Based Number Format").

    .venv/bin/python Tools/make_number_rules.py            writes Sources/CNumberWords/rules.txt
    .venv/bin/python Tools/make_number_rules.py --check    fails if that file is not what would be written

The rules come from the package unicode-rbnf, whose version Tests/Integration/requirements.txt pins. To add a language,
add its code to LANGUAGES.

The file is UTF-8, in lowercase and in NFC, with a section for each language:

    @ de
    minus minus             the word of the negative sign
    point komma             the word of the decimal sign
    % c                     a set of rules, whose lines follow
    0 null
    20-29/10 [>c>und]zwanzig

- A rule is "FIRST[-LAST][/DIVISOR] TEXT". It spells the numbers from FIRST to LAST; without LAST, only FIRST. Without a
  divisor, it is 1.
- Slots of the text hold other numbers: "<c<" the quotient of the division, "c" naming the set that spells it, ">c>" the
  remainder, "=c=" the same number.
- Text in "[…]" stands if the remainder is not 0, and only then.
- A space is a place where spaces, hyphens or nothing may stand. So is the edge of a slot, but before "~".
- The set "c" has the cardinal numbers in every gender and case, with years that are said in hundreds. The sets "o",
  "o2", … have the ordinal numbers, one set for each way to write them. Their first line says what follows the digits:
  "suffix th 1:st 2:nd 3:rd /100 11:th 12:th 13:th" is "th" but for these last digits, and these last two digits. The
  other sets have the parts of numbers.

Rules that write digits are left out, and so are numbers from LIMIT on.
"""
import argparse
import dataclasses
import itertools
import pathlib
import re
import sys

from cldr_numbers import LIMIT, Optional, Plural, Rule, Slot, Source, slots, spoken

RULES = pathlib.Path(__file__).resolve().parent.parent / "Sources/CNumberWords/rules.txt"
LANGUAGES = ("bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk "
             # Turkish, which the model does not speak: a language is added with data alone.
             "tr").split()

# Years that are two numbers in a row, such as "nineteen eighty-four", are left to the patterns of contexts.txt: "seven
# thirty" is a time, and "twenty thirty" can be two numbers. A Russian year is an ordinal number.
WITHOUT_YEARS = ("en", "nl", "ru")
# What follows the digits of ordinal numbers, where CLDR has nothing.
SUFFIXES = {("el", "masculine"): "ος", ("el", "feminine"): "η", ("el", "neuter"): "ο"}
# Rules that are wrong without a remainder: CLDR's Croatian 600th is 6th.
WITH_REMAINDER = {("hr", "spellout-ordinal-base", 600)}
# Latin letters that CLDR writes after Cyrillic digits.
CYRILLIC = str.maketrans("aeo", "аео")
# Letters that are raised in print.
RAISED = str.maketrans("ᵃᵉᵒʳˢ", "aeors")
# A suffix that could be a word, such as Croatian "i", which is "and".
SUFFIX = re.compile(r"[^\W\d]{1,2}\b")
# Names of the other sets.
NAMES = "abdefgijklmnpqrstuvwxyz"


def suffix(source: Source, ordinal: str) -> str:
    """How the numbers of a set of ordinal numbers are written: the line of the file without its first word."""
    form = ordinal.removeprefix("spellout-ordinal").removesuffix("-verbose")
    name = next((name for name in (f"digits-ordinal{form}", "digits-ordinal") if name in source.rules), None)
    own = SUFFIXES.get((source.language, form.lstrip("-")))

    def of(number: int) -> str:
        text = (own or (source.written(name, number) if name else ".")).translate(RAISED)
        return text.translate(CYRILLIC) if source.language in ("bg", "ru", "uk") else text

    # Below ten, ordinal numbers are not written in digits. CLDR's Bulgarian is wrong from 101 on.
    by_two = {number % 100: of(number) for number in range(10, 101)}
    by_one = {digit: most(by_two[ten + digit] for ten in range(10, 100, 10)) for digit in range(10)}
    common = most(by_one.values())
    line = [common] + [f"{digit}:{text}" for digit, text in by_one.items() if text != common]
    rare = [f"{two}:{text}" for two, text in sorted(by_two.items()) if text != by_one[two % 10]]
    return " ".join(line + (["/100"] + rare if rare else []))


def most(texts) -> str:
    texts = list(texts)
    return max(dict.fromkeys(texts), key=texts.count)


@dataclasses.dataclass(frozen=True)
class Line:
    """A rule of the file. Its text has the names of sets in slots."""
    first: int
    last: int
    divisor: int
    parts: tuple

    def text(self, names: dict[str, str]) -> str:
        def written(parts) -> str:
            text = ""
            for part in parts:
                if isinstance(part, Slot):
                    text += part.kind + names[part.name] + part.kind
                else:
                    text += f"[{written(part.parts)}]" if isinstance(part, Optional) else part
            return text
        kinds = {slot.kind for slot in slots(self.parts)}
        last = f"-{self.last}" if kinds and self.last > self.first else ""
        return f"{self.first}{last}{f'/{self.divisor}' if kinds & {'<', '>'} else ''} {written(self.parts)}"


class Grammar:
    """The sets of a language as the file has them."""

    def __init__(self, language: str):
        self.source = Source(language)
        self.suffixes: dict[str, str] = {}
        # The name in the file of each public set; a private set keeps its own for the time being.
        self.names = {
            name: "c" for name in self.source.public("spellout-cardinal", "spellout-numbering")
            if not (name.endswith("year") and language in WITHOUT_YEARS)}
        by_suffix: dict[str, str] = {}
        for name in self.source.public("spellout-ordinal"):
            line = suffix(self.source, name)
            short = by_suffix.setdefault(line, f"o{len(by_suffix) + 1 if by_suffix else ''}")
            self.names[name] = short
            self.suffixes[short] = line
        self.sets: dict[str, list[Line]] = {}
        # Sets whose text for 0 is part of the rules that need it.
        self.joined: set[str] = set()
        pending = list(self.names)
        while pending:
            name = pending.pop(0)
            short = self.names.setdefault(name, name)
            lines = self.sets.setdefault(short, [])
            for rule in self.source.rules[name]:
                for slot in slots(rule.parts):
                    if slot.name and slot.name in self.source.rules and slot.name not in self.names:
                        self.names[slot.name] = slot.name
                        pending.append(slot.name)
                if (language, name, rule.first) in WITH_REMAINDER:
                    rule = dataclasses.replace(rule, first=rule.first + 1)
                if not rule.writes_digits:
                    for rule in self.with_suffix(rule):
                        lines += self.lines(rule, short)
        for name in self.joined:
            self.sets[name] = [line for line in self.sets[name] if line.last > 0]
        self.simplify()

    def lines(self, rule: Rule, name: str) -> list[Line]:
        """A rule as lines, one for each plural form."""
        choices = [self.choices(part, name) for part in rule.parts]
        found = []
        for choice in itertools.product(*choices):
            parts = tidied(choice)
            if -rule.first % rule.divisor > rule.last - rule.first:
                # All of these numbers have a remainder.
                parts = tuple(itertools.chain.from_iterable(
                    part.parts if isinstance(part, Optional) else [part] for part in parts))
            if parts and parts != (Slot("=", name),) and parts != ("error",):
                found.append(Line(rule.first, rule.last, rule.divisor, parts))
        return found

    def suffix(self, part) -> str | None:
        """What stands for a slot if its number is 0, where that could be a word: "и" of "двайсети"."""
        if not isinstance(part, Slot) or part.kind != ">" or not part.name:
            return None
        zero = self.source.rules[part.name][0]
        is_suffix = zero.first == 0 and len(zero.parts) == 1 and SUFFIX.fullmatch(str(zero.parts[0]))
        return zero.parts[0] if is_suffix else None

    def with_suffix(self, rule: Rule) -> list[Rule]:
        """A rule, and with the suffix for a remainder of 0 as its own text, so that nothing stands between."""
        suffix = self.suffix(rule.parts[-1]) if rule.parts else None
        if not suffix:
            return [rule]
        self.joined.add(rule.parts[-1].name)
        first = -(-rule.first // rule.divisor) * rule.divisor
        return [rule, dataclasses.replace(rule, parts=(*rule.parts[:-1], suffix), first=first)]

    def choices(self, part, name: str) -> list:
        """What a part can be in the file."""
        if isinstance(part, Plural):
            return list(dict.fromkeys(text for _, text in part.forms))
        if isinstance(part, Optional):
            return [Optional(self.named(part.parts, name))]
        if not isinstance(part, Slot):
            return [part]
        slot, = self.named((part,), name)
        rules = self.source.rules[part.name] if part.name else []
        silent = [rule for rule in rules if not spoken("".join(map(str, rule.parts))).strip()]
        if not silent:
            return [slot]
        return [Optional((slot,))] if part.kind == ">" and silent[-1].last == 0 else [slot, ""]

    def named(self, parts, name: str) -> tuple:
        return tuple(Slot(part.kind, self.names.get(part.name, part.name) if part.name else name)
                     if isinstance(part, Slot) else part for part in parts)

    def simplify(self) -> None:
        """Merges equal sets and rules, and leaves out rules that others include."""
        while True:
            before = {name: list(lines) for name, lines in self.sets.items()}
            for name, lines in self.sets.items():
                self.sets[name] = without_included(lines)
            self.replace_aliases()
            self.merge_equal_sets()
            if self.sets == before:
                break
        reached, pending = [], ["c", *self.suffixes]
        while pending:
            name = pending.pop(0)
            if name not in reached:
                reached.append(name)
                pending += [slot.name for line in self.sets[name] for slot in slots(line.parts)]
        self.sets = {name: self.sets[name] for name in reached}

    def replace_aliases(self) -> None:
        """Replaces sets whose only rule is another set."""
        for name, lines in list(self.sets.items()):
            if len(lines) == 1 and len(lines[0].parts) == 1 and name not in ("c", *self.suffixes):
                part, = lines[0].parts
                if isinstance(part, Slot) and part.kind == "=" and lines[0].first <= 1 and lines[0].last == LIMIT - 1:
                    self.rename({name: part.name})

    def merge_equal_sets(self) -> None:
        kept = ["c", *self.suffixes]
        classes = {name: kept.index(name) if name in kept else -1 for name in self.sets}
        while True:
            keys = {}
            for name, lines in self.sets.items():
                key = frozenset(line.text({set: str(number) for set, number in classes.items()}) for line in lines)
                keys[name] = (name,) if name in kept else (key,)
            numbers = {key: number for number, key in enumerate(dict.fromkeys(keys.values()))}
            new = {name: numbers[keys[name]] for name in self.sets}
            if len(set(new.values())) == len(set(classes.values())):
                break
            classes = new
        first: dict[int, str] = {}
        self.rename({name: first.setdefault(number, name) for name, number in new.items()})

    def rename(self, names: dict[str, str]) -> None:
        def renamed(parts):
            return tuple(
                Slot(part.kind, names.get(part.name, part.name)) if isinstance(part, Slot)
                else Optional(renamed(part.parts)) if isinstance(part, Optional) else part for part in parts)
        sets: dict[str, list[Line]] = {}
        for name, lines in self.sets.items():
            if names.get(name, name) == name:
                sets[name] = [dataclasses.replace(line, parts=renamed(line.parts)) for line in lines]
                sets[name] = [line for line in sets[name] if line.parts != (Slot("=", name),)]
        self.sets = sets

    def text(self) -> str:
        short = itertools.chain(NAMES, (one + two for one in NAMES for two in NAMES))
        names = {name: name if name in ("c", *self.suffixes) else next(short) for name in self.sets}
        lines = [f"@ {self.source.language}"]
        lines += [f"minus {word}" for word in self.source.words("-x")]
        lines += [f"point {word}" for word in self.source.words("x.x")]
        for name, rules in self.sets.items():
            lines.append(f"% {names[name]}")
            if name in self.suffixes:
                lines.append(f"suffix {self.suffixes[name]}")
            texts = {(rule.first, rule.text(names)) for rule in rules}
            lines += [text for _, text in sorted(texts)]
        return "".join(line + "\n" for line in lines)


def tidied(parts, is_first: bool = True, is_last: bool = True) -> tuple:
    """Parts with text as it is compared. Spaces stay only where text meets text; before "[", they move into it."""
    merged: list = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    found: list = []
    for part, after in itertools.zip_longest(merged, merged[1:]):
        before = found[-1] if found else None
        if isinstance(part, Optional):
            inside = part.parts
            if isinstance(before, str) and before.endswith(" "):
                found[-1], inside = before.rstrip(), (" ", *inside)
            part = Optional(tidied(inside, not isinstance(before, str), not isinstance(after, str)))
        elif isinstance(part, str):
            part = spoken(part)
            if isinstance(before, Slot) and SUFFIX.match(part):
                part = f"~{part}"
            elif isinstance(before, Slot) or before is None and is_first:
                part = part.lstrip()
        elif isinstance(before, str):
            found[-1] = before.rstrip()
        if part != "":
            found.append(part)
    if is_last and found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip()
    return tuple(part for part in found if part != "")


def without_included(lines: list[Line]) -> list[Line]:
    """Rules without those whose numbers another rule with the same text spells, too."""
    kept: list[Line] = []
    for line in sorted(dict.fromkeys(lines), key=lambda line: (line.first, -line.last)):
        kinds = {slot.kind for slot in slots(line.parts)}
        if not kinds:
            line = dataclasses.replace(line, last=line.first, divisor=1)
        for index, other in enumerate(kept):
            if other.parts != line.parts or other.divisor != line.divisor and kinds & {"<", ">"}:
                continue
            if other.last >= line.last:
                break
            if kinds & {"<", "="} and other.last + 1 >= line.first:
                kept[index] = dataclasses.replace(other, last=line.last)
                break
        else:
            kept.append(line)
    return kept


def rules() -> str:
    return "".join(Grammar(language).text() for language in LANGUAGES)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Write Sources/CNumberWords/rules.txt.")
    options.add_argument("--check", action="store_true", help="only compare")
    text = rules()
    if not options.parse_args().check:
        RULES.write_text(text, encoding="utf-8")
    elif RULES.read_text(encoding="utf-8") != text:
        sys.exit(f"{RULES.name} is not what Tools/make_number_rules.py writes; run it")
