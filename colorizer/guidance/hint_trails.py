"""Where the hints of a film are in the frames that a person looks at, found bit by bit.

The run follows all hints through their shots before it begins (`colorizer.guidance.hints.tracks`);
a person who looks at one frame waits only for the way from the hint to there, once.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from colorizer.frame import Frame
from colorizer.guidance.hints.tracks import Points
from colorizer.guidance.reader import FilmReader
from colorizer.places.hint import Hint
from colorizer.places.timecode import frame_of
from colorizer.places.trim import parse_place
from colorizer.stages.shot_walk import CHUNK, walk_back, walk_forth

Placed = tuple[int, Hint]
"""The index of the frame a hint was set on, and the hint."""
_FORTH, _BACK = 1, -1


@dataclass(slots=True, eq=False)
class _Trail:
    """The way of one place through its shot, as far as it is known."""

    places: dict[int, tuple[float, float]]
    ends: dict[int, int]
    """Last frame reached, by direction."""
    over: set[int] = field(default_factory=set)
    """Directions in which it can't be followed any further."""

    def lacks(self, index: int) -> int:
        """Return the direction in which to follow the hint to reach a frame; 0 if it is known."""
        for way in (_FORTH, _BACK):
            if way * index > way * self.ends[way] and way not in self.over:
                return way
        return 0


class Trails:
    """The trails of one film's hints.

    Args:
        reader: of the film.
    """

    def __init__(self, reader: FilmReader) -> None:
        self.reader = reader
        self._trails: dict[tuple[int, float, float], _Trail] = {}

    def index_of(self, frame: Frame) -> int:
        """Return the index that the run gives a frame decoded alone."""
        return (frame.index - self.reader.first_index) * self.reader.per_frame

    def index_at(self, when: float | str) -> int:
        """Return the index of the frame shown at a place, as nearly as the film's rate tells."""
        reader = self.reader
        if isinstance(when, str):
            number = frame_of(parse_place(when, "time"), reader.timecode, reader.rate)
        else:
            number = round(when * reader.rate)
        return (number - reader.first_index) * reader.per_frame

    def at(self, hints: Sequence[Placed], index: int) -> list[Hint | None]:
        """Return hints where they are in a frame; None where one is not, or not known to be."""
        found: list[Hint | None] = []
        for start, hint in hints:
            place = self._trail(start, hint).places.get(index)
            found.append(None if place is None else replace(hint, x=place[0], y=place[1]))
        return found

    def know(self, hints: Sequence[Placed], index: int) -> bool:
        """Tell whether all is known of a frame."""
        return not any(self._trail(*placed).lacks(index) for placed in hints)

    def follow(self, hints: Sequence[Placed], index: int, seconds: float) -> bool:
        """Follow hints towards a frame for about this time; tell whether all is known of it then.

        Raises:
            MediaError: the film can't be read.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            groups: dict[tuple[int, int], list[_Trail]] = defaultdict(list)
            for placed in hints:
                trail = self._trail(*placed)
                if (way := trail.lacks(index)) and trail not in groups[way, trail.ends[way]]:
                    groups[way, trail.ends[way]].append(trail)
            todo = next((key for key, trails in groups.items() if trails), None)
            if todo is None:
                return True
            self._walk(groups[todo], *todo, index, end)
        return self.know(hints, index)

    def _walk(self, trails: list[_Trail], way: int, begin: int, index: int, end: float) -> None:
        """Follow trails that came to the same frame, on one way."""
        points = Points([(n, Hint(*t.places[begin], 0.0, 0.0)) for n, t in enumerate(trails)])
        walk = walk_forth if way is _FORTH else walk_back
        with closing(walk(begin, self.reader.marked)) as steps:
            for count, step in enumerate(steps, start=1):
                points.move(step.there, step.there_trust)
                held = dict(points.hints())
                for number, trail in enumerate(trails):
                    if number in held:
                        trail.places[step.index] = held[number].x, held[number].y
                        trail.ends[way] = step.index
                    else:
                        trail.over.add(way)
                # Backwards a chunk is read as a whole: what is read of it is used.
                late = count % CHUNK == 0 and time.monotonic() >= end
                if not held or way * step.index >= way * index or late:
                    return
        for trail in trails:
            trail.over.add(way)

    def _trail(self, start: int, hint: Hint) -> _Trail:
        key = (start, hint.x, hint.y)
        if key not in self._trails:
            inside = {start: (hint.x, hint.y)} if start >= 0 else {}
            over = set() if inside else {_FORTH, _BACK}
            self._trails[key] = _Trail(inside, {_FORTH: start, _BACK: start}, over)
        return self._trails[key]
