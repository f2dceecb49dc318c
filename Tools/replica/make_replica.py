#!/usr/bin/env python3
"""Write a full-size stand-in for the ONNX export of Parakeet TDT 0.6B v3, or of Parakeet TDT-CTC 110M.

Speed, memory, shapes, operators and numerical agreement do not depend on what the weights say, so
tests and benchmarks need no download. This script writes the same files, with the same graph (NeMo's
own export of that architecture), the same tensor names, types and sizes, and seeded random weights:

                               0.6b     110m
    encoder-model.onnx        42 MB    21 MB   graph and position table
    encoder-model.onnx.data  2.4 GB   0.4 GB   external weights
    decoder_joint-model.onnx  73 MB    20 MB
    vocab.txt, config.json

The last layer is biased so that a decoder takes about as many steps as it does on speech: roughly
half of the steps are blank and the mean advance is about two frames. The text means nothing.

    pip install numpy onnx
    python3 make_replica.py OUTPUT_DIRECTORY [--shape 110m] [--int8]

--int8 also writes encoder-model.int8.onnx and decoder_joint-model.int8.onnx, made as the public INT8
export was, by onnxruntime's dynamic quantization (needs: pip install onnxruntime sympy).
"""
import argparse
import dataclasses
import hashlib
import json
import lzma
import pathlib

import numpy as np
import onnx
from onnx import numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
SEED = 0  # a bias stored in the graph belongs to this seed


@dataclasses.dataclass
class Shape:
    graphs: pathlib.Path
    bands: int
    vocabulary_size: int
    encoder_projection: str  # the joint network's layer for the encoder's answer
    # With the bias kept in the graph, which removes the mean, this makes the joint network's answer
    # depend on the frame, as in a trained model.
    encoder_gain: float
    blank_bias: float
    duration_bias: list[float]


SHAPES = {
    "0.6b": Shape(HERE, 128, 8192, "onnx::MatMul_228", 40.0, 1.0, [-30.0, 0.0, 0.3, 0.0, -0.3]),
    "110m": Shape(HERE / "110m", 80, 1024, "onnx::MatMul_122", 40.0, 0.85, [-30.0, 0.0, 0.3, 0.0, -0.3]),
}


def position_table(length: int, width: int) -> np.ndarray:
    """Relative sinusoidal positions, length-1 .. -(length-1) halves, as [1, length, width] float32."""
    reach = (length - 1) // 2
    positions = np.arange(reach, -reach - 1, -1, dtype=np.float32)[:, None]
    rates = np.exp(np.arange(0, width, 2, dtype=np.float32) * -(np.log(10000.0) / width)).astype(np.float32)
    table = np.zeros((length, width), dtype=np.float32)
    table[:, 0::2] = np.sin(positions * rates)
    table[:, 1::2] = np.cos(positions * rates)
    return table[None]


def weights(name: str, spec: dict, seed: int) -> np.ndarray:
    shape, kind, scale = spec["shape"], spec["kind"], np.float32(spec["scale"])
    if kind == "posenc":
        return position_table(shape[1], shape[2])
    if kind == "const":
        return np.full(shape, scale, dtype=np.float32)
    random = np.random.default_rng([seed, *name.encode()])
    values = random.random(shape, dtype=np.float32)
    reach = scale if kind == "uniform" else scale * np.float32(np.sqrt(3.0))
    values -= np.float32(0.5)
    values *= np.float32(2.0) * reach
    return values


def fill(stem: str, shape: Shape) -> onnx.ModelProto:
    model = onnx.load_from_string(lzma.decompress((shape.graphs / f"{stem}.onnx.xz").read_bytes()))
    specs = json.loads((shape.graphs / f"{stem}.json").read_text())
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                tensors[f"{node.name}#{attribute.name}"] = attribute.t
    for name, spec in specs.items():
        values = weights(name, spec, SEED)
        if name.startswith("joint.joint_net."):  # the bias of the last layer
            values[shape.vocabulary_size] += np.float32(shape.blank_bias)
            values[shape.vocabulary_size + 1:] = np.array(shape.duration_bias, dtype=np.float32)
        if name == shape.encoder_projection:
            values *= np.float32(shape.encoder_gain)
        tensors[name].CopyFrom(numpy_helper.from_array(values, tensors[name].name))
    return model


def make(output: pathlib.Path, name: str = "0.6b") -> None:
    shape = SHAPES[name]
    output.mkdir(parents=True, exist_ok=True)
    (output / "encoder-model.onnx.data").unlink(missing_ok=True)
    onnx.save_model(
        fill("encoder-model", shape), output / "encoder-model.onnx", save_as_external_data=True,
        all_tensors_to_one_file=True, location="encoder-model.onnx.data", size_threshold=1024)
    onnx.save_model(fill("decoder_joint-model", shape), output / "decoder_joint-model.onnx")

    random = np.random.default_rng(SEED)
    letters = np.array(list("aeiouáéíóúñbcdfghjklmnpqrstvwxyz"))
    pieces = ["<unk>"] + [
        ("▁" if random.random() < 0.4 else "") + "".join(random.choice(letters, random.integers(1, 5))) + str(index)
        for index in range(1, shape.vocabulary_size)]
    lines = [f"{piece} {index}\n" for index, piece in enumerate(pieces)] + [f"<blk> {shape.vocabulary_size}\n"]
    (output / "vocab.txt").write_text("".join(lines), encoding="utf-8")
    (output / "config.json").write_text(json.dumps(
        {"model_type": "nemo-conformer-tdt", "features_size": shape.bands, "subsampling_factor": 8}))


def cached(output: pathlib.Path, name: str = "0.6b") -> pathlib.Path:
    """Makes the replica of a shape unless this very script has made it there before."""
    recipe = hashlib.sha256(pathlib.Path(__file__).read_bytes() + name.encode()).hexdigest()
    stamp = output / "recipe.sha256"
    if not stamp.exists() or stamp.read_text() != recipe:
        make(output, name)
        stamp.write_text(recipe)
    return output


def quantize(output: pathlib.Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    for stem, kind in [("encoder-model", QuantType.QUInt8), ("decoder_joint-model", QuantType.QInt8)]:
        quantize_dynamic(output / f"{stem}.onnx", output / f"{stem}.int8.onnx", weight_type=kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--shape", choices=SHAPES, default="0.6b")
    parser.add_argument("--int8", action="store_true")
    options = parser.parse_args()
    make(options.output, options.shape)
    if options.int8:
        quantize(options.output)


if __name__ == "__main__":
    main()
