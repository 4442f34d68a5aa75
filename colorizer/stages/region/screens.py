"""Print screens, kinescope lines, other rasters: found in the spectrum, hidden from the network.

A screen is a sharp peak in the spectrum of the whole picture, at one place in all of its parts;
what things are woven of is not in all parts. Two to six pixels of what the network sees leave
nothing of its colours. Only what is shown to the network is smoothed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from colorizer.frame import Frame, L_of_size
from colorizer.notes import Note, note

_TILES = (256, 128)
"""Side of the parts that are looked at, in pixels of the picture at full size; the second of small
ones."""
_ACROSS = 3
"""Parts along each side, at most."""
_FIRST = 3
"""Parts that are looked at first: mostly they tell that no screen exists."""
_PEAK = 40.0
"""Power of a screen's frequency over that of its surroundings, in a part of the picture."""
_SHARE = 0.6
"""Share of the parts that show something in which a screen must be found."""
_LEAST_CYCLES = 6
"""Periods of a screen in a part, at least."""
_FLAT = 1.5
"""Spread in 8-bit codes below which a part shows nothing."""
_KEEPS = 4.0
"""Pixels of a period that are enough to smooth it; larger pictures are made smaller first."""
_CUT = 0.55
"""Share of a screen's frequency from which nothing is shown to the network."""
LEAST, MOST = 0.7, 14.0
"""Periods in pixels of the picture that the network sees: shorter ones are averaged away, longer
ones can't be told from the picture. Lines of 12 pixels that take 40 % of the light away leave 0.83
of the correlation with true colours, hidden 0.99."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A raster over a picture."""

    period: float
    """Pixels at full size from one row of dots, or one line, to the next."""
    down: bool = True
    """Whether it changes from line to line; lines that run down do not."""
    across: bool = True
    """Whether it changes along a line."""


def find_screen(Y: np.ndarray) -> Screen | None:
    """Find the screen of a picture.

    Args:
        Y: codes of gray at full size, (H, W) uint8 or uint16.
    """
    tiles = [tile for tile in _tiles(Y) if tile.std() > _FLAT]
    if len(tiles) < 2:
        return None
    first = [_peak(tile) for tile in tiles[:: max(1, len(tiles) // _FIRST)]]
    if not any(first):
        return None
    found = [one for tile in tiles if (one := _peak(tile)) is not None]
    if not found:
        return None
    middle = float(np.median([radius for radius, *_ in found]))
    near = [one for one in found if abs(one[0] - middle) <= max(1.5, 0.03 * middle)]
    if len(near) < _SHARE * len(tiles):
        return None
    radius = float(np.mean([one[0] for one in near]))
    down, across = (2 * sum(one[axis] for one in near) > len(near) for axis in (1, 2))
    return Screen(len(tiles[0]) / radius, down or not across, across or not down)


def without_screen(Y: np.ndarray, screen: Screen) -> np.ndarray:
    """Return codes of gray without a screen and all that is finer, of the same shape and kind."""
    smooth, none = _low_pass(_CUT / screen.period), np.ones(1)
    across, down = (smooth if screen.across else none), (smooth if screen.down else none)
    return cv2.sepFilter2D(Y, -1, across, down, borderType=cv2.BORDER_REFLECT)


def hide_screens(
    frames: Iterable[Frame], screens: str, tell: Callable[[Note], object]
) -> Iterator[Frame]:
    """Take the screen of every picture out of its `L`; luma is not touched.

    Args:
        frames: stills with Y and L.
        screens: one of `settings.SCREENS`; "show" leaves L as it is.
        tell: told which screen was hidden.
    """
    for frame in frames:
        is_text = "text" in frame.taken  # whose lines are as regular
        screen = None if screens == "show" or is_text else find_screen(frame.Y)
        if screen is not None and is_seen(frame, screen):
            tell(note("picture.screen_hidden", period=f"{screen.period:.1f}"))
            frame = behind(frame, screen)
        yield frame


def common_screen(frames: Sequence[Frame], screens: str) -> Screen | None:
    """Return the raster that all frames of a film show, such as the lines of a kinescope.

    Args:
        frames: spread over the film.
        screens: one of `settings.SCREENS`; of "show" none is returned.
    """
    found = [None if screens == "show" else find_screen(frame.Y) for frame in frames]
    pairs = zip(frames, found, strict=True)
    shown = all(screen is not None and is_seen(frame, screen) for frame, screen in pairs)
    return found[0] if found and shown else None


def is_seen(frame: Frame, screen: Screen) -> bool:
    """Tell whether a screen is of a size that misleads the network."""
    return LEAST <= screen.period * min(frame.L.shape) / min(frame.Y.shape) <= MOST


def behind(frame: Frame, screen: Screen) -> Frame:
    """Return a frame whose `L` is that of the picture behind a screen."""
    height, width = frame.L.shape
    return replace(frame, L=L_behind(frame, screen, frame.Y, (height, width)), screen=screen)


def L_behind(
    frame: Frame, screen: Screen | None, Y: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Return L of a part of a picture without the raster over it, (h, w) float32.

    Args:
        frame: tells what its codes mean.
        screen: the raster; None where it has none.
        Y: the part of its luma plane.
        size: (h, w) of the result.
    """
    step = 1 if screen is None else int(screen.period / _KEEPS)
    if screen is not None and step > 1:
        small = (max(1, Y.shape[1] // step), max(1, Y.shape[0] // step))
        Y = cv2.resize(Y, small, interpolation=cv2.INTER_AREA)
        screen = replace(screen, period=screen.period / step)
    if screen is not None:
        Y = without_screen(Y, screen)
    return L_of_size(Y, size, frame.bits, frame.full_range, frame.tone)


def _tiles(Y: np.ndarray) -> Sequence[np.ndarray]:
    """Return parts spread over a picture without bars around it, as 8-bit codes in float32."""
    Y = _without_bars(Y)
    height, width = Y.shape
    size = next((side for side in _TILES if 1.5 * side <= min(height, width)), 0)
    if not size:
        return []
    rows, columns = (
        np.linspace(0, side - size, min(_ACROSS, side // size)).astype(int)
        for side in (height, width)
    )
    scale = np.float32(1 if Y.dtype == np.uint8 else 255 / max(float(Y.max()), 1.0))
    return [Y[y : y + size, x : x + size].astype(np.float32) * scale for y in rows for x in columns]


def _without_bars(Y: np.ndarray) -> np.ndarray:
    """Return a picture without the lines at its sides that show nothing."""
    flat = _FLAT * (1 if Y.dtype == np.uint8 else max(float(Y.max()), 1.0) / 255)
    shown = Y[:, ::8].std(1) > flat, Y[::8].std(0) > flat
    if not all(lines.any() for lines in shown):
        return Y
    rows, columns = (slice(lines.argmax(), len(lines) - lines[::-1].argmax()) for lines in shown)
    return Y[rows, columns]


def _peak(tile: np.ndarray) -> tuple[float, bool, bool] | None:
    """Return the frequency of a screen in a part, and whether it changes down and across.

    None where there is no sharp peak; the frequency is in periods in the part.
    """
    size = len(tile)
    window, y, x, away = _grid(size)
    seen = (tile - tile.mean()) * window
    power = (np.abs(np.fft.fftshift(np.fft.fft2(seen))) ** 2).astype(np.float32)
    around = cv2.blur(power, (15, 15), borderType=cv2.BORDER_REFLECT)
    core = cv2.blur(power, (3, 3), borderType=cv2.BORDER_REFLECT)
    rest = np.maximum((225 * around - 9 * core) / 216, 1e-3 * around + 1e-3)
    ratio = np.where(away >= _LEAST_CYCLES, core / rest, 0)
    # Of a screen and its harmonics the lowest stands out as far as any.
    high = ratio > max(_PEAK, 0.15 * float(ratio.max()))
    if not high.any():
        return None
    ring = high & (away <= 1.15 * away[high].min() + 1)
    strongest = np.unravel_index(int(np.where(ring, core, 0).argmax()), core.shape)
    row, column = int(y[strongest]), int(x[strongest])
    crossed = ratio[_near(column, size), _near(-row, size)]
    if crossed.size and float(crossed.max()) > _PEAK:
        return float(away[strongest]), True, True
    steep = abs(row) > 5 * abs(column)
    flat = abs(column) > 5 * abs(row)
    return float(away[strongest]), not flat, not steep


@lru_cache(maxsize=4)
def _grid(size: int) -> tuple[np.ndarray, ...]:
    """Return a window of a part, and of its spectrum the rows, columns and distances."""
    line = np.hanning(size).astype(np.float32)
    y, x = np.mgrid[-size // 2 : size // 2, -size // 2 : size // 2]
    return line[:, None] * line, y, x, np.hypot(y, x).astype(np.float32)


def _near(place: int, size: int) -> slice:
    """Return the places around one of a spectrum, a quarter turn from a peak."""
    return slice(max(0, size // 2 + place - 2), size // 2 + place + 3)


def _low_pass(cut: float) -> np.ndarray:
    """Return a windowed sinc that passes frequencies below `cut`, in periods a pixel."""
    reach = max(1, round(1.5 / cut))
    at = np.arange(-reach, reach + 1)
    kernel = np.sinc(2 * cut * at) * np.hanning(2 * reach + 3)[1:-1]
    return kernel / kernel.sum()
