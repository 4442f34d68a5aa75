"""Which side data a film has: of its first frames whole, of places spread over it the kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from colorizer.media.film.container import open_container
from colorizer.media.film.side import BARS, kinds_of

_LOOKED_AT = 25
"""Frames that are looked at in the beginning."""
_PLACES, _AT_EACH = 16, 4
"""Places spread over a film at which so many frames are looked at."""
_MOST_PACKETS = 400
"""Packets that are read for them: key frames may be far."""
_BAR_DATA = b"GA94\6"
"""Identifier and type of bar data in user data of MPEG-2, H.264 and H.265 (ATSC A/53 Part 4)."""


def first_side_data(path: Path, index: int) -> tuple[Mapping[str, bytes], bool]:
    """Return the side data of a film's first frames, the earliest of each kind.

    Args:
        path: the film.
        index: its picture stream.

    Returns:
        The side data, and whether these are all frames of the film.
    """
    from av.error import FFmpegError

    state = path.stat()
    found: dict[str, bytes] = {}
    with suppress(FFmpegError):  # said where it is read
        return _first_side_data(path, index, state.st_mtime_ns, state.st_size)
    with suppress(FFmpegError):
        _look_at_first(path, index, found)
    return found, False


@lru_cache(maxsize=8)  # a film is opened several times for a run, and for every preview
def _first_side_data(
    path: Path, index: int, _changed: int, _size: int
) -> tuple[Mapping[str, bytes], bool]:
    found: dict[str, bytes] = {}
    return found, _look_at_first(path, index, found)


def _look_at_first(path: Path, index: int, found: dict[str, bytes]) -> bool:
    with open_container(path) as container:
        stream = container.streams[index]
        return _look(container.demux(stream), stream, _LOOKED_AT, found)


def later_side_data(path: Path, index: int) -> frozenset[str]:
    """Return the kinds of side data met at places spread over a film.

    Args:
        path: the film.
        index: its picture stream.
    """
    from av.error import FFmpegError

    found: dict[str, bytes] = {}
    with open_container(path) as container:
        stream = container.streams[index]
        length, begin = container.duration or 0, container.start_time or 0
        last = None
        for place in range(1, _PLACES if length else 1):
            with suppress(FFmpegError, OSError):
                container.seek(begin + length * place // _PLACES)
                packets = container.demux(stream)
                first = next(packets, None)
                if first and (first.dts is None or first.dts != last):  # else the key frame before
                    last = first.dts
                    _look(chain([first], packets), stream, _AT_EACH, found)
    return frozenset(found)


def _look(packets: Iterable[Any], stream: Any, most: int, found: dict[str, bytes]) -> bool:
    """Add the side data of the next frames to what was found; return whether the film ends there.

    Args:
        packets: of the frames.
        stream: its picture stream.
        most: how many frames.
        found: gets the earliest of each kind.
    """
    frames, packet = 0, None
    for packet in islice(packets, _MOST_PACKETS):
        if packet.size and BARS not in found and _BAR_DATA in bytes(packet):
            found[BARS] = b""
        for frame in stream.decode(packet):
            for kind, data in kinds_of(frame).items():
                found.setdefault(kind, data)
            frames += 1
        if frames >= most:
            return False
    return packet is not None and not packet.size  # the last one is empty
