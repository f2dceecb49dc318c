"""Build dist/lorikeet-VERSION-linux-ARCH.tar.gz from a program with a statically linked Swift runtime.

The archive contains everything that is not part of every Debian 12 and Ubuntu 24.04. Other needs are refused.
"""
import argparse
import fnmatch
import gzip
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import tarfile
import tempfile

import elf
from licences import Licences

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = REPOSITORY / "Packaging/dist"
OPENVINO = REPOSITORY / ".openvino"
LIBRARIES = pathlib.Path("lib/lorikeet")
SEARCH_PATH = f"$ORIGIN/../{LIBRARIES}"

# Files that OpenVINO opens by itself: device plugins, model readers, and TBB's detection of core types. AUTO and HETERO
# are for programs that do not choose their devices themselves.
OPENED = [
    "libopenvino_*_cpu_plugin.so", "libopenvino_intel_gpu_plugin.so", "libopenvino_intel_npu_plugin.so",
    "libopenvino_ir_frontend.so.*", "libopenvino_onnx_frontend.so.*", "libtbbbind_*.so.*", "libtbbmalloc.so.*",
    "cache.json",
]
# glibc and the needs of apt and dpkg: part of every Debian and Ubuntu.
SYSTEM = {
    "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1", "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1",
}
# Comes with the GPU's driver; without it OpenVINO lists no GPU.
WITH_DRIVER = {"libOpenCL.so.1"}
# The versions of Debian 12; Ubuntu 24.04 has newer ones.
NEWEST = {"GLIBC": (2, 36), "GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13)}
MAXIMUM_BYTES = 120_000_000

SWIFT = "Swift's runtime in bin/lorikeet: standard library, Dispatch, Foundation with ICU"


def run(*command: object) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, encoding="utf-8").stdout.strip()


def add_program(program: pathlib.Path, tree: pathlib.Path) -> None:
    target = tree / "bin/lorikeet"
    target.parent.mkdir()
    run("strip", "--strip-all", "-o", target, program)
    # An RPATH also applies to the libraries of libraries, a RUNPATH does not.
    run("patchelf", "--force-rpath", "--set-rpath", SEARCH_PATH, target)


def add_libraries(program: pathlib.Path, tree: pathlib.Path) -> list[pathlib.Path]:
    """Adds OpenVINO and the libraries that it and the program need; returns those taken from the system."""
    folder = tree / LIBRARIES
    folder.mkdir(parents=True)
    own = {file.name: file for file in (OPENVINO / "lib").iterdir()}
    places = dict(line.split(" => ") for line in run("ldd", program).replace("\t", "").split("\n") if " => " in line)
    from_system = []
    wanted = [name for name in sorted(own) if any(fnmatch.fnmatch(name, pattern) for pattern in OPENED)]
    wanted += elf.needed(program)
    while wanted:
        name = wanted.pop()
        target = folder / name
        if target.exists() or name in SYSTEM or name in WITH_DRIVER:
            continue
        if name in own:
            file = own[name]
        elif name in places:
            file = pathlib.Path(places[name].split(" ")[0])
            from_system.append(file)
        else:
            raise SystemExit(f"dist: {name} is needed but was not found")
        shutil.copyfile(file, target)
        if elf.is_elf(target):
            wanted += elf.needed(target)
    return from_system


def add_licences(tree: pathlib.Path, from_system: list[pathlib.Path], checkouts: pathlib.Path) -> None:
    licences = Licences(tree / "licenses")
    licences.add("lorikeet", "bin/lorikeet and the built-in model, under the Apache License 2.0", [REPOSITORY / "LICENSE"])
    swift = pathlib.Path(run("swift", "-print-target-info").split('"runtimeResourcePath": "')[1].split('"')[0])
    licences.add("swift", SWIFT, [swift.parents[1] / "share/swift/LICENSE.txt"])
    licences.add_packages(checkouts)
    licences.add(
        "py3langid", "the letter probabilities in bin/lorikeet, taken from py3langid 0.4.0",
        [REPOSITORY / "Sources/CLanguageGrams/LICENSE"])
    licences.add(
        "cldr", "the rules of spoken numbers in bin/lorikeet, taken from Unicode's CLDR",
        [REPOSITORY / "Sources/CNumberWords/LICENSE"])
    licences.add(
        "openvino", f"lib/lorikeet/libopenvino*, libtbb*, libhwloc* and cache.json, unchanged from OpenVINO"
        f" {(OPENVINO / 'VERSION').read_text().split()[0]}'s wheel on PyPI", sorted((OPENVINO / "licenses").iterdir()))
    licences.add_debian(from_system)
    licences.write_index((PACKAGING / "licenses.txt").read_text(encoding="utf-8"))


def check(tree: pathlib.Path) -> None:
    """Refuses a tree that would not start on the oldest supported system."""
    files = [file for file in sorted(tree.rglob("*")) if file.is_file() and elf.is_elf(file)]
    there = {file.name for file in files} | SYSTEM | WITH_DRIVER
    faults = []
    for file in files:
        faults += [f"{file.name} needs {name}" for name in elf.needed(file) if name not in there]
        faults += [
            f"{file.name} needs {kind} {'.'.join(map(str, version))}, Debian 12 has {'.'.join(map(str, NEWEST[kind]))}"
            for kind, version in elf.newest_symbols(file).items() if version > NEWEST[kind]]
        if (path := elf.search_path(file)) not in {None, "$ORIGIN", SEARCH_PATH}:
            faults.append(f"{file.name} looks for libraries in {path}")
    if faults:
        raise SystemExit("dist: the release would not run on every supported system:\n  " + "\n  ".join(faults))


def write_sums(tree: pathlib.Path) -> None:
    files = sorted(file for file in tree.rglob("*") if file.is_file())
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(tree)}\n" for file in files]
    (tree / "SHA256SUMS").write_text("".join(lines))


def pack(tree: pathlib.Path, archive: pathlib.Path, seconds: int) -> None:
    """Packs the tree; the same files always give the same bytes."""
    def neutral(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = seconds
        is_program = entry.isdir() or entry.name.endswith(("/bin/lorikeet", "/install.sh"))
        entry.mode = 0o755 if is_program else 0o644
        return entry

    part = archive.with_suffix(".part")
    with part.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=seconds) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
            tar.add(tree, tree.name, filter=neutral)
    if (size := part.stat().st_size) > MAXIMUM_BYTES:
        part.unlink()
        raise SystemExit(f"dist: the archive has {size:,} bytes, more than {MAXIMUM_BYTES:,}")
    part.rename(archive)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(archive.name + ".sha256").write_text(f"{digest}  {archive.name}\n")
    print(f"{archive} ({size / 1e6:.1f} MB)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scratch", type=pathlib.Path, help="SwiftPM's scratch folder with the static build")
    scratch = parser.parse_args().scratch
    program = scratch / "release/lorikeet"

    version, machine = run(program, "--version"), platform.machine()
    output = REPOSITORY / "dist"
    output.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".assemble-", dir=output) as temporary:
        tree = pathlib.Path(temporary) / f"lorikeet-{version}-linux-{machine}"
        tree.mkdir()
        add_program(program, tree)
        from_system = add_libraries(program, tree)
        shutil.copytree(REPOSITORY / "Sources/ModelStore/Resources/builtin", tree / "share/lorikeet/models/builtin")
        shutil.copyfile(REPOSITORY / "Tests/Fixtures/audio/en-01.wav", tree / "share/lorikeet/example.wav")
        for name in ["lorikeet.service", "lorikeet.yaml"]:
            shutil.copyfile(PACKAGING / name, tree / "share/lorikeet" / name)
        shutil.copyfile(PACKAGING / "install.sh", tree / "install.sh")
        shutil.copyfile(REPOSITORY / "docs/install.md", tree / "README.md")
        glibc = ".".join(map(str, NEWEST["GLIBC"]))
        (tree / "BUILD").write_text(f"version={version}\nmachine={machine}\nglibc={glibc}\n")
        add_licences(tree, from_system, scratch / "checkouts")
        check(tree)
        write_sums(tree)
        seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "-C", REPOSITORY, "log", "-1", "--format=%ct"))
        pack(tree, output / f"{tree.name}.tar.gz", seconds)


if __name__ == "__main__":
    main()
