"""Changes of picture and colour together, on the batch's device."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.stages.levels import levelled


def rotate(rgb: Tensor, degrees: float, generator: torch.Generator) -> Tensor:
    """Turn each picture by a random angle of up to `degrees`, mirroring what lies beyond its edges.

    Args:
        rgb: (N, C, H, W), floating.
        degrees: largest angle either way.
        generator: source of randomness, on the device of rgb.
    """
    drawn = torch.rand(len(rgb), device=generator.device, generator=generator)
    angle = (2 * drawn - 1) * math.radians(degrees)
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    height, width = rgb.shape[-2:]
    turn = torch.stack(
        [cosine, -sine * height / width, zero, sine * width / height, cosine, zero], dim=1
    )
    grid = F.affine_grid(turn.view(-1, 2, 3), list(rgb.shape), align_corners=False)
    return F.grid_sample(rgb, grid, padding_mode="reflection", align_corners=False)


def add_noise(L: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Add Gaussian noise of standard deviation `strength` to L in [0, 100], (N, 1, H, W)."""
    noise = torch.randn(L.shape, device=generator.device, generator=generator)
    return (L + strength * noise).clamp(0, 100)


def some_levelled(L: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Level a share of the samples as inference does, to ends that differ a little.

    Args:
        L: (N, 1, H, W) in [0, 100].
        share: of the samples; the others stay as they are.
        generator: source of randomness, on the device of L.
    """

    def draw(low: float, high: float) -> Tensor:
        drawn = torch.rand(len(L), 1, 1, 1, device=generator.device, generator=generator)
        return low + (high - low) * drawn

    return torch.where(draw(0, 1) < share, levelled(L, draw(0, 5), draw(93, 100)), L)
