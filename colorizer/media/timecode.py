"""Time codes (SMPTE ST 12-1): which one a later frame has."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from fractions import Fraction
from typing import Any

_CODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)")


def later_timecode(code: str, frames: int, rate: Fraction) -> str:
    """Return the time code of a later frame; what is no time code comes back as it is.

    Args:
        code: HH:MM:SS:FF, with a semicolon before FF where numbers are dropped.
        frames: how many later.
        rate: frames per second.
    """
    found = _CODE.fullmatch(code.strip())
    base = round(rate)
    if found is None or base == 0:
        return code
    hours, minutes, seconds, sign, part = found.groups()
    # 29.97 frames a second are numbered as 30: two numbers are left out each minute but the tenth.
    dropped = 0 if sign == ":" else 2 * round(base / 30)
    minute = 60 * int(hours) + int(minutes)
    number = (60 * minute + int(seconds)) * base + int(part) - dropped * (minute - minute // 10)
    a_minute, ten = 60 * base - dropped, 600 * base - 9 * dropped
    number = (number + frames) % (144 * ten)
    tens, rest = divmod(number, ten)
    beyond = max(0, rest - dropped) // a_minute if dropped else rest // a_minute
    number += dropped * (9 * tens + beyond)
    seconds_in_all, part_now = divmod(number, base)
    return (
        f"{seconds_in_all // 3600 % 24:02}:{seconds_in_all // 60 % 60:02}:"
        f"{seconds_in_all % 60:02}{sign}{part_now:02}"
    )


def timecode_of(container: Any, stream: Any) -> str:
    """Return the time code of a film's first frame that its metadata says, "" where none does.

    Args:
        container: of the film.
        stream: its picture, whose code counts before the container's and other streams'.
    """
    for one in (stream, container, *container.streams):
        for key, code in one.metadata.items():
            if key.lower() == "timecode" and _CODE.fullmatch(code.strip()):
                return code.strip()
    return ""


def advance_timecodes(metadata: MutableMapping[str, str], frames: int, rate: Fraction) -> None:
    """Set the time code in the metadata of a stream or container to that of a later frame."""
    for key in [key for key in metadata if key.lower() == "timecode"]:
        metadata[key] = later_timecode(metadata[key], frames, rate)
