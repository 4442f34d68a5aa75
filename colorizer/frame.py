"""Frame: the one type that flows through the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from colorizer.colour.cielab import look_up, luma_to_L


@dataclass(frozen=True, slots=True)
class Motion:
    """How a frame continues the one before it in its shot, at half the size of the flow's grid."""

    back: np.ndarray
    """Flow from this frame to the one before, (h, w, 2) float32 in pixels (x, y)."""
    forth: np.ndarray
    """Flow from the one before to this, as `back`."""
    back_trust: np.ndarray
    """0 to 1 for each pixel of this frame: whether `back` leads to the same thing, (h, w)."""
    forth_trust: np.ndarray
    """The same for the pixels of the one before and `forth`."""
    still: bool = False
    """Whether nothing moves: both frames show the same."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours that a frame of a film has in its source."""

    ab: Callable[[tuple[int, int]], np.ndarray]
    """Gives CIELAB a and b at a size (height, width), (2, h, w) float32."""
    chroma: tuple[np.ndarray, np.ndarray] | None = None
    """Cb and Cr as decoded, at the depth of `Frame.bits`; None where the source has none."""
    matrix: str = ""
    """Of that chroma."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a film, or one still, on its way from source to sink.

    The luma plane is never changed by any stage; stages add or replace `ab` and the marks
    with `dataclasses.replace`.
    """

    index: int
    """Position in the source, from 0."""
    pts: int | None
    """Presentation time stamp in units of `time_base`; None for a still."""
    time_base: Fraction
    """Seconds per unit of `pts`."""
    Y: np.ndarray
    """The decoded luma plane, untouched, (H, W) uint8, or uint16 where `bits` > 8.

    Of a still: the gray code value (full range) of sRGB, or of the file's own profile as `tone`
    tells; of a tinted RGB scan, the 16-bit gray sRGB value with the same L*."""
    bits: int
    """Significant bits of `Y`, 8 to 16."""
    full_range: bool
    """True: codes 0..2^bits-1; False: 16..235 scaled to `bits` (values outside are kept)."""
    L: np.ndarray
    """CIELAB lightness at working size, (h, w) float32 in [0, 100]."""
    ab: np.ndarray | None = None
    """CIELAB a and b, (2, h, w) float32; at working size after predict, at half of it after
    smooth, at the sink's chroma size after upsampling. None before predict, and from predict to
    smooth where a frame is no key frame."""
    starts_shot: bool = False
    """True for the first frame of a shot and for every still: no colour crosses into it."""
    side: Any = None
    """Of a film: a small av.VideoFrame that keeps captions for the sink, see `film_side`."""
    scan: str | None = None
    """Of a film of mixed scan: progressive, or which field is shown first, top or bottom; None
    where the whole film is one of them."""
    motion: Motion | None = None
    """How it continues its shot; None for the first frame, and for a flash within a shot, which
    the frame after it skips."""
    is_key: bool = True
    """Whether the network gives it colours; otherwise they travel to it from its neighbours."""
    is_anchor: bool = False
    """Whether ab is what a person painted: it holds as it is, and smoothing starts from it."""
    tone: np.ndarray | None = None
    """CIELAB L of every code of `Y`, (2^bits,) float32, where a still's profile gives it another
    than `bits` and `full_range` do; None otherwise."""
    tint: np.ndarray | None = None
    """CIELAB a and b that a still has in the source, (2, h, w) float32 at working size; None of
    gray ones. Of a film, those of its marks, of a size of its own."""
    paper: np.ndarray | None = None
    """How far each pixel is paper or border around the picture, or a film's bars and masks, 0 to 1,
    (h, w) float32 of a size of its own; None where it has neither."""
    ab_rows: Callable[[slice], np.ndarray] | None = None
    """Gives rows of ab at the sink's chroma size, (2, rows, W) float32, of a still after
    upsampling, whose whole `ab` would be large; `ab` then stays at working size."""

    shown: np.ndarray | Callable[[], np.ndarray] | None = None
    """What the network sees in place of `L` where that is another, such as a faded print as a
    fresh one; of the same size. Of a film, what gives it: not every frame is shown to it."""
    window: tuple[int, int, int, int] | None = None
    """Top, bottom, left and right of the part of `L` that `shown` is of, which then has a size of
    its own; None is the whole."""
    slope: float = 1.0
    """Factor of ab for what `shown` changed, see `stages.levels`."""

    colours: Colours | None = None
    """Of a film: what colours the source has; None where it is exactly gray."""
    year: int | None = None
    """In which it was made, as its file says."""
    emulsion: tuple[float, float, float] | None = None
    """Weights of linear R, G, B in its gray, which the network is told; None is unknown."""
    repeats: bool = False
    """Whether it shows what the frame before it shows, and gets the same colours."""
    kept: bool = False
    """Whether the result keeps `colours`; `ab` shows them."""
    marks: np.ndarray | None = None
    """How far each pixel of a film's frame is a mark that keeps `colours`, 0 to 1, (h, w) float32
    of a size of its own; these are in `paper` and `tint`, too. None where it has none."""
    taken: frozenset[str] = frozenset()
    """What the frame was taken for, besides a picture: of `stages.found.KINDS`, or "text", which is
    a scan of a page."""
    screen: Any = None
    """A raster that `Y` shows and `L` does not, see `stages.region.screens`; None where none is
    hidden."""
    glimpse: Any = None
    """What the network found in it, see `stages.memory`; None where that is not wanted."""

    @property
    def seen(self) -> np.ndarray:
        """What the network sees, (h, w) float32."""
        if self.shown is None:
            return self.L
        return self.shown() if callable(self.shown) else self.shown

    def ab_of(self, rows: slice) -> np.ndarray:
        """Return rows of ab at the sink's chroma size, (2, rows, W) float32."""
        assert self.ab is not None, "a sink wants frames with chroma"
        return self.ab[:, rows] if self.ab_rows is None else self.ab_rows(rows)

    def lightness(self, rows: slice = slice(None)) -> np.ndarray:
        """Return CIELAB L of rows of `Y`, (rows, W) float32 in [0, 100]."""
        if self.tone is not None:
            return look_up(self.tone, self.Y[rows])
        return luma_to_L(self.Y[rows], self.bits, self.full_range)


MAX_ASPECT = 4
"""Long side of the working picture, at most, in short sides: bounds memory of strips of pixels."""


def working_size(size: tuple[float, float], side: int) -> tuple[int, int]:
    """Return the (height, width) the network sees for a picture of `size`, keeping its aspect.

    Args:
        size: (height, width) of the picture.
        side: wanted short side in pixels; smaller pictures are enlarged to it.
    """
    scale = min(side / min(size), MAX_ASPECT * side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def working_L(
    Y: np.ndarray, bits: int, full_range: bool, side: int, tone: np.ndarray | None = None
) -> np.ndarray:
    """Shrink a luma plane to working size and convert it to CIELAB L, (h, w) float32 in [0, 100].

    Args:
        Y: (H, W) uint8 or uint16 code values.
        bits: significant bits of Y.
        full_range: see `Frame.full_range`.
        side: short side of the result in pixels.
        tone: see `Frame.tone`.
    """
    return L_of_size(Y, working_size(Y.shape, side), bits, full_range, tone)


def L_of_size(
    Y: np.ndarray,
    size: tuple[int, int],
    bits: int,
    full_range: bool,
    tone: np.ndarray | None = None,
) -> np.ndarray:
    """Bring a luma plane to a size (height, width) and convert it to L; see `working_L`."""
    import cv2

    shrinks = size[0] <= Y.shape[0]
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    small: Any = cv2.resize(Y, size[::-1], interpolation=kind)
    return luma_to_L(small, bits, full_range) if tone is None else np.take(tone, small)
