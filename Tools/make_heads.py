#!/usr/bin/env python3
"""Write small models with every head, exported by NVIDIA NeMo, and what onnx-asr recognizes with them.

    Tests/Fixtures/heads/
        NAME/*.onnx.xz     the graphs of a model that has learned the recordings in Tests/Fixtures/audio by heart
        NAME/config.json, NAME/vocab.txt
        NAME/golden.json   inputs and outputs of the graphs; ids, frames, log probabilities and text by recording

| NAME     | head        | mel bands | LSTM layers | biases |
| rnnt-128 | RNN-T       | 128       | 2           | no     |
| hybrid   | TDT and CTC | 80        | 1           | yes    |

Published models have these differences: parakeet-tdt-0.6b-v3 has no biases, parakeet-tdt_ctc-110m has biases, one LSTM
layer and 80 bands.

`hybrid` has encoder-model and decoder_joint-model for TDT, and model for CTC. The graphs are NeMo's own; only their
sizes are small, and weights have few digits (`rounded`), so that xz can halve them. The tables of positions are long
enough for 43 s.

Made with Python 3.11, a quarter of an hour of one core:

    python3 -m venv venv
    venv/bin/pip install "nemo_toolkit[asr]==3.0.0" torch==2.15.0 onnx-asr==0.12.0 onnx==1.23.2 onnxruntime==1.32.0
    venv/bin/python Tools/make_heads.py [NAME ...]
"""
import argparse
import csv
import dataclasses
import json
import lzma
import pathlib
import sys
import tempfile

import nemo.collections.asr.models as models
import numpy as np
import onnx
import onnx_asr
import onnxruntime
import sentencepiece
import torch
from omegaconf import OmegaConf
from onnx import numpy_helper

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(REPOSITORY / "Training"))
import oracle  # noqa: E402
from recipe.tdt import tdt_loss  # noqa: E402

AUDIO = REPOSITORY / "Tests/Fixtures/audio"
HEADS = REPOSITORY / "Tests/Fixtures/heads"
MODULES = "nemo.collections.asr.modules"
PIECES = 96
DURATIONS = [0, 1, 2, 3, 4]
STEPS, SETTLED = 1200, 800  # from step SETTLED on, batch normalization uses its averages, as at inference


@dataclasses.dataclass
class Shape:
    """What the published models differ in, and sizes."""

    head: str  # rnnt, tdt, ctc or hybrid
    bands: int = 80
    lstm_layers: int = 1
    has_bias: bool = True
    scales_inputs: bool = False
    width: int = 48
    layers: int = 2
    heads: int = 4
    expansion: int = 2
    channels: int = 16
    prediction: int = 48
    positions: int = 400  # the longest recording of the training makes it 546; 5000 in the published models

    @property
    def durations(self) -> list[int]:
        return DURATIONS if self.head in ("tdt", "hybrid") else []


SHAPES = {
    "rnnt-128": Shape("rnnt", bands=128, lstm_layers=2, has_bias=False),
    "hybrid": Shape("hybrid", width=40),
}


def configuration(shape: Shape, tokenizer: pathlib.Path) -> dict:
    """NeMo's configuration, as in its examples/asr/conf/fastconformer."""
    greedy = {"strategy": "greedy", "greedy": {"max_symbols": 10}}
    ctc = {
        "_target_": f"{MODULES}.ConvASRDecoder", "feat_in": shape.width, "num_classes": -1, "vocabulary": []}
    common = {
        "sample_rate": 16_000,
        "tokenizer": {"dir": str(tokenizer), "type": "bpe"},
        "preprocessor": {
            "_target_": f"{MODULES}.AudioToMelSpectrogramPreprocessor", "features": shape.bands, "dither": 0.0},
        "encoder": {
            "_target_": f"{MODULES}.ConformerEncoder", "feat_in": shape.bands, "feat_out": -1,
            "n_layers": shape.layers, "d_model": shape.width, "n_heads": shape.heads, "use_bias": shape.has_bias,
            "subsampling": "dw_striding", "subsampling_factor": 8, "subsampling_conv_channels": shape.channels,
            "ff_expansion_factor": shape.expansion, "self_attention_model": "rel_pos",
            "xscaling": shape.scales_inputs, "pos_emb_max_len": shape.positions, "conv_kernel_size": 9,
            "dropout": 0.0, "dropout_pre_encoder": 0.0, "dropout_emb": 0.0, "dropout_att": 0.0},
    }
    if shape.head == "ctc":
        return {**common, "decoder": ctc, "decoding": {"strategy": "greedy"}}
    configuration = {
        **common,
        "model_defaults": {"enc_hidden": shape.width, "pred_hidden": shape.prediction},
        "decoder": {
            "_target_": f"{MODULES}.RNNTDecoder", "blank_as_pad": True,
            "prednet": {"pred_hidden": shape.prediction, "pred_rnn_layers": shape.lstm_layers, "dropout": 0.0}},
        "joint": {
            "_target_": f"{MODULES}.RNNTJoint", "log_softmax": False,
            "num_extra_outputs": len(shape.durations),
            "jointnet": {"joint_hidden": shape.prediction, "activation": "relu", "dropout": 0.0}},
        "decoding": greedy,
        "loss": {"loss_name": "default"},
    }
    if shape.durations:
        configuration["decoding"] = {**greedy, "model_type": "tdt", "durations": shape.durations}
        configuration["loss"] = {"loss_name": "tdt", "tdt_kwargs": {"durations": shape.durations}}
    if shape.head == "hybrid":
        configuration["aux_ctc"] = {"ctc_loss_weight": 0.5, "decoder": ctc, "decoding": {"strategy": "greedy"}}
    return configuration


def build(shape: Shape, tokenizer: pathlib.Path) -> models.ASRModel:
    kinds = {
        "rnnt": models.EncDecRNNTBPEModel, "tdt": models.EncDecRNNTBPEModel, "ctc": models.EncDecCTCModelBPE,
        "hybrid": models.EncDecHybridRNNTCTCBPEModel}
    return kinds[shape.head](OmegaConf.create(configuration(shape, tokenizer)))


def pieces(texts: list[str], folder: pathlib.Path, size: int = PIECES) -> sentencepiece.SentencePieceProcessor:
    """A SentencePiece model of the texts, in the files that NeMo wants."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_prefix=str(folder / "tokenizer"), model_type="bpe", vocab_size=size,
        character_coverage=1.0, bos_id=-1, eos_id=-1, minloglevel=2)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    names = [processor.id_to_piece(index) for index in range(len(processor))]
    (folder / "vocab.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    return processor


def rounded(values: np.ndarray, digits: int = 9) -> np.ndarray:
    """The values with as many binary digits: one more than BF16 has, so that FP32 and BF16 still differ."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.round(fraction * 2**digits) / 2**digits, exponent).astype(np.float32)


def padded(rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [torch.from_numpy(np.ascontiguousarray(row)) for row in rows]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])


def rnnt_loss(answers, targets, frames, counts) -> torch.Tensor:
    """The mean RNN-T loss (Graves, 2012). Row t: log probabilities of each number of tokens before frame t's blank."""
    scores = answers.log_softmax(-1)
    silent = scores[..., PIECES]
    labels = targets[:, None, :, None].expand(-1, scores.shape[1], -1, 1)
    said = torch.nn.functional.pad(scores[:, :, :-1].gather(3, labels).squeeze(3).cumsum(2), (1, 0))
    rows = [said[:, 0]]
    for t in range(1, scores.shape[1]):
        rows.append(said[:, t] + (rows[-1] + silent[:, t - 1] - said[:, t]).logcumsumexp(1))
    each = torch.arange(len(counts))
    return -(torch.stack(rows, 1) + silent)[each, frames - 1, counts].mean()


def losses(model: models.ASRModel, shape: Shape, features, lengths, targets, counts) -> torch.Tensor:
    encoded, frames = model.encoder(audio_signal=features, length=lengths)
    total = torch.zeros(())
    if shape.head in ("ctc", "hybrid"):
        decoder = model.decoder if shape.head == "ctc" else model.ctc_decoder
        scores = decoder(encoder_output=encoded).transpose(0, 1)
        total = total + torch.nn.functional.ctc_loss(
            scores, targets, frames, counts, blank=PIECES, reduction="none", zero_infinity=True).mean()
    if shape.head != "ctc":
        predicted, _, _ = model.decoder(targets=targets, target_length=counts)
        answers = model.joint(encoder_outputs=encoded, decoder_outputs=predicted)
        if shape.durations:  # NeMo's own loss needs a GPU, and RNN-T's is slow without one
            total = total + tdt_loss(answers, targets, frames, counts, torch.full((len(counts),), 1 / len(counts)))
        else:
            total = total + rnnt_loss(answers, targets, frames, counts)
    return total


def train(model: models.ASRModel, shape: Shape, features: list[np.ndarray], targets: list[list[int]]) -> None:
    """Learns the recordings by heart, with noise in the features so that answers are far from one another."""
    signal, lengths = padded([values.T for values in features])
    labels, counts = padded([np.array(ids) for ids in targets])
    signal = signal.transpose(1, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=STEPS, pct_start=0.15)
    model.train()
    for step in range(STEPS):
        if step == SETTLED:
            for module in model.modules():
                if isinstance(module, torch.nn.BatchNorm1d):
                    module.eval()
        half = torch.randperm(len(lengths))[::2]
        frames, tokens = lengths[half].max(), counts[half].max()
        noisy = (signal + 0.3 * torch.randn_like(signal))[half, :, :frames]
        loss = losses(model, shape, noisy, lengths[half], labels[half, :tokens], counts[half])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 49:
            print(f"    step {step + 1}, loss {loss.item():.3f}", flush=True)
    model.eval()


def export(model: models.ASRModel, shape: Shape, folder: pathlib.Path) -> None:
    """NeMo's export, with the names that onnx-asr wants."""
    if shape.head != "ctc":
        model.export(str(folder / "model.onnx"))  # writes encoder-model.onnx and decoder_joint-model.onnx
    if shape.head == "hybrid":
        model.set_export_config({"decoder_type": "ctc"})
    if shape.head in ("ctc", "hybrid"):
        model.export(str(folder / "model.onnx"))
    for path in folder.glob("*.onnx"):
        graph = onnx.load(path)
        tensors = [*graph.graph.initializer]
        tensors += [item.t for node in graph.graph.node for item in node.attribute if item.HasField("t")]
        for tensor in tensors:
            if tensor.data_type == onnx.TensorProto.FLOAT and np.prod(tensor.dims) > 256:
                tensor.CopyFrom(numpy_helper.from_array(rounded(numpy_helper.to_array(tensor)), tensor.name))
        onnx.save(graph, path)
    kind = "tdt" if shape.durations else shape.head
    (folder / "config.json").write_text(json.dumps(
        {"model_type": f"nemo-conformer-{kind}", "features_size": shape.bands, "subsampling_factor": 8}) + "\n")


def shapes(path: pathlib.Path) -> dict:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return {
        "inputs": {value.name: [value.type, value.shape] for value in session.get_inputs()},
        "outputs": {value.name: [value.type, value.shape] for value in session.get_outputs()}}


def recognized(folder: pathlib.Path, kind: str) -> dict[str, dict]:
    """What onnx-asr finds in each recording, by the stages that Tools/oracle.py calls for TDT."""
    asr = onnx_asr.load_model(f"nemo-conformer-{kind}", folder, providers=["CPUExecutionProvider"]).asr
    results = {}
    for path in sorted(AUDIO.glob("*.wav")):
        signal = oracle.samples(path)
        encoded = asr._encode(*asr._preprocessor(signal[None], np.array([len(signal)])))
        ids, frames, logprobs = next(asr._decoding(*encoded, need_logprobs=True))
        results[path.name] = {
            "ids": [int(value) for value in ids], "frames": [int(value) for value in frames],
            "logprobs": [round(float(value), 5) for value in logprobs],
            "text": asr._decode_tokens(ids, None, None).text}
    return results


def write_golden(shape: Shape, folder: pathlib.Path, output: pathlib.Path) -> dict[str, dict]:
    kinds = {"hybrid": ["tdt", "ctc"]}.get(shape.head, [shape.head])
    found = {kind: recognized(folder, kind) for kind in kinds}
    lines = [f'"graphs": {json.dumps({path.name: shapes(path) for path in sorted(folder.glob("*.onnx"))})}']
    for kind, results in found.items():
        rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in results.items())
        lines.append(f'"{kind}": {{\n{rows}\n}}')
    output.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return found


def make(name: str, sentences: dict[str, str]) -> None:
    shape = SHAPES[name]
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "tokenizer").mkdir()
        (folder / "export").mkdir()
        processor = pieces(list(sentences.values()), folder / "tokenizer")
        model = build(shape, folder / "tokenizer")
        print(f"{name}: {sum(weight.numel() for weight in model.parameters()):,} weights")
        features = [oracle.features(oracle.samples(AUDIO / file), shape.bands) for file in sentences]
        train(model, shape, features, [processor.encode(text) for text in sentences.values()])
        export(model, shape, folder / "export")
        lines = [f"{processor.id_to_piece(index)} {index}\n" for index in range(PIECES)] + [f"<blk> {PIECES}\n"]
        (folder / "export/vocab.txt").write_text("".join(lines), encoding="utf-8")

        output = HEADS / name
        output.mkdir(parents=True, exist_ok=True)
        found = write_golden(shape, folder / "export", output / "golden.json")
        for kind, results in found.items():
            right = sum(results[file]["text"] == text for file, text in sentences.items())
            print(f"    {kind}: {right} of {len(sentences)} texts right")
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 2, "pb": 2}]
        for path in sorted((folder / "export").iterdir()):
            if path.suffix == ".onnx":
                (output / f"{path.name}.xz").write_bytes(lzma.compress(path.read_bytes(), filters=filters))
            else:
                (output / path.name).write_bytes(path.read_bytes())
    print(f"    {sum(path.stat().st_size for path in output.iterdir()):,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(SHAPES), metavar="NAME")
    options = parser.parse_args()
    with (AUDIO / "manifest.tsv").open(encoding="utf-8") as file:
        sentences = {row["file"]: row["text"] for row in csv.DictReader(file, delimiter="\t")
                     if row["file"].endswith(".wav")}
    for name in options.names:
        make(name, sentences)


if __name__ == "__main__":
    main()
