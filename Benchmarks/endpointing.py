"""Measure how soon the end of speech is decided, and how often too soon: Home Assistant, silence alone, and Lorikeet.

    .venv/bin/python -m pip install -r Benchmarks/requirements-endpointing.txt
    .venv/bin/python Benchmarks/endpointing.py --set test

needs the packages of Training/packages.txt, and downloads Home Assistant's package. Choose times with `--set tune` only.

A command is cut if the decision comes before its last word has ended. Times are from there to the transcript, of the others;
those that never end count as longer than all. Silence alone is counted on microVAD's probability as Home Assistant does, and so
has its delay of about 0.6 s.
"""

import argparse
import json
import pathlib
from dataclasses import asdict, replace

import endpointing_corpus
import endpointing_score as score
import endpointing_systems as systems
import endpointing_texts
from endpointing_corpus import Nothing
from endpointing_score import Case
from endpointing_systems import Outcomes, our_name
from names_corpus import REPOSITORY, fold

PLOT = REPOSITORY / "docs/images/endpointing.png"
ALL = ["ha", "silence", "ours"]
AFTER = 0.2  # seconds that stay behind the last word; a model hears it badly if it ends with it


def outcomes(paths: list[pathlib.Path], options: argparse.Namespace) -> Outcomes:
    """Return the outcomes of all systems on some recordings."""
    found = systems.others(paths, options.systems)
    if "ours" in options.systems:
        for scale in options.scales:
            found[our_name(scale)] = systems.ours(paths, scale, options.stages)
    return found


def with_texts(some: list[Nothing], found: Outcomes, lorikeet: pathlib.Path) -> Outcomes:
    """Add what Lorikeet recognizes in audio without speech when another system ends it."""
    if not lorikeet.exists():
        return found
    done = {}
    for system, every in found.items():
        ended = [one for one in zip(some, every, strict=True) if one[1].end is not None and one[1].text is None]
        texts = systems.transcripts([a.path for a, _ in ended], [b.end for _, b in ended], lorikeet) if ended else []
        known = dict(zip((a for a, _ in ended), texts, strict=True))
        done[system] = [replace(b, text=known.get(a, b.text)) for a, b in zip(some, every, strict=True)]
    return done


def same_texts(cases: list[Case], found: Outcomes, lorikeet: pathlib.Path) -> str:
    """Tell how many of our texts equal those of the whole command recognized at once, without what follows it."""
    mine = found.get(our_name(1))
    if mine is None or not lorikeet.exists():
        return ""
    paths, ends = [case.utterance.path for case in cases], [case.end + AFTER for case in cases]
    whole = systems.transcripts(paths, ends, lorikeet)
    same = [(case, fold(one.text or "") == fold(text)) for case, one, text in zip(cases, mine, whole, strict=True)]
    alone = [equal for case, equal in same if case.one_voice]
    rest = [equal for case, equal in same if not case.one_voice]
    parts = [
        f"{sum(those)} of {len(those)} ({name})"
        for name, those in (("one voice", alone), ("others speak", rest))
        if those
    ]
    return f"Our text equals that of the whole command recognized at once: {', '.join(parts)}."


def report(
    cases: list[Case], found: Outcomes, some: list[Nothing], nothing: Outcomes, options: argparse.Namespace
) -> str:
    """Return all tables."""
    values = {system: score.delays(cases, every) for system, every in found.items()}
    alone = score.selected(cases, values, lambda case: case.one_voice)
    plain = {system: one for system, one in values.items() if not system.startswith("Lorikeet ×")}
    one_voice = {name: test for name, test in score.by_condition().items() if name in endpointing_corpus.ONE_VOICE}
    cases_alone = [case for case in cases if case.one_voice]
    plain_alone = {system: alone[system] for system in plain}
    parts = [
        ("One voice: quiet and four noises", score.main_rows(alone)),
        ("All conditions", score.main_rows(values)),
        ("Cut, median and 95th percentile by noise", score.groups_rows(cases, plain, one_voice, True)),
        ("Cut by place of the pause, one voice", score.groups_rows(cases_alone, plain_alone, score.by_kind(), False)),
        ("Cut by length of the longest pause, place, language and origin, one voice",
         score.groups_rows(cases_alone, plain_alone, score.by_length(), False)),
        ("Other voices", score.voice_rows(cases, plain)),
        ("Without speech", score.nothing_rows(some, nothing)),
        ("Without speech: seconds to the answer", score.nothing_times(some, nothing)),
    ]  # fmt: skip
    if score.THEIRS in values and our_name(options.scales[0]) in values:
        parts.append(("Ratios", score.ratio_rows({"one voice": alone, "all conditions": values}, options.scales)))
    if options.plot:
        title = f"{len(cases_alone)} commands of the set {options.set}, in quiet and in four noises"
        import endpointing_plot

        endpointing_plot.draw(alone, options.plot, title)
    return "\n\n".join(f"### {title}\n\n" + "\n".join(rows) for title, rows in parts)


def record(case: Case, found: Outcomes, number: int) -> dict:
    """Return what `--json` writes of a command."""
    return {
        "file": case.utterance.path.name,
        **case.utterance.truth,
        "systems": {system: asdict(every[number]) for system, every in found.items()},
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=endpointing_texts.SETS, default="test", help="the commands and voices")
    parser.add_argument("--systems", default=",".join(ALL), help="some of ha, silence and ours, with commas between")
    parser.add_argument(
        "--scales", default=",".join(f"{scale:g}" for scale in systems.SCALES), help="factors of our times"
    )
    parser.add_argument("--stages", type=pathlib.Path, default=systems.STAGES, help="the program that runs ours")
    parser.add_argument("--lorikeet", type=pathlib.Path, default=systems.LORIKEET, help="recognizes what others end")
    parser.add_argument("--limit", type=int, help="the first commands of each language only")
    parser.add_argument("--takes", type=int, default=1, help="how often each command is said, each time differently")
    parser.add_argument("--json", type=pathlib.Path, help="write all decisions to this file")
    parser.add_argument(
        "--plot", type=pathlib.Path, nargs="?", const=PLOT, help=f"draw the plot, by default {PLOT.name}"
    )
    options = parser.parse_args()
    options.systems = set(options.systems.split(","))
    options.scales = [float(scale) for scale in options.scales.split(",")]
    return options


def main() -> None:
    options = arguments()
    endpointing_texts.check()
    utterances = endpointing_corpus.utterances(options.set, options.limit, options.takes)
    endpointing_corpus.make(utterances)
    cases = [Case(utterance, utterance.truth["end"]) for utterance in utterances]
    some = endpointing_corpus.nothing(options.set)
    endpointing_corpus.make_nothing(some)
    found = outcomes([case.utterance.path for case in cases], options)
    nothing = with_texts(some, outcomes([one.path for one in some], options), options.lorikeet)
    print(f"## {options.set}: {len(cases)} commands\n\n{report(cases, found, some, nothing, options)}", flush=True)
    if text := same_texts(cases, found, options.lorikeet):
        print(f"\n{text}")
    if options.json:
        records = [record(case, found, number) for number, case in enumerate(cases)]
        without = [
            {"file": one.path.name, "systems": {system: asdict(every[number]) for system, every in nothing.items()}}
            for number, one in enumerate(some)
        ]
        values = {"set": options.set, "commands": records, "without speech": without}
        options.json.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
