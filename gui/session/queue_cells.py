"""What the cells of the queue say."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QCoreApplication, QLocale, Qt

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState, Kind
from gui.words.text import as_tip, clock, kind_words, length, said, shown, size_words, state_words


class Column(Enum):
    """Columns of the queue."""

    NAME = auto()
    """Below it stands the note of a row that has one."""
    STATE = auto()
    """With progress and time left, while there are such."""
    SIZE = auto()
    KIND = auto()
    MODEL = auto()
    SPEED = auto()
    """Numbers stand at the right; a column of words next to them would touch them."""


COLUMNS = tuple(Column)


def heading(column: Column) -> str:
    """Return the name of a column."""
    return {
        Column.NAME: _tr("File"),
        Column.KIND: _tr("Kind"),
        Column.SIZE: _tr("Size"),
        Column.MODEL: _tr("Model"),
        Column.STATE: _tr("State"),
        Column.SPEED: _tr("Speed"),
    }[column]


def words(entry: Entry, column: Column, *, paused: bool = False) -> str:
    """Return the text of a cell; of a file in progress it matters whether work is paused."""
    job = entry.job
    match column:
        case Column.NAME:
            return shown(job.source.name)
        case Column.KIND:
            return kind_words(job.kind)
        case Column.SIZE:
            return size_words(entry.facts)
        case Column.MODEL:
            return job.settings.model
        case Column.STATE:
            return _how_far(entry, paused=paused)
        case Column.SPEED:
            return _speed(entry)


def _how_far(entry: Entry, *, paused: bool) -> str:
    """Return state, share and time left of a row, as far as they say something."""
    if entry.state is not JobState.RUNNING:
        begun = entry.state is JobState.INTERRUPTED and share(entry)
        return " · ".join([state_words(entry.state), *([f"{share(entry):.0%}"] if begun else [])])
    told = [_tr("Paused") if paused else state_words(entry.state)]
    if share(entry):
        told.append(f"{share(entry):.0%}")
    if left := clock(seconds_left(entry)):
        told.append(_tr("%1 left").replace("%1", left))
    return " · ".join(told)


def longest_state() -> str:
    """Return what a row in progress may say, which is the most of all."""
    left = _tr("%1 left").replace("%1", clock(11 * 3600))
    return " · ".join([state_words(JobState.RUNNING), "100%", left])


def note_words(entry: Entry) -> str:
    """Return why a row failed or what is to be known of its result, empty for most rows."""
    return shown(said(entry.reason) or "; ".join(map(said, entry.warnings)))


def tip(entry: Entry, column: Column) -> str:
    """Return what the mouse shows above a cell."""
    if column is not Column.NAME:
        return ""
    lines = [shown(said(line)) for line in (entry.reason, *entry.warnings) if line]
    paths = f"{shown(entry.job.source)}\n→ {shown(entry.job.target)}"
    return as_tip("\n".join([paths, *lines]))


def align(column: Column) -> Qt.AlignmentFlag:
    """Return how the text of a column stands: numbers to the right."""
    side = Qt.AlignmentFlag.AlignLeft
    if column is Column.SPEED:
        side = Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def share(entry: Entry) -> float:
    """Return how much of a job is done, 0 to 1."""
    if entry.state is JobState.DONE:
        return 1.0
    return min(1.0, entry.done / entry.total) if entry.total else 0.0


def seconds_left(entry: Entry) -> float | None:
    """Return how long a running job takes from here, None where no one can know."""
    worked = entry.done - entry.begun
    if entry.state is not JobState.RUNNING or not entry.total or worked <= 0:
        return None
    return (entry.total - entry.done) * entry.seconds / worked


def _speed(entry: Entry) -> str:
    if entry.job.kind is Kind.PHOTO:
        return length(entry.seconds) if entry.seconds and entry.state is JobState.DONE else ""
    worked = entry.done - entry.begun
    if worked <= 0 or not entry.seconds:
        return ""
    return _tr("%1 fps").replace("%1", QLocale().toString(worked / entry.seconds, "f", 1))


def _tr(text: str) -> str:
    return QCoreApplication.translate("queue", text)
