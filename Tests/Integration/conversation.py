"""Conversations with a server: recordings as events, with the official Wyoming client and with bare sockets."""
import asyncio
import json

import numpy as np
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event

import home_assistant
import oracle
from home_assistant import client, pcm, receive_transcript
from lorikeet import AUDIO

TEXTS = {
    "en-01.wav": "Open the garden blinds.",
    "en-03.wav": "Close the office door.",
    "es-01.wav": "Enciende el ventilador de la terraza.",
    "es-05.wav": "Cierra la ventana del pasillo.",
    "es-08.wav": "¿Está abierta la puerta del comedor?",
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
    """Checks that the server still transcribes."""
    text, _ = await home_assistant.transcribe(port, audio("en-01.wav"))
    assert text == TEXTS["en-01.wav"]


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
    """Sends bytes; returns the first event of the answer that a client without streaming reads."""
    async def conversation():
        async with await Raw.connect(port) as connection:
            await connection.send(data)
            if half_close:
                connection.writer.write_eof()
            event = await connection.receive()
            while event is not None and event.type in ("transcript-start", "transcript-chunk"):
                event = await connection.receive()
            return event

    return converse(conversation())
