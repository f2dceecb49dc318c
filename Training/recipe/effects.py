"""What happens to a voice on its way: rooms, noise, microphones, all made of random numbers. Samples at 16 kHz."""

import functools

import numpy as np
import scipy.fft
import scipy.signal

RATE = 16_000
Draw = np.random.Generator


def convolve(samples: np.ndarray, response: np.ndarray) -> np.ndarray:
    size = scipy.fft.next_fast_len(len(samples) + len(response) - 1, real=True)
    spectrum = scipy.fft.rfft(samples, size) * scipy.fft.rfft(response, size)
    return scipy.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32)


def level(samples: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)) + 1e-9)


def room(samples: np.ndarray, draw: Draw) -> np.ndarray:
    """An impulse response: direct sound, a few early reflections and a tail that decays by 60 dB in 0.1 to 0.8 s."""
    decay = draw.uniform(0.1, 0.8)
    time = np.arange(int(decay * RATE)) / RATE
    tail = draw.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    tail = scipy.signal.lfilter(
        [1 - 0.5 * draw.random()], [1, -0.5 * draw.random()], tail
    )  # walls swallow high frequencies
    gap = int(draw.uniform(0.002, 0.02) * RATE)
    tail[:gap] = 0
    for _ in range(draw.integers(2, 8)):
        tail[min(len(tail) - 1, int(draw.uniform(0.001, 0.04) * RATE))] += draw.uniform(-1, 1) * 3
    direct_to_reverberant = 10 ** (draw.uniform(-4, 14) / 20)
    response = tail / np.sqrt((tail**2).sum()) / direct_to_reverberant
    response[0] += 1
    return convolve(samples, response)


def colored(length: int, slope: float, draw: Draw) -> np.ndarray:
    """Noise whose power falls by `slope` powers of the frequency: 0 white, 1 pink, 2 brown."""
    size = scipy.fft.next_fast_len(length, real=True)
    frequency = np.maximum(np.arange(size // 2 + 1), size * 40 / RATE)
    phases = np.exp(2j * np.pi * draw.random(len(frequency)))
    return scipy.fft.irfft(phases * frequency ** (-slope / 2), size)[:length]


def swell(length: int, rate: float, draw: Draw) -> np.ndarray:
    """A loudness that wanders, `rate` times a second."""
    points = max(2, int(length / RATE * rate) + 2)
    return np.interp(np.linspace(0, points - 1, length), np.arange(points), draw.uniform(0.2, 1, points))


def hum(length: int, draw: Draw) -> np.ndarray:
    base, time = draw.choice([50, 60, 100, 120]) * draw.uniform(0.99, 1.01), np.arange(length) / RATE
    return sum(
        draw.random() / k * np.sin(2 * np.pi * (k * base * time + draw.random()))
        for k in range(1, draw.integers(3, 20))
    )


def fan(length: int, draw: Draw) -> np.ndarray:
    noise = colored(length, draw.uniform(0.5, 2.5), draw)
    return noise / level(noise) + draw.uniform(0, 1) * hum(length, draw) * swell(length, 3, draw)


def music(length: int, draw: Draw) -> np.ndarray:
    """Chords and a tune of plucked and held tones."""
    time, sound = np.arange(length) / RATE, np.zeros(length)
    beat, root = draw.uniform(0.15, 0.6), draw.uniform(80, 250)
    for start in np.arange(0, length / RATE, beat):
        for _ in range(draw.integers(1, 4)):
            frequency = root * 2 ** (draw.choice([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) / 12) * draw.choice([0.5, 1, 2])
            begin = int(start * RATE)
            here = time[begin : begin + int(RATE * beat * draw.uniform(0.8, 3))] - start
            envelope = np.exp(-here * draw.uniform(0.5, 8)) * np.minimum(1, here * draw.uniform(30, 300))
            tone = sum(np.sin(2 * np.pi * k * frequency * here) / k ** draw.uniform(0.7, 2) for k in range(1, 6))
            sound[begin : begin + len(here)] += draw.uniform(0.3, 1) * envelope * tone
    return sound


def clatter(length: int, draw: Draw) -> np.ndarray:
    """Dishes, keys, steps: short resonances now and then over a faint floor."""
    sound = 0.02 * draw.standard_normal(length)
    for _ in range(1 + int(length / RATE * draw.uniform(1, 6))):
        begin, here = draw.integers(length), np.arange(int(0.15 * RATE)) / RATE
        ring = sum(
            np.sin(2 * np.pi * draw.uniform(200, 6000) * here) * np.exp(-here * draw.uniform(20, 200)) for _ in range(4)
        )
        ring += draw.standard_normal(len(here)) * np.exp(-here * 300)
        sound[begin : begin + len(ring)] += (draw.uniform(0.2, 1) * ring)[: length - begin]
    return sound


def babble(length: int, draw: Draw, voices: list[np.ndarray]) -> np.ndarray:
    """Other people, or a television: three to eight voices over each other."""
    sound = np.zeros(length)
    for _ in range(draw.integers(3, 9)):
        voice = np.tile(voices[draw.integers(len(voices))], 1)
        voice = np.tile(voice, length // len(voice) + 2)
        begin = draw.integers(len(voice) - length)
        sound += draw.uniform(0.3, 1) * voice[begin : begin + length]
    return sound


def noise(length: int, draw: Draw, voices: list[np.ndarray] | None) -> np.ndarray:
    """One or two kinds of noise, level 1."""
    kinds = [
        lambda: colored(length, 0, draw), lambda: colored(length, 1, draw), lambda: colored(length, 2, draw),
        lambda: colored(length, draw.uniform(0, 2), draw) * swell(length, draw.uniform(0.5, 4), draw),
        lambda: fan(length, draw), lambda: fan(length, draw), lambda: hum(length, draw), lambda: music(length, draw),
        lambda: clatter(length, draw),
    ]  # fmt: skip
    if voices:
        kinds += [lambda: babble(length, draw, voices)] * 2
    sound = np.zeros(length)
    for _ in range(draw.integers(1, 3)):
        kind = kinds[draw.integers(len(kinds))]()
        sound += draw.uniform(0.2, 1) * kind / level(kind)
    return (sound / level(sound)).astype(np.float32)


def chime(draw: Draw) -> np.ndarray:
    """What a satellite plays when it has woken up: one to three short tones."""
    parts = []
    for _ in range(draw.integers(1, 4)):
        here = np.arange(int(draw.uniform(0.06, 0.25) * RATE)) / RATE
        frequency = draw.uniform(300, 2000)
        tone = sum(np.sin(2 * np.pi * k * frequency * here) / k**2 for k in range(1, draw.integers(2, 5)))
        parts.append(tone * np.exp(-here * draw.uniform(2, 15)) * np.minimum(1, here * 200))
    sound = np.concatenate(parts)
    return (sound * 10 ** (draw.uniform(-26, -3) / 20)).astype(np.float32)


@functools.cache
def band(low: int, high: int) -> np.ndarray:
    return scipy.signal.butter(4, [low, min(high, 7900)], "bandpass", fs=RATE, output="sos")


def microphone(samples: np.ndarray, draw: Draw) -> np.ndarray:
    """A telephone, a narrow band, or a cheap capsule with a tilt and a resonance."""
    kind = draw.random()
    if kind < 0.2:
        return scipy.signal.sosfilt(band(300, 3400), samples)
    if kind < 0.4:
        return scipy.signal.sosfilt(
            band(int(draw.choice([20, 60, 150])), int(draw.choice([3800, 5000, 6500]))), samples
        )
    frequency = np.linspace(0, 8000, 65)
    curve = draw.uniform(-12, 12) * frequency / 8000 + draw.uniform(-8, 8) * np.exp(
        -(((frequency - draw.uniform(500, 6000)) / draw.uniform(300, 2000)) ** 2)
    )
    curve -= draw.uniform(0, 25) * (frequency < draw.uniform(50, 250))
    return convolve(samples, scipy.signal.firwin2(129, frequency, 10 ** (curve / 20), fs=RATE))
