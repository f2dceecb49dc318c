"""A Home Assistant on this machine that speaks its WebSocket API and misbehaves on request."""
import asyncio
import collections
import contextlib
import json
import logging
import pathlib
import ssl
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode

from household import Aliases, Household

PATH = "/api/websocket"
VERSION = "2026.11.0"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0IG9mIHRoZSBob21l.pS2r9-xQ_7"
SECONDS = 20  # for anything that a test asks of the home
PONG_SECONDS = 5
MAXIMUM_MESSAGE = 4 << 20  # as in Home Assistant

# Commands that read, each with the way to answer it.
READ = (
    "homeassistant/expose_entity/list", "get_states", "config/entity_registry/get_entries",
    "config/entity_registry/list_for_display", "config/device_registry/list", "config/area_registry/list",
    "config/floor_registry/list")
FOR_ADMINISTRATORS = ("homeassistant/expose_entity/list",)
VIOLATIONS = (
    CloseCode.PROTOCOL_ERROR, CloseCode.UNSUPPORTED_DATA, CloseCode.INVALID_DATA, CloseCode.MESSAGE_TOO_BIG)

# Faults: each sends what it likes in the place of the right message.
Fault = Callable[[ServerConnection, dict], Awaitable[None]]


def text(message: dict) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


async def well(connection: ServerConnection, message: dict) -> None:
    await connection.send(text(message))


async def never(connection: ServerConnection, message: dict) -> None:
    """Says nothing."""


def after(seconds: float) -> Fault:
    async def fault(connection: ServerConnection, message: dict) -> None:
        await asyncio.sleep(seconds)
        await well(connection, message)
    return fault


def raw(data: str | bytes) -> Fault:
    """Sends a text frame, or a binary one, with just that."""
    async def fault(connection: ServerConnection, message: dict) -> None:
        await connection.send(data)
    return fault


def not_utf_8(position: int = 20) -> Fault:
    """Sends a text frame with a byte that cannot be in it."""
    async def fault(connection: ServerConnection, message: dict) -> None:
        data = text(message).encode()
        await connection.send(data[:position] + b"\xff" + data[position:], text=True)
    return fault


def result(value) -> Fault:
    """Answers a command with another result, be it half a surrogate pair."""
    async def fault(connection: ServerConnection, message: dict) -> None:
        await escaped(connection, {**message, "result": value})
    return fault


async def numbers_for_names(connection: ServerConnection, message: dict) -> None:
    """Answers a command with the right result, but for its names."""
    def spoil(value, key: str | None = None):
        match value:
            case dict():
                return {key: spoil(item, key) for key, item in value.items()}
            case list():
                return [spoil(item, key) for item in value]
            case str() if key in ("name", "original_name", "friendly_name", "en", "aliases"):
                return 12
        return value

    await well(connection, spoil(message))


def error(code: str) -> Fault:
    async def fault(connection: ServerConnection, message: dict) -> None:
        await well(connection, failure(message["id"], code, "It does not work."))
    return fault


async def cut_off(connection: ServerConnection, message: dict) -> None:
    """Closes the connection in the middle of a frame."""
    frame = Frame(Opcode.TEXT, text(message).encode()).serialize(mask=False)
    connection.transport.write(frame[:len(frame) // 2])
    connection.transport.close()


async def escaped(connection: ServerConnection, message: dict) -> None:
    """Writes all characters beyond ASCII as \\uXXXX."""
    await connection.send(json.dumps(message))


async def fragmented(connection: ServerConnection, message: dict) -> None:
    """Sends a message in several frames, which split characters, with a ping after each."""
    data = text(message).encode()
    size = len(data) // 20 + 1

    async def pieces():
        for offset in range(0, len(data), size):
            yield data[offset:offset + size]
            await connection.ping()

    await connection.send(pieces(), text=True)


async def pinging(connection: ServerConnection, message: dict) -> None:
    """Sends nothing further before each of two pings is answered."""
    for content in (b"", b"x" * 125):
        await asyncio.wait_for(await connection.ping(content), PONG_SECONDS)
    await well(connection, message)


async def with_binary_frame(connection: ServerConnection, message: dict) -> None:
    await connection.send(b"\x00\xff" * 50)
    await well(connection, message)


def failure(id: int | None, code: str, message: str) -> dict:
    return {"id": id, "type": "result", "success": False, "error": {"code": code, "message": message}}


def self_signed(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """Makes a certificate for this machine that nobody has signed, and its key."""
    certificate, key = folder / "home.crt", folder / "home.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", certificate,
         "-keyout", key], check=True, capture_output=True)
    return certificate, key


class Home:
    """A Home Assistant on a port of this machine until the end of a `with` block.

    A test replaces what it wants to go wrong, at any time: `faults` has a fault for the answer to a command, for
    "auth_required", for the answer to "auth" and for each "event"; that of "*" is for all others.
    """

    def __init__(
            self, household: Household | None = None, port: int = 0,
            certificate: tuple[pathlib.Path, pathlib.Path] | None = None, path: str = PATH):
        self.household = household or Household()
        self.token = TOKEN
        self.accepts_token = True
        self.is_admin = True
        self.faults: dict[str, Fault] = {}

        self.misbehaved = 0  # faults so far
        self.times: list[float] = []  # of each connection
        self.paths: list[str] = []  # of each request
        self.tokens: list[str] = []
        self.commands: collections.Counter[str] = collections.Counter()
        self.complaints: list[str] = []  # what a client must not do

        self.port = port
        self.path = path
        self._context = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*certificate)
        self._subscriptions: dict[ServerConnection, dict[int, str | None]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Home":
        self._thread.start()
        self._call(self._start())
        return self

    def __exit__(self, *_) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """The number of connections so far."""
        return len(self.times)

    def is_subscribed(self, event_type: str = "entity_registry_updated") -> bool:
        return any(
            kind in (None, event_type) for subscriptions in list(self._subscriptions.values())
            for kind in list(subscriptions.values()))

    def rename(self, entity_id: str, name: str, aliases: Aliases | None = None) -> None:
        """Changes an entity's friendly name, and its aliases if any are given, without an event."""
        (entity,) = [entity for entity in self.household.entities if entity.entity_id == entity_id]
        entity.name = name
        entity.aliases = entity.aliases if aliases is None else aliases

    def fire(self, event_type: str, count: int = 1) -> None:
        """Sends events to all that have subscribed to them."""
        self._call(self._fire(event_type, count))

    def drop(self, politely: bool = False) -> None:
        """Closes all connections, with or without a goodbye."""
        self._call(self._drop(politely))

    def recover(self) -> None:
        """Ends all faults."""
        self.faults = {}
        self.accepts_token = self.is_admin = True

    def _call(self, coroutine: Coroutine) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(SECONDS)

    async def _start(self) -> None:
        silent = logging.getLogger("home")
        silent.setLevel(logging.CRITICAL + 1)
        self._server = await serve(
            self._handle, "127.0.0.1", self.port, ssl=self._context, process_request=self._check_path,
            max_size=MAXIMUM_MESSAGE, ping_interval=None, close_timeout=1, logger=silent)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        await self._drop(politely=False)
        self._server.close(close_connections=False)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _drop(self, politely: bool) -> None:
        for connection in list(self._subscriptions):
            if politely:
                await connection.close(CloseCode.GOING_AWAY)
            else:
                connection.transport.abort()

    async def _fire(self, event_type: str, count: int) -> None:
        event = {
            "event_type": event_type, "data": {"action": "update"}, "origin": "LOCAL",
            "time_fired": "2026-11-20T08:00:00.000000+00:00",
            "context": {"id": "01JD4W3V9Z8Y7X6W5V4T3S2R1Q", "parent_id": None, "user_id": None}}
        for _ in range(count):
            for connection, subscriptions in list(self._subscriptions.items()):
                for id, kind in list(subscriptions.items()):
                    if kind in (None, event_type):
                        with contextlib.suppress(ConnectionClosed):
                            await self._send(connection, "event", {"id": id, "type": "event", "event": event})

    def _check_path(self, connection: ServerConnection, request):
        self.paths.append(request.path)
        return None if request.path == self.path else connection.respond(404, "404: Not Found")

    async def _send(self, connection: ServerConnection, kind: str, message: dict) -> None:
        fault = self.faults.get(kind, self.faults.get("*"))
        if fault is not None:
            self.misbehaved += 1
        await (fault or well)(connection, message)

    async def _handle(self, connection: ServerConnection) -> None:
        self.times.append(time.monotonic())
        self._subscriptions[connection] = {}
        try:
            if await self._authenticate(connection):
                last = 0
                async for data in connection:
                    last = await self._obey(connection, data, last)
        except ConnectionClosed as closed:
            if closed.sent and not closed.rcvd_then_sent and closed.sent.code in VIOLATIONS:
                self.complaints.append(f"not the protocol: {closed}")
        except TimeoutError:
            self.complaints.append("a ping without a pong")
        finally:
            del self._subscriptions[connection]

    async def _authenticate(self, connection: ServerConnection) -> bool:
        await self._send(connection, "auth_required", {"type": "auth_required", "ha_version": VERSION})
        match self._read(await connection.recv()):
            case {"type": "auth", "access_token": str(token)}:
                self.tokens.append(token)
                is_valid, why = self.accepts_token and token == self.token, "Invalid access token or password"
            case other:
                self.complaints.append(f"not an auth message: {other}")
                is_valid, why = False, "Auth message incorrectly formatted"
        if is_valid:
            await self._send(connection, "auth", {"type": "auth_ok", "ha_version": VERSION})
        else:
            await self._send(connection, "auth", {"type": "auth_invalid", "message": why})
        return is_valid  # else the connection is closed

    async def _obey(self, connection: ServerConnection, data: str | bytes, last: int) -> int:
        """Answers a command; returns the new last id."""
        message = self._read(data)
        id, command = message.get("id"), message.get("type")
        if type(id) is not int or id < 0 or not isinstance(command, str):
            self.complaints.append(f"not a command: {message}")
            await well(connection, failure(None, "invalid_format", "Message incorrectly formatted."))
            return last
        if id <= last:
            self.complaints.append(f"id {id} after {last}")
            await well(connection, failure(id, "id_reuse", "Identifier values have to increase."))
            return last
        self.commands[command] += 1
        await self._send(connection, command, self._answer(connection, id, command, message))
        return id

    def _answer(self, connection: ServerConnection, id: int, command: str, message: dict) -> dict:
        if command == "ping":
            return {"id": id, "type": "pong"}
        if command in FOR_ADMINISTRATORS and not self.is_admin:
            return failure(id, "unauthorized", "Unauthorized")
        value = None
        if command == "subscribe_events":
            self._subscriptions[connection][id] = message.get("event_type")
        elif command in READ:
            try:
                value = self.household.answer(command, message)
            except (KeyError, TypeError) as mistake:
                self.complaints.append(f"{command} without {mistake}")
                return failure(id, "invalid_format", f"required key not provided: {mistake}")
        else:
            self.complaints.append(f"unknown command {command}")
            return failure(id, "unknown_command", "Unknown command.")
        return {"id": id, "type": "result", "success": True, "result": value}

    def _read(self, data: str | bytes) -> dict:
        """Reads a message of a client: an object in a text frame."""
        with contextlib.suppress(ValueError):
            message = json.loads(data)
            if isinstance(data, str) and isinstance(message, dict):
                return message
        self.complaints.append(f"not an object in a text frame: {data!r:.200}")
        return {}
