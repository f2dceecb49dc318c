"""The full-size model is prepared at its first start only; an interrupted preparation is never used."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

import home_assistant
import lorikeet
import make_replica
from conversation import audio, converse
from lorikeet import AUDIO
from server import Server

REPLICA = lorikeet.REPOSITORY / ".build/replica"
RECORDING = AUDIO / "en-01.wav"

pytestmark = pytest.mark.skipif(
    os.environ.get("LORIKEET_SKIP_REPLICA") == "1", reason="LORIKEET_SKIP_REPLICA is set")


@pytest.fixture(scope="module")
def replica():
    return make_replica.cached(REPLICA)


@pytest.fixture
def data_dir(tmp_path):
    """A data directory for 0.7 GB, removed after the test."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def start(model: pathlib.Path, data_dir: pathlib.Path, *options: str) -> subprocess.Popen:
    return subprocess.Popen(
        [lorikeet.BINARY, "transcribe", "--model", model, "--data-dir", data_dir, *options, RECORDING],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=lorikeet.ENVIRONMENT, text=True)


def finish(process: subprocess.Popen) -> tuple[str, str]:
    output, messages = process.communicate(timeout=lorikeet.TIMEOUT)
    assert process.returncode == 0, messages
    return output, messages


def prepared(data_dir: pathlib.Path) -> list[pathlib.Path]:
    return [path for path in (data_dir / "prepared").iterdir() if not path.name.startswith(".")]


def peak_memory(process: subprocess.Popen) -> int:
    """The peak resident memory of a process, in bytes, until it ends.

    Not what `wait4` says: that counts what this process held when it started the other, too.
    """
    peak = 0
    while process.poll() is None:
        for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                peak = max(peak, int(line.split()[1]) * 1024)
        time.sleep(0.01)
    assert process.returncode == 0, process.stderr.read()
    return peak


def test_a_model_is_prepared_once(replica, data_dir):
    first, messages = finish(start(replica, data_dir))
    assert "preparing replica once" in messages and "prepared replica in" in messages
    made, = prepared(data_dir)
    assert sum(path.stat().st_size for path in made.iterdir()) < 0.75e9
    listed = lorikeet.run("models", "list", "--data-dir", data_dir).stdout
    assert any(line.startswith("replica\tprepared (int8)\t") and line.endswith(str(made)) for line in listed.splitlines())

    again, messages = finish(start(replica, data_dir))
    assert messages == ""
    assert again == first

    # The prepared directory is a model itself, and takes a fraction of the memory.
    alone = start(made, data_dir / "other")
    assert peak_memory(alone) < 1.8e9
    assert not (data_dir / "other/prepared").exists()
    assert finish(start(made, data_dir / "other"))[0] == first


def private_memory(pid: int) -> int:
    """The bytes that belong to the process alone."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def test_a_server_keeps_no_pages_of_the_weights_it_has_copied(replica, data_dir):
    finish(start(replica, data_dir))
    model, = prepared(data_dir)
    with Server(lorikeet.BINARY, "--model", str(model), "--data-dir", str(data_dir)) as server:
        for _ in range(3):
            converse(home_assistant.transcribe(server.port, audio(RECORDING.name)))
        assert private_memory(server.process.pid) < 1.3e9


def test_an_interrupted_preparation_is_repeated_and_two_at_once_share_one(replica, data_dir):
    killed = start(replica, data_dir)
    deadline = time.monotonic() + lorikeet.TIMEOUT
    while not list(data_dir.glob("prepared/.making-*/encoder.bin")):
        assert killed.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert prepared(data_dir) == []

    # Because of the lock, only one of them holds the large model's weights.
    results = [finish(process) for process in [start(replica, data_dir), start(replica, data_dir)]]
    assert results[0][0] == results[1][0] != ""
    assert sum("prepared replica in" in messages for _, messages in results) == 1
    assert len(prepared(data_dir)) == 1
    assert not list(data_dir.glob("prepared/.making-*"))
