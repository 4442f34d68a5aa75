"""The contract of every colorization network."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ColorModel(nn.Module):
    """A network from L to ab; scaling and normalisation live inside.

    `forward` gives what the loss works on and differs from model to model; `predict` is the same
    for all.
    """

    name: str = ""
    """Key in `MODELS`, set by `create_model`."""
    hyper_parameters: dict[str, Any]
    """Keyword arguments that build the same network; stored with the weights."""
    stride: int = 1
    """Height and width `forward` takes must be multiples of this; `predict` takes any size."""

    def predict(self, L: Tensor, *, hints: Tensor | None = None, vividness: float = 0.6) -> Tensor:
        """Predict colour.

        Args:
            L: CIELAB lightness in [0, 100], (N, 1, H, W), any size.
            hints: wanted colours, (N, 3, H, W): a, b in CIELAB units and a mask of 0 and 1; None is
                automatic. Models that know no hints ignore it.
            vividness: 0 the cautious average colour, 1 the likeliest one; models with a single
                answer ignore it.

        Returns:
            ab in CIELAB units, about [-110, 110], float32, (N, 2, H, W).
        """
        raise NotImplementedError


def pad_to_stride(x: Tensor, stride: int) -> Tensor:
    """Repeat the last row and column of (N, C, H, W) until both sides are multiples of stride."""
    height, width = x.shape[-2:]
    return F.pad(x, (0, -width % stride, 0, -height % stride), mode="replicate")


def trainable_parameters(model: nn.Module) -> int:
    """Count the parameters that training changes."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def no_hints(L: Tensor) -> Tensor:
    """Return the hints that mean automatic, (N, 3, H, W) zeros."""
    return torch.zeros(L.shape[0], 3, *L.shape[-2:], dtype=L.dtype, device=L.device)
