"""Time codes (SMPTE ST 12-1): reading them, adding frames, and the frame at a place of a film.

The library timecode is not used: it decides by the rate whether numbers are dropped, while a film
says so by the sign before its frames, and cuts rates of silent films such as 16 2/3 to whole ones.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from fractions import Fraction
from math import ceil
from typing import Any

from colorizer.places.trim import Place

_CODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)")


def later_timecode(code: str, frames: int, rate: Fraction) -> str:
    """Return the time code of a later frame; what is no time code comes back as it is.

    Args:
        code: HH:MM:SS:FF, with a semicolon before FF where numbers are dropped.
        frames: how many later.
        rate: frames per second.
    """
    counted = _counted(code, rate)
    if counted is None:
        return code
    number, dropped, sign = counted
    base = round(rate)
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


def _counted(code: str, rate: Fraction) -> tuple[int, int, str] | None:
    """Return frames from midnight, numbers dropped a minute and the sign before the frames."""
    found = _CODE.fullmatch(code.strip())
    base = round(rate)
    if found is None or base == 0:
        return None
    hours, minutes, seconds, sign, part = found.groups()
    # 29.97 frames a second are numbered as 30: two numbers are left out each minute but the tenth.
    dropped = 0 if sign == ":" else 2 * round(base / 30)
    minute = 60 * int(hours) + int(minutes)
    number = (60 * minute + int(seconds)) * base + int(part) - dropped * (minute - minute // 10)
    return number, dropped, sign


def from_word(word: int) -> str:
    """Return the time code of a word of frame headers; empty where it is undefined or none.

    Args:
        word: hours, minutes, seconds and frames as pairs of decimal digits of four bits each, with
            flags in the upper bits of the tens (SMPTE ST 12-1; DPX offset 1920, OpenEXR timeCode).
    """
    if not 0 < word < 0xFFFFFFFF:
        return ""
    parts = [word >> 24 & 0x3F, word >> 16 & 0x7F, word >> 8 & 0x7F, word & 0x3F]
    hours, minutes, seconds, frames = (10 * (part >> 4) + (part & 0xF) for part in parts)
    if max(part & 0xF for part in parts) > 9 or hours > 23 or minutes > 59 or seconds > 59:
        return ""
    sign = ";" if word & 0x40 else ":"
    return f"{hours:02}:{minutes:02}:{seconds:02}{sign}{frames:02}"


def own_place(place: Place | None, first: str, rate: Fraction) -> Place | None:
    """Turn a place written as a time code into the number of the frame that carries this code.

    Args:
        place: as a person wrote it; frame numbers and times are returned unchanged.
        first: time code of the film's first frame, "" where it has none.
        rate: frames per second.

    Returns:
        A frame number; the place unchanged, as time from the start, where the film has no time
        code or begins after this one.
    """
    begin = _counted(first, rate)
    if place is None or place.frame is None or place.seconds is None or begin is None:
        return place
    seconds = int(place.seconds)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    wanted = _counted(f"{clock}{begin[2]}{place.frame:02}", rate)
    if wanted is None or wanted[0] < begin[0]:
        return place
    return Place(wanted[0] - begin[0], None)


def frame_of(place: Place | None, timecode: str, rate: Fraction, *, up: bool = False) -> int:
    """Return the frame at a place, counted from 0, as nearly as a constant rate tells.

    Readers of films find it exactly, by the times of the frames.

    Args:
        place: as a person wrote it; None is the film's first frame.
        timecode: of the film's first frame, "" where it has none.
        rate: frames per second.
        up: the first frame that is not before the place, as a film is cut; else the nearest.
    """
    own = own_place(place, timecode, rate) or Place(0, None)
    seconds = own.time(rate)
    if seconds is None:
        return own.frame or 0
    return ceil(seconds * rate) if up else round(seconds * rate)


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
