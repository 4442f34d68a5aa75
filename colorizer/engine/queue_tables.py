"""The tables of a queue file: made, brought up to date, and refused where another's."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

from colorizer.errors import SettingsError
from colorizer.settings import Settings

_log = logging.getLogger(__name__)

SCHEMA = 5
"""Version of the tables; since 4 a reason and warnings may be notes, since 5 settings have a table
of their own, ids are never used twice, and what a result was made with is kept."""

TABLES = """
CREATE TABLE settings (
    id INTEGER PRIMARY KEY,
    json TEXT NOT NULL UNIQUE
);
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    position INTEGER NOT NULL,
    source BLOB NOT NULL,    -- names as the file system has them, which need not be valid text
    target BLOB NOT NULL,
    kind TEXT NOT NULL,
    settings INTEGER NOT NULL,
    hints TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    warnings TEXT NOT NULL,
    facts TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER,
    seconds REAL NOT NULL,
    added REAL NOT NULL,
    started REAL,
    ended REAL,
    new_list INTEGER NOT NULL DEFAULT 1,
    root BLOB,               -- folder of run log and manifest, NULL where it is that of the target
    made_settings INTEGER,   -- what the finished result was made with, NULL before it has one
    made_hints TEXT
)
"""
_LATER = ((2, "root", "BLOB"), (3, "new_list", "INTEGER NOT NULL DEFAULT 1"))
"""Columns that versions before 5 may lack: since which version, name, kind."""
_KEPT = (
    "id, position, source, target, kind, hints, state, reason, warnings, facts, done, total,"
    " seconds, added, started, ended, new_list, root"
)
"""Columns that version 5 takes over as they were."""


class KnownSettings:
    """The settings of a queue file by their number; equal ones share one object.

    Args:
        base: the open file; numbers are given inside the transaction of the caller.
    """

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self._by_number: dict[int, Settings] = {}
        self._numbers: dict[Settings, int] = {}
        self._last: tuple[Settings, int] | None = None

    def read(self, number: Any) -> Settings:
        """Return settings by their number.

        Raises:
            ValueError, SettingsError: the table has none of that number, or no settings.
        """
        if type(number) is not int:
            raise ValueError("settings are no number")
        if number not in self._by_number:
            found = self._base.execute("SELECT json FROM settings WHERE id = ?", (number,))
            row = found.fetchone()
            if row is None or not isinstance(row[0], str):
                raise ValueError(f"no settings {number}")
            self._by_number[number] = settings_from(json.loads(row[0]))
        return self._by_number[number]

    def number_of(self, settings: Settings) -> int:
        """Return the number of settings, written where they are new."""
        if self._last is not None and self._last[0] is settings:
            return self._last[1]
        number = self._numbers.get(settings)
        if number is None:
            text = json.dumps(settings.as_dict())
            self._base.execute("INSERT OR IGNORE INTO settings (json) VALUES (?)", (text,))
            found = self._base.execute("SELECT id FROM settings WHERE json = ?", (text,))
            number = self._numbers[settings] = int(found.fetchone()[0])
            self._by_number[number] = settings
        self._last = settings, number
        return number

    def forget(self) -> None:
        """Ask the file again: a transaction that gave numbers was taken back."""
        self._numbers.clear()
        self._last = None


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Build settings; options that another version wrote and this one lacks are left out."""
    try:
        return Settings.from_dict(values)
    except SettingsError:
        kept: dict[str, Any] = {}
    for name, value in values.items():
        try:
            Settings.from_dict({**kept, name: value})
        except SettingsError as error:
            _log.warning("a job of another version: %s", error)
        else:
            kept[name] = value
    return Settings.from_dict(kept)


def is_foreign(base: sqlite3.Connection) -> bool:
    """Tell whether a database is that of another program; nothing is changed in it."""
    version = version_of(base)
    tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master")}
    columns = {row[1] for row in base.execute("PRAGMA table_info(jobs)")}
    later = {name for since, name, _ in _LATER if version < since}
    wanted = {*_KEPT.split(", "), "settings"} - later
    if version > SCHEMA:
        return False  # told by the caller
    return (version == 0 and bool(tables)) or version < 0 or (version > 0 and not wanted <= columns)


def version_of(base: sqlite3.Connection) -> int:
    """Return the version of the tables, 0 of an empty file."""
    return int(base.execute("PRAGMA user_version").fetchone()[0])


def bring_up_to_date(base: sqlite3.Connection) -> None:
    """Make the tables, or give those of an older version what they lack; in a transaction."""
    version = version_of(base)
    if version == SCHEMA:
        return
    if version:
        for since, name, kind in _LATER:
            if version < since:
                base.execute(f"ALTER TABLE jobs ADD COLUMN {name} {kind}")
        base.execute("ALTER TABLE jobs RENAME TO jobs_before")
    for statement in TABLES.split(";"):
        base.execute(statement)
    if version:
        base.execute("INSERT OR IGNORE INTO settings (json) SELECT settings FROM jobs_before")
        number = "(SELECT s.id FROM settings s WHERE s.json = b.settings)"
        base.execute(
            f"INSERT INTO jobs ({_KEPT}, settings, made_settings, made_hints) SELECT {_KEPT},"
            f" coalesce({number}, 0), CASE state WHEN 'done' THEN {number} END,"
            " CASE state WHEN 'done' THEN hints END FROM jobs_before b"
        )
        base.execute("DROP TABLE jobs_before")
    base.execute(f"PRAGMA user_version = {SCHEMA}")


def clear_unused(base: sqlite3.Connection) -> None:
    """Remove settings that no row has."""
    base.execute(
        "DELETE FROM settings WHERE id NOT IN (SELECT settings FROM jobs UNION ALL"
        " SELECT made_settings FROM jobs WHERE made_settings IS NOT NULL)"
    )
