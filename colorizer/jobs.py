"""Job, JobState and Progress: what is to be done and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from colorizer.places.frame_pattern import there
from colorizer.places.hint import Guide
from colorizer.settings import Settings


class Kind(StrEnum):
    """What a source is."""

    PHOTO = "photo"
    FILM = "film"


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """The program ended, or the computer, while it was in progress; it can be continued."""


@dataclass(frozen=True, slots=True)
class Job:
    """One source to be colorized into one target."""

    source: Path
    target: Path
    kind: Kind
    settings: Settings
    hints: tuple[Guide, ...] = ()
    """Colours a person asked for in the window; empty takes those of the settings' file."""
    named: bool = False
    """The target itself was named: an existing one may be another source's result, to be replaced
    where `existing` says so."""
    new_list: bool = True
    """A cut list that does not exist may be written: a person named its path. False where the path
    came as data, of a sidecar or of another's queue."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one job is."""

    job: Job
    state: JobState
    done: int = 0
    """Frames finished; a photo is one frame."""
    total: int | None = None
    """Frames expected, None where the container does not say."""
    message: str = ""
    """Reason of a failure or skip."""
    warnings: tuple[str, ...] = ()
    """What can't be kept or was changed, one line each: in the first Progress of a job what is
    known before the work starts, in the last one all."""
    sha256: str = ""
    """Of the finished output, in the last Progress of a job that is DONE."""
    content: str = ""
    """What a photo shows that needs no colour, as the settings name it: coloured, blank, text or
    line_art. DONE with a message, it was copied."""
    assumed: tuple[str, ...] = ()
    """What was assumed of pixels without a profile, such as "gray: sRGB", of a photo DONE."""
    results: tuple[Path, ...] = ()
    """The files made, of a film that was split; else empty, and the target is the one."""
    node: str = ""
    """Host name of the machine of a cluster that took the step; empty for this one alone."""
    frame: Any = field(default=None, compare=False, repr=False)
    """The `Frame` just finished, for anyone who shows it; None where none was."""


def results_of(progress: Progress) -> tuple[Path, ...]:
    """Return the files that a job has made, or would have."""
    return progress.results or (progress.job.target,)


def is_there(progress: Progress) -> bool:
    """Tell whether the results of a job exist: they may be removed while a run continues."""
    film = progress.job.kind is Kind.FILM
    return all(there(target, film=film) for target in results_of(progress))


def all_but_named(progress: Progress) -> bool:
    """Tell whether a photo's last page is written, so that it needs only its name."""
    return progress.job.kind is Kind.PHOTO and progress.done == progress.total
