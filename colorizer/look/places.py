"""What the places of a film show, besides gray pictures: a look at some of them, for `probe`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from colorizer.frame import Frame
from colorizer.media.seek import frames_spread
from colorizer.stages.found import BARS, CARD, MARKS
from colorizer.stages.own_colours import look_at
from colorizer.stages.region.cards import is_card
from colorizer.stages.region.charts import is_chart
from colorizer.stages.region.letters import seen_large
from colorizer.stages.region.surround import find_surround

PLACES = 32
"""Places spread over a film that are looked at."""
_SIDE = 192


def seen_places(path: Path) -> dict[str, Any]:
    """Return the places of a film that show more than a gray picture, as JSON values.

    With them, how many were looked at; what lies between them is not. Each has its time in seconds
    and what the run, which looks at every shot, would take it for, were all of its shot like it.

    Raises:
        MediaError: it can't be read.
    """
    told, looked = [], 0
    for frame in frames_spread(path, PLACES, side=_SIDE):
        looked += 1
        if what := _kinds(frame):
            seconds = float((frame.pts or 0) * frame.time_base)
            told.append({"time": round(seconds, 3), "seen": what})
    return {"places_looked_at": looked, "places": told}


def _kinds(frame: Frame) -> list[str]:
    own, painted = look_at(frame)
    marks = MARKS if painted is not None and painted.found else ""
    card = CARD if is_card(frame.L) or is_chart(seen_large(frame)) else ""
    bars = BARS if find_surround([frame.L]) else ""
    return [kind for kind in (own, card, bars, marks) if kind]
