"""Which file becomes which: the tree mirrored below the output folder, no name twice."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from colorizer.archive.existing import settle
from colorizer.archive.walk import Found, walk
from colorizer.errors import MediaError
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.settings import Settings

MARK = "_color"
"""Added to the stem of every result."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with the inputs of a run."""

    jobs: tuple[Job, ...]
    """To be run, in the order of the inputs."""
    settled: tuple[Progress, ...]
    """Not to be run, SKIPPED or FAILED, with the reason."""
    problems: tuple[MediaError, ...]
    """Inputs that led to no job: missing files, folders that can't be read."""
    notes: tuple[str, ...]
    """What else was left out, one line each."""


def plan_jobs(
    inputs: Iterable[Path],
    out: Path,
    settings: Settings,
    *,
    kind_of: Callable[[Path], Kind | None] | None = None,
    film_suffix: Callable[[str, str], str] | None = None,
    recursive: bool = True,
) -> Plan:
    """Plan a run; nothing is written and no file opened but sidecars.

    Args:
        inputs: files and folders.
        out: output folder; need not exist.
        settings: of every job; `existing` and `codec` are used here.
        kind_of: what a file is by its name; None takes `media.probe.kind_of`.
        film_suffix: container of (source suffix, codec); None takes `media.codecs.output_suffix`.
        recursive: search folders in folders.
    """
    kind_of = kind_of or _kind_of()
    film_suffix = film_suffix or _film_suffix()
    walked = walk(inputs, kind_of, out=out, recursive=recursive)
    codec, photos = settings.codec, settings.format
    found, results = _without_results(walked.found, out, codec, film_suffix, photos)
    targets = targets_of(found, out, codec, film_suffix, photos)
    sources = _identities(item.path for item in walked.found)
    jobs, settled = [], []
    taken = {_key(target) for target in targets}
    for item, target in zip(found, targets, strict=True):
        job = Job(item.path, target, item.kind, settings)
        decided = _decide(job, sources, taken)
        (jobs if isinstance(decided, Job) else settled).append(decided)
    notes = []
    if walked.others:
        notes.append(f"{walked.others} other files are neither photos nor films")
    if results:
        notes.append(f"{results} files in the input are results of earlier runs")
    if walked.in_out:
        notes.append(f"{out} lies inside the input and is not searched")
    return Plan(tuple(jobs), tuple(settled), tuple(walked.problems), tuple(notes))


def _kind_of() -> Callable[[Path], Kind | None]:
    from colorizer.media.probe import kind_of

    return kind_of


def _film_suffix() -> Callable[[str, str], str]:
    from colorizer.media.codecs import output_suffix

    return output_suffix


def targets_of(
    found: Iterable[Found],
    out: Path,
    codec: str,
    film_suffix: Callable[[str, str], str],
    photos: str = "same",
) -> list[Path]:
    """Return one target per file, all different even where case and accents do not count.

    The first of several files with one target gets the plain name; the others get theirs with the
    suffix of the source, then with a number: a_color.mp4, a_avi_color.mp4, a_avi_2_color.mp4.
    """
    found = list(found)
    targets = [plain_target(item, out, codec, film_suffix, photos) for item in found]
    # Every plain name is reserved first: no later file is pushed off its own.
    taken = {_key(target) for target in targets}
    given: set[str] = set()
    for index, (item, target) in enumerate(zip(found, targets, strict=True)):
        if _key(target) in given:
            targets[index] = target = _other_name(item, target, taken)
            taken.add(_key(target))
        given.add(_key(target))
    return targets


def plain_target(
    item: Found,
    out: Path,
    codec: str,
    film_suffix: Callable[[str, str], str],
    photos: str = "same",
) -> Path:
    """Return the target of a file if it were alone; `photos` is the format of photos."""
    from colorizer.media.suffixes import photo_suffix

    suffix = item.path.suffix
    film = item.kind is Kind.FILM
    suffix = film_suffix(suffix, codec) if film else photo_suffix(suffix, photos)
    return out / item.relative.with_name(item.path.stem + MARK + suffix)


def _other_name(item: Found, target: Path, taken: set[str]) -> Path:
    stem = item.path.stem
    if target.suffix != item.path.suffix.lower():
        stem = f"{stem}_{item.path.suffix.lower().lstrip('.')}"
        if _key(first := target.with_name(stem + MARK + target.suffix)) not in taken:
            return first
    number = 2
    while _key(named := target.with_name(f"{stem}_{number}{MARK}{target.suffix}")) in taken:
        number += 1
    return named


def _key(path: Path) -> str:
    """Return the same text for names that a file system may take for one."""
    return unicodedata.normalize("NFC", str(path)).casefold()


def _identities(paths: Iterable[Path]) -> set[tuple[int, int]]:
    """Return the files behind paths, the same for links of both kinds and other spellings."""
    known = set()
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        known.add((status.st_dev, status.st_ino))
    return known


def _without_results(
    found: list[Found],
    out: Path,
    codec: str,
    film_suffix: Callable[[str, str], str],
    photos: str,
) -> tuple[list[Found], int]:
    """Leave out files in folders that are the targets of others: results of an earlier run."""
    places = {
        _key(Path(os.path.abspath(plain_target(item, out, codec, film_suffix, photos))))  # noqa: PTH100
        for item in found
    }
    kept = [
        item
        for item in found
        if item.named or _key(Path(os.path.abspath(item.path))) not in places  # noqa: PTH100
    ]
    return kept, len(found) - len(kept)


def _decide(job: Job, sources: set[tuple[int, int]], taken: set[str]) -> Job | Progress:
    """Apply `existing` to one job; an input is never the target, whatever the setting."""
    if not os.path.lexists(job.target):
        return job
    if job.settings.existing == "rename":
        return replace(job, target=_free_name(job.target, taken))
    # What takes reading whole files is left to the run, where it goes side by side.
    if settled := settle(job, hashing=False):
        return settled
    if _identities([job.target]) & sources:
        reason = f"its output {job.target} is among the inputs; choose another output folder"
        return Progress(job, JobState.FAILED, message=reason)
    return job


def _free_name(target: Path, taken: set[str]) -> Path:
    """Return the target with the first number that neither the disk nor this run has."""
    number = 2
    while True:
        named = target.with_name(f"{target.stem}_{number}{target.suffix}")
        if _key(named) not in taken and not os.path.lexists(named):
            taken.add(_key(named))
            return named
        number += 1
