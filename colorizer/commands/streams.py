"""What goes to standard output and standard error: results alone to the one, all else to the other.

Names of files may hold anything. For people, what would move a cursor or forge a line is escaped;
programs read JSON lines, or names that end with NUL.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any, TextIO

from colorizer.files.shown_names import CONTROLS, escaped
from colorizer.files.shown_names import shown as shown
from colorizer.notes import Note, as_json

SCHEMA = 1
"""Version of the JSON lines; grows when a field changes its meaning."""


class OneLine(logging.Formatter):
    """Formats a message of a log as one line, whatever the names in it hold."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging has it
        """Return the line."""
        record.message = shown(record.message)
        return super().formatMessage(record)


def write_line(text: str) -> None:
    """Write one line for people to standard output, above any bar."""
    write_text(shown(text) if sys.stdout.isatty() else CONTROLS.sub(escaped, text))


def write_name(name: str, *, null: bool = False) -> None:
    """Write the name of a result to standard output, for people; for programs, ended by NUL."""
    if not null:
        write_line(name)
        return
    _above_bars(name, sys.stdout, end="\0")
    sys.stdout.flush()


def write_text(text: str) -> None:
    """Write lines that this program has made to standard output, above any bar."""
    _above_bars(text, sys.stdout)
    sys.stdout.flush()


def _above_bars(text: str, stream: TextIO, end: str = "\n") -> None:
    from tqdm import tqdm  # late, so that --help answers at once

    tqdm.write(text, file=stream, end=end)


def write_json(**event: Any) -> None:
    """Write one JSON line to standard output, with code and values of its message and warnings."""
    texts = (event.get("message"), *event.get("warnings", ()))
    if notes := [as_json(text) for text in texts if isinstance(text, Note)]:
        event["notes"] = notes
    write_text(json.dumps({"schema": SCHEMA, **event}))


def say(text: str) -> None:
    """Write one line to standard error, above any bar; names in it can't make another."""
    _above_bars(shown(text), sys.stderr)
