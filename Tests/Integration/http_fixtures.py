"""Fixtures of the HTTP side; `pytest_plugins = ["http_fixtures"]` in conftest.py makes them known."""
import contextlib
import json
import pathlib
import tempfile

import pytest

import lorikeet
from http_serving import HTTPServer

SHARED = ["--model", "builtin", "--device", "cpu", "--precision", "f32"]


@pytest.fixture(scope="session")
def start_http(binary, data_dir):
    """Starts another server with HTTP; for a `with` block."""
    return lambda *options, **keywords: HTTPServer(
        binary, *SHARED, "--data-dir", str(data_dir), *options, **keywords)


@pytest.fixture(scope="session")
def http(start_http):
    """The server of all tests that do not need options."""
    with start_http(kept_lines=None) as server:
        yield server
        server.assert_sound()


@pytest.fixture(scope="session")
def openai_client(http):
    with http.client() as client:
        yield client


@pytest.fixture
def token_file(tmp_path) -> pathlib.Path:
    file = tmp_path / "tokens"
    file.write_text("first-token\nsecond-token\n")
    return file


class Transcriptions:
    """What `lorikeet transcribe` says of recordings, with the settings of a server."""

    def __init__(self, data_dir: pathlib.Path):
        self.options = ["--quiet", *SHARED, "--data-dir", data_dir]
        self.known: dict[tuple, object] = {}

    def printed(self, recording: bytes | pathlib.Path, format: str = "text", *options: object) -> str:
        """The output for one recording."""
        key = (recording, format, *options)
        if key not in self.known:
            with contextlib.ExitStack() as stack:
                path = recording
                if isinstance(recording, bytes):
                    path = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory())) / "recording"
                    path.write_bytes(recording)
                result = lorikeet.run("transcribe", *self.options, "--format", format, *options, path)
            assert result.returncode == 0, result.stderr
            self.known[key] = result.stdout
        return self.known[key]

    def text(self, recording: bytes | pathlib.Path, *options: object) -> str:
        return self.printed(recording, "text", *options).removesuffix("\n")

    def json(self, recording: bytes | pathlib.Path, *options: object) -> dict:
        return json.loads(self.printed(recording, "json", *options))

    def texts(self, paths: list[pathlib.Path]) -> list[str]:
        """The texts of many recordings, in one run."""
        result = lorikeet.run("transcribe", *self.options, "--format", "json", *paths)
        assert result.returncode == 0, result.stderr
        return [json.loads(line)["text"] for line in result.stdout.splitlines()]


@pytest.fixture(scope="session")
def said(data_dir) -> Transcriptions:
    return Transcriptions(data_dir)
