"""The parts of autochrome's decoders: one stage of the pixels', one step of the colour queries'."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def upsampled(x: Tensor, size: torch.Size) -> Tensor:
    """Bring features (N, C, h, w) to the height and width of a size."""
    return F.interpolate(x, size=size[-2:], mode="bilinear", align_corners=False)


class DecoderStage(nn.Module):
    """Upsample, add the encoder's features, convolve."""

    def __init__(self, channels: int, skip: int, out: int) -> None:
        super().__init__()
        self.lateral = nn.Conv2d(skip, channels, 1)
        self.conv = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.norm = nn.GroupNorm(8, out)

    def forward(self, x: Tensor, skip: Tensor, told: Tensor | None = None) -> Tensor:
        """Map x (N, channels, h, w) and skip (N, skip, 2h, 2w) to (N, out, 2h, 2w).

        Args:
            x: features of the stage before.
            skip: features of the encoder.
            told: change of scale and shift of every channel, (N, 2 * out); None is no change.
        """
        lateral = self.lateral(skip)
        lateral += upsampled(x, lateral.shape)
        normed = self.norm(self.conv(lateral))
        if told is not None:
            scale, shift = told[..., None, None].chunk(2, dim=1)
            normed = torch.addcmul(shift, normed, 1 + scale)
        return F.silu(normed)


class QueryLayer(nn.Module):
    """One step of the colour queries: look at the picture, at each other, think."""

    def __init__(self, width: int, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.cross_query = nn.Linear(width, width)
        self.cross_key_value = nn.Linear(channels, 2 * width)
        self.cross_out = nn.Linear(width, width)
        self.self_in = nn.Linear(width, 3 * width)
        self.self_out = nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def _attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Attend with several heads; all (N, tokens, width)."""
        q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in (query, key, value))
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)

    def forward(self, queries: Tensor, features: Tensor) -> Tensor:
        """Update queries (N, count, width) from features (N, channels, h, w)."""
        key, value = self.cross_key_value(features.flatten(2).transpose(1, 2)).chunk(2, dim=-1)
        query = self.cross_query(self.norms[0](queries))
        queries = queries + self.cross_out(self._attend(query, key, value))
        attended = self._attend(*self.self_in(self.norms[1](queries)).chunk(3, dim=-1))
        queries = queries + self.self_out(attended)
        return queries + self.mlp(self.norms[2](queries))
