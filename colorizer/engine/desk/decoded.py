"""The picture that questions are about, decoded once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.engine.desk.films import READING, stamps_of
from colorizer.jobs import Kind
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.frame import Frame

_SEEN = (*READING, "faded", "paper", "cards", "coloured", "toned", "emulsion", "screens")
"""Settings on which it depends what the network is shown of a picture."""


class NotWanted(Exception):
    """The answer of a question is wanted no more."""


def check_wanted(command: Mapping[str, Any]) -> None:
    """Raise NotWanted where the window has asked for something else since."""
    if not command.get("is_wanted", lambda: True)():
        raise NotWanted


def result_time(command: Mapping[str, Any]) -> float:
    """Return the time in a result of the picture asked for; `result_from` is where it begins."""
    return max(0.0, float(command.get("time", 0.0)) - float(command.get("result_from", 0.0)))


def picture_of(command: Mapping[str, Any], settings: Settings) -> Frame:
    """Return the picture that a question is about, as the run shows it to the network."""
    path = Path(command["source"])
    seen = Settings(**{name: getattr(settings, name) for name in _SEEN})
    stamps = stamps_of(path, seen)
    return _decoded(path, Kind(command["kind"]), float(command.get("time", 0.0)), seen, stamps)


@lru_cache(maxsize=1)
def _decoded(
    path: Path, kind: Kind, time: float, settings: Settings, stamps: tuple[int, ...]
) -> Frame:
    """Decode a picture once for all its hints; `stamps` tell of changes, see `stamps_of`."""
    from colorizer.look.in_shot import as_run
    from colorizer.look.picture import open_picture

    frame = open_picture(path, kind, side=settings.size, time=time, reading=settings)
    return as_run(frame, path, kind, settings)
