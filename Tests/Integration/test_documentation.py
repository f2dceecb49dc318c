"""Runs every command in README and guides as written, except those marked with a reason."""
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import time

import pytest

import lorikeet
from lorikeet import REPOSITORY

# The reference's examples are those of the help; test_terminal.py checks them.
PAGES = sorted(
    page for page in [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").rglob("*.md"),
                      REPOSITORY / "Training/README.md"] if page.name != "reference.md")
BLOCK = re.compile(r"(?:^<!-- not run: (?P<why>[^\n]*) -->\n)?^```sh\n(?P<commands>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]*)(?:#(?P<anchor>[^)]*))?\)")
# A network namespace, so that ports are free, with all that an advertised server needs.
NETWORK = "ip link set lo up; ip link add eth0 type veth peer name eth1; ip addr add 192.0.2.1/24 dev eth0; " \
    "ip link set eth0 up; ip link set eth1 up"
BLOCKS = [
    (page, block["commands"], block["why"])
    for page in PAGES for block in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def name(value) -> str:
    return value.name if isinstance(value, pathlib.Path) else " ".join(str(value).split())[:60]


def environment(home: pathlib.Path) -> dict[str, str]:
    return {
        **lorikeet.ENVIRONMENT, "HOME": str(home),
        "PATH": f"{lorikeet.BINARY.parent}:{os.environ['PATH']}"}


def isolated(script: str) -> list[str]:
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("unshare"):
        return ["bash", "-c", script]
    return ["unshare", "--net", "bash", "-c", f"{NETWORK}; {script}"]


def serve(command: str, home: pathlib.Path):
    """Starts a server, waits until it listens on all of its addresses, and stops it."""
    process = subprocess.Popen(
        isolated(f"exec {command}"), cwd=REPOSITORY, env=environment(home), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, start_new_session=True)
    output = b""
    try:
        deadline = time.monotonic() + 60
        while output.count(b"info listening") < max(1, command.count("--uri")):
            assert time.monotonic() < deadline and process.poll() is None, output.decode()
            if select.select([process.stderr], [], [], 1)[0]:
                output += os.read(process.stderr.fileno(), 65536)
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(30) == 0, output.decode()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stderr.close()


@pytest.mark.parametrize(["page", "commands", "why"], BLOCKS, ids=name)
def test_documented_commands_work_as_written(page, commands, why, tmp_path):
    if why:
        pytest.skip(f"{page.name}: {why}")
    lines = [line for line in commands.splitlines() if line.strip()]
    servers = [line for line in lines if re.search(r"lorikeet serve\b(?!.*--print-config)", line)]
    for line in servers:
        serve(line, tmp_path)
    if lines != servers:
        rest = "\n".join(line for line in lines if line not in servers)
        result = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", rest], cwd=REPOSITORY, env=environment(tmp_path), timeout=600,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_documentation_has_commands_to_run():
    assert sum(why is None for _, _, why in BLOCKS) >= 6


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_in_the_documentation_lead_somewhere(page):
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        assert target.exists(), link.group()
        if link["anchor"]:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert link["anchor"] in anchors, link.group()


def test_options_named_in_the_migration_guide_exist():
    known = set(re.findall(r"`(--[a-z-]+)", (REPOSITORY / "docs/reference.md").read_text(encoding="utf-8")))
    page = (REPOSITORY / "docs/migrate.md").read_text(encoding="utf-8")
    # Their names are in the first column.
    ours = re.sub(r"(?m)^\|[^|]*\|", "", page)
    named = set(re.findall(r"`(?:[^`]* )?(--[a-z-]+)", ours))
    assert len(named) > 15 and named <= known, named - known


def test_the_errors_of_the_npu_that_doctor_knows_are_documented():
    known = re.findall(
        r"signs: \[(.*)\],?", (REPOSITORY / "Sources/Diagnosis/NPUFailure.swift").read_text(encoding="utf-8"))
    page = (REPOSITORY / "docs/troubleshooting.md").read_text(encoding="utf-8")
    signs = [sign for line in known for sign in re.findall(r'"([^"]+)"', line)]
    assert len(signs) > 10 and not [sign for sign in signs if f"`{sign}`" not in page]
