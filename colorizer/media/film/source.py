"""FilmSource: decode a film frame by frame, its luma plane untouched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from colorizer.colour.cielab import look_up
from colorizer.errors import UnsupportedMedia
from colorizer.frame import Colours, Frame, working_L
from colorizer.media.film.anchor import Anchor, CountLog, Counts
from colorizer.media.film.clock import Clock, Epoch
from colorizer.media.film.colour_tags import complete_tags, transfer_line
from colorizer.media.film.decode import FilmDecoder
from colorizer.media.film.endings import Ending, counted_frames, mixed_line
from colorizer.media.film.looks import FilmChange, LookReader, is_mixed
from colorizer.media.film.luma import luma_hash, luma_layout, positive_codes, read_luma
from colorizer.media.film.open import (
    DECODE_THREADS,
    announced_duration,
    chapters_within,
    clock_origin,
    display_matrix,
    first_field,
    found_range,
    frame_rate,
    made_in,
    sample_luma,
    shown_ratio,
    unkept,
)
from colorizer.media.film.own_colours import own_colours
from colorizer.media.film.range import find_span, gap_test
from colorizer.media.film.side import Carrier, kinds_of, starts_at
from colorizer.media.film.side_scan import first_side_data, later_side_data
from colorizer.media.film.wanted import Wanted
from colorizer.notes import note
from colorizer.places.timecode import own_place, timecode_of
from colorizer.places.trim import Place
from colorizer.settings import Reading

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream


class FilmSource:
    """A film being read; see `Film` for its attributes.

    Frames come in order with strictly increasing pts, the container's own wherever it has them.
    """

    sequence: None = None
    siting = "left"
    side_data: Mapping[str, bytes]
    late_side_data: frozenset[str] = frozenset()
    epochs: Sequence[Epoch]

    def __init__(
        self, path: Path, reading: Reading = Reading(), *, side: int, threads: int = DECODE_THREADS
    ) -> None:
        """Open a film and decode its first frame.

        Args:
            path: anything PyAV opens; never written to.
            reading: how its fields are taken, and which part of it is wanted, whose first frame
                gets the index 0.
            side: short side in pixels of the frames' L.
            threads: decoder threads.

        Raises:
            MediaError: missing, or no frame of it can be decoded.
            UnsupportedMedia: no video stream, or a pixel format without readable luma.
        """
        self.path = path
        self.warnings = []
        self._side = side
        self._interlaced, self._negative = reading.interlaced, reading.negative
        self._codes: np.ndarray | None = None
        self.mixed_scan = is_mixed(reading.interlaced)
        self._read = self._other_scan = 0
        self._counts, self._carrier = CountLog(), Carrier()
        self._earlier: Counts = (0, 0, 0, 0)
        self._decoder = FilmDecoder(path, threads, self.warnings.append)
        try:
            self._describe(self._decoder.first)
            self._trim(*reading.span)
            self._wanted = Wanted(self._decoder, self._span)
            self._describe_picture(self._wanted.first())
        except BaseException:
            self._decoder.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._decoder.close()

    @property
    def stream(self) -> VideoStream:
        """The stream that is decoded."""
        return self._decoder.stream

    def frames(
        self, start: int = 0, anchor: Anchor | None = None, *, video: bool = True
    ) -> Iterator[Frame]:
        """Yield every frame in order; call once.

        Args:
            start: index of the first frame to yield.
            anchor: frames before it, from which to continue without decoding all that came before.
            video: not needed here: its frames always are video.

        Raises:
            FilmChange: the picture changes in what one output can't follow.
        """
        step = round(1 / (self.rate * self.time_base))
        first, pictures = self._pictures(anchor)
        for index, decoded in enumerate(pictures, start=first):
            if self._wanted.is_past(decoded, index):
                break
            scan = self._check_same(decoded, index) if index >= 0 else None
            pts = self._clock.advance(decoded.pts, step)
            self._read = index + 1
            decoder = self._decoder
            counts = decoder.damaged, self._clock.mended, decoder.discarded, self._other_scan
            self._counts.note(index, counts)
            if index < start:
                continue
            yield self._frame(decoded, index, pts, scan)
        self._report()

    def seek_side_data(self) -> None:
        """Look at places spread over the film for kinds of side data that begin later."""
        found = set() if self._side_is_whole else later_side_data(self.path, self.stream.index)
        self.late_side_data |= found - self.side_data.keys()

    def _frame(self, decoded: VideoFrame, index: int, pts: int, scan: str | None) -> Frame:
        Y = self.luma(decoded)
        bits, full_range = self.layout.bits, self.tags.full_range
        L = working_L(Y, bits, full_range, self._side)
        side, kinds = self._carrier.small(decoded), kinds_of(decoded).keys()
        if not kinds <= self.side_data.keys():
            self.late_side_data |= kinds - self.side_data.keys()
        scan = scan if self.mixed_scan else None
        found = Frame(index, pts, self.time_base, Y, bits, full_range, L, side=side, scan=scan)
        colours = self.own_colours(decoded, Y)
        return replace(found, colours=colours, year=self._year)

    def own_colours(self, decoded: VideoFrame, Y: np.ndarray) -> Colours | None:
        """Return the colours of a decoded frame, see `Frame.colours`; negatives have none."""
        return None if self._negative else own_colours(decoded, Y, self.layout, self.tags)

    def luma(self, decoded: VideoFrame) -> np.ndarray:
        """Return the luma of a decoded frame; of a negative, by codes that are the whole film's."""
        Y = read_luma(decoded, self.layout, self.tags.matrix)
        if not self._negative:
            return Y
        bits, full_range = self.layout.bits, self.tags.full_range
        if self._codes is None:
            planes = sample_luma(self.path, self.layout, self.stream.index) or [Y]
            self._codes = positive_codes(planes, bits, full_range)
        return look_up(self._codes, Y)

    def chapters(self) -> list[Any]:
        """Return the chapters of the part wanted, with times on the output's clock."""
        return chapters_within(self._decoder.container.chapters(), self.origin, self.seconds)

    def counts_before(self, index: int) -> Counts:
        """Return what was damaged, mended and left out before a frame just read."""
        return self._counts.before(index)

    def restore_counts(self, counts: Counts) -> None:
        """Take back what `counts_before` gave the run whose frames an anchor stands for."""
        self._earlier = counts

    def _pictures(self, anchor: Anchor | None) -> tuple[int, Iterator[VideoFrame]]:
        """Return pictures from some place on, and the index of the first."""
        if anchor is not None and (
            found := self._decoder.pictures_from(
                anchor.times,
                lambda one: anchor.luma in ("", luma_hash(one, self.size, self.tags.matrix)),
            )
        ):
            damaged, self._clock.mended, discarded, self._other_scan = self._earlier
            self._decoder.damaged, self._decoder.discarded = damaged, discarded
            return anchor.first, found
        return self._wanted.pictures()

    def _describe(self, first: VideoFrame) -> None:
        """Read off what is true of the whole film."""
        path, stream, context = self.path, self.stream, self.stream.codec_context
        self.container_name = self._decoder.container.format.name
        self._year = made_in(self._decoder.container)
        self.codec_name = context.name
        rate = frame_rate(stream)
        if rate is None:
            self.warnings.append(note("film.no_rate"))
        self.rate = rate or Fraction(25)
        self.time_base = Fraction(stream.time_base or first.time_base or 1 / self.rate)
        self._clock = Clock(self.time_base, is_gap=gap_test(path, stream))
        self.epochs = self._clock.epochs
        self.origin = clock_origin(self._decoder.container, self.time_base, first)
        self._looks = LookReader(stream, interlaced=self._interlaced)
        self.field_order = context.field_order
        self._announced = announced_duration(self._decoder.container, stream)
        whole = counted_frames(self._decoder.container, stream)
        self.counted = whole > 0
        estimate = round(self._announced[0] * self.rate) if self._announced else None
        self.frame_count = whole or estimate
        self.side_data, self._side_is_whole = first_side_data(path, stream.index)
        self.timecode = timecode_of(self._decoder.container, stream) or starts_at(self)

    def _describe_picture(self, first: VideoFrame) -> None:
        """Read off what sinks and front-ends need of the picture, of the part wanted."""
        film_first = self._decoder.first
        try:
            self.layout = luma_layout(first.format)
            film = self._looks.look(film_first)
        except ValueError as error:
            raise UnsupportedMedia(self.path, note("film.convert_ffv1", why=error)) from None
        self._look = self._looks.look(first, like=film)
        self.size = (first.height, first.width)
        self.sample_aspect_ratio = shown_ratio(self.stream, film, self._look)
        marked = film_first.interlaced_frame
        self.first_field = first_field(first, self.stream, self._interlaced, marked=marked)
        self.display_matrix = display_matrix(first)
        sampled = partial(sample_luma, self.path, self.layout, self.stream.index)
        full_range, said = found_range(first, self.layout, sampled)
        self.tags, changed = complete_tags(first, self.size[0], self.rate, full_range)
        told = transfer_line(self.tags.transfer)
        self._warn(said, changed, told, *unkept(self.stream, first, self.layout))

    def _trim(self, start: Place | None, end: Place | None) -> None:
        """Find the part wanted, and let the clock of the output start with it."""
        self._span, self.first_index, self.seconds = None, 0, None
        if start is None and end is None:
            return
        start, end = (own_place(place, self.timecode, self.rate) for place in (start, end))
        path, stream = self.path, self.stream
        clock = {"rate": self.rate, "time_base": self.time_base, "is_gap": gap_test(path, stream)}
        span = find_span(path, stream.index, start, end, **clock)
        self._span, self.first_index, self.seconds = span, span.first, span.seconds
        self.frame_count, self.counted = span.frames, True
        if not span.first and span.seconds is not None and span.first_pts is not None:
            self.seconds = span.seconds + span.first_pts * self.time_base - self.origin
        if span.first:
            step = round(1 / (self.rate * self.time_base))
            self.origin = span.begins(self._decoder.first.pts or 0, step) * self.time_base

    @property
    def is_part(self) -> bool:
        """Whether it is only a part of the film."""
        return self._span is not None

    def _warn(self, *notes: str | None) -> None:
        self.warnings += filter(None, notes)

    def _check_same(self, frame: VideoFrame, index: int) -> str | None:
        """See that a frame fits the one output; FFmpeg would silently rescale it.

        Returns:
            Its scan, see `Look.fields`.

        Raises:
            FilmChange: it does not.
        """
        look = self._looks.look(frame, self._look)
        if look.fields != self._look.fields and not self.mixed_scan:
            self._other_scan += 1
        if what := self._look.change_to(replace(look, fields=None)):
            number = self.first_index + index
            raise FilmChange(self.path, what, number, float(number / self.rate))
        self._look = self._look.completed(look)
        if frame.format.name != self.layout.pix_fmt:
            self.layout = luma_layout(frame.format)
        return look.fields

    def _report(self) -> None:
        """Say what was damaged or missing, once the end is reached."""
        decoder, last = self._decoder, self._clock.last or 0
        whole = counted_frames(decoder.container, self.stream) - decoder.discarded
        ending = Ending(
            read=self._read,
            damaged=decoder.damaged,
            part=self._span.frames if self._span else None,
            counted=whole if self.counted else None,
            announced=None if self._clock.epochs else self._announced,
            reached=max(last * self.time_base + 1 / self.rate, self._read / self.rate),
        )
        self.warnings += ending.damaged_lines() + self._clock.lines()
        self._warn(mixed_line(self._other_scan, fields=self.first_field is not None))
        self._warn(ending.missing_line(self.rate))
