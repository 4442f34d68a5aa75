"""`densenet121`: the first 52 layers of DenseNet-121, a deconvolution decoder (Akbulut, Atay).

52 as Keras counts layers: the first convolution, the first dense block and the convolution of the
transition after it, 128 channels at 1/4 size. Parameters have torchvision's names.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.colour.cielab import L_to_gray
from colorizer.models.base import fill
from colorizer.models.single_head import SingleHeadModel

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the red, green and blue input, as torchvision's networks expect."""
_FIRST = 64
_DENSE_LAYERS = 6


class DenseLayer(nn.Module):
    """1x1 and 3x3 convolution, each after its norm (Huang et al. 2016, section 3)."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, h, w) to the same followed by `growth` channels."""
        y = self.conv1(F.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(F.relu(self.norm2(y)))], dim=1)


class DenseNetEncoder(nn.Module):
    """DenseNet up to the convolution of its first transition.

    Args:
        growth: channels that a dense layer adds; 32 is published.
    """

    def __init__(self, growth: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(3, _FIRST, 7, 2, 3, bias=False)
        self.norm0 = nn.BatchNorm2d(_FIRST)
        self.pool0 = nn.MaxPool2d(3, 2, 1)
        self.denseblock1 = nn.Sequential()
        channels = _FIRST
        for number in range(_DENSE_LAYERS):
            self.denseblock1.add_module(f"denselayer{number + 1}", DenseLayer(channels, growth))
            channels += growth
        self.channels = channels // 2
        self.transition1 = nn.Sequential()
        self.transition1.add_module("norm", nn.BatchNorm2d(channels))
        self.transition1.add_module("relu", nn.ReLU())
        self.transition1.add_module("conv", nn.Conv2d(channels, self.channels, 1, bias=False))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, channels, H / 4, W / 4)."""
        x = self.pool0(F.relu(self.norm0(self.conv0(x))))
        return self.transition1(self.denseblock1(x))


class DenseNet121(SingleHeadModel):
    """DenseNet-121's beginning as encoder, two deconvolutions and a convolution as decoder.

    Args:
        growth: channels that a dense layer adds; 32 is published.
    """

    stride = 4
    pretrained = "densenet121"

    def __init__(self, *, growth: int = 32) -> None:
        super().__init__()
        self.hyper_parameters = {"growth": growth}
        self.encoder = DenseNetEncoder(growth)
        channels = self.encoder.channels
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(channels, 64, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 4, 2, 1),
            nn.ReLU(),
            nn.Conv2d(32, 2, 3, padding=1),
            nn.Tanh(),
        )

    def load_encoder(self, state: Mapping[str, Tensor]) -> None:
        """Fill the encoder with torchvision's DenseNet-121; see `ColourModel.load_encoder`."""
        prefix = "features."
        inner = {n.removeprefix(prefix): v for n, v in state.items() if n.startswith(prefix)}
        fill(self.encoder, inner, self.pretrained)

    def forward(self, L: Tensor) -> Tensor:
        """Map L (N, 1, H, W), multiples of 4, to ab / 128, (N, 2, H, W)."""
        gray = L_to_gray(L)
        seen = [(gray - mean) / spread for mean, spread in zip(_MEAN, _SPREAD, strict=True)]
        return self.decoder(self.encoder(torch.cat(seen, dim=1).to(L.dtype)))
