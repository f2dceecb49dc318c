"""Step `train`: the model learns until it is told to stop. It goes on from the last checkpoint, whatever ended it."""

import contextlib
import copy
import ctypes
import json
import os
import pathlib
import time

import torch
import torch.nn.functional as F

from .data import Batch, batches
from .evaluate import score
from .model import Shape, Transducer
from .optimizers import Optimizers, blank_memory, shares
from .tdt import tdt_loss
from .team import Team
from .vocabulary import Pieces

RATE, WARM_UP, DECAY = 1.5e-3, 600, 0.999
# Steps of CTC alone: aligning first is cheap, and TDT alone stays at the language's prior.
TDT_FROM, TDT_RAMP = 2000, 1000
# Of so many utterances one has a TDT loss, too: with all of them a step would take half as long again. While the rate falls
# below a quarter, TDT looks at all of them, and CTC, which only helps, counts less.
TDT_EVERY, CTC_AT_LAST = 3, 0.3


class Trainer:
    def __init__(self, work: pathlib.Path, seed: int, processes: int):
        torch.manual_seed(seed)
        self.work, self.seed = work, seed
        self.pieces = Pieces(work)
        self.model = Transducer(Shape())
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.memory = blank_memory(self.model)
        # `begun` is where training went on from an exported model: the learning rate rises anew from there.
        self.step, self.round, self.begun = 0, 0, 0
        self.path = work / "run/checkpoint.pt"
        if self.path.exists():
            self.restore()
        for tensor in (*self.model.parameters(), *self.average.parameters(),
                       *(value for values in self.memory.values() for value in values.values())):  # fmt: skip
            tensor.share_memory_()
        self.team = Team(processes, list(self.model.parameters()))

    def restore(self) -> None:
        state = torch.load(self.path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.memory = state["memory"]
        self.step, self.round, self.begun = state["step"], state["round"] + 1, state["begun"]
        print(f"going on from step {self.step}", flush=True)

    def save(self) -> None:
        state = {"model": self.model.state_dict(), "average": self.average.state_dict(), "memory": self.memory,
                 "step": self.step, "round": self.round, "begun": self.begun}  # fmt: skip
        temporary = self.path.with_suffix(".tmp")
        torch.save(state, temporary)
        os.replace(temporary, self.path)

    def falling(self, end: int | None, fall: int) -> float:
        """1, and over the last `fall` steps before `end` less and less, down to 0."""
        return 1.0 if end is None else min(1.0, max(0.0, (end - self.step) / fall))

    def learning_rate(self, falling: float) -> float:
        """Rises, stays, and falls to a fiftieth."""
        return RATE * min(1.0, (self.step - self.begun + 1) / WARM_UP) * max(0.02, falling)

    def losses(self, batch: Batch, at_last: bool) -> tuple[torch.Tensor, dict[str, float]]:
        with torch.autocast("cpu", torch.bfloat16):
            encoded, lengths = self.model.encoder(batch.features, batch.lengths)
        encoded = encoded.float()
        blank = self.model.shape.pieces
        likely = F.log_softmax(self.model.ctc(encoded), -1).transpose(0, 1)
        ctc = F.ctc_loss(likely, batch.targets, lengths, batch.counts, blank, "sum", zero_infinity=True)
        ctc = ctc / max(1, int(batch.counts.sum()))
        share = min(1.0, max(0.0, (self.step - TDT_FROM) / TDT_RAMP))
        if share == 0:
            return ctc, {"ctc": ctc.item()}
        every = min(1 if at_last else TDT_EVERY, len(batch.counts))
        some = torch.arange(self.step % every, len(batch.counts), every)
        lengths, counts = lengths[some], batch.counts[some]
        encoded, targets = encoded[some, : int(lengths.max())], batch.targets[some, : max(1, int(counts.max()))]
        predicted, _ = self.model.decoder(F.pad(targets, (1, 0), value=blank))
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model.joint(encoded, predicted)
        tdt = tdt_loss(logits, targets, lengths, counts, torch.ones(len(some))) / max(1, int(counts.sum()))
        return (CTC_AT_LAST if at_last else 1) * ctc + share * tdt, {"ctc": ctc.item(), "tdt": tdt.item()}

    def train(self, end: int | None, fall: int) -> None:
        """Runs in every process of the team. The first one also tells, saves and evaluates, while the others wait."""
        team = self.team
        names, saved = shares(self.model, team.size)[team.rank], time.time()
        optimizers = Optimizers(self.model, names, self.memory, RATE)
        followed = [[dict(model.named_parameters())[name] for name in names] for model in (self.average, self.model)]
        while True:
            sums: dict[str, list[float]] = {}
            began = time.time()
            place = self.round * team.size + team.rank
            for batch in batches(self.work / "features", self.pieces, self.seed, place, self.step, team.size):
                falling = self.falling(end, fall)
                rate = self.learning_rate(falling)
                # What has been said is first heard as through fog, so that the encoder learns to hear, and clearly at last:
                # with all of the dropout to the end, some words came out with a syllable twice ("liviving").
                self.model.decoder.dropout.p = self.model.shape.prediction_dropout * falling
                self.model.zero_grad(set_to_none=True)
                loss, values = self.losses(batch, at_last=falling < 1 / 4)
                loss.backward()
                team.share_gradients()
                norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 3.0)
                if torch.isfinite(norm):
                    optimizers.step(rate)
                self.step += 1
                self.follow(*followed)
                team.wait()
                values |= {"norm": float(norm), "seconds": time.time() - began}
                began = time.time()
                if team.rank > 0:
                    continue
                for name, value in values.items():
                    sums.setdefault(name, []).append(value)
                if self.step % 20 == 0:
                    line = {"step": self.step, "round": self.round, "rate": round(rate, 6)}
                    line |= {name: round(sum(value) / len(value), 4) for name, value in sums.items()}
                    self.note(line)
                    sums = {}
                if time.time() - saved > 180 or self.step == end:
                    self.save()
                    saved = time.time()
                if self.step % 1000 == 0:
                    line = {"step": self.step, **score(self.average, self.pieces, self.work, limit=60)}
                    self.note(line)
                if self.step == end:
                    return
            self.round += 1
            release_memory()

    def note(self, line: dict) -> None:
        print(line, flush=True)
        with open(self.work / "run/log.jsonl", "a") as file:
            print(json.dumps(line), file=file)

    @torch.no_grad()
    def follow(self, averages: list[torch.Tensor], weights: list[torch.Tensor]) -> None:
        """The average of the last thousand or so weights is what is evaluated and exported."""
        decay = min(DECAY, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(averages, weights, 1 - decay)
        for average, now in zip(self.average.buffers(), self.model.buffers()):
            average.copy_(now)


def keep_memory() -> None:
    """Lets glibc keep what is freed for the next step: fresh pages from the kernel are a sixth of a step's time."""
    with contextlib.suppress(AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(-4, 0)  # M_MMAP_MAX
        library.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD


def release_memory() -> None:
    """Gives glibc's free memory back: batches of many sizes leave holes, which otherwise grow by gigabytes an hour."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def train(work: pathlib.Path, seed: int, processes: int, end: int | None, fall: int) -> None:
    torch.set_num_threads(1)
    keep_memory()
    (work / "run").mkdir(parents=True, exist_ok=True)
    (work / "run/pid").write_text(f"{os.getpid()}\n")
    trainer = Trainer(work, seed, processes)
    trainer.team.run(lambda: trainer.train(end, fall))
