"""Find before the work where a film changes in what one output can't follow.

Key frames are looked at first, two a second at most: size, aspect and tags change only there. A
film in which they differ is decoded whole, for the exact frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.media.film.clock import Clock
from colorizer.media.film.container import open_container
from colorizer.media.film.decode import FilmDecoder
from colorizer.media.film.looks import PROGRESSIVE, Look, LookReader
from colorizer.media.film.open import DECODE_THREADS, film_stream, frame_rate

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer

PLACES = 64
"""Places at which a film with an index is looked at."""
_INDEXED = ("mov", "matroska", "mxf")
"""Containers that describe the picture once for the whole film; frames rarely say otherwise."""
_FIXED = ("v210", "rawvideo", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "cfhd")
"""Codecs whose frames do not say what they are: their container does."""
_APART = Fraction(1, 2)
"""Seconds between two key frames that are looked at, at least."""
_LEAST_SCAN = Fraction(2)
"""Seconds for which a film must be progressive or interlaced for that to be a change; telecine
mixes both every few frames. Of a short film an eighth is enough."""


@dataclass(frozen=True, slots=True)
class Change:
    """A place at which a film changes."""

    frame: int
    """Index of the first frame that is different."""
    seconds: float
    """Its time from the film's first frame."""
    what: str
    """What changes, in words."""
    scan: tuple[str, str] | None = None
    """The scan before and after, as in `Look.fields`, where nothing else changes."""


def find_changes(path: Path, *, interlaced: str = "auto", thorough: bool = False) -> list[Change]:
    """Return where a film changes, in order; mostly nowhere.

    Args:
        path: the film; never written to.
        interlaced: see `Reading`; only auto believes what frames say of their fields.
        thorough: look at every frame, also where key frames are alike.

    Raises:
        MediaError: it can't be read.
    """
    sampled = _key_looks(path, interlaced)
    differ = any(one.change_to(other) for one, other in pairwise(_carried(sampled)))
    if not differ and not (thorough and sampled):
        return []
    base, times, looks = _all_looks(path, interlaced)
    looks = _settled(looks, times, round(_LEAST_SCAN / base))
    changes: list[Change] = []
    like: Look | None = None
    for index, look in enumerate(looks):
        if like is not None and (what := like.change_to(look)):
            seconds = float((times[index] - times[0]) * base)
            changes.append(Change(index, seconds, what, _scan_alone(like, look)))
            like = look
        like = look if like is None else like.completed(look)
    return changes


def followed_scan(changes: Sequence[Change]) -> str | None:
    """Return the first field, top or bottom, of a film in which nothing but the scan changes.

    None where something else does, or both field orders occur: frames are coloured in fields of
    one order.
    """
    scans = {scan for change in changes for scan in change.scan or ("",)} - {PROGRESSIVE}
    return scans.pop() if len(scans) == 1 and scans != {""} else None


def _scan_alone(one: Look, other: Look) -> tuple[str, str] | None:
    if one.fields is None or other.fields is None or one.change_to(replace(other, fields=None)):
        return None
    return one.fields, other.fields


def sampled_changes(path: Path, places: int = 16) -> list[str]:
    """Say what changes between places spread over a film; a look, not a search.

    Args:
        path: the film.
        places: how many.
    """
    with open_container(path) as container:
        stream = film_stream(container, path)
        looks = list(_sought_looks(container, stream, LookReader(stream), places))
    pairs = pairwise(_carried(looks))
    return list(dict.fromkeys(what for one, other in pairs if (what := one.change_to(other))))


def _carried(looks: Sequence[Look]) -> Iterator[Look]:
    """Yield looks, what is unknown of one as it was before it."""
    like: Look | None = None
    for look in looks:
        like = look if like is None else look.completed(like)
        yield like


def _key_looks(path: Path, interlaced: str) -> list[Look]:
    """Return the looks of key frames spread over a film, [] where they can't differ."""
    with open_container(path) as container:
        stream = film_stream(container, path)
        if stream.codec_context.name in _FIXED:
            return []
        reader = LookReader(stream, interlaced=interlaced)
        if any(name in container.format.name for name in _INDEXED):
            return list(_sought_looks(container, stream, reader, PLACES))
        return list(_walked_looks(container, stream, reader))


def _walked_looks(
    container: InputContainer, stream: VideoStream, reader: LookReader
) -> Iterator[Look]:
    """Yield looks of the key frames met in all packets of a film."""
    from av.error import FFmpegError

    # Packets are counted: where films were joined, times may be met twice.
    apart = round(_APART * (frame_rate(stream) or 25))
    last = -apart
    with suppress(FFmpegError, OSError):  # told where it is read
        for number, packet in enumerate(container.demux(stream)):
            if not packet.size or not packet.is_keyframe or number - last < apart:
                continue
            if (look := _look_of(stream, packet, reader)) is not None:
                last = number
                yield look


def _sought_looks(
    container: InputContainer, stream: VideoStream, reader: LookReader, places: int
) -> Iterator[Look]:
    """Yield looks of the key frames at places spread evenly over a film."""
    from av.error import FFmpegError

    length, begin = container.duration or 0, container.start_time or 0
    for place in range(places if length else 1):
        with suppress(FFmpegError, OSError):
            container.seek(begin + length * place // places)
            for packet in container.demux(stream):
                if packet.size and packet.is_keyframe:
                    if (look := _look_of(stream, packet, reader)) is not None:
                        yield look
                    break


def _look_of(stream: VideoStream, packet: Any, reader: LookReader) -> Look | None:
    """Decode one key frame alone; None where that is not possible."""
    from av.error import FFmpegError

    look = None
    with suppress(FFmpegError, EOFError, ValueError):
        for frame in (*stream.decode(packet), *stream.decode(None)):
            look = look or reader.look(frame)
    stream.codec_context.flush_buffers()
    return look


def _all_looks(path: Path, interlaced: str) -> tuple[Fraction, list[int], list[Look]]:
    """Return the time base of a film, and time and look of every frame, alike ones as one object.

    Times run on where the film's clock jumps.
    """
    decoder = FilmDecoder(path, DECODE_THREADS, lambda _: None)
    times: list[int] = []
    looks: list[Look] = []
    try:
        rate = frame_rate(decoder.stream) or Fraction(25)
        base = Fraction(decoder.stream.time_base or 1 / rate)
        clock = Clock(base, is_gap=lambda *_: False)
        reader = LookReader(decoder.stream, interlaced=interlaced)
        for frame in decoder.pictures():
            times.append(clock.advance(frame.pts, round(1 / (rate * base))))
            look = reader.look(frame, looks[-1] if looks else None)
            looks.append(looks[-1] if looks and looks[-1] == look else look)
    finally:
        decoder.close()
    return base, times, looks


def _settled(looks: list[Look], times: list[int], least: int) -> list[Look]:
    """Return looks in which short stretches of another scan are of the one around them.

    Interlaced frames win where both are mixed: fields coloured apart are right for whole frames
    too, but not the other way round.

    Args:
        looks: of all frames.
        times: of all frames.
        least: time that a stretch must last; of a short film an eighth of it.
    """
    least = min(least, (times[-1] - times[0]) // 8)
    scans = [look.fields for look in looks]
    for weaker in (True, False):  # progressive stretches give way first
        start = 0
        for scan, length in [(scan, len(list(run))) for scan, run in groupby(scans)]:
            end = start + length
            around = scans[start - 1] if start else scans[end] if end < len(scans) else scan
            lasts = times[min(end, len(times) - 1)] - times[start]
            if (scan == PROGRESSIVE) is weaker and lasts < least:
                scans[start:end] = [around] * length
            start = end
    made: dict[tuple[Look, str | None], Look] = {}
    pairs = zip(looks, scans, strict=True)
    return [made.setdefault(pair, replace(pair[0], fields=pair[1])) for pair in pairs]
