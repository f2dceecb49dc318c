#!/usr/bin/env python3
"""Write the golden fixtures that let the Swift tests compare with onnx-asr without Python.

    Tests/Fixtures/golden/
        tokens.json              ids, frames and log probabilities of tokens, and text, by recording (built-in model)
        mel-BANDS.f32            the mel filter bank, [bands, 257]
        signal-NAME.f32          a synthetic signal, 16 kHz
        features-NAME-BANDS.f32  normalised log-mel features, [bands, frames], of a recording or a synthetic signal

The .f32 files are raw little-endian float32, row by row. Only valid frames are stored: samples / 160.

    .venv/bin/python Tools/make_golden.py
"""
import dataclasses
import json
import pathlib

import numpy as np
from onnx_asr.preprocessors.numpy_preprocessor import NemoPreprocessorNumpy

import oracle

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
AUDIO = REPOSITORY / "Tests/Fixtures/audio"
GOLDEN = REPOSITORY / "Tests/Fixtures/golden"
BUILTIN = REPOSITORY / "Sources/ModelStore/Resources/builtin"
BANDS = [128, 80]
RECORDINGS = ["en-01", "es-03"]


def synthetic() -> dict[str, np.ndarray]:
    """A quarter of a second each, and a length that is no multiple of the hop."""
    length = 4077
    time = np.arange(length) / 16_000
    duration, low, high = length / 16_000, 20.0, 8_000.0
    sweep = 2 * np.pi * low * duration / np.log(high / low) * (np.exp(time / duration * np.log(high / low)) - 1)
    click = np.zeros(length)
    click[2000] = 1
    return {"click": click, "sine": np.sin(2 * np.pi * 1000 * time), "sweep": np.sin(sweep)}


def write(name: str, values: np.ndarray) -> None:
    (GOLDEN / f"{name}.f32").write_bytes(np.ascontiguousarray(values, dtype="<f4").tobytes())


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)

    reference = oracle.Oracle(BUILTIN)
    lines = []
    for path in sorted(AUDIO.glob("*.wav")) + sorted(AUDIO.glob("*.flac")):
        tokens = reference.recognize(oracle.samples(path))
        tokens.logprobs = [round(value, 6) for value in tokens.logprobs]
        lines.append(f"{json.dumps(path.name)}: {json.dumps(dataclasses.asdict(tokens), ensure_ascii=False)}")
    (GOLDEN / "tokens.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

    signals = {name: oracle.samples(AUDIO / f"{name}.wav") for name in RECORDINGS}
    for name, values in synthetic().items():
        signals[name] = values.astype(np.float32)
        write(f"signal-{name}", signals[name])
    for bands in BANDS:
        write(f"mel-{bands}", NemoPreprocessorNumpy(f"nemo{bands}")._melscale_fbanks.T)
        for name, signal in signals.items():
            write(f"features-{name}-{bands}", oracle.features(signal, bands))


if __name__ == "__main__":
    main()
