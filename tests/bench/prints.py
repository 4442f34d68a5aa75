"""What prints and emulsions do to colours: `python -m tests.bench.prints FOLDER --limit 60`.

Photos in colour are made gray as prints of several kinds would be, and as emulsions that saw other
light, and colorized as they are and as fresh prints (`--faded off` and `fresh`). The colours are
set at the true lightness, so rows differ by colour alone. Prints points of AuC and dB above the
plain gray photo, see `training.metrics`.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from colorizer.color.cielab import (
    L_to_gray,
    ab_to_srgb,
    gray_to_L,
    light_to_L,
    srgb_to_linear,
)
from colorizer.models import load_model
from colorizer.models.base import VIVIDNESS, ColorModel
from colorizer.stages.levels import fresh_print
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
EMULSIONS = {"orthochromatic": (0.03, 0.37, 0.60), "blue-sensitive": (0.0, 0.1, 0.9)}
"""Kind of emulsion -> weights of linear R, G and B in its gray."""


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


def scores(model: ColorModel, photos: list[np.ndarray], views: list[np.ndarray]) -> list[float]:
    """Return rebalanced AuC, AuC and mean PSNR in dB, each above gray."""
    counts, gray_counts, gain = 0.0, 0.0, []
    for rgb, L in zip(photos, views, strict=True):
        lab = metrics.lab_of(rgb)
        with torch.inference_mode():
            x = torch.from_numpy(np.ascontiguousarray(L, np.float32))[None, None]
            ab = model.predict(x, vividness=VIVIDNESS)[0].numpy()
        made, gray = (
            np.rint(np.moveaxis(ab_to_srgb(lab[0], one), 0, -1) * 255).clip(0, 255).astype(np.uint8)
            for one in (ab, np.zeros_like(ab))
        )
        counts = counts + metrics.distance_counts(metrics.lab_of(made), lab)
        gray_counts = gray_counts + metrics.distance_counts(metrics.lab_of(gray), lab)
        gain.append(metrics.psnr(made, rgb) - metrics.psnr(gray, rgb))
    area = metrics.area_under_curve
    above = [area(counts, balanced) - area(gray_counts, balanced) for balanced in (True, False)]
    return [*above, float(np.mean(gain))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="photos in colour")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--only", choices=[*PRINTS, *EMULSIONS], action="append")
    given = parser.parse_args()
    files = sorted(file for file in given.folder.iterdir() if file.suffix in SUFFIXES)
    photos = [opened(f) for f in files[:: max(1, len(files) // given.limit)][: given.limit]]
    model = load_model("autochrome", given.weights)
    kinds = {name: [as_print(rgb, change) for rgb in photos] for name, change in PRINTS.items()}
    kinds |= {name: [seen_by(rgb, w) for rgb in photos] for name, w in EMULSIONS.items()}
    print("| gray | as it is: rebalanced AuC, AuC, dB | as a fresh print |\n|---|---|---|")
    for name in given.only or kinds:
        views = kinds[name]
        rows = [scores(model, photos, v) for v in (views, [fresh_print(L)[0] for L in views])]
        print(f"| {name} | {' | '.join(' / '.join(f'{x:+.2f}' for x in row) for row in rows)} |",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
