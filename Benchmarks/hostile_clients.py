"""Misbehave over HTTP until killed: hostile_clients.py PORT CONNECTIONS."""
import asyncio
import contextlib
import itertools
import os
import random
import sys

UPLOAD = b"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
SOCKET = b"GET /v1/realtime?intent=transcription HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" \
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
PART = b"--b\r\nContent-Disposition: form-data; name=\"%d\"\r\n\r\n\r\n"
FILE = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../etc/passwd\"\r\n\r\n"
SECONDS = 5  # that a client stays, at most


async def slow_body(writer) -> None:
    writer.write(UPLOAD + b"Content-Length: 1000000\r\n\r\n" + FILE)
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.3)


async def no_body(writer) -> None:
    writer.write(UPLOAD + b"Content-Length: 1000000\r\n\r\n")
    await asyncio.sleep(SECONDS)


async def wrong_length(writer) -> None:
    writer.write(UPLOAD + b"Content-Length: 400\r\n\r\n" + FILE + os.urandom(20_000))
    await asyncio.sleep(1)


async def many_parts(writer) -> None:
    body = b"".join(PART % number for number in range(10_000)) + b"--b--\r\n"
    writer.write(UPLOAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await asyncio.sleep(1)


async def huge_headers(writer) -> None:
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 900) for i in range(200)))
    await asyncio.sleep(1)


async def broken_text(writer) -> None:
    writer.write(b"GET /\xff\xfe\xc0%00/../../etc/passwd HTTP/1.1\r\nHost: \xff\r\n\r\n")
    await asyncio.sleep(1)


async def half_open(writer) -> None:
    writer.write(b"POST /v1/audio/trans")
    await asyncio.sleep(SECONDS)


async def fragments(writer) -> None:
    """A WebSocket message in fragments of a byte."""
    writer.write(SOCKET + b"\x01\x81\0\0\0\0{" + b"\x00\x81\0\0\0\0 " * 5_000)
    await asyncio.sleep(1)


async def flood(writer) -> None:
    """Pings, and messages that are no JSON."""
    writer.write(SOCKET + (b"\x89\x80\0\0\0\0" + b"\x81\x84\0\0\0\0nope") * 2_000)
    await asyncio.sleep(1)


async def wrong_token(writer) -> None:
    writer.write(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n" % (b"z" * 4_000))
    await asyncio.sleep(0.2)


KINDS = [slow_body, no_body, wrong_length, many_parts, huge_headers, broken_text, half_open, fragments, flood, wrong_token]


async def drained(reader) -> None:
    while await reader.read(65_536):
        pass


async def misbehave(port: int, number: int) -> None:
    dice = random.Random(number)
    for _ in itertools.count():
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            deed = asyncio.gather(dice.choice(KINDS)(writer), drained(reader))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(deed, SECONDS)
            # Half of them vanish without a farewell.
            if dice.random() < 0.5:
                writer.transport.abort()
            writer.close()
        await asyncio.sleep(dice.uniform(0, 0.5))


async def main() -> None:
    port, count = map(int, sys.argv[1:])
    await asyncio.gather(*(misbehave(port, number) for number in range(count)))


if __name__ == "__main__":
    asyncio.run(main())
