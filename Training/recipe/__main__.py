"""The steps of the recipe, in order. Each one resumes where it was interrupted."""

import argparse
import os
import pathlib
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process, one core: NumPy's threads only wait for each other
# Batches of training have more shapes than oneDNN keeps kernels for, which it would compile again and again.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "20000")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m recipe", description=__doc__)
    parser.add_argument(
        "--work", type=pathlib.Path, required=True, metavar="DIR", help="directory for data, checkpoints and the export"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of sentences, voices, rooms and weights"
    )
    steps = parser.add_subparsers(dest="step", required=True)

    def step(name: str, text: str) -> argparse.ArgumentParser:
        return steps.add_parser(name, help=text, description=text)

    show = step("sentences", "print sentences of the grammar")
    show.add_argument("--count", type=int, default=40)
    step("vocabulary", "learn 256 pieces from the grammar's words")
    speak = step("speak", "speak sentences with the synthesizers")
    speak.add_argument("--shards", type=int, default=225, help="number of shards of 250 utterances each")
    speak.add_argument(
        "--neural", type=int, default=14, help="shards by Kokoro, which takes a second of one core for each utterance"
    )
    augment = step("augment", "add rooms and noise to the speech, and compute features")
    augment.add_argument(
        "--versions", type=int, default=1, help="versions of each utterance, each in another room"
    )
    for one in (speak, augment):
        one.add_argument("--processes", type=int, default=1)
    adopt = step("adopt", "make a checkpoint of an exported model, to train it further")
    adopt.add_argument("folder", type=pathlib.Path, help="directory in the layout that `export` writes, compact or not")
    train = step("train", "train, from the last checkpoint if there is one, until it is killed or --end is reached")
    train.add_argument("--processes", type=int, default=1, help="processes that train together, one core each")
    train.add_argument("--end", type=int, help="the last step; without it the learning rate never falls")
    train.add_argument(
        "--fall", type=int, default=3000, help="steps before --end in which the learning rate and a dropout fall"
    )
    step("curve", "print the losses and word error rates of the training so far")
    evaluate = step("evaluate", "word error rates on held-out voices and sentences; writes report.json")
    evaluate.add_argument(
        "--model", type=pathlib.Path, help="exported directory, read with onnx-asr, instead of the checkpoint"
    )
    evaluate.add_argument("--recordings", type=pathlib.Path, help="also a directory of recordings with manifest.tsv")
    evaluate.add_argument("--limit", type=int, help="maximum number of recordings of each set")
    evaluate.add_argument(
        "--program", help="the program `lorikeet`, which reads the exported directory instead of onnx-asr"
    )
    evaluate.add_argument("--precision", default="f32", help="precision of `lorikeet`")
    export = step("export", "write the model in the layout of Parakeet TDT's public export")
    export.add_argument("--output", type=pathlib.Path, help="directory; default: WORK/export")
    arguments = vars(parser.parse_args())
    work, seed, name = (arguments.pop(key) for key in ("work", "seed", "step"))
    work.mkdir(parents=True, exist_ok=True)
    run(name, work, seed, arguments)


def run(name: str, work: pathlib.Path, seed: int, rest: dict) -> None:
    """Imports only what the step needs: speaking needs no PyTorch, training no synthesiser."""
    if name == "sentences":
        from .grammar.corpus import show

        show(seed, **rest)
    elif name == "vocabulary":
        from .vocabulary import vocabulary

        vocabulary(work, seed)
    elif name == "speak":
        from .speak import speak

        speak(work, seed=seed, **rest)
    elif name == "augment":
        from .augment import augment

        augment(work, seed=seed, **rest)
    elif name == "adopt":
        from .adopt import adopt

        adopt(work, seed=seed, **rest)
    elif name == "train":
        from .train import train

        train(work, seed, **rest)
    elif name == "curve":
        from .curve import curve

        curve(work)
    elif name == "evaluate":
        from .evaluate import evaluate

        evaluate(work, **rest)
    elif name == "export":
        from .export import export

        export(work, **rest)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
