"""Results of onnx-asr, the reference implementation: features, token ids, frames, log probabilities."""
import dataclasses
import pathlib

import numpy as np
import onnx_asr
import soundfile
from onnx_asr.preprocessors.numpy_preprocessor import NemoPreprocessorNumpy


@dataclasses.dataclass
class Tokens:
    ids: list[int]
    frames: list[int]
    logprobs: list[float]
    text: str


def samples(recording: pathlib.Path) -> np.ndarray:
    """A 16 kHz mono recording as float32 in [-1, 1]."""
    values, rate = soundfile.read(recording, dtype="float32")
    assert rate == 16_000 and values.ndim == 1, f"{recording}: expected 16 kHz mono"
    return values


def features(signal: np.ndarray, bands: int) -> np.ndarray:
    """The valid frames of the normalised log-mel features, [bands, frames] float32."""
    values, lengths = NemoPreprocessorNumpy(f"nemo{bands}")(signal[None], np.array([len(signal)]))
    return values[0, :, : lengths[0]].astype(np.float32)


class Oracle:
    """onnx-asr on a model directory, on the CPU, in FP32 or with the export named by `quantization` ("int8")."""

    def __init__(self, model: pathlib.Path, quantization: str | None = None):
        self.asr = onnx_asr.load_model(
            "nemo-conformer-tdt", model, quantization=quantization, providers=["CPUExecutionProvider"]).asr

    def encode(self, signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Encoder outputs [1, steps, width] and their valid lengths [1]."""
        return self.asr._encode(*self.asr._preprocessor(signal[None], np.array([len(signal)])))

    def recognize(self, signal: np.ndarray) -> Tokens:
        # The public API returns only the tokens' text, hence the calls into its stages.
        ids, frames, logprobs = next(self.asr._decoding(*self.encode(signal), need_logprobs=True))
        text = self.asr._decode_tokens(ids, None, None).text
        return Tokens(ids, frames, [float(value) for value in logprobs], text)
