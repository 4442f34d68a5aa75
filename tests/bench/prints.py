"""What prints and emulsions do to colours: `python -m tests.bench.prints FOLDER --limit 60`.

Photos in colour are made gray as prints of several kinds would be, and as emulsions that saw other
light, and colorized as they are and as fresh prints (`--faded off` and `fresh`). The colours are
set at the true lightness, so rows differ by colour alone. Prints points of AuC and dB above the
plain gray photo, see `training.metrics`.
"""

import argparse
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from colorizer.color.cielab import L_to_gray, gray_to_L, light_to_L, srgb_to_linear
from colorizer.color.gamut import ab_to_srgb
from colorizer.frame import Frame, working_L
from colorizer.models import load_model
from colorizer.models.base import VIVIDNESS, ColorModel
from colorizer.stages.levels import fresh_print
from colorizer.stages.region.screens import hide_screens
from training import metrics

SIDE = 256
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif"}
LUMA = (0.2126, 0.7152, 0.0722)
PRINTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda v: v,
    "faded": lambda v: 0.35 + 0.40 * v,
    "dark": lambda v: 0.35 * v,
    "pale": lambda v: 0.60 + 0.35 * v,
    "murky": lambda v: 0.15 + 0.35 * v**1.4,
    "hard": lambda v: 1.8 * (v - 0.45) + 0.45,
}
"""Kind of print -> its gray codes from those of the photo, all in [0, 1]."""
HALFTONES = (1.5, 2.5, 4, 6)
"""Pixels of what the network sees from one dot to the next."""
EMULSIONS = {"orthochromatic": (0.03, 0.37, 0.60), "blue-sensitive": (0.0, 0.1, 0.9)}
"""Kind of emulsion -> weights of linear R, G and B in its gray."""


CHOICES = [*PRINTS, *EMULSIONS, *(f"halftone {period}" for period in HALFTONES)]


def opened(file: Path) -> np.ndarray:
    picture = Image.open(file).convert("RGB")
    scale = min(1, SIDE / min(picture.size))
    size = (round(picture.width * scale), round(picture.height * scale))
    return np.asarray(picture.resize(size, Image.Resampling.BOX))


def seen_by(rgb: np.ndarray, weights: tuple[float, ...]) -> np.ndarray:
    light = srgb_to_linear(rgb.astype(np.float32) / 255) @ np.array(weights, np.float32)
    return light_to_L(light.clip(0, 1))


def as_print(rgb: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    codes = np.round(L_to_gray(seen_by(rgb, LUMA)) * 255) / 255
    return gray_to_L(np.clip(change(codes), 0, 1).astype(np.float32))


def printed(rgb: np.ndarray, period: float, *, hidden: bool) -> np.ndarray:
    """Return L of a photo printed with round dots at 45 degrees, `period` pixels of the view apart.

    It is scanned at three times the size; `hidden` takes the screen out as the program does.
    """
    codes = cv2.resize(L_to_gray(seen_by(rgb, LUMA)), None, fx=3, fy=3)
    y, x = np.mgrid[: codes.shape[0], : codes.shape[1]] / (3 * period * np.sqrt(2))
    limit = 0.5 + 0.25 * (np.cos(2 * np.pi * (x + y)) + np.cos(2 * np.pi * (x - y)))
    ink = cv2.GaussianBlur((codes > limit).astype(np.float32), (0, 0), max(0.5, 0.36 * period))
    Y = np.rint(255 * (0.05 + 0.9 * ink)).astype(np.uint8)
    size = min(rgb.shape[:2])
    frame = Frame(0, None, Fraction(1), Y, 8, True, working_L(Y, 8, True, size))
    (frame,) = hide_screens([frame], "hide" if hidden else "show", lambda _: None)
    return cv2.resize(frame.L, rgb.shape[1::-1])


def scores(model: ColorModel, photos: list[np.ndarray], views: list[np.ndarray]) -> list[float]:
    """Return rebalanced AuC, AuC and mean PSNR in dB, each above gray, and the cosine of ab."""
    counts, gray_counts, gain, alike = 0.0, 0.0, [], []
    for rgb, L in zip(photos, views, strict=True):
        lab = metrics.lab_of(rgb)
        with torch.inference_mode():
            x = torch.from_numpy(np.ascontiguousarray(L, np.float32))[None, None]
            ab = model.predict(x, vividness=VIVIDNESS)[0].numpy()
        alike.append((ab * lab[1:]).sum() / (np.linalg.norm(ab) * np.linalg.norm(lab[1:]) + 1e-9))
        made, gray = (
            np.rint(np.moveaxis(ab_to_srgb(lab[0], one), 0, -1) * 255).clip(0, 255).astype(np.uint8)
            for one in (ab, np.zeros_like(ab))
        )
        counts = counts + metrics.distance_counts(metrics.lab_of(made), lab)
        gray_counts = gray_counts + metrics.distance_counts(metrics.lab_of(gray), lab)
        gain.append(metrics.psnr(made, rgb) - metrics.psnr(gray, rgb))
    area = metrics.area_under_curve
    above = [area(counts, balanced) - area(gray_counts, balanced) for balanced in (True, False)]
    return [*above, float(np.mean(gain)), float(np.mean(alike))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="photos in colour")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--only", choices=CHOICES, action="append")
    given = parser.parse_args()
    files = sorted(file for file in given.folder.iterdir() if file.suffix in SUFFIXES)
    photos = [opened(f) for f in files[:: max(1, len(files) // given.limit)][: given.limit]]
    model = load_model("autochrome", given.weights)
    kinds = {name: [as_print(rgb, change) for rgb in photos] for name, change in PRINTS.items()}
    kinds |= {name: [seen_by(rgb, w) for rgb in photos] for name, w in EMULSIONS.items()}
    print("| gray | shown as it is: balanced AuC, AuC, dB, cosine | as in a run |\n|---|---|---|")
    halftones = {f"halftone {period}": period for period in HALFTONES}
    for name in given.only or [*kinds, *halftones]:
        if name in halftones:
            shown, views = (
                [printed(rgb, halftones[name], hidden=hidden) for rgb in photos]
                for hidden in (False, True)
            )
        else:
            shown = views = kinds[name]
        rows = [scores(model, photos, v) for v in (shown, [fresh_print(L)[0] for L in views])]
        print(f"| {name} | {' | '.join(' / '.join(f'{x:+.2f}' for x in row) for row in rows)} |",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
