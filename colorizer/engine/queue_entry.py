"""One row of the queue, and how its columns hold it. The file itself: colorizer.engine.queue."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from colorizer.archive.planning.results import name_key
from colorizer.files.strangers import parse_json
from colorizer.jobs import Job, JobState, Kind
from colorizer.notes import Note, as_json, from_json
from colorizer.places.hint import Guide, as_lists, from_lists
from colorizer.settings import Settings, shaping

OF_JOB = ("target", "settings", "hints", "new_list")
"""Fields of the job that can be changed."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a finished result was made with; what is wished may have become another since."""

    settings: Settings
    hints: tuple[Guide, ...] = ()


@dataclass(frozen=True, kw_only=True)
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
    made: Made | None = None
    """What its result was made with, None before it has one."""


def is_other(entry: Entry) -> bool:
    """Tell whether the finished result was made with other settings or hints than are wished."""
    made, job = entry.made, entry.job
    if made is None:
        return False
    names = (*shaping(str(job.kind)), "weights", "hints", "shots")
    other = any(getattr(made.settings, name) != getattr(job.settings, name) for name in names)
    return other or made.hints != job.hints


STORED = [item.name for item in fields(Entry) if item.name not in ("id", "job", "begun", "made")]
"""Columns that are fields of an entry."""
COLUMNS = ", ".join(
    ["id", "source", "target", "kind", "settings", "hints", "new_list", "made_settings",
     "made_hints", *STORED]
)  # fmt: skip
"""What `entry_from` wants of a row."""
_NOTE = '{"note": '
"""Beginning of a column that holds a note."""


def changed_entries(entries: Iterable[Entry], changes: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield entries with other values, those of their jobs among them.

    As `dataclasses.replace` would, in a fraction of its time: there may be 40,000 rows.
    """
    of_job = {name: changes[name] for name in OF_JOB if name in changes}
    own = {name: value for name, value in changes.items() if name not in OF_JOB}
    is_done = own.get("state") is JobState.DONE
    for entry in entries:
        new = object.__new__(Entry)
        values = new.__dict__
        values.update(entry.__dict__)
        values.update(own)
        if of_job:
            values["job"] = replace(entry.job, **of_job)
        if is_done and entry.state is not JobState.DONE:
            values["made"] = Made(new.job.settings, new.job.hints)
        yield new


def entry_from(row: Sequence[Any], settings_of: Callable[[Any], Settings]) -> Entry:
    """Build an entry.

    Args:
        row: `COLUMNS` of the row.
        settings_of: gives settings by their number.

    Raises:
        ValueError, SettingsError: the row is not one of a queue.
    """
    try:
        return _entry_from(row, settings_of)
    except (TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _entry_from(row: Sequence[Any], settings_of: Callable[[Any], Settings]) -> Entry:
    number, source, target, kind, settings, hints, new_list, made, made_hints, *stored = row
    values = dict(zip(STORED, stored, strict=True))
    values["state"] = JobState(values["state"])
    values["reason"] = _reason_from(values["reason"])
    warnings, facts = values["warnings"], values["facts"]
    values["warnings"] = () if warnings == "[]" else tuple(map(from_json, json.loads(warnings)))
    values["facts"] = {} if facts == "{}" else json.loads(facts)
    values["root"] = None if values["root"] is None else Path(os.fsdecode(values["root"]))
    _check_types(values, (source, target))
    paths = Path(os.fsdecode(source)), Path(os.fsdecode(target))
    job = Job(*paths, Kind(kind), settings_of(settings), _hints(hints), new_list=new_list == 1)
    if made is not None:
        values["made"] = Made(settings_of(made), _hints(made_hints))
    return Entry(id=number, job=job, **values)


def _hints(column: str) -> tuple[Guide, ...]:
    return () if column == "[]" else from_lists(json.loads(column))


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


def column_value(name: str, value: Any) -> Any:
    """Return a value as its column holds it; settings are those of a table of their own."""
    if name not in (*STORED, *OF_JOB):
        raise ValueError(f"no field {name!r} in the queue")
    if name == "target":
        return os.fsencode(value)
    if name == "root":
        return None if value is None else os.fsencode(value)
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
