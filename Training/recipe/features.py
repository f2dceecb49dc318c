"""Log-mel features, the same as NeMo's and Lorikeet's: see `Sources/SpeechFeatures`."""

import functools

import numpy as np
import scipy.fft

RATE, FRAME, WINDOW, HOP, BANDS = 16_000, 512, 400, 160, 128


def slaney(frequency: np.ndarray) -> np.ndarray:
    """Hz to Slaney's mel: linear below 1 kHz, logarithmic above."""
    linear = frequency * 3 / 200
    return np.where(frequency < 1000, linear, 15 + np.log(np.maximum(frequency, 1e-9) / 1000) * 27 / np.log(6.4))


@functools.cache
def filterbank() -> np.ndarray:
    """Triangles of equal area, [bands, 257]."""
    points = np.linspace(0, slaney(np.array(8000.0)), BANDS + 2)
    edges = np.where(points < 15, points * 200 / 3, 1000 * np.exp((points - 15) * np.log(6.4) / 27))
    bins = np.linspace(0, 8000, FRAME // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return (np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


@functools.cache
def window() -> np.ndarray:
    """A symmetric Hann window of 400 in the middle of 512."""
    return np.pad(np.hanning(WINDOW), (FRAME - WINDOW) // 2).astype(np.float32)


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Samples in [-1, 1] to [frames, bands], each band with mean 0 and deviation 1; frames = samples / 160."""
    samples = samples.astype(np.float32)
    emphasized = np.append(samples[:1], samples[1:] - np.float32(0.97) * samples[:-1])
    padded = np.pad(emphasized, FRAME // 2)
    count = len(samples) // HOP
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:count] * window()
    power = np.abs(scipy.fft.rfft(frames, axis=1)) ** 2
    mel = np.log(power @ filterbank().T + np.float32(2**-24))
    mean = mel.mean(axis=0)
    deviation = np.sqrt(((mel - mean) ** 2).sum(axis=0) / max(1, count - 1))
    return ((mel - mean) / (deviation + 1e-5)).astype(np.float32)
