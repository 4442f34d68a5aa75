"""What the record of a finished film says of its shots and references; it may be a stranger's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.shots.shot_kinds import KINDS

_MOST = 1 << 53
"""What a number of frames or a share is below; no number at all (NaN) is not."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a film a reference gave its colours to."""

    share: float
    """Of the film, 0 to 1."""
    shots: tuple[tuple[int, int, float], ...]
    """Number of a shot from 1, its first frame in the part that was run, and the share of it."""


class Record:
    """Reads the record of a film where it is finished, and again when it was written again."""

    def __init__(self) -> None:
        self._key: tuple[Path, int] | None = None
        self.taken: dict[int, str] = {}
        """What shots were taken for, by their first frames in the part that was run."""
        self.reach: dict[str, Reach] = {}
        """By the name of the picture."""

    def read(self, entry: Entry | None) -> None:
        """Take what is known of a row."""
        file = None if entry is None else sidecar_of(entry.job.target)
        done = entry is not None and entry.state is JobState.DONE
        key = None
        if file is not None and done and file.exists():
            key = (file, file.stat().st_mtime_ns)
        if key == self._key:
            return
        self._key, self.taken, self.reach = key, {}, {}
        told = read_sidecar(file) if key is not None and file is not None else None
        for shot in _dicts(told, "shots_found"):
            kinds = [kind for kind in KINDS if kind in shot]
            if kinds and type(shot.get("first_frame")) is int:
                self.taken[shot["first_frame"]] = " ".join(kinds)
        for one in _dicts(told, "references_reached"):
            shots = tuple(
                (int(shot["shot"]), int(shot["first_frame"]), float(shot["share"]))
                for shot in _dicts(one, "shots")
                if all(_is_number(shot.get(name)) for name in ("shot", "first_frame", "share"))
            )
            if isinstance(one.get("file"), str) and _is_number(one.get("share")):
                self.reach[Path(one["file"]).name] = Reach(float(one["share"]), shots)


def _dicts(values: Mapping[str, Any] | None, name: str) -> list[Mapping[str, Any]]:
    found = values.get(name) if values is not None else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_MOST < value < _MOST
