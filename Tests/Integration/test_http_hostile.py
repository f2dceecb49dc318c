"""Requests against the standard, clients that stall, flood or leave, and Wyoming clients beside them."""
import asyncio
import contextlib
import io
import random
import signal
import socket
import ssl
import threading
import time

import numpy as np
import pytest
import soundfile

import home_assistant
import lorikeet
from conversation import TEXTS, audio, converse
from http_serving import (
    UPLOAD, RawHTTP, assert_refused, chunk, descriptors, form, head, heard, kept_files, names_in, request, sent,
    upload,
    wait_for)
from lorikeet import AUDIO
from test_limits import resident

RECORDING = AUDIO / "en-03.wav"
TEXT = "Close the office door."
LONG = AUDIO / "long.flac"
KIND = "Content-Type: multipart/form-data; boundary=x"


@pytest.fixture(scope="module")
def speaking(http):
    """While these tests run, a Wyoming client speaks to the same server; all of its texts must be right."""
    done = threading.Event()
    wrong: list[object] = []
    count = 0

    async def speak():
        nonlocal count
        while not done.is_set():
            for name, expected in TEXTS.items():
                try:
                    text, _ = await asyncio.wait_for(
                        home_assistant.transcribe(http.port, audio(name), language=name[:2]), 60)
                except Exception as error:
                    text = repr(error)
                if text != expected:
                    wrong.append((name, text))
                count += 1
                await asyncio.sleep(0.2)

    thread = threading.Thread(target=lambda: asyncio.run(speak()))
    thread.start()
    yield http
    done.set()
    thread.join(90)
    assert not thread.is_alive() and count > 5
    assert not wrong, wrong[:5]


@pytest.fixture(autouse=True)
def still_sound(speaking):
    yield
    speaking.assert_sound()


def long_flac(minutes: int) -> bytes:
    """A recording that is too long for the memory of an upload."""
    samples, rate = soundfile.read(LONG, dtype="int16")
    file = io.BytesIO()
    soundfile.write(file, np.tile(samples, minutes), rate, format="FLAC")
    return file.getvalue()


def part(name: str, value: bytes, *, lines: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{lines}\r\n\r\n'.encode() + value + b"\r\n"


def file_part(recording: bytes = b"") -> bytes:
    return part("file", recording or RECORDING.read_bytes(), lines='; filename="a.wav"')


END = b"--x--\r\n"


def posted(server, body: bytes, *, length: int | None = None, half_close: bool = False,
        lines: tuple[str, ...] = (KIND,)):
    """The answer to a form that was written by hand, or None if the server only closes."""
    count = len(body) if length is None else length
    return sent(server, head("POST", UPLOAD, *lines, f"Content-Length: {count}") + body, "POST", half_close)


# Requests


BROKEN_REQUESTS = {
    "nothing": b"\r\n\r\n",
    "garbage": bytes(range(1, 256)) * 10,
    "zeros": bytes(5_000),
    "no version": b"GET /health\r\n\r\n",
    "wrong version": head("GET", "/health", version="HTTP/9.9"),
    "no path": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
    "space in path": head("GET", "/hea lth"),
    "zero in path": head("GET", "/health\0"),
    "zero in header": head("GET", "/health", "X: a\0b"),
    "header without colon": head("GET", "/health", "nonsense"),
    "space before colon": head("GET", "/health", "X : 1"),
    "no name": head("GET", "/health", ": 1"),
    "bare line feeds": head("GET", "/health").replace(b"\r\n", b"\n"),
    "folded header": head("GET", "/health", "X: 1\r\n continued"),
    "two hosts": head("GET", "/health", "Host: other"),
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "lower case": b"get /health http/1.1\r\nhost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\x0c\x04" + bytes(17),
    "h2c upgrade": head("GET", "/health", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings",
        "HTTP2-Settings: AAMAAABk"),
    "Wyoming": b'{"type": "describe"}\n' * 3 + b"\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "SIP": b"OPTIONS sip:nm SIP/2.0\r\n\r\n",
    "long method": head("A" * 5_000, "/health"),
    "star": head("OPTIONS", "*"),
    "connect": head("CONNECT", "example.com:443"),
}


@pytest.mark.parametrize("data", BROKEN_REQUESTS.values(), ids=BROKEN_REQUESTS)
def test_a_broken_request_is_refused_or_closed_and_nothing_else(data, speaking):
    answer = sent(speaking, data, half_close=True)
    assert answer is None or answer.status < 500 or answer.status in (501, 505), (answer.status, answer.body)
    assert answer is None or answer.status != 101


def test_tls_on_the_plain_port_is_closed(speaking):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises((ssl.SSLError, OSError)), RawHTTP(speaking, context=context):
        pass


@pytest.mark.parametrize("path", [
    "/../health", "/v1/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//health",
    "//etc/passwd",
    "/health/", "/health/..", "/./health", "/health%00", "/%00", "/%", "/%zz", "/%c0%ae%c0%ae/",
    "/\\..\\..\\windows",
    "/v1/models/..", "/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/v1/models/%00", "/v1/models/" + "x" * 5_000,
    "/?" + "x" * 5_000,
    "/health#fragment", "/health;x=1", "?", "health", "http://localhost/health", "http://evil.example/v1/models",
    "https://[::1", "http:///", "/v1/models?" + "a=b&" * 2_000, "/~root", "/\u00ff\u00fe"],
    ids=lambda path: path[:40])
def test_a_path_with_tricks_shows_no_file_and_no_error_of_the_server(path, speaking):
    answer = sent(speaking, head("GET", path))
    assert answer is not None and answer.status in (200, 400, 403, 404, 414, 431), answer
    assert b"root:" not in answer.body


def test_an_absolute_address_is_that_of_its_path(speaking):
    answer = sent(speaking, head("GET", f"http://127.0.0.1:{speaking.http_port}/v1/models"))
    assert answer.status == 200 and answer.json()["object"] == "list"


@pytest.mark.parametrize("data", [
    head("GET", "/health", "X: " + "y" * 100_000),
    head("GET", "/health", *(f"X-{number}: {'y' * 90}" for number in range(1_100))),
    head("GET", "/health", *(f"X-{number}: y" for number in range(20_000))),
    head("GET", "/" + "x" * 100_000)], ids=["one", "many", "very many", "path"])
def test_headers_of_100_kilobytes_are_refused(data, speaking):
    assert len(data) > 100_000
    answer = sent(speaking, data)
    assert answer is None or answer.status in (400, 414, 431)


def test_headers_without_an_end_take_no_memory(speaking):
    before = resident(speaking.process)
    with RawHTTP(speaking) as connection:
        connection.send(b"GET /health HTTP/1.1\r\n")
        with contextlib.suppress(OSError):
            for number in range(2_000):
                connection.send(b"X-%d: " % number + b"y" * 50_000 + b"\r\n")
    assert resident(speaking.process) < before + 50e6


# Bodies


@pytest.mark.parametrize(["length", "status"], [
    ("-1", 400), ("abc", 400), ("", 400), ("1e3", 400), ("+5", 400), ("0x10", 400),
    ("99999999999999999999999", 400),
    ("18446744073709551615", 413), ("9223372036854775807", 413), ("5, 5", 400), ("5 5", 400)], ids=repr)
def test_a_content_length_that_is_no_length_is_refused(length, status, speaking):
    answer = sent(speaking, head("POST", UPLOAD, KIND, f"Content-Length: {length}") + b"--x--", "POST",
        half_close=True)
    assert answer is None or answer.status in (400, status), answer.status


@pytest.mark.parametrize("lines", [
    ("Content-Length: 5", "Content-Length: 6"), ("Content-Length: 5", "Transfer-Encoding: chunked"),
    ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), ("Transfer-Encoding: gzip, chunked",),
    ("Transfer-Encoding: xchunked",), ("Transfer-Encoding: chunked, chunked",),
    ("Transfer-Encoding: \x0bchunked",)], ids=" & ".join)
def test_lengths_that_contradict_each_other_smuggle_no_request(lines, speaking):
    """A second request behind an ambiguous one must not be answered as one of its own."""
    smuggled = head("GET", "/v1/models")
    with RawHTTP(speaking) as connection:
        connection.send(head("POST", UPLOAD, KIND, *lines) + b"0\r\n\r\n" + smuggled)
        connection.socket.shutdown(socket.SHUT_WR)
        answer = connection.rest()
    assert b'"object"' not in answer, answer
    assert not answer or answer.split(b" ")[1][:1] in (b"4", b"5")
    assert b" 500 " not in answer.split(b"\r\n")[0]


def test_a_body_that_is_longer_than_announced_does_not_change_its_form(speaking):
    body = part("model", b"whisper-1") + file_part() + END
    answer = posted(speaking, body + b"GARBAGE" * 100, length=len(body))
    assert answer.json()["text"] == TEXT


def test_a_body_that_ends_early_is_no_recording(speaking):
    body = part("model", b"whisper-1") + file_part() + END
    answer = posted(speaking, body[:-200], length=len(body), half_close=True)
    assert answer is None or answer.status in (400, 408, 422), answer.body
    answer = posted(speaking, body, length=len(body) + 5_000, half_close=True)
    assert answer is None or answer.status in (200, 400, 408)


def test_a_request_without_a_body_is_refused(speaking):
    for lines in ((), (KIND,), (KIND, "Content-Length: 0")):
        answer = sent(speaking, head("POST", UPLOAD, *lines), "POST")
        assert_refused(answer, answer.status)
        assert answer.status in (400, 411, 415)


@pytest.mark.parametrize("data", [
    b"zz\r\nabc\r\n", b"-1\r\nabc\r\n", b"5;" + b"x" * 200_000, b"ffffffffffffffff\r\nabc",
    b"fffffffffffffffff\r\nabc",
    b"3\r\nabcdef\r\n0\r\n\r\n", b"\r\n", b"3\nabc\n0\n\n", b" 3\r\nabc\r\n0\r\n\r\n",
    b"0" * 100_000 + b"3\r\nabc\r\n",
    b"3\r\nabc\r\n0\r\n" + b"X: y\r\n" * 50_000], ids=lambda data: repr(data[:12]))
def test_chunks_with_wrong_sizes_are_refused(data, speaking):
    answer = sent(speaking, head("POST", UPLOAD, KIND, "Transfer-Encoding: chunked") + data, "POST",
        half_close=True)
    assert answer is None or answer.status in (400, 413, 431), answer.status


def test_a_body_that_is_compressed_is_refused(speaking):
    answer = posted(speaking, part("model", b"whisper-1") + file_part() + END,
        lines=(KIND, "Content-Encoding: gzip"))
    assert answer.status in (200, 400, 415)


# Forms


def test_ten_thousand_parts_are_too_many(speaking):
    body = b"".join(part(f"field{number}", b"x") for number in range(10_000)) + file_part() + END
    answer = posted(speaking, body)
    assert_refused(answer, 413)


def test_a_thousand_parts_are_enough(speaking):
    body = b"".join(part("keywords[]", b"Zwergnase %d" % number) for number in range(990))
    answer = posted(speaking, body + part("model", b"whisper-1") + file_part() + END)
    assert answer.json()["text"] == TEXT


FORMS = {
    "endless part header": b"--x\r\nContent-Disposition: form-data; name=\"" + b"y" * 500_000,
    "header line without an end": b"--x\r\n" + b"X-Long: y\r\n" * 50_000,
    "never closed": part("model", b"whisper-1") + file_part(),
    "never closed within its recording": part("model", b"whisper-1") + file_part()[:-300],
    "no boundary at all": b"hello" * 1_000,
    "only the end": END,
    "end before the parts": END + part("model", b"whisper-1") + file_part() + END,
    "part without a name": b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n" + file_part() + END,
    "part without headers": b"--x\r\n\r\nabc\r\n" + file_part() + END,
    "part with a wrong disposition": b"--x\r\nContent-Disposition: attachment; name=\"file\"\r\n\r\nabc\r\n" + END,
    "header without a colon": b"--x\r\nContent-Disposition\r\n\r\nabc\r\n" + END,
    "quotes without an end": b'--x\r\nContent-Disposition: form-data; name="file\r\n\r\nabc\r\n' + END,
    "backslash at the end": b'--x\r\nContent-Disposition: form-data; name="file\\"\r\n\r\nabc\r\n' + END,
    "bare line feeds": (part("model", b"whisper-1") + END).replace(b"\r\n", b"\n"),
    "empty parts": b"--x\r\n" * 500 + END,
    "nested": part("file", b"--y\r\n\r\nabc\r\n--y--",
        lines='; filename="a"\r\nContent-Type: multipart/mixed; boundary=y') + END,
    "huge field": part("prompt", b"x" * 5_000_000) + file_part() + END,
    "huge model": part("model", b"x" * 5_000_000) + file_part() + END,
    "zero bytes": b"--x\r\nContent-Disposition: form-data; name=\"mo\0del\"\r\n\r\na\0b\r\n" + file_part() + END,
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_broken_form_is_refused_in_the_usual_form(body, chunked, speaking):
    before = resident(speaking.process)
    if chunked:
        answer = sent(speaking,
            head("POST", UPLOAD, KIND, "Transfer-Encoding: chunked") + chunk(body) + chunk(b""), "POST")
    else:
        answer = posted(speaking, body)
    if answer is not None and answer.status != 200:
        assert answer.status in (400, 404, 413, 415, 422, 431), answer.body
        assert_refused(answer, answer.status)
    assert resident(speaking.process) < before + 100e6


def test_a_form_that_is_never_closed_is_no_transcript(speaking):
    for body in (FORMS["never closed within its recording"], FORMS["end before the parts"]):
        answer = posted(speaking, body)
        assert_refused(answer, 400)


@pytest.mark.parametrize("boundary", [
    "", "x" * 71, "x" * 10_000, "a b", '"', '"x', "\x01", "x; boundary=y", "--", "\u00e9"],
    ids=lambda text: repr(text[:20]))
def test_a_boundary_that_is_none_is_refused(boundary, speaking):
    body = (part("model", b"whisper-1") + file_part() + END).replace(b"--x", b"--" + boundary.encode("latin-1"))
    answer = posted(speaking, body, lines=(f"Content-Type: multipart/form-data; boundary={boundary}",))
    assert answer is None or answer.status in (200, 400, 415), answer.body


@pytest.mark.parametrize("name",
    ["model", "language", "prompt", "keywords[]", "response_format", "stream", "languages[]"])
@pytest.mark.parametrize("value",
    [b"\xff\xfe\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"a\0b", b"\x1b[31m\r\nX: y"])
def test_fields_that_are_no_text_are_refused_or_ignored(name, value, speaking):
    answer = posted(speaking, part("model", b"whisper-1") + part(name, value) + file_part() + END)
    assert answer.status in (200, 400, 404), answer.body
    if answer.status == 200:
        assert answer.json()["text"] == TEXT
    else:
        assert_refused(answer, answer.status)


@pytest.mark.parametrize("name", ["model", "response_format"])
def test_what_a_client_sends_comes_back_escaped(name, speaking):
    value = '</script><script>alert(1)</script>"\\\u2028\x1b[31m'
    answer = upload(speaking, RECORDING.read_bytes(), (name, value))
    error = assert_refused(answer, 404 if name == "model" else 400)
    assert answer.headers.get_content_type() == "application/json"
    assert answer.headers.get("X-Content-Type-Options") == "nosniff" or "<script>" not in answer.text
    assert "\x1b" not in answer.text and error


def test_random_changes_of_a_correct_request_never_break_the_server(speaking):
    dice = random.Random(3)
    body = part("model", b"whisper-1") + part("response_format", b"verbose_json") + file_part() + END
    good = head("POST", UPLOAD, KIND, f"Content-Length: {len(body)}") + body
    first = len(good) - len(body) + 400
    for _ in range(150):
        data = bytearray(good)
        for _ in range(dice.randrange(1, 6)):
            place = dice.randrange(first)
            match dice.randrange(3):
                case 0:
                    data[place] = dice.randrange(256)
                case 1:
                    del data[place:place + dice.randrange(1, 20)]
                case _:
                    data[place:place] = dice.randbytes(dice.randrange(1, 20))
        answer = sent(speaking, bytes(data), "POST", half_close=True)
        assert answer is None or answer.status < 500 or answer.status in (501, 505), data[:first]


# Clients that stall


@pytest.fixture(scope="module")
def impatient(start_http):
    with start_http("--stall-seconds", "1", "--idle-seconds", "3", kept_lines=None) as server:
        heard(server, RECORDING.read_bytes())
        yield server
        server.assert_sound()


def test_headers_that_stall_are_ended(impatient):
    with RawHTTP(impatient) as connection:
        connection.send(b"GET /health HT")
        data = connection.rest()
    assert data == b"" or data.startswith(b"HTTP/1.1 408 ")


def test_headers_that_drip_are_ended(impatient):
    """A byte every 0.3 s would keep a timer of pauses alive for ever."""
    with RawHTTP(impatient) as connection, pytest.raises((OSError, EOFError)):
        connection.socket.settimeout(0.3)
        connection.send(b"GET /health HTTP/1.1\r\nX: ")
        for _ in range(100):
            connection.send(b"y")
            with contextlib.suppress(TimeoutError):
                if connection.socket.recv(1_000) == b"":
                    raise EOFError


def test_a_body_that_stalls_is_answered_with_408(impatient):
    body = part("model", b"whisper-1") + file_part() + END
    for sent_bytes in (0, 20, 500, len(body) - 5):
        with RawHTTP(impatient) as connection:
            connection.send(head("POST", UPLOAD, KIND, f"Content-Length: {len(body)}") + body[:sent_bytes])
            assert_refused(connection.answer("POST"), 408)
            assert connection.rest() == b""


def test_a_chunked_body_that_stalls_is_answered_with_408(impatient):
    with RawHTTP(impatient) as connection:
        connection.send(head("POST", UPLOAD, KIND, "Transfer-Encoding: chunked") + chunk(file_part()) + b"ff")
        assert_refused(connection.answer("POST"), 408)


def test_a_body_that_is_slow_but_does_not_stall_is_answered(impatient):
    body = part("model", b"whisper-1") + file_part() + END
    with RawHTTP(impatient) as connection:
        connection.send(head("POST", UPLOAD, KIND, f"Content-Length: {len(body)}"))
        for place in range(0, len(body), len(body) // 6 + 1):
            connection.send(body[place:place + len(body) // 6 + 1])
            time.sleep(0.5)  # what is tested is slowness
        assert connection.answer("POST").json()["text"] == TEXT


def test_a_request_takes_no_longer_than_its_limit(start_http):
    """The body comes steadily, without an end."""
    with start_http("--http-request-seconds", "2") as server, RawHTTP(server) as connection:
        wait_for(lambda: request(server, "GET", "/ready").status == 200)
        connection.send(head("POST", UPLOAD, KIND, "Transfer-Encoding: chunked"))
        connection.send(chunk(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nfLaC'))
        connection.socket.settimeout(0.2)
        received = b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(100):
                connection.send(chunk(bytes(100)))
                with contextlib.suppress(TimeoutError):
                    received += connection.socket.recv(10_000)
                    break
        assert received.startswith(b"HTTP/1.1 408 "), received
        server.assert_sound()


def test_a_connection_that_is_idle_is_closed(impatient):
    with RawHTTP(impatient) as connection:
        connection.send(head("GET", "/health"))
        assert connection.answer().status == 200
        assert connection.rest() == b""


def test_a_client_that_does_not_read_its_answer_is_dropped(impatient):
    before = len(descriptors(impatient))
    with RawHTTP(impatient) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.socket.settimeout(0.5)
        with pytest.raises(OSError):
            for _ in range(60):
                with contextlib.suppress(TimeoutError):
                    while True:
                        connection.socket.sendall(head("GET", "/openapi.json") * 1_000)
    wait_for(lambda: len(descriptors(impatient)) <= before)


def test_connections_beyond_the_limit_get_429_and_later_ones_their_transcripts(start_http):
    with start_http("--max-connections", "5", "--stall-seconds", "60") as server, contextlib.ExitStack() as stack:
        heard(server, RECORDING.read_bytes())
        def half_open():
            stack.enter_context(RawHTTP(server)).send(b"POST /v1/audio/transcriptions HTTP/1.1\r\n")

        for _ in range(4):
            half_open()
        wait_for(lambda: getattr(sent(server, head("GET", "/health")), "status", 0) == 200)

        def refusal():
            """One more connection at a time: the server may still count one that was just closed."""
            half_open()
            answer = sent(server, head("GET", "/health"))
            return answer if answer is not None and answer.status != 200 else None

        answer = wait_for(refusal)
        assert_refused(answer, 429, "max-connections")
        assert int(answer.headers["Retry-After"]) > 0
        text, _ = converse(home_assistant.transcribe(server.port, audio("en-01.wav")))
        assert text == TEXTS["en-01.wav"]
        stack.close()
        wait_for(lambda: getattr(sent(server, head("GET", "/health")), "status", 0) == 200)
        assert heard(server, RECORDING.read_bytes()) == TEXT
        server.assert_sound()


async def misbehave(port: int, seed: int) -> None:
    """A client that comes, goes, stalls, resets, sends garbage or is cut off."""
    dice = random.Random(seed)
    body = part("model", b"whisper-1") + part("stream", b"true") + file_part(LONG.read_bytes()) + END
    good = head("POST", UPLOAD, KIND, f"Content-Length: {len(body)}") + body
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        match dice.randrange(6):
            case 0:
                pass
            case 1:
                writer.write(dice.randbytes(dice.randrange(1, 5_000)))
            case 2:
                writer.write(good[:dice.randrange(len(good))])
            case 3:
                writer.write(good)
                await asyncio.sleep(dice.random() * 0.1)
            case 4:
                writer.write(head("GET", "/v1/models") * 50)
            case _:
                writer.write(good[:dice.randrange(len(good) - len(body), len(good))] + good)
                await reader.read(100)
        if dice.random() < 0.5:
            linger = writer.get_extra_info("socket")
            linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                b"\1\0\0\0\0\0\0\0")  # a reset instead of a close
        writer.close()


def test_two_hundred_misbehaving_connections_leave_nothing_behind(start_http, tmp_path):
    async def storm(seed: int):
        await asyncio.gather(*(misbehave(server.http_port, seed * 1_000 + number) for number in range(100)))

    with start_http("--stall-seconds", "2", "--idle-seconds", "2", "--http-max-requests", "200") as server:
        assert heard(server, RECORDING.read_bytes()) == TEXT
        asyncio.run(asyncio.wait_for(storm(0), 60))
        wait_for(lambda: not any("(deleted)" in name for name in descriptors(server)))
        assert heard(server, RECORDING.read_bytes()) == TEXT
        before = len(descriptors(server)), resident(server.process)
        asyncio.run(asyncio.wait_for(storm(1), 60))
        wait_for(lambda: len(descriptors(server)) <= before[0] + 2)
        assert heard(server, RECORDING.read_bytes()) == TEXT
        assert resident(server.process) < before[1] * 1.25 + 60e6
        server.assert_sound()
        assert server.stop() == 0, server.messages()


# The end of the server


@pytest.mark.parametrize("name", ["long.wav", "long.flac"])
def test_a_signal_lets_an_upload_end(name, start_http, said, tmp_path):
    samples, rate = soundfile.read(LONG, dtype="int16")
    soundfile.write(tmp_path / "long.wav", samples, rate)
    recording = (tmp_path / "long.wav" if name == "long.wav" else LONG).read_bytes()
    body = part("model", b"whisper-1") + file_part(recording) + END
    with start_http() as server, RawHTTP(server) as connection:
        heard(server, RECORDING.read_bytes())
        connection.send(head("POST", UPLOAD, KIND, f"Content-Length: {len(body)}") + body[:-1_000])
        wait_for(lambda: unread(server) == 0)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not accepts(server))
        connection.send(body[-1_000:])
        answer = connection.answer("POST")
        assert (answer.status, answer.json()["text"]) == (200, said.text(recording))
        assert server.process.wait(20) == 0, server.messages()


def unread(server) -> int:
    """The bytes that wait in the kernel for the server to read them."""
    total = 0
    port = f":{server.http_port:04X}"
    for line in open("/proc/net/tcp").read().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(port) and fields[3] == "01":
            total += int(fields[4].split(":")[1], 16)
    return total


def accepts(server) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.http_port), 1).close()
        return True
    except OSError:
        return False


def test_an_upload_that_never_ends_does_not_keep_the_server_from_stopping(start_http):
    with start_http("--drain-seconds", "1") as server, RawHTTP(server) as connection:
        heard(server, RECORDING.read_bytes())
        connection.send(head("POST", UPLOAD, KIND, "Content-Length: 1000000") + file_part()[:5_000])
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(15) in (0, 1)


@pytest.mark.parametrize("stopping", [signal.SIGTERM, signal.SIGINT])
def test_idle_connections_do_not_keep_the_server_from_stopping(stopping, start_http):
    with start_http() as server, RawHTTP(server) as used, RawHTTP(server):
        used.send(head("GET", "/health"))
        assert used.answer().status == 200
        assert server.stop(stopping) == 0, server.messages()


def test_a_server_that_was_killed_leaves_no_file_and_the_next_one_starts(start_http, data_dir):
    with start_http() as server, RawHTTP(server) as connection:
        heard(server, RECORDING.read_bytes())
        before = names_in(data_dir)
        body = part("model", b"whisper-1") + file_part(long_flac(5)) + END
        connection.send(head("POST", UPLOAD, KIND, f"Content-Length: {len(body)}") + body[:-100])
        wait_for(lambda: kept_files(server, data_dir))
        server.process.kill()
        server.process.wait()
    assert names_in(data_dir) == before
    with start_http() as server:
        assert heard(server, RECORDING.read_bytes()) == TEXT
        server.assert_sound()


def test_a_port_that_is_taken_is_one_clear_line(http, data_dir):
    options = ["--uri", "tcp://127.0.0.1:0", "--http", f"tcp://127.0.0.1:{http.http_port}", "--data-dir", data_dir]
    result = lorikeet.run("serve", *options)
    assert result.returncode == 1 and str(http.http_port) in result.stderr.splitlines()[-1]
    assert "in use" in result.stderr.splitlines()[-1]


def test_a_recording_gives_way_to_live_speech(speaking):
    """A command over Wyoming is answered before the recordings that were there first."""
    body, kind = form(("model", "whisper-1"), ("file", ("a.flac", long_flac(10))))
    ends: list[int] = []

    def transcribe():
        assert request(speaking, "POST", UPLOAD, body, kind, timeout=120).status == 200
        ends.append(1)

    threads = [threading.Thread(target=transcribe) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_for(lambda: request(speaking, "GET", "/v1/status").json()["queue"] >= 3)
    text, _ = converse(home_assistant.transcribe(speaking.port, audio("en-01.wav")))
    before = len(ends)
    for thread in threads:
        thread.join(120)
    assert text == TEXTS["en-01.wav"] and len(ends) == 3
    assert before < 3
