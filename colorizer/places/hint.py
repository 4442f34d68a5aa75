"""What a person asks for of colour: at a place of a picture, or of a whole frame of a film."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError
from colorizer.places.trim import parse_place

MOST_AB = 128.0
"""CIELAB units of the a and b of a colour, at most."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A colour at a place."""

    x: float
    """Share of the width, 0 to 1 from the left."""
    y: float
    """Share of the height, 0 to 1 from the top."""
    a: float
    """CIELAB units, as `b`."""
    b: float
    when: float | str | None = None
    """Of a film: seconds, or a place as `parse_place` reads it. None for a photo, and for the
    first frame of a shot."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A still in colour, painted elsewhere, of a frame of a film."""

    file: Path
    when: float | str | None = None
    """Of which frame; see `Hint`."""


Guide = Hint | Reference


def hints_of(guides: Iterable[Guide]) -> tuple[Hint, ...]:
    """Return the hints among what was asked for."""
    return tuple(guide for guide in guides if isinstance(guide, Hint))


def references_of(guides: Iterable[Guide]) -> tuple[Reference, ...]:
    """Return the references among what was asked for."""
    return tuple(guide for guide in guides if isinstance(guide, Reference))


def contradiction(guides: Iterable[tuple[Any, Guide]]) -> tuple[int, int] | None:
    """Return which two guides want different colours of one place, None where none do.

    Args:
        guides: each with its moment; a reference that is not of a moment has None.

    Returns:
        Their numbers, from 1.
    """
    wanted: dict[tuple[Any, ...], tuple[int, Any]] = {}
    for number, (moment, guide) in enumerate(guides, start=1):
        if isinstance(guide, Hint):
            place: tuple[Any, ...] = (moment, guide.x, guide.y)
            wish: Any = (guide.a, guide.b)
        elif moment is None:
            continue
        else:
            place, wish = (moment,), guide.file
        first, other = wanted.setdefault(place, (number, wish))
        if other != wish:
            return first, number
    return None


def with_guide(guides: Iterable[Guide], new: Guide) -> tuple[Guide, ...]:
    """Return guides and a new one in place of one that it contradicts."""
    kept = [one for one in guides if not contradiction([(one.when, one), (new.when, new)])]
    return (*kept, new)


def as_lists(guides: Iterable[Guide]) -> list[list[Any]]:
    """Return guides as JSON values: [x, y, a, b] or [file], with when at the end where it is said.

    Queue, worker and sidecar keep them so; `from_lists` takes them back.
    """
    return [_as_list(guide) for guide in guides]


def from_lists(values: Iterable[Sequence[Any]]) -> tuple[Guide, ...]:
    """Return the guides of JSON values.

    Raises:
        TypeError, ValueError, IndexError: they are none.
    """
    return tuple(
        _reference(*value) if isinstance(value[0], str) else _hint(*value) for value in values
    )


def _as_list(guide: Guide) -> list[Any]:
    if isinstance(guide, Reference):
        values: list[Any] = [str(guide.file)]
    else:
        values = [guide.x, guide.y, guide.a, guide.b]
    return values if guide.when is None else [*values, guide.when]


def is_sound(hint: Hint) -> bool:
    """Tell whether a hint is inside the picture and its colour is one."""
    inside = 0 <= hint.x <= 1 and 0 <= hint.y <= 1
    return inside and abs(hint.a) <= MOST_AB and abs(hint.b) <= MOST_AB


def _hint(x: float, y: float, a: float, b: float, when: float | str | None = None) -> Hint:
    hint = Hint(float(x), float(y), float(a), float(b), _moment(when))
    if not is_sound(hint):
        raise ValueError(f"no hint: {hint}")
    return hint


def _reference(file: str, when: float | str | None = None) -> Reference:
    return Reference(Path(file), _moment(when))


def _moment(when: float | str | None) -> float | str | None:
    if isinstance(when, str):
        try:
            parse_place(when, "time")
        except SettingsError as error:
            raise ValueError(str(error)) from error
        return when
    if when is not None and not isfinite(when):
        raise ValueError(f"no time: {when}")
    return None if when is None else float(when)
