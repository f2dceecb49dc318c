"""Batches of features for training, changed a little each time they are seen."""

import pathlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .augment import STEP, read_features
from .vocabulary import Pieces

ROUND = 32  # frames: few different shapes, so that oneDNN's compiled kernels are found again and do not pile up
TOGETHER = 10  # shards that are shuffled together


@dataclass
class Batch:
    features: Tensor  # [B, T, bands]
    lengths: Tensor  # [B]
    targets: Tensor  # [B, U]
    counts: Tensor  # [B]


def warp(features: Tensor, lengths: Tensor, change: float) -> tuple[Tensor, Tensor]:
    """Another speed for the batch and, for each utterance, another length of the vocal tract: bands move up or down."""
    b, t, bands = features.shape
    speed = float(torch.empty(1).uniform_(0.85, 1.18)) ** change
    count = rounded(round(t / speed))
    tract = torch.empty(b).uniform_(0.88, 1.12) ** change
    rows = (torch.arange(count) * (2 * speed / max(1, t - 1)) - 1)[None, :, None].expand(b, count, bands)
    # Around the lowest band: low bands move little, as formants do.
    columns = ((torch.linspace(0, 2, bands)[None] * tract[:, None]).clamp(max=2) - 1)[:, None, :].expand(
        b, count, bands
    )
    features = F.grid_sample(
        features[:, None], torch.stack([columns, rows], -1), align_corners=True, padding_mode="border"
    )[:, 0]
    return features, (lengths / speed).floor().long().clamp(min=1, max=count)


def mask(features: Tensor, lengths: Tensor, draw: np.random.Generator, change: float) -> Tensor:
    """SpecAugment: up to two runs of bands and up to three short runs of frames are hidden."""
    for i, length in enumerate(lengths.tolist()):
        for _ in range(draw.integers(0, 3)):
            width = draw.integers(1, 2 + round(20 * change))
            start = draw.integers(features.shape[2] - width)
            features[i, :, start : start + width] = 0
        for _ in range(draw.integers(0, 4)):
            width = draw.integers(1, 2 + round(change * min(18, length // 12)))
            start = draw.integers(max(1, length - width))
            features[i, start : start + width] = 0
    return features


@dataclass(frozen=True)
class Lesson:
    """What is asked of the model at a step: easy things first. In dry speech CTC finds the words three times sooner."""

    dry: float  # share of the shards without rooms and noise
    natural: float  # share of those of natural voices, with and without rooms: there are few, and they are the hardest
    change: float  # how far speed, vocal tract and masks may go, 0 to 1
    frames: int  # of features in a batch, with padding

    @classmethod
    def at(cls, step: int) -> "Lesson":
        grown = min(1.0, max(0.0, (step - 1500) / 3000))
        return cls(1 - 0.7 * grown, 0.3 * grown, 0.3 + 0.2 * grown, 5000 + round(4000 * grown))


def chosen(folder: pathlib.Path, lesson: Lesson, seed: int, round_number: int) -> list[pathlib.Path]:
    """The shards of a round, of those that are there by now. None comes again before all of its kind have been seen."""
    kinds: dict[str, list[pathlib.Path]] = {"natural": [], "dry": [], "wet": []}
    for path in sorted(folder.glob("*.npz")):
        kinds["natural" if path.name.startswith("n") else "dry" if path.stem.endswith("dry") else "wet"].append(path)
    natural = round(TOGETHER * lesson.natural) if kinds["natural"] else 0
    dry = round((TOGETHER - natural) * lesson.dry)
    found = []
    for (kind, shards), count in zip(kinds.items(), (natural, dry, TOGETHER - natural - dry)):
        for place in range(round_number * count, (round_number + 1) * count):
            turn, index = divmod(place, len(shards))
            found.append(random.Random(f"{seed} {kind} {turn} {len(shards)}").sample(shards, len(shards))[index])
    return found


def batches(
    folder: pathlib.Path, pieces: Pieces, seed: int, round_number: int, step: int, team: int
) -> Iterator[Batch]:
    """One round: some shards, shuffled, in batches of similar length, each for one of `team` processes."""
    lesson = Lesson.at(step)
    draw = np.random.default_rng([seed, round_number])
    torch.manual_seed(seed * 1_000_003 + round_number)
    items: list[tuple[np.ndarray, list[int]]] = []
    for path in chosen(folder, lesson, seed, round_number):
        for features, text in zip(*read_features(path)):
            ids = pieces.encode(text)
            if 0 not in ids and len(features) >= 24 and len(ids) < len(features) / 8 / 1.25:
                items.append((features, ids))
    items.sort(key=lambda item: len(item[0]) * (1 + 0.1 * draw.random()))
    groups, group, longest = [], [], 0
    for item in items:
        longest = max(longest, rounded(len(item[0])))
        if group and longest * (len(group) + 1) > lesson.frames / team:
            groups.append(group)
            group, longest = [], rounded(len(item[0]))
        group.append(item)
    groups.append(group)
    for index in draw.permutation(len(groups)):
        yield collate(groups[index], draw, lesson.change)


def rounded(frames: int) -> int:
    return -(-frames // ROUND) * ROUND


def collate(group: list[tuple[np.ndarray, list[int]]], draw: np.random.Generator, change: float) -> Batch:
    lengths = torch.tensor([len(features) for features, _ in group])
    counts = torch.tensor([len(ids) for _, ids in group])
    features = torch.zeros(len(group), rounded(int(lengths.max())), group[0][0].shape[1])
    targets = torch.zeros(len(group), max(1, int(counts.max())), dtype=torch.long)
    for i, (values, ids) in enumerate(group):
        features[i, : len(values)] = torch.from_numpy(values.astype(np.float32))
        targets[i, : len(ids)] = torch.tensor(ids, dtype=torch.long)
    features, lengths = warp(features / STEP, lengths, change)
    features = mask(features, lengths, draw, change)
    inside = torch.arange(features.shape[1])[None, :] < lengths[:, None]
    return Batch(features * inside[:, :, None], lengths, targets, counts)
