"""Every file that a run will write, held against every file that it reads, before it starts.

Names are compared as a file system may: in the same folder, under whatever path, case and Unicode
form. A link that lies where a file is to be written is no clash: it is replaced, never followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from colorizer.archive.planning.naming import Plan
from colorizer.archive.planning.results import name_key
from colorizer.archive.records.provenance import check_places, pending_of, sidecar_of
from colorizer.errors import SettingsError, TargetError
from colorizer.files.name_forms import on_disk, split_path
from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.guidance.hints.file import hint_file, read_hints
from colorizer.guidance.references.files import hinted_references, override_references
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import note
from colorizer.places.frame_pattern import files_of, is_frame_name
from colorizer.settings import Settings

_CONTENTS = ("coloured", "blank", "text", "line_art")
_READ = (
    *("weights", "hints", "shots", "profile", "assume_profile", "c2pa_certificate", "c2pa_key"),
)
"""Settings that may name files which are read."""

Key = tuple[object, str]


def written_by(job: Job) -> Iterator[tuple[str, Path]]:
    """Yield what each file is that a job may write, and its path; all its other files are hidden.

    Unfinished files are not among them: they get names that no file has.
    """
    yield "output", job.target
    yield "sidecar", sidecar_of(job.target)
    yield "sidecar", pending_of(job.target)
    cuts = cut_file(job.settings.shots, job.source)
    if cuts is not None and job.kind is Kind.FILM and not os.path.lexists(cuts):
        yield "cut list", cuts
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
    key, folder_of = _keys()
    folders = set(map(folder_of, _read_by(plan, others)))
    exists = lru_cache(maxsize=64)(lambda folder: on_disk(Path(folder)).is_dir())
    read: set[Key] = set()
    jobs, settled = [], list(plan.settled)
    for job in plan.jobs:
        found, reason = None, ""
        if job.kind is Kind.FILM or folder_of(job.target) in folders:  # a photo's are in one
            read = read or set(map(key, _read_by(plan, others)))
            found = next((pair for pair in written_by(job) if key(pair[1]) in read), None)
        if found is not None and not _is_frames(job, found[1]):
            reason = note("target.extra_among_inputs", kind=found[0], file=found[1])
        elif job.settings.sidecar and exists(split_path(job.target)[0]):
            reason = _in_the_way(job)
        if reason:
            settled.append(Progress(job, JobState.FAILED, message=reason))
        else:
            jobs.append(job)
    return replace(plan, jobs=tuple(jobs), settled=tuple(settled))


def _in_the_way(job: Job) -> str:
    """Say what of others lies where the sidecar of a job is to be written."""
    try:
        check_places(job.target)
    except TargetError as error:
        return str(error)
    return ""


def check_output(file: Path, job: Job, others: Iterable[Path] = ()) -> None:
    """Refuse an output that a person names where it is a file that is read, by name or by a link.

    Args:
        file: the output.
        job: what is read for it.
        others: what else is read.

    Raises:
        TargetError: naming the file.
    """
    key, _ = _keys()
    for read in (*_inputs_of(job), *others):
        same = key(read) == key(file)
        with suppress(OSError):
            same = same or read.samefile(file)
        if same:
            raise TargetError(file, note("list.among_files_read"))


def check_lists(files: Iterable[Path], plan: Plan, others: Iterable[Path] = ()) -> None:
    """Refuse lists of a run, such as its manifest, that would replace what it reads or makes.

    Args:
        files: the lists.
        plan: of the run.
        others: what else was named as an input.

    Raises:
        TargetError: naming the list.
    """
    key, folder_of = _keys()
    wanted = {key(file): file for file in files}
    folders = {folder for folder, _ in wanted}
    for path in _read_by(plan, others):
        if folder_of(path) in folders and (file := wanted.get(key(path))):
            raise TargetError(file, note("list.among_inputs"))
    for job in (*plan.jobs, *(event.job for event in plan.settled)):
        if job.kind is Kind.FILM or folder_of(job.target) in folders:
            for _, path in written_by(job):
                if file := wanted.get(key(path)):
                    raise TargetError(file, note("list.name_of_result"))


def _read_by(plan: Plan, others: Iterable[Path]) -> Iterator[Path]:
    """Yield every file that a run reads."""
    planned = [*plan.jobs, *(event.job for event in plan.settled)]
    yield from others
    for settings in {id(job.settings): job.settings for job in planned}.values():
        yield from _named(settings)
    for job in planned:
        yield job.source
        if job.settings.hints or job.settings.shots:
            yield from _guides(job)


def _inputs_of(job: Job) -> Iterator[Path]:
    """Yield every file that one job reads, each frame of a sequence by its name."""
    yield job.source
    if job.kind is Kind.FILM:
        with suppress(OSError):
            yield from files_of(job.source)
    yield from _named(job.settings)
    yield from _guides(job)


def _named(settings: Settings) -> Iterator[Path]:
    for name in _READ:
        if (value := getattr(settings, name)) is not None and (file := Path(value)).is_file():
            yield file


def _guides(job: Job) -> Iterator[Path]:
    """Yield hints, cut list, settings of shots and references of a job, as far as they exist."""
    hints = hint_file(job.settings.hints, job.source)
    cuts = cut_file(job.settings.shots, job.source)
    own = override_file(cuts)
    yield from (file for file in (hints, cuts, own) if file is not None and file.exists())
    with suppress(SettingsError):  # the run says what is wrong
        yield from hinted_references(read_hints(hints) if hints else ())
    yield from override_references(own)


def _is_frames(job: Job, file: Path) -> bool:
    """Tell whether a clash is of patterns: their frames are compared when the sink is opened."""
    return job.kind is Kind.FILM and is_frame_name(job.source) and file == job.target


def _keys() -> tuple[Callable[[Path], Key], Callable[[Path], object]]:
    """Return what tells a name in a folder from all others, and what tells its folder.

    Both are for many names in few folders.
    """

    @lru_cache(maxsize=4096)
    def folder_key(folder: str) -> object:
        folder = os.path.abspath(folder)  # noqa: PTH100 - links stay
        try:
            status = on_disk(Path(folder)).stat()
        except OSError:  # it does not exist: nothing that is read is in it
            return folder
        return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)

    def key(path: Path) -> Key:
        folder, name = split_path(path)
        return folder_key(folder), name_key(name)

    def folder_of(path: Path) -> object:
        return folder_key(split_path(path)[0])

    return key, folder_of
