"""Reading files that may be anybody's: only regular ones, never more than a kind may have.

Everything that is read back whole goes through here: sidecars, manifests, journals, lists, hints.
A device, a pipe or a folder under the name of such a file is an error of that file, told at once.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from colorizer.notes import note

SIDECAR_BYTES = 16 << 20
LIST_BYTES = 256 << 20
"""Of manifests, journals and lists of files: a million lines."""
NOTES_BYTES = 16 << 20
"""Of what a person writes: hints, cut lists, settings of shots."""
_LINE = 1 << 20
_HALF_LETTER = re.compile(r"\\u[dD][89a-fA-F]")
"""What JSON writes for a half of a letter: of a pair, of a byte of a name, or of no text."""


class NotRegularError(OSError):
    """A name stands for a device, a pipe or a folder where a file is wanted."""


class TooLargeError(OSError):
    """A file has more bytes than one of its kind may have."""


def open_regular(file: Path) -> BinaryIO:
    """Open a file for reading; never waits for a pipe and never reads a device.

    Raises:
        NotRegularError: the name stands for something else.
        OSError: it can't be opened.
    """
    check_regular(file)
    opened = open(file, "rb", opener=_opened)  # noqa: SIM115, PTH123 - Path has no opener
    if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):  # it was exchanged just now
        opened.close()
        raise NotRegularError(errno.EINVAL, note("file.not_regular"), str(file))
    return opened


def _opened(file: str, flags: int) -> int:
    """Open without waiting: a pipe would wait until somebody writes to it."""
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))


def check_regular(file: Path) -> None:
    """Raise NotRegularError where a name stands for something else than a file.

    Raises:
        OSError: it can't be looked at.
    """
    if not stat.S_ISREG(file.stat().st_mode):
        raise NotRegularError(errno.EINVAL, note("file.not_regular"), str(file))


def check_size(file: Path, most: int) -> None:
    """Raise TooLargeError where a file has more than so many bytes.

    Raises:
        OSError: it can't be looked at.
    """
    if "\0" in str(file):
        raise OSError(errno.EINVAL, note("file.nul"))
    if file.stat().st_size > most:
        raise TooLargeError(errno.EFBIG, note("file.too_large", most=most >> 20), str(file))


def read_whole(file: Path, most: int) -> bytes:
    """Read a file of at most so many bytes.

    Raises:
        OSError: it can't be read, is no regular file, or has more.
    """
    check_size(file, most)
    with open_regular(file) as opened:
        data = opened.read(most + 1)
    if len(data) > most:  # it has grown since
        raise TooLargeError(errno.EFBIG, note("file.too_large", most=most >> 20), str(file))
    return data


def read_text(file: Path, most: int) -> str:
    """Read a text in UTF-8, with or without a mark at its beginning.

    Raises:
        OSError: see `read_whole`.
        UnicodeDecodeError: it is another text, or none.
    """
    return read_whole(file, most).decode("utf-8-sig")


def parse_json(data: bytes | str) -> Any:
    """Return JSON values.

    Raises:
        ValueError: it is none, is nested deeper than anything of ours, says one thing twice, or
            holds what is no text.
    """
    try:
        values = json.loads(data, object_pairs_hook=_once)
        if _HALF_LETTER.search(data if isinstance(data, str) else data.decode("latin-1")):
            json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise ValueError(note("file.no_text")) from error
    except (json.JSONDecodeError, UnicodeDecodeError, _TwiceError):
        raise
    except ValueError as error:  # of a number of more digits than Python reads
        raise ValueError(note("file.long_number")) from error
    except RecursionError as error:
        raise ValueError(note("file.nested")) from error
    else:
        return values


class _TwiceError(ValueError):
    """A name stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(note("file.twice", name=repr(name)))
    return values


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of TOML.

    Raises:
        ValueError: it is none, or is nested deeper than anything of ours.
    """
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(note("file.nested")) from error


def text_lines(file: Path) -> Iterator[str]:
    """Yield the lines of a text, those that are too long cut off; nothing of what can't be read."""
    with suppress(OSError), open_regular(file) as opened:
        while line := opened.readline(_LINE):
            yield line.decode("utf-8", "replace")
