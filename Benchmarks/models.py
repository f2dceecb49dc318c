"""Measure the 110M shape beside onnx-asr, and the precisions of the 0.6B."""
import asyncio
import contextlib
import json
import pathlib
import statistics
import sys
import time

import home_assistant
import make_replica
import oracle
import server
from compare import AUDIO, DATA, LORIKEET, REPOSITORY, spread
from memory import resident

SMALL = REPOSITORY / ".build/replica-110m"
LENGTHS, ROUNDS = [2, 5, 10, 20], 11
PRECISIONS = ["int8", "bf16", "f32"]
OPTIONS = ["--device", "cpu", "--data-dir", str(DATA), "--max-speculations", "0", "--vad", "off"]


def wait(running: server.Server, audio: bytes) -> float:
    """The seconds from `audio-stop` to `transcript`."""
    return asyncio.run(home_assistant.transcribe(running.port, audio, pause=0.3))[1]


def small() -> list[dict]:
    """The 110M shape and onnx-asr in turns, by length."""
    model = make_replica.cached(SMALL, "110m")
    reference, long, rows = oracle.Oracle(model), oracle.samples(AUDIO / "long.flac"), []
    # The first start prepares the model, which takes memory that later ones do not need.
    with server.Server(LORIKEET, "--model", str(model), *OPTIONS):
        pass
    with server.Server(LORIKEET, "--model", str(model), *OPTIONS) as running:
        for length in LENGTHS:
            samples = long[:length * home_assistant.RATE]
            row = {"length": length, "ours": [], "theirs": []}
            for number in range(-2, ROUNDS):
                ours = wait(running, home_assistant.pcm(samples))
                start = time.perf_counter()
                reference.recognize(samples)
                theirs = time.perf_counter() - start
                if number >= 0:
                    row["ours"].append(ours)
                    row["theirs"].append(theirs)
            rows.append(row | {"memory": resident(running)})
            print(f"110M, {length} s", file=sys.stderr)
    return rows


def precisions(replica: pathlib.Path) -> dict[str, dict]:
    """The 0.6B with each precision, in turns."""
    long = oracle.samples(AUDIO / "long.flac")
    audios = {length: home_assistant.pcm(long[:length * home_assistant.RATE]) for length in (5, 20)}
    with contextlib.ExitStack() as running:
        servers = {
            name: running.enter_context(server.Server(
                LORIKEET, "--model", str(replica), *OPTIONS, "--precision", name)) for name in PRECISIONS}
        results = {name: {str(length): [] for length in audios} for name in servers}
        for number in range(-1, ROUNDS):
            print(f"precisions, round {number + 1} of {ROUNDS}", file=sys.stderr)
            for length, audio in audios.items():
                for name, one in servers.items():
                    seconds = wait(one, audio)
                    if number >= 0:
                        results[name][str(length)].append(seconds)
        for name, one in servers.items():
            results[name]["memory"] = resident(one)
    return results


def measure(replica: pathlib.Path) -> dict:
    DATA.mkdir(parents=True, exist_ok=True)
    report = {"small": small(), "precisions": precisions(replica)}
    (DATA / "models.json").write_text(json.dumps(report, indent=1))
    return report


def section(report: dict) -> str:
    def ratio(row: dict) -> float:
        return statistics.median(ours / theirs for ours, theirs in zip(row["ours"], row["theirs"], strict=True))

    rows = "\n".join(
        f"| {row['length']} s | {spread(row['ours'], 0, 1000)} | {spread(row['theirs'], 0, 1000)} | {ratio(row):.2f} "
        f"| {row['memory'] / 1e6:,.0f} |" for row in report["small"])
    kinds = "\n".join(
        f"| `{name}` | {spread(one['5'], 0, 1000)} | {spread(one['20'], 0, 1000)} | {one['memory'] / 1e6:,.0f} |"
        for name, one in report["precisions"].items())
    return f"""`Benchmarks/run models` repeats it. Milliseconds from `audio-stop` to `transcript`, without early recognition, median (10th – 90th
percentile) of {ROUNDS} rounds in turns.

A copy of `parakeet-tdt_ctc-110m` with random weights, made by NeMo's exporter, beside onnx-asr's own `recognize` in FP32; with the resident memory
of the server in MB.

| audio | Lorikeet | onnx-asr, FP32 | Lorikeet / onnx-asr | memory |
|---|---|---|---|---|
{rows}

The precisions of the 0.6B. What eight bits do to words is tested with the built-in model (`test_eight_bits.py`): at most 0.5 of a hundred words differ
from `f32`, and none at the beginning or the end of an utterance.

| `--precision` | 5 s | 20 s | memory |
|---|---|---|---|
{kinds}
"""
