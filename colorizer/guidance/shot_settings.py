"""What a person wants otherwise for single shots: a text file next to the cut list.

[shot.3]
strength = 0.7
vividness = 0.3
hints = [{ x = 0.4, y = 0.6, color = "#7a2e2e" }]
reference = "painted.png"

[shot.5]
skip = true

[shot.6]
cards = "card"
emulsion = "ortho"

A reference is a still in colour of the shot's first frame; of another frame it stands among the
hints, with its frame or time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError
from colorizer.files.strangers import NOTES_BYTES, parse_toml, read_text
from colorizer.guidance.cut_list import OWN, columns_of, override_file, whole_number
from colorizer.guidance.hints.file import hints_from, reference_from
from colorizer.guidance.reader import FilmReader
from colorizer.notes import Note, note
from colorizer.places.hint import Guide, Reference
from colorizer.settings import Settings
from colorizer.settings.option import check_option
from colorizer.stages.own_colours import Look

_KEYS = (*OWN, "hints", "reference")


@dataclass(frozen=True, slots=True)
class ShotSettings:
    """What one shot has of its own; None is as the rest."""

    strength: float | None = None
    """0 where the shot is to stay gray."""
    vividness: float | None = None
    emulsion: str | None = None
    cards: str | None = None
    """One of `settings.CARDS`, or "card": the whole shot is one."""
    coloured: str | None = None
    """What is done with the shot, which then is in colour whatever it seems."""
    toned: str | None = None
    faded: str | None = None
    hints: tuple[Guide, ...] = ()
    """A hint that does not say when, or a reference, is of the shot's first frame."""

    @property
    def look(self) -> Look:
        """What is said of what its frames show."""
        coloured = "copy" if self.coloured == "auto" else self.coloured
        return Look(self.cards, self.faded, coloured, self.toned)


class Overrides:
    """The settings of a film's shots."""

    def __init__(self, file: Path, cuts: Iterable[int], shots: dict[int, ShotSettings]) -> None:
        """Take what was read.

        Args:
            file: it was read from.
            cuts: first frames of all shots.
            shots: settings by the number of the shot, from 1.
        """
        self._file = file
        self._starts = sorted(cuts)
        self._shots = shots

    def of(self, frame: int) -> ShotSettings:
        """Return the settings of the shot that a frame of the film belongs to."""
        return self._shots.get(bisect_right(self._starts, frame), ShotSettings())

    def placed(self, film: FilmReader) -> Iterator[tuple[int, Guide]]:
        """Yield the hints and references of all shots, each with its frame's index.

        What is of frames outside the part that is coloured is left out.

        Raises:
            SettingsError: a hint is outside its shot.
        """
        for number, shot in sorted(self._shots.items()):
            for hint in shot.hints:
                when, first = hint.when, self._starts[number - 1]
                found = film.index_of(when) if when is not None else first * film.per_frame
                if film.is_part and not (found is not None and film.has(found)):
                    continue
                if found is None or bisect_right(self._starts, found // film.per_frame) != number:
                    raise SettingsError(
                        note("shots.hint_outside", file=self._file, shot=number, place=when)
                    )
                yield found, hint


def read_overrides(
    cut_list: Path | None,
    cuts: frozenset[int] | None,
    columns: Mapping[int, Mapping[str, str]] | None = None,
) -> Overrides | None:
    """Read the settings of shots, if there are any in a cut list or next to it.

    Args:
        cut_list: its name.
        cuts: what it says; None where it does not exist yet.
        columns: what it says of shots, see `CutList.own`; the file next to it decides.

    Raises:
        SettingsError: the file is wrong, saying where, or there is no list to count shots by.
    """
    file = override_file(cut_list)
    if cut_list is None or file is None:
        return None
    numbers = {first: n for n, first in enumerate(sorted(cuts or ()), start=1)}
    listed = {
        numbers[first]: _shot(str(numbers[first]), columns_of(row), cut_list)
        for first, row in (columns or {}).items()
    }
    if not file.exists():
        return Overrides(cut_list, cuts or (), listed) if listed else None
    if cuts is None:
        raise SettingsError(note("shots.no_cut_list", file=file, list=cut_list))
    try:
        values = parse_toml(read_text(file, NOTES_BYTES))
    except OSError as error:
        raise SettingsError(note("file.path_cannot_read", file=file, why=error.strerror)) from error
    except ValueError as error:
        raise SettingsError(note("file.reason", path=file, reason=error)) from error
    shots = values.pop("shot", {})
    if values or not isinstance(shots, dict):
        other = next(iter(values), "shot")
        raise SettingsError(note("shots.no_shot", file=file, name=repr(other)))
    for text, said in shots.items():
        number = _number(text, len(cuts), file)
        listed[number] = _joined(listed.get(number, ShotSettings()), _shot(text, said, file))
    return Overrides(file, cuts, listed)


def _joined(one: ShotSettings, other: ShotSettings) -> ShotSettings:
    """Return what a shot has of its own by two files, of which the other decides."""
    values = {item.name: getattr(other, item.name) for item in fields(ShotSettings)}
    return replace(
        one, **{name: value for name, value in values.items() if value not in (None, ())}
    )


def _number(text: str, count: int, file: Path) -> int:
    with suppress(ValueError):
        if 1 <= whole_number(text) <= count:
            return int(text)
    raise SettingsError(note("shots.no_such", file=file, shot=text, count=count))


def _shot(number: str, values: Any, file: Path) -> ShotSettings:
    name = note("shots.nth", file=file, number=number)
    if not isinstance(values, dict):
        raise SettingsError(note("shots.written_as", name=name, number=number))
    if unknown := [key for key in values if key not in _KEYS]:
        raise SettingsError(
            note("hints.unknown_key", name=name, unknown=repr(unknown[0]), known=", ".join(_KEYS))
        )
    if values.get("cards") == "card":
        values = {key: value for key, value in values.items() if key != "cards"}
        return replace(_shot(number, values, file), cards="card")
    for item in fields(Settings):
        if item.name in values and item.name != "hints":
            try:
                check_option(item, values[item.name])
            except SettingsError as error:
                raise SettingsError(note("file.reason", path=name, reason=_plain(error))) from error
    skip = values.get("skip", False)
    if not isinstance(skip, bool):
        raise SettingsError(note("shots.skip_wrong", name=name, value=repr(skip)))
    hints = hints_from(values.get("hints", []), name, file.parent)
    if "reference" in values:
        hints = (*hints, Reference(reference_from(values["reference"], name, file.parent)))
    strength = 0.0 if skip else values.get("strength")
    return ShotSettings(
        strength,
        values.get("vividness"),
        values.get("emulsion"),
        values.get("cards"),
        values.get("coloured"),
        values.get("toned"),
        values.get("faded"),
        () if skip else hints,
    )


def _plain(error: SettingsError) -> str:
    """Return what is wrong with a value; in a file its name has no dashes."""
    told = str(error)
    if not isinstance(told, Note) or "option" not in told.values:
        return told
    return Note(told.code, {**told.values, "option": told.values["option"].removeprefix("--")})
