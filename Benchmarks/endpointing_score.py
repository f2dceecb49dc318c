"""What Benchmarks/endpointing.py counts, and its tables."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from endpointing_corpus import CONDITIONS, ONE_VOICE, TAIL, Nothing, Utterance
from endpointing_systems import Outcome, Outcomes, our_name
from names_corpus import LANGUAGES

RESAMPLES = 2000
HELD = 1.5  # seconds for which a second voice may hold the answer
THEIRS = "Home Assistant, default"
KINDS = ["none", "first words", "name", "and", "two pauses"]
LENGTHS = [(0.2, 0.5), (0.5, 0.8), (0.8, 1.2)]  # seconds of the longest pause


@dataclass(frozen=True)
class Case:
    """An utterance and what is known about it."""

    utterance: Utterance
    end: float  # of the last word, in seconds

    @property
    def one_voice(self) -> bool:
        return self.utterance.condition in ONE_VOICE

    @property
    def longest(self) -> float:
        return max((pause.seconds for pause in self.utterance.pauses), default=0)

    @property
    def after_command(self) -> bool:
        """Whether there is a pause after words that are a command of their own."""
        return any(place.complete for place in self.utterance.places)


def delays(cases: list[Case], outcomes: list[Outcome]) -> np.ndarray:
    """Return the seconds from the last word to the transcript: NaN if it was cut, infinite if it never ended."""
    values = []
    for case, outcome in zip(cases, outcomes, strict=True):
        if outcome.end is None:
            values.append(np.inf)
        else:
            cut = outcome.end < case.end
            values.append(np.nan if cut else outcome.end - case.end + outcome.finish / 1000)
    return np.array(values)


def cut(values: np.ndarray) -> float:
    return float(np.isnan(values).mean()) if len(values) else float("nan")


def never(values: np.ndarray) -> float:
    return float(np.isinf(values).mean())


def quantile(values: np.ndarray, share: float) -> float:
    """Return a quantile of the delays of what was not cut; infinite ones count."""
    rest = np.sort(values[~np.isnan(values)])
    return float(rest[min(int(share * len(rest)), len(rest) - 1)]) if len(rest) else float("nan")


def seconds(value: float) -> str:
    return "–" if np.isnan(value) else f"> {TAIL:g} s" if np.isinf(value) else f"{value:.2f} s"


def percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{100 * value:.1f} %"


def head(*names: str) -> list[str]:
    return [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]


def selected(cases: list[Case], values: dict[str, np.ndarray], test: Callable[[Case], bool]) -> dict[str, np.ndarray]:
    """Return the delays of the cases that pass a test."""
    keep = np.array([test(case) for case in cases], bool)
    return {system: some[keep] for system, some in values.items()}


def main_rows(values: dict[str, np.ndarray]) -> list[str]:
    """Tabulate all systems, with 95 % intervals of the share and the median."""
    rows = head("system", "cut", "median", "95th percentile", "never ended")
    for system, some in values.items():
        drawn = some[np.random.default_rng(0).integers(len(some), size=(RESAMPLES, len(some)))]
        shares = np.percentile(np.isnan(drawn).mean(1), [2.5, 97.5])
        medians = sorted(quantile(one, 0.5) for one in drawn)
        between = [medians[int(share * RESAMPLES)] for share in (0.025, 0.975)]
        rows.append(
            f"| {system} | {percent(cut(some))} ({100 * shares[0]:.1f} – {100 * shares[1]:.1f}) "
            f"| {seconds(quantile(some, 0.5))} ({' – '.join(seconds(one) for one in between)}) "
            f"| {seconds(quantile(some, 0.95))} | {percent(never(some))} |"
        )
    return rows


def groups_rows(
    cases: list[Case], values: dict[str, np.ndarray], groups: dict[str, Callable[[Case], bool]], timed: bool
) -> list[str]:
    """Tabulate groups as columns: the share cut and, if wanted, the median and 95th percentile."""
    groups = {name: test for name, test in groups.items() if any(map(test, cases))}
    rows = head("system", *(f"{name} ({sum(map(test, cases))})" for name, test in groups.items()))
    for system, every in values.items():
        cells = []
        for test in groups.values():
            some = selected(cases, {system: every}, test)[system]
            times = f", {seconds(quantile(some, 0.5))}, {seconds(quantile(some, 0.95))}" if timed else ""
            cells.append(percent(cut(some)) + times)
        rows.append(f"| {system} | {' | '.join(cells)} |")
    return rows


def by_condition() -> dict[str, Callable[[Case], bool]]:
    return {name: lambda case, name=name: case.utterance.condition == name for name in CONDITIONS}


def by_kind() -> dict[str, Callable[[Case], bool]]:
    return {name: lambda case, name=name: case.utterance.kind == name for name in KINDS}


def by_length() -> dict[str, Callable[[Case], bool]]:
    found: dict[str, Callable[[Case], bool]] = {}
    for low, high in LENGTHS:
        found[f"{low} to {high} s"] = lambda case, low=low, high=high: low <= case.longest < high
    found["after a whole command"] = lambda case: case.after_command
    found["not after one"] = lambda case: bool(case.utterance.pauses) and not case.after_command
    found |= {name: lambda case, name=name: case.utterance.sentence.language == name for name in LANGUAGES}
    found["of the grammar"] = lambda case: not case.utterance.sentence.written
    found["by hand"] = lambda case: case.utterance.sentence.written
    return found


def voice_rows(cases: list[Case], values: dict[str, np.ndarray]) -> list[str]:
    """Tabulate how long other voices hold the answer."""
    rows = head(
        "system", "condition", "cut", "median", "95th percentile", "most", f"after more than {HELD} s, or never"
    )
    for system, every in values.items():
        for condition in CONDITIONS[len(ONE_VOICE) :]:
            some = selected(cases, {system: every}, by_condition()[condition])[system]
            rest = some[~np.isnan(some)]
            late = float((rest > HELD).mean()) if len(rest) else float("nan")
            rows.append(
                f"| {system} | {condition} | {percent(cut(some))} | {seconds(quantile(some, 0.5))} "
                f"| {seconds(quantile(some, 0.95))} | {seconds(quantile(some, 1))} | {percent(late)} |"
            )
    return rows


def nothing_rows(some: list[Nothing], outcomes: Outcomes) -> list[str]:
    """Tabulate audio without speech: when it is answered, and how often with an empty text."""
    rows = head("system", "answered", "median", "most", "after more than 5 s", "empty answers")
    for system, every in outcomes.items():
        ends = np.array([np.inf if one.end is None else one.end for one in every])
        texts = [one.text for one in every if one.end is not None]
        known = [text == "" for text in texts if text is not None]
        median, most = (
            f"{value:.2f} s" if np.isfinite(value) else "never" for value in (np.sort(ends)[len(ends) // 2], ends.max())
        )
        empty = f"{sum(known)} of {len(known)}" if known else "–"
        rows.append(
            f"| {system} | {int(np.isfinite(ends).sum())} of {len(some)} | {median} | {most} | {int((ends > 5.1).sum())} | {empty} |"
        )
    return rows


def nothing_times(some: list[Nothing], outcomes: Outcomes) -> list[str]:
    """Tabulate the seconds to the answer for each recording without speech."""
    rows = head("system", *(f"{one.noise} {one.level} dBFS" for one in some))
    for system, every in outcomes.items():
        cells = ["never" if one.end is None else f"{one.end:.1f}" for one in every]
        rows.append(f"| {system} | {' | '.join(cells)} |")
    return rows


def at(known: list[float], wanted: list[float], place: float) -> float:
    """Interpolate between the points of a curve in the order of `known`; NaN if it lies below all of them."""
    order = np.lexsort((-np.array(wanted), known))  # of equal points the best one counts
    xs, ys = np.array(known)[order], np.array(wanted)[order]
    if place < xs[0]:
        return float("nan")
    if place >= xs[-1]:
        return float(ys[-1])
    right = int(np.searchsorted(xs, place, side="right"))
    share = (place - xs[right - 1]) / (xs[right] - xs[right - 1])
    return float(ys[right - 1] + share * (ys[right] - ys[right - 1])) if np.isfinite(ys[right]) else float("inf")


def ratios(values: dict[str, np.ndarray], scales: list[float]) -> tuple[float, float]:
    """Return our median as a fraction of theirs at their share cut, and our share cut as one of theirs at their median.

    A curve that ends before their point counts by its last point, which is to our disadvantage; NaN: we do not reach it.
    """
    theirs = values[THEIRS]
    mine = [values[our_name(scale)] for scale in scales]
    shares, medians = [cut(some) for some in mine], [quantile(some, 0.5) for some in mine]
    time = at(shares, medians, cut(theirs)) / quantile(theirs, 0.5)
    share = at(medians, shares, quantile(theirs, 0.5)) / cut(theirs) if cut(theirs) else float("nan")
    return time, share


def ratio_rows(sets: dict[str, dict[str, np.ndarray]], scales: list[float]) -> list[str]:
    """Tabulate both ratios with 95 % intervals; utterances are drawn for all systems at once."""
    rows = head("", f"median at the share cut of {THEIRS}", f"share cut at the median of {THEIRS}")
    for name, values in sets.items():
        count = len(values[THEIRS])
        drawn = np.random.default_rng(0).integers(count, size=(RESAMPLES, count))
        found = [ratios({system: some[one] for system, some in values.items()}, scales) for one in drawn]
        cells = []
        for value, those in zip(ratios(values, scales), zip(*found, strict=True), strict=True):
            # What is not reached is as bad as can be.
            ordered = np.sort(np.where(np.isnan(those), np.inf, those))
            low, high = (ordered[int(share * RESAMPLES)] for share in (0.025, 0.975))
            cells.append(f"{value:.2f} ({low:.2f} – {high:.2f})")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows
