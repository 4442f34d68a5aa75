"""Numbers, times and names as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from os import PathLike
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from colorizer.jobs import JobState, Kind
from colorizer.notes import Note, Table, english
from gui.words.setting_words import in_the_window

_notes: dict[str, str | list[str]] = {}
"""The words of the notes in the language of the window; empty until one is said."""


def shown(name: str | PathLike[str]) -> str:
    """Return a name that can be shown, whatever bytes a file system put into it."""
    return str(name).encode("utf-8", "replace").decode("utf-8")


def as_tip(text: str) -> str:
    """Return a text as a tool tip that shows it as it is, its lines too, and never as HTML."""
    return f'<div style="white-space: pre-wrap">{escape(text)}</div>' if text else ""


def plural(one: str, many: str, number: int) -> str:
    """Return the words for a number, which stands where they have %1."""
    return (one if number == 1 else many).replace("%1", count(number))


def clock(seconds: float | None) -> str:
    """Return seconds as M:SS or H:MM:SS, empty for None."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"


def moment(seconds: float) -> str:
    """Return seconds as M:SS.T or H:MM:SS.T, to the tenth."""
    tenths = max(0, round(10 * seconds))
    return f"{clock(tenths // 10)}{QLocale().decimalPoint()}{tenths % 10}"


def length(seconds: float) -> str:
    """Return a short duration in seconds to the tenth, a long one as `clock`."""
    if seconds >= 60:
        return clock(seconds)
    return _tr("%1 s").replace("%1", QLocale().toString(seconds, "f", 1))


def span(seconds: float | None) -> str:
    """Return a duration in words that do not pretend to be exact, empty for None."""
    if seconds is None:
        return ""
    if seconds < 90:
        return _tr("%1 s").replace("%1", str(max(1, round(seconds))))
    if seconds < 5400:
        return _tr("%1 min").replace("%1", str(round(seconds / 60)))
    hours, minutes = divmod(round(seconds / 60), 60)
    return _tr("%1 h %2 min").replace("%1", str(hours)).replace("%2", str(minutes))


def count(number: int) -> str:
    """Return a whole number with the separators of the person's language."""
    return QLocale().toString(number)


def size_words(facts: Mapping[str, Any]) -> str:
    """Return width, height and length of a source, as far as they are known."""
    if "width" not in facts:
        return ""
    words = f"{facts['width']} × {facts['height']}"
    return f"{words} · {clock(facts['seconds'])}" if facts.get("seconds") else words


def state_words(state: JobState) -> str:
    """Return the name of a state in the person's language."""
    return {
        JobState.WAITING: _tr("Waiting"),
        JobState.RUNNING: _tr("Running"),
        JobState.DONE: _tr("Done"),
        JobState.SKIPPED: _tr("Skipped"),
        JobState.FAILED: _tr("Failed"),
        JobState.CANCELLED: _tr("Cancelled"),
        JobState.INTERRUPTED: _tr("Interrupted"),
    }[state]


def kind_words(kind: Kind) -> str:
    """Return what a source is, in the person's language."""
    return _tr("Photo") if kind is Kind.PHOTO else _tr("Film")


def use_notes(table: Table) -> None:
    """Say notes of the core in the words of a table; what it lacks is said in English."""
    _notes.clear()
    for code, words in {**english(), **table}.items():
        _notes[code] = (
            in_the_window(words) if isinstance(words, str) else [in_the_window(w) for w in words]
        )


def said(message: str) -> str:
    """Return a message of the core in the person's language; a plain text stays as it is.

    Settings are called as the window calls them.
    """
    if not _notes:
        use_notes({})
    return _named(message).told(_notes) if isinstance(message, Note) else message


def _named(message: Note) -> Note:
    """Return a message whose values, too, call settings as the window does."""
    return Note(message.code, {name: _named_value(one) for name, one in message.values.items()})


def _named_value(value: Any) -> Any:
    if isinstance(value, Note):
        return _named(value)
    if isinstance(value, list):
        return [_named_value(one) for one in value]
    is_option = isinstance(value, str) and value.startswith("--") and " " not in value
    return in_the_window(value) if is_option else value


def _tr(text: str) -> str:
    return QCoreApplication.translate("text", text)
