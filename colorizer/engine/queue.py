"""The list of jobs on disk: in SQLite, saved at every change, so that a power cut loses nothing."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colorizer.archive.planning.results import name_key
from colorizer.engine.closes import Closes
from colorizer.engine.queue_entry import COLUMNS, Entry, column_value, entry_from, free_target
from colorizer.errors import ColorizerError
from colorizer.files.strangers import check_regular
from colorizer.jobs import Job, JobState
from colorizer.notes import note
from colorizer.settings import Settings

_log = logging.getLogger(__name__)

REMOVED = note("queue.result_removed")
"""Reason of an entry that was done, where its result is gone at the end of the work."""

SCHEMA = 4
"""Version of the tables; since 4 a reason and warnings may be notes."""

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
    crashes INTEGER NOT NULL,  -- of versions before 0.2, always 0 now
    added REAL NOT NULL,
    started REAL,
    ended REAL,
    new_list INTEGER NOT NULL DEFAULT 1,
    root BLOB                -- folder of run log and manifest, NULL where it is that of the target
);
CREATE INDEX jobs_position ON jobs (position);
"""


_LATER = ((2, "root", "BLOB"), (3, "new_list", "INTEGER NOT NULL DEFAULT 1"))
"""Columns that older versions of the tables lack: since which version, name, kind."""


class Queue(Closes):
    """The rows of one queue file. A context manager; used by one thread of one process.

    Attributes:
        unreadable: ids of rows that were found to be none of a queue.

    Args:
        path: SQLite file, created with its folder where missing.
        alone: no one else has it open, so what is running there was interrupted.

    Raises:
        ColorizerError: the file is no queue, damaged, or of a newer version.
    """

    def __init__(self, path: Path, *, alone: bool = True) -> None:
        self.path = path
        self.unreadable: set[int] = set()
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(path):
                check_regular(path)
            self._base = sqlite3.connect(path, isolation_level=None)
            self._refuse_foreign()
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._migrate()
            if alone:
                self._recover()

    def close(self) -> None:
        """Close the file; everything is saved already."""
        self._base.close()

    def entries(self, first: int = 0) -> list[Entry]:
        """Return all rows in their order, or those whose id is not below `first`."""
        with self._explained():
            rows = self._base.execute(
                f"SELECT {COLUMNS} FROM jobs WHERE id >= ? ORDER BY position, id", (first,)
            ).fetchall()
        known: dict[str, Settings] = {}
        return [entry for row in rows if (entry := self._read(row, known)) is not None]

    def _read(self, row: Sequence[Any], known: dict[str, Settings]) -> Entry | None:
        """Build an entry; a row that is none is told once and left out."""
        try:
            return entry_from(row, known)
        except (ValueError, ColorizerError) as error:
            if row[0] not in self.unreadable:
                _log.warning(
                    "%s: row %s can't be read and is left out: %s", self.path, row[0], error
                )
            self.unreadable.add(row[0])
            return None

    def entry(self, row: int) -> Entry:
        """Return one row by its id.

        Raises:
            KeyError: there is none.
        """
        found = self._base.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (row,)).fetchone()
        if found is None:
            raise KeyError(row)
        return entry_from(found, {})

    def add(
        self,
        jobs: Iterable[Job],
        state: JobState = JobState.WAITING,
        reason: str = "",
        root: Path | None = None,
    ) -> list[int]:
        """Append jobs and return their ids; one that waits already is left out.

        A target that another source in the queue has gets a number, so that no result replaces
        another.

        Args:
            jobs: to be done.
            state: in which they are.
            reason: of that state.
            root: folder of their run log and manifest; None is each target's own.
        """
        now = time.time()
        with self._change():
            held = self._held()
            position = self._base.execute("SELECT coalesce(max(position), 0) FROM jobs")
            place = position.fetchone()[0]
            ids = []
            for job in jobs:
                target = free_target(job, held)
                if target is None:
                    continue
                place += 1
                cursor = self._base.execute(
                    "INSERT INTO jobs (position, source, target, kind, settings, hints, state,"
                    " reason, warnings, facts, done, seconds, crashes, added, root, new_list)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]', '{}', 0, 0, 0, ?, ?, ?)",
                    (place, os.fsencode(job.source), os.fsencode(target), job.kind,
                     column_value("settings", job.settings), column_value("hints", job.hints),
                     state, column_value("reason", reason), now,
                     column_value("root", root), job.new_list),
                )  # fmt: skip
                ids.append(cursor.lastrowid or 0)
        return ids

    def update(self, row: int, **changes: Any) -> None:
        """Change fields of one row: those of `Entry` without id, or of its job.

        Raises:
            KeyError: there is no such row.
        """
        values = {name: column_value(name, value) for name, value in changes.items()}
        columns = ", ".join(f"{name} = ?" for name in values)
        with self._change():
            cursor = self._base.execute(
                f"UPDATE jobs SET {columns} WHERE id = ?", (*values.values(), row)
            )
            if not cursor.rowcount:
                raise KeyError(row)

    def update_many(self, rows: Iterable[int], **changes: Any) -> None:
        """Change the same fields of many rows at once."""
        values = [column_value(name, value) for name, value in changes.items()]
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

    def _held(self) -> dict[str, tuple[bytes, str]]:
        """Return source and state by target, as `free_target` wants them."""
        rows = self._base.execute("SELECT target, source, state FROM jobs")
        return {name_key(os.fsdecode(t)): (source, state) for t, source, state in rows}

    def _refuse_foreign(self) -> None:
        """Raise ColorizerError for a database of another program; nothing is changed in it."""
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        tables = {name for (name,) in self._base.execute("SELECT name FROM sqlite_master")}
        columns = {row[1] for row in self._base.execute("PRAGMA table_info(jobs)")}
        later = {name for since, name, _ in _LATER if version < since}
        wanted = set(COLUMNS.split(", ")) - later
        if version > SCHEMA:
            return  # told by _migrate
        if (version == 0 and tables) or version < 0 or (version and not wanted <= columns):
            self._base.close()
            raise ColorizerError(note("queue.foreign", file=self.path))

    def _migrate(self) -> None:
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise ColorizerError(note("queue.newer", file=self.path, version=version))
        if version == 0:
            with self._change():
                for statement in _TABLE.split(";"):
                    self._base.execute(statement)
        else:
            with self._change():
                for since, name, kind in _LATER:
                    if version < since:
                        self._base.execute(f"ALTER TABLE jobs ADD COLUMN {name} {kind}")
        if version != SCHEMA:
            self._base.execute(f"PRAGMA user_version = {SCHEMA}")

    def _recover(self) -> None:
        """Mark what was running when the last process ended."""
        with self._change():
            self._base.execute(
                "UPDATE jobs SET state = ?, reason = ? WHERE state = ?",
                (
                    JobState.INTERRUPTED,
                    column_value("reason", note("queue.program_ended")),
                    JobState.RUNNING,
                ),
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
            raise ColorizerError(note("queue.cannot_use", file=self.path, why=error)) from error
