"""Make clean L look like an old picture; the colour to be learnt stays as it is."""

from __future__ import annotations

import torch
from torch import Tensor

HINT_SHARE = 0.35
"""Share of the samples that carry colour hints."""
MAX_HINTS = 10


def degrade(L: Tensor, generator: torch.Generator) -> Tensor:
    """Change gamma, contrast, black level and grain at random, each sample for itself.

    Args:
        L: (N, 1, H, W) in [0, 100].
        generator: source of randomness.
    """

    def draw(low: float, high: float) -> Tensor:
        return torch.empty(len(L), 1, 1, 1).uniform_(low, high, generator=generator)

    gamma, contrast, black = draw(-0.35, 0.35).exp(), draw(0.75, 1.0), draw(0, 1)
    bent = (L / 100).clamp(1e-4, 1) ** gamma
    bent = bent * contrast + (1 - contrast) * black
    grain = torch.randn(L.shape, generator=generator) * draw(-0.04, 0.04).clamp(min=0)
    return ((bent + grain) * 100).clamp(0, 100)


def random_hints(ab: Tensor, generator: torch.Generator) -> Tensor:
    """Reveal the true colour of a few random squares in some samples.

    Args:
        ab: true colour in CIELAB units, (N, 2, H, W).
        generator: source of randomness.

    Returns:
        a, b and mask, (N, 3, H, W); all zero for samples without hints.
    """
    hints = torch.zeros(len(ab), 3, *ab.shape[-2:])

    def draw(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (1,), generator=generator))

    for sample in range(len(ab)):
        if torch.rand(1, generator=generator) > HINT_SHARE:
            continue
        for _ in range(draw(1, MAX_HINTS)):
            side = draw(2, 16)
            top, left = draw(0, ab.shape[-2] - side), draw(0, ab.shape[-1] - side)
            square = (slice(top, top + side), slice(left, left + side))
            hints[sample, :2, *square] = ab[sample, :, *square].mean(dim=(1, 2), keepdim=True)
            hints[sample, 2, *square] = 1
    return hints
