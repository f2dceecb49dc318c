"""Compare the imports of every target with Package.swift and with the table of modules in docs/architecture.md.

Prints one line for each fault and exits with 1 if there is one. It reads sources only and builds nothing.
"""
import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PAGE = "docs/architecture.md"

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+"
    r"(?:(?:class|enum|func|let|protocol|struct|typealias|var)[ \t]+)?(\w+)", re.MULTILINE)
INCLUDE = re.compile(r'^#include "(\w+)\.h"', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

# Modules of the toolchain, which need no declaration.
TOOLCHAIN = {"Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Testing"}
PURE = {
    "Concurrency", "Languages", "MulticastDNS", "SpeechFeatures", "SpokenNumbers", "Transducer", "VoiceActivity",
    "Wording"}
PURE_MAY_IMPORT = {"Glibc", "Synchronization"}
# C modules and the only modules of Sources that see them.
ONLY_BY = {
    "CFrameKernels": {"COpenVINO"}, "CLanguageGrams": {"Languages"}, "CMPG123": {"Audio"}, "CNumberWords": {"SpokenNumbers"},
    "COpenVINO": {"Inference"}, "CSndFile": {"Audio"}, "CSoxr": {"Audio"}}
# Words of the column "Must never know" that name modules, as patterns. Other words are for readers only.
KNOWN_BY = {
    "Foundation": "Foundation.*", "NIO": "NIO.*", "OpenVINO": "COpenVINO|Inference", "Wyoming": "Wyoming.*",
    "audio": "Audio", "command line": "ArgumentParser", "devices": "Devices",
    "files": "ModelStore|Storage|SystemPaths", "models": "ModelStore|ModelDownload|Parakeet",
    "network": "AsyncHTTPClient|NIOPosix", "sockets": "NIOPosix", "speech": "Recognition|SpeechFeatures|VoiceActivity"}


class Target:
    """A target of Package.swift: its declared dependencies, and the modules that its Swift files import."""

    def __init__(self, description: dict, root: pathlib.Path):
        self.name = description["name"]
        self.is_test = description["type"] == "test"
        path = description.get("path") or f"{'Tests' if self.is_test else 'Sources'}/{self.name}"
        self.is_module = pathlib.PurePath(path).parts[0] == "Sources"
        self.declared = {next(iter(dependency.values()))[0] for dependency in description["dependencies"]}
        self.imports: dict[str, str] = {}  # module: the first file that imports it
        files = sorted((root / path).rglob("*.swift"))
        self.is_swift = bool(files)
        for file in files:
            for module in IMPORT.findall(COMMENT.sub("", file.read_text(encoding="utf-8"))):
                self.imports.setdefault(module, str(file.relative_to(root)))
        # Modules in C have a header of their name.
        for file in [file for file in sorted((root / path).rglob("*")) if file.suffix in {".c", ".cpp", ".h", ".hpp"}]:
            for module in INCLUDE.findall(file.read_text(encoding="utf-8")):
                if module in ONLY_BY and module != self.name:
                    self.imports.setdefault(module, str(file.relative_to(root)))


def table(page: str) -> dict[str, tuple[set[str], list[str]]]:
    """For each module in the page's table: the modules it may import, and what it must never know."""
    rows: dict[str, tuple[set[str], list[str]]] = {}
    is_inside = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0] == "Module":
            is_inside = True
        elif not line.startswith("|"):
            is_inside = False
        elif is_inside and len(cells) == 4 and (name := re.fullmatch(r"`(\w+)`", cells[0])):
            rows[name[1]] = (set(re.findall(r"`(\w+)`", cells[2])), [word.strip() for word in cells[3].split(",")])
    return rows


def manifest_faults(targets: dict[str, Target]) -> Iterator[str]:
    for target in targets.values():
        for module, file in target.imports.items():
            if module not in target.declared | TOOLCHAIN:
                yield f"{file}: imports {module}, which Package.swift does not declare for {target.name}"
        for module in sorted(target.declared - target.imports.keys()) if target.is_swift else []:
            yield f"Package.swift: {target.name} declares {module}, which none of its files imports"


def rule_faults(targets: dict[str, Target]) -> Iterator[str]:
    for target in targets.values():
        for module, file in target.imports.items() if target.is_module else []:
            if target.name not in ONLY_BY.get(module, {target.name}):
                yield f"{file}: imports {module}, which is only for {', '.join(sorted(ONLY_BY[module]))}"
            pure = PURE | PURE_MAY_IMPORT | {name for name, users in ONLY_BY.items() if target.name in users}
            if target.name in PURE and module not in pure:
                yield f"{file}: imports {module}, but {target.name} is a pure module"


def reached(name: str, targets: dict[str, Target]) -> set[str]:
    """All modules that a module imports, directly or through other modules of the package."""
    found: set[str] = set()
    wanted = [name]
    while wanted:
        imports = targets[wanted.pop()].imports.keys() - found
        found |= imports
        wanted += imports & targets.keys()
    return found


def page_faults(targets: dict[str, Target], rows: dict[str, tuple[set[str], list[str]]]) -> Iterator[str]:
    modules = {name: target for name, target in targets.items() if target.is_module}
    for name in sorted(modules.keys() - rows.keys()):
        yield f"{PAGE}: the table has no row for {name}"
    for name in sorted(rows.keys() - modules.keys()):
        yield f"{PAGE}: {name} is not a module in Sources"
    for name in sorted(rows.keys() & modules.keys()):
        allowed, unknown = rows[name]
        imported = modules[name].imports.keys() & modules.keys()
        for module in sorted(imported - allowed):
            yield f"{modules[name].imports[module]}: imports {module}, which {PAGE} does not allow {name}"
        for module in sorted(allowed - imported):
            yield f"{PAGE}: {name} may import {module}, but does not"
        for word in unknown:
            for module in sorted(reached(name, modules)):
                if word in KNOWN_BY and re.fullmatch(KNOWN_BY[word], module):
                    yield f"{PAGE}: {name} must never know {word}, but reaches {module}"


def faults(package: dict, root: pathlib.Path) -> list[str]:
    """All faults of a package, as `swift package dump-package` describes it."""
    targets = {description["name"]: Target(description, root) for description in package["targets"]}
    page = root / PAGE
    # The fuzzer's package has no page.
    rows = table(page.read_text(encoding="utf-8")) if page.exists() else None
    return [
        *manifest_faults(targets), *rule_faults(targets), *([] if rows is None else page_faults(targets, rows))]


def main() -> None:
    found = []
    for root in [REPOSITORY, REPOSITORY / "Fuzzing"]:
        description = subprocess.run(
            ["swift", "package", "--package-path", str(root), "dump-package"], check=True, stdout=subprocess.PIPE)
        found += faults(json.loads(description.stdout), root)
    for fault in found:
        print(f"imports: {fault}", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
