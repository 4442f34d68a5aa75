"""The loop that photos and films share: frames with colour are written, and each is told."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.jobs import Job, JobState, Progress
from colorizer.media.base import Sink, Source
from colorizer.notes import note


def written(
    job: Job, frames: Iterable[Frame], source: Source, sink: Sink
) -> Generator[Progress, None, int]:
    """Write frames that have the sink's chroma size, yielding before the first and after each.

    Returns:
        How many frames are finished, those of earlier runs included.

    Raises:
        MediaError: there are none.
    """
    done = sink.start
    # What the container can't hold is better known now than after a night.
    known = (*source.warnings, *sink.warnings)
    yield Progress(job, JobState.RUNNING, done, source.frame_count, warnings=known)
    for done, frame in enumerate(frames, start=sink.start + 1):
        sink.write(frame)
        yield Progress(job, JobState.RUNNING, done, source.frame_count, frame=frame)
    if not done:
        raise MediaError(job.source, note("photo.no_readable_picture"))
    return done


def all_warnings(source: Source, notes: Iterable[str], sink: Sink) -> tuple[str, ...]:
    """Return what was told on the way, every line once."""
    return tuple(dict.fromkeys([*source.warnings, *notes, *sink.warnings]))
