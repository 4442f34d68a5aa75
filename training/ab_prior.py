"""How often each ab bin occurs in the training set."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.color import srgb_to_lab
from colorizer.models.ab_bins import bin_centres, soft_encode
from training.datasets import Photos, batches


def measure_prior(photos: Photos, size: int, count: int = 4096, seed: int = 0) -> Tensor:
    """Return the share of each ab bin in random crops at 1/4 size, (313,), summing to 1."""
    total = torch.zeros(len(bin_centres()))
    drawn = batches(photos, [size], 64, seed)
    for _ in range(count // 64):
        ab = srgb_to_lab(torch.from_numpy(next(drawn)).float() / 255)[:, 1:]
        number, share = soft_encode(F.avg_pool2d(ab, 4))
        total.index_add_(0, number.flatten(), share.flatten())
    return total / total.sum()
