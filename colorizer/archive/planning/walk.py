"""Which files the inputs name: folders are searched, system files and our own files left out."""

from __future__ import annotations

import errno
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from natsort import natsort_keygen, ns

from colorizer.archive.records.provenance import SUFFIX
from colorizer.archive.records.sidecar_form import why_not_ours
from colorizer.errors import MediaError
from colorizer.files.hiccups import is_passing, retried
from colorizer.files.name_forms import on_disk, split_path
from colorizer.jobs import Kind
from colorizer.notes import note
from colorizer.places.frame_pattern import frames_of, is_frame_name, normal, stands_for_frames

_natsort = natsort_keygen(alg=ns.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Found:
    """One input file."""

    path: Path
    folder: Path
    """Its folder below the input folder, one object for all of it; none where it was named."""
    kind: Kind
    named: bool
    """The file itself was an input, not a folder above it."""
    linked: bool = False
    """The path is a symbolic link."""

    @property
    def relative(self) -> Path:
        """Its place below the input folder; the bare name where the file itself was named."""
        return self.folder / self.path.name


@dataclass(slots=True)
class Walk:
    """What the inputs hold."""

    found: list[Found] = field(default_factory=list)
    """In the order of the inputs, each folder in natural order: frame2 before frame10."""
    unsupported: list[Path] = field(default_factory=list)
    """Files in the folders that are neither photo nor film."""
    made: list[Path] = field(default_factory=list)
    """Files in the folders that are recorded as results of an earlier run."""
    ignored: list[Path] = field(default_factory=list)
    """Hidden and system files, files of this program, and folders that are not searched as such."""
    repeated: list[tuple[Path, Path]] = field(default_factory=list)
    """Files that are listed under another path, which comes second."""
    in_out: bool = False
    """The output folder lies inside an input and was left out."""
    problems: list[MediaError] = field(default_factory=list)
    """Inputs that are missing, folders that can't be read, links that lead nowhere."""

    @property
    def others(self) -> int:
        """Number of the files that are neither photo nor film."""
        return len(self.unsupported)

    @property
    def results(self) -> int:
        """Number of the files that are results of an earlier run."""
        return len(self.made)


def walk(
    inputs: Iterable[Path],
    kind_of: Callable[[Path], Kind | None],
    *,
    out: Path | None = None,
    recursive: bool = True,
) -> Walk:
    """List the photos and films that files and folders name, each once.

    A file named as an input is always listed, as a photo if `kind_of` does not know it; in folders
    only known ones are. Hidden folders, system files, results with a sidecar and unfinished
    outputs are ignored; links are followed, loops are not; pipes and devices are no files. A
    file that links lead to is listed under its own name, so that a link that is added changes no
    result.

    Args:
        inputs: files and folders.
        kind_of: what a file is by its name; None is neither photo nor film.
        out: folder of the outputs, not searched where it is below an input.
        recursive: search folders in folders.
    """
    result = Walk()
    listed: dict[str, Found] = {}
    outranked: set[Path] = set()
    real_folder = lru_cache(maxsize=64)(os.path.realpath)
    for given in inputs:
        for item in _below(Path(given), kind_of, result, out, recursive):
            path = item.path
            # Only a link needs a look at the disk; a hundred thousand files have few folders.
            if item.linked:
                real = os.path.realpath(path)
            else:
                folder, name = split_path(path)
                real = f"{real_folder(folder)}/{name}"
            known = listed.setdefault(real, item)
            if known is item:
                result.found.append(item)
            elif known.linked and not item.linked:
                listed[real] = item
                result.found.append(item)
                outranked.add(known.path)
                result.repeated.append((known.path, path))
            elif known.path != path:
                result.repeated.append((path, known.path))
    if outranked:
        result.found = [item for item in result.found if item.path not in outranked]
    return result


def is_ours_or_system(name: str) -> bool:
    """Tell whether a file or folder name is a system's, or that of an unfinished output."""
    lower = name.lower()
    return (
        lower in ("thumbs.db", "desktop.ini", ".ds_store", "@eadir", "$recycle.bin")
        or lower.startswith(("._", ".colorize", "colorize-run-"))
        or lower == "manifest-sha256.txt"
        or lower.endswith((".part", SUFFIX))
    )


def _natural(name: str) -> Any:
    """Return the key of a name in natural order: that of natsort, which takes more time."""
    if not name.isascii():
        return _natsort(name)
    parts: list[str | int] = [*_DIGITS.split(name.lower())]
    parts[1::2] = map(int, parts[1::2])
    return tuple(parts if parts[-1] != "" else parts[:-1])


def _is_ignored(name: str, kind: str, recursive: bool) -> bool:
    """Tell whether an entry of a folder is left out for its name alone."""
    if kind == "folder" and not recursive:
        return False
    return is_ours_or_system(name) or (kind == "folder" and name.startswith("."))


def _below(
    given: Path,
    kind_of: Callable[[Path], Kind | None],
    result: Walk,
    out: Path | None,
    recursive: bool,
) -> Iterator[Found]:
    """Yield the files of one input."""
    given = on_disk(given)  # a list may have been written on another system
    if not os.path.isdir(given):  # noqa: PTH112 - also where it may not be looked at
        if stands_for_frames(given):
            given = normal(given)
            yield Found(given, Path(), Kind.FILM, named=True)
        elif os.path.isfile(given):  # noqa: PTH113 - as above
            kind = kind_of(given) or Kind.PHOTO
            yield Found(given, Path(), kind, named=True, linked=given.is_symlink())
        else:
            exists = os.path.lexists(given)
            reason = _why_not(given) if exists else _missing(given)
            result.problems.append(MediaError(given, reason))
        return
    for path, below, linked in _files(given, result, _identity(out), recursive):
        kind = kind_of(path)
        if kind is None:
            result.unsupported.append(path)
        else:
            yield Found(path, below, kind, named=False, linked=linked)


def _missing(given: Path) -> str:
    """Say what is wrong with an input that does not exist, and may have been meant as a pattern."""
    frames = frames_of(given) if is_frame_name(given) and os.path.isdir(given.parent) else {}  # noqa: PTH112
    if not frames:
        return note("file.no_such")
    only = next(iter(frames.values())).name
    return note("file.lone_frame", name=only)


def _files(
    top: Path, result: Walk, out: tuple[int, int] | None, recursive: bool
) -> Iterator[tuple[Path, Path, bool]]:
    """Yield the files of a folder, then those of its folders, in natural order.

    Links to folders come last. With each file comes its folder below `top` and whether it is a
    link.
    """
    waiting, linked_folders = [top], deque[Path]()
    entered: set[tuple[int, int] | None] = set()
    while waiting or linked_folders:
        folder = waiting.pop() if waiting else linked_folders.popleft()
        identity = _identity(folder)
        if identity is not None and identity in entered:
            continue
        entered.add(identity)
        if folder != top and identity is not None and identity == out:
            result.in_out = True
            continue
        try:
            names = retried(partial(_listed, folder))
        except OSError as error:
            reason = note("folder.cannot_read", why=error.strerror or error)
            result.problems.append(MediaError(folder, reason))
            continue
        below_top = folder.relative_to(top)
        made = {name.removesuffix(SUFFIX) for name, _, _ in names if name.endswith(SUFFIX)}
        ignored = [item[0] for item in names if _is_ignored(item[0], item[1], recursive)]
        result.ignored += (folder / name for name in sorted(ignored, key=_natural))
        names = [item for item in names if not is_ours_or_system(item[0])]
        names.sort(key=lambda item: (_natural(item[0]), item[0]))
        for name, kind, linked in names:
            if kind == "gone":
                result.problems.append(MediaError(folder / name, _why_not(folder / name)))
            elif kind == "other":
                result.unsupported.append(folder / name)
            elif kind == "file" and name in made and not why_not_ours(folder / f"{name}{SUFFIX}"):
                result.made.append(folder / name)
            elif kind == "file":
                yield folder / name, below_top, linked
        if recursive:
            below = [
                (folder / name, linked)
                for name, kind, linked in names
                if kind == "folder" and not name.startswith(".")
            ]
            waiting.extend(path for path, linked in reversed(below) if not linked)
            linked_folders.extend(path for path, linked in below if linked)


def _listed(folder: Path) -> list[tuple[str, str, bool]]:
    """Return name, kind and whether it is a link of everything in a folder.

    Kinds are file, folder, gone (a link that leads nowhere, to itself, or where no one may look)
    and other (a pipe, a device). What is wrong with one entry does not matter to the others.
    """
    with os.scandir(folder) as entries:
        return [(entry.name, _kind(entry), entry.is_symlink()) for entry in entries]


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_dir():
            return "folder"
        if entry.is_file():
            return "file"
    except OSError as error:
        if is_passing(error):  # the folder is asked again
            raise
        return "gone"
    return "other" if not entry.is_symlink() or os.path.exists(entry) else "gone"  # noqa: PTH110


def _why_not(path: Path) -> str:
    """Say why something that exists is neither a file nor a folder."""
    try:
        path.stat()
    except FileNotFoundError:
        return note("file.link_to_nowhere")
    except OSError as error:
        if error.errno == errno.ELOOP:
            return note("file.link_to_itself")
        return note("file.cannot_look_at", why=error.strerror or error)
    return note("file.neither_file_nor_folder")


def _identity(folder: Path | None) -> tuple[int, int] | None:
    """Return what tells a folder from every other, under whatever name; None if nothing does."""
    if folder is None:
        return None
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
