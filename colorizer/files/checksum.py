"""The one checksum of this program: SHA-256 as 64 hex digits, of files, folders and lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from colorizer.files.name_forms import normal_form
from colorizer.files.strangers import open_regular
from colorizer.places.frame_pattern import files_of, is_pattern


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder or a sequence that of its names and hashes.

    Raises:
        OSError: it can't be read, or is a device or pipe.
    """
    if is_pattern(path):
        return combined_hash(f"{file_hash(f)}  {normal_form(f.name)}\n" for f in files_of(path))
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return combined_hash(f"{file_hash(f)}  {f.relative_to(path).as_posix()}\n" for f in files)
    with open_regular(path) as opened:
        digest = hashlib.file_digest(opened, "sha256")  # pyright: ignore[reportArgumentType]
        return digest.hexdigest()


def combined_hash(parts: Iterable[str]) -> str:
    """Return the SHA-256 of texts one after another."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part.encode("utf-8", "surrogateescape"))
    return found.hexdigest()
