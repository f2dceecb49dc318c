"""Step `vocabulary`: 256 pieces of byte-pair encoding, learnt from words rather than from sentences.

Each word counts by the square root of how often the grammar says it, and no piece is longer than five letters: long
pieces would let the model guess a word from its first sound.
"""

import collections
import pathlib
import random

import sentencepiece

from .grammar.corpus import wordy_sentence

PIECES = 256
LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúüñABCDEFGHIJKLMNOPQRSTUVWXYZÁÉÍÓÚÑ.,?¿-'"


def vocabulary(work: pathlib.Path, seed: int) -> None:
    path = work / "vocabulary.model"
    if path.exists():
        print(f"{path} is there")
        return
    counts, draw = collections.Counter(), random.Random(f"vocabulary {seed}")
    for language in ("en", "es"):
        for _ in range(60_000):
            counts.update(wordy_sentence(language, draw).split())
    words = [word for word, count in sorted(counts.items()) for _ in range(max(1, round(count**0.5)))]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(words), model_prefix=str(path.with_suffix("")), model_type="bpe", vocab_size=PIECES,
        character_coverage=1.0, max_sentencepiece_length=5, normalization_rule_name="identity", bos_id=-1, eos_id=-1, unk_id=0,
        remove_extra_whitespaces=False, required_chars=LETTERS,
    )  # fmt: skip
    print(" ".join(Pieces(work).names))


class Pieces:
    """Text to piece ids and back."""

    def __init__(self, work: pathlib.Path):
        self.model = sentencepiece.SentencePieceProcessor(model_file=str(work / "vocabulary.model"))
        self.names = [self.model.id_to_piece(i) for i in range(self.model.get_piece_size())]

    def encode(self, text: str) -> list[int]:
        return self.model.encode(text)

    def decode(self, ids: list[int]) -> str:
        return "".join(self.names[i] for i in ids).replace("\u2581", " ").strip()
