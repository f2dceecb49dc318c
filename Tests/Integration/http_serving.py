"""A server with an HTTP address, and requests to it: by the official client, http.client and bare sockets."""
import contextlib
import dataclasses
import http.client
import io
import json
import os
import pathlib
import re
import socket
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable

import openai
from urllib3.filepost import encode_multipart_formdata

from server import START_SECONDS, Server

SECONDS = 30
HTTP_LISTENING = re.compile(r"listening.*?(https?://[^\s\"]+:(\d+))")
UPLOAD = "/v1/audio/transcriptions"
TRACES = ("Fatal error", "Crash:", "Backtrace", "AddressSanitizer", "Precondition failed", "Illegal instruction")


class HTTPServer(Server):
    """`lorikeet serve` on one Wyoming and one HTTP address, or several if `addresses` says so."""

    def __init__(self, binary: pathlib.Path, *options: str, addresses: Iterable[str] = ("",), **keywords):
        addresses = list(addresses)
        self.bases: list[str] = []
        self._count = len(addresses)
        self._serving = threading.Event()
        http = [part for query in addresses for part in ("--http", f"tcp://127.0.0.1:0{query}")]
        super().__init__(binary, *http, *map(str, options), **keywords)
        self._serving.wait(START_SECONDS)
        if len(self.bases) < self._count:
            self.process.kill()
            raise RuntimeError(f"the server did not start listening for HTTP\n{self.messages()}")

    def _read_log(self) -> None:
        super()._read_log()
        self._serving.set()  # the server has ended

    def _note(self, line: str) -> None:
        if match := HTTP_LISTENING.search(line):
            self.bases.append(match[1])
            if len(self.bases) == self._count:
                self._serving.set()

    @property
    def base(self) -> str:
        return self.bases[0]

    @property
    def http_port(self) -> int:
        return int(self.base.rsplit(":", 1)[1])

    def assert_sound(self) -> None:
        """The server lives, answers, and has not written a trace of a crash."""
        assert self.process.poll() is None, f"the server has died:\n{self.messages()}"
        assert request(self, "GET", "/health").status == 200
        assert not any(trace in self.messages() for trace in TRACES), self.messages()

    def client(self, **options) -> openai.OpenAI:
        """The official client."""
        return openai.OpenAI(**self._options(options))

    def async_client(self, **options) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(**self._options(options))

    def _options(self, options: dict) -> dict:
        return {"base_url": f"{self.base}/v1", "api_key": "none", "max_retries": 0, "timeout": 60} | options


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> dict:
        assert self.headers.get_content_type() == "application/json", (self.headers.as_string(), self.body[:200])
        return json.loads(self.body)


def opened(server: HTTPServer, timeout: float = 60) -> http.client.HTTPConnection:
    url = urllib.parse.urlsplit(server.base)
    assert url.scheme == "http"
    return http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)


def request(
    server: HTTPServer, method: str, path: str, body=None, headers: dict[str, str] | None = None,
    chunked: bool = False,
    timeout: float = 60,
) -> Answer:
    """Sends one request on a connection of its own; `chunked` makes each piece of an iterable body a chunk."""
    with contextlib.closing(opened(server, timeout)) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the answer can come before the end
            connection.request(method, path, body, headers or {}, encode_chunked=chunked)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def form(*fields: tuple[str, str | tuple]) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a form, as urllib3 writes them; a file is (name, bytes)."""
    body, kind = encode_multipart_formdata(fields)
    return body, {"Content-Type": kind}


def upload(server: HTTPServer, recording: bytes, *fields: tuple[str, str], name: str = "recording.wav",
        **headers) -> Answer:
    """Sends a recording as a form whose fields come before it."""
    body, kind = form(*fields, ("file", (name, recording)))
    return request(server, "POST", UPLOAD, body, kind | headers)


def heard(server: HTTPServer, recording: bytes, *fields: tuple[str, str], **keywords) -> str:
    """The text of a recording."""
    answer = upload(server, recording, ("model", "whisper-1"), *fields, **keywords)
    assert answer.status == 200, answer.text
    return answer.json()["text"]


def assert_refused(answer: Answer, status: int, *mentions: str) -> dict:
    """The status, and an error in OpenAI's form whose message contains the mentions."""
    assert answer.status == status, (answer.status, answer.body[:500])
    error = answer.json()["error"]
    assert {"message", "type", "param", "code"} <= error.keys(), error
    assert isinstance(error["message"], str) and error["message"] and isinstance(error["type"], str)
    for mention in mentions:
        assert mention in error["message"], error
    return error


def wait_for(condition: Callable[[], object], seconds: float = SECONDS):
    """Waits until something outside of this process is so, and returns it."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.02)
    return result


def children(server: Server) -> list[int]:
    """The processes that the server has started."""
    found = set()
    for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found |= {int(number) for number in (task / "children").read_text().split()}
    return sorted(found)


def descriptors(server: Server) -> list[str]:
    """What the server's open descriptors are."""
    found = []
    for link in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found.append(os.readlink(link))
    return found


def kept_files(server: Server, data_dir: pathlib.Path) -> list[str]:
    """The open files without a name below the data directory, or in a folder for temporary ones."""
    return [name for name in descriptors(server) if name.endswith("(deleted)") and name.startswith(str(data_dir))]


def names_in(folder: pathlib.Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


class _Kept(io.BufferedIOBase):
    """A file that stays open when it is closed."""

    def __init__(self, file: io.BufferedReader):
        self.read, self.read1, self.readinto, self.readline = file.read, file.read1, file.readinto, file.readline

    def readable(self) -> bool:
        return True


class RawHTTP:
    """A connection of bare bytes; what comes back is read by http.client."""

    def __init__(self, server: HTTPServer, timeout: float = SECONDS, context: ssl.SSLContext | None = None):
        self.socket = socket.create_connection(("127.0.0.1", server.http_port), timeout=timeout)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> "RawHTTP":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Leaves: the descriptor stays open for as long as one of both is."""
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, method: str = "GET") -> Answer:
        """The next answer."""
        response = http.client.HTTPResponse(self, method=method)
        response.begin()
        return Answer(response.status, response.headers, response.read())

    def makefile(self, *_) -> io.BufferedIOBase:
        """For http.client: one buffer for all answers, which must not be closed with the first."""
        return _Kept(self._file)

    def rest(self) -> bytes:
        """All that comes until the server closes the connection."""
        pieces = []
        with contextlib.suppress(ConnectionResetError):
            while data := self._file.read1(65_536):
                pieces.append(data)
        return b"".join(pieces)


def head(method: str, path: str, *headers: str, version: str = "HTTP/1.1", host: str = "localhost") -> bytes:
    lines = [f"{method} {path} {version}", f"Host: {host}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def sent(server: HTTPServer, data: bytes, method: str = "GET", half_close: bool = False) -> Answer | None:
    """Sends bytes on a connection of their own; the first answer, or None if the server only closes."""
    with RawHTTP(server) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(data)
            if half_close:
                connection.socket.shutdown(socket.SHUT_WR)
        try:
            return connection.answer(method)
        except (http.client.BadStatusLine, ConnectionResetError):  # includes the end without an answer
            return None


def chunk(data: bytes) -> bytes:
    """One chunk of the transfer encoding."""
    return b"%x\r\n%s\r\n" % (len(data), data)
