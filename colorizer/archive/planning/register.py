"""Every file that a run will write, held against every file that it reads, before it starts.

Names are compared as a file system may: in the same folder, under whatever path, case and Unicode
form. A link that lies where a file is to be written is no clash: it is replaced, never followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from colorizer.archive.planning.naming import Plan
from colorizer.archive.planning.results import name_key
from colorizer.archive.records.provenance import pending_of, sidecar_of
from colorizer.errors import TargetError
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.places.frame_pattern import is_frame_name
from colorizer.settings import Settings

_CONTENTS = ("coloured", "blank", "text", "line_art")
_READ = ("weights", "hints", "shots", "c2pa_certificate", "c2pa_key")
"""Settings that name files which are read."""

Key = tuple[object, str]


def written_by(job: Job) -> Iterator[tuple[str, Path]]:
    """Yield what each file is that a job may write, and its path; all its other files are hidden.

    Unfinished files are not among them: they get names that no file has.
    """
    yield "output", job.target
    yield "sidecar", sidecar_of(job.target)
    yield "sidecar", pending_of(job.target)
    copied = any(getattr(job.settings, content) == "copy" for content in _CONTENTS)
    suffix = job.source.suffix.lower()
    if copied and job.kind is Kind.PHOTO and suffix != job.target.suffix:
        yield "copy", job.target.with_suffix(suffix)


def without_clashes(plan: Plan, others: Iterable[Path] = ()) -> Plan:
    """Return a plan whose jobs write to no file that the run reads; those that would have FAILED.

    Args:
        plan: of the run.
        others: what else was named as an input.
    """
    key = _keys()
    planned = [*plan.jobs, *(event.job for event in plan.settled)]
    read = {key(path) for path in (*(job.source for job in planned), *others)}
    read |= {key(path) for s in {job.settings for job in planned} for path in _named(s)}
    jobs, settled = [], list(plan.settled)
    for job in plan.jobs:
        found = next((pair for pair in written_by(job) if key(pair[1]) in read), None)
        if found is None or _is_frames(job, found[1]):
            jobs.append(job)
        else:
            reason = f"its {found[0]} {found[1]} is among the inputs; choose another output folder"
            settled.append(Progress(job, JobState.FAILED, message=reason))
    return replace(plan, jobs=tuple(jobs), settled=tuple(settled))


def check_lists(files: Iterable[Path], plan: Plan, others: Iterable[Path] = ()) -> None:
    """Refuse lists of a run, such as its manifest, that would replace what it reads or makes.

    Args:
        files: the lists.
        plan: of the run.
        others: what else was named as an input.

    Raises:
        TargetError: naming the list.
    """
    key = _keys()
    planned = [*plan.jobs, *(event.job for event in plan.settled)]
    inputs = {key(path) for path in (*(job.source for job in planned), *others)}
    inputs |= {key(path) for s in {job.settings for job in planned} for path in _named(s)}
    made = {key(path) for job in planned for _, path in written_by(job)}
    for file in files:
        if key(file) in inputs:
            raise TargetError(file, "is among the inputs; choose another name for this list")
        if key(file) in made:
            raise TargetError(file, "is the name of a result; choose another one for this list")


def _named(settings: Settings) -> Iterator[Path]:
    for name in _READ:
        file = getattr(settings, name)
        if file is not None and file.is_file():
            yield file


def _is_frames(job: Job, file: Path) -> bool:
    """Tell whether a clash is of patterns: their frames are compared when the sink is opened."""
    return job.kind is Kind.FILM and is_frame_name(job.source) and file == job.target


def _keys() -> Callable[[Path], Key]:
    """Return what tells a name in a folder from all others, for many names in few folders."""

    @lru_cache(maxsize=4096)
    def folder_key(folder: str) -> object:
        try:
            status = os.stat(folder)  # noqa: PTH116 - os.path gave it
        except OSError:  # it does not exist: nothing that is read is in it
            return folder
        return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)

    def key(path: Path) -> Key:
        folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - links stay
        return folder_key(folder), name_key(name)

    return key
