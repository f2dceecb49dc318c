"""Measure recognition at full size, and write docs/benchmarks.md.

    benchmark.py [compare] [stages] [profile] [buckets] [memory] [models] [http] [npu] [conditions]

rewrites these sections, or all of them without a name. Lorikeet and onnx-asr take turns, so that other load on the
machine affects both.
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
sys.path.append(str(REPOSITORY / "Tests/Integration"))  # behind this folder: both have an npu.py

import numpy as np
import onnx_asr
import onnxruntime

import buckets
import compare
import conditions
import http_clients
import make_replica
import memory
import models
import npu
import operations
import oracle

RECORDING = REPOSITORY / "Tests/Fixtures/audio/es-12.wav"
STAGES = REPOSITORY / ".build/release/stages"
PREPARED = REPOSITORY / ".build/prepared"
PAGE = REPOSITORY / "docs/benchmarks.md"
PRECISIONS = ["int8", "bf16", "f32"]
ROUNDS = 5
RUNS = 10  # for each round and subject, after one warm-up


def lorikeet(model: pathlib.Path, precision: str) -> dict[str, list[float]]:
    """Return the in-process measurements of Benchmarks/Stages in seconds by stage."""
    output = subprocess.run(
        [STAGES, model, precision, RECORDING, str(RUNS), PREPARED], check=True, capture_output=True, text=True).stdout
    return json.loads(output)


class Stopwatch:
    """Wraps the oracle's decoder session and records the time of each step."""

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
    """onnx-asr in FP32, measured by its own stages."""

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
            if run > 0:  # the first run is the warm-up
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


def stages_text(ours: dict[str, dict], theirs: dict, seconds: float) -> str:
    def row(stage: str, key: str, digits: int, reference: str | None = None) -> str:
        other = theirs[reference or key]
        cells = [f"{milliseconds(one[key], digits)}, {ratio(one[key], other)}" for one in ours.values()]
        return " | ".join([f"| {stage}", *cells, f"{milliseconds(other, digits)} |"])

    def share(one: dict) -> str:
        others = [features + decoder for features, decoder in zip(one["features"], one["decoder"], strict=True)]
        return f"{100 * statistics.median(others) / statistics.median(one['encoder']):.1f} %"

    shares = ", ".join(f"{share(one)} ({precision})" for precision, one in ours.items())
    return f"""onnx-asr {onnx_asr.__version__} on ONNX Runtime {onnxruntime.__version__}, FP32. One recording of {seconds:.2f} s.
Times are in milliseconds, median (10th – 90th percentile) of {ROUNDS} × {RUNS} runs, each round after a warm-up. Lorikeet and onnx-asr
take turns in one run of the script. After the comma: Lorikeet's time as a fraction of onnx-asr's.

`int8` (large weights in eight bits, the default for models of full size) multiplies integers on processors with VNNI. Others compute in
bf16 if they support it.

| stage | {" | ".join(f"Lorikeet, {precision}" for precision in ours)} | onnx-asr, FP32 |
|---|{"---|" * (len(ours) + 1)}
{row("log-mel features of 60 s", "featuresOfAMinute", 1)}
{row("log-mel features of the recording", "features", 2)}
{row("encoder (Lorikeet: with the encoder projection)", "encoder", 0)}
{row("decoder, whole recording", "decoder", 1)}
{row("decoder, a step that is blank", "blankStep", 3, "step")}
{row("decoder, a step that emits", "emissionStep", 3, "step")}

Features and decoder together take this fraction of the encoder's time: {shares}.

onnx-asr runs prediction and joint network together at each step, so a blank costs as much as an emission. Lorikeet splits them: a blank
runs the joint network only, an emission also the prediction network.
"""


def stages(model: pathlib.Path) -> str:
    reference = OnnxAsr(model)
    ours: dict[str, list[dict]] = {precision: [] for precision in PRECISIONS}
    theirs = []
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
        for precision, rounds in ours.items():
            rounds.append(lorikeet(model, precision))
        theirs.append(reference.measure())
    seconds = ours[PRECISIONS[0]][0]["audioSeconds"]
    return stages_text({precision: merged(rounds) for precision, rounds in ours.items()}, merged(theirs), seconds)


HEAD = """# Benchmarks

Written by `make bench`. Times are those of the full-size replica of Parakeet TDT 0.6B v3 (`Tools/replica`), which has its graph and random
weights. Texts are those of the built-in model. [Measurements](measurements.md) has the figures that were measured by hand.
"""
SECTIONS = {
    "Compare": lambda: compare.section(compare.measure(replica())),
    "Stages": lambda: stages(replica()),
    "Profile": lambda: operations.section(operations.measure(replica())),
    "Buckets": lambda: buckets.section(buckets.measure(replica())),
    "Memory": lambda: memory.section(memory.measure(replica())),
    "Models": lambda: models.section(models.measure(replica())),
    "HTTP": lambda: http_clients.section(http_clients.measure(replica())),
    "NPU": lambda: npu.section(npu.measure(replica())),
    "Conditions": conditions.section,
}


def replica() -> pathlib.Path:
    return make_replica.cached(REPOSITORY / ".build/replica")


def circumstances() -> str:
    version = re.search(r'VERSION = "([^"]+)"', (REPOSITORY / "Scripts/fetch_openvino.py").read_text())
    return (f"Measured on {datetime.date.today()}. {processor()}, Linux {platform.release()};\n"
            f"OpenVINO {version[1] if version else '?'}.")


def sections() -> dict[str, str]:
    """Return the page's sections by title."""
    parts = re.split(r"^## (.+)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (text.strip() for text in parts[1::2]), strict=True))


def main() -> None:
    names = [title.lower() for title in SECTIONS]
    if unknown := [name for name in sys.argv[1:] if name not in names]:
        raise SystemExit(f"benchmark: unknown section '{unknown[0]}', expected one of {', '.join(names)}")
    wanted = [title for title in SECTIONS if title.lower() in sys.argv[1:]] or list(SECTIONS)
    texts = sections()
    for title in wanted:
        texts[title] = f"{circumstances()}\n\n{SECTIONS[title]().strip()}"
    page = HEAD + "".join(f"\n## {title}\n\n{texts[title]}\n" for title in SECTIONS if title in texts)
    PAGE.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
