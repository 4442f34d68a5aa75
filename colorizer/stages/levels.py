"""Shows a network the picture as a fresh print: its own range stretched to the whole scale.

Faded, dark and pale prints lose a third to two thirds of what colorization gains; a linear change
of L is undone exactly by this. The L that is written is never touched.
"""

from __future__ import annotations

import torch
from torch import Tensor

GAIN_LIMIT = 8.0
"""Largest stretch: what has less range than an eighth of the scale is nearly blank."""
_SAMPLES = 1 << 16
"""Pixels of a picture that its percentiles are taken of."""


def levelled(L: Tensor, low: Tensor | float = 0.0, high: Tensor | float = 100.0) -> Tensor:
    """Stretch the 1st and 99th percentiles of each picture's L to `low` and `high`.

    Args:
        L: CIELAB lightness, (N, 1, H, W), in [0, 100]; so is the result.
        low: where the 1st percentile comes to lie; a number, or (N, 1, 1, 1).
        high: where the 99th percentile comes to lie, unless the gain would exceed `GAIN_LIMIT`.
    """
    flat = L.flatten(1)
    flat = flat[:, :: -(-flat.shape[1] // _SAMPLES)].float()
    dark, bright = torch.quantile(flat, flat.new_tensor([0.01, 0.99]), dim=1)[..., None, None, None]
    gain = ((high - low) / (bright - dark).clamp(min=1e-3)).clamp(max=GAIN_LIMIT)
    return ((L - dark) * gain + low).clamp(0, 100)
