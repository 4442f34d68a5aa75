"""Joining what is alike: k-means from a fixed beginning, so that it is the same every time."""

from __future__ import annotations

import torch
from torch import Tensor


def clustered(points: Tensor, weights: Tensor, count: int, rounds: int) -> tuple[Tensor, Tensor]:
    """Return the centres of clusters of points, and which each point belongs to.

    Args:
        points: (n, channels) float32.
        weights: how much each counts, (n,), above 0; the heavier, the likelier it begins a cluster.
        count: of clusters, at most n.
        rounds: of k-means (Lloyd 1982), at least 1.

    Returns:
        centres (count, channels), and numbers of clusters (n,); a cluster may be empty.
    """
    fixed = torch.Generator().manual_seed(0)
    centres = points[torch.multinomial(weights.double(), count, generator=fixed)].clone()
    nearest = nearest_of(points, centres)[1]
    for _ in range(rounds - 1):
        sums, totals = sums_of(points, weights, nearest, count)
        held = totals > 0
        centres[held] = sums[held] / totals[held, None]
        nearest = nearest_of(points, centres)[1]
    return centres, nearest


def sums_of(values: Tensor, weights: Tensor, nearest: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the weighted sum of values (n, channels) in each cluster, and of the weights."""
    sums = torch.zeros(count, values.shape[1]).index_add_(0, nearest, values * weights[:, None])
    return sums, torch.zeros(count).index_add_(0, nearest, weights)


def nearest_of(points: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """Return the squared distance of each point to the nearest centre, and which that is."""
    apart = torch.addmm(centres.square().sum(dim=1), points, centres.mT, alpha=-2)
    least, nearest = apart.min(dim=1)
    return least + points.square().sum(dim=1), nearest
