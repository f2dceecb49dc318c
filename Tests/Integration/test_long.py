"""Recordings and utterances longer than a window."""
import asyncio
import contextlib
import csv
import json
import pathlib
import subprocess
import sys

import jiwer
import numpy as np
import pytest
import soundfile
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient

import home_assistant
import lorikeet
import oracle
from conversation import converse
from home_assistant import RATE, pcm
from lorikeet import AUDIO, RECORDINGS

TEXTS = {row["file"]: row["text"] for row in csv.DictReader((AUDIO / "manifest.tsv").open(encoding="utf-8"), delimiter="\t")}
LONG = AUDIO / "long.flac"
# The sentences of the long recording, which consists of the first recordings.
SINGLE = [name for name in RECORDINGS if name != LONG.name][:17]


def texts(*arguments: object) -> list[str]:
    result = lorikeet.run("transcribe", "--quiet", "--precision", "f32", *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def errors(said: str, heard: str) -> tuple[float, int]:
    """The word error rate, and the number of lost or added words."""
    measured = jiwer.process_words(said, heard)
    return measured.wer, measured.deletions + measured.insertions


@pytest.fixture(scope="module")
def usual() -> tuple[float, int]:
    """The error of the single sentences, plus one percentage point and one word."""
    said = " ".join(TEXTS[name] for name in SINGLE)
    assert said == TEXTS[LONG.name]
    rate, count = errors(said, " ".join(texts(*(AUDIO / name for name in SINGLE))))
    return rate + 0.01, count + 1


@pytest.mark.parametrize("seconds", [5, 6, 8, 10, 15, 20, 25, 30])
def test_a_long_recording_is_understood_as_its_sentences_are_whatever_the_window(seconds, usual):
    [heard] = texts("--window-seconds", seconds, LONG)
    rate, count = errors(TEXTS[LONG.name], heard)
    assert rate <= usual[0] and count <= usual[1], heard


def test_no_word_is_lost_or_doubled_wherever_the_windows_begin(usual, tmp_path):
    long = oracle.samples(LONG)
    noise = np.random.default_rng(3).standard_normal(RATE).astype(np.float32) * 1e-3
    files = []
    for milliseconds in range(0, 1000, 37):
        files.append(tmp_path / f"{milliseconds}.wav")
        soundfile.write(files[-1], np.concatenate([noise[: milliseconds * RATE // 1000], long]), RATE)
    found = [errors(TEXTS[LONG.name], heard) for heard in texts("--window-seconds", 10, *files)]
    assert max(count for _, count in found) <= usual[1], found
    # The tiny model confuses other words when its frames lie elsewhere: more at one offset, fewer at the next.
    assert np.mean([rate for rate, _ in found]) <= usual[0], found


def test_words_of_a_long_recording_follow_each_other():
    result = lorikeet.run("transcribe", "--quiet", "--format", "json", "--window-seconds", "8", LONG)
    transcript = json.loads(result.stdout)
    words = transcript["words"]
    assert " ".join(word["text"] for word in words) == transcript["text"]
    for word, following in zip(words, words[1:]):
        assert word["start"] <= word["end"] <= following["start"] + 0.01
    assert transcript["audio_seconds"] - 3 < words[-1]["end"] <= transcript["audio_seconds"]


def peak_memory(recording: pathlib.Path) -> int:
    """The peak memory, in bytes, of transcribing a recording."""
    script = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, file=sys.stderr)\n")
    result = subprocess.run(
        [sys.executable, "-c", script, lorikeet.BINARY, "transcribe", "--quiet", recording],
        capture_output=True, check=True, timeout=lorikeet.TIMEOUT, env=lorikeet.ENVIRONMENT)
    return int(result.stderr.split()[-1])


def test_the_memory_that_a_recording_takes_does_not_grow_with_its_length(tmp_path):
    long = oracle.samples(LONG)
    peaks = []
    for minutes in (10, 30):
        soundfile.write(tmp_path / "minutes.wav", np.tile(long, minutes), RATE, subtype="PCM_16")
        peaks.append(peak_memory(tmp_path / "minutes.wav"))
    # Its frames alone would take 61 MB more.
    assert peaks[1] - peaks[0] < 30e6, peaks


@contextlib.contextmanager
def ready(server):
    """A server whose model is loaded."""
    with server:
        converse(home_assistant.transcribe(server.port, pcm(oracle.samples(AUDIO / "en-01.wav"))))
        yield server


def test_what_is_final_of_a_dictation_is_sent_while_it_goes_on(start_server):
    async def dictate(port: int) -> tuple[list[str], list[str], str]:
        signal = pcm(oracle.samples(LONG))
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(AudioStart(RATE, 2, 1).event())

            for start in range(0, len(signal), 2 * RATE):
                await client.write_event(AudioChunk(RATE, 2, 1, signal[start : start + 2 * RATE]).event())
            early: list[str] = []
            events: list[str] = []
            while len(early) < 10:
                event = await asyncio.wait_for(client.read_event(), 60)
                events.append(event.type)
                if event.type == "transcript-chunk":
                    early.append(event.data["text"])
            await client.write_event(AudioStop().event())
            chunks = list(early)
            while True:
                event = await asyncio.wait_for(client.read_event(), 60)
                events.append(event.type)
                if event.type == "transcript-chunk":
                    chunks.append(event.data["text"])
                if event.type == "transcript":
                    return events, chunks, event.data["text"]

    with ready(start_server("--window-seconds", "10")) as server:
        events, chunks, text = converse(dictate(server.port))
    assert events[0] == "transcript-start" and events.count("transcript-start") == 1
    assert "".join(chunks) == text
    assert [text] == texts("--window-seconds", "10", LONG)


def test_a_dictation_that_is_dropped_leaves_the_connection_in_order(start_server):
    async def dictate(port: int) -> list[str]:

        long, short = pcm(oracle.samples(LONG)), pcm(oracle.samples(AUDIO / "en-01.wav"))
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(AudioStart(RATE, 2, 1).event())
            await client.write_event(AudioChunk(RATE, 2, 1, long).event())
            while (await asyncio.wait_for(client.read_event(), 60)).type != "transcript-chunk":
                pass
            await client.write_event(AudioStart(RATE, 2, 1).event())
            await client.write_event(AudioChunk(RATE, 2, 1, short).event())
            await client.write_event(AudioStop().event())
            events = []
            while True:
                event = await asyncio.wait_for(client.read_event(), 60)
                events.append((event.type, event.data.get("text")))
                if event.type == "transcript":
                    return events

    with ready(start_server("--window-seconds", "10")) as server:
        events = converse(dictate(server.port))
    end = events.index(("transcript-stop", None))
    assert events[end + 1 :] == [
        ("transcript-start", None), ("transcript-chunk", "Open the garden blinds."),
        ("transcript", "Open the garden blinds."),
    ]
