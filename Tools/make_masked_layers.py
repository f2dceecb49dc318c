#!/usr/bin/env python3
"""Write small graphs with masks; `length` frames of `audio_signal` [1, T, 4] are valid.

    Tests/Fixtures/masked/causal.onnx    attention that masks padding and future frames
    Tests/Fixtures/masked/padding.onnx   attention and a convolution that mask padding, as NeMo exports them

    .venv/bin/python Tools/make_masked_layers.py
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/masked"
FRAMES = 8  # covered by the constant mask


# Which frames are valid: [1, T].
VALID_FRAMES = [
    helper.make_node("Shape", ["audio_signal"], ["shape"]),
    helper.make_node("Gather", ["shape", "one"], ["frames"], axis=0),
    helper.make_node("Range", ["zero", "frames", "one"], ["positions"]),
    helper.make_node("Unsqueeze", ["length", "time"], ["end"]),
    helper.make_node("Less", ["positions", "end"], ["valid"]),
]


def causal() -> onnx.ModelProto:
    constants = {
        "zero": np.array(0, np.int64), "one": np.array(1, np.int64), "none": np.array([0], np.int64),
        "time": np.array([1], np.int64), "last": np.array([2], np.int64),
        "times": np.array([1, 2], np.int64), "both": np.array([0, 0], np.int64),
        "past": np.tril(np.ones((1, FRAMES, FRAMES), bool)), "never": np.array(-1e4, np.float32),
    }
    nodes = [
        *VALID_FRAMES,
        helper.make_node("Unsqueeze", ["valid", "time"], ["valid keys"]),
        helper.make_node("Unsqueeze", ["frames", "none"], ["count"]),
        helper.make_node("Concat", ["count", "count"], ["counts"], axis=0),
        helper.make_node("Slice", ["past", "both", "counts", "times"], ["past keys"]),
        helper.make_node("And", ["valid keys", "past keys"], ["seen"]),
        helper.make_node("Transpose", ["audio_signal"], ["keys"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["audio_signal", "keys"], ["scores"]),
        helper.make_node("Where", ["seen", "scores", "never"], ["seen scores"]),
        helper.make_node("Softmax", ["seen scores"], ["shares"], axis=-1),
        helper.make_node("MatMul", ["shares", "audio_signal"], ["mixed"]),
        helper.make_node("Unsqueeze", ["valid", "last"], ["valid frames"]),
        helper.make_node("Cast", ["valid frames"], ["factor"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["mixed", "factor"], ["outputs"]),
    ]
    return graph("causal", nodes, constants)


def padding() -> onnx.ModelProto:
    random = np.random.default_rng(1)
    constants = {
        "zero": np.array(0, np.int64), "one": np.array(1, np.int64), "time": np.array([1], np.int64),
        "never": np.array(-1e4, np.float32), "nothing": np.array(0, np.float32),
        "matrix": random.standard_normal((4, 8)).astype(np.float32),
        "kernel": random.standard_normal((4, 4, 3)).astype(np.float32),
    }
    nodes = [
        *VALID_FRAMES,
        helper.make_node("Not", ["valid"], ["padded"]),
        helper.make_node("Unsqueeze", ["padded", "time"], ["padded frames"]),
        helper.make_node("Transpose", ["audio_signal"], ["keys"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["audio_signal", "keys"], ["scores"]),
        helper.make_node("Where", ["padded frames", "never", "scores"], ["valid scores"]),
        helper.make_node("Softmax", ["valid scores"], ["shares"], axis=-1),
        helper.make_node("Where", ["padded frames", "nothing", "shares"], ["valid shares"]),
        helper.make_node("MatMul", ["valid shares", "audio_signal"], ["mixed"]),
        helper.make_node("MatMul", ["mixed", "matrix"], ["widened"]),
        helper.make_node("Transpose", ["widened"], ["channels"], perm=[0, 2, 1]),
        helper.make_node("Split", ["channels"], ["values", "gates"], axis=1),
        helper.make_node("Sigmoid", ["gates"], ["openings"]),
        helper.make_node("Mul", ["values", "openings"], ["unit"]),
        helper.make_node("Where", ["padded frames", "nothing", "unit"], ["valid unit"]),
        helper.make_node("Conv", ["valid unit", "kernel"], ["convolved"], pads=[1, 1]),
        helper.make_node("Transpose", ["convolved"], ["outputs"], perm=[0, 2, 1]),
    ]
    return graph("padding", nodes, constants)


def graph(name: str, nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray]) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info("audio_signal", TensorProto.FLOAT, [1, None, 4]),
        helper.make_tensor_value_info("length", TensorProto.INT64, [1]),
    ]
    outputs = [helper.make_tensor_value_info("outputs", TensorProto.FLOAT, [1, None, 4])]
    initializers = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    model = helper.make_model(
        helper.make_graph(nodes, name, inputs, outputs, initializers),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    for model in [causal(), padding()]:
        onnx.save(model, FIXTURES / f"{model.graph.name}.onnx")
