"""The dynamically quantized export runs as float networks with weights in eight bits."""
import xml.etree.ElementTree as ElementTree

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

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
