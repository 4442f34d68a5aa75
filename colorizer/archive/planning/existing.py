"""What becomes of a job whose output exists: by its sidecar, and by what `existing` says.

A file whose size and time are those of the sidecar is taken for unchanged; only where the time
differs is it read and hashed. So ten thousand finished files cost ten thousand small reads.
"""

from __future__ import annotations

import os
from collections.abc import Set
from contextlib import suppress
from dataclasses import replace
from enum import Enum, auto
from itertools import chain, count
from pathlib import Path

from colorizer.archive.planning.belonging import belongs, owner_of
from colorizer.archive.planning.differences import differing, other_input
from colorizer.archive.planning.results import name_key
from colorizer.archive.records.manifest import entry_of
from colorizer.archive.records.provenance import (
    Sidecar,
    State,
    find_source,
    pending_of,
    read_sidecar,
    sidecar_of,
)
from colorizer.archive.records.sidecar_form import sidecar_fault, why_not_ours
from colorizer.errors import MediaError, SettingsError
from colorizer.files.checksum import file_hash
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.media.film.unfinished import is_joining, sweep
from colorizer.notes import note
from colorizer.places.frame_pattern import there


class Standing(Enum):
    """How an existing output stands to the job that would make it."""

    UNKNOWN = auto()
    """No sidecar says what it is."""
    UNSURE = auto()
    """Only hashing a file can tell."""
    DONE = auto()
    """Made of the same source with the same settings."""
    OUTDATED = auto()
    """Made of another state of the source, or with other settings or weights."""
    OTHERS = auto()
    """The result of another source."""
    CHANGED = auto()
    """Not the file that was made, or one whose verification failed, or with a damaged sidecar."""


def settle(job: Job, *, hashing: bool = True) -> Progress | None:
    """Return how a job ends whose output exists and must not be replaced; None if it is to run.

    Args:
        job: what would be done.
        hashing: False reads no file but the sidecar and changes none; what only a hash can tell
            stays open. True also removes what a run left that was ended while it tidied up.
    """
    existing = job.settings.existing
    if (existing == "overwrite" and job.named) or not _is_there(job):
        return None
    exists = note("existing.exists", file=job.target)
    if existing == "fail":
        return Progress(job, JobState.FAILED, message=exists)
    try:
        compare = _of_another if existing == "overwrite" else standing_of
        standing, reason = compare(job, hashing=hashing)
    except SettingsError as error:  # hints or shots of this one job can't be read
        return Progress(job, JobState.FAILED, message=str(error))
    if standing is Standing.OTHERS:
        return _refused(job, reason, note("existing.choose_another"))
    if standing is Standing.UNSURE or existing == "overwrite":
        return None
    if standing in (Standing.UNKNOWN, Standing.DONE):
        if hashing:
            sweep(job.target)
        told = note("existing.is_done", file=job.target) if standing is Standing.DONE else exists
        return Progress(job, JobState.SKIPPED, message=told)
    if standing is Standing.CHANGED and why_not_ours(sidecar_of(job.target)):
        return _refused(job, reason, note("existing.move_sidecar"))
    if existing == "update" and standing is Standing.OUTDATED:
        return None
    if existing == "update":
        return _refused(job, reason, note("existing.overwrite_replaces"))
    if standing is Standing.CHANGED:
        return _refused(job, reason, note("existing.overwrite_or_rename"))
    return _refused(job, reason, note("existing.update_or_rename"))


def renamed(job: Job, taken: Set[str] = frozenset()) -> Job | Progress:
    """Return a job under the first free name, or its end if one of the names before has its result.

    So the same command continues an interrupted run.

    Args:
        job: what would be done.
        taken: keys of names that others get, see `name_key`.
    """
    target = job.target
    numbered = (target.with_name(f"{target.stem}_{n}{target.suffix}") for n in count(2))
    for name in chain([target], numbered):
        named = replace(job, target=name)
        if not there(name, film=job.kind is Kind.FILM):
            if name_key(name) not in taken:
                return named
        elif is_done(named):
            told = note("existing.is_done", file=name)
            return Progress(named, JobState.SKIPPED, message=told)
    raise AssertionError  # names never end


def is_done(job: Job) -> bool:
    """Tell whether the target of a job, which exists, is its result; no picture is read."""
    try:
        return standing_of(job, hashing=False)[0] is Standing.DONE
    except SettingsError:  # told by the run
        return False


def _refused(job: Job, reason: str, remedy: str) -> Progress:
    told = note("existing.remedy", file=job.target, what=reason, remedy=remedy)
    return Progress(job, JobState.FAILED, message=told)


def _is_there(job: Job) -> bool:
    """Tell whether a result exists; frames of which some wait for their place do not count."""
    found = there(job.target, film=job.kind is Kind.FILM)
    return found and (os.path.lexists(job.target) or not is_joining(job.target))


def standing_of(job: Job, *, hashing: bool = True) -> tuple[Standing, str]:
    """Compare an output with what its sidecar says and the job would do.

    Args:
        job: its target exists.
        hashing: see `settle`; with it, a sidecar that only lacks its name gets it.

    Returns:
        The standing, and for OTHERS, OUTDATED and CHANGED why, as the rest of a sentence about the
        target.
    """
    standing, reason = _of_another(job, hashing=hashing)
    if standing is not Standing.UNKNOWN:
        return standing, reason
    sidecar = _sidecar(job.target, hashing)
    if sidecar is Standing.UNSURE:
        return Standing.UNSURE, ""
    if not isinstance(sidecar, dict):
        file = sidecar_of(job.target)
        if fault := sidecar_fault(file):
            return Standing.CHANGED, note("existing.nothing_tells", sidecar=file.name, why=fault)
        return _by_manifest(job, hashing)
    if reason := _changed(sidecar, job.target):
        return Standing.CHANGED, reason
    unlike = [*differing(sidecar, job.settings, str(job.kind)), *other_input(sidecar, job)]
    source = None if unlike else _same_source(sidecar, job, hashing)
    if source is None and not unlike:
        return Standing.UNSURE, ""
    if not unlike and source:
        return Standing.DONE, ""
    if hashing and job.settings.existing == "update" and not _is_made(sidecar, job.target):
        return Standing.CHANGED, note("existing.changed_since")
    if unlike:
        return Standing.OUTDATED, note("existing.made_with", differences=unlike)
    return Standing.OUTDATED, note("existing.source_changed")


def _by_manifest(job: Job, hashing: bool) -> tuple[Standing, str]:
    """Compare a result without a sidecar, such as a copy, with its line in the manifest.

    Only to update: source and result are read for it.
    """
    made, source = "", None
    if job.settings.existing == "update":
        with suppress(MediaError):  # the run says what is wrong with the manifest
            made, source = entry_of(job.target)
    if source is None or not (job.source.is_file() and job.target.is_file()):
        return Standing.UNKNOWN, ""
    if not hashing:
        return Standing.UNSURE, ""
    if file_hash(job.target) != made:
        return Standing.CHANGED, note("existing.changed_since")
    if file_hash(job.source) == source.sha256:
        return Standing.UNKNOWN, ""
    return Standing.OUTDATED, note("existing.source_changed")


def _of_another(job: Job, *, hashing: bool) -> tuple[Standing, str]:
    """Return OTHERS with a reason where a target is another source's; else UNKNOWN or UNSURE."""
    owner = owner_of(job.target)
    own = True if owner is None else belongs(owner, job.source, hashing=hashing)
    if own is None:
        return Standing.UNSURE, ""
    if own:
        return Standing.UNKNOWN, ""
    return Standing.OTHERS, note("existing.of_another_source", source=owner)


def _sidecar(target: Path, hashing: bool) -> Sidecar | Standing | None:
    """Read the sidecar; one that waits for its name since a crash gets it, where it is the one."""
    pending = pending_of(target)
    if not os.path.lexists(pending):
        return read_sidecar(sidecar_of(target))
    if not hashing:
        return Standing.UNSURE
    waiting = read_sidecar(pending)
    free = not why_not_ours(sidecar_of(target))
    if free and waiting is not None and _is_made(waiting, target):
        pending.replace(sidecar_of(target))
        return waiting
    if not why_not_ours(pending):
        pending.unlink(missing_ok=True)
    return read_sidecar(sidecar_of(target))


def _changed(sidecar: Sidecar, target: Path) -> str:
    """Say why a result is not the one that was made; empty where its size is right."""
    try:
        size = State.of(target).size
    except OSError as error:
        return note("file.cannot_read_so", why=error.strerror)
    made = sidecar["result"]["bytes"]
    if size != made:
        return note("existing.other_size", bytes=size, wanted=made)
    verified = sidecar.get("verified")
    if isinstance(verified, dict) and verified.get("good") is False:
        return note("existing.failed_verification", verdict=verified.get("verdict"))
    return ""


def _is_made(sidecar: Sidecar, target: Path) -> bool:
    try:
        made = sidecar["result"]
        return State.of(target).size == made["bytes"] and file_hash(target) == made["sha256"]
    except OSError:
        return False


def _same_source(sidecar: Sidecar, job: Job, hashing: bool) -> bool | None:
    """Tell whether the source is what the result was made of; None where only a hash could."""
    told = sidecar["source"]
    try:
        state = State.of(job.source)
        if state.size != told["bytes"]:
            return False
        known = find_source(sidecar, sidecar_of(job.target))
        here = os.path.abspath(job.source)  # noqa: PTH100 - links are to stay as they are
        if state.changed_ns == told["changed_ns"] and str(known) == here:
            return True
        return file_hash(job.source) == told["sha256"] if hashing else None
    except OSError:  # the run will say what is wrong with it
        return None
