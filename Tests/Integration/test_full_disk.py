"""A data directory that is full, read-only or another user's: recognition continues, and one line names the problem."""
import os
import pathlib
import shutil
import subprocess
import time

import pytest

import home_assistant
import lorikeet
from conversation import audio, converse
from doctor import examined
from lorikeet import AUDIO
from server import Server
from store import Store

RECORDING = AUDIO / "en-01.wav"
TEXT = "Open the garden blinds.\n"
NOBODY = 65534


def mount(*arguments: object) -> None:
    result = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if result.returncode != 0:
        pytest.skip(f"mounting takes rights that these tests do not have: {result.stderr.strip()}")


@pytest.fixture
def disk(tmp_path):
    """Mounts a disk of the given size."""
    if os.getuid() != 0:
        pytest.skip("mounting a small disk takes root")
    mounted = []

    def make(size: str) -> pathlib.Path:
        place = tmp_path / f"disk-{len(mounted)}"
        place.mkdir()
        mount("-t", "tmpfs", "-o", f"size={size}", "lorikeet-test", place)
        mounted.append(place)
        return place

    yield make
    for place in mounted:
        subprocess.run(["umount", place], check=True)


def transcribe(data_dir, *options, recording=RECORDING):
    return lorikeet.run("transcribe", "--model", "builtin", "--device", "cpu", "--data-dir", data_dir, *options, recording)


def assert_told_once(result, *mentions):
    assert (result.returncode, result.stdout) == (0, TEXT), result.stderr
    line, = result.stderr.splitlines()
    for mention in (*mentions, "--data-dir", "--no-cache"):
        assert str(mention) in line, line


def assert_quiet(result):
    assert (result.returncode, result.stdout, result.stderr) == (0, TEXT, "")


def fill(disk: pathlib.Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def read_only(disk: pathlib.Path) -> None:
    mount("-o", "remount,ro", disk)


# 16 kB do not even hold a list of files; 1 and 4 MB hold some of the networks.
@pytest.mark.parametrize("size", ["16k", "1m", "4m"])
@pytest.mark.parametrize("precision", ["f32", "int8"])
def test_a_full_disk_is_reported_once(disk, size, precision):
    data_dir = disk(size)
    for _ in range(2):
        assert_told_once(transcribe(data_dir, "--precision", precision), data_dir, "free some space")
    # No incomplete result is left that looks complete.
    assert not list(data_dir.glob("*/.making-*"))
    for folder in data_dir.glob("compiled/*"):
        assert list(folder.glob("*.blob")) and (folder / "compiled.json").exists()


@pytest.mark.parametrize("precision", ["f32", "int8"])
def test_a_disk_without_a_free_byte_is_reported_once(disk, precision):
    data_dir = disk("1m")
    fill(data_dir)
    assert_told_once(transcribe(data_dir, "--precision", precision), data_dir, "free some space")


def test_freed_disk_space_is_used_by_the_next_run(disk):
    data_dir = disk("40m")
    fill(data_dir)
    assert_told_once(transcribe(data_dir, "--precision", "f32"), data_dir)
    (data_dir / "filler").unlink()
    assert_quiet(transcribe(data_dir, "--precision", "f32"))
    assert len(list(data_dir.glob("compiled/*/*.blob"))) == 4


@pytest.mark.parametrize("precision", ["f32", "int8"])
def test_a_read_only_cache_is_used_without_a_message(disk, precision):
    data_dir = disk("60m")
    assert transcribe(data_dir, "--precision", precision).returncode == 0
    read_only(data_dir)
    # The directory has everything that is needed.
    assert_quiet(transcribe(data_dir, "--precision", precision))


@pytest.mark.parametrize("precision", ["f32", "int8"])
@pytest.mark.parametrize("below", ["", "a/b"])
def test_an_empty_read_only_directory_is_reported_once(disk, precision, below):
    data_dir = disk("1m")
    read_only(data_dir)
    assert_told_once(transcribe(data_dir / below, "--precision", precision), data_dir, "Read-only file system")


def test_a_damaged_prepared_model_that_cannot_be_rewritten_is_ignored(disk):
    data_dir = disk("60m")
    assert transcribe(data_dir, "--precision", "int8").returncode == 0
    graph, = data_dir.glob("prepared/*/encoder.xml")
    status = graph.stat()
    with graph.open("r+b") as file:
        file.write(bytes(4096))
    os.utime(graph, ns=(status.st_atime_ns, status.st_mtime_ns))
    read_only(data_dir)
    assert_told_once(transcribe(data_dir, "--precision", "int8"), data_dir, "Read-only file system")


@pytest.fixture
def as_nobody():
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("being somebody else takes root and setpriv")

    def run(*arguments):
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", lorikeet.BINARY]
        result = subprocess.run(
            [*map(str, command), *map(str, arguments)], capture_output=True, text=True, timeout=lorikeet.TIMEOUT,
            env=lorikeet.ENVIRONMENT)
        if "cannot execute" in result.stderr or "failed to execute" in result.stderr:
            pytest.skip(f"nobody may run the program: {result.stderr}")
        return result

    return run


@pytest.mark.parametrize("precision", ["f32", "int8"])
def test_a_data_directory_of_another_user_is_reported_once(disk, as_nobody, precision):
    data_dir = disk("60m")
    data_dir.chmod(0o755)
    for path in reversed(data_dir.parents):
        if path.stat().st_uid == os.getuid() and path.is_relative_to("/tmp"):
            path.chmod(path.stat().st_mode | 0o055)
    result = as_nobody(
        "transcribe", "--model", "builtin", "--device", "cpu", "--precision", precision, "--data-dir", data_dir, RECORDING)
    assert_told_once(result, data_dir, "Permission denied", "writable")
    report = as_nobody("doctor", "--data-dir", data_dir, "--root", data_dir)
    assert report.returncode == 1
    assert "Permission denied, it belongs to user 0" in report.stdout and "sudo chown -R" in report.stdout


def test_a_server_on_a_full_disk_answers_and_warns_once(disk):
    data_dir = disk("1m")
    options = ("--model", "builtin", "--device", "cpu", "--precision", "f32", "--data-dir", str(data_dir))
    with Server(lorikeet.BINARY, *options) as server:
        for _ in range(2):
            text, *_ = converse(home_assistant.transcribe(server.port, audio(RECORDING.name)))
            assert text.strip() == TEXT.strip()
        deadline = time.monotonic() + 30
        while "model ready" not in server.messages() and time.monotonic() < deadline:
            time.sleep(0.05)
        told = [line for line in server.log if "is not kept" in line]
    assert len(told) == 1 and "warning" in told[0].lower() and str(data_dir) in told[0], server.messages()


@pytest.mark.parametrize("make_useless", [fill, read_only])
def test_a_download_without_disk_space_fails(disk, hub, make_useless):
    data_dir = disk("1m")
    make_useless(data_dir)
    result = Store(data_dir, hub).pull()
    assert result.returncode == 1
    assert str(data_dir) in result.stderr.splitlines()[-1]


def test_doctor_reports_full_and_read_only_disks(disk):
    full = disk("1m")
    fill(full)
    status, _, findings = examined("--data-dir", full, "--root", full)
    finding = findings["data", "directory"]
    assert (status, finding["verdict"]) == (1, "error")
    assert "the disk is full" in finding["text"] and "make room" in finding["remedy"]
    small = disk("20m")
    status, _, findings = examined("--data-dir", small, "--root", small)
    finding = findings["data", "directory"]
    assert (status, finding["verdict"]) == (0, "warning")
    assert "needs 3.2 GB" in finding["text"]
    read_only(small)
    status, _, findings = examined("--data-dir", small, "--root", small)
    finding = findings["data", "directory"]
    assert (status, finding["verdict"]) == (1, "error")
    assert "Read-only file system" in finding["text"] and "mount it writable" in finding["remedy"]
