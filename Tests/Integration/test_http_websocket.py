"""The WebSocket below live speech: handshakes, frames, messages that are too long, clients that flood or leave."""
import asyncio
import base64
import contextlib
import json
import os
import socket
import struct

import numpy as np
import pytest
import websockets
from websockets.asyncio.client import connect

import oracle
from conversation import TEXTS
from http_realtime import COMPLETED, PATH, Session, command, converse, encoded, pieces, run, session, silence, uri
from http_serving import RawHTTP, assert_refused, descriptors, head, request, sent, wait_for
from lorikeet import AUDIO
from test_limits import resident

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # of RFC 6455, with its answer
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
HANDSHAKE = ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13"]


@pytest.fixture(scope="module")
def guarded(start_http, tmp_path_factory):
    tokens = tmp_path_factory.mktemp("tokens") / "tokens"
    tokens.write_text("first-token\nsecond-token\n")
    with start_http("--http-token-file", tokens, "--http-origin", "https://chat.example") as server:
        yield server
        server.assert_sound()


async def assert_well(session: Session) -> None:
    assert (await session.say(command("en-01.wav")))["transcript"] == TEXTS["en-01.wav"]


def status_of(server, **options) -> int:
    """The status of a handshake that is refused, or 101."""
    async def conversation():
        try:
            async with connect(uri(server), proxy=None, **options):
                return 101
        except websockets.InvalidStatus as refusal:
            error = json.loads(refusal.response.body)["error"]
            assert error["message"] and error["type"]
            return refusal.response.status_code

    return converse(conversation())


# Handshakes


def test_the_handshake_is_that_of_the_standard(http):
    answer = sent(http, head("GET", PATH, *HANDSHAKE))
    assert answer.status == 101
    assert answer.headers["Sec-WebSocket-Accept"] == ACCEPT
    assert answer.headers["Upgrade"].lower() == "websocket"
    assert "Sec-WebSocket-Protocol" not in answer.headers


@pytest.mark.parametrize("lines", [
    HANDSHAKE[:2] + HANDSHAKE[3:], HANDSHAKE[:3] + ["Sec-WebSocket-Version: 8"], HANDSHAKE[:3],
    HANDSHAKE[:2] + ["Sec-WebSocket-Key: short"] + HANDSHAKE[3:], []],
    ids=["no key", "version 8", "no version", "wrong key", "no upgrade"])
def test_a_wrong_handshake_is_refused(lines, http):
    answer = sent(http, head("GET", PATH, *lines))
    assert answer is not None and answer.status in (400, 426), answer


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/", "/v1/audio/transcriptions", "/v1/realtime/x"])
def test_another_path_does_not_become_a_websocket(path, http):
    answer = sent(http, head("GET", path, *HANDSHAKE))
    assert answer.status != 101 and answer.status < 500


def test_no_intent_is_a_transcription_and_a_model_can_be_named(http):
    for path in ("/v1/realtime", "/v1/realtime?model=gpt-4o-transcribe",
            "/v1/realtime?intent=transcription&model=builtin"):
        run(http, assert_well, path)


def test_an_unknown_model_in_the_query_is_refused(http):
    async def conversation():
        with contextlib.suppress(websockets.ConnectionClosed):
            async with connect(uri(http, f"{PATH}&model=parakeet-tdt-9b"), proxy=None) as opened:
                async for message in opened:
                    if (event := json.loads(message))["type"] == "error":
                        return event["error"]["message"]

    try:
        assert "parakeet-tdt-9b" in converse(conversation())
    except websockets.InvalidStatus as refusal:
        assert refusal.response.status_code == 404
        assert "parakeet-tdt-9b" in json.loads(refusal.response.body)["error"]["message"]


@pytest.mark.parametrize("token", ["first-token", "second-token"])
def test_a_token_in_the_header_opens_a_session(token, guarded):
    run(guarded, assert_well, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)


@pytest.mark.parametrize("protocols", [
    ["realtime", "openai-insecure-api-key.second-token"], ["openai-insecure-api-key.second-token", "realtime"],
    ["realtime", "openai-insecure-api-key.second-token", "openai-beta.realtime-v1"]], ids=str)
def test_a_token_in_the_subprotocol_opens_a_session(protocols, guarded):
    async def conversation(session: Session):
        await assert_well(session)
        return session.socket.subprotocol

    assert run(guarded, conversation, subprotocols=protocols, origin="https://chat.example",
        proxy=None) == "realtime"


@pytest.mark.parametrize("options", [
    {}, {"additional_headers": {"Authorization": "Bearer wrong"}}, {"subprotocols": ["realtime"]},
    {"subprotocols": ["realtime", "openai-insecure-api-key.wrong"]},
    {"subprotocols": ["realtime", "openai-insecure-api-key."]},
    {"subprotocols": ["realtime", "second-token"]}], ids=str)
def test_without_a_token_no_session_is_opened(options, guarded):
    assert status_of(guarded, **options) == 401


@pytest.mark.parametrize("origin",
    ["https://evil.example", "null", "http://chat.example", "https://chat.example.evil.example"])
def test_a_page_of_another_origin_opens_no_session(origin, http, guarded):
    assert status_of(guarded, origin=origin, additional_headers={"Authorization": "Bearer first-token"}) == 403
    assert status_of(http, origin=origin) == 403


def test_the_servers_own_page_opens_a_session(http):
    assert status_of(http, origin=http.base) == 101


def test_the_first_event_can_come_with_the_handshake(http):
    """A client need not wait for the answer's last byte."""
    message = json.dumps({"type": "input_audio_buffer.clear"}).encode()
    with RawHTTP(http) as connection:
        connection.send(head("GET", PATH, *HANDSHAKE) + frame(1, message))
        opened = Opened(connection)
        assert opened.message()["type"] == "session.created"
        assert opened.message()["type"] == "input_audio_buffer.cleared"


# Frames


def frame(opcode: int, data: bytes, *, final: bool = True, masked: bool = True, reserved: int = 0,
        length: int | None = None) -> bytes:
    """A frame as RFC 6455 says, or with a wrong length."""
    count = len(data) if length is None else length
    first = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    mask = 0x80 if masked else 0
    if count < 126:
        size = bytes([mask | count])
    elif count < 65_536:
        size = bytes([mask | 126]) + struct.pack(">H", count)
    else:
        size = bytes([mask | 127]) + struct.pack(">Q", count)
    if not masked:
        return first + size + data
    key = os.urandom(4)
    repeated = np.frombuffer((key * (len(data) // 4 + 1))[:len(data)], np.uint8)
    return first + size + key + (np.frombuffer(data, np.uint8) ^ repeated).tobytes()


class Opened:
    """A WebSocket whose frames are written and read by hand."""

    def __init__(self, connection: RawHTTP):
        self.stream = connection.socket.makefile("rb")
        lines = iter(self.stream.readline, b"\r\n")
        assert next(lines).startswith(b"HTTP/1.1 101 ")
        list(lines)

    def frame(self) -> tuple[int, bytes] | None:
        """The next frame, or None at the end."""
        first = self.stream.read(2)
        if len(first) < 2:
            return None
        count = first[1] & 0x7F
        assert not first[1] & 0x80, "a server masks nothing"
        if count > 125:
            count = int.from_bytes(self.stream.read(2 if count == 126 else 8), "big")
        return first[0] & 15, self.stream.read(count)

    def message(self) -> dict:
        opcode, data = self.frame()
        assert opcode == 1, (opcode, data)
        return json.loads(data)

    def closing(self) -> int | None:
        """The status with which the server closes, or None if it does without; then the connection ends."""
        status = None
        with contextlib.suppress(ConnectionResetError):
            while found := self.frame():
                if found[0] == 8:
                    status = int.from_bytes(found[1][:2], "big")
        return status


@contextlib.contextmanager
def by_hand(server):
    with RawHTTP(server) as connection:
        connection.send(head("GET", PATH, *HANDSHAKE))
        opened = Opened(connection)
        assert opened.message()["type"] == "session.created"
        yield connection, opened


CLEAR = b'{"type": "input_audio_buffer.clear"}'


@pytest.mark.parametrize(["data", "status"], [
    (frame(1, CLEAR, masked=False), 1002), (frame(3, b"x"), 1002), (frame(11, b"x"), 1002),
    (frame(1, CLEAR, reserved=4), 1002),
    (frame(9, b"x" * 126), 1002), (frame(9, b"x", final=False), 1002), (frame(0, b"x"), 1002),
    (frame(1, b"{", final=False) + frame(1, b"}"), 1002), (frame(8, b"x"), 1002),
    (frame(8, struct.pack(">H", 1005)), 1002),
    (frame(1, b"\xff\xfe"), 1007), (frame(1, b"", length=2**63 - 1), 1009), (frame(1, b"", length=2**64 - 1), 0),
    (frame(1, b"x" * 5_000_000), 1009)],
    ids=["unmasked", "opcode 3", "opcode 11", "compressed", "long ping", "ping in parts", "orphan", "two at once",
         "short close", "reserved close", "no UTF-8", "endless", "negative", "5 MB"])
def test_a_frame_against_the_standard_ends_the_session_with_its_reason(data, status, http):
    with by_hand(http) as (connection, opened):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(data)
        assert opened.closing() in ([None, status] if status else [None, 1002, 1009])
    run(http, assert_well)


def test_a_close_is_answered_with_its_status(http):
    with by_hand(http) as (connection, opened):
        connection.send(frame(8, struct.pack(">H", 1000) + b"bye"))
        assert opened.closing() == 1000


def test_the_closing_handshake_of_another_client_is_clean(http):
    async def conversation():
        opened = await connect(uri(http), proxy=None)
        await opened.close()
        return opened.close_code

    assert converse(conversation()) == 1000


def test_a_message_in_parts_with_pings_between_is_one_message(http):
    text = json.dumps({"type": "input_audio_buffer.clear"}).encode()
    with by_hand(http) as (connection, opened):
        for number, place in enumerate(range(0, len(text), 5)):
            last = place + 5 >= len(text)
            connection.send(frame(0 if number else 1, text[place:place + 5], final=last))
            if not last:
                connection.send(frame(9, b"%d" % number))
                assert opened.frame() == (10, b"%d" % number)
        assert opened.message()["type"] == "input_audio_buffer.cleared"


def test_frames_in_single_bytes_are_read(http):
    with by_hand(http) as (connection, opened):
        for byte in frame(1, CLEAR) + frame(9, b"x"):
            connection.send(bytes([byte]))
        answers = dict([opened.frame(), opened.frame()])  # a pong can overtake
        assert answers[10] == b"x" and json.loads(answers[1])["type"] == "input_audio_buffer.cleared"


def test_a_fragmented_message_of_another_client_is_read(http):
    async def conversation(session: Session):
        for piece in pieces(encoded(command("en-01.wav"))):
            text = json.dumps({"type": "input_audio_buffer.append", "audio": piece})
            await session.socket.send([text[:10], text[10:1_000], "", text[1_000:]])
        return (await session.until(COMPLETED))["transcript"]

    assert run(http, conversation) == TEXTS["en-01.wav"]


def test_a_ping_is_answered_with_its_data(http):
    async def conversation(session: Session):
        for data in (b"", b"x", b"y" * 125):
            await (await session.socket.ping(data))
        await assert_well(session)

    run(http, conversation)


def test_a_binary_message_is_refused(http):
    async def conversation(session: Session):
        await session.socket.send(b"\0" * 1_000)
        try:
            event = await session.until("error")
            await assert_well(session)
            return event["error"]["message"]
        except websockets.ConnectionClosed as end:
            return end.rcvd.code

    answer = run(http, conversation)
    assert answer == 1003 or isinstance(answer, str) and "text" in answer, answer
    run(http, assert_well)


@pytest.mark.parametrize("size", [1_100_000, 20_000_000])
@pytest.mark.parametrize("fragments", [1, 50])
def test_a_message_that_is_too_long_is_refused(size, fragments, http):
    async def conversation(session: Session):
        text = json.dumps({"type": "input_audio_buffer.append", "audio": "A" * size})
        step = len(text) // fragments + 1
        try:
            await session.socket.send([text[place:place + step] for place in range(0, len(text), step)])
            return (await session.until("error"))["error"]["message"]
        except websockets.ConnectionClosed as end:
            return end.rcvd and end.rcvd.code

    before = resident(http.process)
    answer = run(http, conversation)
    assert answer in (1009, None) or isinstance(answer, str)
    assert resident(http.process) < before + 60e6
    run(http, assert_well)


def test_an_append_just_below_a_megabyte_is_taken(http):
    audio = encoded(np.concatenate([command("en-01.wav"), silence(8)]))
    text = base64.b64encode(audio[:750_000 - 300]).decode()
    assert 900_000 < len(text) < 1_000_000 or len(audio) < 750_000

    async def conversation(session: Session):
        await session.update(turn_detection=None)
        await session.send("input_audio_buffer.append", audio=text)
        await session.send("input_audio_buffer.commit")
        return (await session.until(COMPLETED))["transcript"]

    assert run(http, conversation, max_size=None) == TEXTS["en-01.wav"]


# Clients that flood, stall or leave


def test_a_flood_of_audio_is_bounded_and_answered_right(http):
    """Ten minutes of speech as fast as the server reads; nobody reads its answers at first."""
    names = [name for name in TEXTS] * 24
    signal = np.concatenate([command(name, 2) for name in names])
    audio = encoded(signal, 16_000)
    before = resident(http.process)

    async def conversation(session: Session):
        await session.update(16_000)
        sending = asyncio.create_task(session.append(audio, 16_000, size=60_000))
        most, texts = 0, []
        while len(texts) < len(names):
            texts.append((await session.until(COMPLETED))["transcript"])
            most = max(most, resident(http.process))
        await sending
        return texts, most

    texts, most = run(http, conversation, seconds=150)
    assert texts == [TEXTS[name] for name in names]
    assert most < before + 60e6


def test_the_server_stops_reading_what_it_cannot_keep_up_with(http):
    """An hour of audio is offered without a break; what the server takes before it has answered it is seconds."""
    talk = pieces(encoded(np.tile(oracle.samples(AUDIO / "long.flac"), 5), 16_000), 16_000, 60_000)
    frames = b"".join(
        frame(1, json.dumps({"type": "input_audio_buffer.append", "audio": piece}).encode()) for piece in talk)
    update = {"type": "session.update", "session": {
        "type": "transcription", "audio": {"input": {"format": {"type": "audio/pcm", "rate": 16_000}}}}}
    before = resident(http.process)
    with by_hand(http) as (connection, opened):
        connection.send(frame(1, json.dumps(update).encode()))
        connection.socket.settimeout(1)
        taken = 0
        with contextlib.suppress(TimeoutError):
            while taken < 12 * len(frames):
                taken += connection.socket.send(frames[taken % len(frames):][:65_536])
        assert resident(http.process) < before + 80e6
    run(http, assert_well)
    wait_for(lambda: resident(http.process) < before + 80e6)


def test_a_client_that_does_not_read_is_dropped(start_http):
    with start_http("--stall-seconds", "1", "--idle-seconds", "2") as server:
        wait_for(lambda: request(server, "GET", "/ready").status == 200)
        run(server, assert_well)
        before = len(descriptors(server))
        with by_hand(server) as (connection, _):
            connection.socket.settimeout(0.5)
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            wrong = frame(1, b'{"type": "nonsense"}') * 2_000
            with pytest.raises(OSError):
                for _ in range(40):
                    with contextlib.suppress(TimeoutError):
                        while True:
                            connection.socket.sendall(wrong)
        wait_for(lambda: len(descriptors(server)) <= before)
        run(server, assert_well)


def test_a_client_that_waits_for_its_transcript_has_not_stalled(start_http):
    """The model is still being loaded, which takes longer than a client may stall."""
    with start_http("--stall-seconds", "1", "--no-cache") as server:
        run(server, assert_well)


def test_a_session_without_a_message_is_ended(start_http):
    async def conversation(session: Session):
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await session.receive()
        return session.socket.close_code

    with start_http("--idle-seconds", "1") as server:
        assert run(server, conversation) in (1000, 1001, 1008, 3008)
        server.assert_sound()


def test_a_client_that_stops_within_a_frame_is_dropped(start_http):
    with start_http("--stall-seconds", "1", "--idle-seconds", "2") as server:
        with by_hand(server) as (connection, opened):
            connection.send(frame(1, CLEAR)[:9])
            opened.closing()


@pytest.mark.parametrize("moment", ["handshake", "created", "speech", "commit"])
def test_clients_that_vanish_leave_nothing_behind(moment, http):
    async def vanish():
        opened = await connect(uri(http), proxy=None)
        session = Session(opened)
        if moment != "handshake":
            await session.receive()
        if moment in ("speech", "commit"):
            await session.append(encoded(command("en-01.wav", 0)))
        if moment == "commit":
            await session.send("input_audio_buffer.commit")
        opened.transport.abort()

    async def many():
        await asyncio.gather(*(vanish() for _ in range(20)))

    run(http, assert_well)
    before = len(descriptors(http))
    converse(many())
    run(http, assert_well)
    wait_for(lambda: len(descriptors(http)) <= before + 1)


def test_sessions_beyond_the_connection_limit_are_refused(start_http):
    async def conversation():
        async with session(server) as first, session(server) as second:
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with session(server):
                    pass
            response = refused.value.response
            assert response.status_code == 429 and int(response.headers["Retry-After"]) > 0
            await assert_well(first)
            await assert_well(second)

    with start_http("--max-connections", "2") as server:
        converse(conversation())
        wait_for(lambda: request(server, "GET", "/health").status == 200)
        run(server, assert_well)


def test_a_shutdown_lets_an_utterance_end_and_closes_the_session(start_http):
    async def conversation(session: Session):
        await session.update(turn_detection=None)
        await session.append(encoded(command("en-01.wav", 1)))
        await session.send("response.create")  # its error proves that the audio has been read
        await session.until("error")
        server.process.terminate()
        await asyncio.to_thread(wait_for, lambda: refused(server))
        await session.send("input_audio_buffer.commit")
        text = (await session.until(COMPLETED))["transcript"]
        with contextlib.suppress(websockets.ConnectionClosed):
            await session.drained(15)
        return text, session.socket.close_code

    with start_http() as server:
        text, code = run(server, conversation)
        assert text == TEXTS["en-01.wav"] and code in (1000, 1001)
        assert server.process.wait(20) == 0, server.messages()


def refused(server) -> bool:
    """New connections are no longer accepted."""
    try:
        socket.create_connection(("127.0.0.1", server.http_port), 1).close()
        return False
    except OSError:
        return True


def test_a_get_without_an_upgrade_says_what_is_expected(http):
    answer = request(http, "GET", PATH)
    assert_refused(answer, answer.status)
    assert answer.status in (400, 426)
