"""The stills of a film: its best frames, found and coloured as the run colours them.

The stages are those of `colorizer.pipeline.film` up to the colours of key frames; of each shot the
best of these are enlarged and written.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.guidance.hints.file import guides_of
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.media import open_film
from colorizer.media.film.protocol import Film
from colorizer.media.stills.sink import StillsSink, Wanted
from colorizer.models.base import ColourModel
from colorizer.notes import note
from colorizer.pipeline.film import PREFETCH_DEPTH, FilmWork, predictor
from colorizer.pipeline.film_references import film_anchors
from colorizer.pipeline.film_stages import SHOTS_KEPT, cut_list_of, levels_of, look_ahead, memory_of
from colorizer.pipeline.recording import film_identity
from colorizer.places.frame_pattern import is_pattern, stem_of
from colorizer.places.hint import Guide
from colorizer.settings import Settings
from colorizer.stages.best_frames import Candidate, ShotCandidates, candidate_of
from colorizer.stages.device import core_pool
from colorizer.stages.found import FoundShots
from colorizer.stages.gather import gather_on
from colorizer.stages.levels import follow_light
from colorizer.stages.memory.recall import ShotMemory
from colorizer.stages.predict import film_batch
from colorizer.stages.prefetch import Prefetch
from colorizer.stages.upsample import upsample_chroma

_END = "stills.png"
"""Stands for the target in the identity."""


def find_stills(
    film: Path, folder: Path, settings: Settings, model: ColourModel
) -> Generator[Progress, None, None]:
    """Write the best frames of every shot of a film, gray and in colour, yielding after each frame.

    The last Progress is DONE and has the files as its results; or SKIPPED, where they exist.

    Args:
        film: or the pattern of an image sequence.
        folder: for the stills; created.
        settings: of colours, shots and part; `existing` says what is done with earlier stills.
        model: the loaded model.

    Raises:
        ColorizerError: the film can't be read, or the folder not be written.
    """
    job = Job(film, folder, Kind.FILM, settings)
    asked, notes = guides_of(job), list[str]()
    identity = film_identity(Job(film, folder / _END, Kind.FILM, settings), model, asked)
    stem = stem_of(film) if is_pattern(film) else film.stem
    continues = not SHOTS_KEPT[settings.keep_colours]
    wanted = Wanted(folder, stem, identity, settings.existing, continues)
    device = next(model.parameters()).device
    with (
        open_film(film, settings, side=settings.size) as source,
        StillsSink(wanted, source) as sink,
        core_pool(device) as pool,
    ):
        if sink.done is not None:
            yield Progress(job, JobState.SKIPPED, message=sink.done)
            return
        work = _work(job, source, sink, model, asked, notes)
        memory = work.memory
        assert memory is not None
        predict = predictor(model, gather_on(device), notes, pool)
        candidates: dict[int, Candidate] = {}

        def seen(frames: Iterator[Frame], **rest: Any) -> Iterator[Frame]:
            for frame in predict(frames, **rest):
                if frame.ab is not None:
                    candidates[frame.index] = candidate_of(frame, frame.glimpse)
                yield frame

        with Prefetch(work.wanted(), max(PREFETCH_DEPTH, film_batch(device))) as frames:
            guides = work.guides(asked, notes)
            coloured = work.guided(frames, seen, guides, notes, pool)
            done = yield from _written(job, coloured, work, sink, candidates)
        if work.shots is not None:
            notes += () if job.settings.end else work.shots.after_end(done)
            work.shots.write()
        sink.finish()
    told = tuple(dict.fromkeys([*source.warnings, *notes, *sink.warnings]))
    yield Progress(job, JobState.DONE, done, done, warnings=told, results=tuple(sink.files))


def _work(
    job: Job,
    source: Film,
    sink: StillsSink,
    model: ColourModel,
    asked: Sequence[Guide],
    notes: list[str],
) -> FilmWork:
    """Return the film's work, with the shots known that are complete."""
    settings = job.settings
    shots = cut_list_of(source, job)
    anchors = film_anchors(job, source, shots, model, asked=asked, notes=notes)
    memory = memory_of(settings, anchors) or ShotMemory(remembers=False)
    overview = look_ahead(source, settings, notes)
    work = FilmWork(job, source, sink, shots, levels_of(settings), FoundShots(), memory, overview)
    if shots is not None:
        notes += shots.warnings
    return work


def _written(
    job: Job,
    frames: Iterator[Frame],
    work: FilmWork,
    sink: StillsSink,
    candidates: dict[int, Candidate],
) -> Generator[Progress, None, int]:
    """Write the best frames of each shot as it ends; return how many frames the film has.

    Raises:
        MediaError: it has none.
    """
    total, per_frame = work.source.frame_count, work.per_frame
    done, first = sink.start, sink.start * per_frame
    held = ShotCandidates()
    yield Progress(job, JobState.RUNNING, done, total, warnings=tuple(work.source.warnings))
    for frame in frames:
        if frame.starts_shot and frame.index > first:
            _end_shot(held, sink, first, frame.index, per_frame)
            held, first = ShotCandidates(), frame.index
        found = candidates.pop(frame.index, None)
        if found is not None and frame.ab is not None:
            held.add(found.coloured(frame.ab))
        if frame.index // per_frame >= done:
            done = frame.index // per_frame + 1
            yield Progress(job, JobState.RUNNING, done, total)
    if not done:
        raise MediaError(job.source, note("photo.no_readable_picture"))
    if done * per_frame > first:
        _end_shot(held, sink, first, done * per_frame, per_frame)
    return done


def _end_shot(held: ShotCandidates, sink: StillsSink, first: int, end: int, per_frame: int) -> None:
    """Write the stills of a shot."""
    best = follow_light(held.best(end))
    for frame in upsample_chroma(best, sink.chroma_size):
        sink.write(frame, frame.index // per_frame)
    sink.end_shot(first // per_frame, end // per_frame)
