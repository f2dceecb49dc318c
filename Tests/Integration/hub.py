"""A local hub that serves one repository and misbehaves on request."""
import dataclasses
import hashlib
import http.server
import json
import re
import socket
import threading
import time
from collections.abc import Callable

REPOSITORY = "somebody/tiny-tdt"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
MODEL = f"{REPOSITORY}@{COMMIT}"
PAGE = b"<!DOCTYPE html><html><body>Please log in to the network.</body></html>"


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    served: int = 0  # bytes of the body that were sent

    @property
    def file(self) -> str:
        """The name without its folder."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def name(self) -> str:
        """The path in the repository, of a request for a file or for its content in the storage."""
        if self.path.startswith("/storage/"):
            return self.path.removeprefix("/storage/")
        return self.path.partition("/resolve/")[2].partition("/")[2]

    @property
    def start(self) -> int:
        match = re.match(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(match[1]) if match else 0


class LocalServer:
    """Serves on a free port of this machine until the end of a `with` block."""

    def __init__(self, handler: type, role: str):
        """Makes this object the attribute ROLE of the handler."""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (handler,), {role: self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


class Hub(LocalServer):
    """Serves `files` as the hub does: large ones through a redirect to a storage, whose answers have no hashes.

    A test replaces what it wants to go wrong: `answer` sees every GET of the storage first and says whether it has
    dealt with it; the switches change all answers.
    """

    def __init__(self, files: dict[str, bytes]):
        self.files = files  # by their paths in the repository
        self.commit = COMMIT  # of the branch main, and the only one there is
        self.lists = True  # a plain mirror has no list of files
        self.listings: list[str] = []  # the revisions that were asked for
        self.answer: Callable[["Handler", Request], bool] = lambda handler, request: False
        self.prefix = f"/{REPOSITORY}/resolve/{COMMIT}/"
        self.storage = ""  # address of another hub that has the large files
        self.token: str | None = None
        self.ranges = True
        self.rate: int | None = None  # bytes per second and connection
        self.says_hash = True
        self.claimed_size: dict[str, int] = {}
        self.claimed_hash: dict[str, str] = {}
        self.requests: list[Request] = []
        super().__init__(Handler, "hub")

    def served(self, file: str | None = None) -> int:
        """The number of body bytes sent."""
        return sum(request.served for request in self.requests if file in (None, request.file))

    def gets(self, file: str) -> list[Request]:
        return [request for request in self.requests if request.method == "GET" and request.file == file]

    def forget(self) -> None:
        self.requests, self.listings = [], []


class Handler(http.server.BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.handle_request("HEAD")

    def do_GET(self):
        self.handle_request("GET")

    def handle_request(self, method: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(method, self.path, headers)
        is_storage = self.path.startswith("/storage/")
        if is_storage or method == "HEAD":
            self.hub.requests.append(request)
        try:
            if is_storage:
                if not (method == "GET" and self.hub.answer(self, request)):
                    self.send_file(request)
            else:
                self.send_hub_answer(request)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send_hub_answer(self, request: Request) -> None:
        hub = self.hub
        if hub.token is not None and request.headers.get("authorization") != f"Bearer {hub.token}":
            return self.send_status(request, 401)
        prefix = f"/api/models/{REPOSITORY}/revision/"
        if request.path.startswith("/api/"):
            return self.send_listing(request, request.path.removeprefix(prefix))
        content = hub.files.get(request.name)
        if not request.path.startswith(hub.prefix) or content is None:
            return self.send_status(request, 404, {"X-Error-Code": "EntryNotFound"})
        headers = {"X-Repo-Commit": COMMIT, "Location": f"{hub.storage}/storage/{request.name}"}
        if hub.says_hash:
            if ".onnx" in request.file:
                digest = hub.claimed_hash.get(request.name, hashlib.sha256(content).hexdigest())
                headers["X-Linked-Etag"] = f'"{digest}"'
                headers["X-Linked-Size"] = str(hub.claimed_size.get(request.name, len(content)))
            else:
                blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
                headers["ETag"] = f'"{hub.claimed_hash.get(request.name, blob)}"'
        self.send_status(request, 302, headers)

    def send_listing(self, request: Request, revision: str) -> None:
        """The facts about a revision: its commit and the names of its files, among much else."""
        hub = self.hub
        if not hub.lists:
            return self.send_status(request, 404)
        hub.listings.append(revision)
        if revision not in (hub.commit, "main"):
            return self.send_status(request, 404, {"X-Error-Code": "RevisionNotFound"})
        facts = {
            "id": REPOSITORY, "sha": hub.commit, "private": False, "tags": ["onnx"], "cardData": {"license": "cc0-1.0"},
            "siblings": [{"rfilename": name} for name in [".gitattributes", "README.md", *hub.files]]}
        self.send_status(request, 200, {"Content-Type": "application/json"}, json.dumps(facts).encode())

    def send_status(
            self, request: Request, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if request.method == "GET":
            self.send_body(request, body)

    def send_file(self, request: Request, content: bytes | None = None, stop_after: int | None = None) -> None:
        """Sends the requested file or part; with `stop_after` the connection breaks after that many bytes."""
        content = self.hub.files[request.name] if content is None else content
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
        headers = {"Content-Type": "application/octet-stream"}
        if match and self.hub.ranges:
            first, last = int(match[1]), min(int(match[2]), len(content) - 1)
            if first > last:
                return self.send_status(request, 416, {"Content-Range": f"bytes */{len(content)}"})
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            body, status = content[first:last + 1], 206
        else:
            body, status = content, 200
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if request.method == "GET":
            self.send_body(request, body if stop_after is None else body[:stop_after])
            if stop_after is not None and stop_after < len(body):
                self.break_off()

    def send_body(self, request: Request, body: bytes) -> None:
        step = 65_536
        for offset in range(0, len(body), step):
            piece = body[offset:offset + step]
            self.wfile.write(piece)
            self.wfile.flush()
            request.served += len(piece)
            if self.hub.rate:
                time.sleep(len(piece) / self.hub.rate)

    def break_off(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)


class Proxy(LocalServer):
    """An HTTP proxy that makes tunnels (CONNECT) and records their destinations."""

    def __init__(self):
        self.peers: list[str] = []
        super().__init__(Tunnel, "proxy")


class Tunnel(http.server.BaseHTTPRequestHandler):
    proxy: Proxy

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        self.proxy.peers.append(self.path)
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as peer:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=self.copy, args=(peer, self.connection), daemon=True)
            back.start()
            self.copy(self.connection, peer)
            back.join()
        self.close_connection = True

    @staticmethod
    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
