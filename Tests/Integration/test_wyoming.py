"""`lorikeet serve` and the official Wyoming client, and clients that behave worse than that."""
import asyncio
import json
import signal
import socket
import time

import numpy as np
import pytest
import soxr
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, async_read_event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong

import home_assistant
import lorikeet
import oracle
from home_assistant import client, pcm, receive_transcript, speak
from lorikeet import AUDIO

TEXTS = {
    "en-01.wav": "Open the garden blinds.",
    "en-03.wav": "Close the office door.",
    "es-01.wav": "Enciende el ventilador de la terraza.",
    "es-05.wav": "Cierra la ventana del pasillo.",
    "es-08.wav": "Está abierta la puerta del comedor.",
}
SECONDS = 30
SILENCE = np.zeros(home_assistant.RATE // 2, dtype=np.float32)


def audio(name: str) -> bytes:
    return pcm(np.concatenate([oracle.samples(AUDIO / name), SILENCE]))


def converse(coroutine):
    """Runs a conversation with a time limit, so that a server that hangs is a failure."""
    return asyncio.run(asyncio.wait_for(coroutine, SECONDS))


async def send_and_receive(port: int, *events: Event) -> str:
    """Sends the events on one connection and waits for a transcript."""
    async with client(port) as connection:
        for event in events:
            await connection.write_event(event)
        return await receive_transcript(connection)


def chunks(data: bytes, rate: int = 16_000, width: int = 2, channels: int = 1, size: int = 4_800) -> list[Event]:
    format = {"rate": rate, "width": width, "channels": channels}
    return [AudioChunk(audio=data[offset:offset + size], **format).event() for offset in range(0, len(data), size)]


def start(rate: int = 16_000, width: int = 2, channels: int = 1) -> Event:
    return AudioStart(rate=rate, width=width, channels=channels).event()


STOP = AudioStop().event()


async def assert_well(port: int) -> None:
    """The server still does its work."""
    text, _ = await home_assistant.transcribe(port, audio("en-01.wav"))
    assert text == TEXTS["en-01.wav"]


# What it offers


def test_describe(server):
    info = converse(home_assistant.describe(server.port))
    (program,) = info.asr
    assert program.installed and program.name and program.version and program.description
    assert program.attribution.name and program.attribution.url
    assert program.models
    for model in program.models:
        assert model.installed and model.name and model.version and model.description
        assert model.attribution.name and model.attribution.url
    assert {language for model in program.models for language in model.languages} >= {"en", "es"}


def test_info_has_every_key_and_no_null_that_breaks_the_setup_of_home_assistant(server):
    async def conversation():
        async with client(server.port) as connection:
            await connection.write_event(Describe().event())
            return (await connection.read_event()).data

    data = converse(conversation())
    (program,) = data["asr"]
    for artifact in [program, *program["models"]]:
        for key in ("name", "attribution", "installed", "description", "version"):
            assert artifact[key] is not None, key
    for flag in (
        "supports_transcript_streaming", "requires_external_vad", "prefers_auto_gain_enabled",
        "prefers_noise_reduction_enabled"):
        assert isinstance(program[flag], bool), flag
    for kind, services in data.items():
        assert kind == "asr" or services in ([], None), kind


def test_info_is_sent_in_the_data_part_because_header_lines_are_limited(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection:
        connection.sendall(b'{"type": "describe"}\n')
        header = json.loads(connection.makefile("rb").readline())
    assert header["type"] == "info"
    assert header["data_length"] > 0
    assert not header.get("data")


@pytest.mark.parametrize("text", ["are you there", None])
def test_ping(text, server):
    async def conversation():
        async with client(server.port) as connection:
            await connection.write_event(Ping(text=text).event())
            return await connection.read_event()

    event = converse(conversation())
    assert Pong.is_type(event.type)
    assert Pong.from_event(event).text == text


# Utterances


@pytest.mark.parametrize("name", TEXTS)
def test_utterance_as_home_assistant_sends_it(name, server):
    text, _ = converse(home_assistant.transcribe(server.port, audio(name), language=name[:2]))
    assert text == TEXTS[name]


def test_in_real_time(server):
    text, _ = converse(home_assistant.transcribe(server.port, audio("en-01.wav"), real_time=True))
    assert text == TEXTS["en-01.wav"]


@pytest.mark.parametrize("size", [100, 320, 1_001, 1_000_000])
def test_chunks_of_any_size_even_if_they_split_a_sample(size, server):
    events = [start(), *chunks(audio("en-01.wav"), size=size), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


def test_several_utterances_on_one_connection(server):
    async def conversation():
        async with client(server.port) as connection:
            return [(await speak(connection, audio(name), language=name[:2]))[0] for name in TEXTS]

    assert converse(conversation()) == list(TEXTS.values())


@pytest.mark.parametrize("transcribe", [
    Transcribe(),
    Transcribe(language="xx"),
    Transcribe(name="no-such-model"),
    Transcribe(name="builtin", language="en", context={"conversation": 1}, vad_sensitivity="aggressive"),
], ids=["empty", "unknown language", "unknown model", "everything"])
def test_any_transcribe_event_is_good_enough(transcribe, server):
    events = [transcribe.event(), start(), *chunks(audio("en-01.wav")), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


def test_without_transcribe(server):
    assert converse(send_and_receive(server.port, start(), *chunks(audio("en-01.wav")), STOP)) == TEXTS["en-01.wav"]


def test_without_audio_start(server):
    events = [Transcribe(language="en").event(), *chunks(audio("en-01.wav")), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


@pytest.mark.parametrize("events", [
    [Transcribe(language="en").event(), start(), STOP],
    [Transcribe(language="en").event(), STOP],
    [STOP],
    [start(), AudioChunk(rate=16_000, width=2, channels=1, audio=b"").event(), STOP],
], ids=["no chunks", "no start", "nothing but the stop", "an empty chunk"])
def test_no_audio_is_an_empty_transcript(events, server):
    assert converse(send_and_receive(server.port, *events)) == ""


def unsigned_8_bit(signal):
    return np.clip(np.round(signal * 128) + 128, 0, 255).astype(np.uint8).tobytes()


def signed_24_bit(signal):
    return np.round(signal * 8388607).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def signed_32_bit(signal):
    return np.round(signal.astype(np.float64) * 2147483647).astype("<i4").tobytes()


@pytest.mark.parametrize(("rate", "channels", "width", "convert"), [
    (44_100, 2, 2, pcm), (48_000, 1, 2, pcm), (8_000, 1, 2, pcm), (16_000, 1, 1, unsigned_8_bit),
    (16_000, 1, 3, signed_24_bit), (16_000, 1, 4, signed_32_bit), (48_000, 6, 4, signed_32_bit)])
@pytest.mark.parametrize("name", ["en-01.wav", "es-05.wav"])
def test_other_audio_formats(name, rate, channels, width, convert, server):
    signal = soxr.resample(np.concatenate([oracle.samples(AUDIO / name), SILENCE]), 16_000, rate)
    data = convert(np.stack([np.clip(signal, -1, 1)] * channels, axis=1).reshape(-1))
    format = {"rate": rate, "width": width, "channels": channels}
    events = [start(**format), *chunks(data, **format, size=rate // 100 * width * channels), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS[name]


def test_audio_chunks_know_their_format_better_than_audio_start(server):
    events = [start(rate=44_100, channels=2), *chunks(audio("en-01.wav")), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


# Clients written by hand


class Raw:
    """A connection without the official client."""

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.writer.close()

    @classmethod
    async def connect(cls, port: int) -> "Raw":
        connection = cls()
        connection.reader, connection.writer = await asyncio.open_connection("127.0.0.1", port)
        return connection

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self) -> Event | None:
        return await async_read_event(self.reader)


def inline(type: str, payload: bytes = b"", **data) -> bytes:
    """An event whose data is in the header line."""
    return json.dumps({"type": type, "data": data, "payload_length": len(payload)}).encode() + b"\n" + payload


def inline_utterance(name: str) -> bytes:
    pieces = [inline("audio-chunk", event.payload, **event.data) for event in chunks(audio(name))]
    return b"".join([*pieces, inline("audio-stop")])


def exchange(port: int, data: bytes, half_close: bool = False) -> Event | None:
    """Sends bytes, returns the first event of the answer."""
    async def conversation():
        async with await Raw.connect(port) as connection:
            await connection.send(data)
            if half_close:
                connection.writer.write_eof()
            return await connection.receive()

    return converse(conversation())


@pytest.mark.parametrize("data", [
    b'{ "type": "describe" }\n',
    b'{ "type": "describe" }\r\n',
    b'{"type":"describe","data":null,"data_length":null,"payload_length":null}\n',
    b'{"type":"describe","data":{},"version":"9.9.9","unknown":[1,{"a":null}]}\n',
    b'{"type":"describe","data_length":2,"payload_length":0}\n{}',
    b'\n\r\n   \n{"type":"describe"}\n',
    b'{"type":"no-such-event","data_length":7,"payload_length":5}\n{"a":1}\x00\n{"\xff{"type":"describe"}\n',
], ids=["inline", "carriage return", "nulls", "unknown keys", "data part", "blank lines", "unknown event"])
def test_ways_to_write_describe(data, server):
    event = exchange(server.port, data)
    assert Info.is_type(event.type)
    assert Info.from_event(event).asr


def test_bytes_that_arrive_one_by_one(server):
    async def conversation():
        async with await Raw.connect(server.port) as connection:
            for byte in b'{"type":"ping","data_length":15}\n{"text":"slow"}':
                await connection.send(bytes([byte]))
                await asyncio.sleep(0.002)
            return await connection.receive()

    assert converse(conversation()).data["text"] == "slow"


def test_data_in_the_header_line(server):
    begin = inline("transcribe", language="en") + inline("audio-start", rate=16_000, width=2, channels=1)
    event = exchange(server.port, begin + inline_utterance("en-01.wav"))
    assert (event.type, event.data["text"]) == ("transcript", TEXTS["en-01.wav"])


def test_a_client_that_half_closes_gets_its_answer(server):
    event = exchange(server.port, inline_utterance("en-01.wav"), half_close=True)
    assert (event.type, event.data["text"]) == ("transcript", TEXTS["en-01.wav"])


BAD_INPUT = {
    "no JSON": b"this is not JSON\n",
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no object": b"[1, 2, 3]\n",
    "no type": b'{"data": {}}\n',
    "type is no text": b'{"type": 7}\n',
    "data is no JSON": b'{"type":"ping","data_length":4}\n[{]}',
    "negative length": b'{"type":"ping","data_length":-1}\n',
    "endless length": b'{"type":"ping","data_length":1e99}\n',
    "too much data": b'{"type":"ping","data_length":4294967296}\n',
    "too much payload": b'{"type":"audio-chunk","payload_length":99999999999999999999}\n',
    "oversized header": b'{"type":"' + b"x" * 200_000,
    "zero rate": b'{"type":"audio-start","data":{"rate":0,"width":2,"channels":1}}\n',
    "rate is text": b'{"type":"audio-start","data":{"rate":"fast","width":2,"channels":1}}\n',
    "nine bytes wide": b'{"type":"audio-chunk","data":{"rate":16000,"width":9,"channels":1},"payload_length":2}\n\0\0',
    "negative channels": b'{"type":"audio-start","data":{"rate":16000,"width":2,"channels":-1}}\n',
}


@pytest.mark.parametrize("data", BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_is_answered_with_an_error_and_closed(data, server):
    async def conversation():
        async with await Raw.connect(server.port) as connection:
            await connection.send(data)
            event = await connection.receive()
            assert event is not None and Error.is_type(event.type), event
            assert Error.from_event(event).text
            assert await connection.reader.read() == b"", "the connection should have been closed"
        await assert_well(server.port)

    converse(conversation())


@pytest.mark.parametrize("data", [
    b"", b'{"type', b'{"type":"describe"}\n', b'{"type":"audio-chunk","payload_length":1000}\n\x00',
    inline_utterance("en-01.wav")[:20_000],
], ids=["silent", "in a header", "after describe", "in a payload", "in an utterance"])
@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_vanishes_does_no_harm(data, reset, server):
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(data)
    if reset:  # abort instead of an orderly end
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()
    converse(assert_well(server.port))


def test_a_client_that_vanishes_before_its_transcript_does_no_harm(server):
    async def conversation():
        for _ in range(5):
            async with client(server.port) as connection:
                for event in [start(), *chunks(audio("en-01.wav")), STOP]:
                    await connection.write_event(event)
        await assert_well(server.port)

    converse(conversation())


# Many clients at once


def test_concurrent_clients_get_the_same_text_as_alone(server):
    async def conversation():
        return await asyncio.gather(*(
            home_assistant.transcribe(server.port, audio(name), language=name[:2]) for name in TEXTS))

    assert [text for text, _ in converse(conversation())] == list(TEXTS.values())


def test_describe_is_answered_while_others_are_transcribed(server):
    async def conversation():
        long = pcm(oracle.samples(AUDIO / "long.flac"))
        busy = [asyncio.create_task(home_assistant.transcribe(server.port, long)) for _ in range(4)]
        while not all(task.done() for task in busy):
            begin = time.monotonic()
            await home_assistant.describe(server.port)
            assert time.monotonic() - begin < 1
            await asyncio.sleep(0.02)
        texts = {(await task)[0] for task in busy}
        assert len(texts) == 1 and "" not in texts

    converse(conversation())


# Starting and stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("connected", [False, True], ids=["idle", "with an open connection"])
def test_a_signal_ends_the_server_in_good_order(number, connected, start_server):
    with start_server() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        if not connected:
            connection.close()
        assert server.stop(number) == 0, server.messages()


def test_port_in_use(server):
    result = lorikeet.run("serve", "--model", "builtin", "--uri", server.uri)
    assert result.returncode == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("lorikeet: ")]
    assert len(errors) == 1, result.stderr
    assert str(server.port) in errors[0]


def test_transcripts_are_not_logged(server):
    converse(assert_well(server.port))
    assert "garden" not in server.messages()
