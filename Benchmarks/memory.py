"""Measure the resident memory of a server over utterances of random length, at full size."""
import asyncio
import pathlib
import random

import soundfile

import compare
import home_assistant
from server import Server

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
LORIKEET = REPOSITORY / ".build/release/lorikeet"
RECORDING = REPOSITORY / "Tests/Fixtures/audio/long.flac"
RATE = home_assistant.RATE
RANGES = [(1, 6), (1, 29)]  # seconds
COUNTS = [20, 60, 200, 500, 1000]


def resident(server: Server, field: str = "VmRSS") -> int:
    """Return the resident memory in bytes: VmRSS now, VmHWM at most."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(field))


def measure(model: pathlib.Path) -> dict[tuple[int, int], list[int]]:
    """Return the bytes after each of COUNTS utterances, by the range of their lengths."""
    signal, _ = soundfile.read(RECORDING, dtype="float32")
    results: dict[tuple[int, int], list[int]] = {}
    for least, most in RANGES:
        dice = random.Random(7)
        with Server(LORIKEET, "--model", str(model), "--device", "cpu", "--data-dir", str(compare.DATA)) as server:
            results[least, most] = []
            for number in range(1, COUNTS[-1] + 1):
                length = int(dice.uniform(least, most) * RATE)
                begin = dice.randrange(len(signal) - length)
                asyncio.run(home_assistant.transcribe(server.port, home_assistant.pcm(signal[begin:begin + length])))
                if number in COUNTS:
                    results[least, most].append(resident(server))
    return results


def section(results: dict[tuple[int, int], list[int]]) -> str:
    head = "".join(f" {count:,} |" for count in COUNTS)
    rows = "\n".join(
        f"| {least} to {most} s |" + "".join(f" {round(one / 1e6):,} |" for one in values)
        for (least, most), values in results.items())
    return f"""
Resident memory of a server in MB after a number of utterances of random length, with eight-bit weights.

| length |{head}
|---|{"---|" * len(COUNTS)}
{rows}
"""
