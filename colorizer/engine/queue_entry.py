"""One row of the queue, and how its columns hold it. The file itself: colorizer.engine.queue."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from colorizer.archive.planning.results import name_key
from colorizer.errors import SettingsError
from colorizer.files.strangers import parse_json
from colorizer.jobs import Job, JobState, Kind
from colorizer.notes import Note, as_json, from_json
from colorizer.places.hint import as_lists, from_lists
from colorizer.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the queue."""

    id: int
    job: Job
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
    added: float = 0.0
    """Seconds since the epoch, as `started` and `ended`."""
    started: float | None = None
    ended: float | None = None
    root: Path | None = None
    """Folder of run log and manifest; None is that of the target."""


STORED = [item.name for item in fields(Entry) if item.name not in ("id", "job", "begun")]
"""Columns that are fields of an entry."""
COLUMNS = ", ".join(["id", "source", "target", "kind", "settings", "hints", "new_list", *STORED])
"""What `entry_from` wants of a row."""
_NOTE = '{"note": '
"""Beginning of a column that holds a note."""


def entry_from(row: Sequence[Any], known: dict[str, Settings]) -> Entry:
    """Build an entry; equal settings share one object, as there may be 40,000 rows.

    Raises:
        ValueError, SettingsError: the row is not one of a queue.
    """
    try:
        return _entry_from(row, known)
    except (TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _entry_from(row: Sequence[Any], known: dict[str, Settings]) -> Entry:
    number, source, target, kind, settings, hints, new_list, *stored = row
    if settings not in known:
        known[settings] = _settings(json.loads(settings))
    values = dict(zip(STORED, stored, strict=True))
    values["state"] = JobState(values["state"])
    values["reason"] = _reason_from(values["reason"])
    values["warnings"] = tuple(map(from_json, json.loads(values["warnings"])))
    values["facts"] = json.loads(values["facts"])
    values["root"] = None if values["root"] is None else Path(os.fsdecode(values["root"]))
    _check_types(values, (source, target))
    paths = Path(os.fsdecode(source)), Path(os.fsdecode(target))
    asked = from_lists(json.loads(hints))
    job = Job(*paths, Kind(kind), known[settings], asked, new_list=new_list == 1)
    return Entry(id=number, job=job, **values)


def _check_types(values: Mapping[str, Any], names: Iterable[Any]) -> None:
    """Raise ValueError where a column holds what no queue writes there."""
    if any(not isinstance(name, bytes | str) or not name or b"\0" in os.fsencode(name)
           for name in names):  # fmt: skip
        raise ValueError("source or target is no path")
    for name in ("done", "total"):
        if type(values[name]) is not int and not (name == "total" and values[name] is None):
            raise ValueError(f"{name} is no number")
    for name in ("seconds", "added", "started", "ended"):
        may_lack = name in ("started", "ended") and values[name] is None
        if not isinstance(values[name], int | float) and not may_lack:
            raise ValueError(f"{name} is no time")
    if type(values["facts"]) is not dict:
        raise ValueError("facts are none")


def _reason_from(column: str) -> str:
    """Return a reason; versions before 0.2 hold the English text alone."""
    if not column.startswith(_NOTE):
        return column
    try:
        return from_json(parse_json(column))
    except ValueError:  # a text that looks like one
        return column


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


def column_value(name: str, value: Any) -> Any:
    """Return a value as its column holds it."""
    if name not in (*STORED, "target", "settings", "hints", "new_list"):
        raise ValueError(f"no field {name!r} in the queue")
    if name == "target":
        return os.fsencode(value)
    if name == "root":
        return None if value is None else os.fsencode(value)
    if name == "settings":
        return json.dumps(value.as_dict())
    if name == "hints":
        return json.dumps(as_lists(value))
    if name == "reason":
        return json.dumps(as_json(value)) if isinstance(value, Note) else value
    if name == "warnings":
        return json.dumps([as_json(warning) for warning in value])
    if name == "facts":
        return json.dumps(value)
    return value


def free_target(job: Job, held: dict[str, tuple[bytes, str]]) -> Path | None:
    """Return a target no other source of the queue has; None where the job itself waits already.

    Args:
        job: to be added.
        held: source and state by `name_key` of the target; grows.
    """
    source, target, number = os.fsencode(job.source), job.target, 2
    while (key := name_key(target)) in held or (number > 2 and os.path.lexists(target)):
        other, state = held.get(key, (b"", ""))
        if other == source:
            if state in (JobState.WAITING, JobState.RUNNING, JobState.INTERRUPTED):
                return None
            break  # done before and asked for again
        target = job.target.with_name(f"{job.target.stem}_{number}{job.target.suffix}")
        number += 1
    held[key] = (source, JobState.WAITING)
    return target
