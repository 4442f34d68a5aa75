"""A film that changes inside becomes one job for each part, or is refused before the work."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from colorizer.archive.planning.existing import is_done
from colorizer.errors import ColorizerError
from colorizer.guidance.cut_list import cut_file
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.media.film.changes import Change, find_changes, followed_scan
from colorizer.media.film.codecs import codec_named
from colorizer.media.film.looks import FilmChange
from colorizer.notes import joined, note
from colorizer.places.frame_pattern import is_pattern, there

Run = Callable[[Job], Generator[Progress, None, None]]


def parts_of(job: Job) -> list[Job]:
    """Return the jobs of a job: itself, or one for each part of a film that changes inside.

    Raises:
        FilmChange: it changes, and is not to be split.
    """
    settings = job.settings
    if job.kind is not Kind.FILM or is_pattern(job.source):
        return [job]
    try:
        split = settings.changes == "split"
        changes = find_changes(job.source, interlaced=settings.interlaced, thorough=split)
        if changes and (settings.start or settings.end):
            changes = _within(job, changes)
    except (ColorizerError, OSError):  # told where it is read
        return [job]
    if not changes:
        return [job]
    if codec_named(settings.codec).marks_frames and (field := followed_scan(changes)):
        return [replace(job, settings=replace(settings, interlaced=f"mixed-{field}"))]
    if settings.changes == "fail":
        first, *others = changes
        raise FilmChange(job.source, first.what, first.frame, first.seconds, len(others))
    places = [str(change.frame) for change in changes]
    spans = zip([settings.start, *places], [*places, settings.end], strict=True)
    return _named(job, list(spans))


def run_parts(job: Job, parts: list[Job], run: Run) -> Generator[Progress, None, None]:
    """Run the parts of a job one after another and yield what becomes of the whole.

    Steps name the part in progress; the end names the job.

    Args:
        job: the whole.
        parts: its jobs.
        run: runs one of them; yields its end last.
    """
    ends: list[Progress] = []
    for part in parts:
        before = sum(end.done for end in ends)
        with closing(run(part)) as steps:
            for progress in steps:
                if progress.state is JobState.RUNNING:
                    total = None if progress.total is None else before + progress.total
                    yield replace(progress, job=part, done=before + progress.done, total=total)
                else:
                    ends.append(progress)
    yield _end(job, parts, ends)


def _end(job: Job, parts: list[Job], ends: list[Progress]) -> Progress:
    """Return the end of a job whose parts have ended."""
    done = sum(end.done for end in ends)
    names = ", ".join(part.target.name for part in parts)
    warnings = tuple(
        note("file.reason", path=part.target.name, reason=line)
        for part, end in zip(parts, ends, strict=True)
        for line in end.warnings
    )
    failed = [end for end in ends if end.state is JobState.FAILED]
    results = tuple(part.target for part in parts)
    if failed:
        told = [note("file.reason", path=e.job.target.name, reason=e.message) for e in failed]
        return Progress(job, JobState.FAILED, done, None, joined(told), warnings)
    skipped = all(end.state is JobState.SKIPPED for end in ends)
    state = JobState.SKIPPED if skipped else JobState.DONE
    message = note("parts.exist", count=len(parts), names=names) if skipped else ""
    told = (note("parts.becomes", count=len(parts), names=names), *warnings)
    return Progress(job, state, done, done, message, told, results=results)


def _part(job: Job, number: int, target: Path, start: str, end: str) -> Job:
    """Return the job of one part, with a cut list of its own."""
    cuts = cut_file(job.settings.shots, job.source)
    own = cuts.with_name(f"{cuts.stem}.{number}{cuts.suffix}") if cuts else None
    settings = replace(job.settings, start=start, end=end, shots=own)
    return replace(job, target=target, settings=settings, named=False)


def _named(job: Job, spans: list[tuple[str, str]]) -> list[Job]:
    """Return the parts, with the names NAME.1.mkv and so on."""
    stems = chain([job.target.stem], (f"{job.target.stem}_{n}" for n in count(2)))
    for stem in stems:
        parts = [
            _part(job, number, job.target.with_stem(f"{stem}.{number}"), *span)
            for number, span in enumerate(spans, start=1)
        ]
        if job.settings.existing != "rename" or all(map(_may_have_name, parts)):
            return parts
    raise AssertionError  # stems never end


def _may_have_name(part: Job) -> bool:
    return not there(part.target, film=True) or is_done(part)


def _within(job: Job, changes: list[Change]) -> list[Change]:
    """Return the changes inside the part of a film that a person wants."""
    from colorizer.media import open_film

    with open_film(job.source, job.settings, side=job.settings.size) as source:
        first, frames = source.first_index, source.frame_count or 0
    return [change for change in changes if first < change.frame < first + frames]
