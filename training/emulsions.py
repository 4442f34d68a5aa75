"""Gray as random emulsions would have recorded it, made from the linear light of colour photos.

Until about 1906 plates saw blue only, until the middle of the 1920s film was orthochromatic (blue
and green, no red); panchromatic film sees about what the eye sees. An emulsion is the weights of
linear R, G, B in the gray, summing to 1.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from colorizer.colour.cielab import light_to_L, srgb_to_linear
from colorizer.models.emulsion_input import LUMA

ORTHOCHROMATIC, BLUE_SENSITIVE, ANY = 0.24, 0.14, 0.14
"""Share of the samples; the others are panchromatic."""
TOLD = 0.6
"""Share of the samples whose emulsion the network is told."""


@lru_cache
@torch.inference_mode(False)  # kept for later callers
def _panchromatic(device: torch.device) -> Tensor:
    """Return the weights of panchromatic luma, (3,), which a GPU gets once."""
    return torch.tensor(LUMA, device=device)


def random_emulsions(count: int, generator: torch.Generator) -> Tensor:
    """Return the weights of linear R, G, B of random emulsions, (count, 3), each summing to 1."""
    device = generator.device

    def draw(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, device=device, generator=generator)

    red, green = draw(0, 0.1), draw(0.25, 0.55)
    orthochromatic = torch.stack([red, green, 1 - red - green], dim=1)
    green = draw(0, 0.25)
    blue = torch.stack([torch.zeros_like(green), green, 1 - green], dim=1)
    # Equal probability over all weights that sum to 1: a flat Dirichlet distribution.
    parts = -torch.rand(count, 3, device=device, generator=generator).clamp(min=1e-6).log()
    made = _panchromatic(device).expand(count, 3)
    kind, edge = draw(0, 1)[:, None], 0.0
    for share, weights in (
        (ORTHOCHROMATIC, orthochromatic),
        (BLUE_SENSITIVE, blue),
        (ANY, parts / parts.sum(dim=1, keepdim=True)),
    ):
        made = torch.where((kind >= edge) & (kind < edge + share), weights, made)
        edge += share
    return made


def some_told(emulsions: Tensor, generator: torch.Generator) -> Tensor:
    """Return emulsions (N, 3) with rows of zeros, unknown, for those the network isn't told."""
    drawn = torch.rand(len(emulsions), 1, device=generator.device, generator=generator)
    return emulsions * (drawn < TOLD)


def seen_through(rgb: Tensor, emulsions: Tensor) -> Tensor:
    """Return L of the gray that emulsions record, (N, 1, H, W) in [0, 100].

    Args:
        rgb: sRGB in [0, 1], (N, 3, H, W).
        emulsions: (N, 3).
    """
    linear = srgb_to_linear(rgb)
    light = (linear * emulsions[..., None, None]).sum(dim=1, keepdim=True)
    return light_to_L(light.clamp(0, 1))
