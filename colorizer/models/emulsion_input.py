"""What a network is told of the emulsion: which light the gray it sees was made from."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LUMA = (0.2126, 0.7152, 0.0722)
"""Weights of linear R, G, B in panchromatic luma, ITU-R BT.709."""


class EmulsionInput(nn.Module):
    """Guesses which light the emulsion saw, and tells the decoder what it saw or may have seen.

    An emulsion is the weights of linear R, G, B in the gray, summing to 1. The decoder is told by
    a change of scale and shift of its channels (feature-wise linear modulation, Perez et al.
    2018) and of its queries; untrained, it is told nothing.

    Args:
        channels: of the coarsest features, which the guess is made from.
        told: how many numbers each part of the decoder takes.
        width: of the layer between.
    """

    def __init__(self, channels: int, told: Sequence[int], width: int = 64) -> None:
        super().__init__()
        self.told = list(told)
        self.guess = nn.Linear(channels, 3)
        self.hidden = nn.Linear(3, width)
        self.out = nn.Linear(width, sum(told))
        for parameter in (self.guess.weight, self.out.weight, self.out.bias):
            nn.init.zeros_(parameter)
        self.guess.bias.data.copy_(torch.tensor(LUMA).log())

    def forward(self, at32: Tensor, emulsion: Tensor | None) -> tuple[list[Tensor], Tensor]:
        """Return what each part is told, (N, told) each, and the guess, (N, 3).

        Args:
            at32: features (N, channels, h, w).
            emulsion: (N, 3); rows of zeros, and None, are unknown: the guess stands in for them.
        """
        guess = self.guess(at32.mean(dim=(2, 3))).float().softmax(dim=1)
        used = guess.detach()
        if emulsion is not None:
            used = torch.where(emulsion.sum(dim=1, keepdim=True) > 0, emulsion, used)
        told = self.out(F.silu(self.hidden(used.to(at32.dtype))))
        return list(told.split(self.told, dim=1)), guess
