"""Intel's NPU compiler as a function; `setup` makes it ready, without an NPU or its driver."""
import dataclasses
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

from schedule import Schedule

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".npu-compiler"
PROGRAM = FOLDER / "bin/compile.exe"
STAGES = REPOSITORY / ".build/release/stages"
PREPARED = REPOSITORY / ".build/prepared"
WINE = "/usr/lib/wine/wine64"
# What the compiler calls a generation of NPUs, and the processors that have it.
PLATFORMS = {"3720": "Meteor Lake, Arrow Lake", "4000": "Lunar Lake", "5010": "Panther Lake"}
TRACE = "compileTimeScheduleTrace.json"


class Refused(Exception):
    """The compiler does not compile the graph; the text is its message."""


@dataclasses.dataclass
class Compilation:
    """A compiled graph: the compiler's estimate, and what it took."""
    estimate_ms: float
    # The share of the NPU's most power that the compiler expects the network to draw while it runs.
    activity: float
    blob_bytes: int
    compile_seconds: float
    # The processor time of the whole program, which depends less on the machine's other load.
    processor_seconds: float
    peak_bytes: int
    # The operations that the cost model counts as nothing.
    uncounted: list[str]
    schedule: Schedule

    def __str__(self) -> str:
        """One line, for people and for scripts."""
        values = {
            "estimate_ms": self.estimate_ms, "activity": self.activity, "blob_mb": self.blob_bytes / 1e6,
            "compile_s": self.compile_seconds, "peak_mb": self.peak_bytes / 1e6}
        return " ".join(f"{name}={value:{'.0f' if value >= 100 else '.3g'}}" for name, value in values.items())


def unavailable() -> str | None:
    """Why the compiler cannot be used; None if it can."""
    reason = FOLDER / "unavailable"
    if reason.exists():
        return reason.read_text().strip()
    if not PROGRAM.exists():
        return "the NPU compiler is not set up: run `make npu`"
    return None if STAGES.exists() else f"{STAGES} is not built: run `make npu`"


def write_graphs(
    model: object, precision: str, seconds: float | None, folder: pathlib.Path,
) -> None:
    """Write the graphs that the server would compile for an NPU: encoder.xml, prediction.xml, joint.xml.

    The encoder has the shape of a bucket of this many seconds; None: any length.
    """
    shape = "dynamic" if seconds is None else f"{seconds:g}"
    result = subprocess.run(
        [STAGES, "graphs", str(model), precision, shape, folder, PREPARED], stdin=subprocess.DEVNULL,
        capture_output=True, text=True)
    if result.returncode != 0:
        raise Refused(result.stderr.strip())


def compile(
    graph: pathlib.Path, platform: str, properties: dict[str, str] = {}, *, trace: pathlib.Path | None = None,
) -> Compilation:
    """Compile a graph for a platform as the plugin would with these properties.

    `trace` is where to keep the schedule, a Chrome trace. Raises Refused with the compiler's message.
    """
    with tempfile.TemporaryDirectory(prefix="compile-", dir=FOLDER) as temporary:
        folder = pathlib.Path(temporary)
        blob = folder / "network.blob"
        settings = {
            "NPU_PLATFORM": platform, "NPU_COMPILER_TYPE": "PLUGIN", "LOG_LEVEL": "LOG_INFO",
            "NPU_COMPILATION_MODE_PARAMS": "enable-schedule-trace=true", **properties}
        # The compiler writes its trace into the working directory.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = run(
            windows_path(graph), windows_path(blob), *(f"{key}={value}" for key, value in settings.items()),
            folder=folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        log = re.sub(r"\x1b\[\d*m", "", result.stdout)
        # Wine reports success after a crash, too.
        if result.returncode != 0 or "exported" not in log:
            raise Refused("\n".join([*errors_in(log), *result.stderr.splitlines()]) or "the compiler ended without a word")
        if trace is not None:
            shutil.copy(folder / TRACE, trace)
        return Compilation(
            estimate_ms=float(found(r"Estimated inference latency: ([\d.]+) us", log)) / 1000,
            activity=float(found(r"Activity Factor - ([\d.]+)", log)),
            blob_bytes=blob.stat().st_size,
            processor_seconds=spent,
            compile_seconds=float(found(r"Compile net time: ([\d.]+) ms", log)) / 1000,
            peak_bytes=int(found(r"Compilation memory usage: Peak (\d+) KB", log)) * 1024,
            uncounted=sorted(set(re.findall(r"builtin_(\w+)", found(r"unsupported by VPUNN(.*)", log, "")))),
            schedule=Schedule.read(folder / TRACE))


def run(*arguments: str, folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Run the program once more if Wine's server, which ends when it is idle, ends as the program connects to it."""
    for _ in range(3):
        result = run_once(*arguments, folder=folder)
        if "wine client error" not in result.stderr:
            break
    return result


def run_once(*arguments: str, folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "WINEPREFIX": str(FOLDER / "wine"), "WINEDEBUG": "-all",
        # No offers to install .NET and a browser, and no debugger after a crash.
        "WINEDLLOVERRIDES": "mscoree,mshtml,winedbg.exe="}
    # The plugin that the tests load on Linux is none of this program's business.
    environment.pop("LD_LIBRARY_PATH", None)
    # Files and not pipes: Wine's server inherits them, outlives the program, and would keep a pipe open.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        status = subprocess.run(
            [WINE, str(PROGRAM), *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=errors).returncode
        texts = []
        for file in [output, errors]:
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return subprocess.CompletedProcess(arguments, status, *texts)


def windows_path(path: pathlib.Path) -> str:
    # Wine's drive Z is the root.
    return "Z:" + str(path.resolve()).replace("/", "\\")


def found(pattern: str, log: str, default: str | None = None) -> str:
    match = re.search(pattern, log)
    if match is None:
        if default is None:
            raise ValueError(f"the compiler's log has no {pattern!r}:\n{log[-2000:]}")
        return default
    return match[1]


def errors_in(log: str) -> list[str]:
    return [line for line in log.splitlines() if "[ERROR]" in line]


if __name__ == "__main__":
    # Makes Wine's folder. Without arguments the program prints its usage, if all its libraries are there.
    FOLDER.mkdir(exist_ok=True)
    result = run(folder=FOLDER)
    if "usage" not in result.stderr:
        sys.exit(f"{result.stdout}{result.stderr}(status {result.returncode})")
