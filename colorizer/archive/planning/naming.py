"""Which file becomes which: the plan of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from colorizer.archive.planning.existing import renamed, settle
from colorizer.archive.planning.result_names import Naming
from colorizer.archive.planning.results import name_key
from colorizer.archive.planning.sequences import found_sequences
from colorizer.archive.planning.targets import results_of, targets_of
from colorizer.archive.planning.walk import Found, Walk, walk
from colorizer.errors import MediaError
from colorizer.files.hiccups import retried
from colorizer.files.name_forms import split_path
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import note
from colorizer.places.frame_pattern import there
from colorizer.settings import Settings

MARK = "_color"
"""Added to the name of a folder whose results get one of their own."""
LONGEST_PATH = 4095 - 35
"""Bytes of a result's path, at most, where the system takes 4095; unfinished files have longer
names than their results. Windows has its own limit and says so."""


IGNORED = note("left.ignored")
UNSUPPORTED = note("left.unsupported")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of the inputs that is not to be worked on."""

    path: Path
    reason: str


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
    left_out: tuple[LeftOut, ...] = ()
    """Files of the inputs that lead to no job, by name."""

    @property
    def unsupported(self) -> tuple[Path, ...]:
        """Files that are neither photos nor films, as far as this program knows."""
        return tuple(left.path for left in self.left_out if left.reason == UNSUPPORTED)


def plan_jobs(
    inputs: Iterable[Path],
    out: Path,
    settings: Settings,
    *,
    kind_of: Callable[[Path], Kind | None] | None = None,
    film_suffix: Callable[[str, str], str] | None = None,
    recursive: bool = True,
    first: int = 1,
    root: Path | None = None,
) -> Plan:
    """Plan a run; nothing is written. Sidecars are read, and of other files what tells their kind.

    Args:
        inputs: files and folders.
        out: output folder; need not exist.
        settings: of every job.
        kind_of: what a file is by its name; None takes `media.probe.kind_of`.
        film_suffix: container of (source suffix, codec); None takes that of
            `media.film.codecs.output_suffix`.
        recursive: search folders in folders.
        first: number of the first file, for names with one.
        root: folder of all results, at or above `out`; None is `out`.
    """
    walked = walk(inputs, kind_of or _kind_of(), out=out, recursive=recursive)
    naming = Naming(out, settings, film_suffix or _film_suffix())
    found, gaps = found_sequences(walked.found, settings)
    walked.found, walked.problems = found, [*walked.problems, *gaps]
    existing = results_of(naming, root or out)
    listed = {item.path for item in found if not item.named and existing.lists(item.path)}
    walked.found = [item for item in found if item.path not in listed] if listed else found
    walked.made += [item.path for item in found if item.path in listed] if listed else []
    found, results = _without_results(walked.found, naming, first)
    targets = targets_of(found, naming, first, results=existing)
    originals = _Files(item.path for item in found)
    others = _Files(item.path for item in (walked.found if results else ()))
    walked.made += results
    jobs, settled = [], []
    taken = {name_key(target) for target in targets} if settings.existing == "rename" else set()
    for item, target in zip(found, targets, strict=True):
        job = Job(item.path, target, item.kind, settings)
        decided = _decide(job, originals, others, taken)
        (jobs if isinstance(decided, Job) else settled).append(decided)
    notes = _notes(walked, out)
    pairs = zip(found, targets, strict=True)
    shortened = sum("~" in t.stem and "~" not in i.path.stem for i, t in pairs if "~" in t.name)
    if settings.caption and any(item.kind is Kind.FILM for item in found):
        notes.append(note("plan.caption_photos_only"))
    if shortened:
        notes.append(note("plan.shortened", count=shortened))
    left = [LeftOut(path, UNSUPPORTED) for path in walked.unsupported]
    left += [LeftOut(path, note("left.result")) for path in walked.made]
    left += [LeftOut(path, IGNORED) for path in walked.ignored]
    left += [LeftOut(path, note("left.same", file=other)) for path, other in walked.repeated]
    problems = tuple(walked.problems)
    return Plan(tuple(jobs), tuple(settled), problems, tuple(notes), tuple(left))


def _notes(walked: Walk, out: Path) -> list[str]:
    """Say what of the inputs is left out."""
    notes = []
    if walked.others:
        notes.append(note("plan.others", count=walked.others, file=walked.unsupported[0]))
    if walked.results:
        notes.append(note("plan.results", count=walked.results))
    if walked.in_out:
        notes.append(note("plan.out_inside_input", folder=out))
    return notes


def _kind_of() -> Callable[[Path], Kind | None]:
    from colorizer.media.probe import kind_of

    return kind_of


def _film_suffix() -> Callable[[str, str], str]:
    from colorizer.media.film.codecs import output_suffix

    return output_suffix


def _identities(paths: Iterable[Path]) -> set[tuple[int, int] | str]:
    """Return the files that paths lead to, the same for links of both kinds and other spellings."""
    known: set[tuple[int, int] | str] = set()
    for path in paths:
        try:
            status = retried(path.stat)
        except OSError:
            continue
        # Some network drives number no files; there the name has to do.
        known.add((status.st_dev, status.st_ino) if status.st_ino else name_key(path.resolve()))
    return known


class _Files:
    """The files that paths lead to, looked up on the disk when one is first asked for."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = paths
        self._known: set[tuple[int, int] | str] | None = None

    def have(self, path: Path) -> bool:
        """Tell whether a file is one of them, under whatever name."""
        if self._known is None:
            self._known = _identities(self._paths)
        return not self._known.isdisjoint(_identities([path]))


def _without_results(
    found: list[Found], naming: Naming, first: int
) -> tuple[list[Found], list[Path]]:
    """Return sources, and files in folders that are targets of others: earlier results."""
    folder_key = lru_cache(maxsize=64)(lambda folder: name_key(os.path.abspath(folder)))  # noqa: PTH100

    def key(path: Path) -> str:
        folder, name = split_path(path)
        return f"{folder_key(folder)}{os.sep}{name_key(name)}"

    targets = [naming.plain(item, n) for n, item in enumerate(found, first)]
    folders = {folder_key(split_path(target)[0]) for target in targets}
    if not any(folder_key(split_path(item.path)[0]) in folders for item in found):
        return found, []
    plain = [key(target) for target in targets]
    places = set(plain)
    # A file whose own name is its target is no result but an original about to be refused.
    results = {
        item.path
        for item, target in zip(found, plain, strict=True)
        if not item.named and (here := key(item.path)) in places and here != target
    }
    kept = [item for item in found if item.path not in results] if results else found
    return kept, [item.path for item in found if item.path in results]


def _decide(
    job: Job,
    originals: _Files,
    others: _Files,
    taken: set[str],
) -> Job | Progress:
    """Apply `existing` to one job; an input is never the target, whatever the setting.

    Args:
        job: as it would be.
        originals: all sources.
        others: those and what was taken for results of earlier runs.
        taken: keys of all targets; grows.
    """
    whole = job.target if job.target.is_absolute() else os.path.abspath(job.target)  # noqa: PTH100
    length = len(os.fsencode(whole))
    if os.name == "posix" and length > LONGEST_PATH:
        reason = note("target.path_too_long", bytes=length, most=LONGEST_PATH)
        return Progress(job, JobState.FAILED, message=note("target.shorter_folder", why=reason))
    film = job.kind is Kind.FILM
    if not there(job.target, film=film):
        return job
    if job.settings.existing == "rename":
        found = renamed(job, taken)
        taken.add(name_key((found if isinstance(found, Job) else found.job).target))
        return found
    refused = note("target.among_inputs", file=job.target)
    if originals.have(job.target):
        return Progress(job, JobState.FAILED, message=refused)
    # What takes reading whole files is left to the run, where it goes side by side.
    if settled := settle(job, hashing=False):
        return settled
    if others.have(job.target):
        return Progress(job, JobState.FAILED, message=refused)
    return job
