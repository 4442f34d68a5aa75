"""What prints and emulsions do to colours: `python -m tests.bench.prints FOLDER --limit 60`.

Photos in colour are made gray as prints of several kinds would be, and as emulsions that saw other
light, and colorized as they are and as fresh prints (`--faded off` and `fresh`). The colours are
set at the true lightness, so rows differ by colour alone. Prints points of AuC and dB above the
plain gray photo, see `training.metrics`.
"""

import argparse
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from colorizer.colour.cielab import L_to_gray
from colorizer.frame import Frame, working_L
from colorizer.models import load_model
from colorizer.models.emulsion_input import LUMA
from colorizer.stages.levels import fresh_print
from colorizer.stages.region.screens import hide_screens
from training.prints import EMULSIONS, PRINTS, as_print, scores, seen_by

SIDE = 256
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif"}
HALFTONES = (1.5, 2.5, 4, 6)
"""Pixels of what the network sees from one dot to the next."""
CHOICES = [*PRINTS, *EMULSIONS, *(f"halftone {period}" for period in HALFTONES)]


def opened(file: Path) -> np.ndarray:
    picture = Image.open(file).convert("RGB")
    scale = min(1, SIDE / min(picture.size))
    size = (round(picture.width * scale), round(picture.height * scale))
    return np.asarray(picture.resize(size, Image.Resampling.BOX))


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
