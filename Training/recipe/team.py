"""Several processes that train one model, a core each: every one has batches of its own, and steps are taken together.

Forward and backward, two processes of one thread take four fifths of the time of one with two threads: most operations of a
small model are too short to be worth dividing. Weights and gradients lie in shared memory.
"""

import contextlib
import ctypes
import multiprocessing
import signal
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

PATIENCE = 600  # seconds until a process that waits for another gives up
PR_SET_PDEATHSIG = 1


class Team:
    def __init__(self, size: int, parameters: list[torch.nn.Parameter]):
        self.size, self.rank, self.parameters = size, 0, parameters
        self.processes = multiprocessing.get_context("fork")
        self.barrier = self.processes.Barrier(size)
        count = sum(p.numel() for p in parameters)
        self.gradients, self.mean = torch.zeros(size, count).share_memory_(), torch.zeros(count)

    def run(self, work: Callable[[], None]) -> None:
        """Does `work` in every process; the others end with this one, whatever ends it."""
        for rank in range(1, self.size):
            self.processes.Process(target=self.join, args=(rank, work), daemon=True).start()
        work()

    def join(self, rank: int, work: Callable[[], None]) -> None:
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        self.rank = rank
        work()

    def wait(self) -> None:
        self.barrier.wait(PATIENCE)

    def pieces(self, flat: Tensor) -> Iterator[tuple[torch.nn.Parameter, Tensor]]:
        """Each parameter that has a gradient, and its place in a flat vector of all."""
        for p, part in zip(self.parameters, flat.split([p.numel() for p in self.parameters])):
            if p.grad is not None:
                yield p, part.view_as(p)

    def share_gradients(self) -> None:
        """Every process waits for the others; then the gradients of each are the mean of all."""
        if self.size == 1:
            return
        for p, place in self.pieces(self.gradients[self.rank]):
            place.copy_(p.grad)
        self.wait()
        torch.mean(self.gradients, 0, out=self.mean)
        for p, place in self.pieces(self.mean):
            p.grad = place
