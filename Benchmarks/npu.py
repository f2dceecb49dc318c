"""Compile the full-size encoder for each generation of Intel's NPUs, and tell what their compiler expects of it."""
import pathlib
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "Tools/npu-compiler"))

import npu_compiler
from npu_compiler import PLATFORMS, Compilation, Refused

WEIGHTS = {"f16": "FP16", "int8": "INT8"}
SECONDS = [2, 3, 5, 8, 10, 15, 20, 30]
Results = dict[tuple[str, int, str], Compilation | Refused]


def measure(model: pathlib.Path) -> Results:
    """Return the results by weights, seconds and platform. Takes about a minute for each."""
    if (reason := npu_compiler.unavailable()) is not None:
        raise SystemExit(f"benchmark: {reason}")
    results: Results = {}
    for precision in WEIGHTS:
        for seconds in SECONDS:
            with tempfile.TemporaryDirectory(prefix="graphs-", dir=npu_compiler.FOLDER) as folder:
                npu_compiler.write_graphs(model, precision, seconds, pathlib.Path(folder))
                for platform in PLATFORMS:
                    try:
                        result = npu_compiler.compile(pathlib.Path(folder, "encoder.xml"), platform)
                    except Refused as refusal:
                        result = refusal
                    print(f"{precision}, {seconds} s, {platform}: {cell(result)}", file=sys.stderr, flush=True)
                    results[precision, seconds, platform] = result
    return results


def cell(result: Compilation | Refused) -> str:
    if isinstance(result, Refused):
        return "refused"
    return (f"{result.estimate_ms:.1f} ms, {result.activity:.2f}, {result.blob_bytes / 1e9:.2f} GB,"
            f" {result.processor_seconds:.0f} s, {result.peak_bytes / 1e9:.1f} GB")


def section(results: Results) -> str:
    head = " | ".join(f"{platform} ({processors})" for platform, processors in PLATFORMS.items())
    rows = "\n".join(
        f"| {seconds} s | {name} | "
        + " | ".join(cell(results[precision, seconds, platform]) for platform in PLATFORMS) + " |"
        for seconds in SECONDS for precision, name in WEIGHTS.items())
    return f"""
The encoder as Intel's own compiler for NPUs sees it (`Tools/npu-compiler`): the latency of one run by the compiler's cost model, its
activity factor (the share of the most power that the NPU can draw, for the energy of a run), the size of the compiled network, and the
processor time and the peak memory of the compilation on the machine above.

| audio | weights | {head} |
|---|---|{"---|" * len(PLATFORMS)}
{rows}

No NPU has run this. The author of a Python server for the same model and device measured about 55 ms for 5 s and 150 ms for 20 s on a Core
Ultra 7 265K (3720), with FP16 weights. The estimate leaves out the time of the host and of the driver, and the cost model counts the
operation Convert as nothing. [Measurements](measurements.md#npu-graph) tells what the graph gains over the export.
"""
