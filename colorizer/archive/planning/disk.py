"""Room on disks: what a run will need, what there is, and when to stop before a disk is full."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from colorizer.errors import TargetError
from colorizer.jobs import Job, Kind
from colorizer.media.film.codecs import codec_named, keeps_all
from colorizer.media.film.work_folder import why_not_ours, work_folder
from colorizer.media.photo.suffixes import WRITTEN
from colorizer.notes import note
from colorizer.places.frame_pattern import FILE_SUFFIXES, files_of, is_pattern
from colorizer.places.timecode import frame_of

LEAST_FREE = 256_000_000
"""Bytes a run leaves free on a disk, on small disks LEAST_SHARE of it."""
LEAST_SHARE = 0.02
SAMPLES = 24
"""Files of each suffix whose headers are read for an estimate, at most."""
_PIXEL_BYTES = {"jpeg": 0.6, "webp": 0.4, "png8": 1.6, "png16": 4.8, "jp28": 1.1, "jp216": 3.4}
"""Bytes a pixel of coloured photographs, by format and depth."""
_LOSSLESS_BITS = 5.0
"""Bits a pixel and frame of a lossless film by a codec that is lossy by nature."""


@dataclass(frozen=True, slots=True)
class Space:
    """What a run needs on one disk."""

    folder: Path
    """An existing folder on it."""
    needed: int
    """Estimated bytes of the results, and of a film's segments while it is joined."""
    free: int
    """Bytes that can be written before the disk counts as full."""

    @property
    def enough(self) -> bool:
        """Whether all results will fit, by the estimate."""
        return self.needed <= self.free

    def __str__(self) -> str:
        words = note("disk.needed", needed=size_words(self.needed), free=size_words(self.free))
        if self.enough:
            return words
        return note("disk.too_small", why=words, folder=self.folder)


def spaces(jobs: Sequence[Job]) -> list[Space]:
    """Estimate what the results of jobs need on each disk; reads some headers, writes nothing."""
    by_disk: dict[int, list[Job]] = {}
    folders: dict[Path, tuple[int, Path]] = {}
    for job in jobs:
        parent = job.target.parent
        if parent not in folders:
            there = existing_folder(parent)
            folders[parent] = there.stat().st_dev, there
        by_disk.setdefault(folders[parent][0], []).append(job)
    found = []
    for group in by_disk.values():
        folder = folders[group[0].target.parent][1]
        found.append(Space(folder, estimate(group), free_bytes(folder)))
    return found


def estimate(jobs: Iterable[Job]) -> int:
    """Return the bytes that results of jobs will have, by some sources' headers and all sizes."""
    groups: dict[tuple[str, str], list[tuple[Job, int]]] = {}
    for job in jobs:
        try:
            size = sum(file.stat().st_size for file in files_of(job.source))
        except OSError:  # the run will say what is wrong
            continue
        key = job.source.suffix.lower(), job.target.suffix.lower()
        groups.setdefault(key, []).append((job, size))
    return sum(_group_bytes(group) for group in groups.values())


def _group_bytes(group: list[tuple[Job, int]]) -> int:
    """Estimate the results of one suffix: what a sample grows by, the others grow by."""
    step = -(-len(group) // SAMPLES)
    before = after = 0
    for job, size in group[::step]:
        if result := result_bytes(job):
            before, after = before + size, after + result
    growth = after / before if before else 3.0
    total = sum(size for _, size in group) * growth
    if group[0][0].kind is Kind.FILM:  # joining needs a film's segments and the film at once
        total += max(size for _, size in group) * growth
    return round(total)


def facts_of(source: Path) -> dict[str, Any]:
    """Return what `probe` tells of a file; empty where it can't be read: the run will say why."""
    try:
        return _probed(source)
    except Exception:
        return {}


@lru_cache(maxsize=64)
def _probed(source: Path) -> dict[str, Any]:
    from colorizer.media.probe import probe

    return probe(source)


def result_bytes(job: Job) -> int:
    """Estimate the bytes of a result by the source's headers; 0 where they can't be read."""
    facts = facts_of(job.source)
    if not facts:
        return 0
    pixels = facts["width"] * facts["height"]
    if job.kind is Kind.PHOTO:
        return round(pixels * max(1, facts["pages"]) * _pixel_bytes(job, facts["bits"]))
    frames = _wanted_frames(job, facts)
    if is_pattern(job.target):
        return round(pixels * frames * _frame_bytes(job, facts["bits"]))
    codec, quality = job.settings.codec, job.settings.quality
    bits = codec_named(codec).bits
    if quality == 0 and keeps_all(codec, quality):
        bits = max(bits, _LOSSLESS_BITS)
    return round(pixels * frames * bits / 8)


def _wanted_frames(job: Job, facts: dict[str, Any]) -> int:
    """Return how many frames of a film `--start` and `--end` leave."""
    frames = facts["frames"] or 0
    rate, timecode = Fraction(facts["rate"]), facts.get("time_code") or ""
    start, end = job.settings.span
    last = frame_of(end, timecode, rate, up=True) if end else frames
    return max(0, min(last, frames) - frame_of(start, timecode, rate, up=True))


def _frame_bytes(job: Job, bits: int) -> float:
    if job.target.suffix.lower() in FILE_SUFFIXES:
        return 3.0 if bits == 8 else 4.0 if bits == 10 else 6.0
    return _pixel_bytes(job, bits)


def _pixel_bytes(job: Job, bits: int) -> float:
    suffix = job.target.suffix.lower()
    deep = bits > 8
    name = WRITTEN.get(suffix, "")
    if name in ("png", "jp2"):
        return _PIXEL_BYTES[f"{name}{'16' if deep else '8'}"]
    if name in _PIXEL_BYTES:
        return _PIXEL_BYTES[name]
    return 6.0 if deep else 3.0


def existing_folder(folder: Path) -> Path:
    """Return the folder or the nearest existing one above it."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - links are to stay as they are
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def free_bytes(folder: Path) -> int:
    """Return how many bytes may be written before the disk of a folder counts as full."""
    usage = shutil.disk_usage(folder)
    return max(0, usage.free - round(min(LEAST_FREE, LEAST_SHARE * usage.total)))


def check_room(target: Path, needed: int) -> None:
    """Stop before a disk is full.

    Args:
        target: the file about to be written.
        needed: its bytes, roughly.

    Raises:
        TargetError: there is less room than that; its cause is an OSError of a full disk.
    """
    try:
        free = free_bytes(existing_folder(target.parent))
    except OSError:  # a drive that does not tell; writing will
        return
    if needed > free:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise TargetError(
            target.parent,
            note("disk.nearly_full", free=size_words(free), needed=size_words(needed)),
        ) from full


def segments_bytes(target: Path) -> int:
    """Return how large the finished segments of a film are: so much joining them needs again."""
    folder = work_folder(target)
    if why_not_ours(folder):
        return 0
    try:
        return sum(file.stat().st_size for file in folder.rglob("*"))
    except OSError:  # there are none yet, or one got its name just now
        return 0


def size_words(size: float) -> str:
    """Return bytes in words, such as 3.2 GB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if size >= 100 or unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
