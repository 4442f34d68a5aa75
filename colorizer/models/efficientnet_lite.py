"""EfficientNet-Lite0 as an encoder (Tan and Le 2019; the Lite variant of the TPU repository).

No squeeze-excite, ReLU6, quick on a CPU. Batch norm is folded into the convolutions, so parameter
names are those of the published weights without the norms.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_STAGES = (  # repeats, kernel, stride, expansion, output channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM = 32
CHANNELS = (16, 24, 40, 112, 320)
"""Channels of the features at strides 2, 4, 8, 16 and 32."""
_TAPS = (0, 2, 4, 10, 15)
"""Blocks after which those features are taken."""


class SameConv2d(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding, which puts the odd pixel right and below."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
        """Convolve (N, C, H, W) to ceil(H / stride), ceil(W / stride).

        Channels that the input lacks at its end count as zeros.
        """
        kernel, step = self.kernel_size[0], self.stride[0]
        weight = self.weight[:, : input.shape[1]]
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


class EfficientNetLite0(nn.Module):
    """Features of a gray picture at five scales."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self._conv_stem = SameConv2d(channels, _STEM, 3, 2)
        blocks, width = [], _STEM
        for repeats, kernel, stride, expansion, out in _STAGES:
            for repeat in range(repeats):
                step = stride if repeat == 0 else 1
                blocks.append(InvertedResidual(width, out, kernel, step, expansion))
                width = out
        self._blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Map (N, channels, H, W) to features at strides 2 to 32 of `CHANNELS` channels."""
        x = F.relu6(self._conv_stem(x), inplace=True)
        features = []
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in _TAPS:
                features.append(x)
        return features


def fold_imagenet_weights(state: Mapping[str, Tensor], channels: int) -> dict[str, Tensor]:
    """Turn published RGB weights into those of a gray encoder without batch norm.

    The stem's three colour inputs are summed into channel 0; further channels start at zero.

    Args:
        state: published state dict (`_conv_stem`, `_bn0`, `_blocks.N...`, head and classifier).
        channels: input channels of the encoder.

    Returns:
        State dict of `EfficientNetLite0(channels)`.
    """
    folded = fold_norms(state)
    gray = folded["_conv_stem.weight"].sum(dim=1, keepdim=True)
    zeros = gray.new_zeros(gray.shape[0], channels - 1, *gray.shape[2:])
    return {**folded, "_conv_stem.weight": torch.cat([gray, zeros], dim=1)}


def fold_norms(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Fold the batch norms of published weights into the convolutions.

    Args:
        state: see `fold_imagenet_weights`.

    Returns:
        State dict of `EfficientNetLite0(3)`, which sees RGB as (x - 127) / 128.
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
