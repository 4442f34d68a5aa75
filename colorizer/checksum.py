"""The one checksum of this program: SHA-256 as 64 hex digits, of files, folders and lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder that of its files' names and hashes.

    Raises:
        OSError: it can't be read.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return combined_hash(f"{file_hash(f)}  {f.relative_to(path).as_posix()}\n" for f in files)
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def combined_hash(parts: Iterable[str]) -> str:
    """Return the SHA-256 of texts one after another."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part.encode("utf-8", "surrogateescape"))
    return found.hexdigest()
