"""A part of a picture as sharp as its file has it, for a window that shows pixels one to one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorizer.colour.cielab import L_to_gray
from colorizer.colour.gamut import ab_to_srgb
from colorizer.frame import Frame

Region = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels; right and bottom are no longer of it."""


def gray_tile(frame: Frame, region: Region, scale: float = 1.0) -> np.ndarray:
    """Return the sRGB gray of a part of a picture, (h, w) uint8.

    Args:
        frame: whose `Y` is of full size.
        region: of it.
        scale: of the tile, 1 where pixels are shown one to one; never more.
    """
    return np.rint(L_to_gray(_part(frame, region, scale).lightness()) * 255).astype(np.uint8)


def colour_tile(frame: Frame, ab: np.ndarray, region: Region, scale: float = 1.0) -> np.ndarray:
    """Return a part of a picture in its colours, sRGB (h, w, 3) uint8.

    Args:
        frame: whose `Y` is of full size.
        ab: CIELAB a and b of the whole picture, (2, h, w), of any size.
        region: of it.
        scale: see `gray_tile`.
    """
    import cv2

    L = _part(frame, region, scale).lightness()
    (height, width), (rows, columns) = frame.Y.shape, ab.shape[1:]
    left, top, right, bottom = region
    # Centres of pixels correspond; what lies between those of ab is interpolated.
    x = (left + (np.arange(L.shape[1]) + 0.5) * (right - left) / L.shape[1]) * columns / width
    y = (top + (np.arange(L.shape[0]) + 0.5) * (bottom - top) / L.shape[0]) * rows / height
    x_map, y_map = np.meshgrid((x - 0.5).astype(np.float32), (y - 0.5).astype(np.float32))
    border = cv2.BORDER_REPLICATE
    planes = [
        cv2.remap(plane.astype(np.float32), x_map, y_map, cv2.INTER_LINEAR, borderMode=border)
        for plane in ab
    ]
    return np.rint(np.moveaxis(ab_to_srgb(L, np.stack(planes)), 0, -1) * 255).astype(np.uint8)


def _part(frame: Frame, region: Region, scale: float) -> Frame:
    import cv2

    left, top, right, bottom = region
    Y = np.ascontiguousarray(frame.Y[top:bottom, left:right])
    if scale < 1:
        size = (max(1, round(Y.shape[1] * scale)), max(1, round(Y.shape[0] * scale)))
        Y = cv2.resize(Y, size, interpolation=cv2.INTER_AREA)
    return replace(frame, Y=Y)
