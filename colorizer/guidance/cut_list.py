"""The cut list: where the shots of a film begin, as a table that a person can edit.

# shots of a.mkv
shot,start,first_frame,scene
1,0:00:00.000,0,kitchen
2,0:00:05.240,131,

The column scene may be missing; shots of one scene share their references.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.errors import SettingsError, TargetError
from colorizer.files.durable import write_whole
from colorizer.files.name_forms import on_disk
from colorizer.files.strangers import NOTES_BYTES, read_text
from colorizer.frame import Frame
from colorizer.notes import note
from colorizer.places.timecode import frame_of
from colorizer.places.trim import parse_time

_TITLE = "# shots of "
_PLACES = ("start", "first_frame")
_COLUMNS = ("shot", *_PLACES)
_SCENE, _TAKEN = "scene", "taken"
OWN = ("cards", "coloured", "toned", "faded", "emulsion", "strength", "vividness", "skip")
"""Columns that a person may add, for settings of single shots; see `ShotSettings`."""
_KNOWN = {*_COLUMNS, _SCENE, _TAKEN, *OWN, None, ""}
"""Names of columns; spreadsheets fill up rows with empty ones."""
_FILLING = " ,;\t"
_NOT_TEXT = ("strength", "vividness", "skip")


class CutList:
    """The list of one film: read where it exists, else written when the film is done."""

    cuts: frozenset[int] | None
    """First frames of the shots, None where they are to be found."""
    scenes: Mapping[int, str]
    """The name of the scene of shots that have one, by their first frames."""
    own: Mapping[int, Mapping[str, str]]
    """What the columns `OWN` say of shots, by their first frames."""
    taken: Mapping[int, str]
    """What shots were taken for, as words of `stages.found.KINDS`, by their first frames; a run
    does not go by it."""
    warnings: tuple[str, ...] = ()

    def __init__(
        self, file: Path | None, source: Path, rate: Fraction, *, new: bool = True
    ) -> None:
        """Read the list, if it exists.

        Args:
            file: the list, or a folder with one NAME.shots.csv for each film; None is no list.
            source: the film.
            rate: its frames per second, for rows that have a time alone.
            new: one that does not exist may be written; see `Job.new_list`.

        Raises:
            SettingsError: the list can't be read or belongs to another film.
        """
        self._file = cut_file(file, source)
        self._source = source
        self._found: dict[int, float] = {}
        exists = self._file is not None and self._file.exists()
        if self._file is not None and not exists and not new:
            told = note("shots.list_missing", file=self._file)
            self._file, self.warnings = None, (told,)
        self.cuts, self.scenes, self.own, self.taken = None, {}, {}, {}
        if self._file and exists:
            found, unknown = _read(self._file, source, rate)
            if unknown:
                told = note("shots.unknown_columns", file=self._file, names=unknown, known=OWN)
                self.warnings = (told,)
            self.cuts = frozenset(found)
            self.scenes = {first: row[_SCENE] for first, row in found.items() if _SCENE in row}
            self.taken = {first: row[_TAKEN] for first, row in found.items() if _TAKEN in row}
            own = ((first, _own(row)) for first, row in found.items())
            self.own = {first: said for first, said in own if said}

    def noted(self, frames: Iterable[Frame], per_frame: int = 1) -> Iterator[Frame]:
        """Pass frames through and remember which start a shot.

        Args:
            frames: marked.
            per_frame: how many of them make a frame of the film: 2 where they are fields.
        """
        for frame in frames:
            if frame.starts_shot:
                seconds = float((frame.pts or 0) * frame.time_base)
                self._found.setdefault(frame.index // per_frame, seconds)
            yield frame

    def state(self, index: int) -> np.ndarray:
        """Return the shots that begin before a frame, (n, 2): first frame and seconds."""
        found = [pair for pair in list(self._found.items()) if pair[0] < index]
        return np.array(found, np.float64).reshape(-1, 2)

    def restore(self, state: np.ndarray | None) -> None:
        """Take back what `state` gave."""
        if state is not None:
            self._found = {int(index): float(seconds) for index, seconds in state}

    @property
    def last(self) -> int:
        """First frame of the last shot noted, 0 before any."""
        return max(self._found, default=0)

    @property
    def firsts(self) -> list[int]:
        """First frames of the shots noted, in order."""
        return sorted(self._found)

    def after_end(self, frames: int) -> list[str]:
        """Say which shots of a list that was read begin after the last of so many frames."""
        late = sorted(cut for cut in self.cuts or () if cut >= frames)
        if not late:
            return []
        first, file = late[0], self._file
        return [note("shots.after_end", count=len(late), file=file, frame=first, frames=frames)]

    def write(self, taken: Mapping[int, str] | None = None) -> None:
        """Write the shots found, unless a list was read.

        Args:
            taken: what shots were taken for, by their first frames; for people to read.

        Raises:
            TargetError: it can't be written.
        """
        if self._file is None or self.cuts is not None:
            return
        write_cuts(self._file, self._source, sorted(self._found.items()), {_TAKEN: taken or {}})


def write_cuts(
    file: Path,
    source: Path,
    shots: Iterable[tuple[int, float]],
    more: Mapping[str, Mapping[int, str]] | None = None,
) -> None:
    """Write the list of a film.

    Args:
        file: the list.
        source: the film.
        shots: first frame and seconds of each.
        more: further columns, by name, such as the scenes of shots, each by the first frames of
            shots; one that says nothing is not written.

    Raises:
        TargetError: it can't be written.
    """
    text = io.StringIO(newline="")
    text.write(f"{_TITLE}{source.name}\n")
    table = csv.writer(text, lineterminator="\n")
    further = {name: said for name, said in (more or {}).items() if said}
    table.writerow((*_COLUMNS, *further))
    for number, (index, seconds) in enumerate(shots, start=1):
        said = (column.get(index, "") for column in further.values())
        table.writerow((number, timecode(seconds), index, *said))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text.getvalue().encode("utf-8"))
    except OSError as error:
        raise TargetError(file, note("file.cannot_write_so", why=error.strerror)) from error


def cut_file(file: Path | None, source: Path) -> Path | None:
    """Return the list of a film, where `file` is a list or a folder of lists."""
    if file is not None and os.path.isdir(file):  # noqa: PTH112 - takes any name
        return on_disk(file / f"{source.name}.shots.csv")
    return file


def columns_of(row: Mapping[str, str]) -> dict[str, Any]:
    """Return what the columns `OWN` of a shot say as values of its settings; wrong ones as text."""
    return {name: _value(text) if name in _NOT_TEXT else text for name, text in row.items()}


def _value(text: str) -> Any:
    if text.lower() in ("true", "yes", "false", "no"):
        return text.lower() in ("true", "yes")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def override_file(cut_list: Path | None) -> Path | None:
    """Return the file of single shots' settings next to a cut list; see `ShotSettings`."""
    return None if cut_list is None else cut_list.with_suffix(".toml")


def whole_number(text: str) -> int:
    """Return the number of a shot as it stands in [shot.3]; [shot.03] would be a second table of 3.

    Raises:
        ValueError: it is written otherwise.
    """
    if text != str(int(text)):
        raise ValueError(f"[shot.{text}]")
    return int(text)


def timecode(seconds: float) -> str:
    """Write a time as H:MM:SS.mmm."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _own(row: Mapping[str, str]) -> dict[str, str]:
    """Return what a row says of its shot besides where it begins."""
    return {name: row[name] for name in OWN if name in row}


def _read(file: Path, source: Path, rate: Fraction) -> tuple[dict[int, dict[str, str]], list[str]]:
    """Return what the rows say, by the first frames of their shots, and columns of no meaning."""
    try:
        lines = read_text(file, NOTES_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(note("shots.list_cannot_read", file=file, why=error)) from error
    title = next((line for line in lines if line.startswith(_TITLE)), None)
    found = source.name if title is None else title.removeprefix(_TITLE).strip(_FILLING)
    if found != source.name.strip(_FILLING):
        raise SettingsError(note("shots.list_of_other", file=file, of=found, source=source.name))
    rows = _rows(file, [line for line in lines if line.strip(_FILLING) and line[0] != "#"])
    unknown = [name for name in (rows[0] if rows else ()) if name not in _KNOWN]
    starts: dict[int, dict[str, str]] = {0: {}}
    for number, row in enumerate(rows, start=1):
        try:
            first = _first_frame(row, rate)
            said = {name: (row.get(name) or "").strip() for name in (_SCENE, _TAKEN, *OWN)}
        except (ValueError, TypeError, KeyError, AttributeError, SettingsError) as error:
            columns = ",".join(_COLUMNS)
            raise SettingsError(
                note("shots.list_no_place", file=file, shot=number, columns=columns)
            ) from error
        known = starts.setdefault(first, {})
        for name, text in said.items():
            if text and known.setdefault(name, text) != text and name != _TAKEN:
                raise SettingsError(
                    note(
                        "shots.list_contradicts", file=file, frame=first, name=name,
                        one=known[name], other=text,
                    )
                )  # fmt: skip
    return starts, unknown


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
            raise SettingsError(
                note("shots.list_no_columns", file=file, columns=",".join(_COLUMNS))
            )
        return list(rows)
    except csv.Error as error:
        raise SettingsError(note("shots.list_no_table", file=file, why=error)) from error


def _first_frame(row: dict[str, str], rate: Fraction) -> int:
    if (row.get("first_frame") or "").strip():
        if int(row["first_frame"]) < 0:
            raise ValueError(row["first_frame"])
        return int(row["first_frame"])
    return frame_of(parse_time(row["start"], "start"), "", rate)
