"""A running `lorikeet serve`, for the demo and the tests."""
import collections
import os
import pathlib
import re
import signal
import subprocess
import threading

START_SECONDS = 60
STOP_SECONDS = 20
LISTENING = re.compile(r"listening.*?(tcp://[^\s\"]+:(\d+))")

# A developer's own settings must not change the demo or the tests.
_REFERENCE_NAMES = ("WYOMING_URI", "DATA_DIR", "DEVICE", "LANGUAGE")


def environment() -> dict[str, str]:
    return {
        key: value for key, value in os.environ.items()
        if not key.startswith("LORIKEET_") and key not in _REFERENCE_NAMES}


class Server:
    """Starts the server on a free local port and stops it at the end of a `with` block."""

    def __init__(
            self, binary: pathlib.Path, *options: str, variables: dict[str, str] | None = None,
            kept_lines: int | None = 200):
        """Starts it with these environment variables too, and keeps the last lines of its log; `None`: all of them."""
        command = [str(binary), "serve", "--uri", "tcp://127.0.0.1:0", *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
            env=environment() | (variables or {}))
        self.log = collections.deque(maxlen=kept_lines)
        self.uri, self.port = "", 0
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        self._listening.wait(START_SECONDS)
        if not self.uri:
            self.process.kill()
            raise RuntimeError(f"the server did not start listening: {' '.join(command)}\n{self.messages()}")

    def _read_log(self) -> None:
        for line in self.process.stderr:
            self.log.append(line)
            self._note(line)
            if not self.uri and (match := LISTENING.search(line)):
                self.uri, self.port = match[1], int(match[2])
                self._listening.set()
        self._listening.set()  # the server has ended

    def _note(self, line: str) -> None:
        """Called with each line of the log."""

    def messages(self) -> str:
        return "".join(self.log)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal and returns the exit status; negative means killed by a signal."""
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self._reader.join(STOP_SECONDS)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.stop()
