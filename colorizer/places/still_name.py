"""Names of stills that leave for another program and come back: they tell shot and frame.

NAME_s0003_f000131_0-00-05.240.png; programs that recolour add to the name, in front or at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from colorizer.places.timecode import later_timecode

_MARK = re.compile(r"(?:^|[_\-. ])s(\d{3,6})_f(\d{5,9})(?!\d)", re.IGNORECASE)
_NO_NAME = re.compile(r"[^\w.+ -]+")


@dataclass(frozen=True, slots=True)
class StillName:
    """What the name of a still tells."""

    stem: str
    """Of the film."""
    shot: int
    """Its number, from 1."""
    frame: int
    """Number in the whole film, from 0."""


def still_name(of: StillName, timecode: str, index: int, seconds: float, rate: Fraction) -> str:
    """Return the name of a still's file.

    Args:
        of: what it tells.
        timecode: of the film's first frame, "" where it has none.
        index: of the frame in the whole film.
        seconds: of the frame from the film's start.
        rate: frames per second.
    """
    if timecode:
        when = later_timecode(timecode, index, rate)
    else:
        thousandths = round(seconds * 1000)
        minutes, rest = divmod(thousandths, 60_000)
        when = f"{minutes // 60}-{minutes % 60:02}-{rest // 1000:02}.{rest % 1000:03}"
    when = re.sub(r"[:;,]", "-", when)
    stem = _NO_NAME.sub("_", of.stem).strip(" .") or "film"
    return f"{stem}_s{of.shot:04}_f{of.frame:06}_{when}.png"


def read_still_name(name: str) -> tuple[int, int] | None:
    """Return shot and frame that the name of a file tells; None where it tells none."""
    found = _MARK.search(name)
    return None if found is None else (int(found.group(1)), int(found.group(2)))
