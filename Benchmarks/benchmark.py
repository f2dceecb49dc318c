"""Measure the stages of recognition at full size beside onnx-asr, and write docs/benchmarks.md.

Lorikeet and onnx-asr take turns, so that what else the machine does hits both.
"""
import datetime
import json
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY / "Tools"), str(REPOSITORY / "Tools/replica")]

import numpy as np
import onnx_asr
import onnxruntime

import make_replica
import oracle

RECORDING = REPOSITORY / "Tests/Fixtures/audio/es-12.wav"
STAGES = REPOSITORY / ".build/release/stages"
PAGE = REPOSITORY / "docs/benchmarks.md"
ROUNDS = 5
RUNS = 10  # a round and subject, after one warm-up


def lorikeet(model: pathlib.Path, precision: str) -> dict[str, list[float]]:
    """The in-process measurements of Benchmarks/Stages, seconds by stage."""
    output = subprocess.run(
        [STAGES, model, precision, RECORDING, str(RUNS)], check=True, capture_output=True, text=True).stdout
    return json.loads(output)


class Stopwatch:
    """Stands in for the oracle's decoder session and notes how long each step took."""

    def __init__(self, session):
        self.session = session
        self.seconds: list[float] = []

    def get_inputs(self):
        return self.session.get_inputs()

    def run(self, *arguments):
        start = time.perf_counter()
        result = self.session.run(*arguments)
        self.seconds.append(time.perf_counter() - start)
        return result


class OnnxAsr:
    """onnx-asr in FP32 through its own stages."""

    def __init__(self, model: pathlib.Path):
        self.asr = oracle.Oracle(model).asr
        self.watch = Stopwatch(self.asr._decoder_joint)
        self.asr._decoder_joint = self.watch
        self.signal = oracle.samples(RECORDING)
        self.minute = np.resize(self.signal, 60 * 16_000)

    def measure(self) -> dict[str, list[float]]:
        result: dict[str, list[float]] = {
            stage: [] for stage in ["featuresOfAMinute", "features", "encoder", "decoder", "step"]}
        for run in range(RUNS + 1):
            self.watch.seconds.clear()
            seconds = {}
            start = time.perf_counter()
            self.asr._preprocessor(self.minute[None], np.array([len(self.minute)]))
            seconds["featuresOfAMinute"] = time.perf_counter() - start
            start = time.perf_counter()
            features = self.asr._preprocessor(self.signal[None], np.array([len(self.signal)]))
            seconds["features"] = time.perf_counter() - start
            start = time.perf_counter()
            encoded = self.asr._encode(*features)
            seconds["encoder"] = time.perf_counter() - start
            start = time.perf_counter()
            next(self.asr._decoding(*encoded))
            seconds["decoder"] = time.perf_counter() - start
            seconds["step"] = statistics.fmean(self.watch.seconds)
            if run > 0:  # the first is the warm-up
                for stage, value in seconds.items():
                    result[stage].append(value)
        return result


def merged(rounds: list[dict]) -> dict[str, list[float]]:
    return {
        key: [value for one in rounds for value in one[key]] for key, value in rounds[0].items()
        if isinstance(value, list)}


def milliseconds(values: list[float], digits: int) -> str:
    low, high = np.percentile(values, [10, 90]) * 1000
    return f"{statistics.median(values) * 1000:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})"


def ratio(ours: list[float], theirs: list[float]) -> str:
    return f"{statistics.median(ours) / statistics.median(theirs):.2f}"


def processor() -> str:
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    flags = next((line for line in lines if line.startswith("flags")), "")
    features = [name for name in ["avx2", "avx512f", "avx512_bf16", "amx_bf16"] if f" {name}" in flags]
    return f"{model}, {sum(line.startswith('processor') for line in lines)} cores ({', '.join(features)})"


def page(bf16: dict, f32: dict, theirs: dict, seconds: float) -> str:
    def row(stage: str, key: str, digits: int, reference: str | None = None) -> str:
        other = theirs[reference or key]
        return (
            f"| {stage} | {milliseconds(bf16[key], digits)} | {milliseconds(f32[key], digits)} | "
            f"{milliseconds(other, digits)} | {ratio(bf16[key], other)} | {ratio(f32[key], other)} |")

    others = [feature + decoder for feature, decoder in zip(bf16["features"], bf16["decoder"], strict=True)]
    share = statistics.median(others) / statistics.median(bf16["encoder"])
    version = re.search(r'VERSION = "([^"]+)"', (REPOSITORY / "Scripts/fetch-openvino.py").read_text())
    return f"""# Benchmarks

Written by `make bench` on {datetime.date.today()}. {processor()}, Linux {platform.release()};
OpenVINO {version[1] if version else "?"}; onnx-asr {onnx_asr.__version__} on ONNX Runtime {onnxruntime.__version__}, FP32.

The model is the full-size replica of Parakeet TDT 0.6B v3 (`Tools/replica`): its graph, random weights. One recording of
{seconds:.2f} s. Milliseconds, median (10th – 90th percentile) of {ROUNDS} × {RUNS} runs, each round after a warm-up;
Lorikeet and onnx-asr take turns in one run of the script. A ratio below 1 means that Lorikeet is faster.

| stage | Lorikeet, bf16 | Lorikeet, f32 | onnx-asr, FP32 | ratio bf16 | ratio f32 |
|---|---|---|---|---|---|
{row("log-mel features of 60 s", "featuresOfAMinute", 1)}
{row("log-mel features of the recording", "features", 2)}
{row("encoder (ours: with the encoder projection)", "encoder", 0)}
{row("decoder, whole recording", "decoder", 1)}
{row("decoder, a step that is blank", "blankStep", 3, "step")}
{row("decoder, a step that emits", "emissionStep", 3, "step")}

In bf16, all that is not the encoder (features and decoder) takes {100 * share:.1f} % of the encoder's time.

onnx-asr runs prediction and joint network together at each step, so a blank costs it what an emission costs. The
decoder's networks are split here: a blank runs the joint network alone, an emission the prediction network, too.
"""


def main() -> None:
    model = make_replica.cached(REPOSITORY / ".build/replica")
    reference = OnnxAsr(model)
    rounds: dict[str, list[dict]] = {"bf16": [], "f32": [], "onnx-asr": []}
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
        rounds["bf16"].append(lorikeet(model, "bf16"))
        rounds["f32"].append(lorikeet(model, "f32"))
        rounds["onnx-asr"].append(reference.measure())
    seconds = rounds["bf16"][0]["audioSeconds"]
    text = page(merged(rounds["bf16"]), merged(rounds["f32"]), merged(rounds["onnx-asr"]), seconds)
    PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
