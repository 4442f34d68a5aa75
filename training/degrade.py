"""Makes clean L look like an old film or print; the colour to be learnt stays as it is.

Every effect is drawn for each sample of a batch on its own, many samples going without; all of a
batch is worked on at once, on the device it lies on.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

_BLUR_RADIUS = 4
_SCRATCHES = 3
_JPEG_LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
"""Quantization table of luminance, ITU-T T.81 annex K.1."""


class _Dice:
    """Random numbers for each sample, (N, 1, 1, 1), on one device."""

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self.count = count
        self.generator = generator

    def uniform(self, low: float, high: float) -> Tensor:
        device = self.generator.device
        drawn = torch.rand(self.count, 1, 1, 1, device=device, generator=self.generator)
        return low + (high - low) * drawn

    def some(self, share: float) -> Tensor:
        """Return 1 for this share of the samples, else 0."""
        return (self.uniform(0, 1) < share).float()

    def noise(self, *shape: int) -> Tensor:
        device = self.generator.device
        return torch.randn(self.count, *shape, device=device, generator=self.generator)


def degrade(L: Tensor, generator: torch.Generator) -> Tensor:
    """Age L at random, each sample for itself.

    Args:
        L: (N, 1, H, W) in [0, 100].
        generator: source of randomness, on the device of L.

    Returns:
        The same shape and range.
    """
    dice = _Dice(len(L), generator)
    x = fade(L / 100, dice)
    x = vignette(x, dice)
    x = blur(x, dice.some(0.4) * dice.uniform(0.3, 1.5))
    x = grain(x, dice)
    x = scratches(x, dice)
    x = dust(x, dice)
    x = jpeg(x.clamp(0, 1), dice.uniform(30, 95), dice.some(0.3))
    return x.clamp(0, 1) * 100


def fade(x: Tensor, dice: _Dice) -> Tensor:
    """Bend the gamma, lower the contrast, lift the black: x in [0, 1], (N, 1, H, W).

    A third of the samples fade down to 30 % of the contrast, and are bent further.
    """
    far = dice.some(1 / 3)
    gamma = (dice.uniform(-0.35, 0.35) * (1 + 0.6 * far)).exp()
    contrast = 1 - dice.uniform(0, 0.25) - far * dice.uniform(0, 0.45)
    black = dice.uniform(0, 1)
    return x.clamp(1e-4, 1) ** gamma * contrast + (1 - contrast) * black


def vignette(x: Tensor, dice: _Dice) -> Tensor:
    """Darken the corners of every fifth sample by up to 60 %."""
    height, width = x.shape[-2:]
    rows = torch.linspace(-1, 1, height, device=x.device).view(1, 1, -1, 1)
    columns = torch.linspace(-1, 1, width, device=x.device).view(1, 1, 1, -1)
    distance = (rows - dice.uniform(-0.3, 0.3)) ** 2 + (columns - dice.uniform(-0.3, 0.3)) ** 2
    return x * (1 - dice.some(0.2) * dice.uniform(0.1, 0.6) * (distance / 2).clamp(max=1))


def blur(x: Tensor, sigma: Tensor) -> Tensor:
    """Blur each sample by its own Gaussian.

    Args:
        x: (N, 1, H, W).
        sigma: in pixels, (N, 1, 1, 1); 0 leaves a sample as it is.
    """
    radius = min(_BLUR_RADIUS, min(x.shape[-2:]) - 1)
    places = torch.arange(-radius, radius + 1, device=x.device, dtype=x.dtype)
    kernel = torch.softmax(-(places**2) / (2 * sigma.view(-1, 1).clamp(min=0.05) ** 2), dim=1)
    batch = F.pad(x, (radius,) * 4, mode="reflect").transpose(0, 1)
    batch = F.conv2d(batch, kernel.view(-1, 1, 1, 2 * radius + 1), groups=len(x))
    return F.conv2d(batch, kernel.view(-1, 1, 2 * radius + 1, 1), groups=len(x)).transpose(0, 1)


def grain(x: Tensor, dice: _Dice) -> Tensor:
    """Add grain, strongest in the middle tones, one to about three pixels wide."""
    soft = dice.uniform(0, 1.0)
    noise = blur(dice.noise(*x.shape[1:]), soft) * (1 + 2.5 * soft)  # blur weakens noise
    strength = dice.uniform(-0.05, 0.04).clamp(min=0) * (0.4 + 2.4 * x * (1 - x)).clamp(min=0)
    return x + noise * strength


def scratches(x: Tensor, dice: _Dice) -> Tensor:
    """Draw up to three bright or dark, nearly upright lines on every sixth sample."""
    height, width = x.shape[-2:]
    rows = torch.linspace(-0.5, 0.5, height, device=x.device).view(1, 1, -1, 1)
    columns = torch.arange(width, device=x.device, dtype=x.dtype)
    scratched = dice.some(1 / 6)
    for _ in range(_SCRATCHES):
        middle = dice.uniform(0, width) + dice.uniform(-0.05, 0.05) * width * rows
        line = torch.exp(-(((columns - middle) / dice.uniform(0.4, 1.2)) ** 2))
        tone = dice.some(0.7)
        x = torch.lerp(
            x, tone.expand_as(x), line * scratched * dice.some(0.6) * dice.uniform(0.2, 0.9)
        )
    return x


def dust(x: Tensor, dice: _Dice) -> Tensor:
    """Lay bright or dark specks of some pixels on every sixth sample."""
    field = blur(dice.noise(*x.shape[1:]), dice.uniform(0.6, 1.6))
    field = field / field.std(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6)
    specks = torch.sigmoid((field - dice.uniform(2.6, 3.4)) * 12)
    tone = dice.some(0.6)
    return torch.lerp(x, tone.expand_as(x), specks * dice.some(1 / 6) * dice.uniform(0.4, 1.0))


def jpeg(x: Tensor, quality: Tensor, chosen: Tensor) -> Tensor:
    """Quantize 8 x 8 blocks as JPEG does (ITU-T T.81; quality scaled as libjpeg does).

    Args:
        x: in [0, 1], (N, 1, H, W).
        quality: of each sample, 1 to 100, (N, 1, 1, 1).
        chosen: 1 for samples to compress, 0 for those to leave, (N, 1, 1, 1).
    """
    height, width = x.shape[-2:]
    padded = F.pad(x, (0, -width % 8, 0, -height % 8), mode="replicate") * 255 - 128
    blocks = padded.unfold(2, 8, 8).unfold(3, 8, 8)  # (N, 1, rows, columns, 8, 8)
    basis, table = _jpeg_constants(x.device, x.dtype)
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    table = (table * scale.view(-1, 1, 1, 1, 1, 1)).round().clamp(1, 255)
    coded = (basis @ blocks @ basis.T / table).round() * table
    pixels = (basis.T @ coded @ basis).transpose(3, 4).flatten(4).flatten(2, 3)
    compressed = (pixels[..., :height, :width] + 128) / 255
    return torch.where(chosen > 0, compressed, x)


@lru_cache
@torch.inference_mode(False)  # kept for later callers
def _jpeg_constants(device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return the DCT and the table of quality 50, (1, 1, 1, 1, 8, 8).

    A GPU gets them once: a copy in the midst of a step waits for all that it has begun.
    """
    table = torch.tensor(_JPEG_LUMINANCE, device=device, dtype=dtype)
    return _dct(device), table.view(1, 1, 1, 1, 8, 8)


def _dct(device: torch.device) -> Tensor:
    """Return the orthonormal DCT-II matrix, (8, 8)."""
    n = torch.arange(8, device=device, dtype=torch.float32)
    basis = torch.cos((2 * n + 1) * n[:, None] * math.pi / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis
