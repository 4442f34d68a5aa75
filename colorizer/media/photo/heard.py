"""What the libraries that read photos warn of: the file's own warnings, or nothing.

Pillow warns by the module `warnings`, tifffile and imagecodecs by `logging`; both are of the whole
process, while photos are read in several threads. So every thread listens for itself.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from colorizer.notes import note

_LOGGERS = ("PIL", "tifffile", "imagecodecs")
_MODULES = r"(PIL|tifffile|imagecodecs)\b"
_WORDS = (
    (r"malformed MPO", note("heard.further_pictures")),
    (r"Invalid APNG", note("heard.animation")),
    (
        r"incorrect data check|CRC error",
        note("heard.checksum"),
    ),
    (
        r"ignoring predictor|StripOffsets count|ByteCounts|subsampling|failed to reshape",
        note("heard.storage"),
    ),
    (
        r"EXIF|Metadata Warning|Truncated File Read|TiffTag|corrupted tag",
        note("heard.metadata"),
    ),
)
"""What tells something of a photo, and how it is told; the first that fits counts."""
_thread = threading.local()
_lock = threading.Lock()


@contextmanager
def listening(notes: list[str]) -> Iterator[None]:
    """Keep warnings of the libraries in this thread from being printed.

    Args:
        notes: what they tell of the photo is appended, once each, when it has been read.
    """
    _prepare()
    before, heard = getattr(_thread, "heard", None), []
    _thread.heard = heard
    try:
        yield
    finally:
        _thread.heard = before
        notes += [text for text in dict.fromkeys(_told(heard)) if text not in notes]


def _told(heard: list[str]) -> Iterator[str]:
    for line in heard:
        found = (words for pattern, words in _WORDS if re.search(pattern, line))
        yield from list(found)[:1]


class _Listener(logging.Filter):
    """Takes the records of a logger in threads that listen."""

    def filter(self, record: logging.LogRecord) -> bool:
        heard = getattr(_thread, "heard", None)
        if heard is None:
            return True
        if record.levelno >= logging.WARNING:
            heard.append(record.getMessage())
        return _is_wanted()


def _is_wanted() -> bool:
    """Tell whether a person asked for what libraries say (-vv)."""
    return logging.getLogger().isEnabledFor(logging.DEBUG)


def _prepare() -> None:
    """Put the listeners in place, again where somebody has replaced them."""
    with _lock:
        for name in _LOGGERS:
            logger = logging.getLogger(name)
            if not any(isinstance(one, _Listener) for one in logger.filters):
                logger.addFilter(_Listener())
        if getattr(warnings.showwarning, "of_photos", False):
            return
        # Else a warning that one photo has caused is not given for the next.
        warnings.filterwarnings("always", module=_MODULES)
        warnings.showwarning = _hearing(warnings.showwarning)


def _hearing(shown: Any) -> Any:
    """Return what hears warnings in threads that listen, and hands all others on."""

    def show(message: Any, category: Any, filename: str, *rest: Any, **more: Any) -> None:
        heard = getattr(_thread, "heard", None)
        ours = heard is not None and re.search(rf"[\\/]{_MODULES}", filename)
        if heard is not None and ours:
            heard.append(str(message))
        if not ours or _is_wanted():
            shown(message, category, filename, *rest, **more)

    show.of_photos = True  # type: ignore[attr-defined]
    return show
