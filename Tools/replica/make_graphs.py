#!/usr/bin/env python3
"""Write 110m/*.onnx.xz and 110m/*.json: NeMo's export of Parakeet TDT-CTC 110M's architecture, without its weights.

The JSON files say how `make_replica.py` makes up each tensor that the graphs lack: its shape, distribution and scale.
A bias of the joint network stays in its graph. It takes away the mean of the encoder's answers to the recordings in
Tests/Fixtures/audio; otherwise each frame would give the same token.

The packages are those of Tools/make_heads.py:

    venv/bin/python Tools/replica/make_graphs.py
"""
import json
import lzma
import pathlib
import random
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper

import make_replica

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import make_heads  # noqa: E402
import oracle  # noqa: E402

SHAPE = make_heads.Shape(
    "tdt", width=512, layers=17, heads=8, expansion=4, channels=256, prediction=640, positions=5000)
GRAPHS = make_replica.SHAPES["110m"].graphs
SMALL = 256  # numbers; what is not larger stays in the graph
CENTRE = "joint.enc.bias"


def spec(values: np.ndarray) -> dict:
    """How to make up such a tensor; its scale is the bound of uniform weights, otherwise the standard deviation."""
    if values.ndim == 3 and values.shape[1] == 2 * SHAPE.positions - 1:
        kind, scale = "posenc", 1.0
    elif (values == values.flat[0]).all():
        kind, scale = "const", values.flat[0]
    elif abs(values).max() < 1.8 * values.std():
        kind, scale = "uniform", abs(values).max()
    else:
        kind, scale = "normal", values.std()
    return {"kind": kind, "scale": float(scale), "shape": list(values.shape)}


def save(model: onnx.ModelProto, stem: str) -> None:
    (GRAPHS / f"{stem}.onnx.xz").write_bytes(lzma.compress(model.SerializeToString(), preset=9 | lzma.PRESET_EXTREME))


def strip(path: pathlib.Path) -> None:
    model = onnx.load(path)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                tensors[f"{node.name}#{attribute.name}"] = attribute.t
    specs = {}
    for name, tensor in sorted(tensors.items()):
        if tensor.data_type == onnx.TensorProto.FLOAT and np.prod(tensor.dims) > SMALL and name != CENTRE:
            specs[name] = spec(numpy_helper.to_array(tensor))
            tensor.raw_data = b""
    save(model, path.stem)
    (GRAPHS / f"{path.stem}.json").write_text(json.dumps(specs, indent=0) + "\n")


def centre() -> None:
    """Gives the joint network the bias that takes away the mean of the encoder's answers."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        make_replica.make(folder, "110m")
        encoder = onnxruntime.InferenceSession(folder / "encoder-model.onnx", providers=["CPUExecutionProvider"])
        joint = {tensor.name: numpy_helper.to_array(tensor)
                 for tensor in onnx.load(folder / "decoder_joint-model.onnx").graph.initializer}
        frames = []
        for path in sorted(make_heads.AUDIO.glob("*.wav")):
            features = oracle.features(oracle.samples(path), SHAPE.bands)
            answer, lengths = encoder.run(
                ["outputs", "encoded_lengths"],
                {"audio_signal": features[None], "length": np.array([features.shape[1]])})
            frames.append(answer[0, :, : lengths[0]].T)
    mean = np.concatenate(frames).mean(axis=0) @ joint[make_replica.SHAPES["110m"].encoder_projection]
    model = onnx.load_from_string(lzma.decompress((GRAPHS / "decoder_joint-model.onnx.xz").read_bytes()))
    for tensor in model.graph.initializer:
        if tensor.name == CENTRE:
            tensor.CopyFrom(numpy_helper.from_array(-mean.astype(np.float32), CENTRE))
    save(model, "decoder_joint-model")


def main() -> None:
    GRAPHS.mkdir(exist_ok=True)
    torch.manual_seed(0)
    letters = random.Random(0)
    texts = [" ".join("".join(letters.choices("abcdefghijklmnopqrst", k=6)) for _ in range(8)) for _ in range(500)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        make_heads.pieces(texts, folder, make_replica.SHAPES["110m"].vocabulary_size)
        make_heads.build(SHAPE, folder).export(str(folder / "model.onnx"))
        for stem in ["encoder-model", "decoder_joint-model"]:
            strip(folder / f"{stem}.onnx")
    centre()


if __name__ == "__main__":
    main()
