"""Voice activity and early recognition, as seen by the official client."""
import asyncio
import json

import numpy as np
import pytest
import soundfile

import home_assistant
import lorikeet
import oracle
from conversation import SECONDS, TEXTS, chunks, converse, start
from home_assistant import RATE, pcm
from lorikeet import AUDIO, RECORDINGS

MINUTE = np.arange(60 * RATE) / RATE


def said(name: str) -> np.ndarray:
    """A recording without its trailing silence."""
    signal = oracle.samples(AUDIO / name)
    return signal[:np.flatnonzero(np.abs(signal) > 0.02)[-1] + 1]


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def noise(level: float) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal(len(MINUTE)) * level).astype(np.float32)


def chord() -> np.ndarray:
    tones = [np.sin(2 * np.pi * frequency * MINUTE) for frequency in (220, 277.18, 329.63)]
    return (0.1 * np.sum(tones, axis=0)).astype(np.float32)


def hum() -> np.ndarray:
    tones = [np.sin(2 * np.pi * 50 * harmonic * MINUTE) / harmonic for harmonic in range(1, 8)]
    return (0.2 * np.sum(tones, axis=0)).astype(np.float32)


def status(port: int) -> dict:
    result = lorikeet.run("health", "--uri", f"tcp://127.0.0.1:{port}", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["status"]


def inferences(port: int) -> int:
    return sum(device["inferences"] for device in status(port)["devices"])


async def together(port: int, signals: dict[str, np.ndarray], real_time: bool, at_once: int = 8) -> dict[str, str]:
    """The transcripts of several satellites."""
    turns = asyncio.Semaphore(at_once)

    async def one(name: str) -> tuple[str, str]:
        async with turns:
            return name, (await home_assistant.transcribe(port, pcm(signals[name]), real_time=real_time))[0]

    return dict(await asyncio.gather(*(one(name) for name in signals)))


@pytest.mark.parametrize("make", [lambda: silence(60), lambda: noise(0.003), lambda: noise(0.1), chord, hum],
                         ids=["silence", "quiet noise", "loud noise", "chord", "hum"])
def test_a_minute_without_speech_runs_no_encoder(server, make):
    before = inferences(server.port)
    text, _ = converse(home_assistant.transcribe(server.port, pcm(make())))
    assert text == ""
    assert inferences(server.port) == before


def test_early_attempts_do_not_change_the_transcript(start_server):
    signals = {name: np.concatenate([said(name), silence(1)]) for name in RECORDINGS if name.endswith(".wav")}
    with start_server() as early, start_server("--max-speculations", "0") as late:
        async def conversation():
            return await asyncio.gather(
                together(early.port, signals, real_time=True), together(early.port, signals, real_time=False, at_once=1),
                together(late.port, signals, real_time=False, at_once=1))

        real_time, at_once, never = asyncio.run(asyncio.wait_for(conversation(), 4 * SECONDS))
        assert real_time == at_once == never
        speculation = status(early.port)["speculation"]
        assert speculation["used"] > 0 and speculation["saved_seconds"] >= 0
        assert speculation["started"] == speculation["used"] + speculation["wasted"]
        assert status(late.port)["speculation"]["started"] == 0


def test_trimming_long_silences_keeps_the_transcript(start_server):
    """Easy recordings between long silences: only much silence can make a difference at all."""
    names = ["en-01.wav", "en-03.wav", "es-01.wav", "es-05.wav"]
    with start_server() as server:
        texts = converse(together(server.port, {name: said(name) for name in names}, real_time=False))
        padded = {name: np.concatenate([silence(2), said(name), silence(3)]) for name in names}
        assert converse(together(server.port, padded, real_time=False)) == texts


def test_speech_that_resumes_is_one_utterance(start_server):
    """After a pause long enough for an attempt, speech resumes: one transcript, as without the pause."""
    signal = np.concatenate([said("en-01.wav"), silence(0.8), said("en-03.wav"), silence(0.8)])
    with start_server() as server:
        whole, _ = converse(home_assistant.transcribe(server.port, pcm(signal)))
        before = status(server.port)["speculation"]
        streamed, _ = converse(home_assistant.transcribe(server.port, pcm(signal), real_time=True))
        after = status(server.port)["speculation"]
        assert streamed == whole
        assert after["started"] - before["started"] == 2
        assert after["used"] - before["used"] == 1


def test_five_satellites_at_once_get_what_each_gets_alone(start_server):
    names = ["en-01.wav", "en-03.wav", "es-01.wav", "es-05.wav", "es-08.wav"]
    signals = {name: np.concatenate([said(name), silence(0.7)]) for name in names}
    with start_server() as server:
        alone = converse(together(server.port, signals, real_time=False, at_once=1))
        assert converse(together(server.port, signals, real_time=True)) == alone


def test_a_client_that_leaves_in_the_middle_does_no_harm(start_server):
    with start_server() as server:
        async def leave() -> None:
            async with home_assistant.client(server.port) as connection:
                for event in [start(), *chunks(pcm(np.concatenate([said("en-03.wav"), silence(0.6)])))]:
                    await connection.write_event(event)

        for _ in range(5):
            converse(leave())
        text, _ = converse(home_assistant.transcribe(server.port, pcm(np.concatenate([said("en-03.wav"), silence(0.5)]))))
        assert text == TEXTS["en-03.wav"]


@pytest.mark.parametrize("gate, words", [("off", True), ("gate", False), ("trim", False)])
def test_a_recording_of_silence_runs_a_network_only_without_voice_activity(gate, words, tmp_path):
    """With voice activity no network runs; without it one does, whatever the text."""
    file = tmp_path / "silence.wav"
    soundfile.write(file, silence(3), RATE)
    result = lorikeet.run("transcribe", "--vad", gate, "--format", "json", file)
    assert result.returncode == 0, result.stderr
    transcript = json.loads(result.stdout)
    assert (transcript["device"] is not None) == words
    if not words:
        assert transcript["text"] == ""


@pytest.mark.parametrize("seconds", [0.3, 0.5])
@pytest.mark.parametrize("name", ["en-01.wav", "en-04.wav", "es-05.wav", "es-08.wav"])
def test_a_word_alone_is_not_dropped(server, name, seconds):
    """A single word without silence around it, as a satellite with its own voice activity detection sends it."""
    text, _ = converse(home_assistant.transcribe(server.port, pcm(said(name)[:int(seconds * RATE)])))
    assert text.strip()


@pytest.mark.parametrize("name", ["en-01.wav", "en-04.wav", "es-05.wav", "es-08.wav"])
def test_half_a_word_alone_is_recognized(name, tmp_path):
    """Whatever the text of 0.2 s, the encoder has run."""
    file = tmp_path / name
    soundfile.write(file, said(name)[:RATE // 5], RATE)
    result = lorikeet.run("transcribe", "--format", "json", file)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["device"] is not None


def test_quiet_speech_is_amplified_and_other_speech_is_not(tmp_path):
    def texts(level: float, gain: str) -> list[str]:
        files = [tmp_path / name for name in RECORDINGS if name.endswith(".wav")]
        for file in files:
            signal = oracle.samples(AUDIO / file.name)
            soundfile.write(file, signal / np.abs(signal).max() * level, RATE, subtype="FLOAT")
        result = lorikeet.run("transcribe", "--vad", "off", "--precision", "f32", "--max-gain", gain, *files)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    loud = texts(0.5, "0")
    assert texts(0.5, "30") == loud
    as_loud = {gain: sum(map(str.__eq__, texts(0.000003, gain), loud)) for gain in ("0", "30")}
    assert as_loud["30"] >= as_loud["0"] + 4, as_loud


def test_times_count_from_the_beginning_of_the_recording(tmp_path):
    times = []
    for seconds in (0, 3):
        file = tmp_path / f"{seconds}.wav"
        soundfile.write(file, np.concatenate([silence(seconds), said("en-01.wav"), silence(1)]), RATE)
        result = lorikeet.run("transcribe", "--format", "json", file)
        assert result.returncode == 0, result.stderr
        times.append([word["start"] for word in json.loads(result.stdout)["words"]])
    assert len(times[0]) == 4
    assert times[1] == pytest.approx([start + 3 for start in times[0]], abs=0.3)
