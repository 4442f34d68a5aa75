"""Marks in colour of a film without: channel logos, coloured subtitles, a colour chart held in.

They are flat and stand alone: all that is strongly coloured in a frame belongs to them, and the
frames around it show the same. Rainbows on fine stripes are not flat and change from frame to
frame, fringes of registration are thin, noise is all over: where any is, no mark is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import cv2
import numpy as np

from colorizer.colour.tint import beyond_tint, off_tint
from colorizer.frame import Frame
from colorizer.stages.region.letters import find_letters, joined, seen_large
from colorizer.stages.region.surround import filled

MARKS = "marks"
"""What a frame with any was taken for, see `stages.found`."""
_SIDE = 288
"""Short side of the picture in which marks are looked for, at most."""
SURE, EDGE = 28.0, 12.0
"""Distance in ab from the tint of the picture that a mark has somewhere, and everywhere."""
_FLAT, _EVEN = 3.0, 9.0
"""Standard deviation of ab in a flat area, over 3 x 3 pixels and over the whole of it."""
_LEAST = 12
"""Pixels of a flat area, at least, without those at its edge."""
_NEAR = 7
"""Pixels across which flat areas of a mark reach: its soft edges, letters in it."""
_MOSTLY = 0.75
"""Least share of what is strongly coloured in a mark that is flat, or at the edge of that."""
_ONE_HUE = 0.9
"""Least length of the mean ab of letters, by the mean of its lengths."""
_AS_LIGHT = 1.8
"""L of a distance in ab from the tint, where letters are looked for by colour."""
_ELSEWHERE = 0.1
"""Most that is strongly coloured off the marks, in areas of theirs."""
_MOST = 0.2
"""Most of a frame that is marks."""
_REST = 1.0
"""`beyond_tint` of all that is no mark, at most; pictures in pale colours have more."""
_REACH, _SEEN = 9, 3
"""Frames to either side in which a mark is looked for again, and in how many of those looked at it
must be seen without another colour in between: that of rainbows on stripes turns."""
_LIKE = 14.0
"""Distance in ab within which colours of two frames are the same."""
_SHOWN = 0.3
"""Least share of a mark that another frame shows, too."""
_MOVES = 15
"""Pixels to either side in which what moves is looked for in another frame."""


@dataclass(frozen=True, slots=True)
class Painted:
    """The colours of a frame, and what in it may be marks."""

    index: int
    ab: np.ndarray
    """CIELAB a and b, (2, h, w) float16."""
    marks: np.ndarray
    """(h, w) bool."""
    coloured: np.ndarray
    """What is off the tint of the picture, (h, w) bool; of frames before, only that of marks."""

    @property
    def found(self) -> bool:
        """Whether it may show any."""
        return bool(self.marks.any())


def look_for_marks(frame: Frame, L: np.ndarray, ab: np.ndarray) -> Painted | None:
    """Look for marks in a frame by itself; None where it surely shows none.

    Args:
        frame: of a film, with colours.
        L: the same small, (h, w).
        ab: its colours, (2, h, w).
    """
    rest = _off(L, ab)[2] < EDGE
    if rest.all() or rest.mean() < 1 - 2 * _MOST or _has_colour(L, ab, rest):
        return None
    painted = _painted(frame)
    if _has_colour(L, ab, off_marks(painted.marks, L.shape)):
        painted.marks[:] = False
    return painted


def _has_colour(L: np.ndarray, ab: np.ndarray, rest: np.ndarray) -> bool:
    return not rest.any() or beyond_tint(L[rest], ab[0][rest], ab[1][rest]) > _REST


def off_marks(marks: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Return where no mark is, bool of a smaller size (height, width) than `marks` (h, w)."""
    share = cv2.resize(marks.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    return cv2.dilate(share, np.ones((3, 3), np.uint8)) == 0


@dataclass(slots=True)
class FilmMarks:
    """The marks of a film's frames, in order: they stand or move slowly, and last."""

    before: list[Painted] = field(default_factory=list)
    """Frames that were looked at, of the last ones of the shot; with marks."""

    def of_next(
        self, frame: Frame, own: Painted | None, later: Iterable[Painted | None]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return how far each pixel of the next frame is a mark, and its ab; None without any.

        Args:
            frame: it.
            own: what it shows, where it was looked at.
            later: what those show that follow it in its shot.

        Returns:
            (h, w) from 0 to 1, and (2, h, w); float32.
        """
        index = frame.index
        self.before = [one for one in self.before if index - one.index <= _REACH]
        if own is not None and own.found:
            self.before.append(own)
        after = (one for one in later if one is not None and 0 < one.index - index <= _REACH)
        near = [*self.before, *(one for one in after if one.found)]
        if len(near) < _SEEN or frame.colours is None:
            return None
        shown = own or _painted(frame)
        marks = _lasting(shown, near)
        if not marks.any():
            return None
        if own is not None:  # a mark that is known stays one, whatever else has colour now
            self.before = [one for one in self.before if one is not own]
            self.before.append(replace(own, marks=marks))
        # One at the pixels next to it, too, between which and its own those of a finer grid lie.
        soft = np.minimum(cv2.blur(_wider(marks, 1).astype(np.float32), (3, 3)) * 9 / 4, 1)
        return soft, shown.ab.astype(np.float32)

    def state(self) -> dict[str, np.ndarray]:
        """Return what must be remembered before the next frame."""
        kept = {"marks_at": np.array([one.index for one in self.before])}
        for number, one in enumerate(self.before):
            kept |= {f"marks{number}": one.marks, f"marks_ab{number}": one.ab}
        return kept if self.before else {}

    @classmethod
    def of(cls, state: Mapping[str, np.ndarray]) -> FilmMarks:
        """Take back what `state` gave."""
        found = enumerate(state.get("marks_at", np.empty(0)).tolist())
        kept = ((at, state[f"marks_ab{n}"], state[f"marks{n}"]) for n, at in found)
        return cls([Painted(at, ab, marks, marks) for at, ab, marks in kept])


def with_marks(frame: Frame, marks: np.ndarray, ab: np.ndarray) -> Frame:
    """Return a frame whose marks keep their colours and are not shown to the network.

    Args:
        frame: with what the network sees of it.
        marks: 0 to 1, (h, w).
        ab: its colours in the source, (2, h, w).
    """
    return replace(
        frame,
        marks=marks,
        paper=joined(marks, frame.paper),
        tint=ab * marks,
        shown=partial(_unmarked, frame, marks),
        taken=frame.taken | {MARKS},
    )


def _unmarked(frame: Frame, marks: np.ndarray) -> np.ndarray:
    """Return what the network sees of a frame, the picture continued into its marks."""
    L, shape = frame.seen, frame.L.shape
    top, bottom, left, right = frame.window or (0, shape[0], 0, shape[1])
    part = cv2.resize(marks, shape[::-1], interpolation=cv2.INTER_AREA)[top:bottom, left:right]
    return filled(L, (cv2.resize(part, L.shape[::-1]) > 0.02).astype(np.float32))


def _painted(frame: Frame) -> Painted:
    """Return the colours of a frame with what looks like marks in it alone."""
    assert frame.colours is not None
    chroma = frame.colours.chroma  # whose samples tell flat areas, not what lies between them
    least = 1.0 if chroma is None else chroma[0].shape[1] / frame.Y.shape[1]
    scale = min(least, _SIDE / min(frame.Y.shape))
    size = (max(1, round(frame.Y.shape[0] * scale)), max(1, round(frame.Y.shape[1] * scale)))
    ab = frame.colours.ab(size)
    return Painted(frame.index, ab.astype(np.float16), *_marks_of(frame, ab))


def _lasting(own: Painted, near: Sequence[Painted]) -> np.ndarray:
    """Return the marks of a frame that those around it show, too, (h, w) bool."""
    marks, ab = own.marks.copy(), own.ab.astype(np.float32)
    for one in near:  # what was missed in this frame, but stands there
        marks |= one.marks & own.coloured & (np.hypot(*(ab - one.ab)) < _LIKE)
    found: Any = cv2.connectedComponentsWithStats(_wider(marks, 2).astype(np.uint8))
    count, places, stats, _ = found
    for number in range(1, count):
        left, top, width, height = stats[number, :4]
        part = np.s_[top : top + height, left : left + width]
        inside = marks[part] & (places[part] == number)
        around = np.s_[
            max(top - _MOVES, 0) : top + height + _MOVES,
            max(left - _MOVES, 0) : left + width + _MOVES,
        ]
        mean = ab[:, *part][:, inside].mean(1)
        area = _SHOWN * np.count_nonzero(inside)
        seen = most = 0
        for one in near:
            there = one.marks[around]
            if np.count_nonzero(there) >= max(area, 1):
                other = one.ab[:, *around][:, there].astype(np.float32).mean(1)
                seen = seen + 1 if np.hypot(*(mean - other)) < _LIKE else 0
                most = max(most, seen)
        if most < _SEEN:
            marks[part][inside] = False
    return marks


def _off(L: np.ndarray, ab: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a and b off the tint of a picture, and the length of both, (h, w) each."""
    a, b = (p.reshape(L.shape) for p in off_tint(L.ravel(), *ab.reshape(2, -1), across=2))
    return a, b, np.hypot(a, b)


def _marks_of(frame: Frame, ab: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where a frame may show marks, and where it has colours, (h, w) bool each."""
    L = cv2.resize(frame.L, ab.shape[:0:-1], interpolation=cv2.INTER_LINEAR)
    a, b, away = _off(L, ab)
    none, strong = np.zeros(L.shape, bool), away > SURE
    if not strong.any() or strong.mean() > _MOST:
        return none, away > EDGE
    marks = _around(_flat(a, b, away), away)
    if np.count_nonzero(strong & ~marks) > _ELSEWHERE * np.count_nonzero(marks):
        for shown in (seen_large(frame), np.minimum(away * _AS_LIGHT, 100)):
            letters = find_letters(shown)  # by light, and those as light as their ground by colour
            if letters is not None:
                marks |= _lettered(a, b, away, letters)
    alone = np.count_nonzero(strong & ~marks) <= _ELSEWHERE * np.count_nonzero(strong & marks)
    return marks if alone and marks.mean() < _MOST else none, away > EDGE


def _flat(a: np.ndarray, b: np.ndarray, away: np.ndarray) -> np.ndarray:
    """Return the flat areas of strong colour, and paler ones near to them, without edges, bool."""
    square = np.ones((3, 3), np.uint8)
    spread = sum(np.maximum(cv2.blur(p * p, (3, 3)) - cv2.blur(p, (3, 3)) ** 2, 0) for p in (a, b))
    least = np.where(spread < _FLAT**2, cv2.erode(away, square), 0)
    found: Any = cv2.connectedComponents((least > EDGE).astype(np.uint8), connectivity=4)
    count, places = found
    area = np.bincount(places.ravel(), minlength=count)
    even = area >= _LEAST
    for plane in (a, b):
        mean = np.bincount(places.ravel(), plane.ravel(), count) / area
        square_mean = np.bincount(places.ravel(), plane.ravel() ** 2, count) / area
        even &= square_mean - mean**2 < _EVEN**2 / 2
    even[0] = False
    flat = even[places]
    # A colour chart has pale patches, too.
    found = cv2.connectedComponents(_wider(flat, _NEAR).astype(np.uint8))
    sure = np.bincount(found[1][flat & (least > SURE)], minlength=found[0])
    return flat & (sure >= _LEAST)[found[1]]


def _wider(mask: np.ndarray, by: int) -> np.ndarray:
    """Return what is within so many pixels of a mask, (h, w) bool."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def _around(flat: np.ndarray, away: np.ndarray) -> np.ndarray:
    """Return flat areas with what is coloured next to them, (h, w) bool."""
    near = (away > EDGE) & _wider(flat, _NEAR)
    found: Any = cv2.connectedComponents(near.astype(np.uint8))
    count, places = found
    strong = away > SURE
    inside = np.bincount(places[strong & _wider(flat, 2)], minlength=count)
    whole = np.bincount(places[strong], minlength=count)
    kept = (np.bincount(places[flat], minlength=count) > 0) & (inside >= _MOSTLY * whole)
    kept[0] = False
    return kept[places]


def _lettered(a: np.ndarray, b: np.ndarray, away: np.ndarray, letters: np.ndarray) -> np.ndarray:
    """Return the letters of one colour, (h, w) bool.

    Args:
        a: off the tint, (h, w).
        b: the same.
        away: length of both.
        letters: from `find_letters`, of any size.
    """
    inside = _wider(cv2.resize(letters, a.shape[::-1]) > 0.2, _NEAR)  # with commas and dots
    inside &= away > EDGE
    length = float(away[inside].sum())
    if not inside.any() or np.hypot(a[inside].sum(), b[inside].sum()) < _ONE_HUE * length:
        return np.zeros(a.shape, bool)
    return inside if np.percentile(away[inside], 75) > SURE else np.zeros(a.shape, bool)
