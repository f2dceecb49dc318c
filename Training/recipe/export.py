"""Step `export`: the averaged weights in the layout of Parakeet TDT's public ONNX export."""

import json
import pathlib

import torch
from torch import Tensor, nn

from .model import Shape, Transducer
from .vocabulary import Pieces

OPSET = 17


class EncoderGraph(nn.Module):
    """audio_signal [B, bands, T], length [B] to outputs [B, width, T'], encoded_lengths [B]."""

    def __init__(self, model: Transducer):
        super().__init__()
        self.encoder = model.encoder

    def forward(self, audio_signal: Tensor, length: Tensor) -> tuple[Tensor, Tensor]:
        encoded, lengths = self.encoder(audio_signal.transpose(1, 2), length)
        return encoded.transpose(1, 2), lengths


class DecoderGraph(nn.Module):
    """The prediction network and the joint network as one graph."""

    def __init__(self, model: Transducer):
        super().__init__()
        self.decoder, self.joint = model.decoder, model.joint

    def forward(self, encoder_outputs, targets, target_length, input_states_1, input_states_2):
        predicted, (hidden, cell) = self.decoder(targets.long(), (input_states_1, input_states_2))
        return self.joint(encoder_outputs.transpose(1, 2), predicted), target_length.clone(), hidden, cell


def averaged(work: pathlib.Path) -> Transducer:
    """The model of the last checkpoint, with averaged weights."""
    model = Transducer(Shape())
    model.load_state_dict(torch.load(work / "run/checkpoint.pt", weights_only=True)["average"])
    return model.eval()


def write(
    graph: nn.Module, path: pathlib.Path, example: tuple, inputs: list[str], outputs: list[str], axes: dict
) -> None:
    torch.onnx.export(
        graph,
        example,
        path,
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )


def export(work: pathlib.Path, output: pathlib.Path | None) -> None:
    folder = output or work / "export"
    folder.mkdir(parents=True, exist_ok=True)
    model, shape = averaged(work), Shape()
    write(
        EncoderGraph(model), folder / "encoder-model.onnx", (torch.randn(2, shape.bands, 321), torch.tensor([321, 200])),
        ["audio_signal", "length"], ["outputs", "encoded_lengths"],
        {"audio_signal": {0: "batch", 2: "frames"}, "length": {0: "batch"}, "outputs": {0: "batch", 2: "encoded"}, "encoded_lengths": {0: "batch"}},
    )  # fmt: skip
    state = torch.zeros(1, 2, shape.prediction)
    example = (
        torch.randn(2, shape.width, 7),
        torch.zeros(2, 3, dtype=torch.int32),
        torch.tensor([3, 3], dtype=torch.int32),
        state,
        state,
    )
    write(
        DecoderGraph(model), folder / "decoder_joint-model.onnx", example,
        ["encoder_outputs", "targets", "target_length", "input_states_1", "input_states_2"],
        ["outputs", "prednet_lengths", "output_states_1", "output_states_2"],
        {"encoder_outputs": {0: "batch", 2: "encoded"}, "targets": {0: "batch", 1: "tokens"}, "target_length": {0: "batch"},
         "input_states_1": {1: "batch"}, "input_states_2": {1: "batch"}, "outputs": {0: "batch", 1: "encoded", 2: "tokens"},
         "prednet_lengths": {0: "batch"}, "output_states_1": {1: "batch"}, "output_states_2": {1: "batch"}},
    )  # fmt: skip
    lines = [f"{name} {i}\n" for i, name in enumerate([*Pieces(work).names, "<blk>"])]
    (folder / "vocab.txt").write_text("".join(lines), encoding="utf-8")
    config = {"model_type": "nemo-conformer-tdt", "features_size": shape.bands, "subsampling_factor": 8}
    (folder / "config.json").write_text(json.dumps(config) + "\n")
    for path in sorted(folder.iterdir()):
        print(f"{path.name:<26}{path.stat().st_size:>12,} bytes")
