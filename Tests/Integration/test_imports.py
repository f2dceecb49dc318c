"""The check of imports in `make lint`, on a small package."""
import pathlib

import pytest

import check_imports

PAGE = """\
| Module | Purpose | May import | Must never know |
|---|---|---|---|
| `Wording` | text | none | Foundation, NIO |
| `Audio` | recordings | `CSoxr` | models |
| `CSoxr` | libsoxr | none | everything else |
| `Server` | connections | `Audio`, `Wording` | command line |
"""
SOURCES = {
    "Sources/Wording/Text.swift": "internal import Glibc\n// import Foundation\n",
    "Sources/Audio/Reader.swift": "private import CSoxr\n",
    "Sources/Server/Server.swift": "public import Wording\n@preconcurrency import struct NIOCore.ByteBuffer\n",
    "Sources/Server/Intake.swift": "internal import Audio\n",
    "Tests/ServerTests/ServerTests.swift": "import Testing\n\n@testable import Server\n",
    "docs/architecture.md": PAGE,
}
TARGETS = {
    "Wording": ("regular", []), "Audio": ("regular", ["CSoxr"]), "CSoxr": ("system", []),
    "Server": ("regular", ["Audio", "NIOCore", "Wording"]), "ServerTests": ("test", ["Server"])}


def found(root: pathlib.Path, file: str | None = None, addition: str = "", **dependencies: list[str]) -> list[str]:
    """The faults of the package, after an addition to a file and with other dependencies of some targets."""
    for path, text in SOURCES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text + addition if path == file else text)
    return check_imports.faults({"targets": [
        {"name": name, "type": kind, "dependencies": [
            {"product": [name, "swift-nio", None, None]} if name == "NIOCore" else {"byName": [name, None]}
            for name in dependencies.get(name, declared)]}
        for name, (kind, declared) in TARGETS.items()]}, root)


def test_imports_that_are_declared_and_in_the_table_are_no_fault(tmp_path):
    assert found(tmp_path) == []


def test_an_undeclared_import_is_found(tmp_path):
    assert found(tmp_path, "Tests/ServerTests/ServerTests.swift", "import Audio\n") == [
        "Tests/ServerTests/ServerTests.swift: imports Audio, which Package.swift does not declare for ServerTests"]


def test_an_unused_dependency_is_found(tmp_path):
    assert found(tmp_path, ServerTests=["Audio", "Server"]) == [
        "Package.swift: ServerTests declares Audio, which none of its files imports"]


@pytest.mark.parametrize(("file", "addition", "fault"), [
    ("Sources/Wording/Text.swift", "internal import Foundation\n", "but Wording is a pure module"),
    ("Sources/Server/Server.swift", "internal import CSoxr\n", "imports CSoxr, which is only for Audio"),
    ("Sources/Audio/Reader.swift", "import Wording\n", "imports Wording, which docs/architecture.md does not allow Audio"),
    ("Sources/Server/Server.swift", "import ArgumentParser\n", "Server must never know command line, but reaches ArgumentParser"),
    ("docs/architecture.md", "| `Gone` | nothing | none | – |\n", "Gone is not a module in Sources"),
])
def test_an_import_against_the_rules_or_the_table_is_found(tmp_path, file, addition, fault):
    assert [line for line in found(tmp_path, file, addition) if line.endswith(fault)]


@pytest.mark.parametrize(("row", "changed", "fault"), [
    ("| `CSoxr` | libsoxr | none | everything else |\n", "", "the table has no row for CSoxr"),
    ("| `Wording` | text | none |", "| `Wording` | text | `Audio` |", "Wording may import Audio, but does not"),
])
def test_a_table_that_differs_from_the_imports_is_found(tmp_path, monkeypatch, row, changed, fault):
    monkeypatch.setitem(SOURCES, "docs/architecture.md", PAGE.replace(row, changed))
    assert found(tmp_path) == [f"docs/architecture.md: {fault}"]


def test_without_the_page_only_the_manifest_and_the_rules_count(tmp_path, monkeypatch):
    monkeypatch.delitem(SOURCES, "docs/architecture.md")
    assert found(tmp_path) == []


def test_a_page_without_the_table_lacks_every_module(tmp_path, monkeypatch):
    monkeypatch.setitem(SOURCES, "docs/architecture.md", "# Architecture\n")
    assert found(tmp_path) == [
        f"docs/architecture.md: the table has no row for {name}" for name in ["Audio", "CSoxr", "Server", "Wording"]]
