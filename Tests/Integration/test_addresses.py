"""`lorikeet serve` on several addresses, on a Unix socket, on standard input; and `lorikeet health`."""
import asyncio
import signal
import socket
import subprocess
import threading
import time

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.client import AsyncUnixClient
from wyoming.event import async_read_event
from wyoming.info import Describe, Info

import lorikeet
from conversation import STOP, TEXTS, audio, chunks, converse, inline, inline_utterance, start
from home_assistant import client, receive_transcript
from serving import SECONDS, port, serving


def test_each_address_has_its_language():
    async def language(number: int, asked: str | None) -> str | None:
        async with client(number) as connection:
            if asked:
                await connection.write_event(Transcribe(language=asked).event())
            for event in [*chunks(audio("es-01.wav")), STOP]:
                await connection.write_event(event)
            while (event := await connection.read_event()) is not None:
                if Transcript.is_type(event.type):
                    assert event.data["text"] == TEXTS["es-01.wav"]
                    return Transcript.from_event(event).language

    options = ["--uri", "tcp://127.0.0.1:0", "--uri", "tcp://127.0.0.1:0?language=es"]
    with serving(*options, count=2) as (uris, _, _):
        said = [sorted(str(converse(language(port(uri), asked))) for uri in uris)
                for asked in (None, "en", "en-US", "tlh")]
    assert said == [["es", "es"], ["en", "en"], ["en", "en"], ["es", "es"]]


def test_a_unix_socket_serves_and_replaces_one_left_behind(tmp_path):
    path = tmp_path / "lorikeet.sock"

    async def speak() -> str:
        async with AsyncUnixClient(path) as connection:
            await connection.write_event(Describe().event())
            assert Info.is_type((await connection.read_event()).type)
            for event in [start(), *chunks(audio("en-01.wav")), STOP]:
                await connection.write_event(event)
            return await receive_transcript(connection)

    # As left behind by a killed server.
    left_behind = socket.socket(socket.AF_UNIX)
    left_behind.bind(str(path))
    left_behind.close()

    with serving("--uri", f"unix://{path}") as (uris, process, log):
        assert uris == [f"unix://{path}"]
        assert converse(speak()) == TEXTS["en-01.wav"]
        assert lorikeet.run("health", "--uri", f"unix://{path}").returncode == 0
        other = lorikeet.run("serve", "--no-cache", "--uri", f"unix://{path}")
        assert other.returncode == 1 and "another server uses that socket" in other.stderr
        assert converse(speak()) == TEXTS["en-01.wav"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0, log
    assert not path.exists()


def test_stdio_serves_one_client_over_standard_input_and_output():
    data = inline("describe") + inline("ping", text="well?") + inline_utterance("en-01.wav") + inline_utterance("en-03.wav")
    result = subprocess.run(
        [lorikeet.BINARY, "serve", "--precision", "f32", "--no-cache", "--uri", "stdio://"],
        input=data, capture_output=True, timeout=SECONDS, env=lorikeet.ENVIRONMENT)
    assert result.returncode == 0, result.stderr

    async def events():
        reader = asyncio.StreamReader(limit=2**20)
        reader.feed_data(result.stdout)
        reader.feed_eof()
        found = []
        while (event := await async_read_event(reader)) is not None:
            found.append(event)
        return found

    answers = asyncio.run(events())
    streamed = ["transcript-start", "transcript-chunk", "transcript", "transcript-stop"]
    assert [event.type for event in answers] == ["info", "pong", *streamed, *streamed]
    assert [event.data["text"] for event in answers if event.type == "transcript"] == [
        TEXTS["en-01.wav"], TEXTS["en-03.wav"]]


@pytest.mark.parametrize("uri", [
    "", "localhost:10300", "http://localhost:10300", "tcp://localhost", "tcp://localhost:port", "tcp://localhost:70000",
    "tcp://:10300", "tcp://::1:10300", "unix://", "unix://relative", "stdio://here", "tcp://127.0.0.1:0?model", "tcp://127.0.0.1:0?modell=builtin", "tcp://127.0.0.1:0?language="])
def test_a_malformed_address_is_refused(uri):
    result = lorikeet.run("serve", "--uri", uri)
    assert result.returncode == 64
    assert "uri cannot be" in result.stderr


def test_a_missing_model_of_an_address_is_refused():
    result = lorikeet.run("serve", "--uri", "tcp://127.0.0.1:0?model=/nonexistent/model")
    assert result.returncode == 1
    assert "/nonexistent/model" in result.stderr


def test_an_unknown_host_is_refused():
    result = lorikeet.run("serve", "--no-cache", "--uri", "tcp://host.invalid:10300")
    assert result.returncode == 1
    assert "cannot listen on tcp://host.invalid:10300" in result.stderr


def test_an_address_of_another_machine_is_refused_without_a_stray_bracket():
    result = lorikeet.run("serve", "--no-cache", "--uri", "tcp://192.0.2.1:10300")
    assert result.returncode == 1
    assert "cannot listen on tcp://192.0.2.1:10300: Cannot assign requested address; give another" in result.stderr


def test_health_of_a_running_server_is_good(server):
    result = lorikeet.run("health", "--uri", server.uri)
    assert (result.returncode, result.stderr) == (0, "")
    assert "builtin" in result.stdout


def test_health_without_a_server_fails():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        result = lorikeet.run("health", "--uri", f"tcp://127.0.0.1:{free.getsockname()[1]}")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1 and "nobody listens there" in result.stderr


@pytest.mark.parametrize("answer", [None, b"HTTP/1.1 400 Bad Request\r\n\r\n", b'{"type":"pong"}\n'])
def test_health_of_another_kind_of_server_fails(answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def visit():
            connection, _ = listener.accept()
            with connection:
                if answer is not None:
                    connection.sendall(answer)
                time.sleep(1.5)

        visitor = threading.Thread(target=visit, daemon=True)
        visitor.start()
        uri = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        result = lorikeet.run("health", "--uri", uri, "--timeout", "1")
        visitor.join()
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1 and uri in result.stderr
