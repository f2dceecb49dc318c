"""Speak to a running server with the Wyoming client of several versions of Home Assistant, in real time.

    lorikeet serve --uri tcp://127.0.0.1:10300 --endpointing on
    .venv/bin/python Benchmarks/home_assistant_clients.py

`stt.py`, `const.py` and `error.py` of the integration are taken out of the packages on PyPI (60 MB each, kept below
`.build`) and compiled as they are, but for brackets around two exceptions that Python needs before 3.14. What else they
import of Home Assistant is replaced by classes without behavior. Each version speaks each recording, followed by silence;
up to 2026.9 its own detector ends the audio a second later, from 2026.10 on nobody does.
"""

import __future__

import argparse
import asyncio
import dataclasses
import enum
import pathlib
import re
import sys
import time
import types
import typing
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tools"))

import numpy as np

import oracle
from home_assistant import RATE, describe, pcm
from home_assistant_vad import REPOSITORY, archived

VERSIONS = ["2025.6.0", "2026.8.0", "2026.9.0", "2026.10.0", "2026.11.0"]
ENDS_ITSELF = VERSIONS[:3]  # they do not know `requires_external_vad`
FILES = ["const", "error", "stt"]
FOLDER = "homeassistant/components/wyoming"
AUDIO = REPOSITORY / "Tests/Fixtures/audio"
RECORDINGS = {"en-01.wav": "Open the garden blinds.", "es-05.wav": "Cierra la ventana del pasillo."}
CHUNK = 320  # bytes, 10 ms
TAILS = {True: 1.2, False: 8.0}  # seconds of silence after a recording, by whether the client ends itself


@dataclasses.dataclass
class SpeechResult:
    text: str | None
    result: str


def speech_to_text() -> types.ModuleType:
    """Return what stands for `homeassistant.components.stt`."""
    module = types.ModuleType("homeassistant.components.stt")
    module.SpeechToTextEntity = type("SpeechToTextEntity", (), {})
    module.SpeechResult = SpeechResult
    module.SpeechResultState = enum.StrEnum("SpeechResultState", {"SUCCESS": "success", "ERROR": "error"})
    module.SpeechAudioProcessing = lambda **values: types.SimpleNamespace(**values)
    return module


def integration(version: str) -> types.ModuleType:
    """Return the integration's `stt` module of a version."""
    sources = archived(version, FOLDER, FILES)
    package = f"wyoming_of_home_assistant_{version.replace('.', '_')}"
    stt = speech_to_text()
    mocks = ["homeassistant", "homeassistant.core", "homeassistant.config_entries", "homeassistant.helpers"]
    mocks += ["homeassistant.helpers.entity_platform", "homeassistant.components", f"{package}.data", f"{package}.models"]
    fakes = {name: unittest.mock.MagicMock() for name in mocks}
    fakes["homeassistant.components"].stt = stt
    fakes["homeassistant.components.stt"] = stt
    fakes["homeassistant.exceptions"] = types.SimpleNamespace(HomeAssistantError=type("HomeAssistantError", (Exception,), {}))
    fakes[package] = types.ModuleType(package)
    fakes[package].__path__ = []
    if not hasattr(typing, "override"):  # before Python 3.12
        typing.override = lambda method: method
    with unittest.mock.patch.dict(sys.modules, fakes):
        for name in FILES:
            module = types.ModuleType(f"{package}.{name}")
            module.__package__ = package
            sys.modules[module.__name__] = module
            source = re.sub(r"except (\w+), (\w+):", r"except (\1, \2):", sources[name].decode())
            flags = __future__.annotations.compiler_flag
            exec(compile(source, f"{version}/{name}.py", "exec", flags=flags), module.__dict__)
    return module


async def stream(samples: np.ndarray):
    """Yield 10 ms at a time, in real time."""
    audio, begin = pcm(samples), time.monotonic()
    for number, offset in enumerate(range(0, len(audio), CHUNK), 1):
        yield audio[offset : offset + CHUNK]
        await asyncio.sleep(max(0, begin + number / 100 - time.monotonic()))


async def speak(version: str, module: types.ModuleType, port: int, recording: str) -> tuple[SpeechResult, float]:
    """Return the result, and the seconds from the end of the speech to it."""
    speech = oracle.samples(AUDIO / recording)
    ends_itself = version in ENDS_ITSELF
    samples = np.concatenate([np.zeros(RATE // 2, np.float32), speech, np.zeros(int(TAILS[ends_itself] * RATE), np.float32)])
    service = types.SimpleNamespace(host="127.0.0.1", port=port, info=await describe(port))
    provider = module.WyomingSttProvider(types.SimpleNamespace(entry_id="test"), service)
    metadata = types.SimpleNamespace(language=recording[:2])
    begin = time.monotonic()
    result = await asyncio.wait_for(provider.async_process_audio_stream(metadata, stream(samples)), 60)
    loud = np.flatnonzero(np.abs(speech) > 0.003)[-1] / RATE
    return result, time.monotonic() - begin - 0.5 - loud


async def conversation(port: int) -> bool:
    done = True
    for version in VERSIONS:
        module = integration(version)
        for recording, expected in RECORDINGS.items():
            result, seconds = await speak(version, module, port, recording)
            same = result.text == expected
            print(f"{version:10} {recording}  {result.result}  {seconds:5.2f} s after the last word  {result.text!r}"
                  + ("" if same else f", expected {expected!r}"))
            done &= same
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=10300, help="of the server on this machine")
    sys.exit(0 if asyncio.run(conversation(parser.parse_args().port)) else 1)


if __name__ == "__main__":
    main()
