"""How often each ab bin occurs in the training set."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.colour.cielab import srgb_to_lab
from colorizer.models.ab_bins import bin_centres, soft_encode
from training.batches import Draw
from training.datasets import Photos

_BATCH = 64
_MOST = 4096


def measure_prior(
    photos: Photos, size: int, count: int = 0, seed: int = 0, weighted: bool = False
) -> Tensor:
    """Return the share of each ab bin in random crops at 1/4 size, (313,), summing to 1.

    Args:
        photos: training pictures.
        size: of the crops, pixels.
        count: crops to look at; 0 is 16 a picture, at most 4096.
        seed: of the crops.
        weighted: draw pictures by the weights of their sources.
    """
    total = torch.zeros(len(bin_centres()))
    draw = Draw(photos, [size], _BATCH, seed, weighted=weighted)
    count = count or min(_MOST, 16 * len(photos))
    for step in range(-(-count // _BATCH)):
        ab = srgb_to_lab(torch.from_numpy(draw.pixels(step)).float() / 255)[:, 1:]
        number, share = soft_encode(F.avg_pool2d(ab, 4))
        total.index_add_(0, number.flatten(), share.flatten())
    return total / total.sum()
