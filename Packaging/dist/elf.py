"""The requirements of an executable or library, read with binutils' readelf."""
import pathlib
import re
import subprocess

Version = tuple[int, ...]


def _readelf(option: str, file: pathlib.Path) -> str:
    command = ["readelf", "--wide", option, str(file)]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env={"LC_ALL": "C"}).stdout


def is_elf(file: pathlib.Path) -> bool:
    with file.open("rb") as content:
        return content.read(4) == b"\x7fELF"


def needed(file: pathlib.Path) -> list[str]:
    """The names of the libraries that the file is linked with."""
    return re.findall(r"\(NEEDED\).*\[(.+)\]", _readelf("--dynamic", file))


def search_path(file: pathlib.Path) -> str | None:
    """The folders in which the file looks for libraries first."""
    match = re.search(r"\(R(?:UN)?PATH\).*\[(.+)\]", _readelf("--dynamic", file))
    return match[1] if match else None


def newest_symbols(file: pathlib.Path) -> dict[str, Version]:
    """The newest versions of the symbols that the file takes from glibc and libstdc++: {"GLIBC": (2, 34), …}."""
    newest: dict[str, Version] = {}
    needs = _readelf("--version-info", file).partition("Version needs section")[2]
    for kind, version in re.findall(r"Name: (GLIBC|GLIBCXX|CXXABI)_([\d.]+)", needs):
        newest[kind] = max(newest.get(kind, ()), tuple(map(int, version.split("."))))
    return newest
