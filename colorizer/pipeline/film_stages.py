"""What only the frames of a film go through: shots, hints, settings of shots, smoothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from colorizer.archive.planning.sorting import sorted_out
from colorizer.frame import Frame
from colorizer.guidance.cut_list import CutList
from colorizer.guidance.hints.hinted_model import HintedModel
from colorizer.guidance.hints.tracks import Tracks, apply_hints, key_hinted, track_hints
from colorizer.guidance.reader import FilmReader
from colorizer.guidance.references.reference import Reference, lay_references
from colorizer.guidance.references.tracks import apply_references
from colorizer.guidance.shot_settings import Overrides
from colorizer.media.base import Sink, Source
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.source import FilmSource
from colorizer.media.frames.sink import SequenceSink
from colorizer.media.frames.source import SequenceSource
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_sink import StillSink
from colorizer.models.base import ColorModel
from colorizer.settings import Settings
from colorizer.stages.fields import separate_fields
from colorizer.stages.predict import Look
from colorizer.stages.shot_walk import Marked
from colorizer.stages.shots import CONTEXT, mark_shots, scene_detector
from colorizer.stages.temporal import State, smooth_chroma

MOVING = (FilmSink, SequenceSink)
"""Sinks of films."""


@dataclass(frozen=True, slots=True)
class Guides:
    """What persons want of the colours of a film's frames."""

    tracks: Tracks
    references: tuple[Reference, ...]
    """By ascending index."""
    marked: Marked
    """Reads the film anew."""
    shape: tuple[int, int]
    """(height, width) of the film's frames."""
    first_field: str | None
    """Where the frames are fields, which of two is shown first."""


def followed(
    frames: Iterator[Frame],
    model: ColorModel,
    film: FilmReader,
    own: Overrides | None,
    notes: list[str],
) -> tuple[Iterator[Frame], Guides]:
    """Follow the hints of a film through their shots; make the frames they were set on key frames.

    Raises:
        SettingsError: a hint does not say when, or is after the film's end or outside its shot.
        MediaError: a reference can't be read or is not of its frame.
    """
    placed = [] if own is None else list(own.placed(film))
    if isinstance(model, HintedModel):
        placed += film.placed(model.hints, notes)
    points = [(index, what) for index, what in placed if not isinstance(what, Path)]
    painted = {index: what for index, what in placed if isinstance(what, Path)}
    references = [film.reference(index, painted[index]) for index in sorted(painted)]
    if film.first_field:  # both fields of a frame are in the still
        fields = sorted({index ^ 1 for index in painted})
        references += [film.reference(index, painted[index ^ 1]) for index in fields]
    guides = Guides(
        track_hints(points, film.marked),
        tuple(sorted(references, key=lambda reference: reference.index)),
        film.marked,
        film.size,
        film.first_field,
    )
    hinted = {index for index, _ in points} | {reference.index for reference in references}
    return key_hinted(frames, hinted), guides


def guided(frames: Iterator[Frame], guides: Guides, look: Look) -> Iterator[Frame]:
    """Give key frames the colours that hints and references want, which travel from there."""
    if guides.tracks:
        frames = apply_hints(frames, guides.tracks, look)
    if guides.references:
        frames = apply_references(frames, guides.references, guides.marked, look)
    return frames


def as_painted(
    frames: Iterator[Frame],
    guides: Guides,
    look: Look,
    size_of: Callable[[Frame], tuple[int, int]],
    shift_of: Callable[[Frame], tuple[float, float]] | None = None,
) -> Iterator[Frame]:
    """Give the frames of references exactly their colours; see `lay_references`."""
    return lay_references(
        frames,
        guides.references,
        shape=guides.shape,
        size_of=size_of,
        shift_of=shift_of,
        look=look,
        first_field=guides.first_field,
    )


def look_of(settings: Settings, own: Overrides | None, per_frame: int) -> Look:
    """Return what gives a frame its vividness and strength, which shots may have of their own."""
    if own is None:
        return lambda _: (settings.vividness, settings.strength)

    def look(index: int) -> tuple[float, float]:
        shot = own.of(index // per_frame)
        vividness, strength = shot.vividness, shot.strength
        return (
            settings.vividness if vividness is None else vividness,
            settings.strength if strength is None else strength,
        )

    return look


def cut_list_of(source: Source, settings: Settings) -> CutList | None:
    """Return the cut list of a film that is to be smoothed."""
    if isinstance(source, FilmSource) and settings.smooth:
        name = source.pattern if isinstance(source, SequenceSource) else source.path
        return CutList(settings.shots, name, source.rate)
    return None


def wanted_frames(
    source: Source, sink: Sink, shots: CutList | None, settings: Settings
) -> Iterator[Frame]:
    """Return the frames that a sink still wants; of a film to be smoothed, with shots marked."""
    if isinstance(source, StillSource) and isinstance(sink, StillSink):
        return sorted_out(source.frames(sink.pages), source, settings)
    assert isinstance(source, FilmSource)
    assert isinstance(sink, MOVING)
    # A few frames more, so that the first one's motion and cuts are found again.
    anchor = sink.anchor(CONTEXT)
    begin = max(0, sink.start - (CONTEXT if shots else 0))
    if isinstance(source, SequenceSource):
        frames = source.frames(begin, anchor, video=isinstance(sink, FilmSink))
    else:
        frames = source.frames(begin, anchor)
    start, cuts, per_frame = sink.start, shots.cuts if shots else None, 1
    if source.first_field:
        frames = separate_fields(frames, source.first_field)
        start, per_frame = 2 * start, 2
        cuts = None if cuts is None else {2 * cut for cut in cuts}
    if shots is None:
        return frames
    shots.restore(sink.state().get("shots"))
    marked = mark_shots(frames, cuts, detector=scene_detector())
    return shots.noted((frame for frame in marked if frame.index >= start), per_frame)


def smoothed(
    frames: Iterator[Frame], sink: FilmSink | SequenceSink, shots: CutList, per_frame: int
) -> Iterator[Frame]:
    """Smooth chroma, going on from where an earlier run's finished segments end.

    Args:
        frames: those that the sink wants, or their fields.
        sink: keeps what is remembered.
        shots: found so far.
        per_frame: fields of a frame, 1 or 2.
    """

    def keep(index: int, state: State) -> None:
        number, between = divmod(index, per_frame)
        if not between:
            sink.keep_state(number, {**state, "shots": shots.state(number)})

    state = {name: value for name, value in sink.state().items() if name != "shots"}
    return smooth_chroma(frames, state=state, keep=keep)
