"""What the worker answers about films alone: where their shots begin, where their hints are."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.jobs import Job, Kind
from colorizer.places.hint import Guide, Hint, Reference, from_lists
from colorizer.settings import Reading, Settings

if TYPE_CHECKING:
    from colorizer.frame import Frame
    from colorizer.guidance.hint_trails import Placed, Trails
    from colorizer.guidance.reference_looks import ReferenceLooks
    from colorizer.guidance.shot_finder import ShotFinder

SLICE_SECONDS = 0.7
"""Time of one answer; anyone who wants to know more asks again."""
READING = ("size", "smooth", "shots", *(item.name for item in fields(Reading)))
"""Settings on which frames, shots and motion depend."""

_opening = threading.Lock()


@dataclass(frozen=True)
class HintsHere:
    """The hints of a picture: of a film, where they are in the frame that is looked at."""

    points: tuple[Hint, ...]
    places: list[tuple[float, float] | None] = field(default_factory=list)
    """Of each hint asked about; None where it is not in the frame, or not yet known to be."""
    whole: bool = True
    """Whether all is known; if not, `follow` finds it."""
    index: int = 0
    """Of the frame, for `follow`."""
    references: ReferenceLooks | None = None
    """Of the film, where it has some."""


@dataclass(frozen=True, eq=False)
class _Film:
    """What guides the colours of a film next to the hints that a question brings."""

    trails: Trails
    points: list[Placed]
    """Hints of its shots."""
    pictures: list[tuple[int, Path]]
    """References of its shots, each with the index of its frame."""


def hints_here(command: Mapping[str, Any], frame: Frame) -> HintsHere:
    """Return the hints of a command as they are in its picture."""
    asked = from_lists(command.get("hints", ()))
    settings = command.get("settings", {})
    if Kind(command["kind"]) is Kind.PHOTO or not (asked or settings.get("shots")):
        here = [guide if isinstance(guide, Hint) else None for guide in asked]
        return HintsHere(_present(here), [_place(hint) for hint in here])
    film = _film_of(command)
    moving, references = _placed(film, asked)
    index = film.trails.index_of(frame)
    found = iter(film.trails.at(moving, index))
    # Without a moment a hint of a film is wherever one looks; the run asks for one.
    own = [_here(guide, found) for guide in asked]
    known = film.trails.know(moving, index) and (references is None or references.is_known(index))
    places = [_place(hint) for hint in own]
    return HintsHere(_present([*own, *found]), places, known, index, references)


def _here(guide: Guide, found: Iterator[Hint | None]) -> Hint | None:
    """Return a hint where it is in the frame, the next found one if it has a moment."""
    if isinstance(guide, Reference):
        return None
    return guide if guide.when is None else next(found)


def _present(hints: Iterable[Hint | None]) -> tuple[Hint, ...]:
    return tuple(hint for hint in hints if hint is not None)


def _place(hint: Hint | None) -> tuple[float, float] | None:
    return None if hint is None else (hint.x, hint.y)


def follow(command: Mapping[str, Any]) -> dict[str, Any]:
    """Follow hints towards the frame of `index` for a while; `whole` tells that all is known."""
    film, index = _film_of(command), command["index"]
    moving, references = _placed(film, from_lists(command["hints"]))
    if not film.trails.follow(moving, index, SLICE_SECONDS):
        return {"whole": False}
    if references is not None and not references.is_known(index):
        references.prepare(index)
    return {"whole": True}


class _Search:
    """The film whose shots are being found, held open between two answers."""

    def __init__(self) -> None:
        self._key: tuple[Path, Settings] | None = None
        self._finder: ShotFinder | None = None

    def of(self, path: Path, settings: Settings) -> ShotFinder:
        """Return what finds the shots of a film, begun again where another was asked for."""
        from colorizer.guidance.shot_finder import ShotFinder

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
    over = finder.resume(SLICE_SECONDS)
    if over:
        _search.close()
    told = {"done": finder.done, "total": finder.total, "over": over}
    # Pairs: the names in an object of JSON are texts.
    return {**told, "firsts": finder.firsts, "taken": list(finder.taken.items())}


def _placed(film: _Film, guides: tuple[Guide, ...]) -> tuple[list[Placed], ReferenceLooks | None]:
    """Return hints with a moment and those of shots, and all references."""
    points, pictures = [], list(film.pictures)
    for guide in guides:
        if guide.when is None:
            continue
        index = film.trails.index_at(guide.when)
        if isinstance(guide, Reference):
            pictures.append((index, guide.file))
        else:
            points.append((index, guide))
    inside = tuple((index, file) for index, file in pictures if index >= 0)
    with _opening:
        looks = _references(film, inside, tuple(map(stamp_of, (file for _, file in inside))))
    return [*points, *film.points], looks


@lru_cache(maxsize=1)
def _references(
    film: _Film, placed: tuple[tuple[int, Path], ...], stamps: tuple[int, ...]
) -> ReferenceLooks | None:
    from colorizer.guidance.reference_looks import ReferenceLooks

    return ReferenceLooks(film.trails.reader, placed) if placed else None


def _film_of(command: Mapping[str, Any]) -> _Film:
    path = Path(command["source"])
    given = Settings.from_dict(command["settings"])
    settings = Settings(**{name: getattr(given, name) for name in READING})
    with _opening:  # the answers of two threads are about the same trails
        return _film(path, settings, stamps_of(path, settings))


def stamps_of(path: Path, settings: Settings) -> tuple[int, ...]:
    """Return what changes with a film, its cut list, or the settings of its shots."""
    cuts = cut_file(settings.shots, path)
    return tuple(stamp_of(file) for file in (path, cuts, override_file(cuts)))


@lru_cache(maxsize=1)
def _film(path: Path, settings: Settings, stamps: tuple[int, ...]) -> _Film:
    """Return what guides a film's colours; `stamps` change with it and the files of its shots."""
    from colorizer.guidance.hint_trails import Trails
    from colorizer.guidance.reader import reader_of
    from colorizer.guidance.shot_settings import read_overrides

    reader = reader_of(_film_job(path, settings))
    cuts = cut_file(settings.shots, path)
    own = read_overrides(cuts, reader.cuts, reader.listed) if settings.smooth else None
    placed = [] if own is None else list(own.placed(reader))
    points = [(index, guide) for index, guide in placed if isinstance(guide, Hint)]
    pictures = [(index, guide.file) for index, guide in placed if isinstance(guide, Reference)]
    return _Film(Trails(reader), points, pictures)


def _film_job(path: Path, settings: Settings) -> Job:
    return Job(path, path, Kind.FILM, settings)


def stamp_of(file: Path | None) -> int:
    """Return what changes with a file; 0 where it does not exist."""
    return file.stat().st_mtime_ns if file is not None and file.exists() else 0
