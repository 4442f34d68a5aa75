"""Photos as they come: what faded prints, old emulsions and real plates do to a model's colours.

Photos in colour are made gray as prints of several kinds would be, and as emulsions that saw other
light. Colours are compared with the true ones at the true lightness, so kinds differ by colour
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from colorizer.colour.cielab import L_to_gray, gray_to_L, light_to_L, srgb_to_linear
from colorizer.colour.gamut import ab_to_srgb
from colorizer.models.base import VIVIDNESS, ColourModel
from colorizer.models.emulsion_input import LUMA
from colorizer.stages.emulsion import WEIGHTS
from colorizer.stages.levels import fresh_print
from training import metrics

FRESH = "as it is"
PRINTS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    FRESH: lambda v: v,
    "faded": lambda v: 0.35 + 0.40 * v,
    "dark": lambda v: 0.35 * v,
    "pale": lambda v: 0.60 + 0.35 * v,
    "murky": lambda v: 0.15 + 0.35 * v**1.4,
    "hard": lambda v: 1.8 * (v - 0.45) + 0.45,
}
"""Kind of print -> its gray codes from those of the photo, all in [0, 1]."""
EMULSIONS: Mapping[str, tuple[float, float, float]] = {
    "orthochromatic": (0.03, 0.37, 0.60),
    "blue-sensitive": (0.0, 0.1, 0.9),
}
"""Kind of emulsion -> weights of linear R, G and B in its gray."""
PLATES: Mapping[str, tuple[tuple[float, float, float], str]] = {
    "luma": (LUMA, "pan"),
    "G plate": ((0, 1, 0), "ortho"),
    "B plate": ((0, 0, 1), "blue"),
}
"""What is shown of a three-colour picture -> weights of linear R, G and B, and the emulsion."""
MOST = 100
"""Photos that rows are made of, at most."""


def seen_by(rgb: np.ndarray, weights: Sequence[float]) -> np.ndarray:
    """Return L of the gray that an emulsion records of a photo, (H, W) float32 in [0, 100].

    Args:
        rgb: sRGB codes, (H, W, 3) uint8.
        weights: of linear R, G and B.
    """
    light = srgb_to_linear(rgb.astype(np.float32) / 255) @ np.array(weights, np.float32)
    return light_to_L(light.clip(0, 1)).astype(np.float32)


def as_print(rgb: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return L of a print of a photo in 8-bit codes, (H, W) float32 in [0, 100].

    Args:
        rgb: sRGB codes, (H, W, 3) uint8.
        change: what happened to its gray codes, see `PRINTS`.
    """
    codes = np.round(L_to_gray(seen_by(rgb, LUMA)) * 255) / 255
    return gray_to_L(np.clip(change(codes), 0, 1).astype(np.float32))


def predicted(model: ColourModel, L: np.ndarray, emulsion: str = "") -> np.ndarray:
    """Return a model's ab of L, (2, H, W), where it takes that told of the emulsion."""
    like = next(model.parameters(), torch.zeros(()))
    x = torch.from_numpy(np.ascontiguousarray(L, np.float32))[None, None].to(like.device)
    told = {}
    if emulsion and model.takes_emulsion:
        told["emulsion"] = x.new_tensor(WEIGHTS[emulsion])[None]
    with torch.inference_mode():
        return model.predict(x, vividness=VIVIDNESS, **told)[0].float().cpu().numpy()


def likeness(ab: np.ndarray, true: np.ndarray) -> float:
    """Return the cosine of two ab pictures, (2, H, W), over all their pixels."""
    return float((ab * true).sum() / (np.linalg.norm(ab) * np.linalg.norm(true) + 1e-9))


def scores(
    model: ColourModel, photos: Sequence[np.ndarray], views: Sequence[np.ndarray]
) -> list[float]:
    """Return rebalanced AuC, AuC and mean PSNR in dB, each above gray, and the cosine of ab.

    Args:
        model: ready to predict.
        photos: sRGB codes, (H, W, 3) uint8.
        views: L that the model is shown of each, (H, W).
    """
    counts: list[np.ndarray] = []
    gray_counts: list[np.ndarray] = []
    gain, alike = [], []
    for rgb, L in zip(photos, views, strict=True):
        lab, ab = metrics.lab_of(rgb), predicted(model, L)
        alike.append(likeness(ab, lab[1:]))
        made, gray = (
            np.rint(np.moveaxis(ab_to_srgb(lab[0], one), 0, -1) * 255).clip(0, 255).astype(np.uint8)
            for one in (ab, np.zeros_like(ab))
        )
        counts.append(metrics.distance_counts(metrics.lab_of(made), lab))
        gray_counts.append(metrics.distance_counts(metrics.lab_of(gray), lab))
        gain.append(metrics.psnr(made, rgb) - metrics.psnr(gray, rgb))
    areas = [
        [metrics.area_under_curve(np.sum(some, axis=0), balanced) for balanced in (True, False)]
        for some in (counts, gray_counts)
    ]
    above = [made - gray for made, gray in zip(*areas, strict=True)]
    return [*above, float(np.mean(gain)), float(np.mean(alike))]


def plate_scores(
    model: ColourModel, pictures: Sequence[np.ndarray]
) -> dict[str, tuple[float, float]]:
    """Return for each of `PLATES` the mean cosine, its emulsion not told and told.

    Args:
        model: ready to predict.
        pictures: three-colour pictures, sRGB codes, (H, W, 3) uint8.
    """
    true = [metrics.lab_of(rgb)[1:] for rgb in pictures]
    found = {}
    for name, (weights, emulsion) in PLATES.items():
        views = [fresh_print(seen_by(rgb, weights))[0] for rgb in pictures]
        alone, told = (
            [likeness(predicted(model, L, one), ab) for L, ab in zip(views, true, strict=True)]
            for one in ("", emulsion)
        )
        found[name] = float(np.mean(alone)), float(np.mean(told))
    return found


def measure(
    model: ColourModel, photos: Sequence[np.ndarray], plates: Sequence[np.ndarray] = ()
) -> dict[str, float]:
    """Return the rows of a model: every kind of print and emulsion, shown as a run shows it.

    Args:
        model: ready to predict.
        photos: sRGB codes, (H, W, 3) uint8; `MOST` of them count, evenly spread.
        plates: real three-colour pictures.
    """
    chosen = photos[:: max(1, len(photos) // MOST)][:MOST]
    kinds = {name: [as_print(rgb, change) for rgb in chosen] for name, change in PRINTS.items()}
    kinds |= {name: [seen_by(rgb, one) for rgb in chosen] for name, one in EMULSIONS.items()}
    rows: dict[str, float] = {}
    fresh = 0.0
    for name, views in kinds.items():
        balanced, _, _, alike = scores(model, chosen, [fresh_print(L)[0] for L in views])
        rows[f"{name}: rebalanced AuC above gray"] = balanced
        if name == FRESH:
            fresh = alike
            rows[f"{name}: correlation"] = alike
        else:
            rows[f"{name}: correlation by the fresh one's"] = alike / (fresh or float("nan"))
    for name, (alone, told) in plate_scores(model, plates).items() if len(plates) else ():
        rows[f"{name}: correlation"] = alone
        rows[f"{name}: correlation, emulsion told"] = told
    return rows


def plates_of(folder: Path, opened: Callable[[Path], np.ndarray]) -> list[np.ndarray]:
    """Return the real plates of a folder, of PNG files, each opened as `opened` does."""
    return [opened(file) for file in sorted(folder.glob("*.png"))]
