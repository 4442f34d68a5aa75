"""Who is judged: models, and the baselines that every table has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from colorizer import colorize, load_model
from colorizer.colour.cielab import L_to_gray, gray_to_L
from colorizer.colour.gamut import ab_to_srgb
from colorizer.models import model_names
from colorizer.models.base import ColourModel
from training.metrics import lab_of

Paint = Callable[[np.ndarray, int], np.ndarray]
"""Maps gray (H, W) uint8 and the photo's number to sRGB (H, W, 3) uint8."""

BASELINES = ("gray", "mean-colour", "random-colour")


def gray_of(rgb: np.ndarray) -> np.ndarray:
    """Return the gray photo with the same L*, (H, W) uint8."""
    return np.round(L_to_gray(lab_of(rgb)[0]) * 255).astype(np.uint8)


def neutral(gray: np.ndarray) -> np.ndarray:
    """Return a gray photo as RGB, (H, W, 3)."""
    return np.repeat(gray[..., None], 3, axis=2)


def with_ab(gray: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Give a gray photo an ab, (2, H, W) in CIELAB units; return sRGB uint8 with the same L*."""
    rgb = ab_to_srgb(gray_to_L(gray.astype(np.float32) / 255), ab.astype(np.float32))
    return np.rint(np.moveaxis(rgb, 0, -1) * 255).clip(0, 255).astype(np.uint8)


def baselines(originals: Sequence[np.ndarray]) -> dict[str, Paint]:
    """Return what needs no network.

    `mean-colour` paints the mean ab of the set; `random-colour` copies the ab of another photo of
    the set (Zhang et al. 2016 copy from the training set), the next but one in a fixed shuffle.

    Args:
        originals: all photos of the set, (H, W, 3) uint8.
    """
    mean = np.mean([lab_of(photo)[1:].mean(axis=(1, 2)) for photo in originals], axis=0)
    order = np.random.default_rng(0).permutation(len(originals))
    follower = {int(one): int(order[(k + 1) % len(order)]) for k, one in enumerate(order)}

    def random_colour(gray: np.ndarray, number: int) -> np.ndarray:
        ab = lab_of(originals[follower[number]])[1:]
        return with_ab(gray, np.stack([cv2.resize(plane, gray.shape[::-1]) for plane in ab]))

    return {
        "gray": lambda gray, number: neutral(gray),
        "mean-colour": lambda gray, number: with_ab(
            gray, np.broadcast_to(mean[:, None, None], (2, *gray.shape))
        ),
        "random-colour": random_colour,
    }


def load_entrant(name: str) -> ColourModel:
    """Load a model: its name, also that of an imported one, or NAME=FILE for weights of one's own.

    Raises:
        ValueError: no model has that name.
    """
    known, _, file = name.partition("=")
    if known not in model_names():
        names = ", ".join(model_names())
        raise ValueError(f"{known} is neither a model nor a baseline; known: {names}")
    return load_model(known, Path(file) if file else None)


def paint_with(network: ColourModel, **settings: Any) -> Paint:
    """Return a model as an entrant; it works through the program's own interface.

    Args:
        network: ready to predict.
        **settings: fields of `colorizer.Settings`.
    """
    return lambda gray, number: np.asarray(colorize(gray, model=network, **settings))
