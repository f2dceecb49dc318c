"""`lorikeet serve` as a service: many clients at once, starting, stopping, logging."""
import asyncio
import contextlib
import signal
import socket
import threading
import time

import pytest

import home_assistant
import lorikeet
import oracle
from conversation import SECONDS, TEXTS, assert_well, audio, converse
from home_assistant import pcm
from lorikeet import AUDIO

def test_concurrent_clients_get_the_same_text_as_alone(server):
    async def conversation():
        return await asyncio.gather(*(
            home_assistant.transcribe(server.port, audio(name), language=name[:2]) for name in TEXTS))

    assert [text for text, _ in converse(conversation())] == list(TEXTS.values())


def test_describe_is_answered_while_others_are_transcribed(server):
    async def conversation():
        long = pcm(oracle.samples(AUDIO / "long.flac"))
        busy = [asyncio.create_task(home_assistant.transcribe(server.port, long)) for _ in range(4)]
        answered = 0
        while not any(task.done() for task in busy):
            await home_assistant.describe(server.port)
            answered += 1
            await asyncio.sleep(0.02)
        # One that waits for a transcript would be the last.
        assert answered > 3
        texts = {(await task)[0] for task in busy}
        assert len(texts) == 1 and "" not in texts

    converse(conversation())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("connected", [False, True], ids=["idle", "with an open connection"])
def test_a_signal_shuts_the_server_down_cleanly(number, connected, start_server):
    with lorikeet.hanging_up(signal.SIG_DFL):
        server = start_server()
    with server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        if not connected:
            connection.close()
        assert server.stop(number) == 0, server.messages()


def test_a_server_that_was_started_with_nohup_goes_on_when_its_terminal_is_closed(start_server):
    with lorikeet.hanging_up(signal.SIG_IGN):
        server = start_server()
    with server:
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        converse(assert_well(server.port))
        assert server.stop() == 0, server.messages()


def test_clients_that_connect_while_the_server_stops_do_no_harm(start_server):
    def knock(port: int) -> None:
        with contextlib.suppress(OSError):  # refused: the server no longer listens
            while True:
                socket.create_connection(("127.0.0.1", port), timeout=SECONDS).close()

    for _ in range(10):
        with start_server() as server:
            visitors = [threading.Thread(target=knock, args=[server.port]) for _ in range(4)]
            for visitor in visitors:
                visitor.start()
            assert server.stop() == 0, server.messages()
            for visitor in visitors:
                visitor.join()


def test_a_port_in_use_is_refused(server):
    result = lorikeet.run("serve", "--model", "builtin", "--uri", server.uri)
    assert result.returncode == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("lorikeet: ")]
    assert len(errors) == 1, result.stderr
    assert errors[0] == (
        f"lorikeet: cannot listen on {server.uri}: Address already in use: another program listens there; give another --uri or --http")


def test_transcripts_are_not_logged(server):
    converse(assert_well(server.port))
    assert "garden" not in server.messages()


def test_a_server_with_the_built_in_model_says_once_how_to_get_the_real_one(start_server):
    with start_server() as server:
        converse(assert_well(server.port))
        assert server.stop() == 0, server.messages()
        lines = [line for line in server.messages().splitlines() if "demonstrations" in line]
    assert len(lines) == 1, server.messages()
    assert " notice " in lines[0] and "--model parakeet-tdt-0.6b-v3" in lines[0] and "2.5 GB" in lines[0]
