"""What the core tells people: codes and values, whose English stands in `english.json`.

To write a message, give it a code with its room and subject, a line in `english.json` and one in
`gui/languages/notes/de.json`, and say `note("photo.cut_off", have=12, whole=40)` where it arises.
A message within a message is a value that is a note itself (an error counts as what it says), a
list is joined by what follows the colon of its place (`{names:; }`, else a comma), and where the
words depend on a number it is named `count` and the line is a pair: of one, and of several.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from numbers import Integral
from pathlib import Path
from typing import Any

Table = Mapping[str, str | list[str]]
"""Code -> words with places such as {have}; a pair of them is for one and for several."""
_DEEPEST = 6
"""Notes within notes that are read back."""
_KEYS = {"note", "values", "text"}


@cache
def english() -> Table:
    """Return the English words of all codes."""
    return json.loads(Path(__file__).with_name("english.json").read_text("utf-8"))


class Note(str):
    """A message in English that knows its code and values, so that it can be said otherwise.

    Attributes:
        code: room and subject, such as photo.cut_off.
        values: by name: numbers, texts, notes, and lists of texts and notes.

    Raises:
        KeyError, ValueError: the code is unknown, or the values are not those of its words.
    """

    __slots__ = ("code", "values")
    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, values: dict[str, Any]) -> Note:
        """Take values as `note` has made them."""
        made = super().__new__(cls, _filled(english()[code], values))
        made.code, made.values = code, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy, or another process, makes it of."""
        return Note, (self.code, self.values)

    def __str__(self) -> str:
        """Return the note itself, so that `str(error)` keeps its code."""
        return self

    def told(self, table: Table) -> str:
        """Return it in the words of a table, in English where that lacks it."""
        words = table.get(self.code)
        if words is None:
            return self
        return _filled(words, {name: _told(value, table) for name, value in self.values.items()})


def note(code: str, /, **values: Any) -> Note:
    """Return a message.

    Args:
        code: of the table.
        values: of its places; what is neither number, text nor list is taken as its text.
    """
    return Note(code, {name: _plain(value) for name, value in values.items()})


def joined(parts: Sequence[str]) -> str:
    """Return several messages as one, "" for none."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return note("text.joined", parts=parts)


def one_line(error: BaseException) -> str:
    """Return what an error says: a note as it is, of a library's text the first line."""
    said = str(error)
    return said if isinstance(said, Note) else said.partition("\n")[0]


def as_json(text: str) -> str | dict[str, Any]:
    """Return a message as JSON values, to be read by `from_json`."""
    if not isinstance(text, Note):
        return text
    values = {
        name: [as_json(one) for one in value] if isinstance(value, list)
        else as_json(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }  # fmt: skip
    return {"note": text.code, "values": values, "text": text}


def from_json(value: Any) -> str:
    """Return the message of JSON values, which may be a stranger's or another version's.

    Raises:
        ValueError: they are no message.
    """
    return _read(value, 0)


def revived(values: dict[str, Any]) -> Any:
    """Return a note for the JSON object of one: a hook for what our own processes write."""
    return _read(values, 0) if values.keys() == _KEYS else values


def _read(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return value
    text = value.get("text") if isinstance(value, dict) else None
    if type(text) is not str:
        raise ValueError("is neither a text nor a note")
    if depth == _DEEPEST:
        return text
    try:
        values = {name: _read_value(one, depth + 1) for name, one in value["values"].items()}
        return Note(value["note"], values)
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError):
        return text  # of a newer version, or none of ours


def _read_value(value: Any, depth: int) -> Any:
    if isinstance(value, list):
        return [_read(one, depth) for one in value]
    return value if isinstance(value, int | float) else _read(value, depth)


def _plain(value: Any) -> Any:
    """Return a value as other processes and JSON can hold it."""
    if isinstance(value, OSError) and value.strerror:  # its number and file are no words
        value = value.strerror
    if isinstance(value, Note):
        return value
    if isinstance(value, list | tuple):
        return [one if isinstance(one, Note) else str(one) for one in value]
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)


def _told(value: Any, table: Table) -> Any:
    if isinstance(value, list):
        return [_told(one, table) for one in value]
    return value.told(table) if isinstance(value, Note) else value


class _List(list[str]):
    """Is written joined by what its place says."""

    def __format__(self, between: str) -> str:
        return (between or ", ").join(self)


def _filled(words: str | list[str], values: Mapping[str, Any]) -> str:
    form = words[values["count"] != 1] if isinstance(words, list) else words
    lists = {name: _List(one) for name, one in values.items() if isinstance(one, list)}
    return form.format_map({**values, **lists})
