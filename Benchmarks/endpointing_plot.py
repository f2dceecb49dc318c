"""The plot of Benchmarks/endpointing.py: the median time from the last word against the share of utterances cut."""

import pathlib

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

from matplotlib import pyplot

from endpointing_score import cut, quantile
from endpointing_systems import our_name

GROUPS = {"Home Assistant": ("#18bcf2", "s-"), "silence": ("#888888", "o-"), "Lorikeet": ("#2e7d32", "D-")}
BLACK = "#333333"


def label(system: str) -> str:
    """Return what is written beside a point, where the colour and the title tell the rest."""
    return system.removeprefix("Lorikeet ") if system.startswith("Lorikeet ") else system


def draw(values: dict[str, np.ndarray], file: pathlib.Path, title: str) -> None:
    """Write the plot."""
    figure, axes = pyplot.subplots(figsize=(7, 4.4), dpi=110)
    points = {system: (quantile(some, 0.5), 100 * cut(some)) for system, some in values.items()}
    points = {system: point for system, point in points.items() if np.isfinite(point[0])}
    for group, (color, style) in GROUPS.items():
        some = {system: point for system, point in points.items() if system.startswith(group)}
        if some:
            axes.plot(*zip(*some.values(), strict=True), style, color=color, markersize=6, linewidth=1.2, alpha=0.9)
        for system, point in some.items():
            left = group == "silence"
            below = group == "Lorikeet" and system != our_name(1) and point[1] > 1  # there is room
            axes.annotate(
                label(system),
                point,
                (-8, -4) if left else (-4, -13) if below else (7, 5),
                textcoords="offset points",
                ha="right" if left or below else "left",
                fontsize=8,
                color=BLACK if left else color,
                weight="bold" if system == our_name(1) else "normal",
            )
    axes.set_xlabel("median time from the last word to the transcript, in seconds")
    axes.set_ylabel("utterances cut, in percent")
    axes.set_title(title, fontsize=9)
    left, right = axes.get_xlim()
    axes.set_xlim(0, right + 0.18 * (right - left))  # for the names
    axes.set_ylim(0, None)
    axes.grid(alpha=0.25)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(file, metadata={"Software": None})
