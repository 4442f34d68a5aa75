"""A finished result next to its source, as the files hold them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from colorizer.colour.gamut import ab_to_srgb
from colorizer.frame import Frame
from colorizer.look.picture import shrunk


def saved_picture(result: Callable[[int], Frame], like: Frame, longest: int) -> np.ndarray:
    """Return the picture of a result in its colours.

    Args:
        result: opens it, with L of a short side in pixels.
        like: the same picture of its source; a caption below the result is left out.
        longest: pixels of the long side, at most.

    Returns:
        sRGB, (H, W, 3) uint8, of the size that `like` has when it is shrunk alike.

    Raises:
        MediaError: it can't be read.
    """
    import cv2

    height, width = shrunk(like, longest).Y.shape
    frame = result(min(height, width))
    L = shrunk(frame, longest).lightness()
    ab = colours_of(frame, L.shape)
    rgb = np.rint(np.moveaxis(ab_to_srgb(L, ab), 0, -1) * 255).astype(np.uint8)
    whole = round(frame.Y.shape[0] * width / frame.Y.shape[1])
    scaled = cv2.resize(rgb, (width, max(1, whole)), interpolation=cv2.INTER_AREA)[:height]
    if scaled.shape[:2] != (height, width):
        scaled = cv2.resize(scaled, (width, height), interpolation=cv2.INTER_AREA)
    return scaled


def colours_of(frame: Frame, size: tuple[int, ...]) -> np.ndarray:
    """Return CIELAB a and b of a frame at a size, (2, h, w) float32."""
    import cv2

    height, width = size
    if frame.colours is not None:
        return frame.colours.ab((height, width))
    if frame.tint is None:
        return np.zeros((2, height, width), np.float32)
    planes = [cv2.resize(plane, (width, height)) for plane in frame.tint.astype(np.float32)]
    return np.stack(planes)
