"""The 313 ab bins of Zhang et al. 2016: their centres, soft encoding and the annealed mean."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

GRID = 10
"""Distance of neighbouring bin centres, CIELAB units."""
_B_RANGE = {
    -90: (50, 90), -80: (20, 90), -70: (0, 90), -60: (-20, 90), -50: (-30, 100),
    -40: (-40, 100), -30: (-50, 100), -20: (-50, 100), -10: (-60, 100), 0: (-70, 100),
    10: (-80, 90), 20: (-80, 90), 30: (-90, 90), 40: (-100, 90), 50: (-100, 80),
    60: (-110, 80), 70: (-110, 80), 80: (-110, 70), 90: (-110, 70), 100: (-90, 0),
}  # fmt: skip
"""First and last b of the bins of each a, as published with the paper; sRGB alone does not
give this set."""
NEIGHBOURS = 5
SIGMA = 5.0
"""Width of the soft encoding's Gaussian, CIELAB units (Zhang et al. 2016, section 2.2)."""
TEMPERATURE = 0.38
"""Of the annealed mean, as published (Zhang et al. 2016, section 2.3)."""
_LIMIT = 110
"""Half side of the ab square that the lookup of neighbours covers, CIELAB units."""
_VECTOR = 16
"""Scores come in multiples of this on their way to a mean: twice as fast on a CPU."""
_BLOCK = 512
"""Pixels whose scores are held at once on a CPU, so that they stay in its cache."""


@lru_cache(maxsize=1)
@torch.inference_mode(False)  # kept for later callers, who may need gradients
def bin_centres() -> Tensor:
    """Return the centres of the bins in CIELAB units, (313, 2)."""
    centres = [(a, b) for a, (low, high) in _B_RANGE.items() for b in range(low, high + 1, GRID)]
    return torch.tensor(centres, dtype=torch.float32)


@lru_cache
@torch.inference_mode(False)
def _centre_rows(count: int, device: torch.device) -> Tensor:
    """Return the centres as the upper of four rows of `count` columns, the rest zeros.

    With two rows, a product takes five times as long on a CPU. A GPU gets them once: a copy in the
    midst of a network waits for all that it has begun.
    """
    centres = bin_centres().mT
    return F.pad(centres, (0, count - centres.shape[1], 0, 2)).to(device)


@lru_cache
@torch.inference_mode(False)
def _neighbour_table(device: torch.device) -> tuple[Tensor, Tensor]:
    """Return bin numbers (221 * 221, 5) int64 and weights (221 * 221, 5) of every whole ab.

    A GPU gets them once, as the centres.
    """
    axis = torch.arange(-_LIMIT, _LIMIT + 1, dtype=torch.float32)
    points = torch.cartesian_prod(axis, axis)
    distance, number = torch.cdist(points, bin_centres()).topk(NEIGHBOURS, largest=False)
    weight = torch.softmax(-(distance**2) / (2 * SIGMA**2), dim=1)
    return number.to(device), weight.to(device)


def soft_encode(ab: Tensor) -> tuple[Tensor, Tensor]:
    """Encode colours as weights on their five nearest bins (Zhang et al. 2016, eq. 2).

    Args:
        ab: CIELAB units, (N, 2, H, W); rounded to whole units.

    Returns:
        Bin numbers and weights summing to 1, both (N, 5, H, W).
    """
    cell = ab.round().clamp(-_LIMIT, _LIMIT).long() + _LIMIT
    row = cell[:, 0] * (2 * _LIMIT + 1) + cell[:, 1]
    number, weight = (table[row] for table in _neighbour_table(ab.device))
    return number.movedim(-1, 1), weight.movedim(-1, 1)


def annealed_mean(logits: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Decode bin scores to colour by the annealed mean (Zhang et al. 2016, eq. 5).

    Args:
        logits: scores of the 313 ab bins, (N, 313, H, W).
        temperature: 1 gives the desaturated mean, towards 0 the single best bin.

    Returns:
        ab in CIELAB units, (N, 2, H, W).
    """
    # Bins last, as they lie in memory after a channels-last network: twice as fast on a CPU.
    # Without autocast: half precision would round ab to steps of up to half a unit.
    with torch.autocast(logits.device.type, enabled=False):
        scores = logits.flatten(2).mT.float() / temperature
        return _mean_of(torch.softmax(scores, dim=-1)).unflatten(-1, logits.shape[2:])


def annealed_mean_of_map(
    x: Tensor, weight: Tensor, bias: Tensor, temperature: float = TEMPERATURE
) -> Tensor:
    """Decode the bin scores that a linear map gives by the annealed mean, never holding them all.

    Args:
        x: features, (N, C, H, W).
        weight: of the map, for each picture its own, (N, 313, C).
        bias: of the map, (N, 313).
        temperature: see `annealed_mean`.

    Returns:
        ab in CIELAB units, (N, 2, H, W).
    """
    extra = -weight.shape[1] % _VECTOR
    pixels = x.flatten(2).mT
    block = _BLOCK if x.device.type == "cpu" else pixels.shape[1]
    with torch.autocast(x.device.type, enabled=False):
        weight = F.pad(weight.float() / temperature, (0, 0, 0, extra)).mT
        bias = F.pad(bias.float() / temperature, (0, extra), value=-torch.inf).unsqueeze(1)
        means = [
            _mean_of(torch.softmax(torch.baddbmm(bias, part.float(), weight), dim=-1))
            for part in pixels.split(block, dim=1)
        ]
    return torch.cat(means, dim=-1).unflatten(-1, x.shape[2:])


def _mean_of(share: Tensor) -> Tensor:
    """Return the mean colour (N, 2, pixels) of shares of the bins (N, pixels, 313 or more)."""
    rows = _centre_rows(share.shape[-1], share.device)
    return torch.bmm(rows.expand(len(share), -1, -1), share.mT)[:, :2]


def class_weights(prior: Tensor, mix: float = 0.5, ceiling: float = 8.0) -> Tensor:
    """Return the rebalancing weight of each bin (Zhang et al. 2016, eq. 4).

    Args:
        prior: share of each bin in the training set, (313,), summing to 1.
        mix: share of the uniform distribution (lambda).
        ceiling: largest weight, against speckle from bins that hardly occur in a small set.

    Returns:
        (313,), with sum(prior * weight) = 1 before the ceiling.
    """
    kernel = torch.softmax(
        -(torch.cdist(bin_centres(), bin_centres()) ** 2) / (2 * SIGMA**2), dim=0
    )
    smooth = kernel @ prior
    weight = 1 / ((1 - mix) * smooth + mix / len(smooth))
    return (weight / (prior * weight).sum()).clamp(max=ceiling)
