"""Several servers behind the real HAProxy, with the configuration in Packaging/haproxy."""
import asyncio
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from wyoming.asr import Transcribe

import home_assistant
import lorikeet
from conversation import TEXTS, audio, chunks, converse, inline, inline_utterance, start, STOP
from home_assistant import client, receive_transcript

CONFIGURATION = lorikeet.REPOSITORY / "Packaging/haproxy/haproxy.cfg"
HAPROXY = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
NAME = "en-01.wav"
CLIENTS = 12
SECONDS_BEFORE, SECONDS_AFTER = 2, 3
PATIENCE = 60


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Proxy:
    """HAProxy on a free port, with the given servers in place of those in the configuration."""

    def __init__(self, folder: pathlib.Path, ports: list[int]):
        assert HAPROXY, "Scripts/packaging-tools installs it"
        self.port = free_port()
        text = CONFIGURATION.read_text().replace("bind :10300", f"bind 127.0.0.1:{self.port}")
        text, count = re.subn(r"(?m)^    server .*\n", "", text)
        assert count == 3
        text += "".join(f"    server number{index} 127.0.0.1:{port}\n" for index, port in enumerate(ports))
        (folder / "haproxy.cfg").write_text(text)
        self.log_path = folder / "haproxy.log"
        self.process = subprocess.Popen(
            [HAPROXY, "-db", "-f", folder / "haproxy.cfg"], stdin=subprocess.DEVNULL,
            stdout=self.log_path.open("w"), stderr=subprocess.STDOUT)

    def log(self) -> str:
        return self.log_path.read_text()

    def wait_until(self, condition) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline and self.process.poll() is None, self.log()
            time.sleep(0.1)

    def wait_until_well(self) -> None:
        self.wait_until(lambda: lorikeet.run("health", "--uri", f"tcp://127.0.0.1:{self.port}").returncode == 0)

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()


def wait_until_ready(server) -> None:
    deadline = time.monotonic() + PATIENCE
    while lorikeet.run("health", "--ready", "--uri", server.uri).returncode != 0:
        assert time.monotonic() < deadline, server.messages()
        time.sleep(0.1)


@pytest.fixture
def servers(start_server):
    options = ["--drain-seconds", "60"]
    with start_server(*options) as one, start_server(*options) as two, start_server(*options) as three:
        yield [one, two, three]


@pytest.fixture
def proxy(servers, tmp_path):
    for server in servers:
        wait_until_ready(server)
    with Proxy(tmp_path, [server.port for server in servers]) as proxy:
        proxy.wait_until_well()
        yield proxy


@dataclasses.dataclass
class Try:
    """One utterance: the time of its first byte, and its result."""
    begun: float
    text: str | None


async def speak(port: int, pause) -> Try:
    """Connects, waits for `pause`, and speaks."""
    begun = time.monotonic()
    try:
        async with client(port) as connection:
            await pause
            begun = time.monotonic()
            await connection.write_event(Transcribe(language="en").event())
            for event in [start(), *chunks(audio(NAME)), STOP]:
                await connection.write_event(event)
                await asyncio.sleep(0.01)
            return Try(begun, await receive_transcript(connection))
    except (OSError, RuntimeError):
        return Try(begun, None)


async def talk(port: int, number: int, until: asyncio.Event, tries: list[Try]) -> None:
    """Speaks repeatedly; repeats an utterance that was lost."""
    while not until.is_set():
        tries.append(await asyncio.wait_for(speak(port, asyncio.sleep(0.02 * (number % 6))), PATIENCE))


def test_haproxy_understands_the_configuration():
    assert HAPROXY, "Scripts/packaging-tools installs it"
    result = subprocess.run([HAPROXY, "-c", "-f", CONFIGURATION], capture_output=True, encoding="utf-8")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_machine_that_dies_under_load_loses_only_what_it_had_begun(servers, proxy):
    tries: list[Try] = []

    async def load() -> float:
        ended, died = asyncio.Event(), asyncio.Event()
        clients = [asyncio.create_task(talk(proxy.port, number, ended, tries)) for number in range(CLIENTS)]
        # Satellites that are connected when the machine dies but have not sent anything.
        silent = [asyncio.create_task(speak(proxy.port, died.wait())) for _ in range(CLIENTS)]
        await asyncio.sleep(SECONDS_BEFORE)
        victim = servers[0].process
        victim.send_signal(signal.SIGKILL)
        await asyncio.to_thread(victim.wait)
        dead = time.monotonic()
        died.set()
        assert [(await attempt).text for attempt in silent] == [TEXTS[NAME]] * CLIENTS
        await asyncio.sleep(SECONDS_AFTER)
        ended.set()
        await asyncio.gather(*clients)
        return dead

    dead = asyncio.run(load())
    lost = [attempt for attempt in tries if attempt.text is None]
    assert not [attempt for attempt in lost if attempt.begun > dead], "an utterance was lost that had not begun"
    assert 0 < len(lost) <= CLIENTS
    assert {attempt.text for attempt in tries} <= {None, TEXTS[NAME]}
    assert all("info utterance" in server.messages() for server in servers)


def test_a_machine_that_shuts_down_finishes_what_it_has_begun(servers, proxy):
    async def conversation() -> list[str]:
        pieces = [start(), *chunks(audio(NAME))]
        async with client(proxy.port) as first:
            for event in pieces:
                await first.write_event(event)
            while not (begun := [server for server in servers if has_client(server)]):
                await asyncio.sleep(0.05)
            begun[0].process.send_signal(signal.SIGTERM)
            while "shutting down" not in begun[0].messages():
                await asyncio.sleep(0.05)
            # Other machines take every new utterance.
            texts = [(await home_assistant.transcribe(proxy.port, audio(NAME)))[0] for _ in range(6)]
            await first.write_event(STOP)
            return [*texts, await receive_transcript(first)]

    assert converse(conversation()) == [TEXTS[NAME]] * 7


def connections(server) -> set[str]:
    """Connections of the server's port, without those that only wait for their last packet."""
    command = ["ss", "--no-header", "--tcp", "--numeric", "state", "established", f"sport = :{server.port}"]
    return set(subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout.splitlines())


def has_client(server) -> bool:
    """True if a client stays connected to the server; HAProxy's checks end at once."""
    before = {line.split()[-1] for line in connections(server)}
    time.sleep(0.05)
    return bool(before & {line.split()[-1] for line in connections(server)})


def test_a_machine_that_comes_back_is_asked_again(servers, proxy, start_server):
    port = servers[0].port
    for server in servers:
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    assert lorikeet.run("health", "--uri", f"tcp://127.0.0.1:{proxy.port}").returncode == 1
    # The last `--uri` is added to the first.
    with start_server("--uri", f"tcp://127.0.0.1:{port}"):
        proxy.wait_until_well()
        assert converse(home_assistant.transcribe(proxy.port, audio(NAME)))[0] == TEXTS[NAME]


def test_a_machine_without_its_model_gets_no_clients(start_server, tmp_path):
    answer = inline("lorikeet-status", model="m", state="loading", devices=[
        {"encoders": [{"state": "ready"}]}], speculation={})
    asked = []

    async def visit(reader, writer):
        while line := await reader.readline():
            asked.append(line)
            writer.write(answer)

    async def conversation(server):
        loading = await asyncio.start_server(visit, "127.0.0.1", 0)
        async with loading:
            with Proxy(tmp_path, [loading.sockets[0].getsockname()[1], server.port]) as proxy:
                await asyncio.to_thread(proxy.wait_until, lambda: "Server machines/number0 is DOWN" in proxy.log())
                texts = [(await home_assistant.transcribe(proxy.port, audio(NAME)))[0] for _ in range(4)]
        assert texts == [TEXTS[NAME]] * 4
        assert asked and all(b"lorikeet-status" in line for line in asked)

    with start_server() as server:
        wait_until_ready(server)
        converse(conversation(server))


def test_a_client_that_closes_its_sending_side_gets_its_transcript(proxy):
    async def conversation():
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(inline_utterance(NAME))
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        return answer

    assert TEXTS[NAME].encode() in converse(conversation())
