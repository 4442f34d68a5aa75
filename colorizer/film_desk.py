"""What the worker answers about films alone: where their shots begin, where their hints are."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.cut_list import cut_file
from colorizer.hint_file import Hint, packed, points_of
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.frame import Frame
    from colorizer.hint_trails import Placed, Trails
    from colorizer.shot_finder import ShotFinder

SLICE_SECONDS = 0.7
"""Time of one answer; whoever wants to know more asks again."""
_READING = (
    "size",
    "smooth",
    "interlaced",
    "start",
    "end",
    "fps",
    "accept_gaps",
    "transfer",
    "shots",
)
"""Settings on which frames, shots and motion depend."""

Point = tuple[float, float, float, float]

_opening = threading.Lock()


@dataclass(frozen=True)
class HintsHere:
    """The hints of a picture: of a film, where they are in the frame that is looked at."""

    points: tuple[Point, ...]
    places: list[tuple[float, float] | None] = field(default_factory=list)
    """Of each hint asked about; None where it is not in the frame, or not yet known to be."""
    whole: bool = True
    """Whether all is known; if not, `follow` finds it."""
    index: int = 0
    """Of the frame, for `follow`."""


def hints_here(command: Mapping[str, Any], frame: Frame) -> HintsHere:
    """Return the hints of a command as they are in its picture."""
    asked = packed(command.get("hints", ()))
    hints = points_of(asked)
    if not any(len(hint) > 4 for hint in hints):
        return HintsHere(
            tuple(hint[:4] for hint in hints), _with_none([h[:2] for h in hints], asked)
        )
    trails = _trails_of(command)
    placed, index = _placed(trails, hints), trails.index_of(frame)
    # Without a moment a hint of a film is wherever one looks; the run asks for one.
    always = [hint[:4] if len(hint) == 4 else None for hint in hints]
    moving = iter(trails.at(placed, index))
    found = [next(moving) if point is None else point for point in always]
    return HintsHere(
        tuple(point for point in found if point is not None),
        _with_none([None if point is None else point[:2] for point in found], asked),
        trails.know(placed, index),
        index,
    )


def _with_none(
    places: list[tuple[float, float] | None], asked: tuple[Hint, ...]
) -> list[tuple[float, float] | None]:
    """Return places of points as places of all that is asked: a reference has none."""
    left = iter(places)
    return [None if isinstance(hint[0], str) else next(left) for hint in asked]


def follow(command: Mapping[str, Any]) -> dict[str, Any]:
    """Follow hints towards the frame of `index` for a while; `whole` tells that all is known."""
    trails = _trails_of(command)
    placed = _placed(trails, points_of(packed(command["hints"])))
    return {"whole": trails.follow(placed, command["index"], SLICE_SECONDS)}


class _Search:
    """The film whose shots are being found, held open between two answers."""

    def __init__(self) -> None:
        self._key: tuple[Path, Settings] | None = None
        self._finder: ShotFinder | None = None

    def of(self, path: Path, settings: Settings) -> ShotFinder:
        """Return what finds the shots of a film, begun anew where another was asked for."""
        from colorizer.shot_finder import ShotFinder

        if self._finder is None or self._key != (path, settings):
            self.close()
            self._finder = ShotFinder(_film_job(path, settings))
            self._key = (path, settings)
        return self._finder

    def close(self) -> None:
        """Let go of the film."""
        if self._finder is not None:
            self._finder.close()
        self._finder = self._key = None


_search = _Search()


def find_shots(command: Mapping[str, Any]) -> dict[str, Any]:
    """Find shots for a while; `over` tells that all are found. With `stop`, let go of the film."""
    if command.get("stop"):
        _search.close()
        return {}
    finder = _search.of(Path(command["source"]), Settings.from_dict(command["settings"]))
    over = finder.go_on(SLICE_SECONDS)
    if over:
        _search.close()
    return {"firsts": finder.firsts, "done": finder.done, "total": finder.total, "over": over}


def _placed(trails: Trails, hints: tuple[Any, ...]) -> list[Placed]:
    return [trails.placed(hint[:4], hint[4]) for hint in hints if len(hint) > 4]


def _trails_of(command: Mapping[str, Any]) -> Trails:
    path = Path(command["source"])
    given = Settings.from_dict(command["settings"])
    settings = Settings(**{name: getattr(given, name) for name in _READING})
    cuts = cut_file(settings.shots, path)
    stamps = tuple(_stamp(file) for file in (path, cuts))
    with _opening:  # the answers of two threads are about the same trails
        return _trails(path, settings, stamps)


@lru_cache(maxsize=1)
def _trails(path: Path, settings: Settings, stamps: tuple[int, ...]) -> Trails:
    """Return the trails of a film; `stamps` change with it and its cut list."""
    from colorizer.film_reader import reader_of
    from colorizer.hint_trails import Trails

    return Trails(reader_of(_film_job(path, settings)))


def _film_job(path: Path, settings: Settings) -> Job:
    return Job(path, path, Kind.FILM, settings)


def _stamp(file: Path | None) -> int:
    return file.stat().st_mtime_ns if file is not None and file.exists() else 0
