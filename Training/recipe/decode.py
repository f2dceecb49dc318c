"""Greedy decoding, as Lorikeet, onnx-asr and NeMo do it."""

import torch
from torch import Tensor

from .model import Transducer


@torch.no_grad()
def greedy_tdt(model: Transducer, encoded: Tensor, length: int) -> list[int]:
    """One utterance, encoded [T', width]."""
    blank = model.shape.pieces
    said, frame, at_frame = [], 0, 0
    projected = model.joint.enc(encoded)
    predicted, state = model.decoder(torch.tensor([[blank]]))
    about_to_say = model.joint.pred(predicted[0, 0])
    while frame < length:
        logits = model.joint.joint_net(projected[frame] + about_to_say)
        token, skip = int(logits[: blank + 1].argmax()), int(logits[blank + 1 :].argmax())
        if token != blank:
            said.append(token)
            at_frame += 1
            predicted, state = model.decoder(torch.tensor([[token]]), state)
            about_to_say = model.joint.pred(predicted[0, 0])
        if skip > 0 or token == blank or at_frame >= 10:
            frame += max(1, skip)
            at_frame = 0
    return said


@torch.no_grad()
def greedy_ctc(model: Transducer, encoded: Tensor, length: int) -> list[int]:
    best = model.ctc(encoded[:length]).argmax(-1)
    best = torch.unique_consecutive(best)
    return best[best != model.shape.pieces].tolist()
