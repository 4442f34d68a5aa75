"""LPIPS: how far apart two pictures are to a network tuned on what people say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

Distance = Callable[[np.ndarray, np.ndarray], float]
_ALEXNET = "alexnet-owt-7be5be79.pth"
"""Name under which torchvision keeps the ImageNet weights of AlexNet."""


def load_lpips() -> Distance | None:
    """Return the LPIPS distance of two (H, W, 3) uint8 pictures, None where it can't be had.

    Zhang et al. 2018, version 0.1 on AlexNet at the pictures' own size, by torchmetrics (extra
    `encoders`), whose wheel has the weights of the linear layers. AlexNet's own are used where
    torch's cache has them; nothing is downloaded.
    """
    if not (Path(torch.hub.get_dir()) / "checkpoints" / _ALEXNET).is_file():
        return None
    try:
        from torchmetrics.image.lpip import (  # pyright: ignore[reportMissingImports]
            LearnedPerceptualImagePatchSimilarity,
        )
    except ImportError:
        return None
    network = LearnedPerceptualImagePatchSimilarity(net_type="alex", normalize=True).eval()

    def distance(one: np.ndarray, other: np.ndarray) -> float:
        pair = [torch.from_numpy(x.copy()).permute(2, 0, 1)[None] / 255 for x in (one, other)]
        with torch.inference_mode():
            return float(network(*pair))

    return distance
