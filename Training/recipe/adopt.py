"""Step `adopt`: a checkpoint made of an exported model, for training that goes on where an earlier one ended.

An export has neither the CTC head, which is learnt anew while the learning rate rises, nor batch normalization, which is
part of the convolution before it: what the convolution gives now is measured, and normalization is made to leave it as it is.
"""

import pathlib

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from torch import nn

from .data import batches
from .model import Transducer
from .train import Trainer
from .vocabulary import Pieces

STEP = 5000  # easy lessons and CTC alone are behind it
MEASURED = 20  # batches


def weights(path: pathlib.Path) -> dict[str, np.ndarray]:
    """By name; a matrix has the name of the module that multiplies by it, a number behind it if there are several."""
    graph = onnx.load(path).graph
    values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in values:  # of the compact storage
            values[node.output[0]] = values[node.input[0]].astype(np.float32)
    found = {name: value for name, value in values.items() if not name.startswith("onnx::")}
    for node in graph.node:
        module = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
        own = [name for name in node.input if name.startswith("onnx::") and name in values]
        if node.op_type in ("MatMul", "Conv", "LSTM"):
            found |= {f"{module}.{i}" if i else module: values[name] for i, name in enumerate(own)}
    return found


def lstm_order(value: np.ndarray) -> torch.Tensor:
    """ONNX's gates input, output, forget, cell in PyTorch's order input, forget, cell, output."""
    i, o, f, c = np.split(value, 4)
    return torch.from_numpy(np.concatenate([i, f, c, o]))


def filled(model: Transducer, folder: pathlib.Path) -> Transducer:
    """The model with an export's weights; its normalization does nothing yet."""
    encoder, decoder = weights(folder / "encoder-model.onnx"), weights(folder / "decoder_joint-model.onnx")
    found = encoder | decoder
    state = model.state_dict()
    for name in state:
        module = name.rpartition(".")[0]
        short = module.replace("joint.joint_net.2", "joint.joint_net.joint_net.2")
        if name.startswith(("ctc.", "decoder.prediction.dec_rnn.")) or "batch_norm" in name:
            continue
        if name in found:
            value = torch.from_numpy(found[name].copy())
        elif short in found:
            value = torch.from_numpy(found[short].copy())
            value = value if "conv" in module else value.T
        else:
            raise SystemExit(f"{folder}: there are no weights {name}")
        if value.shape != state[name].shape:
            raise SystemExit(f"{folder}: {name} is {tuple(value.shape)}, not {tuple(state[name].shape)}")
        state[name] = value.contiguous()
    lstm = "decoder.prediction.dec_rnn.lstm."
    matrices, recurrent, biases = (found[f"decoder.lstm{end}"][0] for end in ("", ".1", ".2"))
    state[lstm + "weight_ih_l0"], state[lstm + "weight_hh_l0"] = lstm_order(matrices), lstm_order(recurrent)
    for name, part in zip(("bias_ih_l0", "bias_hh_l0"), np.split(biases, 2)):
        state[lstm + name] = lstm_order(part)
    for i in range(model.shape.layers):
        norm = f"encoder.layers.{i}.conv.batch_norm"
        state[f"{norm}.bias"] = torch.from_numpy(found[f"encoder.layers.{i}.conv.depthwise_conv.1"].copy())
        state[f"{norm}.running_mean"].zero_()
        state[f"{norm}.running_var"].fill_(1 - nn.BatchNorm1d(1).eps)
        state[f"{norm}.weight"].fill_(1)
    model.load_state_dict(state)
    return model


@torch.no_grad()
def normalize(model: Transducer, work: pathlib.Path, seed: int) -> None:
    """Gives batch normalization the statistics of training, and weights that undo them."""
    sums = [torch.zeros(3, model.shape.width, dtype=torch.float64) for _ in model.encoder.layers]

    def measure(place: torch.Tensor):
        def hook(_, __, output: torch.Tensor) -> None:
            values = output.double().transpose(1, 2).reshape(-1, output.shape[1])
            place.add_(torch.stack([torch.full_like(values[0], len(values)), values.sum(0), (values**2).sum(0)]))

        return hook

    hooks = [layer.conv.depthwise_conv.register_forward_hook(measure(place)) for layer, place in zip(model.encoder.layers, sums)]  # fmt: skip
    model.eval()
    for _, batch in zip(range(MEASURED), batches(work / "features", Pieces(work), seed, 0, STEP, 1)):
        model.encoder(batch.features, batch.lengths)
    for hook in hooks:
        hook.remove()
    model.train()
    for layer, (count, total, squares) in zip(model.encoder.layers, sums):
        norm, mean = layer.conv.batch_norm, total / count
        variance = squares / count - mean**2
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean.float())


def adopt(work: pathlib.Path, folder: pathlib.Path, seed: int) -> None:
    if (work / "run/checkpoint.pt").exists():
        raise SystemExit(f"{work}/run/checkpoint.pt is there; another --work, or move it away")
    expected = [line.rsplit(" ", 1)[0] for line in (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()]
    if expected[:-1] != Pieces(work).names:
        raise SystemExit(f"{folder}/vocab.txt has other pieces than {work}/vocabulary.model; was it another --seed?")
    (work / "run").mkdir(parents=True, exist_ok=True)
    trainer = Trainer(work, seed, 1)
    normalize(filled(trainer.model, folder), work, seed)
    trainer.average.load_state_dict(trainer.model.state_dict())
    trainer.step = trainer.begun = STEP
    trainer.save()
    print(f"{work}/run/checkpoint.pt: {sum(p.numel() for p in trainer.model.parameters()):,} weights, step {STEP}")
