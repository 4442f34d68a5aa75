"""Which JPEGs a result can't be written like: those of more than 8 bits and lossless ones."""

from __future__ import annotations

import stat
from pathlib import Path

from colorizer.files.strangers import open_regular
from colorizer.media.photo.suffixes import WRITTEN

_HEAD_BYTES = 1 << 16
_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF, 0xF7)
"""Markers of frames without loss; 0xF7 is that of JPEG-LS."""


def suffix_to_follow(path: Path) -> str:
    """Return the suffix of a source by which that of its result is chosen, lower-case.

    It is that of its name, but .tif for a JPEG whose samples no JPEG of ours would hold. Only the
    first 64 KB of files named as JPEG are read; what can't be read keeps its suffix.
    """
    suffix = path.suffix.lower()
    if WRITTEN.get(suffix) != "jpeg":
        return suffix
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return suffix
        with open_regular(path) as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return suffix
    return ".tif" if _is_beyond(head) else suffix


def _is_beyond(head: bytes) -> bool:
    """Tell whether the frame of a JPEG has more than 8 bits or no loss."""
    if not head.startswith(b"\xff\xd8\xff"):
        return False
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAMES:
            return head[at + 4] != 8 or marker in _LOSSLESS
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return False
