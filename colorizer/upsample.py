"""Bring chroma from working size to the sink's size, with edges where the luma has them.

The local linear model of the guided filter (He, Sun, Tang 2010) gives how much a and b change per
unit of L around each pixel. It is used for the detail alone: predicted chroma is softer than its
grid, so what L has beyond equally soft L, times that slope, is added to the bilinear enlargement.
The plain filter, q = A L + B, averages chroma over its windows and fades small colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from colorizer.color import BLOCK, luma_to_L
from colorizer.frame import Frame

# Found on photos whose true ab was shrunk to a half and a quarter of the working size, as networks
# predict it: error in ab 11 % and 6 % below bilinear at a fivefold enlargement.
RADIUS = 2
"""Half side of the window of the local model, in working pixels."""
EPSILON = 25.0
"""Variance of L below which it is taken for grain, in squared units of L."""
SOFTNESS = 1.0
"""Standard deviation of the blur that makes L as soft as predicted chroma, in working pixels."""
MAX_SLOPE = 3.0
"""Largest change of a or b per unit of L; a steeper one is chance."""
MAX_DETAIL = 12.0
"""Largest departure of a or b from the bilinear enlargement."""


def upsample_chroma(
    frames: Iterator[Frame], size_of: Callable[[Frame], tuple[int, int]]
) -> Iterator[Frame]:
    """Replace ab of every frame by ab at the sink's chroma size, guided by the full luma.

    Args:
        frames: with ab at working size.
        size_of: gives (height, width) of the wanted ab, such as `Sink.chroma_size`.
    """
    for frame in frames:
        if frame.ab is None:
            raise ValueError(f"frame {frame.index} has no ab to be upsampled")
        size = size_of(frame)
        if size[0] <= frame.L.shape[0] and size[1] <= frame.L.shape[1]:
            ab = shrink(upsample(frame.ab, frame.L, frame.L), size)
        else:
            ab = _enlarge(frame.ab, frame.L, size, _guide_of(frame, size))
        yield replace(frame, ab=ab)


def upsample(ab: np.ndarray, L: np.ndarray, L_hr: np.ndarray) -> np.ndarray:
    """Enlarge chroma with the detail of L.

    Args:
        ab: (2, h, w) float32, CIELAB.
        L: (h, w) float32 in [0, 100], the L that ab was predicted from.
        L_hr: (H, W) float32 in [0, 100], L at the wanted size, at least (h, w).

    Returns:
        ab, (2, H, W) float32, within `MAX_DETAIL` of the bilinear enlargement.
    """
    return _enlarge(ab, L, L_hr.shape, lambda rows: L_hr[rows])


def shrink(ab: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Average ab (2, h, w) down to `size` (height, width); a size not smaller changes nothing."""
    import cv2

    if ab.shape[1:] == size:
        return ab
    return np.stack([cv2.resize(plane, size[::-1], interpolation=cv2.INTER_AREA) for plane in ab])


def _guide_of(frame: Frame, size: tuple[int, int]) -> Callable[[slice], np.ndarray]:
    """Return a function that gives rows of L at `size`: a whole L may be larger than memory."""
    import cv2

    Y = frame.Y
    if Y.shape != size:
        Y = cv2.resize(Y, size[::-1], interpolation=cv2.INTER_AREA)
    return lambda rows: luma_to_L(Y[rows], frame.bits, frame.full_range)


def _enlarge(
    ab: np.ndarray, L: np.ndarray, size: tuple[int, int], guide: Callable[[slice], np.ndarray]
) -> np.ndarray:
    import cv2

    height, width = size
    low = np.stack([*ab, *_slopes(ab, L), _soften(L)])  # (5, h, w)
    above, below, weight = _rows_between(L.shape[0], height)
    result = np.empty((2, height, width), np.float32)
    step = max(1, BLOCK // width)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        part = low[:, above[rows]]
        part += weight[rows, None] * (low[:, below[rows]] - part)
        count = rows.stop - rows.start
        a, b, slope_a, slope_b, soft = (
            cv2.resize(plane, (width, count), interpolation=cv2.INTER_LINEAR) for plane in part
        )
        detail = guide(rows) - soft
        for plane, base, slope in ((result[0], a, slope_a), (result[1], b, slope_b)):
            change = np.clip(slope * detail, -MAX_DETAIL, MAX_DETAIL)
            np.add(base, change, out=plane[rows])
    return result


def _slopes(ab: np.ndarray, L: np.ndarray) -> list[np.ndarray]:
    """Return how a and b change per unit of L around each pixel, each (h, w) float32."""
    mean_L = _box(L)
    spread = _box(L * L) - mean_L * mean_L + EPSILON
    slopes = []
    for plane in ab:
        centred = plane - plane.mean()  # float32 would lose the covariance of a strong cast
        covariance = _box(L * centred) - mean_L * _box(centred)
        slopes.append(np.clip(_box(covariance / spread), -MAX_SLOPE, MAX_SLOPE))
    return slopes


def _box(plane: np.ndarray) -> np.ndarray:
    import cv2

    side = 2 * RADIUS + 1
    return cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT)


def _soften(L: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.GaussianBlur(L, (0, 0), SOFTNESS, borderType=cv2.BORDER_REFLECT)


def _rows_between(count: int, wanted: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each wanted row the rows above and below its centre and the weight of the lower.

    Done by hand, as resizing a strip alone would not know the rows of its neighbours.
    """
    position = np.clip((np.arange(wanted) + 0.5) * (count / wanted) - 0.5, 0, count - 1)
    above = position.astype(np.int32)
    below = np.minimum(above + 1, count - 1)
    return above, below, (position - above).astype(np.float32)
