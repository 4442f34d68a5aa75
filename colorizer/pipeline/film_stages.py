"""What only the frames of a film go through: shots, hints, settings of shots, smoothing."""

from __future__ import annotations

from collections.abc import Iterator

from colorizer.archive.planning.sorting import sorted_out
from colorizer.frame import Frame
from colorizer.guidance.cut_list import CutList
from colorizer.media.base import Sink, Source
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.source import FilmSource
from colorizer.media.frames.sink import SequenceSink
from colorizer.media.frames.source import SequenceSource
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_sink import StillSink
from colorizer.settings import Settings
from colorizer.stages.fields import separate_fields
from colorizer.stages.shots import CONTEXT, mark_shots, scene_detector
from colorizer.stages.temporal import State, smooth_chroma

MOVING = (FilmSink, SequenceSink)
"""Sinks of films."""


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
    """Smooth chroma, continuing from where an earlier run's finished segments end.

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
