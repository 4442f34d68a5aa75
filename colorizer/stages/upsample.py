"""Bring chroma from working size to the sink's size, with edges where the luma has them.

The local linear model of the guided filter (He, Sun, Tang 2010) gives how much a and b change per
unit of L around each pixel. It is used for the detail alone: predicted chroma is softer than its
grid, so what L has beyond equally soft L, times that slope, is added to the bilinear enlargement.
The plain filter, q = A L + B, averages chroma over its windows and fades small colours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from colorizer.colour.cielab import BLOCK
from colorizer.colour.siting import luma_at
from colorizer.frame import Frame
from colorizer.stages.paper import filled_below

# Found on photos whose true ab was shrunk to a half and a quarter of the working size, as networks
# predict it: error in ab 11 % and 6 % below bilinear at a fivefold enlargement. For ab of half the
# working size, as it travels in films, window and blur are half as wide: as true, half the time.
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
TOGETHER = 4
"""Frames that are enlarged side by side, at most: what waits is large."""


def upsample_chroma(
    frames: Iterator[Frame],
    size_of: Callable[[Frame], tuple[int, int]],
    shift_of: Callable[[Frame], tuple[float, float]] | None = None,
    *,
    in_rows: bool = False,
    pool: Executor | None = None,
) -> Iterator[Frame]:
    """Replace ab of every frame by ab at the sink's chroma size, guided by the full luma.

    Args:
        frames: with ab at working size or less.
        size_of: gives (height, width) of the wanted ab, such as `Sink.chroma_size`.
        shift_of: gives how far its samples lie (down, right) of the middle of theirs of luma, in
            samples of ab, such as `FilmSink.chroma_shift`; None is not at all.
        in_rows: set `Frame.ab_rows` in place of a whole ab, which for a scan may be larger than
            memory.
        pool: threads on which some frames are enlarged side by side, unless in rows.
    """
    before: tuple[Frame, Callable[[], np.ndarray]] | None = None
    ahead: deque[tuple[Frame, Callable[[], np.ndarray]]] = deque()
    pool = None if in_rows else pool
    for frame in frames:
        if frame.ab is None:
            raise ValueError(f"frame {frame.index} has no ab to be upsampled")
        size = size_of(frame)
        if frame.kept:
            none = np.zeros((2, *size), np.float32)
            ahead.append((frame, _known(none if frame.colours is None else frame.colours.ab(size))))
        elif before is not None and _is_same(before[0], frame):
            ahead.append((frame, before[1]))
        else:
            shift = shift_of(frame) if shift_of else (0.0, 0.0)
            if in_rows:
                yield replace(frame, ab_rows=_rows_at(frame, size, shift))
                continue
            work = pool.submit(_whole_at, frame, size, shift).result if pool else None
            before = frame, work or _known(_whole_at(frame, size, shift))
            ahead.append(before)
        while ahead and (pool is None or len(ahead) > TOGETHER):
            done, ab = ahead.popleft()
            yield replace(done, ab=ab())
    for done, ab in ahead:
        yield replace(done, ab=ab())


def _known(ab: np.ndarray) -> Callable[[], np.ndarray]:
    return lambda: ab


def _whole_at(frame: Frame, size: tuple[int, int], shift: tuple[float, float]) -> np.ndarray:
    """Return ab of a frame at `size`, (2, H, W)."""
    return _rows_at(frame, size, shift)(slice(0, size[0]))


def _rows_at(
    frame: Frame, size: tuple[int, int], shift: tuple[float, float]
) -> Callable[[slice], np.ndarray]:
    """Return a function that gives rows of a frame's ab at `size`, (2, rows, W)."""
    assert frame.ab is not None
    ab = frame.ab if frame.paper is None else filled_below(frame.paper, frame.ab)
    if size[0] <= frame.L.shape[0] and size[1] <= frame.L.shape[1]:
        ab_rows = _rows_of(shrink(upsample(ab, frame.L, frame.L), size))
    else:
        ab_rows = _enlarger(ab, frame.L, size, _guide_of(frame, size, shift), shift)
    return ab_rows if frame.paper is None else _off_paper(ab_rows, frame, size)


def _is_same(one: Frame, other: Frame) -> bool:
    """Tell whether a frame repeats the one before it exactly, and has its colours."""
    return other.repeats and other.Y is one.Y and other.ab is one.ab


def upsample(ab: np.ndarray, L: np.ndarray, L_hr: np.ndarray) -> np.ndarray:
    """Enlarge chroma with the detail of L.

    Args:
        ab: (2, h, w) float32, CIELAB.
        L: the L that ab was predicted from, float32 in [0, 100], (h, w) or larger.
        L_hr: (H, W) float32 in [0, 100], L at the wanted size, at least (h, w).

    Returns:
        ab, (2, H, W) float32, within `MAX_DETAIL` of the bilinear enlargement.
    """
    return _enlarger(ab, L, L_hr.shape, lambda rows: L_hr[rows])(slice(0, L_hr.shape[0]))


def shrink(ab: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Average ab (2, h, w) down to `size` (height, width); a size not smaller changes nothing."""
    import cv2

    if ab.shape[1:] == size:
        return ab
    return np.stack([cv2.resize(plane, size[::-1], interpolation=cv2.INTER_AREA) for plane in ab])


def _guide_of(
    frame: Frame, size: tuple[int, int], shift: tuple[float, float]
) -> Callable[[slice], np.ndarray]:
    """Return a function that gives rows of L at `size`: a whole L may be larger than memory."""
    Y = luma_at(frame.Y, size, shift)
    return replace(frame, Y=Y).lightness


def _off_paper(
    ab_rows: Callable[[slice], np.ndarray], frame: Frame, size: tuple[int, int]
) -> Callable[[slice], np.ndarray]:
    """Return a function as `ab_rows` that gives paper its own tint, or none."""
    assert frame.paper is not None
    paper = _plain_enlarger(frame.paper[None], size)
    tint = None if frame.tint is None else _plain_enlarger(frame.tint, size)

    def without(rows: slice) -> np.ndarray:
        share = paper(rows)
        ab = ab_rows(rows) * (1 - share)
        return ab if tint is None else ab + share * tint(rows)

    return without


def _plain_enlarger(planes: np.ndarray, size: tuple[int, int]) -> Callable[[slice], np.ndarray]:
    """Return a function that gives rows of planes (n, h, w) at `size`, bilinear."""
    import cv2

    above, below, weight = _rows_between(planes.shape[1], size[0], 0.0)

    def enlarged(rows: slice) -> np.ndarray:
        part = planes[:, above[rows]]
        part += weight[rows, None] * (planes[:, below[rows]] - part)
        wanted = (size[1], part.shape[1])
        return np.stack([cv2.resize(p, wanted, interpolation=cv2.INTER_LINEAR) for p in part])

    return enlarged


def _rows_of(ab: np.ndarray) -> Callable[[slice], np.ndarray]:
    return lambda rows: ab[:, rows]


def _enlarger(
    ab: np.ndarray,
    L: np.ndarray,
    size: tuple[int, int],
    guide: Callable[[slice], np.ndarray],
    shift: tuple[float, float] = (0.0, 0.0),
) -> Callable[[slice], np.ndarray]:
    """Return a function that gives rows of ab at `size`, (2, rows, W)."""
    height, width = size
    share = ab.shape[1] / L.shape[0]  # chroma that has travelled is smaller than L
    (L,) = shrink(L[None], (ab.shape[1], ab.shape[2]))
    slopes = _slopes(ab, L, max(1, round(RADIUS * share)))
    low = np.stack([*ab, *slopes, _soften(L, SOFTNESS * share)])  # (5, h, w)
    if shift[1]:
        low = _moved(low, shift[1] * L.shape[1] / width)
    above, below, weight = _rows_between(L.shape[0], height, shift[0])
    step = max(1, BLOCK // width)

    def enlarged(wanted: slice) -> np.ndarray:
        result = np.empty((2, wanted.stop - wanted.start, width), np.float32)
        for top in range(wanted.start, wanted.stop, step):
            rows = slice(top, min(top + step, wanted.stop))
            part = low[:, above[rows]]
            part += weight[rows, None] * (low[:, below[rows]] - part)
            place = slice(rows.start - wanted.start, rows.stop - wanted.start)
            _add_detail(part, guide(rows), result[:, place])
        return result

    return enlarged


def _add_detail(low: np.ndarray, L: np.ndarray, out: np.ndarray) -> None:
    """Write rows of ab to `out` (2, rows, W), from rows of base, slopes and soft L (5, rows, w)."""
    import cv2

    a, b, slope_a, slope_b, soft = (
        cv2.resize(plane, L.shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in low
    )
    detail = np.subtract(L, soft, out=soft)
    for plane, base, slope in ((out[0], a, slope_a), (out[1], b, slope_b)):
        slope *= detail
        np.clip(slope, -MAX_DETAIL, MAX_DETAIL, out=slope)
        np.add(base, slope, out=plane)


def _slopes(ab: np.ndarray, L: np.ndarray, radius: int) -> list[np.ndarray]:
    """Return how a and b change per unit of L around each pixel, each (h, w) float32."""
    mean_L = _box(L, radius)
    spread = _box(L * L, radius) - mean_L * mean_L + EPSILON
    slopes = []
    for plane in ab:
        centred = plane - plane.mean()  # float32 would lose the covariance of a strong cast
        covariance = _box(L * centred, radius) - mean_L * _box(centred, radius)
        slopes.append(np.clip(_box(covariance / spread, radius), -MAX_SLOPE, MAX_SLOPE))
    return slopes


def _box(plane: np.ndarray, radius: int) -> np.ndarray:
    import cv2

    side = 2 * radius + 1
    return cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT)


def _soften(L: np.ndarray, softness: float) -> np.ndarray:
    import cv2

    return cv2.GaussianBlur(L, (0, 0), softness, borderType=cv2.BORDER_REFLECT)


def _moved(planes: np.ndarray, columns: float) -> np.ndarray:
    """Return planes (n, h, w) as seen less than a column further right, or left where negative."""
    edge = planes[..., -1:] if columns > 0 else planes[..., :1]
    beside = (planes[..., 1:], edge) if columns > 0 else (edge, planes[..., :-1])
    weight = np.float32(abs(columns))
    return planes + weight * (np.concatenate(beside, axis=-1) - planes)


def _rows_between(
    count: int, wanted: int, shift: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each wanted row the rows above and below its centre and the weight of the lower.

    Done by hand, as resizing a strip alone would not know the rows of its neighbours.
    """
    position = (np.arange(wanted) + 0.5 + shift) * (count / wanted) - 0.5
    position = np.clip(position, 0, count - 1)
    above = position.astype(np.int32)
    below = np.minimum(above + 1, count - 1)
    return above, below, (position - above).astype(np.float32)
