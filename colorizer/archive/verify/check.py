"""Look whether results are still what was recorded: manifest, sidecars, sources, pictures."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from natsort import natsorted

from colorizer.archive.planning.moved import Moved
from colorizer.archive.records import manifest
from colorizer.archive.records.provenance import (
    SUFFIX,
    Sidecar,
    State,
    find_source,
    read_sidecar,
    sidecar_of,
    source_hash,
)
from colorizer.archive.records.sidecar_form import unusable
from colorizer.archive.verify.film import verify_film
from colorizer.archive.verify.still import verify_still
from colorizer.errors import ColorizerError
from colorizer.files.checksum import file_hash
from colorizer.files.name_forms import normal_form, on_disk
from colorizer.jobs import Kind
from colorizer.media.film.codecs import keeps_all
from colorizer.notes import joined, note
from colorizer.places.frame_pattern import frames_of, is_pattern, there
from colorizer.settings import Reading

_LARGE_BYTES = 20 << 20
"""Pictures of larger files are compared one at a time: each takes memory for both its versions."""
_large = threading.Lock()


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of looking at one result."""

    path: Path
    good: bool
    text: str
    facts: dict[str, Any] = field(default_factory=dict)
    """Of the comparison of pictures, as JSON values."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of one result."""

    path: Path
    listed: str = ""
    """SHA-256 by the manifest; empty where none lists it."""
    has_sidecar: bool = False
    outside: bool = False
    """Its name in the manifest leads out of the folder: it is not read."""
    source: tuple[Path, str] | None = None
    """Source and its SHA-256 by the manifest, of a result without a sidecar."""


@dataclass(slots=True)
class Contents:
    """What a folder of results holds."""

    recorded: list[Recorded] = field(default_factory=list)
    """In natural order."""
    unrecorded: list[Path] = field(default_factory=list)
    """Photos and films that neither the manifest nor a sidecar knows."""
    unfinished: list[Path] = field(default_factory=list)


def contents_of(root: Path) -> Contents:
    """List what is recorded below a folder, and which files exist next to it.

    Raises:
        MediaError: its manifest can't be read.
    """
    from colorizer.media.probe import kind_of

    found = Contents()
    entries = manifest.read_entries(root / manifest.NAME)
    listed = _listed(root, {name: digest for name, (digest, _) in entries.items()})
    with_sidecar, others = set(), []
    for folder, folders, names in os.walk(root):
        place = Path(folder)
        found.unfinished += [place / name for name in folders if name.endswith(".colorize")]
        folders[:] = [name for name in folders if not name.startswith(".colorize")]
        folders[:] = [name for name in folders if not name.endswith(".colorize")]
        for name in names:
            if name.endswith(".part"):
                found.unfinished.append(place / name)
            elif name.endswith(SUFFIX):
                with_sidecar.add(place / name.removesuffix(SUFFIX))
            else:
                others.append(place / name)
    spelled = {normal_form(path): path for path in others}
    with_sidecar = {_spelled(path, spelled) for path in with_sidecar}
    known = {_spelled(root / name, spelled): digest for name, digest in listed.items()}
    top = root.resolve()
    sources = {
        _spelled(root / name, spelled): (on_disk(Path(os.path.normpath(root / s.path))), s.sha256)
        for name, (_, s) in entries.items()
        if s is not None
    }
    for path in natsorted(known.keys() | with_sidecar, key=str):
        outside = not path.resolve().is_relative_to(top)
        has_sidecar = path in with_sidecar
        source = None if has_sidecar else sources.get(path)
        found.recorded.append(Recorded(path, known.get(path, ""), has_sidecar, outside, source))
    framed = {
        frame for path in with_sidecar if is_pattern(path) for frame in frames_of(path).values()
    }
    known_or_framed = known.keys() | with_sidecar | framed
    free = (path for path in others if path not in known_or_framed)
    found.unrecorded += natsorted((path for path in free if kind_of(path)), key=str)
    return found


def _spelled(path: Path, spelled: Mapping[str, Path]) -> Path:
    """Return a recorded path in the Unicode form of the file that exists."""
    return path if os.path.lexists(path) else spelled.get(normal_form(path), path)


def check_all(
    items: Iterable[Recorded],
    *,
    pictures: bool = True,
    sources: bool = True,
    moved: Moved | None = None,
    jobs: int = 1,
) -> Iterator[Finding]:
    """Check recorded results side by side and yield what was found, in their order.

    Args:
        items: see `contents_of`.
        pictures: decode and compare with the source, not only hash.
        sources: look at the sources too.
        moved: where those are that are not at their old places.
        jobs: results at once.
    """
    with ThreadPoolExecutor(jobs, "check") as pool:
        options = {"pictures": pictures, "sources": sources}
        yield from pool.map(lambda item: check(item, moved=moved, **options), items)


def check(
    item: Recorded,
    *,
    moved: Moved | None = None,
    pictures: bool = True,
    sources: bool = True,
) -> Finding:
    """Check one result against all that is recorded of it; errors become findings.

    Args:
        item: the result.
        moved: see `check_all`.
        pictures: see `check_all`.
        sources: see there.
    """
    sidecar = read_sidecar(sidecar_of(item.path)) if item.has_sidecar else None
    try:
        if item.outside:
            return Finding(item.path, False, note("verify.outside"))
        faults = _result_faults(item, sidecar)
        if item.has_sidecar and sidecar is None:
            faults.append(unusable(sidecar_of(item.path)))
        if sources and item.source and item.source[0].is_file():
            place, made_of = item.source
            if file_hash(place) != made_of:
                faults.append(note("verify.source_changed", source=place))
        if faults or sidecar is None or not sources:
            return Finding(item.path, not faults, joined(faults) or note("verify.as_recorded"))
        place = moved.source_of(sidecar) if moved else None
        place = place or find_source(sidecar, sidecar_of(item.path))
        if fault := _source_fault(place, sidecar):
            return Finding(item.path, False, fault)
        if not pictures:
            return Finding(item.path, True, note("verify.source_as_recorded"))
        return compare(item.path, place, sidecar)
    except ColorizerError as error:
        return Finding(item.path, False, str(error))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Finding(item.path, False, note("verify.cannot_check", why=reason))


def compare(target: Path, source: Path, sidecar: Sidecar, *, exact: bool = False) -> Finding:
    """Compare the pictures of a result and its source: lightness of photos, luma of films.

    Args:
        target: the result.
        source: what it was made from.
        sidecar: of the result, for its kind and settings.
        exact: demand equal luma of a film's lossy codec too.

    Raises:
        MediaError: one of them can't be read.
    """
    settings = sidecar["settings"]
    reading = Reading.within(settings)
    if sidecar["kind"] == Kind.PHOTO:
        with _large if target.stat().st_size > _LARGE_BYTES else threading.Lock():
            still = verify_still(target, source, reading)
        return Finding(target, still.good, str(still), asdict(still))
    lossless = keeps_all(settings.get("codec"), settings.get("quality"))
    film = verify_film(target, source, reading, exact=exact or lossless)
    frames = sidecar["result"].get("frames", film.frames)
    if film.good and frames != film.frames:
        return Finding(target, False, note("verify.other_count", count=film.frames, written=frames))
    return Finding(target, film.good, str(film), asdict(film))


def _listed(root: Path, listed: dict[str, str]) -> dict[str, str]:
    """Return all that manifests of a folder list, by its own; of a bag its tag files too."""
    if not (root / "bagit.txt").is_file():
        return listed
    listed |= manifest.read_manifest(root / f"tag{manifest.NAME}")
    # BagIt writes line breaks in names in its own way.
    breaks = (("%0A", "\n"), ("%0a", "\n"), ("%0D", "\r"), ("%0d", "\r"))
    for name in [name for name in listed if "%0" in name]:
        plain = name
        for code, letter in breaks:
            plain = plain.replace(code, letter)
        listed[plain] = listed.pop(name)
    return listed


def _result_faults(item: Recorded, sidecar: Sidecar | None) -> list[str]:
    """Say how a result is not what was recorded."""
    film = sidecar is not None and sidecar["kind"] == Kind.FILM
    if not (item.path.is_file() or (film and there(item.path, film=True))):
        known = os.path.lexists(item.path)
        return [note("file.not_regular") if known else note("file.does_not_exist")]
    size, found = State.of(item.path).size, file_hash(item.path)
    faults = []
    if item.listed and found != item.listed:
        faults.append(note("verify.not_listed"))
    if sidecar is not None:
        made = sidecar["result"]
        if found != made["sha256"]:
            other = note("verify.not_described")
            if size != made["bytes"]:
                other = note("verify.other_bytes", why=other, bytes=size, wanted=made["bytes"])
            faults.append(other)
        verified = sidecar.get("verified")
        if isinstance(verified, dict) and verified.get("good") is False:
            faults.append(note("existing.failed_verification", verdict=verified.get("verdict")))
    return faults


def _source_fault(source: Path, sidecar: Sidecar) -> str:
    if not there(source, film=sidecar["kind"] == Kind.FILM):
        return note("verify.source_missing", source=source)
    told = sidecar["source"]
    if source_hash(source, told["bytes"]) != told["sha256"]:
        return note("verify.source_changed", source=source)
    return ""
