"""TLS: certificates of others' making, their replacement while the server runs, and what is wrong with them."""
import contextlib
import datetime
import ipaddress
import os
import pathlib
import signal
import socket
import ssl

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import home_assistant
import lorikeet
from conversation import TEXTS, audio, converse
from http_realtime import PATH, command, session
from http_realtime import converse as converse_live
from http_serving import RawHTTP, head, wait_for
from lorikeet import AUDIO

RECORDING = AUDIO / "en-03.wav"
TEXT = "Close the office door."


class Authority:
    """Makes certificates for this machine that a client trusts."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])
        self.certificate = self._signed(self.name, self.key.public_key(), x509.BasicConstraints(True, None))

    def _signed(self, name: x509.Name, key, constraints: x509.BasicConstraints) -> x509.Certificate:
        now = datetime.datetime.now(datetime.timezone.utc)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = x509.CertificateBuilder(self.name, name, key, x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=30))
        builder = builder.add_extension(constraints, critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def pair(self, kind: str = "ec") -> tuple[bytes, bytes, int]:
        """A certificate with its chain, its key, and its serial number."""
        key = rsa.generate_private_key(65_537, 2_048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lorikeet")])
        certificate = self._signed(name, key.public_key(), x509.BasicConstraints(False, None))
        forms = serialization.PrivateFormat
        form = forms.PKCS8 if kind == "pkcs8" else forms.TraditionalOpenSSL
        secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        chain = b"".join(
            entry.public_bytes(serialization.Encoding.PEM) for entry in (certificate, self.certificate))
        return chain, secret, certificate.serial_number

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(
            cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode())


@pytest.fixture(scope="module")
def authority():
    return Authority()


class Files:
    """The certificate and the key that a server reads."""

    def __init__(self, folder: pathlib.Path, authority: Authority, kind: str = "ec"):
        self.folder, self.authority = folder, authority
        self.certificate, self.key = folder / "chain.pem", folder / "key.pem"
        self.options = ["--http-certificate", self.certificate, "--http-key", self.key]
        self.serial = self.replace(kind)

    def write(self, path: pathlib.Path, data: bytes) -> None:
        """As programs for certificates do it: the file has its old content or the new one."""
        new = path.with_suffix(".new")
        new.write_bytes(data)
        os.replace(new, path)

    def replace(self, kind: str = "ec") -> int:
        chain, secret, self.serial = self.authority.pair(kind)
        self.write(self.key, secret)
        self.write(self.certificate, chain)
        return self.serial


@pytest.fixture
def files(tmp_path, authority):
    return Files(tmp_path, authority)


def served(server, authority: Authority) -> int:
    """The serial number of the certificate that a new connection gets."""
    with socket.create_connection(("127.0.0.1", server.http_port), 10) as plain:
        with authority.context().wrap_socket(plain, server_hostname="localhost") as secure:
            return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True)).serial_number


def get(server, authority: Authority, path: str = "/health"):
    with httpx2.Client(verify=authority.context(), trust_env=False) as client:
        return client.get(f"{server.base}{path}")


@pytest.mark.parametrize("kind", ["ec", "rsa", "pkcs8"])
def test_the_official_client_is_answered_over_https(kind, start_http, authority, tmp_path):
    files = Files(tmp_path, authority, kind)
    with start_http(*files.options) as server:
        assert server.base.startswith("https://")
        with httpx2.Client(verify=authority.context(), trust_env=False) as http:
            client = server.client(http_client=http)
            assert client.audio.transcriptions.create(model="whisper-1", file=RECORDING).text == TEXT
            stream = client.audio.transcriptions.create(model="whisper-1", file=AUDIO / "long.flac", stream=True)
            *deltas, done = list(stream)
        assert "".join(event.delta for event in deltas) == done.text
        assert converse(home_assistant.transcribe(server.port, audio("en-01.wav")))[0] == TEXTS["en-01.wav"]


def test_a_client_that_does_not_trust_the_certificate_does_not_get_through(start_http, files, authority):
    with start_http(*files.options) as server:
        with pytest.raises(httpx2.ConnectError):
            get(server, Authority())
        assert get(server, authority).status_code == 200


def test_a_browser_that_keeps_an_idle_connection_does_not_delay_the_end(start_http, files, authority):
    """It does not answer the end of the encryption either."""
    with start_http(*files.options) as server:
        with socket.create_connection(("127.0.0.1", server.http_port), 10) as plain:
            secure = authority.context().wrap_socket(plain, server_hostname="localhost")
            secure.sendall(head("GET", "/health"))
            assert secure.recv(1_000).startswith(b"HTTP/1.1 200")
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(4) == 0


def test_live_speech_is_encrypted_too(start_http, files, authority):
    async def conversation(server):
        async with session(server, PATH, ssl=authority.context(), proxy=None) as opened:
            return (await opened.say(command("en-01.wav")))["transcript"]

    with start_http(*files.options) as server:
        assert converse_live(conversation(server)) == TEXTS["en-01.wav"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_todays_versions_of_tls_are_spoken(version, start_http, files, authority):
    context = authority.context()
    context.minimum_version = context.maximum_version = version
    with start_http(*files.options) as server, RawHTTP(server, context=context) as connection:
        connection.send(head("GET", "/health"))
        assert connection.answer().status == 200


def test_a_chain_is_sent_whole(start_http, files, authority):
    """A client that knows only the authority needs what lies between."""
    with start_http(*files.options) as server:
        assert served(server, authority) == files.serial


def test_a_new_certificate_is_served_without_a_restart(start_http, files, authority):
    with start_http(*files.options) as server:
        assert served(server, authority) == files.serial
        with RawHTTP(server, context=authority.context()) as old:
            old.send(head("GET", "/health"))
            assert old.answer().status == 200
            for kind in ("ec", "rsa"):
                serial = files.replace(kind)
                wait_for(lambda: served(server, authority) == serial)
            old.send(head("GET", "/health"))
            assert old.answer().status == 200


@pytest.mark.parametrize("wrong", ["garbage", "empty", "missing", "another key"])
def test_a_wrong_replacement_keeps_the_old_certificate_and_is_logged(wrong, start_http, files, authority):
    with start_http(*files.options) as server:
        assert served(server, authority) == files.serial
        match wrong:
            case "garbage":
                files.write(files.certificate, b"nonsense\n" * 50)
            case "empty":
                files.write(files.certificate, b"")
            case "missing":
                files.certificate.unlink()
            case _:
                files.write(files.key, authority.pair()[1])
        wait_for(lambda: served(server, authority) == files.serial and "certificate" in problems(server))
        assert len(problems(server).splitlines()) <= 3  # one for each change that was seen, and no flood
        serial = files.replace()
        wait_for(lambda: served(server, authority) == serial)


def problems(server) -> str:
    return "".join(line for line in list(server.log) if "warning" in line or "error" in line)


def test_plain_http_on_the_port_for_tls_gets_no_answer_of_the_api(start_http, files, authority):
    with start_http(*files.options) as server:
        with RawHTTP(server) as connection:
            connection.send(head("GET", "/v1/models"))
            data = connection.rest()
        assert b"builtin" not in data and b" 200 " not in data
        assert get(server, authority).status_code == 200


def test_handshakes_that_never_end_hold_nobody_up_and_are_dropped(start_http, files, authority):
    with start_http(*files.options, "--stall-seconds", "1") as server, contextlib.ExitStack() as stack:
        stalled = [stack.enter_context(RawHTTP(server)) for _ in range(50)]
        for number, connection in enumerate(stalled):
            connection.send(b"\x16\x03\x01\x02\x00\x01"[:number % 7])
        assert get(server, authority).status_code == 200
        for connection in stalled:
            connection.rest()


def test_garbage_instead_of_a_handshake_harms_nobody(start_http, files, authority):
    with start_http(*files.options) as server:
        for data in (bytes(1_000), os.urandom(5_000), b"\x16\x03\x01\xff\xff" + os.urandom(70_000),
                b"\x80\x2e\x01\x03\x01"):
            with RawHTTP(server) as connection, contextlib.suppress(OSError):
                connection.send(data)
                connection.socket.shutdown(socket.SHUT_WR)
                connection.rest()
        assert get(server, authority).status_code == 200
        assert server.process.poll() is None


@pytest.mark.parametrize("wrong",
    ["missing", "garbage", "another key", "swapped", "folder"])
def test_wrong_files_are_one_clear_line_at_start(wrong, files, authority):
    mention: object = files.certificate
    options = files.options
    match wrong:
        case "missing":
            files.certificate.unlink()
        case "garbage":
            files.certificate.write_text("nonsense")
        case "another key":
            files.key.write_bytes(authority.pair()[1])
            mention = "key"
        case "swapped":
            options = ["--http-certificate", files.key, "--http-key", files.certificate]
            mention = "pem"
        case _:
            options = ["--http-certificate", files.folder, "--http-key", files.key]
            mention = files.folder
    result = lorikeet.run("serve", "--uri", "tcp://127.0.0.1:0", "--http", "tcp://127.0.0.1:0", *options)
    lorikeet.assert_refused(result, mention)


@pytest.mark.parametrize(["kept", "mention"], [(slice(2, None), "http-certificate"), (slice(2), "http-key")])
def test_a_certificate_without_its_key_is_refused(kept, mention, files):
    result = lorikeet.run("serve", "--http", "tcp://127.0.0.1:0", *files.options[kept])
    assert result.returncode == lorikeet.USAGE and mention in result.stderr


def test_keys_are_in_no_log(start_http, files, authority):
    with start_http(*files.options) as server:
        files.write(files.key, b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
        wait_for(lambda: problems(server))
        assert "c2VjcmV0" not in server.messages()
        assert get(server, authority).status_code == 200
