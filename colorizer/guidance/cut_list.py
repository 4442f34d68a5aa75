"""The cut list: where the shots of a film begin, as a table that a person can edit.

# shots of a.mkv
shot,start,first_frame,scene
1,0:00:00.000,0,kitchen
2,0:00:05.240,131,

The column scene may be missing; shots of one scene share their references. `first_frame` is counted
from the frame that the first row's `start` names, which is that of the part where one was coloured.
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

from colorizer.errors import TargetError
from colorizer.files.durable import write_whole
from colorizer.files.name_forms import on_disk
from colorizer.frame import Frame
from colorizer.guidance.cut_rows import (
    COLUMNS,
    OWN,
    SCENE,
    TAKEN,
    TITLE,
    Begin,
    counted_from,
    placed,
    rows_of,
    steps_to,
)  # fmt: skip
from colorizer.notes import note

_NOT_TEXT = ("strength", "vividness", "skip")


class CutList:
    """The list of one film: read where it exists, else written when the film is done."""

    cuts: frozenset[int] | None
    """First frames of the shots, None where they are to be found; below 0 are shots that begin
    before the part."""
    counted_from: int = 0
    """Frame of the film from which the list counts frames."""
    scenes: Mapping[int, str]
    """The name of the scene of shots that have one, by their first frames."""
    own: Mapping[int, Mapping[str, str]]
    """What the columns `OWN` say of shots, by their first frames."""
    taken: Mapping[int, str]
    """What shots were taken for, as words of `stages.found.KINDS`, by their first frames; a run
    does not go by it."""
    warnings: tuple[str, ...] = ()

    def __init__(
        self,
        file: Path | None,
        source: Path,
        rate: Fraction,
        *,
        new: bool = True,
        begin: Begin | None = None,
    ) -> None:
        """Read the list, if it exists.

        Args:
            file: the list, or a folder with one NAME.shots.csv for each film; None is no list.
            source: the film.
            rate: its frames per second, for rows that have a time alone.
            new: one that does not exist may be written; see `Job.new_list`.
            begin: of the part that is coloured; None takes the frames as the list counts them.

        Raises:
            SettingsError: the list can't be read or belongs to another film.
        """
        self._file = cut_file(file, source)
        self._source, self._rate = source, rate
        self._first = 0 if begin is None else begin.first
        self._found: dict[int, float] = {}
        exists = self._file is not None and self._file.exists()
        if self._file is not None and not exists and not new:
            told = note("shots.list_missing", file=self._file)
            self._file, self.warnings = None, (told,)
        self.cuts, self.scenes, self.own, self.taken = None, {}, {}, {}
        if self._file and exists:
            rows, unknown = rows_of(self._file, source)
            self.counted_from = counted_from(rows, rate)
            found = placed(self._file, rows, rate, steps_to(self.counted_from, begin))
            if unknown:
                told = note("shots.unknown_columns", file=self._file, names=unknown, known=OWN)
                self.warnings = (told,)
            self.cuts = frozenset(found)
            self.scenes = {first: row[SCENE] for first, row in found.items() if SCENE in row}
            self.taken = {first: row[TAKEN] for first, row in found.items() if TAKEN in row}
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
        found = self._found
        step = float(self._first / self._rate) - found.get(0, 0.0)
        shots = [(first, found[first] + step) for first in sorted(found)]
        write_cuts(self._file, self._source, shots, {TAKEN: taken or {}})


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
    text.write(f"{TITLE}{source.name}\n")
    table = csv.writer(text, lineterminator="\n")
    further = {name: said for name, said in (more or {}).items() if said}
    table.writerow((*COLUMNS, *further))
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
