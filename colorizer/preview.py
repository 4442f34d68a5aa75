"""One picture before and after, side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from colorizer.color import L_to_gray, luma_to_L
from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.jobs import Kind
from colorizer.look import open_picture
from colorizer.models.base import ColorModel
from colorizer.pipeline import colorize_frame
from colorizer.settings import Settings

_LATE = 1.0
"""Seconds a film may end before the time asked for."""


def before_and_after(
    path: Path, kind: Kind, model: ColorModel, settings: Settings, *, time: float = 0.0
) -> np.ndarray:
    """Colorize one picture and put it to the right of the gray one.

    Args:
        path: a photo or film.
        kind: what it is.
        model: the loaded model.
        settings: size, strength and vividness are used.
        time: seconds from the start of a film.

    Returns:
        sRGB, (H, 2W, 3) uint8.

    Raises:
        MediaError: the file can't be read or is shorter than `time`.
    """
    frame = _frame(path, kind, settings.size, time)
    after = colorize_frame(frame, model, vividness=settings.vividness, strength=settings.strength)
    gray = L_to_gray(luma_to_L(frame.Y, frame.bits, frame.full_range))
    before = np.repeat(gray[:, :, np.newaxis], 3, axis=2)
    return np.rint(np.concatenate([before, after], axis=1) * 255).astype(np.uint8)


def _frame(path: Path, kind: Kind, side: int, time: float) -> Frame:
    frame = open_picture(path, kind, side=side, time=time)
    shown = float((frame.pts or 0) * frame.time_base)
    if kind is Kind.FILM and time - shown > _LATE:
        raise MediaError(path, f"ends after {shown:.2f} s; give an earlier --time")
    return frame
