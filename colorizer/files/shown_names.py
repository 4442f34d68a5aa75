"""How a text that holds names of files is shown: it moves no cursor and forges no line."""

from __future__ import annotations

import re

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What moves a cursor, breaks a line or turns the direction of writing."""
_UNSEEN = re.compile(f"{CONTROLS.pattern}|[\ud800-\udfff]")
"""Also what is no text."""


def shown(text: str) -> str:
    """Return a text for people; what moves a cursor or breaks a line is written as in Python."""
    return _UNSEEN.sub(escaped, text)


def escaped(found: re.Match[str]) -> str:
    """Return a letter that was found as Python writes it in a string."""
    letter = found.group()
    if "\udc80" <= letter <= "\udcff":  # a byte of a name that is not UTF-8
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode("ascii")


def counted(count: int, one: str) -> str:
    """Return a number with the word for what is counted: 1 frame, 2 frames."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
