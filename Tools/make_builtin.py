#!/usr/bin/env python3
"""Turn an FP32 model directory into the compact built-in model.

Large FP32 weights are stored as FP16 and cast back to FP32 inside the graph, which halves the files and
changes nothing else: tensor names, inputs, outputs and arithmetic stay FP32. Runtimes fold the casts when
they load the model.

    pip install -r Tests/Integration/requirements.txt
    python3 Tools/make_builtin.py SOURCE_DIRECTORY --check Tests/Fixtures/audio
"""
import argparse
import json
import pathlib
import shutil
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BUILTIN = REPOSITORY / "Sources/ModelStore/Resources/builtin"
LANGUAGES = ["en", "es"]
GRAPHS = ["encoder-model.onnx", "decoder_joint-model.onnx"]
LARGE = 4096  # bytes; biases and norms are smaller and stay exact
BUDGET = 10_000_000  # bytes of all files together, which are in the repository


def is_large(tensor: TensorProto) -> bool:
    return tensor.data_type == TensorProto.FLOAT and 4 * np.prod(tensor.dims) >= LARGE


def to_half(tensor: TensorProto, name: str) -> TensorProto:
    values = numpy_helper.to_array(tensor).astype(np.float16)
    if not np.isfinite(values).all():
        raise SystemExit(f"{tensor.name}: a weight does not fit into FP16")
    return numpy_helper.from_array(values, name)


def compact(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replaces each large FP32 tensor X by an FP16 initializer X.fp16 and a Cast node whose output is X."""
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer if is_large(tensor)}
    for tensor in tensors.values():
        tensor.CopyFrom(to_half(tensor, f"{tensor.name}.fp16"))
    for node in list(graph.node):
        if node.op_type == "Constant" and is_large(node.attribute[0].t):
            name = node.output[0]
            graph.initializer.append(to_half(node.attribute[0].t, f"{name}.fp16"))
            graph.node.remove(node)
            tensors[name] = graph.initializer[-1]
    for name, tensor in reversed(tensors.items()):
        cast = helper.make_node("Cast", [tensor.name], [name], name=f"{name}.cast", to=TensorProto.FLOAT)
        graph.node.insert(0, cast)
    onnx.checker.check_model(model, full_check=True)
    return model


def transcripts(model: pathlib.Path, recordings: list[pathlib.Path]) -> dict[str, str]:
    import onnx_asr
    import soundfile

    recognizer = onnx_asr.load_model("nemo-conformer-tdt", model, providers=["CPUExecutionProvider"])
    return {path.name: recognizer.recognize(soundfile.read(path, dtype="float32")[0]) for path in recordings}


def check(source: pathlib.Path, output: pathlib.Path, audio: pathlib.Path) -> None:
    """Fails unless onnx-asr reads the same words with both models in every utterance. Left out are the long recordings
    (FLAC): a minute in one piece, which no window asks for, has words on the edge that any rounding turns."""
    recordings = sorted(audio.glob("*.wav"))
    if not recordings:
        raise SystemExit(f"{audio}: no recordings to check with")
    expected, actual = transcripts(source, recordings), transcripts(output, recordings)
    different = [name for name in expected if expected[name] != actual[name]]
    for name in different:
        print(f"{name}: {expected[name]!r} became {actual[name]!r}", file=sys.stderr)
    if different:
        raise SystemExit(1)
    print(f"same transcripts in all {len(recordings)} recordings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path, help="model directory in FP32")
    parser.add_argument("output", type=pathlib.Path, nargs="?", default=BUILTIN)
    parser.add_argument("--check", type=pathlib.Path, metavar="AUDIO", help="directory of recordings to compare with")
    options = parser.parse_args()
    source, output = options.source, options.output
    output.mkdir(parents=True, exist_ok=True)

    for name in GRAPHS:
        model = compact(onnx.load(source / name))
        (output / name).write_bytes(model.SerializeToString(deterministic=True))
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    (output / "config.json").write_text(json.dumps(config | {"languages": LANGUAGES}) + "\n")
    shutil.copyfile(source / "vocab.txt", output / "vocab.txt")

    total = 0
    for name in [*GRAPHS, "config.json", "vocab.txt"]:
        before, after = (source / name).stat().st_size, (output / name).stat().st_size
        total += after
        print(f"{name:<26}{before:>12,} -> {after:>11,} bytes")
    if total > BUDGET:
        raise SystemExit(f"{total:,} bytes are more than the built-in model may have ({BUDGET:,})")
    if options.check:
        check(source, output, options.check)


if __name__ == "__main__":
    main()
