#!/usr/bin/env python3
"""Write small graphs with ONNX Runtime's dynamic quantization, and their outputs in ONNX Runtime.

    Tests/Fixtures/quantized/
        KIND.onnx          a stack of the encoder's kinds of layers, quantized in one of several ways
        KIND.f32           its output in ONNX Runtime
        float.f32          the output of the same layers in FP32
        input.f32          the input, [1, 20, 32]
        two-inputs.onnx    a quantized product of two activations, which has no weight-only form

The .f32 files are raw little-endian float32, row by row.

    .venv/bin/python Tools/make_quantized_layers.py
"""
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

QUANTIZED = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/quantized"
KINDS = {
    "unsigned": {"weight_type": QuantType.QUInt8},
    "signed": {"weight_type": QuantType.QInt8},
    "each-channel": {"weight_type": QuantType.QInt8, "per_channel": True, "op_types_to_quantize": ["MatMul"]},
}


def graph(nodes: list, inputs: list, weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, 32]) for name in inputs]
    result = helper.make_tensor_value_info("outputs", TensorProto.FLOAT, [1, None, None])
    initializers = [numpy_helper.from_array(values, name) for name, values in weights.items()]
    model = helper.make_model(
        helper.make_graph(nodes, "layers", values, [result], initializers),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def layers() -> onnx.ModelProto:
    """A product, a pointwise and a depthwise convolution between transpositions, a product."""
    random = np.random.default_rng(0)

    def weight(*shape: int, lowest: float = -1.0) -> np.ndarray:
        # Channels of different ranges, as in trained layers.
        reach = random.uniform(0.2, 1.0, shape[-1] if len(shape) == 2 else (shape[0], 1, 1))
        return (random.uniform(lowest, 1.0, shape) * reach / np.sqrt(shape[0])).astype(np.float32)

    weights = {
        # Far from symmetric: without the zero point, the numbers of some channels need nine bits.
        "first": weight(32, 48, lowest=-0.1), "bias": weight(48, 1)[:, 0],
        "pointwise": weight(40, 48, 1), "depthwise": weight(40, 1, 5), "last": weight(40, 24),
    }
    nodes = [
        helper.make_node("MatMul", ["input", "first"], ["product"]),
        helper.make_node("Add", ["bias", "product"], ["biased"]),
        helper.make_node("Transpose", ["biased"], ["channels"], perm=[0, 2, 1]),
        helper.make_node("Conv", ["channels", "pointwise"], ["mixed"]),
        helper.make_node("Relu", ["mixed"], ["positive"]),
        helper.make_node("Conv", ["positive", "depthwise"], ["smooth"], group=40, pads=[2, 2]),
        helper.make_node("Transpose", ["smooth"], ["times"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["times", "last"], ["outputs"]),
    ]
    return graph(nodes, ["input"], weights)


def two_inputs() -> onnx.ModelProto:
    nodes = [helper.make_node("Transpose", ["other"], ["turned"], perm=[0, 2, 1])]
    for name in ["input", "turned"]:
        nodes.append(helper.make_node("DynamicQuantizeLinear", [name], [f"{name}.{part}" for part in ["q", "s", "z"]]))
    nodes += [
        helper.make_node("MatMulInteger", ["input.q", "turned.q", "input.z", "turned.z"], ["integers"]),
        helper.make_node("Cast", ["integers"], ["widened"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["input.s", "turned.s"], ["scale"]),
        helper.make_node("Mul", ["widened", "scale"], ["outputs"]),
    ]
    return graph(nodes, ["input", "other"], {})


def main() -> None:
    QUANTIZED.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(1).standard_normal((1, 20, 32)).astype(np.float32)
    values.tofile(QUANTIZED / "input.f32")

    def answer(model: bytes | str, name: str) -> None:
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        session.run(None, {"input": values})[0].tofile(QUANTIZED / f"{name}.f32")

    answer(layers().SerializeToString(), "float")
    for name, options in KINDS.items():
        path = QUANTIZED / f"{name}.onnx"
        quantize_dynamic(layers(), path, **options)
        answer(str(path), name)
    onnx.save(two_inputs(), QUANTIZED / "two-inputs.onnx")


if __name__ == "__main__":
    main()
