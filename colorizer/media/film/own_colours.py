"""The colours that a film has in its source: its chroma planes as decoded, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from colorizer.colour.cielab import srgb_to_lab
from colorizer.colour.ycbcr import ycbcr_to_rgb
from colorizer.frame import Colours
from colorizer.media.film.colour_tags import ColourTags
from colorizer.media.film.luma import LumaLayout, at_depth, read_plane
from colorizer.media.film.packed import read_packed, rows_of

if TYPE_CHECKING:
    from av import VideoFrame

_LOOK = 8
"""RGB is looked at in every pixel of so many, both ways."""


def own_colours(
    frame: VideoFrame, Y: np.ndarray, layout: LumaLayout, tags: ColourTags
) -> Colours | None:
    """Return the colours of a decoded frame; None of one that is exactly gray.

    Args:
        frame: decoded.
        Y: its luma.
        layout: of its pixel format.
        tags: matrix and range.
    """
    if layout.sampling == "gray":
        return None
    if layout.sampling == "rgb":
        planes = [read_plane(frame, layout, number) for number in range(3)]
        red, green, blue = (plane[::_LOOK, ::_LOOK] for plane in planes)
        if np.array_equal(red, green) and np.array_equal(green, blue):
            return None
        rgb = np.stack(planes)
        return Colours(partial(_ab_of_rgb, rgb, layout.bits))
    chroma = _chroma(frame, layout)
    if chroma is None:
        return None
    given = {"matrix": tags.matrix, "bits": layout.bits, "full_range": tags.full_range}
    return Colours(partial(_ab_of_planes, Y, chroma, given), chroma, tags.matrix)


def fitting(
    chroma: tuple[np.ndarray, np.ndarray],
    size: tuple[int, int],
    placed: Callable[[np.ndarray], np.ndarray],
    bits: int,
    to_bits: int,
) -> np.ndarray:
    """Bring chroma planes to the size and depth of an output: equal ones stay byte for byte.

    Finer sampling repeats samples, so that nothing of them is lost; a coarser one averages those
    around each of its own.

    Args:
        chroma: Cb and Cr, (h, w) each.
        size: (height, width) wanted.
        placed: takes a finer plane to where the output has its chroma, see `luma_at`.
        bits: significant bits of the planes.
        to_bits: of the result.

    Returns:
        (2, height, width) uint8 or uint16.
    """
    import cv2

    planes = []
    for plane in chroma:
        if plane.shape != size:
            finer = plane.shape[0] <= size[0] and plane.shape[1] <= size[1]
            coarser = plane.shape[0] >= size[0] and plane.shape[1] >= size[1]
            kind = cv2.INTER_NEAREST if finer else cv2.INTER_AREA
            plane = placed(plane) if coarser else cv2.resize(plane, size[::-1], interpolation=kind)
        planes.append(at_depth(plane, bits, to_bits, full_range=False))
    return np.stack(planes)


def _chroma(frame: VideoFrame, layout: LumaLayout) -> tuple[np.ndarray, np.ndarray] | None:
    """Copy Cb and Cr as decoded; None where both are neutral."""
    parts = [_samples(frame, layout, number) for number in (0, 1)]
    neutral = (1 << (layout.bits - 1)) << layout.shift
    if all(part.min() == part.max() == neutral for part in parts):
        return None
    cb, cr = (
        np.array(part >> layout.shift if layout.shift else part, part.dtype.newbyteorder("="))
        for part in parts
    )
    return cb, cr


def _samples(frame: VideoFrame, layout: LumaLayout, number: int) -> np.ndarray:
    """Return the stored samples of Cb (0) or Cr (1), valid until the next frame is decoded."""
    name, planes = layout.pix_fmt, frame.planes
    if layout.packed:
        width = frame.width if layout.sampling == "444" else -(-frame.width // 2)
        return read_packed(frame, layout.packed, 1 + number, width)
    if len(planes) == 2:  # Cb and Cr in turn
        place, first, step = 1, number ^ (name in ("nv21", "nv42")), 2
    else:
        place, first, step = 1 + number, 0, 1
    plane = planes[place]
    rows = rows_of(plane, layout.sample)
    width = plane.width if step == 1 else -(-frame.width // 2) if name != "nv24" else frame.width
    return rows[: plane.height, first::step][:, :width]


def _ab_of_planes(
    Y: np.ndarray,
    chroma: tuple[np.ndarray, np.ndarray],
    given: dict[str, Any],
    size: tuple[int, int],
) -> np.ndarray:
    return _ab(ycbcr_to_rgb(np.stack([_sized(plane, size) for plane in (Y, *chroma)]), **given))


def _ab_of_rgb(rgb: np.ndarray, bits: int, size: tuple[int, int]) -> np.ndarray:
    return _ab(np.stack([_sized(plane, size) for plane in rgb]) / (2**bits - 1))


def _ab(rgb: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(srgb_to_lab(np.clip(rgb, 0, 1))[1:], np.float32)


def _sized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    import cv2

    plane = plane.astype(np.float32)
    smaller = size[0] <= plane.shape[0] and size[1] <= plane.shape[1]
    kind = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(plane, size[::-1], interpolation=kind)
