"""Letters over a picture: subtitles, titles and credits that were printed into a film.

They are light strokes of one width and one lightness, as high as each other, in a row. They stay
neutral; what lies between them is picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from colorizer.frame import Frame, working_L

LETTER_STEP = 6
"""Frames from one in which letters are looked for to the next."""
_SIDE = 384
"""Short side of the picture in which letters are looked for: their strokes are two pixels there."""

_STROKE = 0.04
"""Width of the widest stroke of a letter, in short sides."""
_STANDS_OUT, _LIGHT, _ALIKE = 22.0, 62.0, 14.0
"""L* that a stroke is lighter than what it is drawn on, its least L*, and the most that it is
darker than the lightest strokes."""
_LOW, _HIGH, _WIDE = 0.02, 0.16, 0.35
"""Heights of letters and most width of what hangs together, in short sides."""
_LEAST_ROW = 5
"""Letters, or words that hang together, that make a row."""
_SPREAD = 0.6
"""Most that the bottoms of a row's letters differ, in heights: some reach below the line."""
_APART, _CLOSE = 2.5, 0.7
"""Most space between letters of a row, in heights, and most for half of them."""
_LINE = 0.05
"""Most that half of the bottoms are off the line they stand on, in heights, next to half a pixel:
leaves and stones stand on no line."""
_STEEP = 0.05
"""Most that the line rises or falls in a letter's step to the right."""
_LEAST_SHARE = 0.3
"""Share of all patches of the size of letters that stand in rows, at least."""
_MOST = 300
"""Patches of the size of letters; more are leaves, or waves."""
_STILL = 6.0
"""Mean change in L* of what letters cover from which they are no longer the same."""


def seen_large(frame: Frame) -> np.ndarray:
    """Return L of a frame of a film in which letters can be found, (h, w) float32."""
    side = min(_SIDE, *frame.Y.shape)
    return working_L(frame.Y, frame.bits, frame.full_range, side)


def find_letters(L: np.ndarray) -> np.ndarray | None:
    """Return 1 on letters and 0 off them, (h, w) float32; None where no row of them is found.

    Args:
        L: (h, w) float32.
    """
    side = min(L.shape)
    stroke = max(3, round(_STROKE * side) | 1)
    hat = cv2.morphologyEx(L, cv2.MORPH_TOPHAT, np.ones((stroke, stroke), np.uint8))
    strokes = (hat > _STANDS_OUT) & (L > _LIGHT)
    if np.count_nonzero(strokes) < 4 * _LEAST_ROW:
        return None
    lightest = np.percentile(L[strokes], 95)
    strokes &= L + 0.15 * hat > lightest - _ALIKE
    found: Any = cv2.connectedComponentsWithStats(strokes.astype(np.uint8), connectivity=8)
    _, labels, stats, _ = found
    height, width = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    fit = (height > _LOW * side) & (height < _HIGH * side) & (width < _WIDE * side)
    fit[0] = False
    if np.count_nonzero(fit) > _MOST:
        return None
    kept = np.zeros(len(stats), bool)
    kept[fit] = _in_rows(stats[fit])
    if kept.sum() <= _LEAST_SHARE * fit.sum():
        return None
    letters = kept[np.asarray(labels, np.intp)].astype(np.uint8)
    return cv2.dilate(letters, np.ones((3, 3), np.uint8)).astype(np.float32)


def _in_rows(stats: np.ndarray) -> np.ndarray:
    """Tell which patches of the size of letters stand in a row of enough of them, (n,)."""
    height, left = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_LEFT]
    bottom, right = stats[:, cv2.CC_STAT_TOP] + height, left + stats[:, cv2.CC_STAT_WIDTH]
    own = height[:, None]
    rows = np.abs(bottom - bottom[:, None]) <= 0.5 * _SPREAD * own
    rows &= (height >= 0.6 * own) & (height <= 1.6 * own)
    kept = np.zeros(len(stats), bool)
    for number in np.flatnonzero(rows.sum(1) >= _LEAST_ROW):
        members = np.flatnonzero(rows[number])
        members = members[np.argsort(left[members])]
        gaps = left[members[1:]] - right[members[:-1]]
        for part in np.split(members, np.flatnonzero(gaps > _APART * height[number]) + 1):
            if number in part and len(part) >= _LEAST_ROW and _is_line(stats, part):
                kept[part] = True
    return kept


def _is_line(stats: np.ndarray, row: np.ndarray) -> bool:
    """Tell whether patches from left to right stand close, and on one line.

    Args:
        stats: of all patches, see `cv2.connectedComponentsWithStats`.
        row: numbers of those asked about.
    """
    left, top, width, height = (stats[:, n] for n in range(4))
    own = np.median(height[row])
    if np.median(left[row[1:]] - (left + width)[row[:-1]]) > _CLOSE * own:
        return False
    bottom = (top + height)[row]
    rise = np.median(np.diff(bottom) / np.maximum(np.diff(left[row]), 1))
    off = bottom - np.clip(rise, -_STEEP, _STEEP) * left[row]
    return bool(np.median(np.abs(off - np.median(off))) <= 0.5 + _LINE * own)


@dataclass(frozen=True, slots=True)
class Written:
    """A frame, with the letters that were found in it."""

    L: np.ndarray
    letters: np.ndarray | None = None
    """See `find_letters`."""
    looked: bool = False
    """Whether letters were looked for."""


@dataclass(slots=True)
class LetterMasks:
    """Where letters are in each frame of a shot, in order: they stand still, other things move."""

    last: Written | None = None
    """The last frame with letters, while they last."""

    def mask(self, one: Written, later: Iterable[Written]) -> np.ndarray | None:
        """Return 1 on the letters of the next frame, of the size in which they were found.

        Args:
            one: the frame.
            later: those that follow it in its shot.
        """
        if self.last is None and one.letters is None and one.looked:
            return None
        after = next((other for other in later if other.looked), None)
        found = None
        if one.looked:
            if one.letters is not None and any(_same(one, other) for other in (self.last, after)):
                found = one.letters
            self.last = one if one.letters is not None else None
            return found
        for other in (self.last, after):
            if other is not None and other.letters is not None and _same(other, one):
                found = other.letters if found is None else np.maximum(found, other.letters)
        return found

    def state(self) -> dict[str, np.ndarray]:
        """Return what must be remembered before the next frame."""
        if self.last is None or self.last.letters is None:
            return {}
        return {"letters": self.last.letters, "letters_on": self.last.L}

    @classmethod
    def of(cls, state: Mapping[str, np.ndarray]) -> LetterMasks:
        """Take back what `state` gave."""
        if "letters" not in state:
            return cls()
        return cls(Written(state["letters_on"], state["letters"], looked=True))


def _same(one: Written, other: Written | None) -> bool:
    """Tell whether the letters of one frame stand in another too."""
    if other is None or one.letters is None or one.L.shape != other.L.shape:
        return False
    size = one.L.shape[::-1]
    on = cv2.resize(one.letters, size, interpolation=cv2.INTER_AREA) > 0.5
    return bool(on.any() and np.abs(one.L - other.L)[on].mean() < _STILL)


def joined(letters: np.ndarray, outside: np.ndarray | None) -> np.ndarray:
    """Return a mask of letters with what surrounds the picture, both 0 to 1, of any sizes."""
    if outside is None:
        return letters
    return np.maximum(letters, cv2.resize(outside, letters.shape[::-1]))
