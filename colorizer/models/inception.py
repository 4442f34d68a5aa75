"""Inception-ResNet-v2 (Szegedy et al. 2016), which describes a picture by 1000 numbers.

Parameters have timm's names, so its weights load as they are; timm itself is not imported.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.models.base import fill

EMBEDDING = 1000
"""Numbers that describe a picture: the scores of the ImageNet classes before the softmax."""
SIDE = 299
"""Side of the square it was trained on, pixels."""
REPEATS = (10, 20, 9)
"""Residual blocks at strides 8, 16 and 32, as published; one without a last ReLU follows."""
Kernel = int | tuple[int, int]


class ConvNorm(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(
        self, channels: int, out: int, kernel: Kernel = 1, stride: int = 1, *, same: bool = True
    ) -> None:
        super().__init__()
        high, wide = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (high // 2, wide // 2) if same else 0
        self.conv = nn.Conv2d(channels, out, (high, wide), stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(out, eps=1e-3)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to (N, out, H / stride, W / stride)."""
        return F.relu(self.bn(self.conv(x)), inplace=True)


def _chain(channels: int, *layers: tuple[int, Kernel]) -> nn.Module:
    """Return convolutions of stride 1 one after another, each as (channels, kernel)."""
    convs = []
    for out, kernel in layers:
        convs.append(ConvNorm(channels, out, kernel))
        channels = out
    return convs[0] if len(convs) == 1 else nn.Sequential(*convs)


class Branches(nn.Module):
    """Several ways from the same input, their channels side by side."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        for number, branch in enumerate(branches):
            self.add_module(f"branch{number}", branch)
        self._count = len(branches)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to the concatenation of all branches."""
        ways = (self.get_submodule(f"branch{number}") for number in range(self._count))
        return torch.cat([way(x) for way in ways], dim=1)


class Residual(Branches):
    """Branches, brought back to the input's channels and added to it in part."""

    def __init__(
        self, channels: int, inner: int, scale: float, *branches: nn.Module, relu: bool = True
    ) -> None:
        super().__init__(*branches)
        self.conv2d = nn.Conv2d(inner, channels, 1)
        self._scale, self._relu = scale, relu

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to the same shape."""
        y = self.conv2d(super().forward(x)) * self._scale + x
        return F.relu(y, inplace=True) if self._relu else y


class InceptionResNetV2(nn.Module):
    """Gray picture to embedding.

    Args:
        repeats: see `REPEATS`.
        thin: every number of channels is divided by this; 1 is published, 16 the most.
    """

    def __init__(self, repeats: tuple[int, ...] = REPEATS, thin: int = 1) -> None:
        super().__init__()
        c32, c48, c64, c80, c96 = (n // thin for n in (32, 48, 64, 80, 96))
        c128, c160, c192, c224, c256 = (n // thin for n in (128, 160, 192, 224, 256))
        c288, c320, c384, c1088, c2080 = (n // thin for n in (288, 320, 384, 1088, 2080))
        self.conv2d_1a = ConvNorm(3, c32, 3, 2, same=False)
        self.conv2d_2a = ConvNorm(c32, c32, 3, same=False)
        self.conv2d_2b = ConvNorm(c32, c64, 3)
        self.maxpool_3a = nn.MaxPool2d(3, 2)
        self.conv2d_3b = ConvNorm(c64, c80)
        self.conv2d_4a = ConvNorm(c80, c192, 3, same=False)
        self.maxpool_5a = nn.MaxPool2d(3, 2)
        self.mixed_5b = Branches(
            ConvNorm(c192, c96),
            _chain(c192, (c48, 1), (c64, 5)),
            _chain(c192, (c64, 1), (c96, 3), (c96, 3)),
            nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), ConvNorm(c192, c64)),
        )

        def block35() -> Residual:
            ways = [(c32, 1)], [(c32, 1), (c32, 3)], [(c32, 1), (c48, 3), (c64, 3)]
            return Residual(c320, c128, 0.17, *(_chain(c320, *way) for way in ways))

        def block17() -> Residual:
            ways = [(c192, 1)], [(c128, 1), (c160, (1, 7)), (c192, (7, 1))]
            return Residual(c1088, c384, 0.10, *(_chain(c1088, *way) for way in ways))

        def block8(scale: float = 0.20, *, relu: bool = True) -> Residual:
            ways = [(c192, 1)], [(c192, 1), (c224, (1, 3)), (c256, (3, 1))]
            branches = (_chain(c2080, *way) for way in ways)
            return Residual(c2080, c192 + c256, scale, *branches, relu=relu)

        self.repeat = nn.Sequential(*(block35() for _ in range(repeats[0])))
        self.mixed_6a = Branches(
            ConvNorm(c320, c384, 3, 2, same=False),
            nn.Sequential(ConvNorm(c320, c256), ConvNorm(c256, c256, 3), _halving(c256, c384)),
            nn.MaxPool2d(3, 2),
        )
        self.repeat_1 = nn.Sequential(*(block17() for _ in range(repeats[1])))
        self.mixed_7a = Branches(
            nn.Sequential(ConvNorm(c1088, c256), _halving(c256, c384)),
            nn.Sequential(ConvNorm(c1088, c256), _halving(c256, c288)),
            nn.Sequential(ConvNorm(c1088, c256), ConvNorm(c256, c288, 3), _halving(c288, c320)),
            nn.MaxPool2d(3, 2),
        )
        self.repeat_2 = nn.Sequential(*(block8() for _ in range(repeats[2])))
        self.block8 = block8(1.0, relu=False)
        self.conv2d_7b = ConvNorm(c2080, 1536 // thin)
        self.classif = nn.Linear(1536 // thin, EMBEDDING)

    def forward(self, gray: Tensor) -> Tensor:
        """Map gray code values in [0, 1], (N, 1, H, W) of any size, to (N, 1000)."""
        square = F.interpolate(gray, (SIDE, SIDE), mode="bilinear", antialias=True)
        x = (square * 2 - 1).expand(-1, 3, -1, -1)
        for layer in list(self.children())[:-1]:  # all but the classifier, in the order above
            x = layer(x)
        return self.classif(x.mean(dim=(2, 3)))

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Fill with timm's weights.

        Raises:
            WeightsError: they are another network's.
        """
        fill(self, state, "inception_resnet_v2")


def _halving(channels: int, out: int) -> ConvNorm:
    return ConvNorm(channels, out, 3, 2, same=False)
