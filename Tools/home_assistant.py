"""Talks to a Wyoming server as Home Assistant does, with the official client."""
import asyncio
import time

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.info import Describe, Info

RATE, WIDTH, CHANNELS = 16_000, 2, 1
CHUNK_SECONDS = 0.01
TIMEOUT = 60


def client(port: int) -> AsyncTcpClient:
    return AsyncTcpClient("127.0.0.1", port, connect_timeout=TIMEOUT, read_timeout=TIMEOUT)


def pcm(signal: np.ndarray) -> bytes:
    """16-bit samples of a float signal in [-1, 1)."""
    return np.clip(np.round(signal * 32768), -32768, 32767).astype("<i2").tobytes()


async def describe(port: int) -> Info:
    """Requests the server's info on a new connection."""
    async with client(port) as connection:
        await connection.write_event(Describe().event())
        event = await connection.read_event()
        assert event is not None and Info.is_type(event.type), f"expected info, got {event}"
        return Info.from_event(event)


async def receive_transcript(connection: AsyncTcpClient) -> str:
    while (event := await connection.read_event()) is not None:
        if Transcript.is_type(event.type):
            return Transcript.from_event(event).text
        if Error.is_type(event.type):
            raise RuntimeError(f"the server answered: {Error.from_event(event).text}")
    raise RuntimeError("the server closed the connection without a transcript")


async def speak(
    connection: AsyncTcpClient, audio: bytes, language: str = "en", real_time: bool = False, pause: float = 0,
) -> tuple[str, float]:
    """Sends one utterance in chunks of 10 ms; returns the transcript and the seconds it took after `audio-stop`.

    `pause` is seconds before `audio-stop`, in which a server can read what was sent."""
    format = {"rate": RATE, "width": WIDTH, "channels": CHANNELS}
    await connection.write_event(Transcribe(language=language).event())
    await connection.write_event(AudioStart(**format).event())
    size = int(RATE * CHUNK_SECONDS) * WIDTH * CHANNELS
    begin = time.monotonic()
    for index, offset in enumerate(range(0, len(audio), size)):
        if real_time:
            await asyncio.sleep(begin + index * CHUNK_SECONDS - time.monotonic())
        await connection.write_event(AudioChunk(audio=audio[offset:offset + size], **format).event())
    if real_time:
        await asyncio.sleep(begin + len(audio) / WIDTH / RATE - time.monotonic())
    await asyncio.sleep(pause)
    stop = time.monotonic()
    await connection.write_event(AudioStop().event())
    return await receive_transcript(connection), time.monotonic() - stop


async def transcribe(
    port: int, audio: bytes, language: str = "en", real_time: bool = False, pause: float = 0,
) -> tuple[str, float]:
    """Sends one utterance on a new connection."""
    async with client(port) as connection:
        return await speak(connection, audio, language, real_time, pause)
