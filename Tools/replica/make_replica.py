#!/usr/bin/env python3
"""Write a full-size stand-in for the Parakeet TDT 0.6B v3 ONNX export.

Speed, memory, shapes, operators and numerical agreement do not depend on what the weights say, so
tests and benchmarks need no download. This script writes the same files, with the same graph (NeMo's
own export of that architecture), the same tensor names, types and sizes, and seeded random weights:

    encoder-model.onnx        ~42 MB   graph and position table
    encoder-model.onnx.data  ~2.4 GB   external weights
    decoder_joint-model.onnx  ~73 MB
    vocab.txt, config.json

The last layer is biased so that a decoder takes about as many steps as it does on speech: roughly
half of the steps are blank and the mean advance is about two frames. The text means nothing.

    pip install numpy onnx
    python3 make_replica.py OUTPUT_DIRECTORY [--int8]

--int8 also writes encoder-model.int8.onnx and decoder_joint-model.int8.onnx, made as the public INT8
export was, by onnxruntime's dynamic quantization (needs: pip install onnxruntime sympy).
"""
import argparse
import hashlib
import json
import lzma
import pathlib

import numpy as np
import onnx
from onnx import numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
VOCABULARY_SIZE = 8192
SEED = 0  # a bias stored in the graph belongs to this seed
BLANK_BIAS = 1.0
DURATION_BIAS = np.array([-30.0, 0.0, 0.3, 0.0, -0.3], dtype=np.float32)
# With the bias kept in the graph, which removes the mean, this makes the joint network's answer
# depend on the frame, as in a trained model.
ENCODER_GAIN = 40.0
ENCODER_PROJECTION = "onnx::MatMul_228"


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


def fill(stem: str, seed: int) -> onnx.ModelProto:
    model = onnx.load_from_string(lzma.decompress((HERE / f"{stem}.onnx.xz").read_bytes()))
    specs = json.loads((HERE / f"{stem}.json").read_text())
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                tensors[f"{node.name}#{attribute.name}"] = attribute.t
    for name, spec in specs.items():
        values = weights(name, spec, seed)
        if name == "joint.joint_net.2.bias":
            values[VOCABULARY_SIZE] += BLANK_BIAS
            values[VOCABULARY_SIZE + 1:] = DURATION_BIAS
        if name == ENCODER_PROJECTION:
            values *= np.float32(ENCODER_GAIN)
        tensors[name].CopyFrom(numpy_helper.from_array(values, tensors[name].name))
    return model


def make(output: pathlib.Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    (output / "encoder-model.onnx.data").unlink(missing_ok=True)
    onnx.save_model(
        fill("encoder-model", SEED), output / "encoder-model.onnx", save_as_external_data=True,
        all_tensors_to_one_file=True, location="encoder-model.onnx.data", size_threshold=1024)
    onnx.save_model(fill("decoder_joint-model", SEED), output / "decoder_joint-model.onnx")

    random = np.random.default_rng(SEED)
    letters = np.array(list("aeiouáéíóúñbcdfghjklmnpqrstvwxyz"))
    pieces = ["<unk>"] + [
        ("▁" if random.random() < 0.4 else "") + "".join(random.choice(letters, random.integers(1, 5))) + str(index)
        for index in range(1, VOCABULARY_SIZE)]
    lines = [f"{piece} {index}\n" for index, piece in enumerate(pieces)] + [f"<blk> {VOCABULARY_SIZE}\n"]
    (output / "vocab.txt").write_text("".join(lines), encoding="utf-8")
    (output / "config.json").write_text(json.dumps(
        {"model_type": "nemo-conformer-tdt", "features_size": 128, "subsampling_factor": 8}))


def cached(output: pathlib.Path) -> pathlib.Path:
    """Makes the replica unless this very script has made it there before."""
    recipe = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    stamp = output / "recipe.sha256"
    if not stamp.exists() or stamp.read_text() != recipe:
        make(output)
        stamp.write_text(recipe)
    return output


def quantize(output: pathlib.Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    for stem, kind in [("encoder-model", QuantType.QUInt8), ("decoder_joint-model", QuantType.QInt8)]:
        quantize_dynamic(output / f"{stem}.onnx", output / f"{stem}.int8.onnx", weight_type=kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--int8", action="store_true")
    options = parser.parse_args()
    make(options.output)
    if options.int8:
        quantize(options.output)


if __name__ == "__main__":
    main()
