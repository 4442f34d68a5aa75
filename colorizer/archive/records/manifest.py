"""The list of results and their hashes, as `sha256sum -c manifest-sha256.txt` reads it.

It lists results alone: a sidecar holds times and so differs from run to run, results do not. Two
manifests of the same sources and settings are equal, however often a run was interrupted.

Where a result has no sidecar, a comment before its line, which sha256sum passes over, names its
source: `#from`, the hash of the source, and the way to it from the manifest's folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from colorizer.errors import MediaError, TargetError
from colorizer.files.checksum import file_hash
from colorizer.files.claims import held
from colorizer.files.durable import write_whole
from colorizer.files.name_forms import normal_form
from colorizer.files.strangers import LIST_BYTES, read_whole
from colorizer.notes import note

_Stamp = tuple[int, int, int] | None

NAME = "manifest-sha256.txt"
_WAIT_SECONDS = 600.0
"""How long another run may take to write the manifest, which may mean to hash large films."""
_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *]?(.+)", re.DOTALL)
"""The second space is a star for binary reading; bags write their tag files without it."""
_FROM = "#from "
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Source:
    """What a result was made from, as the manifest tells it."""

    path: str
    """From the folder of the manifest, with slashes; absolute where no way leads to it."""
    sha256: str


def read_manifest(file: Path) -> dict[str, str]:
    """Read name -> SHA-256; empty where there is no manifest.

    Args:
        file: lines of 64 hex digits, two spaces or a space and a star, and a name with slashes.

    Raises:
        MediaError: it can't be read, or a line is malformed.
    """
    return {name: digest for name, (digest, _) in read_entries(file).items()}


def read_sources(file: Path) -> dict[str, Source]:
    """Read name -> source of those results of which the manifest tells it.

    Raises:
        MediaError: see `read_manifest`.
    """
    return {name: source for name, (_, source) in read_entries(file).items() if source}


def entry_of(target: Path) -> tuple[str, Source | None]:
    """Return hash and source of a result by the nearest manifest above it; empty if not listed.

    Raises:
        MediaError: see `read_manifest`.
    """
    for folder in Path(os.path.abspath(target)).parents:  # noqa: PTH100 - links are to stay
        file = folder / NAME
        if file.is_file():
            entries = _entries(file, file.stat().st_mtime_ns)
            return entries.get(entry_name(target, folder), ("", None))
    return "", None


@lru_cache(maxsize=4)
def _entries(file: Path, _changed: int) -> Mapping[str, tuple[str, Source | None]]:
    return read_entries(file)


def read_entries(file: Path) -> dict[str, tuple[str, Source | None]]:
    """Read name -> SHA-256 and source, None where it is not told; see `read_manifest`."""
    try:
        text = read_whole(file, LIST_BYTES).decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise MediaError(file, note("file.cannot_read", why=error.strerror)) from error
    entries: dict[str, tuple[str, Source | None]] = {}
    source: Source | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        if line.startswith(_FROM):
            told = _parsed(line.removeprefix(_FROM))
            source = Source(told[1], told[0]) if told else None
        elif (entry := _parsed(line)) is None:
            raise MediaError(file, note("manifest.no_hash_line", number=number))
        else:
            entries[entry[1]], source = (entry[0], source), None
    return entries


def write_manifest(
    file: Path, entries: Mapping[str, str], sources: Mapping[str, Source] | None = None
) -> None:
    """Write name -> SHA-256, sorted by name; an equal file is left alone.

    Args:
        file: the manifest.
        entries: hashes.
        sources: of the results whose source is to be told.

    Raises:
        TargetError: it can't be written.
    """
    told = {name: _FROM + _line(s.path, s.sha256) for name, s in (sources or {}).items()}
    data = "".join(told.get(name, "") + _line(name, entries[name]) for name in sorted(entries))
    coded = data.encode("utf-8", "surrogateescape")
    try:
        if not file.is_file() or read_whole(file, LIST_BYTES) != coded:
            write_whole(file, coded)
    except OSError as error:
        raise TargetError(file, note("file.cannot_write", why=error.strerror or error)) from error


def entry_name(target: Path, root: Path) -> str:
    """Return how a manifest in `root` names a file below it."""
    absolute = os.path.abspath  # links are to stay as they are
    try:
        return PurePath(os.path.relpath(absolute(target), absolute(root))).as_posix()
    except ValueError:  # on another drive of Windows
        return PurePath(absolute(target)).as_posix()


class Manifest:
    """Gathers the results of a run and writes them into the existing manifest.

    An existing line stays as it is until its file is made again: it is the proof that a file
    of an earlier run is still the same, and that one which is gone did exist. Several runs may
    write into one manifest; what another has made again since is listed as it is now.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[str, tuple[Path, str, _Stamp]] = {}
        self._kept: dict[str, tuple[Path, str]] = {}
        self._sources: dict[str, Source | None] = {}

    def add(self, target: Path, sha256: str, source: tuple[Path, str] | None = None) -> None:
        """Take in a result of this run, which exists.

        Args:
            target: the result.
            sha256: of it.
            source: its source and the hash of that, where no sidecar tells it.
        """
        name = entry_name(target, self._root)
        self._made[name] = (target, sha256, _stamp(target))
        self._sources[name] = source and Source(entry_name(source[0], self._root), source[1])

    def keep(self, target: Path, sha256: str = "") -> None:
        """Take in a result of an earlier run.

        Args:
            target: the result.
            sha256: by its sidecar; a line with another is corrected where the file has this one,
                as a run that was killed has made it. Empty: the file is read if no line has it.
        """
        self._kept[entry_name(target, self._root)] = (target, sha256)

    def write(self) -> dict[str, str]:
        """Write the manifest where there is anything new to list, and return its entries.

        Raises:
            MediaError: the existing manifest can't be read; it is left as it is.
            TargetError: it can't be written, or a file to be listed can't be read.
        """
        if not (self._made or self._kept):
            return {}
        file = self._root / NAME
        with held(file, wait=_WAIT_SECONDS):
            known_entries = read_entries(file)
            entries = {name: digest for name, (digest, _) in known_entries.items()}
            sources = {name: source for name, (_, source) in known_entries.items() if source}
            self._respell(entries, sources)
            for name, (target, known) in self._kept.items():
                listed = entries.get(name)
                if listed is None or (known and listed != known and _hash(target) == known):
                    entries[name] = known or _hash(target)
            for name, (target, known, stamp) in self._made.items():
                now = _stamp(target)
                if now is not None:  # else it is gone again, and no line says otherwise
                    entries[name] = known if now == stamp else _hash(target)
            for name, source in self._sources.items():
                sources.pop(name, None)
                if source is not None:
                    sources[name] = source
            write_manifest(file, entries, sources)
        self._made.clear()
        self._kept.clear()
        self._sources.clear()
        return entries

    def _respell(self, entries: dict[str, str], sources: dict[str, Source]) -> None:
        """Give lines of files whose names have got another Unicode form that form."""
        listed = {normal_form(name): name for name in entries}
        for name in (*self._kept, *self._made):
            old = listed.get(normal_form(name), name)
            if old != name and name not in entries and not os.path.lexists(self._root / old):
                entries[name] = entries.pop(old)
                if old in sources:
                    sources[name] = sources.pop(old)


def _stamp(target: Path) -> _Stamp:
    """Return what tells that a file was made again; None where it does not exist."""
    try:
        facts = target.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _hash(target: Path) -> str:
    try:
        return file_hash(target)
    except OSError as error:
        raise TargetError(target, note("file.cannot_read_back", why=error.strerror)) from error


def _line(name: str, digest: str) -> str:
    """Return one line; names with a line break or a backslash are escaped as sha256sum does."""
    escaped = "".join(_ESCAPES.get(letter, letter) for letter in name)
    return f"{chr(92) * (escaped != name)}{digest}  {escaped}\n"


def _parsed(line: str) -> tuple[str, str] | None:
    """Return hash and name of a line; None where it has another form."""
    escaped = line.startswith("\\")
    found = _LINE.fullmatch(line[escaped:])
    if found is None:
        return None
    digest, name = found.groups()
    return digest.lower(), _unescaped(name) if escaped else name


def _unescaped(name: str) -> str:
    plain = {code: letter for letter, code in _ESCAPES.items()}
    parts, place = [], 0
    while place < len(name):
        pair = name[place : place + 2]
        parts.append(plain.get(pair, name[place]))
        place += 2 if pair in plain else 1
    return "".join(parts)
