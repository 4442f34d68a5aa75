"""The list of jobs on disk: in SQLite, saved at every change, so that a power cut loses nothing."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colorizer.archive.planning.results import name_key
from colorizer.engine.closes import Closes
from colorizer.engine.queue_entry import COLUMNS, Entry, column_value, entry_from, free_target
from colorizer.engine.queue_tables import (
    SCHEMA,
    KnownSettings,
    bring_up_to_date,
    clear_unused,
    is_foreign,
    version_of,
)
from colorizer.errors import ColorizerError
from colorizer.files.strangers import check_regular
from colorizer.jobs import Job, JobState
from colorizer.notes import note

_log = logging.getLogger(__name__)

REMOVED = note("queue.result_removed")
"""Reason of an entry that was done, where its result is gone at the end of the work."""


class Queue(Closes):
    """The rows of one queue file. A context manager; used by one thread at a time of one process.

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
        self._targets: dict[str, tuple[bytes, str]] | None = None
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(path):
                check_regular(path)
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._refuse_foreign()
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._settings = KnownSettings(self._base)
            self._migrate()
            self._base.execute("PRAGMA temp_store=MEMORY")
            self._base.execute("CREATE TEMP TABLE removed AS SELECT * FROM jobs WHERE 0")
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
        return [entry for row in rows if (entry := self._read(row)) is not None]

    def _read(self, row: Sequence[Any]) -> Entry | None:
        """Build an entry; a row that is none is told once and left out."""
        try:
            return entry_from(row, self._settings.read)
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
            KeyError: no row has this id.
        """
        found = self._base.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (row,)).fetchone()
        if found is None:
            raise KeyError(row)
        return entry_from(found, self._settings.read)

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
        now, held = time.time(), self._held()
        with self._change():
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
                    " reason, warnings, facts, done, seconds, added, root, new_list)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]', '{}', 0, 0, ?, ?, ?)",
                    (place, os.fsencode(job.source), os.fsencode(target), job.kind,
                     self._settings.number_of(job.settings), column_value("hints", job.hints),
                     state, column_value("reason", reason), now,
                     column_value("root", root), job.new_list),
                )  # fmt: skip
                ids.append(cursor.lastrowid or 0)
        self._targets = held
        return ids

    def update(self, row: int, **changes: Any) -> None:
        """Change fields of one row: those of `Entry` without id, or of its job.

        Raises:
            KeyError: no row has this id.
        """
        with self._change():
            if not self._update([row], changes):
                raise KeyError(row)

    def update_many(self, rows: Iterable[int], **changes: Any) -> None:
        """Change the same fields of many rows at once."""
        with self._change():
            self._update(list(rows), changes)

    def update_each(
        self,
        groups: Iterable[tuple[Iterable[int], Mapping[str, Any]]],
        targets: Mapping[int, str | os.PathLike[str]] | None = None,
    ) -> None:
        """Change groups of rows, each its own fields, all in one transaction.

        Args:
            groups: ids, and the fields with their values.
            targets: of single rows.
        """
        with self._change():
            for rows, changes in groups:
                self._update(list(rows), changes)
            self._base.executemany(
                "UPDATE jobs SET target = ? WHERE id = ?",
                [(os.fsencode(target), row) for row, target in (targets or {}).items()],
            )

    def _update(self, rows: list[int], changes: Mapping[str, Any]) -> int:
        """Change rows inside a transaction and return how many exist.

        A row that becomes done was made with what is wished of it at this moment.
        """
        sets, values = [], []
        for name, value in changes.items():
            sets.append(f"{name} = ?")
            known = name == "settings"
            values.append(self._settings.number_of(value) if known else column_value(name, value))
        if changes.get("state") is JobState.DONE:
            sets.append("made_settings = settings, made_hints = hints")
        where = "id = ?" if len(rows) == 1 else "id IN (SELECT value FROM json_each(?))"
        asked = rows[0] if len(rows) == 1 else json.dumps(rows)
        text = f"UPDATE jobs SET {', '.join(sets)} WHERE {where}"
        return self._base.execute(text, (*values, asked)).rowcount

    def reorder(self, rows: Sequence[int]) -> None:
        """Give all rows the order of these ids; rows that are not among them come last."""
        asked = json.dumps(list(rows))
        with self._change():
            number = self._base.execute("SELECT count(*) FROM jobs").fetchone()[0]
            if number > len(rows):
                self._base.execute(
                    "UPDATE jobs SET position = coalesce((SELECT max(position) FROM jobs), 0) + id"
                    " WHERE id NOT IN (SELECT value FROM json_each(?1))",
                    (asked,),
                )
            self._base.execute(
                "UPDATE jobs SET position = asked.key + 1 FROM json_each(?) AS asked"
                " WHERE jobs.id = asked.value AND position <> asked.key + 1",
                (asked,),
            )

    def remove(self, rows: Iterable[int]) -> None:
        """Forget rows; files are not touched. `put_back` knows them until the queue is closed."""
        asked = json.dumps(list(rows))
        chosen = "id IN (SELECT value FROM json_each(?))"
        with self._change():
            self._base.execute(
                f"INSERT INTO temp.removed SELECT * FROM jobs WHERE {chosen}", (asked,)
            )
            self._base.execute(f"DELETE FROM jobs WHERE {chosen}", (asked,))

    def put_back(self, rows: Iterable[int]) -> None:
        """Bring removed rows back, with their ids and in their places."""
        asked = json.dumps(list(rows))
        chosen = "id IN (SELECT value FROM json_each(?))"
        with self._change():
            self._base.execute(
                f"INSERT INTO jobs SELECT * FROM temp.removed WHERE {chosen}", (asked,)
            )
            self._base.execute(f"DELETE FROM temp.removed WHERE {chosen}", (asked,))

    def _held(self) -> dict[str, tuple[bytes, str]]:
        """Return source and state by target, as `free_target` wants them; kept while only added."""
        if self._targets is None:
            rows = self._base.execute("SELECT target, source, state FROM jobs")
            self._targets = {name_key(os.fsdecode(t)): (s, state) for t, s, state in rows}
        return self._targets

    def _refuse_foreign(self) -> None:
        """Raise ColorizerError for a database of another program; nothing is changed in it."""
        if is_foreign(self._base):
            self._base.close()
            raise ColorizerError(note("queue.foreign", file=self.path))

    def _migrate(self) -> None:
        version = version_of(self._base)
        if version > SCHEMA:
            raise ColorizerError(note("queue.newer", file=self.path, version=version))
        if version != SCHEMA:
            with self._change():
                bring_up_to_date(self._base)

    def _recover(self) -> None:
        """Mark what was running when the last process ended."""
        with self._change():
            clear_unused(self._base)
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
        self._targets = None
        with self._explained():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                self._settings.forget()
                raise
            self._base.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ColorizerError(note("queue.cannot_use", file=self.path, why=error)) from error
