"""Loss functions, each with its source."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.models.ab_bins import soft_encode


def rebalanced_cross_entropy(scores: Tensor, ab: Tensor, weights: Tensor) -> Tensor:
    """Cross entropy over soft-encoded ab bins, rare colours weighted up (Zhang et al. 2016).

    Args:
        scores: of the bins, (N, 313, H, W).
        ab: true colour in CIELAB units, (N, 2, H, W).
        weights: of each bin, (313,); a pixel has the weight of its nearest bin.

    Returns:
        Mean over the pixels, each counted by its weight; a scalar.
    """
    number, share = soft_encode(ab)
    log_share = torch.log_softmax(scores.float(), dim=1).gather(1, number)
    weight = weights[number[:, 0]]
    return -(weight * (share * log_share).sum(dim=1)).sum() / weight.sum()


def smooth_l1(ab: Tensor, target: Tensor, beta: float = 5.0) -> Tensor:
    """Huber loss on ab divided by beta: quadratic below `beta` CIELAB units, linear above."""
    return F.smooth_l1_loss(ab.float(), target, beta=beta)
