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


def bin_cross_entropy(scores: Tensor, ab: Tensor) -> Tensor:
    """Mean cross entropy with the single nearest ab bin of each pixel.

    Args:
        scores: of the bins, (N, 313, H, W).
        ab: true colour in CIELAB units, (N, 2, H, W).
    """
    number, _ = soft_encode(ab)
    return F.cross_entropy(scores.float(), number[:, 0])


def bin_divergence(scores: Tensor, ab: Tensor) -> Tensor:
    """Mean Kullback-Leibler divergence of the predicted bins from the soft-encoded true ones.

    Args:
        scores: of the bins, (N, 313, H, W).
        ab: true colour in CIELAB units, (N, 2, H, W).

    Returns:
        Soft cross entropy less the entropy of the soft encoding, in nats; 0 at best.
    """
    number, share = soft_encode(ab)
    log_share = torch.log_softmax(scores.float(), dim=1).gather(1, number)
    return (torch.xlogy(share, share) - share * log_share).sum(dim=1).mean()


def smooth_l1(ab: Tensor, target: Tensor, beta: float = 5.0) -> Tensor:
    """Huber loss on ab divided by beta: quadratic below `beta` CIELAB units, linear above."""
    return F.smooth_l1_loss(ab.float(), target, beta=beta)


def ab_gradient(ab: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of the horizontal and vertical steps of ab, CIELAB units."""
    error = ab.float() - target
    return error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()


def colorfulness(rgb: Tensor) -> Tensor:
    """Return M3 of Hasler and Suesstrunk 2003 on a scale of 0 to about 1.1, (N,).

    Args:
        rgb: sRGB in [0, 1], (N, 3, H, W).
    """
    red, green, blue = rgb.flatten(2).unbind(dim=1)
    opponents = torch.stack([red - green, (red + green) / 2 - blue], dim=1)
    spread = (opponents.var(dim=2).sum(dim=1) + 1e-6).sqrt()
    return spread + 0.3 * (opponents.mean(dim=2).square().sum(dim=1) + 1e-6).sqrt()


def colorfulness_error(rgb: Tensor, target: Tensor) -> Tensor:
    """Return how far results are from 1.05 times the original's colorfulness, a scalar.

    Too much counts as too little does: BigColor and DDColor reward colorfulness without end, which
    makes red blocks. The factor makes up for the middle of what a picture could be, which is what
    an absolute error asks for, being less than the mean.

    Args:
        rgb: result, sRGB in [0, 1], (N, 3, H, W).
        target: original, the same.
    """
    return (1.05 * colorfulness(target) - colorfulness(rgb)).abs().mean()


def mix_cross_entropy(guess: Tensor, true: Tensor) -> Tensor:
    """Return the mean cross entropy of guessed emulsions against true ones, both (N, 3)."""
    return -(true * guess.clamp(min=1e-6).log()).sum(dim=1).mean()
