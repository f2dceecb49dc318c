"""Live sessions over a WebSocket: with the official client, and with the websockets package alone."""
import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable

import numpy as np
import soxr
import websockets

import oracle
from home_assistant import RATE, pcm
from http_serving import HTTPServer
from lorikeet import AUDIO

PATH = "/v1/realtime?intent=transcription"
TRANSCRIPTION = "conversation.item.input_audio_transcription"
COMPLETED, DELTA, FAILED = f"{TRANSCRIPTION}.completed", f"{TRANSCRIPTION}.delta", f"{TRANSCRIPTION}.failed"
STARTED, STOPPED = "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"
COMMITTED, ADDED = "input_audio_buffer.committed", "conversation.item.added"
SECONDS = 30
PIECE = 0.1  # seconds


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def command(name: str, tail: float = 3) -> np.ndarray:
    """A recording with silence around it, 16 kHz."""
    return np.concatenate([silence(0.5), oracle.samples(AUDIO / name), silence(tail)])


def encoded(signal: np.ndarray, rate: int = 24_000) -> bytes:
    """16-bit samples of a signal with 16 kHz, at another rate."""
    return pcm(soxr.resample(signal, RATE, rate) if rate != RATE else signal)


def pieces(audio: bytes, rate: int = 24_000, size: int | None = None) -> list[str]:
    """Audio in base64, 100 ms or `size` bytes at a time."""
    size = size or int(2 * rate * PIECE)
    return [base64.b64encode(audio[place:place + size]).decode() for place in range(0, len(audio), size)]


def settings(rate: int = 24_000, **fields) -> dict:
    """A session with settings in today's form."""
    transcription = {key: fields.pop(key) for key in ("model", "language", "prompt", "keywords") if key in fields}
    given = {"format": {"type": "audio/pcm", "rate": rate}, **fields}
    return {"type": "transcription",
        "audio": {"input": given | ({"transcription": transcription} if transcription else {})}}


def converse(coroutine, seconds: float = SECONDS):
    """Runs a conversation with a time limit, so that a server that hangs is a failure."""
    return asyncio.run(asyncio.wait_for(coroutine, seconds))


class Session:
    """A session without the official client; all that the server sent is in `events`."""

    def __init__(self, socket: websockets.ClientConnection):
        self.socket, self.events = socket, []

    async def send(self, type: str, **fields) -> None:
        await self.socket.send(json.dumps({"type": type, **fields}))

    async def receive(self) -> dict:
        event = json.loads(await self.socket.recv())
        self.events.append(event)
        return event

    async def until(self, *types: str) -> dict:
        """The next event of one of the types; an error that was not asked for is a failure."""
        while (event := await self.receive())["type"] not in types:
            assert event["type"] not in ("error", FAILED), event
        return event

    async def update(self, rate: int = 24_000, **fields) -> dict:
        await self.send("session.update", session=settings(rate, **fields))
        return await self.until("session.updated")

    async def append(self, audio: bytes, rate: int = 24_000, real_time: bool = False,
            size: int | None = None) -> None:
        begin = time.monotonic()
        for number, piece in enumerate(pieces(audio, rate, size)):
            if real_time:
                await asyncio.sleep(begin + number * PIECE - time.monotonic())
            await self.send("input_audio_buffer.append", audio=piece)

    async def say(self, signal: np.ndarray, rate: int = 24_000, **keywords) -> dict:
        """Appends a signal of 16 kHz; its transcript's event."""
        sending = asyncio.create_task(self.append(encoded(signal, rate), rate, **keywords))
        event = await self.until(COMPLETED)
        await sending
        return event

    async def drained(self, seconds: float = 0.5) -> list[dict]:
        """What still comes, until nothing has come for a while."""
        count = len(self.events)
        with contextlib.suppress(asyncio.TimeoutError):
            while True:
                await asyncio.wait_for(self.receive(), seconds)
        return self.events[count:]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


def uri(server: HTTPServer, path: str = PATH) -> str:
    return server.base.replace("http", "ws", 1) + path


@contextlib.asynccontextmanager
async def session(server: HTTPServer, path: str = PATH, **options) -> AsyncIterator[Session]:
    """A session that has been created."""
    async with websockets.connect(uri(server, path), **{"max_size": None} | options) as socket:
        session = Session(socket)
        assert (await session.receive())["type"] in ("session.created", "transcription_session.created")
        yield session


@contextlib.asynccontextmanager
async def official(server: HTTPServer, **options):
    """A session of the official client, which has been created."""
    async with server.async_client(**options) as client:
        async with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
            assert (await connection.recv()).type == "session.created"
            yield connection


def run(server: HTTPServer, conversation: Callable, path: str = PATH, seconds: float = SECONDS, **options):
    """Runs `conversation(session)` and returns its result."""
    async def whole():
        async with session(server, path, **options) as opened:
            return await conversation(opened)

    return converse(whole(), seconds)
