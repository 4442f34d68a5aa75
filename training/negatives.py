"""Fit what tells negatives: `python -m training.negatives --data TAR... --judge FOLDER...`.

Writes `colorizer/weights/negatives.safetensors` for the encoder that ships; to be run again when
that changes. Prints, of photos that it was not fitted to, how many are taken for negatives as they
are, with their codes reversed, and as the negatives of a camera.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tqdm import tqdm

from colorizer.colour.cielab import gray_to_L, linear_to_srgb, srgb_to_linear
from colorizer.files.checksum import file_hash
from colorizer.models import WEIGHTS_FOLDER
from colorizer.stages.negatives import MAP, findings
from training.entrants import gray_of
from training.evaluate import open_photo, photos_of
from training.sources import Photo, parts_of

_SIDE = 96
_RIDGE = 100.0
_FALSE = 0.01
"""Share of photos that are taken for negatives."""


def negative_of(gray: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what a scanner sees of a photo's negative, codes in [0, 1], (h, w).

    Density grows with the logarithm of light, by 0.5 to 0.8 of it, over a base and its fog.
    """
    light = srgb_to_linear(gray) + rng.uniform(0.005, 0.05)
    through = light ** -rng.uniform(0.5, 0.8)
    return linear_to_srgb(through / through.max() * rng.uniform(0.6, 1))


def found_in(photos: Iterable[np.ndarray], seed: int = 0) -> np.ndarray:
    """Return `findings` of photos as they are, with codes reversed, as negatives, (n, 3, 112).

    Args:
        photos: (H, W, 3) uint8.
        seed: of the negatives.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for photo in tqdm(photos, unit="photo"):
        gray = gray_of(photo) / 255
        ways = gray, 1 - gray, negative_of(gray, rng)
        rows.append([findings(gray_to_L(codes.astype(np.float32))) for codes in ways])
    return np.array(rows, np.float32)


def fit(found: np.ndarray) -> np.ndarray:
    """Return the weights (112,) of a logistic regression without a constant, ridge penalized.

    A negative's findings are those of its positive with the other sign, so none is needed.

    Args:
        found: see `found_in`.
    """
    pairs = np.concatenate([-found[:, 0], found[:, 2]]).astype(np.float64)
    scale = np.sqrt((pairs**2).mean(axis=0)) + 1e-6
    pairs /= scale
    weights = np.zeros(pairs.shape[1])
    for _ in range(12):  # Newton's method
        wrong = 1 / (1 + np.exp(np.clip(pairs @ weights, -30, 30)))
        gradient = _RIDGE * weights - pairs.T @ wrong
        curve = (pairs * (wrong * (1 - wrong))[:, None]).T @ pairs
        weights -= np.linalg.solve(curve + _RIDGE * np.eye(len(weights)), gradient)
    return (weights / scale).astype(np.float32)


def photos_in(inputs: list[Path], count: int) -> Iterator[np.ndarray]:
    """Yield so many photos of folders and tar files, evenly of each."""
    for source in inputs:
        read = chain.from_iterable(part(_SIDE, 4 * _SIDE) for part in parts_of([source]))
        photos = (one.rgb for one in read if isinstance(one, Photo))
        yield from islice(photos, count // len(inputs))


def main() -> None:
    """Fit, judge, save."""
    parser = argparse.ArgumentParser(prog="python -m training.negatives", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="photos to learn from")
    parser.add_argument("--judge", type=Path, nargs="+", required=True, help="other photos")
    parser.add_argument("--count", type=int, default=6000, help="photos to learn from")
    given = parser.parse_args()
    weights = fit(found_in(photos_in(given.data, given.count)))
    judged = {
        folder: found_in(open_photo(file, _SIDE) for file in photos_of([folder]))
        for folder in given.judge
    }
    sums = np.concatenate([found[:, 0] @ weights for found in judged.values()])
    sure = np.float32(np.quantile(sums, 1 - _FALSE))
    print("taken for negatives:             as it is   reversed   negative")
    for folder, found in judged.items():
        shares = (found @ weights > sure).mean(axis=0)
        print(f"{folder.name:20s} {len(found):5d}" + "".join(f"{share:11.3f}" for share in shares))
    told = {"autochrome": file_hash(WEIGHTS_FOLDER / "autochrome.safetensors")}
    save_file({"weights": weights, "sure": np.array(sure)}, MAP, metadata=told)


if __name__ == "__main__":
    main()
