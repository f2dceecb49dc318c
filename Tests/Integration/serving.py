"""Starts `lorikeet serve` on given addresses and reads from its log where it listens."""
import contextlib
import re
import signal
import subprocess
import threading

import lorikeet

SECONDS = 20  # to start, and to end


@contextlib.contextmanager
def serving(*options: object, count: int = 1):
    """A server, as (addresses in the order of its log, process, log lines), once it listens on `count` addresses."""
    process = subprocess.Popen(
        [lorikeet.BINARY, "serve", "--precision", "f32", "--no-cache", *map(str, options)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
        env=lorikeet.ENVIRONMENT)
    log: list[str] = []
    listening = threading.Semaphore(0)

    def read():
        for line in process.stderr:
            log.append(line)
            if "listening uri=" in line:
                listening.release()
        for _ in range(count):
            listening.release()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        for _ in range(count):
            assert listening.acquire(timeout=SECONDS), log
        yield re.findall(r"listening uri=(\S+)", "".join(log)), process, log
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        reader.join()


def port(uri: str) -> int:
    return int(uri.rsplit(":", 1)[1])
