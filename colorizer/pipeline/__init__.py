"""The one main path: a photo or film goes in, its colorized copy comes out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext

import torch

from colorizer.archive.planning.sorting import NoColourNeeded, leave
from colorizer.errors import MediaError, TargetError
from colorizer.frame import Frame
from colorizer.guidance.cut_list import CutList, cut_file
from colorizer.guidance.guides import Guides, film_guides, photo_guides
from colorizer.guidance.hints.file import guides_of
from colorizer.guidance.hints.tracks import key_anchors
from colorizer.guidance.reader import FilmReader
from colorizer.guidance.shot_settings import read_overrides
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.media import open_sink, source_of
from colorizer.media.base import Sink, Source
from colorizer.media.film.source import FilmSource
from colorizer.media.frames.sink import SequenceSink
from colorizer.media.photo.still import StillSource
from colorizer.models import load_model
from colorizer.models.base import ColorModel
from colorizer.pipeline.film_stages import (
    MOVING,
    cut_list_of,
    smoothed,
    wanted_frames,
)
from colorizer.pipeline.recording import (
    begin_record,
    completion,
    film_identity,
    made_by,
    note_cuts,
    verified,
)
from colorizer.places.hint import Guide, hints_of
from colorizer.settings import Settings
from colorizer.stages.device import choose_device
from colorizer.stages.fields import weave_fields
from colorizer.stages.gather import Gather, gather_on
from colorizer.stages.keyframes import mark_keys
from colorizer.stages.levels import level_stills
from colorizer.stages.paper import mark_paper
from colorizer.stages.predict import core_pool, film_batch, predict_chroma
from colorizer.stages.prefetch import Prefetch
from colorizer.stages.upsample import upsample_chroma

Predict = Callable[[Iterable[Frame], Guides], Iterator[Frame]]
"""The stage of the network."""

PREFETCH_DEPTH = 4
"""Decoded frames waiting for the network, at least."""


def open_model(settings: Settings) -> ColorModel:
    """Load the model that `settings` names onto its device.

    Raises:
        ModelNotFound, WeightsError, DeviceError: it can't be had.
    """
    device = choose_device(settings.device)
    return load_model(settings.model, settings.weights, device, torch.float32)


def run(
    job: Job, model: ColorModel | None = None, *, gather: Gather | None = None
) -> Generator[Progress, None, None]:
    """Colorize one source into its target, yielding after every frame.

    Closing the generator cancels: nothing is left of the target but, of a film, the segments
    finished, from which the same job continues. The last Progress is DONE, has the warnings, and
    comes after the target has its name; SKIPPED where the settings leave out such a photo.

    Args:
        job: what to do.
        model: the loaded model; None loads the one the job's settings name.
        gather: the network as several threads share it; None is this thread alone.

    Raises:
        ColorizerError: the job can't be done; as little is left as after closing.
    """
    try:
        yield from _colorize(job, model or open_model(job.settings), gather)
    except NoColourNeeded as found:
        content = found.content
    else:
        return
    yield leave(job, content)


def _colorize(
    job: Job, model: ColorModel, gather: Gather | None
) -> Generator[Progress, None, None]:
    """Do what `run` does, but for photos that need no colour.

    Raises:
        NoColourNeeded: the photo is to be left as it is.
    """
    settings, asked = job.settings, guides_of(job)
    device = next(model.parameters()).device
    film = job.kind is Kind.FILM
    batch = film_batch(device) if film else 1
    notes: list[str] = []
    refuse_own_source(job)
    with (
        source_of(job) as source,
        nullcontext(cut_list_of(source, settings)) as shots,
        begin_record(job, model, asked) as record,
        _open_sink(job, source, model, asked) as sink,
        core_pool() if film and device.type == "cpu" else nullcontext() as pool,
        Prefetch(wanted_frames(source, sink, shots, settings), _depth(film, batch)) as frames,
    ):
        sink.before_naming = completion(job, record, source, sink, notes)
        begun = done = sink.start if isinstance(sink, MOVING) else 0
        predict = _network(model, batch, gather, pool, notes)
        # What the container can't hold is better known now than after a night.
        known = (*source.warnings, *sink.warnings)
        yield Progress(job, JobState.RUNNING, done, source.frame_count, warnings=known)
        if isinstance(source, FilmSource):
            guides = _film_guides(job, source, shots, asked, notes)
            coloured = _colour_film(frames, predict, guides, source, sink, shots, settings)
        else:
            guides = photo_guides(settings, hints_of(asked))
            frames = level_stills(mark_paper(frames, settings.paper), settings.faded)
            frames = guides.guide(predict(frames, guides))
            coloured = upsample_chroma(frames, sink.chroma_size, in_rows=True)
        for done, frame in enumerate(coloured, start=begun + 1):
            sink.write(frame)
            yield Progress(job, JobState.RUNNING, done, source.frame_count, frame=frame)
        if not done:
            raise MediaError(job.source, "holds no picture that can be read")
    if shots is not None:
        shots.write()
        note_cuts(job, record)
    if film and settings.verify:
        notes.append(verified(job, record))
    warnings = tuple(dict.fromkeys([*source.warnings, *notes, *sink.warnings]))
    contents = set(source.contents) if isinstance(source, StillSource) else set()
    content = contents.pop() if len(contents) == 1 else ""
    told = source.assumed if isinstance(source, StillSource) else {}
    assumed = tuple(f"{space}: {name}" for space, name in told.items())
    yield Progress(job, JobState.DONE, done, done, "", warnings, record.sha256, content, assumed)


def _network(
    model: ColorModel,
    batch: int,
    gather: Gather | None,
    pool: Executor | None,
    notes: list[str],
) -> Predict:
    """Return the stage of the network; it tells `notes` what memory makes it do."""
    shared = gather or gather_on(next(model.parameters()).device)

    def predict(frames: Iterable[Frame], guides: Guides) -> Iterator[Frame]:
        return predict_chroma(
            frames,
            model,
            batch=batch,
            amounts=guides.amounts,
            hints=guides.shown,
            warn=notes.append,
            gather=shared,
            pool=pool,
        )

    return predict


def _film_guides(
    job: Job, source: FilmSource, shots: CutList | None, asked: Sequence[Guide], notes: list[str]
) -> Guides:
    """Read and follow what is wanted of a film's colours."""
    cuts = shots.cuts if shots else None
    own = read_overrides(cut_file(job.settings.shots, job.source), cuts) if shots else None
    return film_guides(asked, FilmReader(job, source, cuts), own, job.settings, notes)


def _colour_film(
    frames: Iterator[Frame],
    predict: Predict,
    guides: Guides,
    source: FilmSource,
    sink: Sink,
    shots: CutList | None,
    settings: Settings,
) -> Iterator[Frame]:
    """Give the frames of a film their chroma, at the size and place the sink wants."""
    if shots is not None and not settings.every_frame:
        frames = mark_keys(frames)
    frames = predict(key_anchors(frames, guides.anchors), guides)
    frames = guides.guide(frames)
    assert isinstance(sink, MOVING)
    if shots is not None:
        frames = smoothed(frames, sink, shots, 2 if source.first_field else 1)
    in_rows = isinstance(sink, SequenceSink) and not source.first_field
    frames = upsample_chroma(frames, sink.chroma_size, sink.chroma_shift, in_rows=in_rows)
    frames = guides.paint(frames, sink.chroma_size, sink.chroma_shift)
    return weave_fields(frames, source.first_field) if source.first_field else frames


def _depth(film: bool, batch: int) -> int:
    """Return how many decoded frames may wait; pages of a scan are large."""
    return max(PREFETCH_DEPTH, batch) if film else 1


def _open_sink(job: Job, source: Source, model: ColorModel, asked: Sequence[Guide]) -> Sink:
    """Open the target; of a film with all that its frames depend on, to go on or begin again."""
    settings = job.settings
    return open_sink(
        job.target,
        like=source,
        codec=settings.codec,
        quality=settings.quality,
        preset=settings.preset,
        hardware=settings.hardware,
        jpeg_quality=settings.jpeg_quality,
        bit_depth=settings.bit_depth,
        profile=settings.profile,
        made_by=made_by(job, model, asked),
        caption=settings.caption,
        identity=film_identity(job, model, asked) if job.kind is Kind.FILM else None,
    )


def refuse_own_source(job: Job) -> None:
    """Raise TargetError when the target is the source, under whatever name."""
    same = job.source.resolve() == job.target.resolve()
    if same or (job.target.exists() and job.source.exists() and job.target.samefile(job.source)):
        raise TargetError(job.target, "is the source itself; choose another output folder")
