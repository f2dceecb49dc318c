#!/usr/bin/env python3
"""Write attention with relative positions as NeMo exports it, small, for `audio_signal` [1, T, 64] of any length, after
another layer, and the convolution module and the layer that follow it, the module with biases.

    Tests/Fixtures/attention/relative.onnx

    .venv/bin/python Tools/make_attention_layer.py
"""
import itertools
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PATH = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/attention/relative.onnx"
WIDTH, HEADS, LONGEST, TAPS, TOKENS = 64, 2, 50, 9, 33
EACH = WIDTH // HEADS


def heads(source: str, names: list[str], biases: list[str] = []) -> list[onnx.NodeProto]:
    """[1, T, WIDTH] -> [1, HEADS, T, EACH], once or with each bias."""
    nodes = [helper.make_node("Reshape", [source, "apart"], [f"{source} shaped"])]
    for name, bias in itertools.zip_longest(names, biases):
        shaped = f"{source} shaped"
        if bias:
            nodes.append(helper.make_node("Add", [shaped, bias], [f"{name} biased"]))
            shaped = f"{name} biased"
        nodes.append(helper.make_node("Transpose", [shaped], [name], perm=[0, 2, 1, 3]))
    return nodes


def attention() -> onnx.ModelProto:
    random = np.random.default_rng(1)
    distances = np.arange(LONGEST - 1, -LONGEST, -1)[:, None] / 100 ** (np.arange(WIDTH) // 2 * 2 / WIDTH)
    constants = {
        "one": np.array(1, np.int64), "none": np.array([0], np.int64), "first": np.array([1], np.int64),
        "second": np.array([2], np.int64), "third": np.array([3], np.int64), "end": np.array([2**31 - 1], np.int64),
        "middle": np.array(LONGEST, np.int64), "behind": np.array(LONGEST - 1, np.int64),
        "apart": np.array([0, -1, HEADS, EACH], np.int64), "joined": np.array([0, -1, WIDTH], np.int64),
        "left": np.array([0, 0, 0, 1, 0, 0, 0, 0], np.int64), "root": np.array(EACH**0.5, np.float32),
        "count": np.array([1, HEADS], np.int64), "any": np.array([-1], np.int64),
        "table": np.where(np.arange(WIDTH) % 2, np.cos(distances), np.sin(distances))[None].astype(np.float32),
        **{name: random.standard_normal((HEADS, EACH)).astype(np.float32) for name in ["bias u", "bias v"]},
        **{f"{name} weight": (random.standard_normal((WIDTH, WIDTH)) / 4).astype(np.float32)
           for name in ["before", "query", "key", "value", "position", "out"]},
        "tokens weight": (random.standard_normal((WIDTH, TOKENS)) / 4).astype(np.float32),
        **{f"{name} filter": (random.standard_normal(shape) / 4).astype(np.float32)
           for name, shape in {"gated": (2 * WIDTH, WIDTH, 1), "deep": (WIDTH, 1, TAPS), "last": (WIDTH, WIDTH, 1)}.items()},
        **{f"{name} bias": random.standard_normal(count).astype(np.float32)
           for name, count in {"gated": 2 * WIDTH, "deep": WIDTH, "last": WIDTH}.items()},
    }
    nodes = [
        helper.make_node("Shape", ["audio_signal"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["frames"], axis=0),
        helper.make_node("Sub", ["middle", "frames"], ["start"]),
        helper.make_node("Add", ["behind", "frames"], ["stop"]),
        helper.make_node("Unsqueeze", ["start", "none"], ["starts"]),
        helper.make_node("Unsqueeze", ["stop", "none"], ["stops"]),
        helper.make_node("Slice", ["table", "starts", "stops", "first"], ["positions"]),
        helper.make_node("MatMul", ["audio_signal", "before weight"], ["before"]),
        *[helper.make_node("MatMul", ["before", f"{name} weight"], [name]) for name in ["query", "key", "value"]],
        helper.make_node("MatMul", ["positions", "position weight"], ["position"]),
        *heads("query", ["queries u", "queries v"], ["bias u", "bias v"]),
        *heads("key", ["keys"]), *heads("value", ["values"]), *heads("position", ["distances"]),
        helper.make_node("Transpose", ["keys"], ["keys in columns"], perm=[0, 1, 3, 2]),
        helper.make_node("Transpose", ["distances"], ["distances in columns"], perm=[0, 1, 3, 2]),
        helper.make_node("MatMul", ["queries u", "keys in columns"], ["content"]),
        helper.make_node("MatMul", ["queries v", "distances in columns"], ["distance"]),
        # rel_shift
        helper.make_node("Unsqueeze", ["frames", "none"], ["length"]),
        helper.make_node("Shape", ["distance"], ["distance shape"]),
        helper.make_node("Concat", ["count", "any", "length"], ["turned"], axis=0),
        helper.make_node("Pad", ["distance", "left"], ["padded"]),
        helper.make_node("Reshape", ["padded", "turned"], ["rows"]),
        helper.make_node("Slice", ["rows", "first", "end", "second"], ["later rows"]),
        helper.make_node("Reshape", ["later rows", "distance shape"], ["columns"]),
        helper.make_node("Slice", ["columns", "none", "length", "third"], ["shifted"]),
        helper.make_node("Add", ["content", "shifted"], ["sum"]),
        helper.make_node("Div", ["sum", "root"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["weights"], axis=-1),
        helper.make_node("MatMul", ["weights", "values"], ["mixed"]),
        helper.make_node("Transpose", ["mixed"], ["mixed frames"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["mixed frames", "joined"], ["joined frames"]),
        helper.make_node("MatMul", ["joined frames", "out weight"], ["attended"]),
        helper.make_node("Add", ["before", "attended"], ["residual"]),
        helper.make_node("Transpose", ["residual"], ["channels"], perm=[0, 2, 1]),
        helper.make_node("Conv", ["channels", "gated filter", "gated bias"], ["halves"], kernel_shape=[1]),
        helper.make_node("Split", ["halves"], ["value half", "gate half"], axis=1),
        helper.make_node("Sigmoid", ["gate half"], ["gate"]),
        helper.make_node("Mul", ["value half", "gate"], ["gated"]),
        helper.make_node("Conv", ["gated", "deep filter", "deep bias"], ["deep"], group=WIDTH, kernel_shape=[TAPS],
                         pads=[TAPS // 2, TAPS // 2]),
        helper.make_node("Sigmoid", ["deep"], ["activation"]),
        helper.make_node("Mul", ["deep", "activation"], ["swish"]),
        helper.make_node("Conv", ["swish", "last filter", "last bias"], ["convolved"], kernel_shape=[1]),
        helper.make_node("Transpose", ["convolved"], ["convolved frames"], perm=[0, 2, 1]),
        helper.make_node("Add", ["residual", "convolved frames"], ["outputs"]),
        helper.make_node("MatMul", ["outputs", "tokens weight"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes, "attention",
        [helper.make_tensor_value_info("audio_signal", TensorProto.FLOAT, [1, "T", WIDTH])],
        [helper.make_tensor_value_info("outputs", TensorProto.FLOAT, [1, "T", WIDTH]),
         helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "T", TOKENS])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main() -> None:
    model = attention()
    onnx.checker.check_model(model, full_check=True)
    PATH.parent.mkdir(exist_ok=True)
    onnx.save(model, PATH)


if __name__ == "__main__":
    main()
