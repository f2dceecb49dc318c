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

TOGETHER = 12  # shards that are shuffled together
FRAMES = 10_000  # of features in a batch, with padding: 100 s


@dataclass
class Batch:
    features: Tensor  # [B, T, bands]
    lengths: Tensor  # [B]
    targets: Tensor  # [B, U]
    counts: Tensor  # [B]


def warp(features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Another speed (0.85 to 1.18) for the batch and, for each utterance, another length of the vocal tract: bands move up or down."""
    b, t, bands = features.shape
    speed = float(torch.empty(1).uniform_(0.85, 1.18))
    count = max(1, round(t / speed))
    tract = torch.empty(b).uniform_(0.88, 1.12)
    rows = torch.linspace(-1, 1, count)[None, :, None].expand(b, count, bands)
    # Around the lowest band: low bands move little, as formants do.
    columns = ((torch.linspace(0, 2, bands)[None] * tract[:, None]).clamp(max=2) - 1)[:, None, :].expand(b, count, bands)
    features = F.grid_sample(features[:, None], torch.stack([columns, rows], -1), align_corners=True, padding_mode="border")[:, 0]
    return features, (lengths / speed).floor().long().clamp(min=1, max=count)


def mask(features: Tensor, lengths: Tensor, draw: np.random.Generator) -> Tensor:
    """SpecAugment: up to two runs of bands and up to three short runs of frames are hidden."""
    for i, length in enumerate(lengths.tolist()):
        for _ in range(draw.integers(0, 3)):
            width = draw.integers(1, 22)
            start = draw.integers(features.shape[2] - width)
            features[i, :, start : start + width] = 0
        for _ in range(draw.integers(0, 4)):
            width = draw.integers(1, max(2, min(20, length // 12)))
            start = draw.integers(max(1, length - width))
            features[i, start : start + width] = 0
    return features


def batches(folder: pathlib.Path, pieces: Pieces, seed: int, round_number: int) -> Iterator[Batch]:
    """One round: some of the shards that are there by now, shuffled, in batches of similar length."""
    draw = np.random.default_rng([seed, round_number])
    torch.manual_seed(seed * 1_000_003 + round_number)
    shards = sorted(folder.glob("*.npz"))
    # Rounds walk through one order of the shards after the other, so that none is seen twice before all are seen once.
    turn, place = divmod(round_number * TOGETHER, max(1, len(shards)))
    order = random.Random(f"{seed} {turn} {len(shards)}").sample(shards, len(shards))
    order += random.Random(f"{seed} {turn + 1} {len(shards)}").sample(shards, len(shards))
    items: list[tuple[np.ndarray, list[int]]] = []
    for path in order[place : place + TOGETHER]:
        for features, text in zip(*read_features(path)):
            ids = pieces.encode(text)
            if 0 not in ids and len(features) >= 24 and len(ids) < len(features) / 8 / 1.25:
                items.append((features, ids))
    items.sort(key=lambda item: len(item[0]) * (1 + 0.1 * draw.random()))
    groups, group, longest = [], [], 0
    for item in items:
        longest = max(longest, len(item[0]))
        if group and longest * (len(group) + 1) > FRAMES:
            groups.append(group)
            group, longest = [], len(item[0])
        group.append(item)
    groups.append(group)
    for index in draw.permutation(len(groups)):
        yield collate(groups[index], draw)


def collate(group: list[tuple[np.ndarray, list[int]]], draw: np.random.Generator) -> Batch:
    lengths = torch.tensor([len(features) for features, _ in group])
    counts = torch.tensor([len(ids) for _, ids in group])
    features = torch.zeros(len(group), int(lengths.max()), group[0][0].shape[1])
    targets = torch.zeros(len(group), max(1, int(counts.max())), dtype=torch.long)
    for i, (values, ids) in enumerate(group):
        features[i, : len(values)] = torch.from_numpy(values.astype(np.float32))
        targets[i, : len(ids)] = torch.tensor(ids, dtype=torch.long)
    features, lengths = warp(features / STEP, lengths)
    features = mask(features, lengths, draw)
    inside = torch.arange(features.shape[1])[None, :] < lengths[:, None]
    return Batch(features * inside[:, :, None], lengths, targets, counts)
