"""Films through pipes: YUV4MPEG2 (y4m) read once from a stream, and written to one.

A pipe has no end that could be looked up, no second reading and no place for anything but frames:
what needs those is left out, or refused where the pipe is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np

from colorizer.colour.siting import chroma_shift
from colorizer.errors import MediaError, TargetError, UnsupportedMedia
from colorizer.frame import Frame, working_L
from colorizer.media.film.bare import BareFilm
from colorizer.media.film.codecs import CHROMA_STEPS
from colorizer.media.film.coding import Coding, pixel_format
from colorizer.media.film.colour_tags import complete_tags
from colorizer.media.film.luma import luma_layout, read_luma
from colorizer.media.film.open import first_field, found_range
from colorizer.media.film.own_colours import own_colours
from colorizer.media.film.planes import chroma_size, parity_in, planes_of
from colorizer.notes import Note, note

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream

    from colorizer.media.film.adopting import State
    from colorizer.media.film.anchor import Anchor
    from colorizer.media.film.protocol import Film, FrameFiles

PIPE = Path("-")
"""Stands for standard input or output where a path is wanted."""
_MARK = b"YUV4MPEG2"
_SITING = {b"420jpeg": "center", b"420paldv": "topleft"}
"""What the header names -> where chroma lies. Of others it is left; vspipe's 420, too."""
_NAMED = {"left": "420mpeg2", "center": "420jpeg", "topleft": "420paldv"}
_INTERLACED = {None: "p", "top": "t", "bottom": "b"}


class PipedFilm(BareFilm):
    """A `Film` that comes once, as y4m. Its frames are counted as they come."""

    frame_count: int | None = None
    counted = False
    origin = Fraction(0)
    first_index = 0
    seconds: Fraction | None = None
    timecode = ""
    is_part = False
    sequence: FrameFiles | None = None
    container_name, codec_name = "yuv4mpegpipe", "rawvideo"

    def __init__(
        self, stream: BinaryIO, name: Path = PIPE, *, side: int, interlaced: str = "auto"
    ) -> None:
        """Read the header and the first frame.

        Args:
            stream: what is read; it is not closed.
            name: for messages.
            side: short side in pixels of the frames' L.
            interlaced: see `Reading`; frames of both kinds are all taken for fields.

        Raises:
            MediaError: it is no y4m, or ends before the first frame.
            UnsupportedMedia: its pixel format has no readable luma.
        """
        import av
        from av.error import FFmpegError

        self.path, self._side, self.warnings = name, side, []
        self._stream = _Readable(stream)
        try:
            self._container = av.open(self._stream, "r", format="yuv4mpegpipe")
            self.stream: VideoStream = self._container.streams.video[0]
            self._decoded = self._container.decode(self.stream)
            self._first = next(self._decoded)
        except (FFmpegError, IndexError, StopIteration, OSError, ValueError) as error:
            raise MediaError(name, self._stream.why_unread(error)) from error
        self._describe(self._first, interlaced)

    def _describe(self, first: VideoFrame, interlaced: str) -> None:
        stream = self.stream
        try:
            self.layout = luma_layout(first.format)
        except ValueError as error:
            raise UnsupportedMedia(self.path, note("pipe.pixel_format", what=error)) from None
        self.siting = _SITING.get(self._stream.chroma(), "left")
        self.size = (first.height, first.width)
        samples = sum(plane.width * plane.height for plane in first.planes)
        self._bytes = samples * (2 if self.layout.bits > 8 else 1)
        self.rate = Fraction(stream.average_rate or 25)
        self.time_base = Fraction(stream.time_base or 1 / self.rate)
        self.sample_aspect_ratio = stream.sample_aspect_ratio or None
        self.field_order = stream.codec_context.field_order
        marked = first.interlaced_frame
        self.first_field = first_field(first, stream, interlaced, marked=marked)
        own = [read_luma(first, self.layout, "bt709")]  # a pipe shows no other frame yet
        full_range, said = found_range(first, self.layout, lambda: own)
        self.tags, told = complete_tags(first, self.size[0], self.rate, full_range)
        self.warnings += filter(None, (said, told))

    def frames(
        self, start: int = 0, anchor: Anchor | None = None, *, video: bool = True
    ) -> Iterator[Frame]:
        """Yield every frame in order; call once.

        Raises:
            MediaError: it ends inside a frame.
        """
        from av.error import FFmpegError

        picture: VideoFrame | None = self._first
        index = 0
        while picture is not None:
            yield self._frame(picture, index)
            index += 1
            try:
                picture = next(self._decoded, None)
            except (FFmpegError, OSError) as error:
                raise MediaError(self.path, note("pipe.cut_off", frames=index)) from error
        if self._stream.left_over(index, self._bytes):
            raise MediaError(self.path, note("pipe.cut_off", frames=index))

    def _frame(self, picture: VideoFrame, index: int) -> Frame:
        Y = read_luma(picture, self.layout, self.tags.matrix)
        bits, full_range = self.layout.bits, self.tags.full_range
        L = working_L(Y, bits, full_range, self._side)
        found = Frame(index, index, self.time_base, Y, bits, full_range, L)
        return replace(found, colours=own_colours(picture, Y, self.layout, self.tags))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()


class PipedOutput:
    """A `FilmOutput` that writes y4m to a stream, always from the first frame."""

    video = True
    by_rows = False
    start = 0
    before_naming: Callable[[Path], None] | None = None

    def __init__(self, stream: BinaryIO, name: Path = PIPE, *, like: Film) -> None:
        """Choose what chroma is written; nothing is written before the first frame.

        Args:
            stream: it is flushed, not closed.
            name: for messages.
            like: the film, whose size, depth, rate and range are kept.
        """
        self._stream, self._name, self._like = stream, name, like
        wanted = like.layout.sampling
        sampling, bits = wanted if wanted in CHROMA_STEPS else "420", like.layout.bits
        self.coding = Coding(
            encoder="rawvideo", pix_fmt=pixel_format(sampling, bits), bits=bits, sampling=sampling,
            options={}, matrices=(like.tags.matrix,), exact=True, first_field=like.first_field,
            mixed_scan=False, warnings=(), siting=like.siting if sampling == wanted else "left",
        )  # fmt: skip
        self.warnings: list[str] = [note("pipe.no_claim")]
        self._count = 0

    def facts(self) -> dict[str, Any]:
        """Return the number of frames."""
        return {"frames": self._count}

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return (height, width) at which `write` wants ab of a frame, or of a field."""
        return chroma_size(frame, self.coding, self._like)

    def chroma_shift(self, frame: Frame) -> tuple[float, float]:
        """Return how far samples of chroma lie (down, right) of the middle of theirs of luma."""
        parity = parity_in(frame, self._like)
        return chroma_shift(self.coding.sampling, parity, self.coding.siting)

    def anchor(self, count: int) -> Anchor | None:
        """Return that no frame is finished."""
        return None

    def state(self) -> State:
        """Return nothing."""
        return {}

    def keep_state(self, index: int, state: State) -> None:
        """Keep nothing."""

    def write(self, frame: Frame) -> None:
        """Write one frame.

        Raises:
            TargetError: no one reads the pipe any more, or the disk is full.
        """
        woven = self._like.first_field is not None
        Y, chroma = planes_of(frame, self.coding, self._like.tags, interlaced=woven)
        try:
            if not self._count:
                self._stream.write(self.header())
            self._stream.write(b"FRAME\n")
            for plane in (Y, *chroma):
                self._stream.write(np.ascontiguousarray(plane, plane.dtype.newbyteorder("<")).data)
        except OSError as error:
            raise TargetError(self._name, note("pipe.not_read", why=error.strerror)) from error
        self._count += 1

    def header(self) -> bytes:
        """Return the line before all frames (yuv4mpeg(5); depths as FFmpeg names them).

        FFmpeg takes none above 96 bytes.
        """
        like, coding = self._like, self.coding
        height, width = like.size
        rate, ratio = like.rate, like.sample_aspect_ratio
        aspect = f"{ratio.numerator}:{ratio.denominator}" if ratio else "0:0"
        deep = f"p{coding.bits}" if coding.bits > 8 else ""
        of_bytes = coding.sampling == "420" and not deep
        named = _NAMED[coding.siting] if of_bytes else f"{coding.sampling}{deep}"
        words = [
            f"W{width}", f"H{height}", f"F{rate.numerator}:{rate.denominator}",
            f"I{_INTERLACED[like.first_field]}", f"A{aspect}",
            f"C{named}",
            f"XCOLORRANGE={'FULL' if like.tags.full_range else 'LIMITED'}",
        ]  # fmt: skip
        return b" ".join([_MARK, *(word.encode() for word in words)]) + b"\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._stream.flush()
        except OSError as failure:
            if kind is None:
                why = note("pipe.not_read", why=failure.strerror)
                raise TargetError(self._name, why) from failure


class _Readable:
    """A stream that FFmpeg can't seek in. It counts, as FFmpeg is silent about a last part."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._read, self._head = stream, 0, b""

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._read += len(data)
        if self._head.count(b"\n") < 2:
            self._head += data
        return data

    def chroma(self) -> bytes:
        """Return how the header names the chroma; see yuv4mpeg(5) for where it does not."""
        words = self._head.split(b"\n", 1)[0].split()
        return next((word[1:] for word in words if word.startswith(b"C")), b"420jpeg")

    def why_unread(self, error: Exception) -> Note:
        """Say why FFmpeg found no frame."""
        if not self._head.startswith(_MARK):
            return note("pipe.no_y4m")
        if isinstance(error, StopIteration | EOFError):
            return note("pipe.cut_off", frames=0)
        return note("pipe.layout", chroma=self.chroma().decode("ascii", "replace"))

    def left_over(self, frames: int, size: int) -> bool:
        """Return whether there is more than so many frames of `size` bytes; see yuv4mpeg(5).

        Frames may have parameters, in each as many bytes as in the first.
        """
        header, frame = self._head.split(b"\n", 2)[:2]
        return self._read > len(header) + 1 + frames * (len(frame) + 1 + size)
