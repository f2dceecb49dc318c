import os
import pathlib
import subprocess
import tarfile

import pytest

import lorikeet
import npu
import oracle
from hub import Hub
from server import Server
from store import FILES, Store

pytest_plugins = ["http_fixtures"]


@pytest.fixture(scope="session", autouse=True)
def binary():
    if not lorikeet.BINARY.exists():
        pytest.exit(f"{lorikeet.BINARY} does not exist: run `make build` first", returncode=1)
    return lorikeet.BINARY


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    """A data directory that caches compiled models for this run of the tests only."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def transcribe(data_dir):
    return lorikeet.Transcriber("--model", "builtin", "--device", "cpu", "--data-dir", data_dir)


@pytest.fixture(scope="session")
def reference():
    return oracle.Oracle(lorikeet.BUILTIN)


@pytest.fixture(scope="session")
def start_server(binary, data_dir):
    """Starts another server; for a `with` block."""
    # FP32, so that a text never depends on the machine's other capabilities.
    shared = ["--model", "builtin", "--device", "cpu", "--precision", "f32", "--data-dir", str(data_dir)]
    return lambda *options, **keywords: Server(binary, *shared, *options, **keywords)


@pytest.fixture(scope="module")
def server(start_server):
    with start_server() as server:
        yield server
        assert server.process.poll() is None, f"the server has died:\n{server.messages()}"


@pytest.fixture
def hub():
    """A local hub that serves the built-in model's files."""
    with Hub({file: (lorikeet.BUILTIN / file).read_bytes() for file in FILES}) as hub:
        yield hub


@pytest.fixture
def store(tmp_path, hub):
    return Store(tmp_path, hub)


@pytest.fixture(scope="session")
def npu_library():
    """Builds the simulated NPU; see npu.py."""
    if not npu.PLUGIN.exists():
        pytest.skip("OpenVINO has no NPU on this architecture")
    subprocess.run([lorikeet.REPOSITORY / "Tests/NPUSimulator/build"], check=True)


@pytest.fixture(scope="session")
def archive() -> pathlib.Path:
    """The release that `make dist` made."""
    archives = sorted((lorikeet.REPOSITORY / "dist").glob("lorikeet-*.tar.gz"), key=os.path.getmtime)
    if not archives:
        pytest.skip("there is no release: run `make dist` first")
    return archives[-1]


@pytest.fixture(scope="session")
def unpacked(archive, tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("release")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="tar")
    return folder / archive.name.removesuffix(".tar.gz")
