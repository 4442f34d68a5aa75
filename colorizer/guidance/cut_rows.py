"""The rows of a cut list: what each says, and at which frame its shot begins."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import SettingsError
from colorizer.files.strangers import NOTES_BYTES, read_text
from colorizer.notes import note
from colorizer.places.timecode import frame_of
from colorizer.places.trim import parse_time

if TYPE_CHECKING:
    from colorizer.media.film.protocol import Film
    from colorizer.settings import Settings

TITLE = "# shots of "
_PLACES = ("start", "first_frame")
COLUMNS = ("shot", *_PLACES)
SCENE, TAKEN = "scene", "taken"
OWN = ("cards", "coloured", "toned", "faded", "emulsion", "strength", "vividness", "skip")
"""Columns that a person may add, for settings of single shots; see `ShotSettings`."""
_KNOWN = {*COLUMNS, SCENE, TAKEN, *OWN, None, ""}
"""Names of columns; spreadsheets fill up rows with empty ones."""
_FILLING = " ,;\t"


@dataclass(frozen=True, slots=True)
class Begin:
    """Where the part of a film that is coloured begins."""

    first: int = 0
    """Index of its first frame in the film."""
    told: int = 0
    """The same as nearly as the rate tells it of what the settings say."""

    @classmethod
    def of(cls, source: Film, settings: Settings) -> Begin:
        """Return that of a film that was opened with these settings."""
        return cls(source.first_index, told_begin(settings, source.timecode, source.rate))


def told_begin(settings: Settings, timecode: str, rate: Fraction) -> int:
    """Return how many frames come before the part that is coloured, as the rate tells it."""
    return frame_of(settings.span[0], timecode, rate, up=True)


def rows_of(file: Path, source: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Return the rows of a list, and columns of no meaning."""
    try:
        lines = read_text(file, NOTES_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(note("shots.list_cannot_read", file=file, why=error)) from error
    title = next((line for line in lines if line.startswith(TITLE)), None)
    found = source.name if title is None else title.removeprefix(TITLE).strip(_FILLING)
    if found != source.name.strip(_FILLING):
        raise SettingsError(note("shots.list_of_other", file=file, of=found, source=source.name))
    rows = _rows(file, [line for line in lines if line.strip(_FILLING) and line[0] != "#"])
    return rows, [name for name in (rows[0] if rows else ()) if name not in _KNOWN]


def placed(
    file: Path, rows: Iterable[dict[str, str]], rate: Fraction, steps: tuple[int, int]
) -> dict[int, dict[str, str]]:
    """Return what the rows say, by the first frames of their shots."""
    starts: dict[int, dict[str, str]] = {}
    for number, row in enumerate(rows, start=1):
        try:
            first = _first_frame(row, rate, steps)
            said = {name: (row.get(name) or "").strip() for name in (SCENE, TAKEN, *OWN)}
        except (ValueError, TypeError, KeyError, AttributeError, SettingsError) as error:
            columns = ",".join(COLUMNS)
            raise SettingsError(
                note("shots.list_no_place", file=file, shot=number, columns=columns)
            ) from error
        known = starts.setdefault(first, {})
        for name, text in said.items():
            if text and known.setdefault(name, text) != text and name != TAKEN:
                raise SettingsError(
                    note(
                        "shots.list_contradicts", file=file, frame=first - steps[0], name=name,
                        one=known[name], other=text,
                    )
                )  # fmt: skip
    return starts if min(starts, default=1) <= 0 else {0: {}, **starts}


def counted_from(rows: list[dict[str, str]], rate: Fraction) -> int:
    """Return the frame of the film from which a list counts: that of its frame 0."""
    first = rows[0] if rows else {}
    if (first.get("first_frame") or "").strip() != "0" or not (first.get("start") or "").strip():
        return 0
    try:
        return frame_of(parse_time(first["start"], "start"), "", rate)
    except SettingsError:  # the frame is what counts
        return 0


def steps_to(counted_from: int, begin: Begin | None) -> tuple[int, int]:
    """Return how far frames that a list counts, and frames of the film, are from those coloured."""
    if begin is None:
        return 0, -counted_from
    own = counted_from in (begin.first, begin.told)
    return 0 if own else counted_from - begin.first, -begin.first


def _rows(file: Path, lines: list[str]) -> list[dict[str, str]]:
    """Return the rows of a table whose columns are parted as spreadsheets part them.

    Raises:
        SettingsError: its first line names no column that tells where shots begin, or one twice.
    """
    # German and French spreadsheets write semicolons, and commas in numbers.
    parted = max(",;\t", key=lines[0].count) if lines else ","
    try:
        rows = csv.DictReader(lines, delimiter=parted)
        names = [name for name in rows.fieldnames or () if name]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise SettingsError(note("shots.list_column_twice", file=file, name=twice))
        if not set(_PLACES) & set(names):
            raise SettingsError(note("shots.list_no_columns", file=file, columns=",".join(COLUMNS)))
        return list(rows)
    except csv.Error as error:
        raise SettingsError(note("shots.list_no_table", file=file, why=error)) from error


def _first_frame(row: dict[str, str], rate: Fraction, steps: tuple[int, int]) -> int:
    """Return the first frame of a row's shot; see `steps_to`."""
    if (row.get("first_frame") or "").strip():
        if int(row["first_frame"]) < 0:
            raise ValueError(row["first_frame"])
        return int(row["first_frame"]) + steps[0]
    return frame_of(parse_time(row["start"], "start"), "", rate) + steps[1]
