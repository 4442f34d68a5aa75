"""Colour hints for training: true colours of a few random squares, as a person would give them."""

from __future__ import annotations

import torch
from torch import Tensor

HINT_SHARE = 0.35
"""Share of the samples that carry colour hints."""
MAX_HINTS = 10
_MIN_SIDE, _MAX_SIDE = 2, 16


def random_hints(ab: Tensor, generator: torch.Generator) -> Tensor:
    """Reveal the true colour of a few random squares in some samples.

    Args:
        ab: true colour in CIELAB units, (N, 2, H, W), at least 16 pixels a side.
        generator: source of randomness, on the device of ab.

    Returns:
        a, b and mask, (N, 3, H, W); all zero for samples without hints.
    """
    count, _, height, width = ab.shape
    device = generator.device

    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape, device=device, generator=generator)

    hinted = draw(count, 1, 1) < HINT_SHARE
    wanted = 1 + (draw(count, 1, 1) * MAX_HINTS).floor()
    hints = torch.zeros(count, 3, height, width, device=ab.device)
    rows = torch.arange(height, device=device).view(1, -1, 1)
    columns = torch.arange(width, device=device).view(1, 1, -1)
    for number in range(MAX_HINTS):
        side = _MIN_SIDE + (draw(count, 1, 1) * (_MAX_SIDE - _MIN_SIDE + 1)).floor()
        top = (draw(count, 1, 1) * (height - side + 1)).floor()
        left = (draw(count, 1, 1) * (width - side + 1)).floor()
        square = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
        square = (square & hinted & (wanted > number)).unsqueeze(1)
        mean = (ab * square).sum(dim=(2, 3), keepdim=True) / (side**2).view(-1, 1, 1, 1)
        hints[:, :2] = torch.where(square, mean, hints[:, :2])
        hints[:, 2:] = torch.where(square, 1.0, hints[:, 2:])
    return hints
