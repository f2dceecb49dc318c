"""Measure what a list of names does to the built-in model's text: more names recognized, other words unharmed.

    .venv/bin/python Benchmarks/names.py

Each name is spoken three times by voices that the training never heard, and recognized without a list and with lists of
several sizes; ordinary commands are recognized beside names that nobody says. Choose weights with `--set tune` only.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import names_corpus
import names_score
from names_corpus import LANGUAGES, REPOSITORY, Name, Utterance, fold
from names_score import Pair

LORIKEET = REPOSITORY / ".build/release/lorikeet"
SIZES = [50, 200, 1000]  # of the lists
ONE_LANGUAGE = 200  # names; a longer list has both


class Lists:
    """Recognizes utterances without and with a list of names."""

    def __init__(self, options: argparse.Namespace):
        self.program = options.lorikeet
        self.weight = f" : {options.weight:g}" if options.weight is not None else ""
        self.options = ["--names-rescue"] if options.rescue else []

    def transcripts(self, utterances: list[Utterance], names: list[str] | None) -> list[str]:
        """Return the transcripts of one run, without a list if there are no names."""
        if names is None:
            return self.run(utterances)
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write("".join(f"{name}{self.weight}\n" for name in names))
            file.flush()
            return self.run(utterances, "--names", file.name, *self.options)

    def run(self, utterances: list[Utterance], *options: str) -> list[str]:
        paths = [str(utterance.path) for utterance in utterances]
        command = [self.program, "transcribe", "--quiet", "--format", "json", *options, *paths]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:  # its own message is above
            raise SystemExit(f"names: {self.program} ended with status {done.returncode}")
        texts = {line["file"]: line["text"] for line in map(json.loads, done.stdout.splitlines())}
        return [texts[path] for path in paths]


def groups(names: list[Name], size: int) -> list[tuple[list[Name], list[str]]]:
    """Return the names in groups, each with its list: the group's names, then distractors of the same languages."""
    unsaid = names_corpus.distractors()
    found = []
    for languages in [[language] for language in LANGUAGES] if size <= ONE_LANGUAGE else [list(LANGUAGES)]:
        some = [name for name in names if name.language in languages]
        others = [text for pair in zip(*(unsaid[language] for language in languages), strict=True) for text in pair]
        for start in range(0, len(some), size):
            group = some[start : start + size]
            found.append((group, ([name.text for name in group] + others)[:size]))
    return found


def measure_names(lists: Lists, names: list[Name], sizes: list[int]) -> dict[int, list[Pair]]:
    """Return the transcripts by the size of the list; 0 is without."""
    utterances = names_corpus.naming(names)
    names_corpus.speak(utterances)
    print(f"names without a list: {len(utterances)} utterances", file=sys.stderr)
    usual = dict(zip(utterances, lists.transcripts(utterances, None), strict=True))
    pairs = {0: [Pair(utterance, text) for utterance, text in usual.items()]}
    for size in sizes:
        pairs[size] = []
        for number, (group, listed) in enumerate(groups(names, size), 1):
            print(f"names with a list of {size}, group {number}", file=sys.stderr)
            some = [utterance for utterance in utterances if utterance.name in group]
            joined = frozenset("".join(fold(name)) for name in listed)
            for utterance, text in zip(some, lists.transcripts(some, listed), strict=True):
                pairs[size].append(Pair(utterance, usual[utterance], text, joined))
    return pairs


def measure_ordinary(lists: Lists, limit: int | None, with_list: bool) -> tuple[list[Pair], list[str]]:
    """Return the transcripts of sentences without names, and the list of unrelated ones."""
    every = {language: names_corpus.ordinary(language) for language in LANGUAGES}
    unrelated = names_corpus.unrelated([utterance for some in every.values() for utterance in some])
    utterances = [utterance for some in every.values() for utterance in some[:limit]]
    names_corpus.speak(utterances)
    print(f"ordinary sentences: {len(utterances)}", file=sys.stderr)
    usual = lists.transcripts(utterances, None)
    texts = lists.transcripts(utterances, unrelated) if with_list else [None] * len(usual)
    return [Pair(*three) for three in zip(utterances, usual, texts, strict=True)], unrelated


def record(pair: Pair) -> dict:
    """Return what `--json` writes of an utterance and one list."""
    utterance, name = pair.utterance, pair.utterance.name
    named = {"name": name.text, "kind": name.kind} if name else {}
    voice = f"{utterance.voice.engine} {utterance.voice.name}"
    return {
        "language": utterance.voice.language,
        **named,
        "said": utterance.text,
        "voice": voice,
        "file": utterance.path.name,
        "without": pair.before,
        "with": pair.after,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lorikeet", type=pathlib.Path, default=LORIKEET, help="the binary to measure")
    parser.add_argument("--set", choices=["test", "tune"], default="test", help="the names that are said")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="names in the lists, with commas between")
    parser.add_argument("--weight", type=float, help="written behind each name of a list")
    parser.add_argument("--rescue", action="store_true", help="pass --names-rescue with each list")
    parser.add_argument("--baseline", action="store_true", help="measure without lists only")
    parser.add_argument("--limit", type=int, help="the first names and ordinary sentences of each language only")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--names-only", action="store_true", help="no ordinary sentences")
    only.add_argument("--ordinary-only", action="store_true", help="no names")
    parser.add_argument("--json", type=pathlib.Path, help="write the transcripts and totals to this file")
    return parser.parse_args()


def names_report(options: argparse.Namespace, lists: Lists) -> tuple[str, dict]:
    """Measure names; return the tables, and what `--json` writes."""
    every = names_corpus.names(options.set)
    some = [name for language in LANGUAGES for name in [n for n in every if n.language == language][: options.limit]]
    pairs = measure_names(lists, some, [] if options.baseline else [int(size) for size in options.sizes.split(",")])
    tables = ["## Names, without a list", names_score.without_rows(pairs[0])]
    if not options.baseline:
        tables += ["## Names, without → with a list", names_score.with_rows(pairs)]
    transcripts = {str(size): [record(pair) for pair in those] for size, those in pairs.items()}  # "0": without a list
    return text_of(tables), {"names": transcripts, "totals": names_score.summary(pairs)}


def ordinary_report(options: argparse.Namespace, lists: Lists) -> tuple[str, dict]:
    """Measure ordinary sentences; return the tables, and what `--json` writes."""
    pairs, unrelated = measure_ordinary(lists, options.limit, not options.baseline)
    tables = [f"## Ordinary sentences, without → with {len(unrelated)} unrelated names"]
    tables.append(names_score.ordinary_rows(pairs, unrelated))
    if not options.baseline:
        tables += ["Texts that changed:", names_score.change_rows(pairs, unrelated)]
    return text_of(tables), {"ordinary": [record(pair) for pair in pairs], "unrelated": unrelated}


def text_of(tables: list[str | list[str]]) -> str:
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in tables)


def main() -> None:
    options = arguments()
    names_corpus.check()
    lists = Lists(options)
    report = {"set": options.set, "weight": options.weight, "rescue": options.rescue}
    for measure, skipped in [(names_report, options.ordinary_only), (ordinary_report, options.names_only)]:
        if not skipped:
            text, values = measure(options, lists)
            print(text, end="\n\n", flush=True)
            report |= values
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
