"""Hints as the input of a network."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from colorizer.places.hint import Hint

HINT_SHARE = 0.035
"""Side of a hint's square as a share of the picture's short side, about the middle of what the
network saw in training."""


def hint_map(hints: Iterable[Hint], L: Tensor) -> Tensor:
    """Paint hints as the input of a network.

    Args:
        hints: colours at places; later ones win.
        L: (N, 1, H, W); gives size, dtype and device.

    Returns:
        a, b and mask, (N, 3, H, W), the same for all N.
    """
    height, width = L.shape[-2:]
    painted = torch.zeros(3, height, width)
    side = max(2, round(HINT_SHARE * min(height, width)))
    for hint in hints:
        top = min(max(0, round(hint.y * height - side / 2)), max(0, height - side))
        left = min(max(0, round(hint.x * width - side / 2)), max(0, width - side))
        colour = torch.tensor([hint.a, hint.b, 1.0]).view(3, 1, 1)
        painted[:, top : top + side, left : left + side] = colour
    return painted.to(L).expand(L.shape[0], -1, -1, -1)
