"""The part of a film that is wanted: found by counting packets, which need not be decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from heapq import heappush, heappushpop
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import MediaError
from colorizer.media.film.clock import TRANSPORT, WITHOUT_TIMES, Clock
from colorizer.media.film.container import open_container
from colorizer.notes import note
from colorizer.places.trim import Place

if TYPE_CHECKING:
    from av import VideoStream

_REORDER = 32
"""Packets by which coding order may run ahead of showing order; H.264 allows 16 frames."""
_REORDER_SECONDS = 10
"""Seconds between two packets in order of decoding that only a new clock makes."""
_BACK = Fraction(1, 2)
"""Seconds of a step back of times of decoding that is a new clock; see `Clock`."""
_CLOCK = Fraction(1, 2000)
"""Seconds by which times are taken for equal: Matroska rounds to milliseconds."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a film."""

    first: int
    """Index in the whole film of its first frame."""
    first_pts: int | None
    """In the film's time base; None where its packets have no time stamps."""
    sought: bool
    """Whether only one frame of the film has that time, so that seeking finds it."""
    end_pts: int | None
    """Of the first frame after it, if only one frame has that time; None if unknown."""
    frames: int
    seconds: Fraction | None
    """From its first frame to the first one after it; None where that is the film's end."""

    def begins(self, film: int, step: int) -> int:
        """Return the pts of its first frame; where packets have none, by counting.

        Args:
            film: pts of the film's first frame.
            step: between two frames.
        """
        return film + self.first * step if self.first_pts is None else self.first_pts


def find_span(
    path: Path,
    index: int,
    start: Place | None,
    end: Place | None,
    *,
    rate: Fraction,
    time_base: Fraction,
    is_gap: Callable[[Fraction, Fraction], bool] | None = None,
) -> Span:
    """Find the frames from one place to before another.

    Args:
        path: the film.
        index: of its video stream.
        start: the first frame wanted; None is the film's.
        end: the first one no longer wanted; None is the film's end.
        rate: frames per second, for films without time stamps and for time codes.
        time_base: of the stream.
        is_gap: see `Clock`.

    Raises:
        MediaError: the film has no frames there.
    """
    begin: tuple[int, int | None] | None = None
    zero: int | None = None
    count, seconds = 0, Fraction(0)
    stop: int | None = None
    end_pts: int | None = None
    clock = Clock(time_base, is_gap=is_gap)
    step = round(1 / (rate * time_base))
    for stamp in _times(path, index, time_base):
        pts = None if stamp is None else clock.advance(stamp, step)
        zero = pts if zero is None else zero
        seconds = count / rate if pts is None or zero is None else (pts - zero) * time_base
        if begin is None and _reached(start, count, seconds, rate):
            begin = (count, pts)
        if end is not None and _reached(end, count, seconds, rate):
            stop, end_pts = count, pts
            break
        count += 1
    shown = note("film.length", count=count, seconds=float(seconds))
    if begin is None:
        if stop is None:
            raise MediaError(path, note("trim.start_after_end", why=shown))
        raise MediaError(path, note("trim.end_before_start"))
    first, first_pts = begin
    last = count if stop is None else stop
    if last <= first:
        raise MediaError(path, note("trim.end_before_start"))
    began = first / rate if first_pts is None or zero is None else (first_pts - zero) * time_base
    length = None if stop is None else seconds - began
    once = not clock.epochs
    return Span(first, first_pts, once, end_pts if once else None, last - first, length)


def _reached(place: Place | None, count: int, seconds: Fraction, rate: Fraction) -> bool:
    if place is None:
        return True
    time = place.time(rate)
    return count >= (place.frame or 0) if time is None else seconds + _CLOCK >= time


def steady_times(path: Path, index: int, time_base: Fraction, step: int) -> tuple[int, ...]:
    """Return the pts of all frames of a film; none where its clock jumps or lacks times.

    Args:
        path: the film.
        index: of its video stream.
        time_base: of the stream.
        step: expected distance between two frames.
    """
    clock = Clock(time_base)
    times: list[int] = []
    for stamp in _times(path, index, time_base):
        if stamp is None or clock.advance(stamp, step) != stamp:
            return ()
        times.append(stamp)
    return tuple(times)


def gap_test(path: Path, stream: VideoStream) -> Callable[[Fraction, Fraction], bool] | None:
    """Return what tells gaps of a stream from new clocks; None where clocks never change."""
    if stream.container.format.name not in TRANSPORT:
        return None
    return partial(_has_packets_between, path, stream.index)


def _has_packets_between(path: Path, index: int, begin: Fraction, end: Fraction) -> bool:
    """Tell whether the other streams of a film have packets in a gap of one: its clock runs on.

    Args:
        path: the film.
        index: of the stream with the gap.
        begin: seconds at which the gap begins.
        end: and ends.
    """
    with open_container(path) as container:
        others = [stream for stream in container.streams if stream.index != index]
        near = False
        for packet in container.demux(others) if others else ():
            stamp = packet.dts if packet.pts is None else packet.pts
            if stamp is None or not packet.size:
                continue
            time = stamp * Fraction(packet.time_base)
            near |= abs(time - begin) < 1
            if near and time >= begin + 1:
                return time < end - 1
    return False


def _times(path: Path, index: int, time_base: Fraction) -> Iterator[int | None]:
    """Yield the time stamps of a film's packets in order of showing, None where there are none."""
    waiting: list[int] = []
    last: int | None = None
    with open_container(path) as container:
        ordered = container.format.name in WITHOUT_TIMES
        for packet in container.demux(container.streams[index]):
            if not packet.size or packet.is_discard:
                continue
            stamp = packet.dts if ordered else packet.pts
            if stamp is None:
                yield None
                continue
            order = stamp if packet.dts is None else packet.dts  # only a new clock brings it back
            back = _REORDER_SECONDS if packet.dts is None else _BACK
            if last is not None and not -back <= (order - last) * time_base <= _REORDER_SECONDS:
                yield from sorted(waiting)  # the clock jumps: none of these is shown later
                waiting = []
            last = order
            if len(waiting) < _REORDER:
                heappush(waiting, stamp)
            else:
                yield heappushpop(waiting, stamp)
    yield from sorted(waiting)
