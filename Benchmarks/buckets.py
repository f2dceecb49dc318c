"""Compare buckets with the network of dynamic shape on a processor: encoder time, warm start, memory of a server."""
import asyncio
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

import numpy as np

import home_assistant
import oracle
import server

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
AUDIO = REPOSITORY / "Tests/Fixtures/audio"
LORIKEET = REPOSITORY / ".build/release/lorikeet"
STAGES = REPOSITORY / ".build/release/stages"
DATA = REPOSITORY / ".build/bench"
BUCKETS = [5, 10, 20]
SHAPES = {"dynamic": [], "5": [5], "5, 10, 20": BUCKETS}
ENCODER_SECONDS = [5, 10]
ROUNDS = 2  # of the encoder's measurement, RUNS each
RUNS = 10
STARTS = 3  # after one start that fills the caches
READY = re.compile(r"encoder ready, (?:bucket of ([\d.]+) s|dynamic shape), .*?, (\d+) MB")


class Way:
    """A way to store the weights and do the arithmetic."""

    def __init__(self, name: str, model: pathlib.Path, precision: str, *options: str):
        self.name, self.model, self.precision = name, model, precision
        self.options = ["--model", str(model), "--precision", precision, "--device", "cpu", "--data-dir", str(DATA),
                        "--max-utterance-seconds", "60", *options]


def ways(replica: pathlib.Path) -> list[Way]:
    """Return the ways for the replica; each prepared form is made once and kept."""
    def prepared(weights: str) -> pathlib.Path:
        output = subprocess.run(
            [STAGES, "prepare", replica, weights, DATA / "prepared"], check=True, capture_output=True, text=True)
        return pathlib.Path(json.loads(output.stdout))

    return [
        Way("INT8 weights", prepared("int8"), "int8"),
        Way("FP16 weights, bf16", prepared("f16"), "bf16"),
        Way("FP32, compiled networks kept", replica, "f32"),
        Way("FP32, nothing kept", replica, "f32", "--no-cache"),
    ]


def encoder_seconds(way: Way) -> list[dict]:
    """Return the seconds of each bucket and of the dynamic shape; see Benchmarks/Stages/ShapeTimes.swift."""
    rounds = []
    for _ in range(ROUNDS):
        output = subprocess.run(
            [STAGES, "shapes", way.model, way.precision, AUDIO / "long.flac", str(RUNS),
             ",".join(map(str, ENCODER_SECONDS)), DATA / "prepared"],
            check=True, capture_output=True, text=True).stdout
        rounds.append(json.loads(output))
    return [
        {key: sum((one[index][key] for one in rounds), []) for key in ["bucket", "same", "new"]}
        for index in range(len(ENCODER_SECONDS))]


def memory(pid: int) -> dict[str, int]:
    """Return the resident bytes, and of these the anonymous (not of a file) and the private (not shared) ones."""
    values = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split()[:2]
        values[name.rstrip(":")] = int(size) * 1024
    return {"resident": values["Rss"], "anonymous": values["Anonymous"],
            "private": values["Private_Clean"] + values["Private_Dirty"]}


def start(way: Way, buckets: list[int]) -> dict:
    """Start a server. Return the seconds until it has answered an utterance sent at once, and until all encoders are
    loaded, and its memory after each encoder has run."""
    long = oracle.samples(AUDIO / "long.flac")
    command = ["--buckets", ",".join(map(str, buckets))] if buckets else []
    begin = time.monotonic()
    with server.Server(LORIKEET, *way.options, *command) as running:
        def speak(seconds: float) -> None:
            audio = home_assistant.pcm(long[:int(16_000 * seconds)])
            asyncio.run(home_assistant.transcribe(running.port, audio))

        speak(4)
        first = time.monotonic() - begin
        while len(sizes := READY.findall(running.messages())) < max(1, len(buckets)):
            assert running.process.poll() is None, running.messages()
            time.sleep(0.05)
        loaded = time.monotonic() - begin
        for seconds in [4, 9, 19]:  # one length for each bucket, the same ones for all shapes
            for _ in range(2):
                speak(seconds)
        return {"first": first, "loaded": loaded, **memory(running.process.pid),
                "encoders": [int(size) * 1_000_000 for _, size in sizes]}


def starts(way: Way, buckets: list[int]) -> dict[str, list]:
    results = [start(way, buckets) for _ in range(STARTS + 1)][1:]
    return {key: [result[key] for result in results] for key in results[0]}


def compiled_bytes() -> int:
    return sum(path.stat().st_size for path in (DATA / "compiled").rglob("*") if path.is_file())


def measure(replica: pathlib.Path) -> dict:
    report: dict = {"encoder": {}, "server": {}, "compiled": {}}
    for way in ways(replica):
        keeps = "--no-cache" not in way.options
        if keeps:
            print(f"encoder, {way.name}", file=sys.stderr)
            report["encoder"][way.name.split(", compiled")[0]] = encoder_seconds(way)
        for name, buckets in SHAPES.items():
            print(f"server, {way.name}, {name}", file=sys.stderr)
            report["server"].setdefault(way.name, {})[name] = starts(way, buckets)
            report["compiled"].setdefault(way.name, {})[name] = compiled_bytes() if keeps else 0
            # Each encoder takes 2.4 GB in FP32.
            shutil.rmtree(DATA / "compiled", ignore_errors=True)
    return report


def spread(values: list[float], scale: float, digits: int) -> str:
    low, high = min(values) * scale, max(values) * scale
    return f"{statistics.median(values) * scale:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})"


def milliseconds(values: list[float]) -> str:
    low, high = np.percentile(values, [10, 90]) * 1000
    return f"{statistics.median(values) * 1000:.0f} ({low:.0f} – {high:.0f})"


def encoder_rows(encoder: dict[str, list[dict]]) -> str:
    def ratio(times: dict, key: str) -> str:
        return f"{statistics.median(times[key]) / statistics.median(times['bucket']):.2f}"

    return "\n".join(
        f"| {name} | {seconds} s | {milliseconds(times['bucket'])} | {milliseconds(times['same'])}, {ratio(times, 'same')} "
        f"| {milliseconds(times['new'])}, {ratio(times, 'new')} |"
        for name, both in encoder.items() for seconds, times in zip(ENCODER_SECONDS, both, strict=True))


def server_rows(report: dict) -> str:
    rows = []
    for way, shapes in report["server"].items():
        for name, values in shapes.items():
            memory = " | ".join(
                f"{statistics.median(values[key]) / 1e9:.2f}" for key in ["resident", "anonymous", "private"])
            encoders = ", ".join(
                f"{statistics.median(sizes) / 1e9:.2f}" for sizes in zip(*values["encoders"], strict=True))
            kept = report["compiled"][way][name]
            rows.append(
                f"| {way} | {name} | {spread(values['first'], 1, 1)} | {spread(values['loaded'], 1, 1)} | {memory} "
                f"| {encoders} | {f'{kept / 1e9:.1f}' if kept else '–'} |")
    return "\n".join(rows)


def extra(shapes: dict[str, dict]) -> float:
    """Return the GB that each further bucket takes."""
    one, three = (statistics.median(shapes[name]["private"]) for name in ["5", "5, 10, 20"])
    return (three - one) / 2 / 1e9


def section(report: dict) -> str:
    extras = ", ".join(f"{extra(shapes):.2f} GB ({way})" for way, shapes in report["server"].items())
    return f"""The encoder of static shape with a full bucket, beside the network of dynamic shape: with as many frames (the same length in each run),
and with a length that it has not had before. They take turns in one process.

Times are in milliseconds, median (10th – 90th percentile) of {ROUNDS} × {RUNS} runs, each round after a warm-up. After the comma: the
multiple of the bucket's time.

| weights, arithmetic | length | bucket | dynamic, same length | dynamic, new length |
|---|---|---|---|---|
{encoder_rows(report["encoder"])}

`lorikeet serve` on the processor, {STARTS} warm starts each, with prepared models and compiled networks on disk:

- seconds from the start of the process to the transcript of 4 s of speech that waits for it, and until all buckets are loaded, median
  (least – most);
- GB of memory after 4, 9 and 19 s were recognized twice each: resident, of these anonymous (not of a file), of these private (not shared);
- GB that the server measured for each encoder, and GB of compiled networks kept on disk.

| weights, arithmetic | buckets | first transcript, s | all loaded, s | resident | anonymous | private | each encoder | kept |
|---|---|---|---|---|---|---|---|---|
{server_rows(report)}

Each further bucket takes
{extras}.
"""
