"""Step `curve`: the training log in short."""

import json
import pathlib

EVERY = 1000  # steps


def curve(work: pathlib.Path) -> None:
    """A table of losses and word error rates on part of the held-out set."""
    lines = [json.loads(line) for line in (work / "run/log.jsonl").read_text().splitlines()]
    losses = {line["step"]: line for line in lines if "ctc" in line}
    rates = {line["step"]: line for line in lines if "en tdt clean" in line}
    columns = ["en ctc clean", "en tdt clean", "en tdt noisy", "es ctc clean", "es tdt clean", "es tdt noisy"]
    print(f"| step | CTC loss | TDT loss | {' | '.join(f'{name}, %' for name in columns)} |")
    print("|---" * (3 + len(columns)) + "|")
    for step in sorted(step for step in losses if step % EVERY == 0):
        loss, rate = losses[step], rates.get(step, {})
        cells = [loss["ctc"], loss.get("tdt", ""), *(rate.get(name, "") for name in columns)]
        print(f"| {step} | {' | '.join(str(cell) for cell in cells)} |")
