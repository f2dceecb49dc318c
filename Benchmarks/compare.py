"""Compare Lorikeet with onnx-asr behind a minimal Wyoming server: from `audio-stop` to `transcript`, by its client."""
import asyncio
import contextlib
import hashlib
import importlib.metadata
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys

import numpy as np
import onnxruntime

import home_assistant
import make_replica
import oracle
import server

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
AUDIO = REPOSITORY / "Tests/Fixtures/audio"
LORIKEET = REPOSITORY / ".build/release/lorikeet"
DATA = REPOSITORY / ".build/bench"
LENGTHS = [2, 5, 10, 20]  # seconds, cut from long.flac
UTTERANCES = ["es-03", "en-09", "en-01", "en-06", "es-01", "es-10", "en-05", "es-02"]
SILENCES = [0.7, 0.2]  # seconds after the last word
SATELLITES = 5
ROUNDS = 7
REAL_TIME_ROUNDS = 3
PAUSE = 0.6  # seconds for a server to read audio sent at once, and for the one before to stop spinning
QUIET = 0.02  # the last sample of a recording above this level ends its last word
NOISE = 0.001  # a microphone is never silent: white noise, -60 dBFS
LOADS: list[float] = []  # the machine's load average after each utterance
OURS, WAITING, INT8, FP32 = "Lorikeet", "Lorikeet, `--max-speculations 0`", "onnx-asr, INT8", "onnx-asr, FP32"


def int8_export(replica: pathlib.Path) -> pathlib.Path:
    """Return the replica's INT8 export, made once for each recipe."""
    directory = replica.with_name("replica-int8")
    recipe = hashlib.sha256((replica / "recipe.sha256").read_bytes()).hexdigest()
    stamp = directory / "recipe.sha256"
    if not stamp.exists() or stamp.read_text() != recipe:
        directory.mkdir(parents=True, exist_ok=True)
        make_replica.quantize(replica)
        for path in replica.glob("*.int8.onnx"):
            path.replace(directory / path.name)
        for name in ["config.json", "vocab.txt"]:
            (directory / name).write_bytes((replica / name).read_bytes())
        stamp.write_text(recipe)
    return directory


class OnnxAsr:
    """Benchmarks/onnx_asr_server.py in a separate process, until the end of a `with` block."""

    def __init__(self, model: pathlib.Path, *quantization: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, REPOSITORY / "Benchmarks/onnx_asr_server.py", str(self.port), model, *quantization],
            stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "listening\n":
            raise RuntimeError("onnx-asr's server did not start")

    def recognition(self) -> float:
        """Return the seconds that onnx-asr itself took for the last utterance."""
        return float(self.process.stdout.readline())

    def __enter__(self) -> "OnnxAsr":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait()


def speak(system, audio: bytes, **manner) -> tuple[str, dict[str, float]]:
    """Return the transcript, the seconds from `audio-stop` to it, and of these onnx-asr's own."""
    text, seconds = asyncio.run(home_assistant.transcribe(system.port, audio, **manner))
    LOADS.append(os.getloadavg()[0])
    inside = {"recognition": system.recognition()} if isinstance(system, OnnxAsr) else {}
    return text, {"wait": seconds, **inside}


def in_turn(systems: dict, number: int) -> list:
    """Return the systems in an order that begins with another one in each round."""
    names = list(systems)
    start = number % len(names)
    return [(name, systems[name]) for name in names[start:] + names[:start]]


def at_once(systems: dict) -> dict[int, dict[str, list[dict]]]:
    """Return the seconds with all audio received before `audio-stop`, by length and system, after a warm-up."""
    long = oracle.samples(AUDIO / "long.flac")
    results: dict[int, dict[str, list[dict]]] = {}
    for number in range(-1, ROUNDS):
        print(f"at once, round {number + 1} of {ROUNDS}", file=sys.stderr)
        for length in LENGTHS:
            audio = home_assistant.pcm(long[:16_000 * length])
            for name, system in in_turn(systems, number):
                _, seconds = speak(system, audio, pause=PAUSE)
                if number >= 0:
                    results.setdefault(length, {}).setdefault(name, []).append(seconds)
    return results


def utterance(name: str, silence: float) -> np.ndarray:
    """Return a recording up to its last word, followed by silence with a microphone's noise."""
    signal = oracle.samples(AUDIO / f"{name}.wav")
    signal = signal[:np.flatnonzero(np.abs(signal) > QUIET)[-1] + 1]
    signal = np.append(signal, np.zeros(int(16_000 * silence), np.float32))
    return signal + NOISE * np.random.default_rng(0).standard_normal(len(signal), dtype=np.float32)


def real_time(systems: dict) -> dict[float, dict[str, list[float]]]:
    """Return the seconds by silence and system."""
    results: dict[float, dict[str, list[float]]] = {
        silence: {name: [] for name in systems} for silence in SILENCES}
    for number in range(REAL_TIME_ROUNDS):
        print(f"real time, round {number + 1} of {REAL_TIME_ROUNDS}", file=sys.stderr)
        for recording in UTTERANCES:
            for silence in SILENCES:
                audio = home_assistant.pcm(utterance(recording, silence))
                for name, system in in_turn(systems, number):
                    results[silence][name].append(speak(system, audio, real_time=True)[1]["wait"])
    return results


def satellites(ours, waiting) -> dict:
    """Measure several clients that speak at once and stop together, and the same recognitions one after the other."""
    signals = [utterance(name, SILENCES[0]) for name in UTTERANCES[-SATELLITES:]]
    longest = max(map(len, signals))
    audios = [
        home_assistant.pcm(np.concatenate([NOISE * np.random.default_rng(1).standard_normal(
            longest - len(signal), dtype=np.float32), signal])) for signal in signals]
    alone = [speak(waiting, audio, pause=PAUSE) for audio in audios]

    async def together():
        return await asyncio.gather(
            *(home_assistant.transcribe(ours.port, audio, real_time=True) for audio in audios))

    answers = asyncio.run(together())
    return {
        "equal": sum(answer[0] == text for answer, (text, _) in zip(answers, alone, strict=True)),
        "last": max(seconds for _, seconds in answers), "serial": sum(seconds["wait"] for _, seconds in alone)}


def measure(replica: pathlib.Path) -> dict:
    options = ["--model", str(replica), "--device", "cpu", "--data-dir", str(DATA)]
    with contextlib.ExitStack() as running:
        def start(*more: str):
            system = running.enter_context(server.Server(LORIKEET, *options, *more))
            asyncio.run(home_assistant.transcribe(system.port, home_assistant.pcm(utterance(UTTERANCES[0], 0))))
            return system

        ours, waiting = start(), start("--max-speculations", "0")
        int8 = running.enter_context(OnnxAsr(int8_export(replica), "int8"))
        with OnnxAsr(replica) as fp32:
            untrimmed = start("--max-speculations", "0", "--vad", "off")
            once = at_once({OURS: untrimmed, INT8: int8, FP32: fp32})
            untrimmed.stop()
        report = {"once": once, "real": real_time({OURS: ours, WAITING: waiting, INT8: int8}),
                  "satellites": satellites(ours, waiting), "loads": LOADS}
    (DATA / "compare.json").write_text(json.dumps(report, indent=1))
    return report


def spread(values: list[float], digits: int, scale: float = 1) -> str:
    low, high = np.percentile(values, [10, 90]) * scale
    return f"{statistics.median(values) * scale:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})"


def once_rows(once: dict[int, dict[str, list[dict]]]) -> str:
    def cells(systems: dict[str, list[dict]], name: str) -> str:
        runs = systems[name]
        ratios = [ours["wait"] / theirs["wait"] for ours, theirs in zip(systems[OURS], runs, strict=True)]
        inside = statistics.median(run["recognition"] for run in runs) * 1000
        return f"{spread([run['wait'] for run in runs], 0, 1000)}, {inside:.0f} | {spread(ratios, 2)}"

    return "\n".join(
        f"| {length} s | {spread([run['wait'] for run in systems[OURS]], 0, 1000)} | {cells(systems, INT8)} "
        f"| {cells(systems, FP32)} |" for length, systems in once.items())


def real_time_rows(real: dict[float, dict[str, list[float]]]) -> str:
    return "\n".join(
        f"| {silence} s | {name} | {statistics.median(values) * 1000:.1f} | {np.percentile(values, 95) * 1000:.1f} "
        f"| {max(values) * 1000:.1f} |" for silence, systems in real.items() for name, values in systems.items())


def section(report: dict) -> str:
    together = report["satellites"]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ["onnx-asr", "wyoming"])
    return f"""The time that a client waits: milliseconds from `audio-stop` to `transcript` over loopback, measured by the official client.
`Benchmarks/run compare` repeats it.

- onnx-asr runs behind a minimal server on the official library (`Benchmarks/onnx_asr_server.py`): {versions},
  ONNX Runtime {onnxruntime.__version__}. Its INT8 export is ONNX Runtime's dynamic quantization.
- Lorikeet has its defaults (INT8 weights).
- The systems take turns, utterance by utterance, and another one is first in each round, so that other load affects all of them.
- The machine's load average over a minute, this measurement included, was {statistics.median(report["loads"]):.1f}, and at most {max(report["loads"]):.1f}.

All audio was received before `audio-stop`, and nothing was recognized early (`--max-speculations 0 --vad off`). Median (10th – 90th
percentile) of {ROUNDS} rounds after a warm-up. After the comma: the time of onnx-asr's own `recognize`. Ratios are those of neighbours in a
round.

| audio | Lorikeet | onnx-asr, INT8 | Lorikeet / INT8 | onnx-asr, FP32 | Lorikeet / FP32 |
|---|---|---|---|---|---|
{once_rows(report["once"])}

Streamed in real time, {len(UTTERANCES)} utterances of 1 to 5 s, each {REAL_TIME_ROUNDS} times, with silence after the last word and white noise of
-60 dBFS throughout:

| silence | | median | 95th percentile | most |
|---|---|---|---|---|
{real_time_rows(report["real"])}

{SATELLITES} satellites that speak at once and stop together, {SILENCES[0]} s after the last word, in one run: {together["equal"]} of {SATELLITES} transcripts equal those of
single satellites without speculation. The last one arrived {together["last"] * 1000:.0f} ms after its `audio-stop`. One after another, without
speculation, the {SATELLITES} recognitions take {together["serial"] * 1000:.0f} ms.
"""
