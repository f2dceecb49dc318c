"""Errors of sockets: one line in plain words."""
import contextlib
import re
import socket
import threading

import pytest

import lorikeet
from conversation import inline
from lorikeet import AUDIO

# The networking library's own terms and numbers.
LIBRARY = re.compile(r"NIO|Error|errno|descriptor|\w+\(\w+:|[\[{]")


def said(*arguments: object) -> str:
    """The one line that a failing command prints."""
    result = lorikeet.run(*arguments)
    assert (result.returncode, result.stdout) == (1, ""), result
    lines = [line for line in result.stderr.splitlines() if line.startswith("lorikeet: ")]
    assert len(lines) == 1, result.stderr
    assert not LIBRARY.search(re.sub(r"//\[[0-9a-f:]+\]", "//", lines[0])), lines[0]
    return lines[0].removeprefix("lorikeet: ")


@pytest.fixture(params=["health", "bench"])
def ask(request):
    """A command that connects to a server."""
    def ask(uri: str) -> str:
        if request.param == "health":
            return said("health", "--timeout", "3", "--uri", uri)
        return said("bench", "--realtime", "--runs", "1", "--warm-up", "0", "--uri", uri, AUDIO / "en-01.wav")

    return ask


@contextlib.contextmanager
def visited(visit):
    """A server that handles its clients with the given function."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def take():
            with contextlib.suppress(OSError):  # the listener is closed at the end
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        visit(connection)

        threading.Thread(target=take, daemon=True).start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("host", ["host.invalid", "no-such-host", "256.1.1.1", "bad host", "x" * 70 + ".invalid"])
def test_an_unknown_host_is_reported_in_one_line(host, ask):
    line = ask(f"tcp://{host}:10300")
    assert line.startswith(f"tcp://{host}:10300: ") and host in line.removeprefix(f"tcp://{host}")
    assert "there is no host" in line or "no name server answers" in line


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_a_port_where_nobody_listens_is_reported_in_one_line(host, ask):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"tcp://{host}:{free.getsockname()[1]}"
        line = ask(uri)
    if host == "[::1]" and "assign" in line:
        pytest.skip("no IPv6 here")
    assert line == f"{uri}: nobody listens there; start it with `lorikeet serve`, or give another --uri"


@pytest.mark.parametrize("address", ["255.255.255.255", "240.0.0.1", "[fe80::1]", "[ff02::1]"])
def test_an_address_that_no_server_can_have_is_reported_in_one_line(address, ask):
    assert ask(f"tcp://{address}:9").startswith(f"tcp://{address}:9: ")


def test_a_missing_socket_is_reported_in_one_line(tmp_path, ask):
    assert "nobody listens there" in ask(f"unix://{tmp_path}/none.sock")


def test_a_socket_path_that_is_a_file_is_reported_in_one_line(tmp_path, ask):
    (tmp_path / "file").write_bytes(b"")
    assert "nobody listens there" in ask(f"unix://{tmp_path}/file")
    assert "Not a directory" in ask(f"unix://{tmp_path}/file/x.sock")


def test_a_socket_path_that_is_too_long_is_reported_in_one_line(tmp_path, ask):
    uri = f"unix://{tmp_path}/{'x' * 120}"
    assert "can have at most 107 bytes" in ask(uri)
    assert "can have at most 107 bytes" in said("serve", "--no-cache", "--uri", uri)


def reset(connection: socket.socket) -> None:
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def cut_off(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(inline("info")[:10])


@pytest.mark.parametrize("visit", [reset, cut_off, lambda connection: None], ids=["resets", "cuts off", "closes"])
def test_a_server_that_closes_the_connection_is_reported_in_one_line(visit, ask):
    with visited(visit) as uri:
        line = ask(uri)
    assert line in (f"{uri}: it broke off the connection", f"{uri}: it closed the connection without an answer")


@pytest.mark.parametrize("uri, why", [
    ("tcp://host.invalid:10300", "(there is no host|no name server answers for the host) host.invalid"),
    ("tcp://192.0.2.1:10300", "Cannot assign requested address"),
    ("tcp://[2001:db8::1]:10300", "Cannot assign requested address|Address family not supported by protocol"),
    ("unix:///nonexistent/x.sock", "No such file or directory"),
    ("unix:///proc/x.sock", "No such file or directory|Operation not permitted|Permission denied"),
    ("unix:///etc/passwd/x.sock", "Not a directory"),
    ("unix:///etc/passwd", "there is a file that is no socket"),
])
def test_an_address_that_cannot_be_listened_on_is_reported_in_one_line(uri, why):
    line = said("serve", "--no-cache", "--uri", uri)
    assert re.fullmatch(f"cannot listen on {re.escape(uri)}: ({why}).*; give another --uri or --http", line), line


