"""Colours where they should not be: of another shot at a cut, of what a thing covered before.

The colours of a frame y are taken for a mixture of its own x and of old ones W, and the old ones'
share found by least squares: y = (1 - share) x + share W. Own colours are those of the same things
in frames further off in their shot, traced along the motion: of the same film coloured frame by
frame, if it is given, from the frame itself on, else of the film judged. They have errors,
which smoothing is meant to remove: y - x then goes with old - x though nothing old is in y. So x is
a mean over some frames, and the fit's instrument is old colours less a mean over yet others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from colorizer.measure.flow import differs
from colorizer.measure.series import Mean
from colorizer.measure.view import REACH, View, brought, traced
from colorizer.stages.motion import path_of, warp

NEAR, FAR = REACH // 2, REACH
"""Frames over which own colours are sought, on uncovered ground and next to cuts."""
GONE = 0.1
"""Share of old colours at which a change counts as done."""
LEAST_CONTRAST, LEAST_PIXELS = 100.0, 400
"""Squared CIELAB distance of old from own colours, and pixels of the grid, below which no mixture
can be told."""


Own = tuple[np.ndarray, np.ndarray, np.ndarray]
"""A frame's own colours, the instrument, both (2, h, w), and where they are known, (h, w) bool."""


@dataclass(slots=True)
class Fit:
    """The two sums whose ratio is the share of old colours."""

    mixed: float = 0.0
    whole: float = 0.0
    pixels: int = 0

    def add(
        self, y: np.ndarray, x: np.ndarray, old: np.ndarray, other: np.ndarray, where: np.ndarray
    ) -> None:
        """Take a frame.

        Args:
            y: colours judged, (2, h, w) CIELAB.
            x: own colours.
            old: those that must not remain.
            other: own colours from elsewhere, the instrument; `x` itself is plain least squares.
            where: pixels that count, (h, w) bool.
        """
        y, x, old, other = (planes[:, where].astype(np.float64) for planes in (y, x, old, other))
        self.mixed += float(((y - x) * (old - other)).sum())
        self.whole += float(((old - x) * (old - other)).sum())
        self.pixels += int(np.count_nonzero(where))

    @property
    def share(self) -> float | None:
        """Share of old colours, 0 none; None where too few pixels tell, or too little."""
        if self.pixels < LEAST_PIXELS or self.whole <= LEAST_CONTRAST * self.pixels:
            return None
        return self.mixed / self.whole


class _Average:
    """A mean of planes, each over pixels of its own."""

    def __init__(self) -> None:
        self.count: Any = 0
        self._sum: Any = 0

    def add(self, planes: np.ndarray, where: np.ndarray) -> None:
        self._sum = self._sum + planes * where
        self.count = self.count + where.astype(np.float32)

    @property
    def value(self) -> np.ndarray:
        return self._sum / np.maximum(self.count, 1)


@dataclass(slots=True)
class Ghosts:
    """The measures of one film."""

    name: str
    plain: str | None
    """Name of the film coloured frame by frame, if it is given."""
    after: Mean = field(default_factory=Mean)
    """Share of the old shot's colours in the first frame after a cut."""
    before: Mean = field(default_factory=Mean)
    """Share of the new shot's colours in the last frame before it."""
    worst: float | None = None
    """The largest of both."""
    gone: Mean = field(default_factory=Mean)
    """Frames after a cut until at most a tenth is left."""
    never: int = 0
    """Cuts after which more was left as long as it was looked at."""
    uncovered: tuple[Fit, Fit] = field(default_factory=lambda: (Fit(), Fit()))
    """Of ground that comes into view, for old colours that stayed where they were and that came
    along the flow; empty without a film coloured frame by frame."""

    @property
    def uncovered_share(self) -> float | None:
        """Share of old colours on ground that comes into view, the larger of both."""
        return _largest(fit.share for fit in self.uncovered)

    def add_uncovered(self, views: Sequence[View], place: int) -> None:
        """Take the frame at a place of a window for what comes into view in it.

        Only where own colours are known from a film coloured frame by frame: traced back, there
        are few places left, and those are the wrong ones.
        """
        view = views[place]
        if self.plain is None or not place or view.starts_shot or view.between is None:
            return
        if not view.between.uncovered.any():
            return
        own = self._own(_same_shot(views[place:]), NEAR)
        if own is None:
            return
        x, other, seen = own
        before = views[place - 1]
        path = path_of(view.between.back, view.luma.shape)
        moved = brought([before, view], before.ab[self.name]), warp(before.luma, path)
        stayed = before.ab[self.name], before.luma
        for fit, (old, luma) in zip(self.uncovered, (stayed, moved), strict=True):
            # Where flow alone fails, as on plain walls, old colours may rightly be the same.
            where = seen & view.between.uncovered & differs(view.luma, luma)
            fit.add(view.ab[self.name], x, old, other, where)

    def add_cut(self, views: Sequence[View], place: int) -> float | None:
        """Take the cut before a place of a window; return the larger share of old colours at it.

        None where there is no cut, or nothing to tell old colours by.
        """
        if not place or not views[place].starts_shot:
            return None
        ahead, behind = _same_shot(views[place:]), _shot_before(views[:place])
        shares = (self._share(ahead, behind[0]), self._share(behind, ahead[0]))
        self.after.add(shares[0])
        self.before.add(shares[1])
        if shares[0] is not None:
            self._time(ahead, behind[0])
        self.worst = _largest([*shares, self.worst])
        return _largest(shares)

    def _own(self, views: Sequence[View], reach: int = FAR) -> Own | None:
        """Return a frame's own colours, the instrument, and where both are known.

        Args:
            views: the frame and its neighbours away from what is old, in its shot.
            reach: frames to the instrument, at most.
        """
        last = min(len(views) - 1, reach)
        if last < (1 if self.plain is not None else NEAR):
            return None
        # A result's own first frames may be what is to be found out.
        begin = 0 if self.plain is not None else last // 4
        x, other = _Average(), _Average()
        for number, (ab, seen) in enumerate(traced(views[: last + 1], self.plain or self.name)):
            if number > last // 2:
                other.add(ab, seen)
            elif number >= begin:
                x.add(ab, seen)
        return x.value, other.value, (x.count > 0) & (other.count > 0)

    def _share(self, views: Sequence[View], across: View) -> float | None:
        """Return the share of a neighbouring shot's colours in a frame next to a cut.

        They may have come along the flow, meaningless there, or stayed where they were.

        Args:
            views: the frame, and on from the cut.
            across: the frame on its other side.
        """
        own, stayed = self._own(views), across.ab[self.name]
        if own is None:
            return None
        return self._mixture(views[0], own, (stayed, brought([across, views[0]], stayed)))

    def _mixture(self, view: View, own: Own, olds: Iterable[np.ndarray]) -> float | None:
        """Return the share in a frame of whichever old colours have the larger one."""
        x, other, seen = own
        found = []
        for old in olds:
            fit = Fit()
            fit.add(view.ab[self.name], x, old, other, seen)
            found.append(fit.share)
        return _largest(found)

    def _time(self, views: Sequence[View], across: View) -> None:
        """Note how many frames old colours stay after a cut.

        Args:
            views: the shot from its first frame on.
            across: the frame before.
        """
        stayed = moved = across.ab[self.name]
        for number, view in enumerate(views):
            moved = brought([views[number - 1] if number else across, view], moved)
            own = self._own(views[number:])
            if own is None:
                break
            if (self._mixture(view, own, (stayed, moved)) or 0.0) <= GONE:
                self.gone.add(number)
                return
        self.never += 1


def _largest(shares: Iterable[float | None]) -> float | None:
    return max((share for share in shares if share is not None), default=None)


def _same_shot(views: Sequence[View]) -> list[View]:
    """Return the first of some frames and those that follow it in its shot."""
    kept = [views[0]]
    for view in views[1:]:
        if view.starts_shot:
            break
        kept.append(view)
    return kept


def _shot_before(views: Sequence[View]) -> list[View]:
    """Return the last of some frames and those before it in its shot, backwards."""
    kept: list[View] = []
    for view in reversed(views):
        kept.append(view)
        if view.starts_shot:
            break
    return kept
