"""`lorikeet serve` with clients other than the official one: terse, wrong, or gone in the middle."""
import asyncio
import json
import socket

import pytest
from wyoming.error import Error
from wyoming.info import Info

from conversation import (
    STOP, TEXTS, Raw, assert_well, audio, chunks, converse, exchange, inline, inline_utterance, start)
from home_assistant import client

@pytest.mark.parametrize("data", [
    b'{ "type": "describe" }\n',
    b'{ "type": "describe" }\r\n',
    b'{"type":"describe","data":null,"data_length":null,"payload_length":null}\n',
    b'{"type":"describe","data":{},"version":"9.9.9","unknown":[1,{"a":null}]}\n',
    b'{"type":"describe","data_length":2,"payload_length":0}\n{}',
    b'\n\r\n   \n{"type":"describe"}\n',
    b'\xef\xbb\xbf{"type":"describe"}\n',
    b'{"type":"describe","data":{"a":NaN,"b":[Infinity]},"data_length":15}\n{"c":-Infinity}',
    b'{"type":"no-such-event","data_length":7,"payload_length":5}\n{"a":1}\x00\n{"\xff{"type":"describe"}\n',
], ids=["inline", "carriage return", "nulls", "unknown keys", "data part", "blank lines", "byte order mark", "NaN", "unknown event"])
def test_every_way_to_write_describe_is_understood(data, server):
    event = exchange(server.port, data)
    assert Info.is_type(event.type)
    assert Info.from_event(event).asr


def test_bytes_that_arrive_one_by_one_are_understood(server):
    async def conversation():
        async with await Raw.connect(server.port) as connection:
            for byte in b'{"type":"ping","data_length":15}\n{"text":"slow"}':
                await connection.send(bytes([byte]))
                await asyncio.sleep(0.002)
            return await connection.receive()

    assert converse(conversation()).data["text"] == "slow"


def test_data_in_the_header_line_is_understood(server):
    begin = inline("transcribe", language="en") + inline("audio-start", rate=16_000, width=2, channels=1)
    event = exchange(server.port, begin + inline_utterance("en-01.wav"))
    assert (event.type, event.data["text"]) == ("transcript", TEXTS["en-01.wav"])


@pytest.mark.parametrize("timestamp", ["NaN", "Infinity", "-Infinity"])
def test_a_time_that_is_no_number_does_no_harm(timestamp, server):
    value = float(timestamp.lower())
    format = {"rate": 16_000, "width": 2, "channels": 1, "timestamp": value}
    begin = inline("audio-start", **format)
    assert timestamp.encode() in begin  # Python's json writes it so
    data = json.dumps(format).encode()
    pieces = b"".join(
        json.dumps({"type": "audio-chunk", "data_length": len(data), "payload_length": len(event.payload)}).encode()
        + b"\n" + data + event.payload for event in chunks(audio("en-01.wav")))
    event = exchange(server.port, begin + pieces + inline("audio-stop", timestamp=value))
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
    "rate is text": inline("audio-start", rate="fast"),
    "zero rate": inline("audio-chunk", b"\0\0", rate=0),
    "nine bytes wide": inline("audio-chunk", b"\0\0", width=9),
    "negative channels": inline("audio-chunk", b"\0\0", channels=-1),
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
