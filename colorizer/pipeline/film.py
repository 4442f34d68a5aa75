"""The path of a film, or of an image sequence.

Its stages, in order: frames of the source; single fields if it is interlaced; shots and motion
(`mark_shots`); levels (`FilmLevels`); reading ahead (`Prefetch`); key frames (`mark_keys`); the
network (`predict_chroma`); the memory of the shot (`ShotMemory`); hints, strength and references
(`Guides.guide`); smoothing along the motion (`smooth_chroma`); the size and place of the sink's
chroma (`upsample_chroma`); references exactly (`Guides.paint`); whole frames again
(`weave_fields`); the sink.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from colorizer.frame import Frame
from colorizer.guidance.cut_list import CutList, cut_file
from colorizer.guidance.guides import Guides, film_guides
from colorizer.guidance.hints.file import guides_of
from colorizer.guidance.hints.tracks import key_anchors
from colorizer.guidance.overview import Overview
from colorizer.guidance.reader import FilmReader
from colorizer.guidance.references.reach import told_of_references
from colorizer.guidance.shot_settings import Overrides, read_overrides
from colorizer.jobs import Job, JobState, Progress
from colorizer.media import open_film, open_film_sink
from colorizer.media.base import Continued
from colorizer.media.film.pieces import Edges
from colorizer.media.film.protocol import Film
from colorizer.models.base import ColourModel
from colorizer.pipeline.film_references import film_anchors, reached_in_film
from colorizer.pipeline.film_stages import (
    cut_list_of,
    levels_of,
    look_ahead,
    looks_of,
    memory_of,
)
from colorizer.pipeline.recording import (
    begin_record,
    completion,
    film_identity,
    made_by,
    note_cuts,
    told_of_shots,
    verified,
)
from colorizer.pipeline.writing import all_warnings, written
from colorizer.places.hint import Guide
from colorizer.stages.device import core_pool
from colorizer.stages.emulsion import tell_emulsion
from colorizer.stages.fields import separate_fields, weave_fields
from colorizer.stages.found import FoundShots, taken_of
from colorizer.stages.gather import Gather
from colorizer.stages.keyframes import mark_keys
from colorizer.stages.levels import follow_light, level_alone
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.memory.recall import ShotMemory
from colorizer.stages.own_colours import keep_alone, wishes_of
from colorizer.stages.predict import film_batch, predict_chroma
from colorizer.stages.prefetch import Prefetch
from colorizer.stages.repeats import mark_repeats
from colorizer.stages.shots import CONTEXT, mark_shots, scene_detector
from colorizer.stages.temporal import State, smooth_chroma
from colorizer.stages.upsample import upsample_chroma

Predict = Callable[..., Iterator[Frame]]
"""`predict_chroma` with all that does not depend on the guides."""


def predictor(
    model: ColourModel, gather: Gather | None, notes: list[str], pool: Executor
) -> Predict:
    """Return the network as the frames of one film go through it.

    Args:
        model: the loaded model.
        gather: the network as several threads share it.
        notes: what is told of it is added here.
        pool: see `core_pool`.
    """
    batch = film_batch(next(model.parameters()).device)
    return partial(
        predict_chroma, model=model, batch=batch, warn=notes.append, gather=gather, pool=pool
    )


PREFETCH_DEPTH = 4
"""Decoded frames waiting for the network, at least."""


def colour_film(
    job: Job, model: ColourModel, gather: Gather | None, stop: Callable[[], bool]
) -> Generator[Progress, None, None]:
    """Colorize a film, continuing after the segments that an earlier run finished.

    See `pipeline.run`.
    """
    settings, asked = job.settings, guides_of(job)
    device = next(model.parameters()).device
    batch, how = film_batch(device), made_by(job, model, asked)
    notes: list[str] = []
    with (
        open_film(job.source, settings, side=settings.size) as source,
        nullcontext(cut_list_of(source, job)) as shots,
        begin_record(job, model, asked) as record,
        open_film_sink(
            job.target,
            settings,
            like=source,
            made_by=how,
            identity=film_identity(job, model, asked),
        ) as sink,
        core_pool(device) as pool,
        nullcontext(film_anchors(job, source, shots, model, asked=asked, notes=notes)) as anchors,
        nullcontext(FoundShots()) as found,
        nullcontext(
            FilmWork(
                job,
                source,
                sink,
                shots,
                levels_of(settings),
                found,
                memory_of(settings, anchors),
                look_ahead(source, settings, notes),
            )
        ) as work,
        Prefetch(work.wanted(), max(PREFETCH_DEPTH, batch), stop) as frames,
    ):
        notes += shots.warnings if shots else ()
        sink.before_naming = completion(job, record, source, sink, notes)
        predict = predictor(model, gather, notes, pool)
        coloured = work.coloured(frames, predict, asked, notes, pool)
        done = yield from written(job, coloured, source, sink)
        notes += shots.after_end(done) if shots and not job.settings.end else ()
        notes += told_of_shots(found.told(), job.settings, done)
        reached = reached_in_film(anchors, work.memory, work.per_frame, shots)
        notes += told_of_references(reached)
    if shots is not None:
        shots.write(taken_of(found.told()))
        note_cuts(job, record)
    if told := found.told():
        record.add(shots_found=told)
    if reached:
        record.add(references_reached=reached)
    if settings.verify:
        notes.append(verified(job, record))
    warnings = all_warnings(source, notes, sink)
    yield Progress(job, JobState.DONE, done, done, warnings=warnings, sha256=record.sha256)


@dataclass(frozen=True, slots=True)
class FilmWork:
    """A film that is being coloured."""

    job: Job
    source: Film
    sink: Continued
    shots: CutList | None
    """Found so far; None where it is not smoothed."""
    levels: FilmLevels
    found: FoundShots
    memory: ShotMemory | None = None
    """None where neither it nor a reference is wanted."""
    overview: Overview = Overview()
    """What all of it shows."""
    edges: Edges | None = None
    """Of the piece that is wanted of it; None is all."""

    @property
    def per_frame(self) -> int:
        """Fields of a frame that are coloured one by one, 1 or 2."""
        return 2 if self.source.first_field else 1

    @property
    def own(self) -> Overrides | None:
        """What single shots have of their own."""
        shots, job = self.shots, self.job
        if shots is None:
            return None
        return read_overrides(cut_file(job.settings.shots, job.source), shots.cuts, shots.own)

    def wanted(self) -> Iterator[Frame]:
        """Return the frames that the sink still wants, or their fields; with shots marked."""
        source, sink, shots = self.source, self.sink, self.shots
        # A few frames more, so that the first one's motion and cuts are found again.
        begin = max(0, sink.start - (CONTEXT if shots else 0))
        frames = source.frames(begin, sink.anchor(CONTEXT), video=sink.video)
        if source.first_field:
            frames = separate_fields(frames, source.first_field)
        frames = self.overview.hidden(frames)
        if shots is None:
            settings = self.job.settings
            alone = keep_alone(level_alone(frames, settings.faded), wishes_of(settings))
            return self.found.noted(alone, self.per_frame)
        start, cuts = self.per_frame * sink.start, shots.cuts
        if cuts is not None:
            cuts = frozenset(self.per_frame * cut for cut in cuts)
        shots.restore(sink.state().get("shots"))
        self.found.restore(sink.state().get("found"), shots.last)
        marked = mark_shots(mark_repeats(frames), cuts, detector=scene_detector())
        if self.edges is not None:
            marked = self.edges.within(marked)
        self.levels.resume(start, sink.state())
        if self.memory is not None:
            self.memory.resume(sink.state())
        levelled = shots.noted(self._levelled(marked), self.per_frame)
        return self.found.noted(levelled, self.per_frame)

    def _levelled(self, marked: Iterator[Frame]) -> Iterator[Frame]:
        """Yield frames levelled, while the motion of those to come is found in a thread."""
        looks = looks_of(self.own, self.per_frame)
        with Prefetch(marked, PREFETCH_DEPTH) as frames:
            yield from self.levels.level(frames, looks)

    def coloured(
        self,
        frames: Iterator[Frame],
        predict: Predict,
        asked: Sequence[Guide],
        notes: list[str],
        pool: Executor,
    ) -> Iterator[Frame]:
        """Yield the frames with their chroma at the size and place that the sink wants."""
        source, sink = self.source, self.sink
        guides = self.guides(asked, notes)
        frames = self.guided(frames, predict, guides, notes, pool)
        if self.shots is not None:
            frames = self._smoothed(frames, self.shots)
        frames = follow_light(frames)
        frames = upsample_chroma(
            frames, sink.chroma_size, sink.chroma_shift, in_rows=sink.by_rows, pool=pool
        )
        frames = guides.paint(frames, sink.chroma_size, sink.chroma_shift)
        yield from weave_fields(frames, source.first_field) if source.first_field else frames

    def guided(
        self,
        frames: Iterator[Frame],
        predict: Predict,
        guides: Guides,
        notes: list[str],
        pool: Executor,
    ) -> Iterator[Frame]:
        """Yield the frames; the key frames among them with their colours at working size."""
        if self.shots is not None and not self.job.settings.every_frame:
            frames = mark_keys(frames)
        frames, memory = key_anchors(frames, guides.anchors), self.memory
        frames = tell_emulsion(frames, guides.emulsion, notes.append)
        frames = predict(frames, amounts=guides.amounts, glimpses=memory is not None)
        if memory is not None:
            memory.asked_of = guides.asked_of
            frames = memory.recall(frames, pool)
        return guides.guide(frames)

    def guides(self, asked: Sequence[Guide], notes: list[str]) -> Guides:
        """Read and follow what is wanted of the film's colours."""
        job, shots = self.job, self.shots
        cuts = shots.cuts if shots else None
        own = self.own
        return film_guides(asked, FilmReader(job, self.source, cuts), own, job.settings, notes)

    def _smoothed(self, frames: Iterator[Frame], shots: CutList) -> Iterator[Frame]:
        """Smooth chroma, continuing from where an earlier run's finished segments end."""

        def keep(index: int, own: State) -> None:
            number, between = divmod(index, self.per_frame)
            if not between:
                kept = {"shots": shots.state(number), **self.levels.state(index)}
                kept["found"] = self.found.state(number)
                kept |= self.memory.state(index) if self.memory is not None else {}
                self.sink.keep_state(number, own | kept)

        found = self.sink.state().items()
        state = {name: kept for name, kept in found if name in ("past", "chroma", "last")}
        return smooth_chroma(frames, state=state, keep=keep)
