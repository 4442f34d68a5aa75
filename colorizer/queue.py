"""The list of jobs on disk: in SQLite, saved at every change, so that a power cut loses nothing."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from colorizer.errors import ColorizerError, SettingsError, TargetError
from colorizer.hint_file import Hint, packed
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings

_log = logging.getLogger(__name__)

SCHEMA = 1
"""Version of the tables and of the exported JSON."""

_TABLE = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    source BLOB NOT NULL,    -- names as the file system has them, which need not be valid text
    target BLOB NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    hints TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    warnings TEXT NOT NULL,
    facts TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER,
    seconds REAL NOT NULL,
    crashes INTEGER NOT NULL,
    added REAL NOT NULL,
    started REAL,
    ended REAL
);
CREATE INDEX jobs_position ON jobs (position);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the queue."""

    id: int
    job: Job
    hints: tuple[Hint, ...] = ()
    """Colours a person asked for: x, y as shares of width and height, a, b in CIELAB units; of a
    film also the time in seconds."""
    state: JobState = JobState.WAITING
    reason: str = ""
    """Why it failed, was skipped or interrupted."""
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What is known of the source: width, height, frames, seconds, rate."""
    done: int = 0
    """Frames finished."""
    begun: int = 0
    """Frames finished before this try; not kept on disk."""
    total: int | None = None
    """Frames expected, None where unknown."""
    seconds: float = 0.0
    """Time worked on it, pauses left out."""
    crashes: int = 0
    """How often the worker process ended while it was in work."""
    added: float = 0.0
    """Seconds since the epoch, as `started` and `ended`."""
    started: float | None = None
    ended: float | None = None


_STORED = [item.name for item in fields(Entry) if item.name not in ("id", "job", "begun")]


class Queue:
    """The rows of one queue file. A context manager; used by one thread of one process.

    Args:
        path: SQLite file, created with its folder where missing.
        alone: nobody else has it open, so what is running there was interrupted.

    Raises:
        ColorizerError: the file is no queue, damaged, or of a newer version.
    """

    def __init__(self, path: Path, *, alone: bool = True) -> None:
        self.path = path
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._migrate()
            if alone:
                self._recover()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; everything is saved already."""
        self._base.close()

    def entries(self, first: int = 0) -> list[Entry]:
        """Return all rows in their order, or those whose id is not below `first`."""
        names = ", ".join(["id", "source", "target", "kind", "settings", *_STORED])
        rows = self._base.execute(
            f"SELECT {names} FROM jobs WHERE id >= ? ORDER BY position, id", (first,)
        )
        known: dict[str, Settings] = {}
        return [_entry(row, known) for row in rows]

    def entry(self, row: int) -> Entry:
        """Return one row by its id.

        Raises:
            KeyError: there is none.
        """
        names = ", ".join(["id", "source", "target", "kind", "settings", *_STORED])
        found = self._base.execute(f"SELECT {names} FROM jobs WHERE id = ?", (row,)).fetchone()
        if found is None:
            raise KeyError(row)
        return _entry(found, {})

    def add(
        self, jobs: Iterable[Job], state: JobState = JobState.WAITING, reason: str = ""
    ) -> list[int]:
        """Append jobs and return their ids; one that waits already is left out.

        A target that another source in the queue has gets a number, so that no result replaces
        another.
        """
        now = time.time()
        with self._change():
            held = self._held()
            position = self._base.execute("SELECT coalesce(max(position), 0) FROM jobs")
            place = position.fetchone()[0]
            ids = []
            for job in jobs:
                target = _free_target(job, held)
                if target is None:
                    continue
                place += 1
                cursor = self._base.execute(
                    "INSERT INTO jobs (position, source, target, kind, settings, hints, state,"
                    " reason, warnings, facts, done, seconds, crashes, added)"
                    " VALUES (?, ?, ?, ?, ?, '[]', ?, ?, '[]', '{}', 0, 0, 0, ?)",
                    (place, os.fsencode(job.source), os.fsencode(target), job.kind,
                     json.dumps(job.settings.as_dict()), state, reason, now),
                )  # fmt: skip
                ids.append(cursor.lastrowid or 0)
        return ids

    def update(self, row: int, **changes: Any) -> None:
        """Change fields of one row: those of `Entry` without id, or target and settings of its job.

        Raises:
            KeyError: there is no such row.
        """
        values = {name: _packed(name, value) for name, value in changes.items()}
        columns = ", ".join(f"{name} = ?" for name in values)
        with self._change():
            cursor = self._base.execute(
                f"UPDATE jobs SET {columns} WHERE id = ?", (*values.values(), row)
            )
            if not cursor.rowcount:
                raise KeyError(row)

    def update_many(self, rows: Iterable[int], **changes: Any) -> None:
        """Change the same fields of many rows at once."""
        values = [_packed(name, value) for name, value in changes.items()]
        columns = ", ".join(f"{name} = ?" for name in changes)
        with self._change():
            self._base.executemany(
                f"UPDATE jobs SET {columns} WHERE id = ?", [(*values, row) for row in rows]
            )

    def move(self, rows: Sequence[int], before: int | None) -> None:
        """Put rows, in their present order, before another row, or at the end for None."""
        moved = set(rows)
        order = [row for (row,) in self._base.execute("SELECT id FROM jobs ORDER BY position, id")]
        if before in moved:
            later = order[order.index(before) :]
            before = next((row for row in later if row not in moved), None)
        kept = [row for row in order if row not in moved]
        place = len(kept) if before is None else kept.index(before)
        kept[place:place] = [row for row in order if row in moved]
        with self._change():
            self._base.executemany(
                "UPDATE jobs SET position = ? WHERE id = ?",
                [(number, row) for number, row in enumerate(kept, start=1)],
            )

    def remove(self, rows: Iterable[int]) -> None:
        """Forget rows; files are not touched."""
        with self._change():
            self._base.executemany("DELETE FROM jobs WHERE id = ?", [(row,) for row in rows])

    def export_json(self, file: Path) -> int:
        """Write all jobs that are not done as JSON and return their number.

        Raises:
            TargetError: the file can't be written.
        """
        rows = [e for e in self.entries() if e.state not in (JobState.DONE, JobState.SKIPPED)]
        jobs = [
            {
                "source": str(e.job.source),
                "target": str(e.job.target),
                "kind": str(e.job.kind),
                "settings": e.job.settings.as_dict(),
                "hints": e.hints,
            }
            for e in rows
        ]
        part = file.with_name(file.name + ".part")
        try:
            part.write_text(json.dumps({"schema": SCHEMA, "jobs": jobs}, indent=1), "utf-8")
            part.replace(file)
        except OSError as error:
            raise TargetError(file, error.strerror or str(error)) from error
        return len(jobs)

    def import_json(self, file: Path) -> list[int]:
        """Append the jobs of an exported file as waiting and return their ids.

        Raises:
            ColorizerError: the file is no queue; nothing is added.
        """
        try:
            content = json.loads(file.read_text("utf-8"))
            if content["schema"] != SCHEMA:
                raise ColorizerError(f"{file}: made by another version ({content['schema']})")
            read = [(job_from(item), packed(item.get("hints", []))) for item in content["jobs"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ColorizerError(f"{file}: not a list of jobs ({error})") from error
        ids = []
        for job, hints in read:
            for row in self.add([job]):
                ids.append(row)
                if hints:
                    self.update(row, hints=hints)
        return ids

    def _held(self) -> dict[bytes, tuple[bytes, str]]:
        """Return source and state by target."""
        rows = self._base.execute("SELECT target, source, state FROM jobs")
        return {target: (source, state) for target, source, state in rows}

    def _migrate(self) -> None:
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise ColorizerError(
                f"{self.path}: made by a newer version of this program (schema {version})"
            )
        if version == 0:
            with self._change():
                for statement in _TABLE.split(";"):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA user_version = {SCHEMA}")

    def _recover(self) -> None:
        """Mark what was running when the last process ended."""
        with self._change():
            self._base.execute(
                "UPDATE jobs SET state = ?, reason = ? WHERE state = ?",
                (JobState.INTERRUPTED, "the program ended while it was in work", JobState.RUNNING),
            )

    @contextmanager
    def _change(self) -> Iterator[None]:
        """All or nothing."""
        with self._explained():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ColorizerError(f"{self.path}: the queue can't be used ({error})") from error


def job_from(item: Mapping[str, Any]) -> Job:
    """Build a job of its JSON: source, target, kind and settings.

    Raises:
        KeyError, ValueError, SettingsError: something is missing or not allowed.
    """
    settings = Settings.from_dict(item.get("settings", {}))
    return Job(Path(item["source"]), Path(item["target"]), Kind(item["kind"]), settings)


def _entry(row: Sequence[Any], known: dict[str, Settings]) -> Entry:
    """Build an entry; equal settings share one object, as there may be 40,000 rows."""
    number, source, target, kind, settings, *stored = row
    if settings not in known:
        known[settings] = _settings(json.loads(settings))
    values = dict(zip(_STORED, stored, strict=True))
    values["hints"] = packed(json.loads(values["hints"]))
    values["state"] = JobState(values["state"])
    values["warnings"] = tuple(json.loads(values["warnings"]))
    values["facts"] = json.loads(values["facts"])
    job = Job(Path(os.fsdecode(source)), Path(os.fsdecode(target)), Kind(kind), known[settings])
    return Entry(id=number, job=job, **values)


def _settings(values: Mapping[str, Any]) -> Settings:
    """Build settings; options that another version wrote and this one lacks are left out."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        try:
            Settings.from_dict({**kept, name: value})
        except SettingsError as error:
            _log.warning("a job of another version: %s", error)
        else:
            kept[name] = value
    return Settings.from_dict(kept)


def _packed(name: str, value: Any) -> Any:
    """Return a value as its column holds it."""
    if name not in (*_STORED, "target", "settings"):
        raise ValueError(f"no field {name!r} in the queue")
    if name == "target":
        return os.fsencode(value)
    if name == "settings":
        return json.dumps(value.as_dict())
    if name in ("hints", "warnings", "facts"):
        return json.dumps(value)
    return value


def _free_target(job: Job, held: dict[bytes, tuple[bytes, str]]) -> Path | None:
    """Return a target no other source of the queue has; None where the job itself waits already."""
    source, target, number = os.fsencode(job.source), job.target, 2
    while (key := os.fsencode(target)) in held:
        other, state = held[key]
        if other == source:
            if state in (JobState.WAITING, JobState.RUNNING, JobState.INTERRUPTED):
                return None
            break  # done before and asked for again
        target = job.target.with_name(f"{job.target.stem}_{number}{job.target.suffix}")
        number += 1
    held[key] = (source, JobState.WAITING)
    return target
