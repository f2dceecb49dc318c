"""The program under test as a command, and the paths of the files that the tests need."""
import contextlib
import csv
import json
import os
import pathlib
import signal
import subprocess

from server import environment

ENVIRONMENT = environment()

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
AUDIO = REPOSITORY / "Tests/Fixtures/audio"
BUILTIN = REPOSITORY / "Sources/ModelStore/Resources/builtin"
BINARY = pathlib.Path(os.environ.get("LORIKEET_BINARY", REPOSITORY / ".build/release/lorikeet")).absolute()
RECORDINGS = [
    row["file"] for row in csv.DictReader((AUDIO / "manifest.tsv").open(encoding="utf-8"), delimiter="\t")]
TIMEOUT = 120
USAGE = 64  # EX_USAGE of sysexits.h, the argument parser's exit status for wrong usage


def run(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Runs `lorikeet ARGUMENTS…` to its end."""
    result = subprocess.run(
        [BINARY, *map(str, arguments)], input=stdin, capture_output=True, timeout=TIMEOUT, env=ENVIRONMENT)
    return subprocess.CompletedProcess(
        result.args, result.returncode, result.stdout.decode(), result.stderr.decode())


def assert_refused(result: subprocess.CompletedProcess[str], *mentions: object) -> None:
    """Exit status 1 and one line on standard error, which contains all of the mentions."""
    assert result.returncode == 1, (result.returncode, result.stderr)
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("lorikeet: ")
    for mention in mentions:
        assert str(mention) in lines[0]


@contextlib.contextmanager
def hanging_up(action: signal.Handlers):
    """Processes started in the block inherit this action for SIGHUP: the default, or SIG_IGN as with nohup."""
    before = signal.signal(signal.SIGHUP, action)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


class Transcriber:
    """`lorikeet transcribe` with options common to all tests; it recognizes all of the audio, as the oracles do."""

    def __init__(self, *options: object):
        self.options = options

    def __call__(self, *arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        return run("transcribe", "--vad", "off", "--window-seconds", "60", *self.options, *arguments, stdin=stdin)

    def json(self, *arguments: object, stdin: bytes = b"") -> list[dict]:
        """One object per recording, in FP32 so that results can be compared with the oracle's."""
        result = self("--format", "json", "--precision", "f32", *arguments, stdin=stdin)
        assert result.returncode == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]
