"""Scans of 2 megapixels, all different, drawn on all cores."""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tests.bench.speed import PHOTO_SIZE, SAMPLES

PIXELS = f"{PHOTO_SIZE[1]} x {PHOTO_SIZE[0]}"
_MARGIN = 256
"""How far the view may move over the picture, in pixels."""


@lru_cache(maxsize=1)
def _material() -> tuple[np.ndarray, np.ndarray]:
    """Return a large picture and grain as large, int16."""
    picture = np.asarray(Image.open(SAMPLES / "astronaut.jpg").convert("L"))
    size = (PHOTO_SIZE[1] + _MARGIN, PHOTO_SIZE[0] + _MARGIN)
    large = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return large, np.random.default_rng(0).normal(0, 4, large.shape).astype(np.int16)


def _draw(file: Path) -> None:
    """Write the gray JPEG that the number in its name asks for."""
    number = int(file.stem)
    large, grain = _material()
    top, left = np.random.default_rng(number).integers(0, _MARGIN, 2)
    view = large[top : top + PHOTO_SIZE[0], left : left + PHOTO_SIZE[1]]
    noise = np.roll(grain, number * 997)[: PHOTO_SIZE[0], : PHOTO_SIZE[1]]
    codes = (view + noise).clip(0, 255).astype(np.uint8)
    Image.fromarray(codes).save(file, quality=92)


def draw_scans(folder: Path, count: int) -> list[Path]:
    """Write so many gray JPEGs, in folders of 1000."""
    files = [folder / f"box {n // 1000:03}" / f"{n:05}.jpg" for n in range(count)]
    for place in {file.parent for file in files}:
        place.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(os.cpu_count(), initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        list(pool.map(_draw, files, chunksize=20))
    return files
