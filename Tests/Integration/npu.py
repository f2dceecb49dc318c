"""Lorikeet on a simulated NPU: Tests/NPUSimulator/README.md lists the faults."""
import collections
import os
import pathlib
import shlex
import subprocess
import time

import lorikeet
from lorikeet import AUDIO, REPOSITORY
from server import Server

LIBRARY = REPOSITORY / ".build/npu-simulator"
OLD_LOADER = LIBRARY / "old-loader"
PLUGIN = REPOSITORY / ".openvino/lib/libopenvino_intel_npu_plugin.so"
GOOD = AUDIO / "en-01.wav"
TEXT = "Open the garden blinds."
SECONDS = 60


class Simulator:
    """Runs Lorikeet as on a machine with an NPU, whose faults can be switched while it runs."""

    def __init__(self, folder: pathlib.Path, data: pathlib.Path, library: pathlib.Path = LIBRARY):
        folder.mkdir(parents=True, exist_ok=True)
        self.data = data
        self._file = folder / "faults"
        self._log = folder / "faults.log"
        self.environment = {
            "LD_LIBRARY_PATH": os.pathsep.join(filter(None, [str(library), os.environ.get("LD_LIBRARY_PATH")])),
            "NPU_SIMULATOR": str(self._file),
        }
        # The tests' other helpers start a program without variables of their own.
        self.program = folder / "lorikeet"
        variables = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in self.environment.items())
        self.program.write_text(f'#!/bin/sh\n{variables}exec {shlex.quote(str(lorikeet.BINARY))} "$@"\n')
        self.program.chmod(0o755)
        self.faults()

    def faults(self, *words: str) -> None:
        """Replaces the faults."""
        new = self._file.with_suffix(".new")
        new.write_text("\n".join(words))
        new.replace(self._file)

    def counts(self) -> collections.Counter[str]:
        """The calls since the start or since `forget`: `compile`, `import`, `export`, `run`, `run refused`, …"""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return collections.Counter(line.split(" ", 1)[1] for line in lines)

    def forget(self) -> None:
        self._log.unlink(missing_ok=True)

    def run(self, *arguments: object, seconds: float = SECONDS) -> subprocess.CompletedProcess[str]:
        """Runs `lorikeet ARGUMENTS…` to its end."""
        return subprocess.run(
            [self.program, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            timeout=seconds, env=lorikeet.ENVIRONMENT)

    def transcribe(self, *options: object, seconds: float = SECONDS) -> subprocess.CompletedProcess[str]:
        """Transcribes the good recording with a single encoder on the NPU."""
        return self.run(
            "transcribe", "--device", "npu", "--buckets", "5", "--data-dir", self.data, *options, GOOD, seconds=seconds)

    def doctor(self, *options: object) -> subprocess.CompletedProcess[str]:
        """Examines the machine as if it had no other devices than OpenVINO lists."""
        root = self._file.parent / "root"
        root.mkdir(exist_ok=True)
        return self.run("doctor", "--data-dir", self.data, "--root", root, *options)

    def serve(self, *options: object) -> Server:
        return Server(
            self.program, "--model", "builtin", "--buckets", "5", "--data-dir", str(self.data), *map(str, options))

    def folders(self, network: str) -> list[pathlib.Path]:
        """The compiled forms of a network for the NPU."""
        return sorted((self.data / "compiled").glob(f"builtin-NPU-{network}-*"))


def wait_for(condition, what: object) -> None:
    """Waits until the condition holds; `what()` explains the failure."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)
