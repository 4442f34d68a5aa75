"""The path of a photo, or of all pages of a scan."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from colorizer.archive.planning.sorting import NoColourNeeded, leave, sorted_out
from colorizer.frame import Frame
from colorizer.guidance.guides import photo_guides
from colorizer.guidance.hints.file import guides_of
from colorizer.guidance.references.content import anchors_of
from colorizer.guidance.references.files import content_files, in_folders
from colorizer.guidance.references.reach import reached_photos, told_of
from colorizer.jobs import Job, JobState, Progress
from colorizer.media import open_photo, open_photo_sink
from colorizer.models.base import ColourModel
from colorizer.notes import Note, note
from colorizer.pipeline.recording import begin_record, completion, made_by
from colorizer.pipeline.series import series_of
from colorizer.pipeline.writing import all_warnings, written
from colorizer.places.hint import Guide, hints_of
from colorizer.stages.emulsion import tell_emulsion
from colorizer.stages.gather import Gather
from colorizer.stages.levels import follow_light, level_alone, neutral_pages
from colorizer.stages.memory.photos import anchored, kept
from colorizer.stages.negatives import looks_negative
from colorizer.stages.paper import mark_paper
from colorizer.stages.predict import predict_chroma
from colorizer.stages.prefetch import Prefetch
from colorizer.stages.region.screens import hide_screens
from colorizer.stages.upsample import upsample_chroma


def colour_photo(
    job: Job, model: ColourModel, gather: Gather | None
) -> Generator[Progress, None, None]:
    """Colorize a photo, or leave it as it is where the settings want that; see `pipeline.run`."""
    asked = guides_of(job)
    try:
        yield from _coloured(job, model, gather, asked)
    except NoColourNeeded as found:
        content = found.content
    else:
        return
    left = leave(job, content)
    unused = hints_of(asked) and (note("hints.photo_left"),)
    yield replace(left, warnings=(*left.warnings, *unused))


def tell_negatives(frames: Iterator[Frame], tell: Callable[[Note], object]) -> Iterator[Frame]:
    """Pass frames on, and tell of those that look like negatives."""
    for frame in frames:
        if looks_negative(frame.L):
            tell(note("picture.looks_negative"))
        yield frame


def _coloured(
    job: Job, model: ColourModel, gather: Gather | None, asked: Sequence[Guide]
) -> Generator[Progress, None, None]:
    """Colorize a photo.

    Raises:
        NoColourNeeded: it is to be left as it is.
    """
    settings = job.settings
    how, guides = made_by(job, model, asked), photo_guides(settings, hints_of(asked))
    notes: list[str] = []
    files = content_files(settings, asked)
    anchors = anchors_of(
        files, model, settings.size, lenient=in_folders(settings), tell=notes.append
    )
    series = series_of(job, model, gather)
    with (
        open_photo(job.source, settings, side=settings.size) as source,
        begin_record(job, model, asked) as record,
        open_photo_sink(job.target, settings, like=source, made_by=how) as sink,
        # One page ahead: pages of a scan are large.
        Prefetch(sorted_out(source.frames(sink.pages), source, settings), 1) as frames,
    ):
        sink.before_naming = completion(job, record, source, sink, notes)
        frames = hide_screens(frames, settings.screens, notes.append)
        if not settings.negative:
            frames = tell_negatives(frames, notes.append)
        frames = level_alone(mark_paper(frames, settings.paper, settings.coloured), settings.faded)
        frames = neutral_pages(frames, settings.cards, notes.append)
        frames = tell_emulsion(frames, lambda _: settings.emulsion, notes.append)
        frames = predict_chroma(
            frames,
            model,
            amounts=guides.amounts,
            warn=notes.append,
            gather=gather,
            glimpses=anchors is not None or series is not None,
        )
        if series is not None:
            frames = kept(frames, series.entries, series.gain)
        if anchors is not None:
            frames = anchored(frames, anchors)
        frames = upsample_chroma(follow_light(guides.guide(frames)), sink.chroma_size, in_rows=True)
        done = yield from written(job, frames, source, sink)
        notes += told_of(anchors)
    if series is not None:
        record.add(series=list(series.names))
    if anchors is not None:
        record.add(references_reached=reached_photos(anchors))
    yield Progress(
        job,
        JobState.DONE,
        done,
        done,
        warnings=all_warnings(source, notes, sink),
        sha256=record.sha256,
        content=source.contents[0] if len(set(source.contents)) == 1 else "",
        assumed=tuple(f"{space}: {name}" for space, name in source.assumed.items()),
    )
