"""How far a film's colours are from the true ones, and what becomes of that after cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from colorizer.measure.series import Mean
from colorizer.measure.view import REACH, View

BEHIND = 4
"""Frames from a cut on whose error is told."""
SETTLED = 4
"""Frames at the end of the reach whose error is what remains."""
TOLERANCE = 1.1
"""Times the remaining error at which a change counts as done."""


@dataclass(slots=True)
class Errors:
    """Squared distances of ab from the truth, a and b together."""

    name: str
    truth: str
    all: Mean = field(default_factory=Mean)
    uncovered: Mean = field(default_factory=Mean)
    """Of pixels that come into view."""
    behind: list[Mean] = field(default_factory=lambda: [Mean() for _ in range(BEHIND)])
    """At cut + 0, 1, 2, 3."""
    gone: Mean = field(default_factory=Mean)
    """Frames after a cut until the error is at most 1.1 times what remains."""
    never: int = 0
    """Cuts where it was not, in reach."""

    def add(self, views: Sequence[View], place: int) -> float:
        """Take the frame at a place of a window; return its root mean squared distance."""
        view = views[place]
        error = self._error(view)
        mean = float(error.mean(dtype=np.float64))
        self.all.add(mean)
        between = view.between
        if between is not None and not view.starts_shot and between.uncovered.any():
            self.uncovered.add(float(error[between.uncovered].mean(dtype=np.float64)))
        if place and view.starts_shot:
            self._add_cut([*views][place:])
        return sqrt(mean)

    def _add_cut(self, views: Sequence[View]) -> None:
        errors: list[float] = []
        for view in views:
            if errors and view.starts_shot:
                break
            errors.append(float(self._error(view).mean(dtype=np.float64)))
        for mean, error in zip(self.behind, errors, strict=False):
            mean.add(error)
        if len(errors) <= REACH:
            return
        roots = np.sqrt(errors)
        remains = TOLERANCE * roots[-SETTLED:].mean()
        there = np.flatnonzero(roots <= remains)
        if there.size:
            self.gone.add(float(there[0]))
        else:
            self.never += 1

    def _error(self, view: View) -> np.ndarray:
        a, b = view.ab[self.name] - view.ab[self.truth]
        return a * a + b * b
