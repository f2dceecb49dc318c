"""A minimal Debian in a folder: the system that a release must run on.

Such a root is made once by debootstrap, below `.build-dist`, and copied for the tests. Making and entering it takes root
and the registry of Debian's packages; where they are not to be had, the tests are skipped.
"""
import functools
import os
import pathlib
import shutil
import subprocess
import time

import pytest

import lorikeet

SUITE = "bookworm"
ROOTS = lorikeet.REPOSITORY / ".build-dist"
BOOT = pathlib.Path(__file__).parent / "boot-systemd"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CLEAN = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
SECONDS = 120
INSTALL_SECONDS = 900
# Registries fail at times; downloaded packages are kept for the next attempt.
ATTEMPTS = 3
PACKAGES = ROOTS / "debian-packages"

ENTER = 'for folder in proc dev sys; do mount --rbind "/$folder" "$0/$folder"; done; exec chroot "$0" "$@"'


def require(*commands: str) -> None:
    """Skips the test where the machine cannot do it."""
    if os.geteuid() != 0:
        pytest.skip("only root can enter another root")
    if missing := [command for command in commands if not shutil.which(command)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        pytest.skip("no mounts of its own are allowed here")


@functools.cache
def _made(name: str, make) -> tuple[pathlib.Path, str]:
    """The root of that name, and why it could not be made, if so. `make` makes it in a folder that gets the name only when
    all went well."""
    root = ROOTS / f"root-{SUITE}-{name}"
    half = ROOTS / f"{root.name}.half"
    PACKAGES.mkdir(parents=True, exist_ok=True)
    why = ""
    for _ in range(ATTEMPTS):
        if root.exists():
            return root, ""
        shutil.rmtree(half, ignore_errors=True)
        try:
            make(half)
            half.rename(root)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            why = f"{error}: {(error.stdout or '')[-300:]} {(error.stderr or '')[-300:]}"
    return root, why


def _root(name: str, make) -> pathlib.Path:
    root, why = _made(name, make)
    if not root.exists():
        pytest.skip(f"the bare root could not be made: {why}")
    return root


def _checked(*command: object) -> None:
    subprocess.run(
        list(map(str, command)), check=True, capture_output=True, encoding="utf-8", timeout=INSTALL_SECONDS,
        env={**os.environ, **CLEAN})


def _debootstrap(root: pathlib.Path) -> None:
    _checked("debootstrap", "--variant=minbase", f"--cache-dir={PACKAGES}", SUITE, root)


def _add_systemd(root: pathlib.Path) -> None:
    _checked("cp", "--archive", bare(), root)
    for command in [["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "systemd"]]:
        _checked("unshare", "--mount", "sh", "-c", ENTER, root, *command)


def bare() -> pathlib.Path:
    require("debootstrap", "chroot", "unshare")
    return _root("bare", _debootstrap)


def with_systemd() -> pathlib.Path:
    """A minimal Debian with systemd, as on an installed system."""
    bare()
    return _root("systemd", _add_systemd)


class Root:
    """A copy of a root to install into."""

    def __init__(self, original: pathlib.Path, folder: pathlib.Path):
        self.path = folder / "root"
        _checked("cp", "--archive", "--reflink=auto", original, self.path)

    def command(self, *command: object, network: bool = True) -> list[str]:
        alone = [] if network else ["--net"]
        return ["unshare", "--mount", *alone, "sh", "-c", ENTER, str(self.path), *map(str, command)]

    def run(self, *command: object, network: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*command, network=network), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            timeout=SECONDS, env=CLEAN)

    def inside(self, path: str) -> pathlib.Path:
        return self.path / path.lstrip("/")


class Booted:
    """A root in which systemd runs as the first process, in namespaces and a control group of its own."""

    def __init__(self, root: Root):
        self.root = root
        require("nsenter", "unshare")
        self.group = f"lorikeet-boot-{os.getpid()}"
        self.log = (root.path.parent / "boot.log").open("w+")
        self.process = subprocess.Popen(
            [BOOT, root.path, self.group], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def _first(self) -> str | None:
        """The process that is systemd: the child of `unshare`."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return next(iter(children.read_text().split()), None)

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        inside = ["sh", "-c", 'cd /; exec "$@"', "sh", *map(str, command)]
        return subprocess.run(
            ["nsenter", "-t", self._first(), "-m", "-u", "-i", "-p", "-C", "-r", "-w", *inside],
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=SECONDS, env=CLEAN)

    def __enter__(self) -> "Booted":
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._first() and self.run("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}:
                return self
            time.sleep(0.2)
        self.__exit__()
        pytest.skip(f"systemd cannot be booted in a container here: {self.said()}")

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read()[-300:]

    def __exit__(self, *_) -> None:
        # The end of a namespace's first process ends all others.
        self.process.kill()
        self.process.wait()
        for group in pathlib.Path("/sys/fs/cgroup").rglob(self.group):
            for folder in sorted(group.rglob("*/"), reverse=True):
                if folder.is_dir():
                    self._remove(folder)
            self._remove(group)
        self.log.close()

    @staticmethod
    def _remove(group: pathlib.Path) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                return group.rmdir()
            except OSError:  # its processes are about to end
                time.sleep(0.1)
