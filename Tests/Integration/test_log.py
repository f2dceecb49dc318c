"""Logs and results that nobody reads."""
import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time

import pytest

import lorikeet
from conversation import TEXTS, assert_well, converse
from lorikeet import AUDIO

SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def serving(port: int, data_dir, *options: str, **streams):
    command = [lorikeet.BINARY, "serve", "--uri", f"tcp://127.0.0.1:{port}", "--precision", "f32", "--device", "cpu",
               "--data-dir", str(data_dir), *options]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=lorikeet.ENVIRONMENT, **streams)
    try:
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def full_pipe() -> tuple[int, int]:
    """A full pipe."""
    output, into = os.pipe()
    fcntl.fcntl(into, SET_PIPE_SIZE, 4096)
    os.set_blocking(into, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(into, b"x")
    os.set_blocking(into, True)
    return output, into


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_log_pipe_that_nobody_reads_does_not_stop_the_server(format, data_dir):
    output, into = full_pipe()
    port = free_port()
    with serving(port, data_dir, "--log-format", format, stderr=into) as process:
        for _ in range(3):
            converse(assert_well(port))
        # Reading resumes: earlier lines are there, in order, and so are those logged before the end.
        os.close(into)
        os.set_blocking(output, True)
        process.send_signal(signal.SIGTERM)
        with os.fdopen(output, "rb") as log:
            lines = log.read().lstrip(b"x").decode().splitlines()
        assert process.wait(20) == 0
    if format == "json":
        messages = [json.loads(line)["message"] for line in lines]
    else:
        messages = [line.split(" ", 2)[2] for line in lines]
    order = [word for message in messages if (word := message.split()[0]) in ("listening", "utterance", "shutting")]
    # A transcript goes out before its line is logged, so the signal may come before the last one.
    assert order[:3] == ["listening", "utterance", "utterance"]
    assert sorted(order[3:]) == ["shutting", "utterance"]


def test_every_shutdown_by_a_signal_is_logged(data_dir):
    for _ in range(10):
        port = free_port()
        with serving(port, data_dir, stderr=subprocess.PIPE) as process:
            process.send_signal(signal.SIGTERM)
            log = process.communicate(timeout=20)[1].decode()
        assert "shutting down" in log
        assert process.returncode == 0


def test_a_server_ends_though_nobody_reads_its_log(data_dir):
    output, into = full_pipe()
    port = free_port()
    with serving(port, data_dir, stderr=into) as process:
        converse(assert_well(port))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    os.close(output), os.close(into)


def test_a_failure_is_printed_after_the_log(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as other:
        result = lorikeet.run(
            "serve", "--data-dir", data_dir, "--uri", "tcp://127.0.0.1:0", "--uri",
            f"tcp://127.0.0.1:{other.getsockname()[1]}")
    assert result.returncode == 1
    assert "Address already in use" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("stderr", ["broken pipe", "full disk", "closed"])
def test_a_log_that_cannot_be_written_does_not_stop_the_server(stderr, data_dir):
    port = free_port()
    if stderr == "broken pipe":
        output, into = os.pipe()
        os.close(output)
    else:
        into = os.open("/dev/full" if stderr == "full disk" else "/dev/null", os.O_WRONLY)
    streams = {"preexec_fn": lambda: os.close(2)} if stderr == "closed" else {"stderr": into}
    with serving(port, data_dir, **streams) as process:
        for _ in range(2):
            converse(assert_well(port))
        if stderr == "closed":
            # No other file has taken its descriptor.
            assert os.readlink(f"/proc/{process.pid}/fd/2") == "/dev/null"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    os.close(into)


@pytest.mark.parametrize("ignored", [False, True])
def test_results_that_nobody_reads_end_the_command_silently(ignored, data_dir):
    output, into = os.pipe()
    os.close(output)
    handling = signal.SIG_IGN if ignored else signal.SIG_DFL
    result = subprocess.run(
        [lorikeet.BINARY, "transcribe", "--data-dir", str(data_dir), AUDIO / "en-01.wav", AUDIO / "en-03.wav"],
        stdout=into, stderr=subprocess.PIPE, env=lorikeet.ENVIRONMENT, timeout=60, restore_signals=False,
        preexec_fn=lambda: signal.signal(signal.SIGPIPE, handling))
    os.close(into)
    assert (result.returncode, result.stderr) == (-signal.SIGPIPE, b"")


def test_results_on_a_full_disk_are_a_failure(data_dir):
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [lorikeet.BINARY, "transcribe", "--data-dir", str(data_dir), AUDIO / "en-01.wav"],
            stdout=full, stderr=subprocess.PIPE, env=lorikeet.ENVIRONMENT, timeout=60)
    assert result.returncode == 1
    assert result.stderr.decode() == "lorikeet: cannot write to standard output: No space left on device\n"


def test_results_into_a_nonblocking_pipe_are_complete(data_dir):
    output, into = full_pipe()
    os.set_blocking(into, False)
    process = subprocess.Popen(
        [lorikeet.BINARY, "transcribe", "--data-dir", str(data_dir), AUDIO / "en-01.wav"], stdout=into,
        stderr=subprocess.PIPE, env=lorikeet.ENVIRONMENT)
    os.close(into)
    time.sleep(3)
    with os.fdopen(output, "rb") as results:
        assert results.read().lstrip(b"x").decode() == TEXTS["en-01.wav"] + "\n"
    assert process.wait(30) == 0, process.stderr.read()
