"""Measure the encoder's time by kind of operation, beside what the processor can do at best."""
import json
import pathlib
import statistics
import subprocess
import sys

from compare import AUDIO, REPOSITORY

STAGES = REPOSITORY / ".build/release/stages"
PREPARED = REPOSITORY / ".build/prepared"
LENGTHS, RUNS, LARGEST = [2, 5, 20], 10, 12

# The 0.6B: width of the encoder, of its feed-forward modules, and layers.
WIDTH, WIDE, LAYERS = 1024, 4096, 24
PRODUCTS = "matrix products with weights"
NAMES = {
    **dict.fromkeys(["FullyConnected", "FullyConnectedCompressed", "FullyConnectedQuantizedLegacy", "Products"], PRODUCTS),
    # What the plugin does not know itself.
    **dict.fromkeys(["FramePrograms", "Reference"], "frame programs"), "Attention": "attention"}


def operations(frames: int) -> float:
    """The multiplications and additions of a layer's matrix products with weights, times the number of layers.

    Two feed-forward modules, query, key, value and output, and the two pointwise convolutions. Positions are in tables.
    """
    return 2 * LAYERS * frames * (4 * WIDTH * WIDE + 4 * WIDTH**2 + 3 * WIDTH**2)


def measure(replica: pathlib.Path) -> dict[int, dict]:
    report = {}
    for length in LENGTHS:
        print(f"profile, {length} s", file=sys.stderr)
        output = subprocess.run(
            [STAGES, "profile", replica, "int8", AUDIO / "long.flac", str(RUNS), str(length), PREPARED],
            check=True, capture_output=True, text=True).stdout
        report[length] = json.loads(output)
    return report


def by_type(profile: dict) -> dict[str, float]:
    """The seconds of each type of operation; matrix products with weights are one."""
    sums: dict[str, float] = {}
    for operation in profile["operations"]:
        name = NAMES.get(operation["type"], operation["type"])
        sums[name] = sums.get(name, 0) + operation["seconds"]
    return sums


def section(report: dict[int, dict]) -> str:
    sums = {length: by_type(profile) for length, profile in report.items()}
    last = sums[LENGTHS[-1]]
    largest = sorted(last, key=lambda name: -last[name])[:LARGEST]
    head = " | ".join(f"{length} s" for length in LENGTHS)

    def row(name: str, values: list[str]) -> str:
        return f"| {name} | {' | '.join(values)} |"

    def share(length: int) -> str:
        profile = report[length]
        rate = operations(profile["frames"]) / sums[length][PRODUCTS]
        return f"{100 * rate / profile['peaks']['int8']:.0f} %" if profile["peaks"]["int8"] else ""

    def rest(length: int) -> str:
        return f"{100 * (1 - sums[length][PRODUCTS] / sum(sums[length].values())):.0f} %"

    peaks = {name: statistics.median(profile["peaks"][name] for profile in report.values()) / 1e9
             for name in ["int8", "bf16", "f32"]}
    bandwidth = statistics.median(profile["bandwidth"] for profile in report.values()) / 1e9
    lines = [
        row("whole run, without stopwatches", [
            f"{1000 * statistics.median(report[length]['times']):.0f}" for length in LENGTHS]),
        *(row(name, [f"{1000 * sums[length].get(name, 0):.1f}" for length in LENGTHS]) for name in largest),
        row("other operations", [
            f"{1000 * sum(value for name, value in sums[length].items() if name not in largest):.1f}"
            for length in LENGTHS]),
        row(f"{PRODUCTS}: share of the processor's peak", [share(length) for length in LENGTHS]),
        row("all else: share of the time", [rest(length) for length in LENGTHS]),
    ]
    return f"""The full-size encoder on the processor, weights in eight bits, in milliseconds by type of operation. Matrix products with weights,
frame programs and attention are [our own](decisions/0074-layers-as-one-operation.md); the others are OpenVINO's, nearly all of them of the
subsampling. Whole runs are medians of {RUNS} new lengths; the others are from the fastest of {RUNS} runs with stopwatches. In the same run,
loops of the processor's instructions, with all threads, make {peaks['int8']:,.0f} Gop/s in int8, {peaks['bf16']:,.0f} in bf16 and
{peaks['f32']:,.0f} in f32, and read {bandwidth:.0f} GB/s.

| | {head} |
|---|{'---|' * len(LENGTHS)}
""" + "\n".join(lines) + "\n"
