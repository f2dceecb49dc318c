"""The licences of everything in a release, each taken from its component's source."""
import pathlib
import re
import shutil
import subprocess

COMMON = pathlib.Path("/usr/share/common-licenses")


def _query(*arguments: str) -> str:
    return subprocess.run(
        ["dpkg-query", *arguments], check=True, capture_output=True, encoding="utf-8").stdout.strip()


def _package(library: pathlib.Path) -> str:
    """The Debian package of a system library. Packages list it below /usr/lib or below /lib."""
    real = library.resolve()
    for path in [real, pathlib.Path(str(real).removeprefix("/usr"))]:
        try:
            return _query("--search", str(path)).split(":")[0]
        except subprocess.CalledProcessError:
            continue
    raise SystemExit(f"dist: no Debian package contains {real}, so its licence is unknown")


class Licences:
    """Fills a folder with licence texts and an index of their components."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.rows: list[str] = []
        folder.mkdir(parents=True)

    def add(self, component: str, source: str, texts: list[pathlib.Path]) -> None:
        if not texts:
            raise SystemExit(f"dist: {component} has no licence text")
        target = self.folder / component
        target.mkdir()
        for text in texts:
            taken = (target / text.name).exists()
            shutil.copyfile(text, target / (f"{text.parent.name}-{text.name}" if taken else text.name))
        self.rows.append(f"{component}/\n    {source}")

    def add_debian(self, libraries: list[pathlib.Path]) -> None:
        """Adds system libraries, package by package, with the licences that their copyright files refer to."""
        by_package: dict[str, list[str]] = {}
        for library in libraries:
            by_package.setdefault(_package(library), []).append(library.name)
        referred: set[str] = set()
        for package, names in sorted(by_package.items()):
            copyright = pathlib.Path("/usr/share/doc") / package / "copyright"
            source, version = _query("--show", "--showformat=${source:Package} ${source:Version}", package).split()
            self.add(
                package, f"{', '.join(sorted(names))}, unchanged from Debian's source package {source} {version}:"
                f" https://snapshot.debian.org/package/{source}/{version}/", [copyright])
            text = copyright.read_text(encoding="utf-8", errors="replace")
            referred |= set(re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.+-]*[A-Za-z0-9])", text))
        self.add(
            "common", "the texts that those files refer to as /usr/share/common-licenses/…",
            [COMMON / name for name in sorted(referred) if (COMMON / name).exists()])

    def add_packages(self, checkouts: pathlib.Path) -> None:
        """Adds the Swift packages that are linked into the program or needed to build it."""
        for package in sorted(checkouts.iterdir()):
            texts = [
                *sorted(package.glob("LICENSE*")), *sorted(package.glob("NOTICE*")),
                # Third-party code in the package.
                *sorted(package.glob("Sources/*/LICENSE*"))]
            revision = subprocess.run(
                ["git", "-C", str(package), "rev-parse", "HEAD"], check=True, capture_output=True,
                encoding="utf-8").stdout.strip()
            self.add(package.name, f"in bin/lorikeet, at commit {revision}", texts)

    def write_index(self, preface: str) -> None:
        (self.folder / "INDEX.txt").write_text(preface + "\n" + "\n".join(self.rows) + "\n", encoding="utf-8")
