"""Bring the NPU compiler, OpenVINO's Windows libraries and C headers, from PyPI's wheels into .npu-compiler.

It is the version of the runtime in .openvino, so that the compiler is that of the plugin which the product loads.
"""
import fnmatch
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Scripts"))

import fetch_openvino

FOLDER = REPOSITORY / ".npu-compiler"
TAG = "win_amd64"
WHEELS = {  # package: SHA-256 of the wheel for CPython 3.12
    f"openvino=={fetch_openvino.VERSION}": "4e04316abff1b99e29b8cbd38deaef9bde4739eba216d982d4b3981e456ecd87",
    "msvc-runtime==14.51.36231": "89f70d1a37bb64164cdb09d02dd82d6b1400e1310be2995b4ed5a9f23efe2222",
}
LIBRARIES = [
    "openvino.dll",
    "openvino_c.dll",
    "openvino_ir_frontend.dll",
    "openvino_onnx_frontend.dll",
    "openvino_intel_npu_*.dll",
    "tbb*.dll",
    # Visual C++'s runtime
    "concrt140.dll",
    "msvcp140*.dll",
    "vcruntime140*.dll",
]


def destination(entry: str) -> pathlib.PurePath | None:
    """Where a file of a wheel goes, or None if it is not needed."""
    path = pathlib.PurePath(entry)
    if any(fnmatch.fnmatch(path.name.lower(), pattern) for pattern in LIBRARIES):
        return "bin" / pathlib.PurePath(path.name.lower())
    if path.is_relative_to("openvino/include/openvino/c"):
        return path.relative_to("openvino")
    return None


def main() -> None:
    recipe = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    stamp = f"{fetch_openvino.VERSION} {recipe}\n"
    version = FOLDER / "bin/VERSION"
    if version.exists() and version.read_text() == stamp:
        return
    print(f"Fetching the NPU compiler of OpenVINO {fetch_openvino.VERSION}", flush=True)
    # Beside its final place, so that renaming completes it.
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=FOLDER) as temporary:
        folder = pathlib.Path(temporary)
        for package, digest in WHEELS.items():
            try:
                wheel = fetch_openvino.download(package, TAG, digest, folder)
            except subprocess.CalledProcessError:
                raise SystemExit(f"npu-compiler: could not download {package} from PyPI (see above)") from None
            fetch_openvino.extract(wheel, folder / "new", destination)
        (folder / "new/bin/VERSION").write_text(stamp)
        for part in ["include", "bin"]:
            shutil.rmtree(FOLDER / part, ignore_errors=True)
            (folder / "new" / part).rename(FOLDER / part)


if __name__ == "__main__":
    main()
