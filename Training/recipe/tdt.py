"""The token-and-duration transducer loss (Xu et al., 2023), forward-backward with analytic gradients.

A path through frames t and emitted tokens u is a run of (token, duration) pairs. A blank lasts 1 to 4 frames, a token
0 to 4; the path ends when a blank steps onto the frame after the last. Token log-probabilities are lowered by `SIGMA`, as
in NeMo: paths of fewer, longer steps are preferred.
"""

import concurrent.futures
import math

import numba
import numpy as np
import torch

from .model import DURATIONS

SIGMA = 0.05
THREADS = concurrent.futures.ThreadPoolExecutor()


@numba.njit(inline="always", cache=True)
def add(a, b):
    """log(exp(a) + exp(b))"""
    if a == -np.inf:
        return b
    if b == -np.inf:
        return a
    high = max(a, b)
    return high + math.log1p(math.exp(min(a, b) - high))


@numba.njit(fastmath=True, cache=True)
def normalizer(logits):
    high = logits[0]
    for value in logits:
        high = max(high, value)
    total = np.float32(0)
    for value in logits:
        total += math.exp(value - high)
    return high + math.log(total)


@numba.njit(cache=True)
def one(logits, targets, frames, count, weight, gradient):
    """The loss of one utterance; adds `weight` times its gradient. logits [T, U + 1, pieces + 1 + durations]."""
    tokens = logits.shape[2] - DURATIONS
    blank = tokens - 1
    token_sum = np.empty((frames, count + 1))
    silent = np.empty((frames, count + 1))
    said = np.full((frames, count + 1), -np.inf)
    lasting = np.empty((frames, count + 1, DURATIONS))
    for t in range(frames):
        for u in range(count + 1):
            cell = logits[t, u]
            token_sum[t, u] = normalizer(cell[:tokens])
            silent[t, u] = cell[blank] - token_sum[t, u] - SIGMA
            if u < count:
                said[t, u] = cell[targets[u]] - token_sum[t, u] - SIGMA
            duration_sum = normalizer(cell[tokens:])
            for d in range(DURATIONS):
                lasting[t, u, d] = cell[tokens + d] - duration_sum
    before = np.full((frames + 1, count + 1), -np.inf)
    before[0, 0] = 0
    for t in range(frames + 1):
        for u in range(count + 1):
            value = before[t, u]
            for d in range(1, min(DURATIONS, t + 1)):
                value = add(value, before[t - d, u] + silent[t - d, u] + lasting[t - d, u, d])
            if u > 0 and t < frames:
                for d in range(min(DURATIONS, t + 1)):
                    value = add(value, before[t - d, u - 1] + said[t - d, u - 1] + lasting[t - d, u - 1, d])
            before[t, u] = value
    total = before[frames, count]
    if total == -np.inf:
        return 0.0
    after = np.full((frames + 1, count + 1), -np.inf)
    after[frames, count] = 0
    posterior = np.empty(DURATIONS)
    for t in range(frames - 1, -1, -1):
        for u in range(count, -1, -1):
            value = -np.inf
            silent_share, said_share = 0.0, 0.0
            posterior[:] = 0
            start = before[t, u] - total
            for d in range(DURATIONS):
                if t + d > frames:
                    break
                if d > 0:
                    path = silent[t, u] + lasting[t, u, d] + after[t + d, u]
                    value = add(value, path)
                    share = math.exp(start + path)
                    silent_share += share
                    posterior[d] += share
                if u < count and t + d < frames:
                    path = said[t, u] + lasting[t, u, d] + after[t + d, u + 1]
                    value = add(value, path)
                    share = math.exp(start + path)
                    said_share += share
                    posterior[d] += share
            after[t, u] = value
            both = silent_share + said_share
            if both < 1e-9:
                continue
            cell, slope = logits[t, u], gradient[t, u]
            scale = np.float32(weight * both)
            high = np.float32(token_sum[t, u])
            for k in range(tokens):
                slope[k] = scale * math.exp(cell[k] - high)
            slope[blank] -= weight * silent_share
            if u < count:
                slope[targets[u]] -= weight * said_share
            for d in range(DURATIONS):
                slope[tokens + d] = weight * (both * math.exp(lasting[t, u, d]) - posterior[d])
    return -total


@numba.njit(nogil=True, cache=True)
def batch(logits, targets, frames, counts, weights, gradient):
    losses = np.zeros(len(frames))
    for b in range(len(frames)):
        losses[b] = one(logits[b], targets[b], frames[b], counts[b], weights[b], gradient[b])
    return losses


class Loss(torch.autograd.Function):
    @staticmethod
    def forward(context, logits, targets, frames, counts, weights):
        gradient = torch.zeros_like(logits)
        parts = [x.detach().numpy() for x in (logits, targets, frames, counts, weights, gradient)]
        losses = np.zeros(len(counts))
        shares = [slice(i, None, torch.get_num_threads()) for i in range(torch.get_num_threads())]
        for share, found in zip(shares, THREADS.map(lambda share: batch(*(x[share] for x in parts)), shares)):
            losses[share] = found
        context.save_for_backward(gradient)
        return (torch.from_numpy(losses).float() * weights).sum()

    @staticmethod
    def backward(context, slope):
        return context.saved_tensors[0] * slope, None, None, None, None


def tdt_loss(logits, targets, frames, counts, weights):
    """The weighted sum of the losses: logits [B, T, U + 1, pieces + 1 + durations], targets [B, U], all on the CPU."""
    return Loss.apply(logits.float().contiguous(), targets, frames, counts, weights)
