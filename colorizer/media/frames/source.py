"""Image sequences: a film whose frames are files; and the one door to films of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.frame import Frame
from colorizer.media.film.anchor import Anchor
from colorizer.media.film.bare import BareFilm
from colorizer.media.film.colour_tags import ColourTags
from colorizer.media.film.container import open_container
from colorizer.media.film.luma import LumaLayout
from colorizer.media.film.protocol import Film
from colorizer.media.film.source import FilmSource
from colorizer.media.frames.dpx import LINEAR, look_at
from colorizer.media.frames.exr_frames import ExrCarried
from colorizer.media.frames.files import (
    EXR,
    Carried,
    FrameFile,
    as_video,
    facts_of,
    read_frame,
    transfer_of,
)
from colorizer.media.photo.still import positive_tone
from colorizer.notes import note
from colorizer.places.frame_pattern import (
    FILE_SUFFIXES,
    check_gaps,
    frames_of,
    is_pattern,
    missing_words,
    normal,
)
from colorizer.places.timecode import own_place
from colorizer.places.trim import Place, parse_rate
from colorizer.settings import Reading

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer

RATE = Fraction(24)
"""Frames per second of frames that name none."""


class SequenceSource(BareFilm):
    """A sequence being read; see `Film` and `FrameFiles` for its attributes.

    A frame's time is its number less the first one's, so a gap that is accepted stays one.
    """

    frame_count: int | None
    sample_aspect_ratio: Fraction | None
    first_field: str | None = None
    _tone: np.ndarray | None
    field_order = 1

    def __init__(self, pattern: Path, reading: Reading = Reading(), *, side: int) -> None:
        """List the frames and decode the first one.

        Args:
            pattern: see `colorizer.places.frame_pattern`.
            reading: frames per second, whether numbers may be missing, what codes of DPX are, and
                which part is wanted, whose first frame gets the index 0.
            side: short side in pixels of the frames' L.

        Raises:
            MediaError: no frames, gaps, a frame cut off, or the first one can't be read.
        """
        self.pattern = normal(pattern)
        self.warnings = []
        self._side, self._transfer = side, reading.transfer
        self._noted: set[str] = set()
        self._carried: dict[int, Carried] = {}
        self._container: InputContainer | None = None
        self._files = self._listed(reading.accept_gaps)
        self.path = next(iter(self._files.values()))
        self._negative, self._tone = reading.negative, None
        if self._negative and self.path.suffix.lower() == EXR:
            raise UnsupportedMedia(self.pattern, note("frames.negative_exr"))
        first = read_frame(self.path, self._transfer)
        first = self._positive(first) if self._negative else first
        self._describe_files(first, parse_rate(reading.fps))
        self._wanted(*reading.span)
        self.frame_count, self.counted = len(self.numbers), True
        self._check_headers()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._container is not None:
            self._container.close()
        self._carried.clear()

    @property
    def sequence(self) -> SequenceSource:
        """Itself."""
        return self

    @property
    def stream(self) -> VideoStream:
        """The first frame as FFmpeg sees it, for what describes a stream to film containers."""
        if self._container is None:
            self._container = open_container(self.path, picture=True)
        return self._container.streams.video[0]

    @property
    def is_part(self) -> bool:
        """Whether it is only a part of the frames."""
        return len(self.numbers) < len(self._files)

    def frames(
        self, start: int = 0, anchor: Anchor | None = None, *, video: bool = False
    ) -> Iterator[Frame]:
        """Yield every frame in order; call once.

        Args:
            start: index of the first frame to yield.
            anchor: not needed here.
            video: give gray codes of the first frame's depth, as `as_video` does, and forget
                what else the files hold.

        Raises:
            MediaError: a frame is damaged, or not of the size or depth of the first.
        """
        for index, number in enumerate(self.numbers[start:], start):
            path = self._files[number]
            file = read_frame(path, self._transfer)
            self._check_alike(path, file)
            self._note(file.notes)
            if self._negative:
                file = self._positive(file)
            frame = file.frame(index, number - self.numbers[0], self.time_base, self._side)
            if video:
                yield as_video(frame, self.layout.bits)
                continue
            self._carried[index] = file.carried
            yield frame

    def _positive(self, file: FrameFile) -> FrameFile:
        """Return a frame of a negative as its positive, by the tones of the first one."""
        if self._tone is None:
            self._tone = positive_tone(file.Y, file.bits, file.tone)
        return replace(file, tone=self._tone, colours=None)

    def take(self, index: int) -> Carried:
        """Return what a frame's file held next to its picture; once, so its memory is freed."""
        return self._carried.pop(index)

    def file(self, number: int) -> Path:
        """Return the file of a frame."""
        return self._files[number]

    def _listed(self, accept_gaps: bool) -> dict[int, Path]:
        try:
            files = frames_of(self.pattern)
        except OSError as error:
            raise MediaError(
                self.pattern, note("file.cannot_read_so", why=error.strerror)
            ) from error
        if not files:
            raise MediaError(self.pattern, note("frames.no_such"))
        if not accept_gaps:
            check_gaps(self.pattern, files)
        elif words := missing_words(files):
            self.warnings.append(note("frames.keep_numbers", why=words))
        return files

    def _describe_files(self, first: FrameFile, rate: Fraction | None) -> None:
        """Read off everything that sinks and front-ends need."""
        self.size = (first.Y.shape[0], first.Y.shape[1])
        self.coded, self.transfer, self.timecode = first.coded, "video", ""
        said, self.sample_aspect_ratio = None, None
        if isinstance(first.carried, ExrCarried):
            said, self.transfer = first.carried.header.rate, "linear"
            self.timecode = first.carried.header.timecode
            self.sample_aspect_ratio = first.carried.header.pixel_aspect
        elif self.path.suffix.lower() in FILE_SUFFIXES:
            header = look_at(self.path)
            said, self.sample_aspect_ratio = header.rate, header.pixel_aspect
            self.timecode = header.timecode
            self.transfer = transfer_of(header, self._transfer)
            if header.interlaced:
                self.warnings.append(note("frames.interlaced"))
            if header.transfer == LINEAR and self._transfer == "auto":
                self.warnings.append(note("frames.linear_light"))
        if rate is None and said is None:
            self.warnings.append(note("frames.no_rate", rate=RATE))
        self.rate = rate or said or RATE
        self.time_base = 1 / self.rate
        self.origin = Fraction(0)
        bits = first.bits if first.tone is None else 16
        self.layout = LumaLayout(
            pix_fmt=f"{first.coded[0]} of {first.coded[1]} bit", bits=bits, sampling="gray",
            planes=(0,), offsets=(0,), step=1, shift=0, big_endian=False, full_range=True,
            has_alpha=False,
        )  # fmt: skip
        tags = (6, 6, 6) if self.size[0] <= 576 else (1, 1, 1)
        self.tags = ColourTags("bt601" if tags[0] == 6 else "bt709", *tags, full_range=True)
        self.container_name, self.codec_name = "image sequence", first.coded[0]

    def _wanted(self, start: Place | None, end: Place | None) -> None:
        """Choose the part wanted."""
        numbers = list(self._files)

        def index_of(asked: Place) -> int:
            place = own_place(asked, self.timecode, self.rate) or asked
            time = place.time(self.rate)
            if time is None:
                return place.frame or 0
            return sum((number - numbers[0]) / self.rate < time for number in numbers)

        self.first_index = index_of(start) if start else 0
        last = min(index_of(end), len(numbers)) if end else len(numbers)
        if self.first_index >= len(numbers):
            if len(numbers) == 1:
                raise MediaError(self.pattern, note("frames.start_after_only"))
            raise MediaError(self.pattern, note("frames.start_after", number=len(numbers)))
        if last <= self.first_index:
            raise MediaError(self.pattern, note("trim.end_before_start"))
        self.numbers = numbers[self.first_index : last]
        self.seconds = None if end is None else len(self.numbers) / self.rate

    def _check_headers(self) -> None:
        """Look at the header of every OpenEXR frame, and of every DPX of another size on the disk.

        Raises:
            MediaError: one is cut off or of another size or depth.
        """
        if self.path.suffix.lower() not in FILE_SUFFIXES:
            return
        usual = self.path.stat().st_size
        for number in self.numbers:
            path = self._files[number]
            if self.coded[0] == "exr" or path.stat().st_size != usual:
                self._refuse_other(path, *facts_of(path))

    def _check_alike(self, path: Path, file: FrameFile) -> None:
        self._refuse_other(path, (file.Y.shape[0], file.Y.shape[1]), file.coded)

    def _refuse_other(self, path: Path, size: tuple[int, int], coded: tuple[str, int]) -> None:
        """Refuse a frame that is not like the first.

        Raises:
            MediaError: with both sizes or depths.
        """
        if size == self.size and coded == self.coded:
            return
        is_, was = f"{size[1]}x{size[0]}", f"{self.size[1]}x{self.size[0]}"
        if size == self.size:
            is_, was = (
                note("frames.kind", kind=kind, bits=bits) for kind, bits in (coded, self.coded)
            )
        raise MediaError(path, note("frames.unlike", found=is_, other=self.path.name, wanted=was))

    def _note(self, notes: tuple[str, ...]) -> None:
        fresh = [line for line in notes if line not in self._noted]
        self._noted.update(fresh)
        self.warnings += fresh


def open_film(path: Path, reading: Reading = Reading(), *, side: int) -> Film:
    """Open a film or, by its pattern, an image sequence; see `FilmSource` and `SequenceSource`.

    Raises:
        MediaError: it can't be read.
    """
    if is_pattern(path):
        return SequenceSource(path, reading, side=side)
    if path.suffix.lower() in FILE_SUFFIXES and path.is_file():
        name = f"scan_0001{path.suffix}"
        raise UnsupportedMedia(path, note("frames.no_number", name=name))
    return FilmSource(path, reading, side=side)
