"""What changes the weights: Muon the matrices of the layers, AdamW the rest."""

import itertools

import torch
from torch import Tensor

from .model import Transducer
from .muon import Muon

Memory = dict[str, dict[str, Tensor]]  # of each parameter, by its name


def is_matrix(name: str, parameter: Tensor) -> bool:
    return name.startswith("encoder.layers.") and parameter.ndim == 2 and "pos_bias" not in name


def blank_memory(model: Transducer) -> Memory:
    """What the optimizers remember before their first step."""
    memory = {}
    for name, p in model.named_parameters():
        if is_matrix(name, p):
            memory[name] = {"momentum_buffer": torch.zeros_like(p)}
        else:
            memory[name] = {"step": torch.tensor(0.0), "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}  # fmt: skip
    return memory


def shares(model: Transducer, size: int) -> list[list[str]]:
    """The names of all parameters, dealt out to `size` processes so that each has as many matrices of a shape."""
    alike = sorted(model.named_parameters(), key=lambda item: (is_matrix(*item), item[1].shape))
    return [[name for name, _ in itertools.islice(alike, rank, None, size)] for rank in range(size)]


class Optimizers:
    """Changes the parameters with these names; what it has to remember is kept in `memory`."""

    def __init__(self, model: Transducer, names: list[str], memory: Memory, rate: float):
        mine = {name: p for name, p in model.named_parameters() if name in names}
        matrices = {name: p for name, p in mine.items() if is_matrix(name, p)}
        others = {name: p for name, p in mine.items() if name not in matrices}
        self.both = [
            Muon(matrices.values(), lr=rate, weight_decay=0.02, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others.values(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01),
        ]
        for optimizer, some in zip(self.both, (matrices, others)):
            optimizer.state.update({p: memory[name] for name, p in some.items()})

    def step(self, rate: float) -> None:
        for optimizer in self.both:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
