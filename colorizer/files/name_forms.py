"""Unicode forms of names: é is one letter or two, and a move between systems changes which.

macOS and its archives write names decomposed (NFD), others composed (NFC); they are the same name.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path


def normal_form(text: Path | str) -> str:
    """Return the same text for all Unicode forms of a name."""
    return unicodedata.normalize("NFC", str(text))


def split_path(path: Path) -> tuple[str, str]:
    """Return folder and name of a path, as `os.path.split` does in three times the time."""
    folder, _, name = str(path).rpartition(os.sep)
    if not folder or folder.endswith(":"):  # of a root, a drive or the current folder
        return os.path.split(path)  # noqa: PTH206 - as text
    return folder, name


def on_disk(path: Path) -> Path:
    """Return a path as the disk spells it, as far as it exists."""
    if str(path).isascii() or path.parent == path or os.path.lexists(path):
        return path
    folder = on_disk(path.parent)
    forms = (path.name, *(unicodedata.normalize(form, path.name) for form in ("NFC", "NFD")))
    found = (folder / form for form in forms)
    return next((one for one in found if os.path.lexists(one)), folder / path.name)
