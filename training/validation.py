"""Judges a model during training, on pictures it does not learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from colorizer.colour.cielab import lab_to_srgb, srgb_to_lab
from colorizer.models.base import ColourModel
from training import metrics
from training.judge import fid
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
    look: Callable[[np.ndarray], np.ndarray] | None = None
    """Returns what a classifier sees in a picture, (features,), for runs that choose by it."""

    @torch.no_grad()
    def judge(self, model: ColourModel) -> dict[str, float]:
        """Return the mean loss and what the colours are like; see `metrics` for the measures."""
        total, photos, results = 0.0, [], []
        for first in range(0, len(self.pixels), _BATCH):
            rgb = self.pixels[first : first + _BATCH]
            lab = self._lab(rgb)
            total += self.objective(model, [lab[:, :1]], lab)["loss"].item() * len(rgb)
            made = self._colorize(model, lab[:, :1])
            results += list(made)
            photos += [
                _measures(*pair) for pair in zip(made, rgb.transpose(0, 2, 3, 1), strict=True)
            ]
        means = {name: float(np.mean([p[name] for p in photos])) for name in photos[0]}
        return {"loss": total / len(self.pixels), **means, **self._score(results, means)}

    def _score(self, results: list[np.ndarray], means: dict[str, float]) -> dict[str, float]:
        """Return FID and a score, less is better, of both what gray has and what it lacks.

        FID rewards colours that are like those of photographs, and set colorfulness tells whether
        they are as strong; each counts as a share of gray's.
        """
        if self.look is None:
            return {}
        gray, true = self._references
        distance = fid(self._seen(results), true)
        lacks = abs(means["colorfulness"] / means["true_colorfulness"] - 1)
        return {"fid": distance, "score": distance / fid(gray, true) + lacks}

    @cached_property
    def _references(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the classifier's features of the gray and the true pictures."""
        gray, true = self._without_colour(self.pixels), self.pixels.transpose(0, 2, 3, 1)
        return self._seen(list(gray)), self._seen(list(true))

    def _seen(self, pictures: list[np.ndarray]) -> np.ndarray:
        assert self.look is not None
        return np.stack([self.look(picture) for picture in pictures])

    def _without_colour(self, rgb: np.ndarray) -> np.ndarray:
        """Return gray pictures, (N, H, W, 3) uint8, of (N, 3, H, W)."""
        L = self._lab(rgb)[:, :1]
        return _bytes(lab_to_srgb(torch.cat([L, torch.zeros_like(L), torch.zeros_like(L)], dim=1)))

    @torch.no_grad()
    def strip(self, model: ColourModel) -> np.ndarray:
        """Return the first pictures colorized, side by side, (size, n * size, 3) uint8."""
        lab = self._lab(self.pixels[:STRIP_PHOTOS])
        return np.concatenate(list(self._colorize(model, lab[:, :1])), axis=1)

    def originals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the strips of the gray and of the true pictures."""
        rgb = self.pixels[:STRIP_PHOTOS]
        gray = self._without_colour(rgb)
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
