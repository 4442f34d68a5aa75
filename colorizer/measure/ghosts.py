"""Colours where they should not be: of another shot at a cut, of what a thing covered before.

The colours of a frame y are taken for a mixture of its own x and of old ones W, and the old ones'
share found by least squares: y = (1 - share) x + share W. With the same film coloured frame by
frame x is known. Without it x is what the same things look like some frames further off in their
shot, traced along the motion, once for the fit and once, from twice as far, for the fit's
instrument: what is uncertain in the one is not in the other, and does not look like a ghost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from colorizer.measure.series import Mean
from colorizer.measure.view import REACH, View, brought, traced

NEAR, FAR = REACH // 2, REACH
"""Frames to the first and second estimate of a thing's own colours."""
GONE = 0.1
"""Share of old colours at which a change counts as done."""
LEAST_CONTRAST = 4.0
"""Squared CIELAB distance of old from own colours below which no mixture can be told."""
SURE = 5.0
"""CIELAB distance of both estimates up to which own colours count as known."""


@dataclass(slots=True)
class Fit:
    """The two sums whose ratio is the share of old colours."""

    mixed: float = 0.0
    whole: float = 0.0
    contrast: float = 0.0
    pixels: int = 0

    def add(
        self, y: np.ndarray, x: np.ndarray, old: np.ndarray, other: np.ndarray, where: np.ndarray
    ) -> None:
        """Take a frame.

        Args:
            y: colours judged, (2, h, w) CIELAB.
            x: own colours.
            old: those that must not be there.
            other: own colours from elsewhere, the instrument; `x` itself is plain least squares.
            where: pixels that count, (h, w) bool.
        """
        y, x, old, other = (planes[:, where].astype(np.float64) for planes in (y, x, old, other))
        self.mixed += float(((y - x) * (old - other)).sum())
        self.whole += float(((old - x) * (old - other)).sum())
        self.contrast += float(((old - x) ** 2).sum())
        self.pixels += int(np.count_nonzero(where))

    @property
    def share(self) -> float | None:
        """Share of old colours, 0 none; None where old and own ones are too much alike."""
        if self.contrast <= LEAST_CONTRAST * max(self.pixels, 1) or self.whole <= 0:
            return None
        return self.mixed / self.whole


@dataclass(slots=True)
class Ghosts:
    """The measures of one film."""

    name: str
    plain: str | None
    """Name of the film coloured frame by frame, if there is one."""
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
    uncovered: Fit = field(default_factory=Fit)
    """Of ground that comes into view; empty without a film coloured frame by frame."""

    def add_uncovered(self, before: View, view: View) -> None:
        """Take a frame and the one before it for what comes into view.

        Only where own colours are known from a film coloured frame by frame: traced back, there
        are few places left, and those are the wrong ones.
        """
        if self.plain is None or view.starts_shot or view.between is None:
            return
        where = view.between.uncovered
        if where.any():
            x, old = view.ab[self.plain], brought([before, view], before.ab[self.name])
            self.uncovered.add(view.ab[self.name], x, old, x, where)

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
        known = [share for share in shares if share is not None]
        if not known:
            return None
        self.worst = max([*known, *([] if self.worst is None else [self.worst])])
        if shares[0] is not None:
            self._time(ahead, behind[0])
        return max(known)

    def _own(self, views: Sequence[View]) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Return a frame's own colours, the instrument, and where both are seen.

        Args:
            views: the frame and its neighbours away from what is old, in its shot.
        """
        if self.plain is not None:
            x = views[0].ab[self.plain]
            return x, x, np.ones(x.shape[1:], bool)
        if len(views) <= FAR:
            return None
        near, near_seen = traced(views[: NEAR + 1], self.name)
        far, far_seen = traced(views[: FAR + 1], self.name)
        sure = ((near - far) ** 2).sum(0) <= SURE**2
        return near, far, near_seen & far_seen & sure

    def _share(self, views: Sequence[View], across: View) -> float | None:
        """Return the share of a neighbouring shot's colours in a frame beside a cut.

        They may have come along the flow, meaningless there, or stayed where they were.

        Args:
            views: the frame, and on from the cut.
            across: the frame on its other side.
        """
        own = self._own(views)
        if own is None:
            return None
        x, other, seen = own
        found = []
        stayed = across.ab[self.name]
        for old in (stayed, brought([across, views[0]], stayed)):
            fit = Fit()
            fit.add(views[0].ab[self.name], x, old, other, seen)
            found.append(fit.share)
        return max((share for share in found if share is not None), default=None)

    def _time(self, views: Sequence[View], across: View) -> None:
        """Note how many frames old colours stay after a cut.

        Args:
            views: the shot from its first frame on.
            across: the frame before.
        """
        stayed = moved = across.ab[self.name]
        # Traced colours of a frame near the window's end would be its own.
        most = REACH if self.plain is not None else NEAR
        for number, view in enumerate(views[: most + 1]):
            moved = brought([views[number - 1] if number else across, view], moved)
            if self.plain is not None:
                x, seen = view.ab[self.plain], np.ones(moved.shape[1:], bool)
            else:
                x, seen = traced(views[number:], self.name)
            left = 0.0
            for old in (stayed, moved):
                fit = Fit()
                fit.add(view.ab[self.name], x, old, x, seen)
                left = max(left, fit.share or 0.0)
            if left <= GONE:
                self.gone.add(number)
                return
        self.never += 1


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
