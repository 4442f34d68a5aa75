"""What a person wants otherwise for single shots: a text file next to the cut list.

[shot.3]
strength = 0.7
vividness = 0.3
hints = [{ x = 0.4, y = 0.6, color = "#7a2e2e" }]
reference = "painted.png"

[shot.5]
skip = true

A reference is a still in colour of the shot's first frame; of another frame it stands among the
hints, with its frame or time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError
from colorizer.files.strangers import NOTES_BYTES, parse_toml, read_text
from colorizer.guidance.cut_list import override_file
from colorizer.guidance.hints.file import hints_from, reference_from
from colorizer.guidance.reader import FilmReader
from colorizer.places.hint import Guide, Reference
from colorizer.settings import Settings
from colorizer.settings.option import check_option

_KEYS = ("strength", "vividness", "skip", "hints", "reference")


@dataclass(frozen=True, slots=True)
class ShotSettings:
    """What one shot has of its own; None is as the rest."""

    strength: float | None = None
    """0 where the shot is to stay gray."""
    vividness: float | None = None
    hints: tuple[Guide, ...] = ()
    """A hint that does not say when, or a reference, is of the shot's first frame."""


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

        Raises:
            SettingsError: a hint is outside its shot.
        """
        for number, shot in sorted(self._shots.items()):
            for hint in shot.hints:
                when = hint.when
                found = self._starts[number - 1] * film.per_frame
                if when is not None:
                    found = film.index_of(when)
                if found is None or bisect_right(self._starts, found // film.per_frame) != number:
                    raise SettingsError(
                        f"{self._file}: shot {number} has a hint at {when}, which is"
                        " outside the shot"
                    )
                yield found, hint


def read_overrides(cut_list: Path | None, cuts: frozenset[int] | None) -> Overrides | None:
    """Read the settings of shots, if there are any next to a cut list.

    Args:
        cut_list: its name.
        cuts: what it says; None where it does not exist yet.

    Raises:
        SettingsError: the file is wrong, saying where, or there is no list to count shots by.
    """
    file = override_file(cut_list)
    if file is None or not file.exists():
        return None
    if cuts is None:
        raise SettingsError(
            f"{file} is for single shots, but {cut_list} does not exist; run once without it"
        )
    try:
        values = parse_toml(read_text(file, NOTES_BYTES))
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{file}: {error}") from error
    shots = values.pop("shot", {})
    if values or not isinstance(shots, dict):
        other = next(iter(values), "shot")
        raise SettingsError(f"{file}: {other!r} is no shot; write [shot.3] above its settings")
    return Overrides(
        file, cuts, {_number(n, len(cuts), file): _shot(n, v, file) for n, v in shots.items()}
    )


def _number(text: str, count: int, file: Path) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= count:
        raise SettingsError(f"{file}: there is no shot {text}; the cut list has 1 to {count}")
    return int(text)


def _shot(number: str, values: Any, file: Path) -> ShotSettings:
    name = f"{file}: shot {number}"
    if not isinstance(values, dict):
        raise SettingsError(f"{name} must be written as [shot.{number}]")
    if unknown := [key for key in values if key not in _KEYS]:
        raise SettingsError(f"{name} has {unknown[0]!r}; known are {', '.join(_KEYS)}")
    for item in fields(Settings):
        if item.name in values and item.name != "hints":
            try:
                check_option(item, values[item.name])
            except SettingsError as error:
                raise SettingsError(f"{name}: {str(error).removeprefix('--')}") from error
    skip = values.get("skip", False)
    if not isinstance(skip, bool):
        raise SettingsError(f"{name}: skip must be true or false, got {skip!r}")
    hints = hints_from(values.get("hints", []), name, file.parent)
    if "reference" in values:
        hints = (*hints, Reference(reference_from(values["reference"], name, file.parent)))
    strength = 0.0 if skip else values.get("strength")
    return ShotSettings(strength, values.get("vividness"), () if skip else hints)
