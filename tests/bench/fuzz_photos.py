"""Scans of drawn wear and format: `python -m tests.bench.fuzz_photos [SEED] [--minutes N]`.

A seed takes a part of a sample of some size, wears it (mount, halftone, caption, noise and more),
writes it in a format and colorizes it with drawn settings. It must come out, with the lightness
that other libraries read in both files where neither loses any. The network is tiny and untrained.
"""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from PIL import Image
from skimage.color import rgb2lab

from colorizer.engine.runner import run_jobs
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from tests.bench.fuzzing import SAMPLES, main
from tests.tiny_model import tiny_model

Photo = np.ndarray
"""(H, W) float32, of codes from 0 to 255."""
SIZES = ((1, 1), (1, 50), (7, 9), (20, 20), (33, 31), (64, 64), (200, 150), (333, 251), (900, 90),
         (90, 1200), (640, 480), (1500, 20))  # fmt: skip
MOST_dL = 0.6  # noqa: N816 - L* keeps its capital
"""Largest |dL*| of two lossless files of 8 bit: rounding explains 0.5."""


def _halftone(photo: Photo, r: random.Random) -> Photo:
    rows, columns = np.indices(photo.shape) * (2 * np.pi / r.choice((2, 3, 4.5, 6)))
    return 255.0 * (photo / 255 > 0.5 + 0.5 * np.sin(rows) * np.sin(columns))


def _turned(photo: Photo, r: random.Random) -> Photo:
    height, width = photo.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), r.uniform(-9, 9), 1)
    return cv2.warpAffine(photo, turn, (width, height), borderValue=r.choice((0, 245)))


def _written_on(photo: Photo, r: random.Random) -> Photo:
    worn = np.ascontiguousarray(photo, np.uint8)
    place = 3, max(8, len(photo) - r.randint(4, 9))
    return cv2.putText(worn, "Paris 1924", place, 0, 0.6, 10, 1)


def _noisy(photo: Photo, r: random.Random) -> Photo:
    return photo + np.random.default_rng(r.getrandbits(30)).normal(0, 20, photo.shape)


def _mount(photo: Photo, r: random.Random) -> Photo:
    inner = np.pad(photo, r.randint(1, 3), constant_values=0)
    wide = max(1, min(photo.shape) // 4)
    return np.pad(inner, r.randint(1, wide), constant_values=r.choice((0, 120, 235, 255)))


WEAR: dict[str, Callable[[Photo, random.Random], Photo]] = {
    "mount": _mount,
    "halftone": _halftone,
    "turned": _turned,
    "written on": _written_on,
    "flat": lambda photo, r: 0.3 * photo + 120,
    "dark": lambda photo, r: 0.2 * photo,
    "negative": lambda photo, r: 255 - photo,
    "uneven light": lambda photo, r: photo * np.linspace(0.2, 1, photo.shape[1]),
    "pair": lambda photo, r: np.hstack([photo, np.full((len(photo), 5), 250), photo[:, ::-1]]),
    "noise": _noisy,
    "even": lambda photo, r: np.full_like(photo, r.choice((0, 128, 255))),
    "white half": lambda photo, r: np.where(np.arange(photo.shape[1]) % 400 < 200, 255, photo),
}


def _pillow(mode: str, **options: Any) -> Callable[[Path, Photo], None]:
    """Return what writes a photo by Pillow."""

    def save(path: Path, photo: Photo) -> None:
        codes = Image.fromarray(np.rint(photo).astype(np.uint8))
        if mode == "LA":
            codes = Image.merge("LA", (codes, codes.point(lambda code: 255 - code // 2)))
        codes.convert(mode).save(path, **options)

    return save


def _tiff(top: float, kind: Any, **options: Any) -> Callable[[Path, Photo], None]:
    """Return what writes a photo as TIFF with codes up to `top`."""
    given = {"photometric": "minisblack"} | options
    return lambda path, photo: tifffile.imwrite(path, (photo * (top / 255)).astype(kind), **given)


def _png16(path: Path, photo: Photo) -> None:
    Image.fromarray((photo * 257).astype(np.uint16)).save(path)


def _pgm16(path: Path, photo: Photo) -> None:
    head = f"P5\n{photo.shape[1]} {photo.shape[0]}\n65535\n".encode()
    path.write_bytes(head + (photo * 257).astype(">u2").tobytes())


FORMATS: dict[str, Callable[[Path, Photo], None]] = {
    "gray.png": _pillow("L"),
    "gray16.png": _png16,
    "gray.tif": _tiff(255, np.uint8),
    "lzw.tif": _tiff(255, np.uint8, compression="lzw"),
    "gray16.tif": _tiff(65535, np.uint16),
    "gray.bmp": _pillow("L"),
    "gray16.pgm": _pgm16,
    "gray.jpg": _pillow("L", quality=95),
    "gray.jp2": _pillow("L"),
    "gray.webp": _pillow("RGB", quality=95),
    "float.tif": _tiff(1, np.float32),
    "bilevel.png": _pillow("1"),
    "palette.png": _pillow("P"),
    "alpha.png": _pillow("LA"),
}
EXACT = 7
"""The first so many are read by other libraries, and keep every code."""
SELDOM: dict[str, tuple[Any, ...]] = {
    "paper": ("tint", "colour"), "faded": ("as-is", "off"), "screens": ("show",),
    "text": ("skip", "copy"), "format": ("tiff", "png"), "strength": (0.3, 1.4),
    "cards": ("colour",), "toned": ("skip", "copy", "do"), "caption": (True,),
}  # fmt: skip
"""Settings that one photo in ten has."""


@cache
def _sample(name: str) -> np.ndarray:
    with Image.open(SAMPLES / name) as opened:
        codes = np.asarray(opened)
    return codes if codes.dtype == np.uint8 else (codes >> 8).astype(np.uint8)


def lightness(path: Path) -> np.ndarray:
    """Return L* of the pixels of a photo of sRGB codes, (H, W)."""
    read = tifffile.imread if path.suffix == ".tif" else _read
    codes = np.asarray(read(path))
    rgb = codes[..., :3] if codes.ndim == 3 else np.dstack([codes] * 3)
    return rgb2lab(rgb / np.iinfo(codes.dtype).max)[..., 0]


def _read(path: Path) -> np.ndarray:
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return found[..., ::-1] if found.ndim == 3 else found


def check(seed: int, folder: Path) -> str:
    """Colorize the scan of a seed; return what is wrong, and with which scan."""
    r = random.Random(seed)
    sample = _sample(r.choice(("astronaut.jpg", "coffee.png", "rocket.tif")))
    photo = cv2.resize(sample, r.choice(SIZES), interpolation=cv2.INTER_AREA).astype(np.float32)
    worn = r.sample(list(WEAR), r.randint(0, 3))
    for name in worn:
        photo = WEAR[name](photo, r).astype(np.float32).clip(0, 255)
    name = r.choice(list(FORMATS))
    source, out = folder / name, folder / "out"
    FORMATS[name](source, photo)
    asked = {n: r.choice(values) for n, values in SELDOM.items() if r.random() < 0.1}
    settings = Settings(size=r.choice((64, 96, 256)), **asked)
    job = Job(source, out / name, Kind.PHOTO, settings)
    out.mkdir()
    *_, end = run_jobs([job], tiny_model())
    told = f"({name}, {photo.shape}, {worn}, {asked})"
    if end.state is JobState.FAILED or (end.state is JobState.SKIPPED and "text" not in asked):
        return f"{end.state} {end.message} {told}"
    inexact = name not in list(FORMATS)[:EXACT] or asked.keys() & {"format", "caption"}
    if end.state is JobState.SKIPPED or inexact:
        return ""
    far = float(np.abs(lightness(source) - lightness(job.target)).max())
    return f"L* is {far:.2f} away {told}" if far > MOST_dL else ""


if __name__ == "__main__":
    main("fuzz_photos", {"": check})
