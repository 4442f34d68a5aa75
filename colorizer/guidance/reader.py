"""Reading a film a second time, from any frame on, with its shots marked as the run marks them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from colorizer.errors import MediaError, SettingsError
from colorizer.frame import Frame
from colorizer.guidance.cut_list import CutList
from colorizer.guidance.cut_rows import Begin
from colorizer.guidance.overview import overview_of
from colorizer.guidance.references.reference import PaintedFrame, open_reference
from colorizer.jobs import Job
from colorizer.media import open_film
from colorizer.media.film.protocol import Film
from colorizer.notes import Note, note
from colorizer.places.hint import Guide
from colorizer.stages.fields import separate_fields
from colorizer.stages.repeats import mark_repeats
from colorizer.stages.shots import CONTEXT, mark_shots, scene_detector


class FilmReader:
    """The frames of a job's film, or their fields, with the indices that the run gives them."""

    def __init__(self, job: Job, source: Film, cuts: frozenset[int] | None) -> None:
        """Take what the run has opened; nothing is read before it is needed.

        Args:
            job: the film and its settings.
            source: the film as the run reads it.
            cuts: first frames of its shots, None where they are to be found.
        """
        self._job = job
        self._source = source
        self.per_frame = 2 if source.first_field else 1
        self.rate, self.first_index = source.rate, source.first_index
        self.frame_count, self.timecode = source.frame_count, source.timecode
        self.size, self.first_field = source.size, source.first_field
        self.cuts = cuts
        self.listed: Mapping[int, Mapping[str, str]] = {}
        """See `CutList.own`; empty of a film that a run has opened."""
        self._cuts = None if cuts is None else {self.per_frame * cut for cut in cuts}

    def index_of(self, when: float | str) -> int | None:
        """Return the index of the frame shown at a place of the whole film; None outside the part.

        Args:
            when: seconds from the film's start, or a place as `parse_place` reads it.

        Raises:
            SettingsError: it is after the film's end.
        """
        number = int(when) if isinstance(when, str) and when.isdecimal() else None
        known = self._source.is_part or (number or 0) < (self._source.frame_count or 0)
        if number is not None and known:
            found = number
        else:
            place = when if isinstance(when, str) else f"{self._nearest(when):.6f}s"
            try:
                with self._open(place, "") as opened:
                    found = opened.first_index
            except MediaError as error:
                shown = when if isinstance(when, str) else f"{when:g} s"
                raise SettingsError(
                    note("hints.no_frame_at", place=shown, why=_without_start(error.reason))
                ) from error
        index = (found - self._source.first_index) * self.per_frame
        return index if self.has(index) else None

    @property
    def is_part(self) -> bool:
        """Whether only a part of the film is coloured."""
        return self._source.is_part

    def has(self, index: int) -> bool:
        """Tell whether the part has a frame of this index, or is a whole film."""
        last = self._source.frame_count if self.is_part else None
        return index >= 0 and (last is None or index < last * self.per_frame)

    def placed(self, guides: Iterable[Guide], notes: list[str]) -> Iterator[tuple[int, Guide]]:
        """Yield hints and references, each with the index of its frame.

        Args:
            guides: with the time they are of.
            notes: told of those outside the part that is coloured.

        Raises:
            SettingsError: a hint does not say when, or is after the film's end.
        """
        for number, guide in enumerate(guides, start=1):
            when = guide.when
            if when is None:
                raise SettingsError(note("hints.needs_place", number=number))
            index = self.index_of(when)
            if index is None:
                notes.append(note("hints.outside_part", number=number, place=when))
            else:
                yield index, guide

    def reference(self, index: int, file: Path) -> PaintedFrame:
        """Read the reference of a frame.

        Raises:
            MediaError: it can't be read or shows another frame.
        """
        with closing(self.marked(index)) as frames:
            frame = next(frames, None)
        if frame is None:
            raise MediaError(file, note("reference.after_end", frame=index // self.per_frame))
        ratio = self._source.sample_aspect_ratio or Fraction(1)
        return open_reference(file, frame, self._source.size, ratio)

    def marked(self, begin: int) -> Generator[Frame, None, None]:
        """Yield frames from an index on, to the end of the part that is coloured."""
        first = max(0, begin // self.per_frame - CONTEXT)
        settings = self._job.settings
        with self._open(str(self._source.first_index + first), settings.end) as opened:
            frames = opened.frames(video=True)
            frames = (replace(frame, index=frame.index + first) for frame in frames)
            if self._source.first_field:
                frames = separate_fields(frames, self._source.first_field)
            frames = mark_repeats(overview_of(self._source, settings).hidden(frames))
            for frame in mark_shots(frames, self._cuts, detector=scene_detector()):
                if frame.index >= begin:
                    yield frame

    def _nearest(self, seconds: float) -> float:
        return max(0.0, seconds - 0.5 / float(self._source.rate))

    def _open(self, start: str, end: str) -> Film:
        settings, fields = self._job.settings, self._source.first_field or "no"
        part = replace(settings, interlaced=fields, start=start, end=end)
        return open_film(self._job.source, part, side=settings.size)


def reader_of(job: Job) -> FilmReader:
    """Return a reader of a film that no run has opened, by the cut list where the run obeys it.

    Raises:
        MediaError: it can't be read.
        SettingsError: its cut list can't be.
    """
    settings = job.settings
    with open_film(job.source, settings, side=settings.size) as source:
        if not settings.smooth:
            return FilmReader(job, source, None)
        begin = Begin.of(source, settings)
        listed = CutList(settings.shots, job.source, source.rate, begin=begin)
        reader = FilmReader(job, source, listed.cuts)
        reader.listed = listed.own
        return reader


def _without_start(reason: str) -> str:
    """Return why a place is after the end of a film, without words of an option."""
    if isinstance(reason, Note) and reason.code == "trim.start_after_end":
        return reason.values["why"]
    return reason
