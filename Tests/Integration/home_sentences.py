"""Sentences of Home Assistant's intents with numbers in digits and in words, and what Home Assistant makes of them."""
import importlib.resources
import json
import random
import re
from dataclasses import dataclass

from hassil import Intents
from hassil.expression import Alternative, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import RangeSlotList, TextSlotList
from hassil.numbers import get_rbnf_engine
from hassil.recognize import recognize_best

DATA = importlib.resources.files("home_assistant_intents") / "data"
# An area and a floor; each domain has an entity of its own. None of them is a word of any language.
AREA, FLOOR, ENTITY, ANYTHING = "Attika", "Dachia", "Zorba", "Wonder"


@dataclass(frozen=True)
class Sentence:
    """A sentence with values in digits, and the same in words. A sentence without values has no slots."""
    digits: str
    words: str
    slots: frozenset[str]


class Home:
    """The intents of a language in a house with one entity of each domain."""

    def __init__(self, language: str, percent: str):
        self.language = language
        self.percent = percent
        self.intents = Intents.from_dict(json.loads((DATA / f"{language}.json").read_text(encoding="utf-8")))
        self.engine = get_rbnf_engine(language)
        domains = {domain for data in self.data() for domain in self.domains(data)} | {"light"}
        names = [(self.entity(domain), self.entity(domain), {"domain": domain}) for domain in sorted(domains)]
        self.lists = {
            "name": TextSlotList.from_tuples(names, name="name"),
            "area": TextSlotList.from_strings([AREA], name="area"),
            "floor": TextSlotList.from_strings([FLOOR], name="floor"),
        }

    def data(self):
        return [data for intent in self.intents.intents.values() for data in intent.data]

    @staticmethod
    def entity(domain: str) -> str:
        return ENTITY + domain.replace("_", "")

    @staticmethod
    def domains(data) -> list[str]:
        domain = (data.requires_context or {}).get("domain") or []
        domain = domain.get("value", []) if isinstance(domain, dict) else domain
        return domain if isinstance(domain, list) else [domain]

    def understood(self, text: str, slots: frozenset[str] | None = None):
        """The intent and its values; None if Home Assistant does not understand."""
        result = recognize_best(text, self.intents, slot_lists=self.lists, intent_context={"area": AREA})
        if result is None:
            return None
        values = [(entity.name, entity.value) for entity in result.entities.values()
                  if (entity.name in slots if slots else isinstance(entity.value, (int, float)))]
        return result.intent.name, sorted(values)

    def sentences(self, seed: int = 1, times: int = 2) -> list[Sentence]:
        """Sentences of all templates, in random order."""
        chosen = random.Random(seed)
        found = []
        for data in self.data():
            sampler = Sampler(self, data, chosen)
            found += [sampler.sentence(template) for template in data.sentences for _ in range(times)]
        found = [sentence for sentence in dict.fromkeys(found) if sentence]
        chosen.shuffle(found)
        return found


class Sampler:
    """Takes random ways through the templates of an intent."""

    def __init__(self, home: Home, data, chosen: random.Random):
        self.home = home
        self.chosen = chosen
        self.rules = {**home.intents.expansion_rules, **(data.expansion_rules or {})}
        self.lists = {**home.intents.slot_lists, **(data.slot_lists or {})}
        self.entity = home.entity(chosen.choice(home.domains(data) or ["light"]))
        self.values: list[tuple[str, RangeSlotList]] = []

    def sentence(self, template) -> Sentence | None:
        """A sentence; None if a value is part of a word, or has a sign that is not said."""
        self.values = []
        text = re.sub(r"\s+", " ", self.text(template.expression)).strip()
        text = text.replace("} %", "}%")
        if re.search(r"\}%?[^\s%-]|%-|[^\s-]\{|%.*%|[^}]%|°", text):
            return None
        digits = words = text
        for index, (_, range_list) in enumerate(self.values):
            value = self.value(range_list)
            forms = sorted(set(self.home.engine.format_number(value).text_by_ruleset.values()))
            said = self.chosen.choice(forms).replace("\N{SOFT HYPHEN}", "")
            slot = f"{{{index}}}"
            digits = digits.replace(slot, str(value))
            words = words.replace(f"{slot}%", f"{said} {self.home.percent}").replace(slot, said)
        return Sentence(digits, words, frozenset(name for name, _ in self.values))

    def value(self, range_list: RangeSlotList):
        """Any value, or one of those that are often said."""
        often = [value for value in (1, 2, 5, 7, 10, 20, 50) if range_list.start <= value <= range_list.stop]
        numbers = often if often and range_list.step == 1 and self.chosen.random() < 0.5 else range_list.get_numbers()
        return self.chosen.choice(list(numbers))

    def text(self, expression) -> str:
        match expression:
            case TextChunk():
                return expression.original_text
            case Alternative():
                return self.text(self.chosen.choice(expression.items))
            case Permutation():
                return " ".join(self.text(item) for item in self.chosen.sample(expression.items, len(expression.items)))
            case Group():
                return "".join(self.text(item) for item in expression.items)
            case RuleReference():
                return self.text(self.rules[expression.rule_name].expression)
            case ListReference():
                return self.listed(expression)
        raise ValueError(expression)

    def listed(self, reference: ListReference) -> str:
        values = self.lists.get(reference.list_name)
        if isinstance(values, RangeSlotList):
            self.values.append((reference.slot_name, values))
            return f"{{{len(self.values) - 1}}}"
        if isinstance(values, TextSlotList) and values.values:
            return self.text(self.chosen.choice(values.values).text_in)
        return {"name": self.entity, "area": AREA, "floor": FLOOR}.get(reference.list_name, ANYTHING)
