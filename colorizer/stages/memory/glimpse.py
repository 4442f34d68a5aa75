"""What the network found in a key frame, kept small: by it the same thing is found again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.models.ab_bins import annealed_mean
from colorizer.models.base import Insight

STRIDE = 8
"""Pixels of the picture seen to one place, in height and width."""
WEIGHTS = (0.7, 1.0, 0.7)
"""Of the features in the distance between two places, from fine to coarse; each is scaled to a mean
length of 1 in its picture. The coarse ones tell what a thing is, and one film from another."""
LIGHTNESS = 6.0
"""Of L / 100 in the same distance. Where in the picture a place is does not count: on five clips
with known colours it gains nothing."""
_SAMPLED = 4
"""One of so many places is remembered, in a pattern that has no rows or columns."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The places of one picture: the pixels of 1/8 of its size."""

    features: tuple[Tensor, ...]
    """Weighted, (1, channels, h, w) float16, from fine to coarse; lightness is the last channel of
    the first, which is at the size of the places."""
    length: Tensor
    """Squared length of all features of a place together, (h, w)."""
    own: Tensor
    """The network's ab, the annealed mean of its scores, (2, h, w)."""
    sampled: Tensor
    """Numbers of the places that may be remembered, (n,)."""
    scores: Tensor
    """Of the bins at those, (n, bins) float16."""
    size: tuple[int, int]
    """(height, width) of the picture seen."""
    temperature: float
    """See `Insight.temperature`."""


def glimpses_of(L: Tensor, insight: Insight) -> list[Glimpse]:
    """Keep what is needed of the first pictures of a call, computed where the network is.

    Args:
        L: what the network saw, (N, 1, H, W).
        insight: what it found in these, and perhaps more.
    """
    count, size = len(L), (L.shape[-2], L.shape[-1])
    features = [one[:count].float() for one in insight.features]
    height, width = features[0].shape[-2:]
    below, right = STRIDE * height - size[0], STRIDE * width - size[1]
    lightness = F.avg_pool2d(F.pad(L.float(), (0, right, 0, below), mode="replicate"), STRIDE)
    weighted = [
        one * (weight / one.norm(dim=1, keepdim=True).mean((2, 3), keepdim=True).clamp(min=1e-6))
        for one, weight in zip(features, WEIGHTS, strict=False)
    ]
    weighted[0] = torch.cat([weighted[0], lightness * (LIGHTNESS / 100)], dim=1)
    kept = [one.half() for one in weighted]
    length = sum((_enlarged(one, (height, width)) ** 2).sum(dim=1) for one in kept)
    assert isinstance(length, Tensor)
    sampled, scores = sampled_places(height, width), insight.scores[:count]
    rows = scores.flatten(2).mT[:, sampled.to(L.device)].half().cpu()
    own = annealed_mean(scores, insight.temperature).cpu()
    kept, length = [one.cpu() for one in kept], length.cpu()
    return [
        Glimpse(
            features=tuple(one[n : n + 1] for one in kept),
            length=length[n],
            own=own[n],
            sampled=sampled,
            scores=rows[n],
            size=size,
            temperature=insight.temperature,
        )
        for n in range(count)
    ]


def sampled_places(height: int, width: int) -> Tensor:
    """Return the numbers, row by row, of the places of a picture that may be remembered."""
    y, x = np.indices((height, width))
    return torch.from_numpy(np.flatnonzero((x + 2 * y) % _SAMPLED == 0))


def keys_at(glimpse: Glimpse, places: Tensor) -> Tensor:
    """Return the features of some places, (n, channels of all)."""
    height, width = glimpse.length.shape
    x = (places % width + 0.5) * (2 / width) - 1
    y = (places // width + 0.5) * (2 / height) - 1
    grid = torch.stack([x, y], dim=-1).float()[None, None]
    found = [
        F.grid_sample(one.float(), grid, padding_mode="border", align_corners=False)[0, :, 0].mT
        for one in glimpse.features
    ]
    return torch.cat(found, dim=1)


def products(glimpse: Glimpse, keys: Tensor) -> Tensor:
    """Return the product of the features of every place with some keys, (places, keys).

    Each scale of the features is multiplied at its own size, and only the products are enlarged:
    the same numbers.

    Args:
        glimpse: of the picture.
        keys: (keys, channels of all).
    """
    height, width = glimpse.length.shape
    total = None
    parts = keys.split([one.shape[1] for one in glimpse.features], dim=1)
    for one, part in zip(glimpse.features, parts, strict=True):
        pixels = one[0].flatten(1).mT.float() @ part.mT
        image = pixels.unflatten(0, one.shape[-2:]).movedim(-1, 0)[None]
        flat = _enlarged(image, (height, width))[0].movedim(0, -1).flatten(0, 1)
        total = flat if total is None else total + flat
    assert total is not None
    return total


def _enlarged(image: Tensor, size: tuple[int, int]) -> Tensor:
    if image.shape[-2:] == size:
        return image.float()
    return F.interpolate(image.float(), size=size, mode="bilinear", align_corners=False)
