"""What a reference says of one frame: its claims, and the like change for what is like them.

Where a claim stands next to the network's colour, the difference is what the person changed there.
What has no claim of its own, ground that came into view, takes the difference that is usual among
claimed pixels of about its place, lightness and predicted colour, kept in a coarse grid over those
(as in Chen, Paris, Durand 2007, "Real-time edge-aware image processing with the bilateral grid").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from colorizer.guidance.references.reference import resized

CELLS = 4
"""Cells of the grid along width and height."""
CELL_L, CELL_AB = 10.0, 8.0
"""Size of a cell in lightness, and in a and b, in CIELAB units."""
_MOST_AB = 100.0
_FIRM_SHARE = 0.1
"""Share of a picture that must be claimed for the rest to follow in full."""
_LEAST_PIXELS = 1e-5
"""Claimed pixels about a cell, as a share of the picture, that are worth half their difference."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a reference wants of a frame, at the size of the frame's motion."""

    ab: np.ndarray
    """(2, h, w) float16 in CIELAB units."""
    weight: np.ndarray
    """How far, 0 to 1, (h, w) float16."""
    share: float
    """Most that any weight can be, which falls with the distance in time."""


def lay_claims(
    L: np.ndarray, ab: np.ndarray, claims: Sequence[tuple[float, Claim]], strength: float
) -> np.ndarray:
    """Give a frame the colours that are claimed, and what is like them the like change.

    Args:
        L: of the frame, (H, W) in [0, 100].
        ab: predicted, (2, H, W).
        claims: of one reference or two, each with its part in what both claim.
        strength: that `ab` has been given; claims get it too.

    Returns:
        ab, (2, H, W) float32.
    """
    size = claims[0][1].weight.shape
    total, most = np.zeros(size, np.float32), np.zeros(size, np.float32)
    wanted = np.zeros((2, *size), np.float32)
    for part, claim in claims:
        weight = claim.weight.astype(np.float32)
        np.maximum(most, weight, out=most)
        weight *= np.float32(part)
        total += weight
        wanted += weight * claim.ab
    wanted *= np.float32(strength) / np.maximum(total, np.float32(1e-6))
    lightness, *before = resized(np.stack([L, *ab]), size)
    change = wanted - before
    share = max(claim.share for _, claim in claims)
    share *= min(1.0, float(most.mean()) / _FIRM_SHARE)
    usual = np.float32(share) * _usual(lightness, np.stack(before), change, most)
    return ab + resized(usual + most * (change - usual), ab.shape[1:])


def _usual(L: np.ndarray, ab: np.ndarray, change: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the change that is usual where place, lightness and colour are about the same.

    Args:
        L: (h, w) in [0, 100].
        ab: predicted, (2, h, w).
        change: of ab where it is claimed, (2, h, w).
        weight: of the claims, (h, w).

    Returns:
        (2, h, w) float32.
    """
    from scipy.ndimage import gaussian_filter, map_coordinates

    y, x = np.indices(L.shape, np.float32)
    chroma = (np.clip(ab, -_MOST_AB, _MOST_AB) + _MOST_AB) / CELL_AB
    place = (y * (CELLS / L.shape[0]), x * (CELLS / L.shape[1]), L / CELL_L, *chroma)
    place = np.stack(place).reshape(len(place), -1)
    place[3:] -= np.floor(place[3:].min(axis=1, keepdims=True))
    shape = tuple(np.ceil(place.max(axis=1)).astype(int) + 1)
    cell = np.ravel_multi_index(tuple(np.rint(place).astype(int)), shape)
    planes = []
    for values in (weight, *(weight * change)):
        sums = np.bincount(cell, values.ravel(), int(np.prod(shape))).reshape(shape)
        soft = gaussian_filter(sums.astype(np.float32), 1.0, mode="constant", truncate=2.0)
        planes.append(map_coordinates(soft, place, order=1, mode="nearest").reshape(L.shape))
    return np.stack(planes[1:]) / (planes[0] + np.float32(_LEAST_PIXELS * L.size))
