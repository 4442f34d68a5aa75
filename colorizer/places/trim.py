"""Places in a film as a person writes them: a frame number, a time, or a time code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from colorizer.errors import SettingsError
from colorizer.notes import note

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)(s?)")
_CODE = re.compile(r"(\d+):(\d\d):(\d\d)[:;](\d+)")
_LONGEST = 40
"""Letters of a place; Python reads no number of thousands of digits."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a film: a frame number or seconds; for a time code, both."""

    frame: int | None
    """Counted from 0; of a time code, frames beyond `seconds`."""
    seconds: Fraction | None
    """From the film's first frame."""

    def time(self, rate: Fraction) -> Fraction | None:
        """Return seconds from the film's first frame; None for a frame number.

        Args:
            rate: frames per second, for the last part of a time code.
        """
        return None if self.seconds is None else self.seconds + (self.frame or 0) / rate


def parse_rate(text: str, option: str = "--fps") -> Fraction | None:
    """Read frames per second, such as 24, 23.976 or 24000/1001; an empty text is none.

    Raises:
        SettingsError: it is not one.
    """
    if not text.strip():
        return None
    try:
        rate = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise SettingsError(note("trim.rate_wrong", option=option, value=repr(text)))
    if rate.denominator in (1, 1001):
        return rate
    exact = next(
        (n for n in (24, 30, 48, 60, 120) if abs(rate - Fraction(n * 1000, 1001)) < 0.002), 0
    )
    return Fraction(exact * 1000, 1001) if exact else rate


def parse_time(text: str, option: str) -> Place | None:
    """Read a place where a number alone is seconds: hints, cut lists and the time of a preview.

    Args:
        text: as `parse_place` takes it, but for a number alone.
        option: what to call it in an error.

    Raises:
        SettingsError: it is none.
    """
    return parse_place(f"{text.strip()}s" if text.strip().isdecimal() else text, option)


def parse_place(text: str, option: str) -> Place | None:
    """Read a place; an empty text is none.

    Args:
        text: a frame number, seconds with s, M:SS, H:MM:SS or H:MM:SS:FF.
        option: what to call it in an error.

    Raises:
        SettingsError: it is none of them.
    """
    text = text.strip()
    if not text:
        return None
    if len(text) > _LONGEST:
        raise SettingsError(note("trim.form_wrong", option=option, value=repr(text[:_LONGEST])))
    if text.isdecimal():
        return Place(int(text), None)
    if code := _CODE.fullmatch(text):
        hours, minutes, seconds, frames = map(int, code.groups())
        return Place(frames, Fraction(hours * 3600 + minutes * 60 + seconds))
    found = _TIME.fullmatch(text)
    if found is None:
        raise SettingsError(note("trim.form_wrong", option=option, value=repr(text)))
    hours, minutes, seconds, _ = found.groups()
    return Place(None, int(hours or 0) * 3600 + int(minutes or 0) * 60 + Fraction(seconds))
