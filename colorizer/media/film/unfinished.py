"""What an unfinished film has left next to its target: how much, and its end."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from pathlib import Path

from colorizer.files import durable
from colorizer.media.film.journal import read_journal
from colorizer.media.film.segment import Segment
from colorizer.media.film.work_folder import (
    JOINED,
    JOURNAL,
    LOCK,
    PIECES,
    why_not_ours,
    work_folder,
)

_OWN_FILES = ("seg_*", "state_*", JOURNAL, f"{JOURNAL}.part", LOCK, JOINED)


def kept_frames(target: Path) -> int:
    """Return how many finished frames of an unfinished film wait for the same command."""
    if why_not_ours(work_folder(target)):
        return 0
    folder = work_folder(target)
    own = _segments_in(folder)
    pieces = (_segments_in(one, piece=True) for one in sorted(folder.glob(PIECES)))
    return sum(line.frames for line in chain(own, *pieces))


def is_begun(target: Path) -> bool:
    """Tell whether segments wait from the beginning of a film on, apart from those of pieces."""
    folder = work_folder(target)
    return not why_not_ours(folder) and bool(_segments_in(folder))


def _segments_in(folder: Path, *, piece: bool = False) -> list[Segment]:
    if piece and why_not_ours(folder):
        return []
    try:
        return read_journal(folder / JOURNAL, piece=piece)[1]
    except OSError:
        return []


def is_joining(target: Path) -> bool:
    """Tell whether a run was ended while it put finished segments together as the target."""
    folder = work_folder(target)
    return (folder / JOINED).exists() and not why_not_ours(folder)


def sweep(target: Path) -> None:
    """Remove what a run left that was ended between naming its finished film and tidying up."""
    if target.exists() and is_joining(target):
        remove_folder(work_folder(target))


def discard(target: Path) -> None:
    """Remove the segments of a film that is not to be continued; a folder of others stays."""
    folder = work_folder(target)
    if not why_not_ours(folder):
        remove_folder(folder)


def remove_parts(target: Path) -> None:
    """Delete what is half-written of a film: for a process that ends at once."""
    durable.remove_parts(target)
    folder = work_folder(target)
    for part in () if why_not_ours(folder) else folder.glob("*.part"):
        with suppress(OSError):
            part.unlink()


def remove_folder(folder: Path) -> None:
    """Remove the folder's own files and it, if nothing of others is in it."""
    for piece in folder.glob(PIECES):
        if not why_not_ours(piece):
            remove_folder(piece)
    for pattern in _OWN_FILES:
        for file in folder.glob(pattern):
            with suppress(OSError):
                file.unlink()
    with suppress(OSError):
        folder.rmdir()
