"""One picture before and after, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from colorizer.color import L_to_gray, luma_to_L
from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.jobs import Kind
from colorizer.media import open_source
from colorizer.models.base import ColorModel
from colorizer.pipeline import colorize_frame
from colorizer.settings import Settings


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
    with open_source(path, kind, side=settings.size) as source:
        frame = _frame_at(source.frames(), path, time if kind is Kind.FILM else 0.0)
    after = colorize_frame(frame, model, vividness=settings.vividness, strength=settings.strength)
    gray = L_to_gray(luma_to_L(frame.Y, frame.bits, frame.full_range))
    before = np.repeat(gray[:, :, np.newaxis], 3, axis=2)
    return np.rint(np.concatenate([before, after], axis=1) * 255).astype(np.uint8)


def _frame_at(frames: Iterator[Frame], path: Path, time: float) -> Frame:
    """Return the first frame shown `time` seconds after the first one, or later."""
    start = last = 0.0
    for number, frame in enumerate(frames):
        last = float((frame.pts or 0) * frame.time_base)
        start = last if number == 0 else start
        if last - start >= time:
            return frame
    raise MediaError(path, f"ends after {last - start:.2f} s; give an earlier --time")
