"""Bring the OpenVINO runtime, headers and libraries, from its PyPI wheel into .openvino.

The wheel holds everything a native program needs. Its Python tag does not matter to us, so one wheel for each
architecture is pinned by its hash, whatever Python the user has.
"""
import fnmatch
import hashlib
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable

VERSION = "2026.4.1"
WHEELS = {  # machine: platform tag and SHA-256 of the wheel for CPython 3.12
    "x86_64": ("manylinux_2_28_x86_64", "6b4375c17ddcac83a5180349e2e2bb811185c261066e2a920659892d58ef0e3b"),
    "aarch64": ("manylinux_2_35_aarch64", "82efccb2f9f1bdc7e5a1996e05a3b719ebff9232dd54b44150d6d2e983a86b7d"),
}
LIBRARIES = [  # without the C interface and the front ends of other frameworks
    "libopenvino.so.*",
    "libopenvino_onnx_frontend.so.*",
    "libopenvino_ir_frontend.so.*",
    "libopenvino_*_cpu_plugin.so",  # intel_cpu or arm_cpu
    "libopenvino_intel_gpu_plugin.so",
    "libopenvino_intel_npu_plugin.so",
    "libopenvino_auto_plugin.so",
    "libopenvino_hetero_plugin.so",
    "libtbb.so.*",
    "libtbbbind_*.so.*",
    "libtbbmalloc.so.*",
    "libhwloc.so.*",
    "cache.json",  # compiled GPU kernels
]
LINKS = ["libopenvino.so", "libtbb.so"]  # the wheel has only versioned names, which a linker does not look for

RUNTIME = pathlib.Path(__file__).resolve().parent.parent / ".openvino"


def download(package: str, tag: str, digest: str, folder: pathlib.Path) -> pathlib.Path:
    """Download a package's wheel, which must have this SHA-256: download("openvino==2026.4.1", …)."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package} --hash=sha256:{digest}\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", "--implementation=cp", "--python-version=3.12", "--abi=cp312", f"--platform={tag}",
         "--require-hashes", f"--requirement={requirements}", f"--dest={folder}"],
        check=True)
    return next(folder.glob(f"{package.partition('==')[0].replace('-', '_')}-*.whl"))


def destination(entry: str) -> pathlib.PurePath | None:
    """Where a file of the wheel goes below .openvino, or None if it is not needed."""
    path = pathlib.PurePath(entry)
    if path.is_relative_to("openvino/include"):
        return path.relative_to("openvino")
    if path.parent == pathlib.PurePath("openvino/libs"):
        return "lib" / pathlib.PurePath(path.name) if any(fnmatch.fnmatch(path.name, p) for p in LIBRARIES) else None
    if path.parent.name in {"licenses", "licensing"}:
        return "licenses" / pathlib.PurePath(path.name)
    return None


def extract(
    wheel: pathlib.Path, folder: pathlib.Path, destination: Callable[[str], pathlib.PurePath | None],
) -> None:
    """Write a wheel's files to their destinations in a folder."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.namelist():
            if (name := destination(entry)) is not None:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)


def unpack(wheel: pathlib.Path, folder: pathlib.Path) -> None:
    extract(wheel, folder, destination)
    for link in LINKS:
        versioned = next((folder / "lib").glob(f"{link}.*"))
        (folder / "lib" / link).symlink_to(versioned.name)


def main() -> None:
    machine = platform.machine()
    if machine not in WHEELS:
        raise SystemExit(f"setup: there is no OpenVINO runtime for {machine}, only for {' and '.join(WHEELS)}")
    # A change of this script, of a hash or of the list of files, makes the runtime anew.
    recipe = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    stamp = f"{VERSION} {machine} {recipe}\n"
    version = RUNTIME / "VERSION"
    if version.exists() and version.read_text() == stamp:
        return

    print(f"Fetching OpenVINO {VERSION} for {machine}", flush=True)
    # Beside its final place, so that one rename completes it: an interrupted run leaves no half of a runtime.
    with tempfile.TemporaryDirectory(prefix=".openvino-", dir=RUNTIME.parent) as temporary:
        folder = pathlib.Path(temporary)
        fresh = folder / "runtime"
        try:
            wheel = download(f"openvino=={VERSION}", *WHEELS[machine], folder)
        except subprocess.CalledProcessError:
            raise SystemExit(f"setup: could not download OpenVINO {VERSION} from PyPI (see above)") from None
        unpack(wheel, fresh)
        (fresh / "VERSION").write_text(stamp)
        shutil.rmtree(RUNTIME, ignore_errors=True)
        fresh.rename(RUNTIME)


if __name__ == "__main__":
    main()
