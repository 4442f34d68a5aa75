"""EfficientNet-Lite0 as an encoder (Tan and Le 2019; the Lite variant of the TPU repository).

No squeeze-excite, ReLU6, quick on a CPU. Batch norm is folded into the convolutions, so parameter
names are those of the published weights without the norms.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_KINDS = (  # kernel, stride, expansion
    (3, 1, 1), (3, 2, 6), (5, 2, 6), (3, 2, 6), (5, 1, 6), (5, 2, 6), (3, 1, 6),
)  # fmt: skip
_SIZES = {  # repeats and output channels of each stage
    "efficientnet_lite0": ((1, 2, 2, 3, 3, 4, 1), (16, 24, 40, 80, 112, 192, 320)),
    "efficientnet_lite2": ((1, 3, 3, 4, 4, 5, 1), (16, 24, 48, 88, 120, 208, 352)),
}
_STEM = 32
_TAPPED = (0, 1, 2, 4, 6)
"""Stages after which features are taken, those at strides 2, 4, 8, 16 and 32."""


def channels_of(network: str) -> tuple[int, ...]:
    """Return the channels of a network's features at strides 2, 4, 8, 16 and 32."""
    return tuple(_SIZES[network][1][stage] for stage in _TAPPED)


class SameConv2d(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding, which puts the odd pixel right and below."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        """Convolve (N, C, H, W) to ceil(H / stride), ceil(W / stride)."""
        kernel, step, weight = self.kernel_size[0], self.stride[0], self.weight
        if step == 2:
            # A first row and column of zeros in the kernel put the odd pixel right and below: the
            # same sums as padding the input, without a copy of it.
            top, left = (1 - side % 2 for side in input.shape[-2:])
            weight = F.pad(weight, (left, 0, top, 0))
        return F.conv2d(input, weight, self.bias, step, kernel // 2, groups=self.groups)


class InvertedResidual(nn.Module):
    """Expand, filter depth-wise, project; plus the input where the shape allows."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        self._expand_conv = SameConv2d(channels, wide, 1) if expansion > 1 else None
        self._depthwise_conv = SameConv2d(wide, wide, kernel, stride, groups=wide)
        self._project_conv = SameConv2d(wide, out, 1)
        self._adds_input = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to (N, out, H / stride, W / stride)."""
        y = x if self._expand_conv is None else F.relu6(self._expand_conv(x), inplace=True)
        y = self._project_conv(F.relu6(self._depthwise_conv(y), inplace=True))
        return x + y if self._adds_input else y


class EfficientNetLite(nn.Module):
    """Features of a gray picture at five scales.

    Args:
        network: efficientnet_lite0 or efficientnet_lite2.
        channels: of the input.
    """

    def __init__(self, network: str, channels: int = 3) -> None:
        super().__init__()
        if network not in _SIZES:
            raise ValueError(f"encoder must be one of {', '.join(_SIZES)}, got {network!r}")
        self._conv_stem = SameConv2d(channels, _STEM, 3, 2)
        blocks, width, taps = [], _STEM, []
        for (kernel, stride, expansion), repeats, out in zip(_KINDS, *_SIZES[network], strict=True):
            for repeat in range(repeats):
                step = stride if repeat == 0 else 1
                blocks.append(InvertedResidual(width, out, kernel, step, expansion))
                width = out
            taps.append(len(blocks) - 1)
        self._blocks = nn.ModuleList(blocks)
        self._taps = [taps[stage] for stage in _TAPPED]

    def forward(self, x: Tensor, scales: int = 5) -> list[Tensor]:
        """Map (N, channels, H, W) to features at strides 2 to 32 of `channels_of` channels.

        Args:
            x: gray or RGB as (value - 127) / 128.
            scales: how many of the five, the finest first.
        """
        x = F.relu6(self._conv_stem(x), inplace=True)
        features = []
        for number, block in enumerate(self._blocks[: self._taps[scales - 1] + 1]):
            x = block(x)
            if number in self._taps:
                features.append(x)
        return features


def fold_imagenet_weights(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Turn published RGB weights into those of a gray encoder without batch norm.

    Args:
        state: published state dict (`_conv_stem`, `_bn0`, `_blocks.N...`, head and classifier).

    Returns:
        State dict of `EfficientNetLite(network, 1)`, the stem's three colour inputs summed.
    """
    folded = fold_norms(state)
    gray = folded["_conv_stem.weight"].sum(dim=1, keepdim=True)
    return {**folded, "_conv_stem.weight": gray}


def fold_norms(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Fold the batch norms of published weights into the convolutions.

    Args:
        state: see `fold_imagenet_weights`.

    Returns:
        State dict of `EfficientNetLite(network, 3)`, which sees RGB as (x - 127) / 128.
    """
    norms = {"_conv_stem": "_bn0", "_depthwise_conv": "_bn1", "_project_conv": "_bn2"}
    norms["_expand_conv"] = "_bn0"
    folded = {}
    for name in [n for n in state if n.endswith("conv.weight") or n == "_conv_stem.weight"]:
        *parents, conv, _ = name.split(".")
        norm = ".".join([*parents, norms[conv]])
        scale = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + 1e-3)
        folded[name] = state[name] * scale[:, None, None, None]
        folded[name.replace("weight", "bias")] = (
            state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
        )
    return folded
