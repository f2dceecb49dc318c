"""Intel's own NPU compiler compiles what the server would give an NPU."""
import onnx
import pytest

import lorikeet
import npu_compiler
import test_heads
from npu_compiler import PLATFORMS, Refused
from test_quantized import quantized  # noqa: F401, a fixture

BUILTIN = lorikeet.REPOSITORY / "Sources/ModelStore/Resources/builtin"
BUCKETS = [3, 5, 10, 20, 30]  # ComputeSettings.usualBuckets and usualLazyBuckets

pytestmark = pytest.mark.skipif(npu_compiler.unavailable() is not None, reason=str(npu_compiler.unavailable()))


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    """Writes the graphs of a model once for each precision and length."""
    written = {}

    def write(model, precision, seconds):
        key = (model, precision, seconds)
        if key not in written:
            folder = tmp_path_factory.mktemp("graphs")
            npu_compiler.write_graphs(model, precision, seconds, folder)
            written[key] = folder
        return written[key]

    return write


@pytest.mark.parametrize("seconds", BUCKETS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_built_in_encoder_compiles_in_each_bucket(platform, seconds, graphs):
    result = npu_compiler.compile(graphs("builtin", "f16", seconds) / "encoder.xml", platform)
    assert result.blob_bytes > 5_000_000
    # The cost model is the judge of later changes: its figures must be there, and of the right size.
    assert 0.1 < result.estimate_ms < 10 * seconds
    assert result.schedule.layers["DPU"]["MatMul"].count > 80


@pytest.mark.parametrize("network", ["prediction", "joint"])
@pytest.mark.parametrize("precision", ["f16", "int8"])
def test_the_decoders_networks_compile(precision, network, graphs):
    for platform in PLATFORMS:
        assert npu_compiler.compile(graphs("builtin", precision, 5) / f"{network}.xml", platform).blob_bytes > 0


@pytest.mark.parametrize(("name", "head"), test_heads.MODELS)
@pytest.mark.parametrize("precision", ["f16", "int8"])
def test_the_networks_of_each_head_compile(precision, name, head, tmp_path):
    model, folder = tmp_path / "model", tmp_path / "graphs"
    model.mkdir()
    folder.mkdir()
    npu_compiler.write_graphs(test_heads.unpacked(name, model, head), precision, 5, folder)
    networks = {graph.stem for graph in folder.glob("*.xml")}
    assert networks >= ({"encoder"} if head == "ctc" else {"encoder", "prediction", "joint"})
    for network in networks:
        assert npu_compiler.compile(folder / f"{network}.xml", "3720").blob_bytes > 0


def test_eight_bit_weights_nearly_halve_the_compiled_encoder(graphs):
    half = npu_compiler.compile(graphs("builtin", "f16", 5) / "encoder.xml", "3720")
    eight = npu_compiler.compile(graphs("builtin", "int8", 5) / "encoder.xml", "3720")
    assert eight.blob_bytes < 0.7 * half.blob_bytes


def test_an_encoder_for_any_length_is_refused(graphs):
    with pytest.raises(Refused, match="Upper bounds are not specified"):
        npu_compiler.compile(graphs("builtin", "f16", None) / "encoder.xml", "3720")


def compile_for_five_seconds(export, folder):
    """Compiles an export as it is, but for its shape."""
    model = onnx.load(export)
    for tensor in model.graph.input:
        shape = [1, 128, 500] if tensor.name == "audio_signal" else [1]
        for dimension, size in zip(tensor.type.tensor_type.shape.dim, shape, strict=True):
            dimension.dim_value = size
    onnx.save(model, folder / "encoder.onnx")
    return npu_compiler.compile(folder / "encoder.onnx", "3720")


def test_the_graph_made_for_an_npu_is_faster_than_the_export(graphs, tmp_path):
    export = compile_for_five_seconds(BUILTIN / "encoder-model.onnx", tmp_path)
    made = npu_compiler.compile(graphs("builtin", "int8", 5) / "encoder.xml", "3720")
    assert made.estimate_ms < 0.8 * export.estimate_ms


def test_the_quantized_export_takes_much_longer_as_it_is_than_rewritten(quantized, graphs, tmp_path):  # noqa: F811
    export = compile_for_five_seconds(quantized / "encoder-model.int8.onnx", tmp_path)
    rewritten = npu_compiler.compile(graphs(quantized, "int8", 5) / "encoder.xml", "3720")
    assert rewritten.blob_bytes < export.blob_bytes
    assert rewritten.estimate_ms < 0.7 * export.estimate_ms


def test_a_graph_that_is_none_is_refused(tmp_path):
    (tmp_path / "encoder.xml").write_text("words")
    with pytest.raises(Refused, match="read the graph"):
        npu_compiler.compile(tmp_path / "encoder.xml", "3720")
