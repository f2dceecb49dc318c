"""Home Assistant's own sources, out of its package on PyPI."""
import functools
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

import lorikeet

VERSION = "2026.11.0"
# Benchmarks/home_assistant_vad.py keeps the same package there.
WHEELS = pathlib.Path(
    os.environ.get("LORIKEET_HOME_ASSISTANT_WHEELS", lorikeet.REPOSITORY / ".build/home-assistant"))


@functools.cache
def wheel() -> pathlib.Path:
    """The package (60 MB), downloaded once."""
    path = WHEELS / f"homeassistant-{VERSION}-py3-none-any.whl"
    if not path.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
        command += ["--only-binary", ":all:", "--dest", str(WHEELS), f"homeassistant=={VERSION}"]
        if subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("Home Assistant's package cannot be downloaded")
    return path


def source(component: str, name: str) -> str:
    """A module of a component, as it is."""
    with zipfile.ZipFile(wheel()) as archive:
        return archive.read(f"homeassistant/components/{component}/{name}.py").decode()
