"""Clock: time stamps that always run forward."""

from __future__ import annotations

from fractions import Fraction

_JUMP = Fraction(1, 2)
"""Seconds: a step back of more is a new clock, of less a single wrong time stamp."""


class Clock:
    """Passes good time stamps through unchanged; goes on evenly where they fail.

    Missing stamps (raw streams, AVI) count on by the step. A small step back becomes one unit
    forward; a large one (films joined end to end) shifts all that follows.
    """

    mended: int
    """Stamps that ran backwards."""
    first: int | None
    """The first stamp, None before it."""
    last: int | None
    """The latest stamp, None before the first."""

    def __init__(self, time_base: Fraction) -> None:
        self._time_base = time_base
        self._shift = 0
        self.mended = 0
        self.first = self.last = None

    def advance(self, stamp: int | None, step: int) -> int:
        """Return the stamp to use, greater than the one before.

        Args:
            stamp: as read, in units of the time base.
            step: expected distance to the one before.
        """
        if self.last is None:
            self.first = self.last = stamp or 0
            return self.last
        expected = self.last + max(1, step)
        if stamp is None:
            self.last = expected
            return expected
        result = stamp + self._shift
        if result <= self.last:
            self.mended += 1
            if (self.last - result) * self._time_base > _JUMP:
                self._shift += expected - result
                result = expected
            else:
                result = self.last + 1
        self.last = result
        return result
