"""Judges a model during training, on pictures it does not learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from colorizer.colour.cielab import lab_to_srgb, srgb_to_lab
from colorizer.models.base import ColourModel
from training import metrics
from training.objectives import Objective

STRIP_PHOTOS = 6
"""Pictures that a strip shows."""
_BATCH = 16


@dataclass(frozen=True)
class Validation:
    """The validation pictures and how to judge on them."""

    pixels: np.ndarray
    """(count, 3, size, size) uint8 sRGB."""
    objective: Objective

    @torch.no_grad()
    def judge(self, model: ColourModel) -> dict[str, float]:
        """Return the mean loss and what the colours are like; see `metrics` for the measures."""
        total, photos = 0.0, []
        for first in range(0, len(self.pixels), _BATCH):
            rgb = self.pixels[first : first + _BATCH]
            lab = self._lab(rgb)
            total += self.objective(model, [lab[:, :1]], lab)["loss"].item() * len(rgb)
            made = self._colorize(model, lab[:, :1])
            photos += [
                _measures(*pair) for pair in zip(made, rgb.transpose(0, 2, 3, 1), strict=True)
            ]
        means = {name: float(np.mean([p[name] for p in photos])) for name in photos[0]}
        return {"loss": total / len(self.pixels), **means}

    @torch.no_grad()
    def strip(self, model: ColourModel) -> np.ndarray:
        """Return the first pictures colorized, side by side, (size, n * size, 3) uint8."""
        lab = self._lab(self.pixels[:STRIP_PHOTOS])
        return np.concatenate(list(self._colorize(model, lab[:, :1])), axis=1)

    def originals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the strips of the gray and of the true pictures."""
        rgb = self.pixels[:STRIP_PHOTOS]
        L = self._lab(rgb)[:, :1]
        gray = _bytes(lab_to_srgb(torch.cat([L, torch.zeros_like(L), torch.zeros_like(L)], dim=1)))
        true = rgb.transpose(0, 2, 3, 1)
        return np.concatenate(list(gray), axis=1), np.concatenate(list(true), axis=1)

    def _lab(self, rgb: np.ndarray) -> Tensor:
        device = self.objective.weights.device
        return srgb_to_lab(torch.from_numpy(np.ascontiguousarray(rgb)).to(device).float() / 255)

    def _colorize(self, model: ColourModel, L: Tensor) -> np.ndarray:
        """Return results, (N, H, W, 3) uint8."""
        return _bytes(lab_to_srgb(torch.cat([L, model.predict(L)], dim=1)))


def _bytes(rgb: Tensor) -> np.ndarray:
    return (rgb * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def _measures(made: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Compare one result with the original, both (H, W, 3) uint8."""
    chroma, chroma_true = (metrics.mean_chroma(metrics.lab_of(x)) for x in (made, true))
    return {
        "psnr": min(99.0, metrics.psnr(made, true)),
        "chroma": chroma,
        "true_chroma": chroma_true,
        "colorfulness": metrics.colorfulness(made),
        "true_colorfulness": metrics.colorfulness(true),
    }
