"""Measure HTTP beside Wyoming: an upload of 20 s, ten uploads of an hour, and a Wyoming client beside hostile ones."""
import asyncio
import concurrent.futures
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import openai
import soundfile
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop

import compare
import home_assistant
from compare import LORIKEET, REPOSITORY, spread
from http_serving import HTTPServer
from memory import resident
from server import Server

LONG = REPOSITORY / "Tests/Fixtures/audio/long.flac"
SECONDS, ROUNDS = 20, 25
UPLOADS = 10
COMMAND, COMMANDS, PHASES, HOSTILE = 2, 60, 8, 50
QUIET, ELSEWHERE, HERE = "no other client", "hostile clients of another server", "hostile clients"


def serving(*options: str) -> HTTPServer:
    return HTTPServer(LORIKEET, "--data-dir", str(compare.DATA), "--device", "cpu", *options)


def wav(samples: np.ndarray, path: pathlib.Path) -> pathlib.Path:
    soundfile.write(path, samples, home_assistant.RATE, subtype="PCM_16")
    return path


async def wyoming(port: int, audio: bytes) -> tuple[str, float]:
    """The text of an utterance that is sent in pieces of a second, and the seconds of all of it."""
    format = {"rate": home_assistant.RATE, "width": 2, "channels": 1}
    start = time.perf_counter()
    async with home_assistant.client(port) as connection:
        await connection.write_event(Transcribe(language="en").event())
        await connection.write_event(AudioStart(**format).event())
        for offset in range(0, len(audio), 32_000):
            await connection.write_event(AudioChunk(audio=audio[offset:offset + 32_000], **format).event())
        await connection.write_event(AudioStop().event())
        text = await home_assistant.receive_transcript(connection)
    return text, time.perf_counter() - start


def transcribed(client: openai.OpenAI, path: pathlib.Path) -> tuple[str, float]:
    start = time.perf_counter()
    with path.open("rb") as file:
        text = client.audio.transcriptions.create(model="whisper-1", language="en", file=file).text
    return text, time.perf_counter() - start


def both_ways(replica: pathlib.Path) -> dict[str, list[float]]:
    """The seconds of an utterance by each protocol, in turns."""
    samples = soundfile.read(LONG)[0][:SECONDS * home_assistant.RATE]
    path, audio = wav(samples, compare.DATA / "http.wav"), home_assistant.pcm(samples)
    results: dict[str, list[float]] = {"Wyoming": [], "HTTP": []}
    with serving("--model", str(replica), "--max-speculations", "0", "--vad", "off") as server, server.client(timeout=7200) as client:
        ways = {"Wyoming": lambda: asyncio.run(wyoming(server.port, audio)), "HTTP": lambda: transcribed(client, path)}
        for number in range(-2, ROUNDS):
            print(f"HTTP and Wyoming, round {number + 1} of {ROUNDS}", file=sys.stderr)
            texts = set()
            for name in list(ways)[::1 if number % 2 else -1]:
                text, seconds = ways[name]()
                texts.add(text)
                if number >= 0:
                    results[name].append(seconds)
            assert len(texts) == 1, texts
    return results


def uploads(model: str, minutes: int, count: int) -> dict[str, float]:
    """Memory and time of several uploads at once."""
    samples, _ = soundfile.read(LONG)
    path = wav(np.resize(samples, minutes * 60 * home_assistant.RATE), compare.DATA / "hour.wav")
    with serving("--model", model) as server, server.client(timeout=7200) as client:
        transcribed(client, compare.DATA / "http.wav")
        before, start = resident(server), time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            texts = {text for text, _ in pool.map(lambda _: transcribed(client, path), range(count))}
        seconds, most = time.perf_counter() - start, resident(server, "VmHWM")
    assert len(texts) == 1 and len(texts.pop()) > 100 * minutes
    path.unlink()
    return {"minutes": minutes, "count": count, "before": before, "most": most, "seconds": seconds}


@contextlib.contextmanager
def hostile(port: int):
    process = subprocess.Popen([sys.executable, REPOSITORY / "Benchmarks/hostile_clients.py", str(port), str(HOSTILE)])
    try:
        time.sleep(2)
        assert process.poll() is None
        yield
    finally:
        process.kill()
        process.wait()


def commands(server: Server, audio: bytes) -> list[float]:
    found = [asyncio.run(home_assistant.transcribe(server.port, audio, pause=0.05)) for _ in range(COMMANDS)]
    assert len({text for text, _ in found}) == 1
    return [seconds for _, seconds in found]


def beside_hostile_clients(replica: pathlib.Path) -> dict[str, list[float]]:
    """The seconds from `audio-stop` to `transcript` of a command, in turns without and with hostile clients."""
    audio = home_assistant.pcm(soundfile.read(LONG)[0][:COMMAND * home_assistant.RATE])
    results: dict[str, list[float]] = {QUIET: [], ELSEWHERE: [], HERE: []}
    with serving("--model", str(replica), "--max-speculations", "0", "--vad", "off") as server, \
            serving("--model", "builtin") as other:
        commands(server, audio)
        for phase in range(PHASES):
            print(f"hostile clients, phase {phase + 1} of {PHASES}", file=sys.stderr)
            results[QUIET] += commands(server, audio)
            for name, target in [(ELSEWHERE, other), (HERE, server)][::1 if phase % 2 else -1]:
                with hostile(target.http_port):
                    results[name] += commands(server, audio)
        assert server.process.poll() is None
    return results


def measure(replica: pathlib.Path) -> dict:
    compare.DATA.mkdir(parents=True, exist_ok=True)
    report = {
        "ways": both_ways(replica), "hostile": beside_hostile_clients(replica),
        "uploads": [uploads(str(replica), 3, 1), uploads(str(replica), 3, UPLOADS), uploads("builtin", 60, UPLOADS)]}
    (compare.DATA / "http.json").write_text(json.dumps(report, indent=1))
    return report


def section(report: dict) -> str:
    ways = report["ways"]
    ratios = [http / wyoming for http, wyoming in zip(ways["HTTP"], ways["Wyoming"], strict=True)]
    uploads = "\n".join(
        f"| {'replica' if row['minutes'] < 60 else 'built-in'} | {row['count']} × {row['minutes']} min | {row['before'] / 1e6:,.0f} "
        f"| {row['most'] / 1e6:,.0f} | {row['seconds']:.0f} |" for row in report["uploads"])
    rows = "\n".join(
        f"| {name} | {statistics.median(values) * 1000:.0f} | {np.percentile(values, 95) * 1000:.0f} "
        f"| {np.percentile(values, 99) * 1000:.0f} | {max(values) * 1000:.0f} |" for name, values in report["hostile"].items())
    return f"""`Benchmarks/run http` repeats it. Everything runs on the same two cores: server, client and hostile clients.

{SECONDS} s of audio, sent at once, from the first byte to the text, in milliseconds; median (10th – 90th percentile) of {ROUNDS} rounds in turns. Wyoming:
the official client, in pieces of a second; HTTP: the official `openai` client. Both texts are equal.

| Wyoming | HTTP | HTTP / Wyoming |
|---|---|---|
| {spread(ways["Wyoming"], 0, 1000)} | {spread(ways["HTTP"], 0, 1000)} | {spread(ratios, 3)} |

Uploads at once: resident memory in MB after one short upload and at most, and the time until the last text in seconds. All texts are equal.

| model | uploads | before | at most | time |
|---|---|---|---|---|
{uploads}

A Wyoming client that speaks commands of {COMMAND} s one after another: milliseconds from `audio-stop` to `transcript`, {COMMANDS * PHASES} commands in {PHASES} turns.
{HOSTILE} hostile clients (`Benchmarks/hostile_clients.py`: slow and missing bodies, wrong lengths, 10,000 parts, huge headers, broken UTF-8, half-open
sockets, WebSocket fragments and floods) take processor time themselves; those of another server on the same machine show how much.

| beside | median | 95th percentile | 99th percentile | most |
|---|---|---|---|---|
{rows}
"""
