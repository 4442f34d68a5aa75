"""Time stamps that always run forward, whatever the container's clock does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappush, heappushpop

from colorizer.notes import note

_BACK = Fraction(1, 2)
"""Seconds: a step back of more is a new clock, of less a single wrong time stamp."""
_AHEAD = Fraction(10)
"""Seconds of a step forward that is a new clock where clocks may change; FFmpeg's own limit."""
_NEAR = Fraction(30)
"""Seconds from the beginning of a new clock within which other streams come to it."""
TRANSPORT = ("mpeg", "mpegts", "mpegtsraw", "vob")
"""Containers whose clock starts anywhere, jumps where streams were joined, and wraps at 33 bits."""
WITHOUT_TIMES = (
    "avi", "h261", "h263", "h264", "hevc", "vvc", "obu", "mpegvideo", "cavsvideo", "vc1",
    "dirac", "evc",
)  # fmt: skip
"""Containers that hold no times of presentation, only the order of decoding."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of a film with a clock of its own."""

    begin: Fraction
    """Seconds on that clock at which it begins."""
    shift: Fraction
    """Seconds to be added to its times."""


class Clock:
    """Passes good time stamps through unchanged; continues evenly where they fail.

    Missing stamps (raw streams, AVI) count on by the step. A small step back becomes one unit
    forward; a large one (films joined end to end) shifts all that follows. So does, in a transport
    stream, a large step forward.
    """

    mended: int
    """Stamps that ran backwards."""
    epochs: list[Epoch]
    """Every new clock, in order."""
    first: int | None
    """The first stamp, None before it."""
    last: int | None
    """The latest stamp, None before the first."""

    def __init__(
        self,
        time_base: Fraction,
        *,
        is_gap: Callable[[Fraction, Fraction], bool] | None = None,
        known: Sequence[Epoch] = (),
    ) -> None:
        """Begin a clock.

        Args:
            time_base: seconds of a unit of the stamps.
            is_gap: in a transport stream, tells whether a large step forward, from one time in
                seconds to another, is a gap in the stream; else it is a new clock.
            known: new clocks that another stream of the film has found.
        """
        self._time_base = time_base
        self._is_gap = is_gap
        self._known = known
        self._shift = 0
        self.mended = 0
        self.epochs = []
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
        if self._is_new(stamp, result - expected):
            result = self._new_clock(stamp, expected)
        elif result <= self.last:
            self.mended += 1
            result = self.last + 1
        self.last = result
        return result

    def lines(self) -> list[str]:
        """Return what was found of the clock, one line each."""
        found = []
        if jumps := len(self.epochs):
            found.append(note("film.clock_jumps", count=jumps))
        if self.mended:
            found.append(note("film.stamps_mended", number=self.mended))
        return found

    def _is_new(self, stamp: int, away: int) -> bool:
        """Tell whether a stamp `away` from the expected one is of a new clock."""
        base = self._time_base
        if away * base < -_BACK:
            return True
        if self._is_gap is None or away * base < _AHEAD:
            return False
        return not self._is_gap((stamp - away) * base, stamp * base)

    def _new_clock(self, stamp: int, expected: int) -> int:
        """Begin a new clock: one known of another stream, or one that continues evenly."""
        raw = stamp * self._time_base
        near = near_epoch(self._known, raw)
        shift = expected - stamp
        if near is not None:
            shift = max(round(near.shift / self._time_base), (self.last or 0) + 1 - stamp)
        self._shift = shift
        self.epochs.append(Epoch(raw, shift * self._time_base))
        return stamp + shift


def near_epoch(epochs: Sequence[Epoch], raw: Fraction) -> Epoch | None:
    """Return the epoch that begins about a time, None where none does.

    Args:
        epochs: of a film.
        raw: seconds on the new clock.
    """
    near = min(epochs, key=lambda one: abs(one.begin - raw), default=None)
    return near if near is not None and abs(near.begin - raw) < _NEAR else None


class DecodeTimes:
    """Gives the packets of one stream that is copied a dts where the container has none.

    The n-th packet is decoded at the n-th time of showing, as many places later as order needs.
    """

    def __init__(self, delay: int) -> None:
        """Begin a stream.

        Args:
            delay: packets by which coding order may run ahead of showing order.
        """
        self._delay = delay
        self._waiting: list[int] = []
        self._early = 0
        self._last: int | None = None

    def of(self, pts: int, dts: int | None, step: int) -> int:
        """Return the dts of the next packet, greater than the one before and not after `pts`.

        Args:
            pts: when it is shown.
            dts: what the container says.
            step: expected distance between packets.
        """
        if len(self._waiting) < self._delay:
            heappush(self._waiting, pts)
            derived = self._waiting[0] - (self._delay - self._early) * step
            self._early += 1
        else:
            derived = heappushpop(self._waiting, pts)
        result = derived if dts is None else dts
        if self._last is not None and result <= self._last:
            result = min(self._last + 1, max(pts, result))
        self._last = result
        return result
