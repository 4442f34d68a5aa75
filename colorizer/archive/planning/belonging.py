"""Which source a result has: what its sidecar, the manifest or the result itself says of it.

A result belongs to its source and not to a place in today's listing. It is the source's where the
paths are the same, and where the content is and the record's own file is gone or has that name.
"""

from __future__ import annotations

import html
import mmap
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from colorizer.archive.records.provenance import (
    Sidecar,
    State,
    pending_of,
    read_sidecar,
    sidecar_of,
)
from colorizer.files.checksum import file_hash
from colorizer.files.name_forms import normal_form, on_disk
from colorizer.files.strangers import check_size, open_regular
from colorizer.media.photo.suffixes import WRITTEN
from colorizer.places.frame_pattern import files_of, is_pattern, there

_DERIVED = re.compile(rb"<stRef:filePath>([^<]{1,2048})</stRef:filePath>")
_MOST_BYTES = 4 << 30
"""Of a result that is searched for what it says of itself."""
_OURS = b"AISystemUsed>Colorizer<"


@dataclass(frozen=True, slots=True)
class Owner:
    """The source of a result, as it is recorded."""

    name: str
    """Of its file."""
    path: Path | None = None
    """Where it is or was; None where its name alone is known."""
    sha256: str = ""
    """Empty where it is not known."""
    size: int | None = None
    changed_ns: int | None = None

    def __str__(self) -> str:
        return str(self.path or self.name)


def owner_of(target: Path, listed: Mapping[Path, Owner] | None = None) -> Owner | None:
    """Return the source of a result; None where nothing says it.

    Args:
        target: the result; what the sidecar says counts most, then the manifest, then the result.
        listed: owners by absolute path, as a manifest has them.
    """
    for file in (sidecar_of(target), pending_of(target)):  # after a crash it waits for its name
        if os.path.lexists(file) and (sidecar := read_sidecar(file)):
            return owner_in(sidecar, file)
    here = Path(os.path.abspath(target))  # noqa: PTH100 - links are to stay as they are
    return (listed or {}).get(here) or _embedded(target)


def owner_in(sidecar: Sidecar, file: Path) -> Owner:
    """Return the source that a sidecar names.

    Args:
        sidecar: what `file` holds.
        file: the sidecar; a source that moved together with it is found by the way between them.
    """
    told = sidecar["source"]
    path, way = on_disk(Path(told["path"])), told.get("from_here")
    if isinstance(way, str) and not there(path) and there(moved := on_disk(file.parent / way)):
        path = Path(os.path.abspath(moved))  # noqa: PTH100 - links are to stay as they are
    return Owner(path.name, path, told["sha256"], told["bytes"], told["changed_ns"])


def same_place(owner: Owner, source: Path) -> bool:
    """Tell whether the recorded path is that of a source, in whatever Unicode normal form."""
    if owner.path is None:
        return False
    here, known = os.path.abspath(source), os.path.abspath(owner.path)  # noqa: PTH100 - links stay
    if here == known:
        return True
    alike = normal_form(here) == normal_form(known)
    return alike and (not there(owner.path) or _same_frames(owner.path, source))


def _same_frames(one: Path, other: Path) -> bool:
    """Tell whether two patterns, each in its Unicode form, stand for the same files."""
    if not (is_pattern(one) and is_pattern(other)):
        return False
    with suppress(OSError):
        return files_of(on_disk(one)) == files_of(other)
    return False


def belongs(owner: Owner, source: Path, *, hashing: bool = True) -> bool | None:
    """Tell whether a source is the recorded one, perhaps moved; None where only a hash could.

    Args:
        owner: as recorded.
        source: a file or the pattern of a sequence, which exists.
        hashing: False reads no source.
    """
    if same_place(owner, source):
        return True
    named = normal_form(owner.name) == normal_form(source.name)
    if owner.path is None:
        return named
    with suppress(OSError):
        if owner.path.samefile(source):
            return True
    gone = not there(owner.path)
    try:
        state = State.of(source)
    except OSError:  # the run will say what is wrong with it
        return named
    if not (gone or named) or (owner.size is not None and state.size != owner.size):
        return False
    if gone and named and state.changed_ns == owner.changed_ns:
        return True
    if not owner.sha256:
        return gone and named
    return _hash(source, state) == owner.sha256 if hashing else None


@lru_cache(maxsize=4096)
def _hash(source: Path, state: State) -> str:
    """Hash a source once while it stays as it is; `state` changes with it."""
    try:
        return file_hash(source)
    except OSError:
        return ""


def _embedded(target: Path) -> Owner | None:
    """Return the source that the XMP of a photo names as what it was derived from."""
    if target.suffix.lower() not in WRITTEN:
        return None
    with suppress(OSError, ValueError):  # ValueError: it is empty
        check_size(target, _MOST_BYTES)
        with (
            open_regular(target) as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            if data.find(_OURS) >= 0 and (found := _DERIVED.search(data)):
                return Owner(html.unescape(found.group(1).decode("utf-8", "replace")))
    return None
