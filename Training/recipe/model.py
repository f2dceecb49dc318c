"""FastConformer-TDT in plain PyTorch: the architecture of Parakeet TDT in small, with NeMo's parameter names.

Shapes: features [B, T, bands]; encoded [B, T', width] with T' = ceil(T / 8); token logits [B, T', U + 1, pieces + 1].
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DURATIONS = 5  # 0 to 4 frames
REACH = 1000  # encoded frames: 80 s in one piece is the most


@dataclass(frozen=True)
class Shape:
    bands: int = 128
    channels: int = 32
    width: int = 144
    layers: int = 8
    heads: int = 4
    expansion: int = 4
    kernel: int = 9
    prediction: int = 160
    joint: int = 160
    pieces: int = 256
    prediction_dropout: float = 0.3


def shorter(lengths: Tensor) -> Tensor:
    """The length after one convolution with stride 2."""
    return torch.div(lengths + 1, 2, rounding_mode="floor")


def valid(lengths: Tensor, count: int | Tensor) -> Tensor:
    """[B, count], true where a frame is inside of its recording."""
    return torch.arange(count, device=lengths.device)[None, :] < lengths[:, None]


class Subsampling(nn.Module):
    """8 times fewer frames: one convolution, then two depthwise-separable ones, each with stride 2."""

    def __init__(self, shape: Shape):
        super().__init__()
        c = shape.channels
        self.conv = nn.Sequential(
            nn.Conv2d(1, c, 3, 2, 1), nn.ReLU(inplace=True),
            nn.Conv2d(c, c, 3, 2, 1, groups=c), nn.Conv2d(c, c, 1), nn.ReLU(inplace=True),
            nn.Conv2d(c, c, 3, 2, 1, groups=c), nn.Conv2d(c, c, 1), nn.ReLU(inplace=True),
        )  # fmt: skip
        bands = shape.bands
        for _ in range(3):
            bands = (bands + 1) // 2
        self.out = nn.Linear(c * bands, shape.width)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = features.unsqueeze(1)
        for i, layer in enumerate(self.conv):
            x = layer(x)
            if i == 0 and self.training:  # depthwise gradients are five times faster with the channels last
                x = x.contiguous(memory_format=torch.channels_last)
            if isinstance(layer, nn.Conv2d) and layer.stride[0] == 2:
                lengths = shorter(lengths)
            if i in (1, 4, 7):
                x = x * valid(lengths, x.shape[2])[:, None, :, None].to(x.dtype)
        b, c, t, f = x.shape
        return self.out(x.transpose(1, 2).reshape(b, t, c * f)), lengths


def positions(count: int, width: int) -> Tensor:
    """Sines and cosines of the distances count - 1 down to 1 - count, [2 count - 1, width]."""
    distance = torch.arange(count - 1, -count, -1.0)[:, None]
    rate = torch.exp(torch.arange(0, width, 2.0) * -(math.log(10000.0) / width))
    table = torch.zeros(2 * count - 1, width)
    table[:, 0::2], table[:, 1::2] = torch.sin(distance * rate), torch.cos(distance * rate)
    return table


class Attention(nn.Module):
    """Self-attention with relative positions (Transformer-XL)."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads, self.size = shape.heads, shape.width // shape.heads
        for name in ("linear_q", "linear_k", "linear_v", "linear_out", "linear_pos"):
            setattr(self, name, nn.Linear(shape.width, shape.width, bias=False))
        self.pos_bias_u = nn.Parameter(torch.zeros(self.heads, self.size))
        self.pos_bias_v = nn.Parameter(torch.zeros(self.heads, self.size))

    def forward(self, x: Tensor, table: Tensor, hidden: Tensor) -> Tensor:
        """`hidden` [B, 1, 1, T] is added to the scores: very negative where a frame is not to be looked at."""
        b, t, w = x.shape
        q, k, v = (
            linear(x).view(b, t, self.heads, self.size) for linear in (self.linear_q, self.linear_k, self.linear_v)
        )
        p = self.linear_pos(table).view(-1, self.heads, self.size)
        by_position = torch.einsum("bthd,phd->bhtp", q + self.pos_bias_v, p)
        by_position = (
            F.pad(by_position, (1, 0)).view(b, self.heads, -1, t)[:, :, 1:].reshape(b, self.heads, t, -1)[..., :t]
        )
        by_content = (q + self.pos_bias_u).transpose(1, 2) @ k.transpose(1, 2).transpose(2, 3)
        shares = torch.softmax((by_content + by_position) / math.sqrt(self.size) + hidden, -1)
        x = shares @ v.transpose(1, 2)
        return self.linear_out(x.transpose(1, 2).reshape(b, t, w))


class Convolution(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        w = shape.width
        self.pointwise_conv1 = nn.Conv1d(w, 2 * w, 1, bias=False)
        self.depthwise_conv = nn.Conv1d(w, w, shape.kernel, padding=shape.kernel // 2, groups=w, bias=False)
        self.batch_norm = nn.BatchNorm1d(w)
        self.pointwise_conv2 = nn.Conv1d(w, w, 1, bias=False)

    def forward(self, x: Tensor, inside: Tensor) -> Tensor:
        """`inside` [B, T, 1] is 1 for frames of the recording, else 0."""
        if self.training:  # the same, with faster gradients
            x = F.glu(F.linear(x, self.pointwise_conv1.weight.squeeze(2)), dim=-1) * inside
            x = F.silu(self.batch_norm(self.depthwise_conv(x.transpose(1, 2))))
            return F.linear(x.transpose(1, 2), self.pointwise_conv2.weight.squeeze(2))
        x = F.glu(self.pointwise_conv1(x.transpose(1, 2)), dim=1) * inside.transpose(1, 2)
        x = F.silu(self.batch_norm(self.depthwise_conv(x)))
        return self.pointwise_conv2(x).transpose(1, 2)


class FeedForward(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.linear1 = nn.Linear(shape.width, shape.width * shape.expansion, bias=False)
        self.linear2 = nn.Linear(shape.width * shape.expansion, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear2(F.silu(self.linear1(x)))


class Layer(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        for name in ("feed_forward1", "self_att", "conv", "feed_forward2", "out"):
            setattr(self, f"norm_{name}", nn.LayerNorm(shape.width))
        self.feed_forward1, self.feed_forward2 = FeedForward(shape), FeedForward(shape)
        self.self_attn, self.conv = Attention(shape), Convolution(shape)

    def forward(self, x: Tensor, table: Tensor, hidden: Tensor, inside: Tensor) -> Tensor:
        x = x + 0.5 * self.feed_forward1(self.norm_feed_forward1(x))
        x = x + self.self_attn(self.norm_self_att(x), table, hidden)
        x = x + self.conv(self.norm_conv(x), inside)
        x = x + 0.5 * self.feed_forward2(self.norm_feed_forward2(x))
        return self.norm_out(x)


class Encoder(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.pre_encode = Subsampling(shape)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.register_buffer("positions", positions(REACH, shape.width), persistent=False)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(features.device.type, enabled=False):  # convolutions are faster in FP32 on a CPU
            x, lengths = self.pre_encode(features, lengths)
        table = self.positions[REACH - x.shape[1] : REACH + x.shape[1] - 1]
        here = valid(lengths, x.shape[1])
        hidden = torch.where(here, 0.0, -10000.0).to(x.dtype)[:, None, None, :]
        inside = here[:, :, None].to(x.dtype)
        for layer in self.layers:
            x = layer(x, table, hidden, inside)
        return x, lengths


class Prediction(nn.Module):
    """The prediction network: what has been said. The blank is also the start and stays zero."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.prediction = nn.ModuleDict({
            "embed": nn.Embedding(shape.pieces + 1, shape.prediction, padding_idx=shape.pieces),
            "dec_rnn": nn.ModuleDict({"lstm": nn.LSTM(shape.prediction, shape.prediction)}),
        })  # fmt: skip
        self.dropout = nn.Dropout(shape.prediction_dropout)

    def forward(self, tokens: Tensor, state=None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Tokens [B, U] to [B, U, prediction]."""
        x, state = self.prediction["dec_rnn"]["lstm"](
            self.dropout(self.prediction["embed"](tokens)).transpose(0, 1), state
        )
        return self.dropout(x.transpose(0, 1)), state


class Joint(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.enc, self.pred = nn.Linear(shape.width, shape.joint), nn.Linear(shape.prediction, shape.joint)
        # In the middle NeMo has a dropout.
        self.joint_net = nn.Sequential(nn.ReLU(), nn.Identity(), nn.Linear(shape.joint, shape.pieces + 1 + DURATIONS))

    def forward(self, encoded: Tensor, predicted: Tensor) -> Tensor:
        """[B, T', width] and [B, U, prediction] to [B, T', U, pieces + 1 + durations]."""
        return self.joint_net(self.enc(encoded)[:, :, None] + self.pred(predicted)[:, None])


class Transducer(nn.Module):
    """The model, with a CTC head that only training uses."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.encoder, self.decoder, self.joint = Encoder(shape), Prediction(shape), Joint(shape)
        self.ctc = nn.Linear(shape.width, shape.pieces + 1)
