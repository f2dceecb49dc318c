"""Home Assistant's own detector of the end of speech, unmodified, out of its package on PyPI.

`vad.py`, `audio_enhancer.py` and `const.py` of the Assist pipeline are compiled as they are; all that they need of Python
3.14 is that annotations are evaluated late. They are fed as `default_pipeline.py` of the same version feeds them: 10 ms at a
time, the probability by microVAD, the segmenter with its defaults but for the seconds of silence.
"""

import __future__

import functools
import hashlib
import pathlib
import subprocess
import sys
import types
import typing
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
VERSION = "2026.11.0"
SHA256 = {
    "const": "eb779ad6454023e5149a57f3c4a531e4a64fa61f67d1a53213d48f42ac5411d3",
    "vad": "5e18fd25084b20014e9facfa4a0d0cd050077d90656ba02adb152f1708a60f1d",
    "audio_enhancer": "91e82891cd60858369b6cfffe15620d35dd80347a83b26fdd3287571bee37554",
}
DOWNLOAD = REPOSITORY / ".build/home-assistant"
FOLDER = "homeassistant/components/assist_pipeline"
PACKAGE = "assist_pipeline_of_home_assistant"
SENSITIVITIES = ["aggressive", "default", "relaxed"]
CHUNK = 160  # samples, 10 ms
SECONDS = 0.01  # of a chunk


@dataclass(frozen=True)
class Decision:
    """Where the end was decided, in seconds, and whether only because the time was up."""

    end: float | None
    timed_out: bool = False


def archived(version: str, folder: str, names: Iterable[str]) -> dict[str, bytes]:
    """Return some Python files in a folder of Home Assistant's package, which is downloaded once."""
    wheel = DOWNLOAD / f"homeassistant-{version}-py3-none-any.whl"
    if not wheel.exists():
        DOWNLOAD.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
        command += ["--only-binary", ":all:", "--dest", str(DOWNLOAD), f"homeassistant=={version}"]
        subprocess.run(command, check=True)
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(f"{folder}/{name}.py") for name in names}


def sources() -> dict[str, str]:
    """Return the source of each file."""
    found = archived(VERSION, FOLDER, SHA256)
    for name, source in found.items():
        if hashlib.sha256(source).hexdigest() != SHA256[name]:
            raise SystemExit(f"endpointing: {name}.py of Home Assistant {VERSION} is not the file that was published")
    return {name: source.decode() for name, source in found.items()}


@functools.cache
def modules() -> dict[str, types.ModuleType]:
    """Import the files as a package of their own."""
    if not hasattr(typing, "override"):  # before Python 3.12
        typing.override = lambda method: method
    package = types.ModuleType(PACKAGE)
    package.__path__ = []
    sys.modules[PACKAGE] = package
    found = {}
    for name, source in sources().items():  # const goes first
        module = types.ModuleType(f"{PACKAGE}.{name}")
        module.__package__ = PACKAGE
        module.__file__ = f"{FOLDER}/{name}.py"
        sys.modules[module.__name__] = module
        code = compile(source, module.__file__, "exec", flags=__future__.annotations.compiler_flag)
        exec(code, module.__dict__)  # noqa: S102
        setattr(package, name, module)
        found[name] = module
    return found


def probabilities(chunks: Iterable[bytes]) -> list[float | None]:
    """Return the probability of speech of each 10 ms."""
    enhancer = modules()["audio_enhancer"].MicroVadSpeexEnhancer(0, 0, True)
    return [enhancer.enhance_chunk(chunk, 10 * i).speech_probability for i, chunk in enumerate(chunks)]


def enhanced(chunks: Iterable[bytes], gain: int, suppression: int) -> bytes:
    """Return audio as Home Assistant passes it to speech-to-text, with gain 0 to 31 and noise suppression 0 to 4."""
    enhancer = modules()["audio_enhancer"].MicroVadSpeexEnhancer(gain, suppression, False)
    return b"".join(enhancer.enhance_chunk(chunk, 10 * i).audio for i, chunk in enumerate(chunks))


def segmented(speech: list[float | None], sensitivity: str) -> Decision:
    """Return the decision of the segmenter."""
    vad = modules()["vad"]
    segmenter = vad.VoiceCommandSegmenter(silence_seconds=vad.VadSensitivity.to_seconds(sensitivity))
    for number, probability in enumerate(speech, 1):
        if not segmenter.process(SECONDS, probability):
            return Decision(round(number * SECONDS, 2), segmenter.timed_out)
    return Decision(None)
