"""What only the frames of a film go through: shots, hints, settings of shots, smoothing."""

from __future__ import annotations

from collections.abc import Iterator

from colorizer.archive.sorting import sorted_out
from colorizer.cut_list import CutList
from colorizer.fields import separate_fields
from colorizer.film_reader import FilmReader
from colorizer.frame import Frame
from colorizer.hint_tracks import Tracks, key_hinted, track_hints
from colorizer.hints import HintedModel
from colorizer.media.base import Sink, Source
from colorizer.media.film import FilmSource
from colorizer.media.film_sink import FilmSink
from colorizer.media.sequence import SequenceSource
from colorizer.media.sequence_sink import SequenceSink
from colorizer.media.still import StillSource
from colorizer.media.still_sink import StillSink
from colorizer.models.base import ColorModel
from colorizer.predict import Look
from colorizer.settings import Settings
from colorizer.shot_settings import Overrides
from colorizer.shots import CONTEXT, adaptive_detector, mark_shots
from colorizer.temporal import State, smooth_chroma

MOVING = (FilmSink, SequenceSink)
"""Sinks of films."""


def followed(
    frames: Iterator[Frame],
    model: ColorModel,
    film: FilmReader,
    own: Overrides | None,
    notes: list[str],
) -> tuple[Iterator[Frame], Tracks]:
    """Follow the hints of a film through their shots; make the frames they were set on key frames.

    Raises:
        SettingsError: a hint does not say when, or is behind the film's end or outside its shot.
    """
    placed = [] if own is None else list(own.placed(film))
    if isinstance(model, HintedModel):
        placed += film.placed(model.hints, notes)
    return key_hinted(frames, {index for index, _ in placed}), track_hints(placed, film.marked)


def look_of(settings: Settings, own: Overrides | None, per_frame: int) -> Look | None:
    """Return what gives a frame its vividness and strength, where shots have their own."""
    if own is None:
        return None

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
    marked = mark_shots(frames, cuts, detector=adaptive_detector())
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
