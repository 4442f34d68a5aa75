"""The part of a film that is wanted: found by counting packets, which need not be decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappush, heappushpop
from pathlib import Path

from colorizer.errors import MediaError
from colorizer.media.container import open_container
from colorizer.trim import Place

_REORDER = 32
"""Packets by which coding order may run ahead of showing order; H.264 allows 16 frames."""
_CLOCK = Fraction(1, 2000)
"""Seconds by which times are taken for equal: Matroska rounds to milliseconds."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a film."""

    first: int
    """Index in the whole film of its first frame."""
    first_pts: int | None
    """In the film's time base; None where its packets have no time stamps."""
    frames: int
    seconds: Fraction | None
    """From its first frame to the first one after it; None where that is the film's end."""


def find_span(
    path: Path,
    index: int,
    start: Place | None,
    end: Place | None,
    *,
    rate: Fraction,
    time_base: Fraction,
) -> Span:
    """Find the frames from one place to before another.

    Args:
        path: the film.
        index: of its video stream.
        start: the first frame wanted; None is the film's.
        end: the first one no longer wanted; None is the film's end.
        rate: frames per second, for films without time stamps and for time codes.
        time_base: of the stream.

    Raises:
        MediaError: the film has no frames there.
    """
    begin: tuple[int, int | None] | None = None
    zero: int | None = None
    count, seconds = 0, Fraction(0)
    stop: int | None = None
    for pts in _times(path, index):
        zero = pts if zero is None else zero
        seconds = count / rate if pts is None or zero is None else (pts - zero) * time_base
        if begin is None and _reached(start, count, seconds, rate):
            begin = (count, pts)
        if end is not None and _reached(end, count, seconds, rate):
            stop = count
            break
        count += 1
    shown = f"the film has {count} frames in {float(seconds):.2f} s"
    if begin is None:
        if stop is None:
            raise MediaError(path, f"--start is behind its end; {shown}")
        raise MediaError(path, "--end must be behind --start")
    first, first_pts = begin
    last = count if stop is None else stop
    if last <= first:
        raise MediaError(path, "--end must be behind --start")
    began = first / rate if first_pts is None or zero is None else (first_pts - zero) * time_base
    return Span(first, first_pts, last - first, None if stop is None else seconds - began)


def _reached(place: Place | None, count: int, seconds: Fraction, rate: Fraction) -> bool:
    if place is None:
        return True
    time = place.time(rate)
    return count >= (place.frame or 0) if time is None else seconds + _CLOCK >= time


def _times(path: Path, index: int) -> Iterator[int | None]:
    """Yield the time stamps of a film's packets in order of showing, None where there are none."""
    waiting: list[int] = []
    with open_container(path) as container:
        for packet in container.demux(container.streams[index]):
            if not packet.size or packet.is_discard:
                continue
            if packet.pts is None:
                yield None
            elif len(waiting) < _REORDER:
                heappush(waiting, packet.pts)
            else:
                yield heappushpop(waiting, packet.pts)
    yield from sorted(waiting)
