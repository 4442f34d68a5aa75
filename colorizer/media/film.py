"""FilmSource: decode a film frame by frame, its luma plane untouched."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.frame import Frame, working_L
from colorizer.media.clock import Clock
from colorizer.media.color_tags import FULL, LIMITED, complete_tags, guess_full_range
from colorizer.media.film_open import (
    DECODE_THREADS,
    announced_duration,
    clock_origin,
    display_matrix,
    film_stream,
    frame_rate,
    open_container,
    sample_luma,
)
from colorizer.media.luma import LumaLayout, chroma_strength, luma_layout, read_luma

if TYPE_CHECKING:
    from av import Packet, VideoFrame

_TINTED = 6.0
"""Mean distance of chroma from neutral, in 8-bit codes, from which a film counts as coloured."""
_INTERLACED_ORDERS = (2, 3, 4, 5)
"""FFmpeg's field orders other than unknown and progressive."""


class FilmSource:
    """A film being read; see `colorizer.media.base.Source`.

    Frames come in order with strictly increasing pts, the container's own wherever it has them.
    """

    frame_count: int | None
    """Frames announced by the container, else estimated from its duration, else None."""
    counted: bool
    """Whether `frame_count` is the container's own count."""
    warnings: list[str]
    size: tuple[int, int]
    """(height, width) of the coded picture, before any rotation for display."""
    layout: LumaLayout
    """Pixel format, bit depth and chroma sampling."""
    rate: Fraction
    """Average frames per second."""
    time_base: Fraction
    """Seconds per unit of pts."""
    origin: Fraction
    """Seconds at which the clock starts; sinks write times less this."""
    sample_aspect_ratio: Fraction | None
    """Width to height of a pixel, None where unknown or 1."""
    field_order: int
    """FFmpeg's AVFieldOrder, 0 unknown, 1 progressive."""

    def __init__(self, path: Path, *, side: int, threads: int = DECODE_THREADS) -> None:
        """Open a film and decode its first frame.

        Args:
            path: anything PyAV opens; never written to.
            side: short side in pixels of the frames' L.
            threads: decoder threads.

        Raises:
            MediaError: missing, or no frame of it can be decoded.
            UnsupportedMedia: no video stream, or a pixel format without readable luma.
        """
        self.path = path
        self.warnings = []
        self._side = side
        self._read = self._damaged = self._discarded = 0
        self._container = open_container(path)
        try:
            self.stream = film_stream(self._container, path)
            self.stream.codec_context.thread_type = "AUTO"
            self.stream.codec_context.thread_count = threads
            self._decoded = self._decode()
            self._first = self._first_frame()
            self._describe(self._first)
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._decoded.close()
        self._container.close()

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Yield every frame in order; call once.

        Args:
            start: index of the first frame to yield. Those before are decoded all the same: the
                clock and the count of damaged frames run through the whole film.

        Raises:
            MediaError: the picture changes size or depth within the film.
        """
        for index, decoded in enumerate(chain([self._first], self._decoded)):
            self._check_same(decoded, index)
            if index < start:
                self._clock.advance(decoded.pts, round(1 / (self.rate * self.time_base)))
                self._read = index + 1
                continue
            Y = read_luma(decoded, self.layout, self.tags.matrix)
            bits, full_range = self.layout.bits, self.tags.full_range
            L = working_L(Y, bits, full_range, self._side)
            pts = self._clock.advance(decoded.pts, round(1 / (self.rate * self.time_base)))
            self._read = index + 1
            yield Frame(index, pts, self.time_base, Y, bits, full_range, L)
        self._report()

    def _demux(self) -> Iterator[Packet]:
        """Yield the packets of the film up to its end or the point where it can't be read on."""
        from av.error import FFmpegError

        packets = self._container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (FFmpegError, OSError) as error:
                self.warnings.append(f"reading stopped: {getattr(error, 'strerror', error)}")
                return
            yield packet

    def _decode(self) -> Generator[VideoFrame]:
        from av.error import FFmpegError

        for packet in chain(self._demux(), [None]):
            if packet is not None:
                self._discarded += packet.is_discard
                if not packet.size:  # a repeated frame in AVI, or PyAV's end mark
                    continue
            try:
                frames = self.stream.decode(packet)  # None flushes the decoder
            except (FFmpegError, EOFError):
                self._damaged += 1
                continue
            for frame in frames:
                self._damaged += frame.is_corrupt
                yield frame

    def _first_frame(self) -> VideoFrame:
        try:
            return next(self._decoded)
        except StopIteration:
            reason = f"no frame of it could be decoded ({self.stream.codec_context.name})"
            raise MediaError(self.path, reason) from None

    def _describe(self, first: VideoFrame) -> None:
        """Read off everything that sinks and front-ends need."""
        path, stream, context = self.path, self.stream, self.stream.codec_context
        try:
            self.layout = luma_layout(first.format)
        except ValueError as error:
            raise UnsupportedMedia(path, f"{error}; convert it to FFV1 yuv422p") from None
        self.container_name = self._container.format.name
        self.codec_name = context.name
        self.size = (first.height, first.width)
        rate = frame_rate(stream)
        if rate is None:
            self.warnings.append("no frame rate found; 25 frames per second are assumed")
        self.rate = rate or Fraction(25)
        self.time_base = Fraction(stream.time_base or first.time_base or 1 / self.rate)
        self._clock = Clock(self.time_base)
        self.origin = clock_origin(self._container, self.time_base)
        ratio = stream.sample_aspect_ratio
        self.sample_aspect_ratio = Fraction(ratio) if ratio and ratio != 1 else None
        self.field_order = context.field_order
        self.interlaced = first.interlaced_frame or self.field_order in _INTERLACED_ORDERS
        self.display_matrix = display_matrix(first)
        self.tags, note = complete_tags(first, self.size[0], self.rate, self._full_range(first))
        self._announced = announced_duration(self._container, stream)
        self.counted = stream.frames > 0
        estimate = round(self._announced[0] * self.rate) if self._announced else None
        self.frame_count = stream.frames or estimate
        self._warn(first, note)

    def _full_range(self, first: VideoFrame) -> bool:
        if self.layout.full_range is not None:
            return self.layout.full_range
        if first.color_range in (LIMITED, FULL):
            return first.color_range == FULL
        if self.layout.sampling != "gray":
            return False  # the convention for Y'CbCr
        planes = sample_luma(self.path, self.layout, self.stream.index)
        full_range = guess_full_range(planes, self.layout.bits)
        found = "full" if full_range else "limited"
        self.warnings.append(f"the range of its gray is not tagged; its codes look like {found}")
        return full_range

    def _warn(self, first: VideoFrame, note: str | None) -> None:
        if note:
            self.warnings.append(note)
        if self.interlaced:
            self.warnings.append("interlaced: its luma is kept, colour is added as to progressive")
        if self.layout.sampling == "rgb":
            self.warnings.append(
                f"RGB-coded: luma is derived at {self.layout.bits} bit, exact where R = G = B"
            )
        if self.layout.has_alpha:
            self.warnings.append("its transparency is not kept")
        if chroma_strength(first, self.layout) > _TINTED:
            self.warnings.append("already has colour, which is replaced")

    def _check_same(self, frame: VideoFrame, index: int) -> None:
        """Every frame must fit the one output; FFmpeg would silently rescale it."""
        if (frame.height, frame.width) != self.size:
            was, now = f"{self.size[1]}x{self.size[0]}", f"{frame.width}x{frame.height}"
            what = f"the picture changes from {was} to {now}"
        elif frame.format.name != self.layout.pix_fmt:
            layout = luma_layout(frame.format)
            if (layout.bits, layout.sampling) == (self.layout.bits, self.layout.sampling):
                self.layout = layout
                return
            what = f"the pixel format changes from {self.layout.pix_fmt} to {layout.pix_fmt}"
        else:
            return
        raise MediaError(self.path, f"{what} at frame {index}; split the film there")

    def _report(self) -> None:
        """Say what was damaged or missing, once the end is reached."""
        if self._damaged:
            self.warnings.append(f"{self._damaged} frames are damaged; decoded as well as possible")
        if self._clock.mended:
            self.warnings.append(f"{self._clock.mended} time stamps ran backwards and were mended")
        if self.counted:
            expected = self.stream.frames - self._discarded
            if self._read < expected:
                self.warnings.append(
                    f"cut off or damaged: {self._read} of {expected} frames could be read"
                )
        elif self._announced:
            seconds, exact = self._announced
            end = ((self._clock.last or 0) * self.time_base) + 1 / self.rate
            reached = float(max(end, self._read / self.rate))
            if reached < seconds - (0.1 + 2 / self.rate if exact else 1 + seconds / 50):
                self.warnings.append(
                    f"cut off or damaged: {self._read} frames could be read, to"
                    f" {reached:.1f} of {seconds:.1f} announced seconds"
                )
