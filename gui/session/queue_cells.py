"""What the cells of the queue say."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QCoreApplication, Qt

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState, Kind
from gui.words.text import as_tip, clock, kind_words, said, shown, size_words, state_words


class Column(Enum):
    """Columns of the queue."""

    NAME = auto()
    STATE = auto()
    PROGRESS = auto()
    LEFT = auto()
    NOTE = auto()
    SIZE = auto()
    KIND = auto()
    SPEED = auto()
    MODEL = auto()


COLUMNS = tuple(Column)


def heading(column: Column) -> str:
    """Return the name of a column."""
    return {
        Column.NAME: _tr("File"),
        Column.KIND: _tr("Kind"),
        Column.SIZE: _tr("Size"),
        Column.MODEL: _tr("Model"),
        Column.STATE: _tr("State"),
        Column.PROGRESS: _tr("Progress"),
        Column.SPEED: _tr("Speed"),
        Column.LEFT: _tr("Left"),
        Column.NOTE: _tr("Note"),
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
            held = paused and entry.state is JobState.RUNNING
            return _tr("Paused") if held else state_words(entry.state)
        case Column.PROGRESS:
            return f"{share(entry):.0%}" if share(entry) else ""
        case Column.SPEED:
            return _speed(entry)
        case Column.LEFT:
            return clock(seconds_left(entry))
        case Column.NOTE:
            return shown(said(entry.reason) or "; ".join(map(said, entry.warnings)))


def tip(entry: Entry, column: Column) -> str:
    """Return what the mouse shows above a cell."""
    if column is Column.NAME:
        return as_tip(f"{shown(entry.job.source)}\n→ {shown(entry.job.target)}")
    if column is Column.NOTE:
        lines = [shown(said(line)) for line in (entry.reason, *entry.warnings) if line]
        return as_tip("\n".join(lines))
    return ""


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
        return f"{entry.seconds:.1f} s" if entry.seconds and entry.state is JobState.DONE else ""
    worked = entry.done - entry.begun
    if worked <= 0 or not entry.seconds:
        return ""
    return _tr("%1 fps").replace("%1", f"{worked / entry.seconds:.1f}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("queue", text)
