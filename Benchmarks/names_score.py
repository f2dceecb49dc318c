"""What Benchmarks/names.py counts in transcripts, and its tables."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from names_corpus import KINDS, LANGUAGES, Name, Utterance, fold

PIECES = 6  # words that one name may be heard as
RESAMPLES = 10_000
Edits = tuple[int, int]  # all of them, and those outside of the name


def runs(words: list[str]) -> set[str]:
    """Return the words and their neighbours joined: names count however they are split."""
    return {"".join(words[start : start + count]) for start in range(len(words)) for count in range(1, PIECES + 1)}


def edits(reference: list[str], heard: list[str], name: range = range(0)) -> Edits:
    """Return the fewest edits, of these alignments the one with the fewest outside of the name.

    Words that were inserted beside the name belong to it.
    """
    beside = range(name.start, name.stop + 1) if name else range(0)

    def step(before: Edits, cost: int, inside: bool) -> Edits:
        return before[0] + cost, before[1] + (0 if inside else cost)

    row: list[Edits] = [(0, 0)]
    for _ in heard:
        row.append(step(row[-1], 1, 0 in beside))
    for i, word in enumerate(reference):
        above, row = row, [step(row[0], 1, i in name)]
        for j, other in enumerate(heard):
            row.append(
                min(
                    step(above[j], int(word != other), i in name),
                    step(above[j + 1], 1, i in name),
                    step(row[j], 1, i + 1 in beside),
                )
            )
    return row[-1]


def similarity(one: str, other: str) -> float:
    """Return the share of letters that need no edit: 1 if both are equal."""
    return 1 - edits(list(one), list(other))[0] / max(len(one), len(other), 1)


@dataclass(frozen=True)
class Pair:
    """The transcripts of an utterance without and with a list; `after` is missing if there is no list."""

    utterance: Utterance
    before: str
    after: str | None = None
    listed: frozenset[str] = frozenset()  # each name's words joined


class Score:
    """What one transcript of each utterance has right and wrong."""

    def __init__(self, pairs: list[Pair], text: Callable[[Pair], str]):
        self.wrong: dict[Name, int] = {}
        self.errors = self.others = self.intruders = 0
        for pair in pairs:
            utterance, heard = pair.utterance, fold(text(pair))
            said, name = fold(utterance.text), fold(utterance.name.text)
            start = len(fold(utterance.carrier.split("{name}")[0]))
            recognized = "".join(name) in runs(heard)
            self.wrong[utterance.name] = self.wrong.get(utterance.name, 0) + (not recognized)
            self.errors += edits(said, heard, range(start, start + len(name)))[1]
            self.others += len(said) - len(name)
            self.intruders += not pair.listed.isdisjoint(runs(heard) - runs(said))

    def values(self) -> dict[str, int]:
        return {
            "wrong names": sum(self.wrong.values()),
            "other words": self.others,
            "wrong other words": self.errors,
            "with a name not said": self.intruders,
        }


def before(pair: Pair) -> str:
    return pair.before


def after(pair: Pair) -> str:
    return pair.after or ""


def interval(before: list[int], after: list[int]) -> tuple[float, float, float]:
    """Return the ratio of wrong names, and its 95 % interval by resampling the names, not their utterances."""
    drawn = np.random.default_rng(0).integers(len(before), size=(RESAMPLES, len(before)))
    ratios = np.array(after)[drawn].sum(1) / np.maximum(np.array(before)[drawn].sum(1), 1)
    return sum(after) / max(sum(before), 1), *np.percentile(ratios, [2.5, 97.5])


def percent(part: int, whole: int, digits: int = 1) -> str:
    return f"{100 * part / max(whole, 1):.{digits}f} %"


def parts(pairs: list[Pair]) -> dict[tuple[str, str], list[Pair]]:
    """Return the pairs by language and kind, and together."""
    found = {}
    for language in [*LANGUAGES, "both"]:
        for kind in [*KINDS, "all"]:
            some = [
                pair
                for pair in pairs
                if language in (pair.utterance.name.language, "both") and kind in (pair.utterance.name.kind, "all")
            ]
            if some:
                found[language, kind] = some
    return found


def without_rows(pairs: list[Pair]) -> list[str]:
    rows = ["| language | kind | names | utterances | recognized | other words wrong |", "|---" * 6 + "|"]
    for (language, kind), some in parts(pairs).items():
        score = Score(some, before)
        right = len(some) - sum(score.wrong.values())
        rows.append(
            f"| {language} | {kind} | {len(score.wrong)} | {len(some)} | {percent(right, len(some))} "
            f"| {score.errors} of {score.others}, {percent(score.errors, score.others, 2)} |"
        )
    return rows


def with_rows(pairs: dict[int, list[Pair]]) -> list[str]:
    rows = [
        "| list | language | kind | recognized | wrong names | ratio (95 %) | other words wrong | with a name not said |",
        "|---" * 8 + "|",
    ]
    for size in filter(None, pairs):
        for (language, kind), some in parts(pairs[size]).items():
            old, new = Score(some, before), Score(some, after)
            wrong = [sum(score.wrong.values()) for score in (old, new)]
            ratio, low, high = interval(list(old.wrong.values()), list(new.wrong.values()))
            recognized = " → ".join(percent(len(some) - count, len(some)) for count in wrong)
            errors = " → ".join(percent(score.errors, score.others, 2) for score in (old, new))
            rows.append(
                f"| {size} | {language} | {kind} | {recognized} | {wrong[0]} → {wrong[1]} "
                f"| {ratio:.2f} ({low:.2f} – {high:.2f}) | {errors} | {old.intruders} → {new.intruders} |"
            )
    return rows


def changes(pairs: list[Pair]) -> list[Pair]:
    """Return the pairs whose text the list changed, however little."""
    return [pair for pair in pairs if pair.after not in (None, pair.before)]


def word_errors(pairs: list[Pair], text: Callable[[Pair], str]) -> str:
    """Return the word error rate of sentences without names."""
    wrong = sum(edits(fold(pair.utterance.text), fold(text(pair)))[0] for pair in pairs)
    return percent(wrong, sum(len(fold(pair.utterance.text)) for pair in pairs), 2)


def insertions(pair: Pair, words: set[str]) -> list[dict]:
    """Return the words of listed names that came into the text, and how similar they are to what they replaced."""
    old, new = fold(pair.before), fold(pair.after or "")
    found = []
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        inserted = [word for word in new[j:j_end] if word in words]
        if tag in ("replace", "insert") and inserted:
            replaced = old[i:i_end]
            value = similarity("".join(replaced), "".join(new[j:j_end]))
            found.append({"inserted": inserted, "replaced": replaced, "similarity": round(value, 2)})
    return found


def ordinary_rows(pairs: list[Pair], unrelated: list[str]) -> list[str]:
    words = {word for name in unrelated for word in fold(name)}
    rows = ["| language | sentences | words wrong | texts changed | with a word of a name |", "|---" * 5 + "|"]
    for language in [*LANGUAGES, "both"]:
        some = [pair for pair in pairs if language in (pair.utterance.voice.language, "both")]
        changed = changes(some)
        errors = [word_errors(some, before)] + ([word_errors(some, after)] if some[0].after is not None else [])
        named = sum(bool(insertions(pair, words)) for pair in changed)
        rows.append(
            f"| {language} | {len(some)} | {' → '.join(errors)} | {len(changed)}, {percent(len(changed), len(some), 2)} "
            f"| {named} |"
        )
    return rows


def change_rows(pairs: list[Pair], unrelated: list[str]) -> list[str]:
    """Tabulate each text that changed, and which words of names replaced what."""
    words = {word for name in unrelated for word in fold(name)}
    rows = ["| said | without | with | words of names, similarity |", "|---" * 4 + "|"]
    for pair in changes(pairs):
        found = "; ".join(
            f"{' '.join(one['replaced']) or 'nothing'} → {' '.join(one['inserted'])}, {one['similarity']:.2f}"
            for one in insertions(pair, words)
        )
        rows.append(f"| {pair.utterance.text} | {pair.before} | {pair.after} | {found or '–'} |")
    return rows


def summary(pairs: dict[int, list[Pair]]) -> dict[str, dict]:
    """Return the totals without (0) and with each list, by language and kind."""
    return {
        str(size): {
            " ".join(part): {"utterances": len(some), **Score(some, after if size else before).values()}
            for part, some in parts(those).items()
        }
        for size, those in pairs.items()
    }
