"""Quantized exports: the dynamic quantization of the public export, weights in blocks, and static steps."""
import xml.etree.ElementTree as ElementTree

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

import lorikeet
import make_replica
import oracle
from lorikeet import AUDIO, BUILTIN, RECORDINGS

WORDS = [name for name in RECORDINGS if name != "long.wav"]


def with_float_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Undoes what Tools/make_builtin.py did: ONNX Runtime quantizes no weights behind a Cast."""
    graph = model.graph
    halves = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT16}
    for node in list(graph.node):
        if node.op_type == "Cast" and node.input[0] in halves:
            tensor = halves[node.input[0]]
            values = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, node.output[0]))
            graph.node.remove(node)
    return model


@pytest.fixture(scope="module")
def quantized(tmp_path_factory):
    """The built-in model, quantized like the public export."""
    directory = tmp_path_factory.mktemp("quantized")
    for name in ["config.json", "vocab.txt"]:
        (directory / name).write_bytes((BUILTIN / name).read_bytes())
    floats = [directory / "encoder-model.onnx", directory / "decoder_joint-model.onnx"]
    for path in floats:
        onnx.save(with_float_weights(onnx.load(BUILTIN / path.name)), path)
    make_replica.quantize(directory)
    for path in floats:
        path.unlink()
    return directory


@pytest.fixture(scope="module")
def float_texts(reference):
    return {name: reference.recognize(oracle.samples(AUDIO / name)).text for name in WORDS}


@pytest.fixture(scope="module")
def changed_in_onnx_asr(quantized, float_texts):
    """The recordings whose text changes in onnx-asr because of quantization."""
    asr = oracle.Oracle(quantized, quantization="int8")
    return [name for name in WORDS if asr.recognize(oracle.samples(AUDIO / name)).text != float_texts[name]]


@pytest.mark.parametrize("options", [["--precision", "f32"], ["--precision", "int8"]])
def test_no_more_texts_change_than_in_onnx_asr(options, quantized, float_texts, changed_in_onnx_asr, tmp_path):
    result = lorikeet.run(
        "transcribe", "--vad", "off", "--model", quantized, "--device", "cpu", "--data-dir", tmp_path, "--quiet", *options,
        *(AUDIO / name for name in WORDS))
    assert result.returncode == 0, result.stderr
    texts = dict(zip(WORDS, result.stdout.splitlines(), strict=True))
    changed = [name for name in WORDS if texts[name] != float_texts[name]]
    assert len(changed) <= len(changed_in_onnx_asr) + 1, [(name, texts[name]) for name in changed]


def test_prepared_networks_multiply_no_integers_and_stay_small(quantized, tmp_path):
    result = lorikeet.run(
        "transcribe", "--vad", "off", "--model", quantized, "--device", "cpu", "--data-dir", tmp_path, "--precision", "int8",
        AUDIO / "en-01.wav")
    assert result.returncode == 0, result.stderr
    made, = (path for path in (tmp_path / "prepared").iterdir() if not path.name.startswith("."))
    for graph in made.glob("*.xml"):
        layers = ElementTree.parse(graph).getroot().findall("layers/layer")
        for layer in layers:
            kind, results = layer.get("type"), {port.get("precision") for port in layer.findall("output/port")}
            if kind in ["MatMul", "Convolution", "GroupConvolution"]:
                assert results == {"FP32"}, (graph.name, layer.get("name"))
            assert kind != "Round", f"{graph.name}: {layer.get('name')} rounds an activation"
    weights = sum(path.stat().st_size for path in made.glob("*.bin"))
    assert weights < 1.1 * sum(path.stat().st_size for path in quantized.glob("*.onnx"))


# Other forms of quantization

SHORT = [name for name in WORDS if not name.startswith("long")]  # onnx-asr does not cut long ones


def in_blocks(model: onnx.ModelProto, bits: int, size: int) -> onnx.ModelProto:
    """Each product with a constant matrix as com.microsoft's MatMulNBits: `size` values of a column share a scale."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights:
            continue
        matrix = numpy_helper.to_array(weights[node.input[1]])
        if matrix.ndim != 2:
            continue
        rows, columns = matrix.shape
        count = -(-rows // size)
        blocks = np.zeros((columns, count * size), np.float32)
        blocks[:, :rows] = matrix.T
        blocks = blocks.reshape(columns, count, size)
        middle = 1 << (bits - 1)
        scales = np.abs(blocks).max(axis=2, keepdims=True) / (middle - 1)
        scales[scales == 0] = 1
        steps = (np.rint(blocks / scales) + middle).astype(np.uint8)
        if bits == 4:  # the first of two is in the low bits
            steps = steps[:, :, ::2] | steps[:, :, 1::2] << 4
        name = node.name or node.output[0]
        graph.initializer.append(numpy_helper.from_array(steps, f"{name}_bits"))
        graph.initializer.append(numpy_helper.from_array(scales.reshape(-1), f"{name}_scales"))
        node.op_type, node.domain = "MatMulNBits", "com.microsoft"
        node.input[1] = f"{name}_bits"
        node.input.append(f"{name}_scales")
        node.attribute.extend(
            onnx.helper.make_attribute(key, value)
            for key, value in {"K": rows, "N": columns, "bits": bits, "block_size": size}.items())
    model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    return model


class Spoken(CalibrationDataReader):
    """The features of the recordings."""

    def __init__(self, reference):
        signals = (oracle.samples(AUDIO / name) for name in SHORT)
        self.features = (reference.asr._preprocessor(signal[None], np.array([len(signal)])) for signal in signals)

    def get_next(self) -> dict | None:
        found = next(self.features, None)
        return found and {"audio_signal": found[0], "length": found[1]}


def with_static_steps(model: onnx.ModelProto, folder, reference) -> onnx.ModelProto:
    """Each product between pairs of QuantizeLinear and DequantizeLinear with constant steps."""
    onnx.save(model, folder / "float.onnx")
    quantize_static(
        folder / "float.onnx", folder / "static.onnx", Spoken(reference), quant_format=QuantFormat.QDQ, per_channel=True,
        op_types_to_quantize=["MatMul", "Conv"], activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    return onnx.load(folder / "static.onnx")


@pytest.fixture(scope="module", params=["8 bits in blocks of 64", "4 bits in blocks of 32", "static steps"])
def form(request, tmp_path_factory, reference):
    """The built-in model with its encoder in another form, and onnx-asr's texts of it."""
    folder = tmp_path_factory.mktemp("form")
    for name in ["config.json", "vocab.txt", "decoder_joint-model.onnx"]:
        (folder / name).write_bytes((BUILTIN / name).read_bytes())
    model = with_float_weights(onnx.load(BUILTIN / "encoder-model.onnx"))
    if request.param == "static steps":
        model = with_static_steps(model, tmp_path_factory.mktemp("static"), reference)
        assert sum(node.op_type == "DequantizeLinear" for node in model.graph.node) > 100
    else:
        bits, *_, size = request.param.split()
        model = in_blocks(model, int(bits), int(size))
        assert sum(node.op_type == "MatMulNBits" for node in model.graph.node) > 50
    onnx.save(model, folder / "encoder-model.onnx")
    asr = oracle.Oracle(folder)
    return folder, {name: asr.recognize(oracle.samples(AUDIO / name)).text for name in SHORT}


@pytest.mark.parametrize("precision", ["f32", "int8"])
def test_another_form_of_quantization_has_the_texts_of_onnx_asr(precision, form, tmp_path):
    folder, texts = form
    result = lorikeet.run(
        "transcribe", "--vad", "off", "--model", folder, "--device", "cpu", "--data-dir", tmp_path, "--quiet",
        "--precision", precision, *(AUDIO / name for name in SHORT))
    assert result.returncode == 0, result.stderr
    found = dict(zip(SHORT, result.stdout.splitlines(), strict=True))
    changed = [name for name in SHORT if found[name] != texts[name]]
    assert len(changed) <= (0 if precision == "f32" else 1), [(name, found[name]) for name in changed]


def test_weights_in_blocks_are_prepared_with_a_scale_for_each_channel(form, tmp_path):
    folder, _ = form
    result = lorikeet.run(
        "transcribe", "--vad", "off", "--model", folder, "--device", "cpu", "--data-dir", tmp_path, "--precision", "int8",
        AUDIO / "en-01.wav")
    assert result.returncode == 0, result.stderr
    made, = (path for path in (tmp_path / "prepared").iterdir() if not path.name.startswith("."))
    layers = ElementTree.parse(made / "encoder.xml").getroot().findall("layers/layer")
    kinds = {layer.find("data").get("element_type") for layer in layers if layer.get("type") == "Const"}
    assert "u4" not in kinds and "i8" in kinds
