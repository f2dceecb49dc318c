"""Commands with pauses inside, for Benchmarks/endpointing.py.

The whole sentence is spoken at once, so that its melody goes on over the pause and does not fall before it as at the end of
a sentence. espeak-ng gets `<break>`, at which it ends the word and starts the next without gliding into it; Festival a
comma. The silence that the synthesizer makes is then cut or extended to the wanted length.
"""

import itertools
import pathlib
import random
import subprocess
import tempfile
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from names_corpus import VARY
from recipe.voices import RATE, Voice, finish, read, spread

BREAK = 2.5  # seconds that espeak-ng is asked for, to tell them from other silence
MARGIN = int(0.02 * RATE)  # samples of silence that stay on both sides of a pause's middle
SILENT = 10 ** (-40 / 20)  # of the peak
# Festival breaks phrases where it likes; here at commas only.
FESTIVAL_PHRASES = """(set! phrase_cart_tree
  '((lisp_token_end_punc in ("?" "." ":")) ((BB)) ((lisp_token_end_punc in (",")) ((B)) ((NB)))))
(Parameter.set 'Phrase_Method 'cart_tree)
"""
FESTIVAL_PAUSES = """(mapcar (lambda (s) (if (string-equal (item.name s) "pau") (format t "%f %f\\n" (item.feat s "segment_start")
  (item.feat s "end")))) (utt.relation.items u 'Segment))
"""


@dataclass(frozen=True)
class Pause:
    words: int  # before it
    seconds: float


@dataclass(frozen=True)
class Speech:
    """A spoken command: the samples, and for each pause its first sample and its length in samples."""

    samples: np.ndarray
    pauses: list[tuple[int, int]]


def speak(voice: Voice, text: str, pauses: list[Pause], draw: random.Random) -> Speech:
    """Speak a sentence with pauses after some of its words."""
    engine = {"espeak": espeak, "festival": festival}[voice.engine]
    samples = finish(engine(voice, text, pauses, draw), draw, VARY)
    if samples is None:
        raise SystemExit(f"endpointing: {voice} made no sound of '{text}'")
    gaps = quiet_runs(samples, int(0.6 * BREAK * RATE))
    if len(gaps) != len(pauses):
        raise SystemExit(f"endpointing: {voice} made {len(gaps)} pauses in '{text}', not {len(pauses)}")
    parts, found, last, length = [], [], 0, 0
    for (start, end), pause in zip(gaps, pauses, strict=True):
        wanted = int(pause.seconds * RATE)
        half = min(MARGIN, wanted // 2)
        parts += [samples[last : start + half], np.zeros(wanted - 2 * half, np.float32)]
        found.append((length + start - last, wanted))
        length += len(parts[-2]) + len(parts[-1])
        last = end - half
    return Speech(np.concatenate([*parts, samples[last:]]), found)


def quiet_runs(samples: np.ndarray, shortest: int) -> list[tuple[int, int]]:
    """Return the first and last sample of each run below -40 dB of the peak."""
    loud = np.flatnonzero(np.abs(samples) > SILENT * np.abs(samples).max())
    return [(int(a) + 1, int(b)) for a, b in itertools.pairwise(loud) if b - a > shortest]


def espeak(voice: Voice, text: str, pauses: list[Pause], draw: random.Random) -> tuple[np.ndarray, int] | None:
    rate = str(int(165 * spread(draw, 0.7, 1.45, VARY)))
    pitch = str(int(np.clip(50 * spread(draw, 0.3, 1.8, VARY), 0, 99)))
    words = [escape(word) for word in text.split()]
    for pause in pauses:
        words[pause.words - 1] += f'<break time="{BREAK * 1000:.0f}ms"/>'
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        command = ["espeak-ng", "-m", "-v", voice.name, "-s", rate, "-p", pitch, "-w", file.name, "--"]
        subprocess.run([*command, f"<speak>{' '.join(words)}</speak>"], check=True, stderr=subprocess.DEVNULL)
        return read(file.name)


def festival(voice: Voice, text: str, pauses: list[Pause], draw: random.Random) -> tuple[np.ndarray, int] | None:
    words = text.replace('"', "").replace(",", "").split()
    for pause in pauses:
        words[pause.words - 1] += ","
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "script.scm"
        script.write_text(
            f"(voice_{voice.name})\n{FESTIVAL_PHRASES}"
            f"(Parameter.set 'Duration_Stretch {spread(draw, 0.75, 1.3, VARY):.3f})\n"
            f'(set! u (utt.synth (Utterance Text "{" ".join(words)}")))\n'
            f'{FESTIVAL_PAUSES}(utt.save.wave u "{folder}/speech.wav" \'riff)\n'
        )
        done = subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True, text=True)
        sound = read(f"{folder}/speech.wav")
    if sound is None:
        return None
    samples, rate = sound
    spans = [tuple(map(float, line.split())) for line in done.stdout.splitlines()][1:-1]  # without both ends
    for start, end in reversed(spans):
        middle = int((start + end) / 2 * rate)
        samples = np.insert(samples, middle, np.zeros(int(BREAK * rate), np.float32))
    return samples, rate
