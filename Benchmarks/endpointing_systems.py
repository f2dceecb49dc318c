"""What decides the end of speech: Home Assistant, silence alone, and ours."""

import json
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import numpy as np
import soundfile

import home_assistant_vad
from endpointing_corpus import RATE, chunks
from home_assistant_vad import CHUNK, SECONDS, SENSITIVITIES
from names_corpus import REPOSITORY

STAGES = REPOSITORY / ".build/release/stages"
LORIKEET = REPOSITORY / ".build/release/lorikeet"
MODEL, PRECISION = "builtin", "f32"
SILENCES = [0.3, 0.5, 0.7]  # seconds
SCALES = [0.7, 0.85, 1.0, 1.3, 1.75, 2.5, 3.5]
ONSET = 10  # chunks of speech in a row with which it has begun
THRESHOLD = 0.5  # of the probability of speech
# Milliseconds that recognition takes after the others' decision: the median of docs/benchmarks.md after 0.7 s of silence.
# After less silence it takes longer, which is not held against them.
FINISH = 1.2


@dataclass(frozen=True)
class Outcome:
    """The decision on one recording, in seconds, if there was one; the milliseconds from it to the transcript, and this."""

    end: float | None
    finish: float = FINISH
    text: str | None = None
    reason: str | None = None


Outcomes = dict[str, list[Outcome]]  # by system


def silence_alone(speech: list[float | None], seconds: float) -> float | None:
    """Return where a silence is as long, after speech has begun."""
    run, silent, begun = 0, 0.0, False
    for number, probability in enumerate(speech, 1):
        if probability > THRESHOLD:
            run, silent = run + 1, 0.0
            begun = begun or run >= ONSET
        else:
            run, silent = 0, silent + SECONDS
            if begun and silent >= seconds - SECONDS / 2:
                return round(number * SECONDS, 2)
    return None


def others(paths: list[pathlib.Path], systems: set[str]) -> Outcomes:
    """Return the outcomes of Home Assistant (`ha`) and of silence alone (`silence`), without texts."""
    found: Outcomes = {}
    for count, path in enumerate(paths, 1):
        speech = home_assistant_vad.probabilities(chunks(path, CHUNK))
        if "ha" in systems:
            for sensitivity in SENSITIVITIES:
                decision = home_assistant_vad.segmented(speech, sensitivity)
                reason = "timeout" if decision.timed_out else "silence"
                outcome = Outcome(decision.end, reason=reason if decision.end else None)
                found.setdefault(f"Home Assistant, {sensitivity}", []).append(outcome)
        if "silence" in systems:
            for seconds in SILENCES:
                end = silence_alone(speech, seconds)
                found.setdefault(f"silence of {seconds} s", []).append(Outcome(end))
        if count % 100 == 0:
            print(f"{count} of {len(paths)} recordings heard by microVAD", file=sys.stderr)
    return found


def ours(paths: list[pathlib.Path], scale: float, stages: pathlib.Path) -> list[Outcome]:
    """Return the outcomes of Lorikeet with its times of silence multiplied."""
    print(f"{len(paths)} recordings heard by Lorikeet × {scale:g}", file=sys.stderr)
    command = [str(stages), "endpointing", MODEL, PRECISION, f"{scale:g}", *map(str, paths)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or [line["file"] for line in lines] != [str(path) for path in paths]:
        raise SystemExit(f"endpointing: {stages} ended with status {done.returncode} after {len(lines)} recordings")
    return [
        Outcome(line.get("end"), line.get("finish_ms", 0.0), line.get("text", ""), line.get("reason")) for line in lines
    ]


def our_name(scale: float) -> str:
    return "Lorikeet" if scale == 1 else f"Lorikeet × {scale:g}"


def transcripts(paths: list[pathlib.Path], ends: list[float], lorikeet: pathlib.Path) -> list[str]:
    """Return the transcripts of the recordings as far as an end, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        parts = [f"{folder}/{number:04}.wav" for number in range(len(paths))]
        for part, path, end in zip(parts, paths, ends, strict=True):
            samples, _ = soundfile.read(path, dtype="int16")
            soundfile.write(part, samples[: int(np.ceil(end * RATE))], RATE, "PCM_16")
        return recognized(parts, lorikeet, PRECISION)


def recognized(paths: list[str], lorikeet: pathlib.Path, precision: str) -> list[str]:
    """Return the transcripts of all recordings in one run."""
    command = [lorikeet, "transcribe", "--quiet", "--format", "json", "--precision", precision, *paths]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    texts = {line["file"]: line["text"] for line in map(json.loads, done.stdout.splitlines())}
    return [texts[path] for path in paths]
