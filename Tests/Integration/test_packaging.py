"""Packaging files, as far as they can be checked without a release."""
import pathlib
import shutil
import subprocess

import pytest

import lorikeet

PACKAGING = lorikeet.REPOSITORY / "Packaging"
# systemd's own scale ends at 10; below 2 is "OK".
EXPOSURE = 2.0


@pytest.fixture
def unit(tmp_path) -> pathlib.Path:
    """The unit as install.sh writes it, for an existing program."""
    program = tmp_path / "current/bin/lorikeet"
    program.parent.mkdir(parents=True)
    program.symlink_to(lorikeet.BINARY)
    unit = tmp_path / "lorikeet.service"
    unit.write_text((PACKAGING / "dist/lorikeet.service").read_text().replace("@PREFIX@", str(tmp_path)))
    return unit


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    assert shutil.which("systemd-analyze"), "Scripts/packaging-tools installs it"
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=60)


def test_systemd_understands_the_unit(unit):
    result = analyze("verify", "--man=no", unit)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_service_is_confined(unit):
    result = analyze("security", "--offline=yes", f"--threshold={EXPOSURE * 10:.0f}", unit)
    assert result.returncode == 0, result.stdout.splitlines()[-1]


def test_the_unit_starts_the_server_with_its_configuration(unit):
    lines = unit.read_text().splitlines()
    (command,) = [line.removeprefix("ExecStart=").split() for line in lines if line.startswith("ExecStart=")]
    settings = unit.with_name("lorikeet.yaml")
    shutil.copyfile(PACKAGING / "dist/lorikeet.yaml", settings)
    command[command.index("--config") + 1] = str(settings)
    result = subprocess.run([*command, "--print-config"], capture_output=True, encoding="utf-8", env=lorikeet.ENVIRONMENT)
    assert result.returncode == 0, result.stderr
    assert "tcp://0.0.0.0:10300" in result.stdout


@pytest.mark.parametrize("script", sorted(
    str(file.relative_to(lorikeet.REPOSITORY)) for folder in ["Packaging", "Scripts", "Tests/Integration"]
    for file in (lorikeet.REPOSITORY / folder).rglob("*")
    if file.is_file() and file.suffix in {"", ".sh"} and file.read_bytes().startswith(b"#!/") and b"sh\n" in file.read_bytes()[:24]))
def test_shell_scripts_are_clean(script):
    result = subprocess.run(
        ["shellcheck", "--external-sources", script], capture_output=True, encoding="utf-8", cwd=lorikeet.REPOSITORY)
    assert (result.returncode, result.stdout) == (0, "")
