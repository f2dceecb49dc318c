#!/usr/bin/env python3
"""Write a small graph with attention that masks padding and future frames.

    Tests/Fixtures/masked/causal.onnx    attention over `audio_signal` [1, T, 4], of which `length` frames are valid

    .venv/bin/python Tools/make_masked_layers.py
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CAUSAL = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/masked/causal.onnx"
FRAMES = 8  # covered by the constant mask


def causal() -> onnx.ModelProto:
    constants = {
        "zero": np.array(0, np.int64), "one": np.array(1, np.int64), "none": np.array([0], np.int64),
        "time": np.array([1], np.int64), "last": np.array([2], np.int64),
        "times": np.array([1, 2], np.int64), "both": np.array([0, 0], np.int64),
        "past": np.tril(np.ones((1, FRAMES, FRAMES), bool)), "never": np.array(-1e4, np.float32),
    }
    nodes = [
        helper.make_node("Shape", ["audio_signal"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["frames"], axis=0),
        helper.make_node("Range", ["zero", "frames", "one"], ["positions"]),
        helper.make_node("Unsqueeze", ["length", "time"], ["end"]),
        helper.make_node("Less", ["positions", "end"], ["valid"]),
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
    inputs = [
        helper.make_tensor_value_info("audio_signal", TensorProto.FLOAT, [1, None, 4]),
        helper.make_tensor_value_info("length", TensorProto.INT64, [1]),
    ]
    outputs = [helper.make_tensor_value_info("outputs", TensorProto.FLOAT, [1, None, 4])]
    initializers = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    model = helper.make_model(
        helper.make_graph(nodes, "causal", inputs, outputs, initializers),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    CAUSAL.parent.mkdir(exist_ok=True)
    onnx.save(causal(), CAUSAL)
