"""Machines on one network, each a network namespace of the kernel with its own addresses."""
import itertools
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import threading

import lorikeet

SECONDS = 30
_numbers = itertools.count()


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, encoding="utf-8")


def why_not() -> str | None:
    """The reason why namespaces cannot be made here, if so."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need iproute2's ip"
    name = f"lorikeet-try-{os.getpid()}"
    result = subprocess.run(["ip", "netns", "add", name], capture_output=True, encoding="utf-8")
    if result.returncode != 0:
        return f"no network namespaces here: {result.stderr.strip()}"
    ip("netns", "delete", name)
    return None


class Program:
    """A program on a machine, with the lines that it wrote."""

    def __init__(self, command: list[str], **streams: int):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, encoding="utf-8", env=lorikeet.ENVIRONMENT, **streams)
        self.seen: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or self.process.stderr:
            self._lines.put(line)
        self._lines.put(None)

    def line(self, wanted) -> str:
        """The next line that matches; others are skipped."""
        while True:
            try:
                line = self._lines.get(timeout=SECONDS)
            except queue.Empty:
                raise AssertionError(f"waited {SECONDS} s in vain after {self.seen}") from None
            assert line is not None, f"the program has ended: {self.seen}"
            self.seen.append(line)
            if wanted(line):
                return line

    def event(self, **wanted: object) -> dict:
        """The next JSON object with these values."""
        return json.loads(self.line(lambda line: json.loads(line).items() >= wanted.items()))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        try:
            return self.process.wait(SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(SECONDS)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_) -> None:
        self.stop(signal.SIGKILL)


class Machine:
    def __init__(self, name: str):
        self.name = name
        ip("netns", "add", name)
        self.ip("link", "set", "lo", "up")
        # Without duplicate address detection, so that an address is usable at once.
        self("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0")

    def ip(self, *arguments: str) -> None:
        ip("-n", self.name, *arguments)

    def command(self, *command: object) -> list[str]:
        return ["ip", "netns", "exec", self.name, *map(str, command)]

    def __call__(self, *command: object) -> str:
        return subprocess.run(
            self.command(*command), check=True, capture_output=True, encoding="utf-8", timeout=SECONDS).stdout

    def python(self, *arguments: object) -> Program:
        script = pathlib.Path(__file__).parent / "neighbour.py"
        return Program(self.command(sys.executable, "-u", script, *arguments), stdout=subprocess.PIPE)

    def lorikeet(self, *options: object) -> Program:
        return Program(
            self.command(lorikeet.BINARY, "serve", "--no-cache", "--device", "cpu", *options), stderr=subprocess.PIPE)

    def link_local(self, interface: str) -> str:
        addresses = json.loads(self("ip", "-j", "-6", "address", "show", "dev", interface, "scope", "link"))
        return addresses[0]["addr_info"][0]["local"]


class Network:
    """Machines at one switch, with interfaces eth0 and the addresses 10.9.8.1, 10.9.8.2, …"""

    def __init__(self, count: int = 2, ipv4: bool = True):
        number = next(_numbers)
        prefix = f"lk{os.getpid()}x{number}"
        self.machines: list[Machine] = []
        self.switch = Machine(f"{prefix}s")
        self.switch.ip("link", "add", "switch", "type", "bridge", "mcast_snooping", "0")
        self.switch.ip("link", "set", "switch", "up")
        for place in range(1, count + 1):
            machine = Machine(f"{prefix}m{place}")
            self.machines.append(machine)
            self.plug(machine, "eth0")
            if ipv4:
                machine.ip("address", "add", f"10.9.8.{place}/24", "dev", "eth0")

    def plug(self, machine: Machine, interface: str) -> None:
        """Adds a cable between a machine and the switch."""
        port = f"p{next(_numbers)}"
        machine.ip("link", "add", interface, "type", "veth", "peer", "name", port, "netns", self.switch.name)
        self.switch.ip("link", "set", port, "master", "switch", "up")
        machine.ip("link", "set", interface, "up")

    def __enter__(self) -> list[Machine]:
        return self.machines

    def __exit__(self, *_) -> None:
        for machine in [*self.machines, self.switch]:
            ip("netns", "delete", machine.name)
