"""Decode the video stream of a film, from its beginning or from a place found by seeking."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import MediaError
from colorizer.media.film.clock import WITHOUT_TIMES
from colorizer.media.film.container import open_container
from colorizer.media.film.mpeg import MpegSequence
from colorizer.media.film.open import film_stream
from colorizer.media.film.slice_sums import SliceSums
from colorizer.notes import note

if TYPE_CHECKING:
    from av import Packet, VideoFrame


class FilmDecoder:
    """The pictures of a film in order of showing. Close it always."""

    first: VideoFrame
    """The film's first picture."""
    damaged: int
    """Pictures that could not be decoded, or not well."""
    discarded: int
    """Packets that the container wants left out."""

    def __init__(self, path: Path, threads: int, warn: Callable[[str], object]) -> None:
        """Open a film and decode its first frame.

        Args:
            path: anything PyAV opens.
            threads: decoder threads.
            warn: told why reading ended early.

        Raises:
            MediaError: missing, or no frame of it can be decoded.
            UnsupportedMedia: it has no video stream.
        """
        self.path = path
        self._threads = threads
        self._warn = warn
        self._open()

    def close(self) -> None:
        """Close the film."""
        self._decoded.close()
        self.container.close()

    def reopen(self) -> None:
        """Begin again with the first picture."""
        self.close()
        self._open()

    def pictures(self) -> Iterator[VideoFrame]:
        """Return all pictures of the film; call once, or after `reopen` or a seek that failed."""
        return chain([self.first], self._decoded)

    def pictures_from(
        self, times: Sequence[int], is_last: Callable[[VideoFrame], bool]
    ) -> Iterator[VideoFrame] | None:
        """Return pictures from a place found by seeking, None where it can't be found surely.

        Args:
            times: pts of the first pictures; they must all be met.
            is_last: tells whether the last of those is the right one.
        """
        from av.error import FFmpegError

        if self._ordered and self.stream.codec_context.has_b_frames:
            return None  # times count from the beginning
        self._decoded.close()
        found: list[VideoFrame] = []
        try:
            # From before the key frame before it: what follows an open group may be broken.
            early = times[0] - round(1 / self.stream.time_base) if self.stream.time_base else 0
            self.container.seek(early, stream=self.stream)
            self._decoded = self._decode()
            for picture in self._decoded:
                if not found and picture.pts is not None and picture.pts < times[0]:
                    continue
                found.append(picture)
                if picture.pts != times[len(found) - 1]:
                    break
                if len(found) == len(times):
                    if is_last(picture):
                        return chain(found, self._decoded)
                    break
        except FFmpegError:
            pass
        self.reopen()
        return None

    def _open(self) -> None:
        self.container = open_container(self.path)
        self.damaged = self.discarded = 0
        try:
            self.stream = film_stream(self.container, self.path)
            self.stream.codec_context.thread_type = "AUTO"
            self.stream.codec_context.thread_count = self._threads
            self._ordered = self.container.format.name in WITHOUT_TIMES
            self._decoded = self._decode()
            self.first = self._first_frame()
        except BaseException:
            self.container.close()
            raise

    def _demux(self) -> Iterator[Packet]:
        """Yield the packets of the film up to its end or the point where it can't be read on."""
        from av.error import FFmpegError

        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (FFmpegError, OSError) as error:
                self._warn(note("film.reading_stopped", why=getattr(error, "strerror", error)))
                return
            yield packet

    def _decode(self) -> Generator[VideoFrame]:
        from av.error import FFmpegError

        times: list[int] = []  # where the container has only the order of decoding
        self._sequence = MpegSequence(self.stream.codec_context.name)
        sums = SliceSums(self.stream.codec_context.name)
        for packet in chain(self._demux(), [None]):
            if packet is not None:
                self.discarded += packet.is_discard
                if not packet.size:  # a repeated frame in AVI, or PyAV's end mark
                    continue
                if self._ordered and packet.dts is not None:
                    heappush(times, packet.dts)
            try:
                if packet is not None and self._sequence.begins(packet):
                    yield from self._timed(self.stream.decode(None), times)
                    self.stream.codec_context.flush_buffers()
                frames = self.stream.decode(packet)  # None flushes the decoder
            except (FFmpegError, EOFError):
                self.damaged += 1
                if packet is not None and packet.dts in times:
                    times.remove(packet.dts)
                    heapify(times)
                continue
            self.damaged += packet is not None and sums.is_damaged(packet)
            yield from self._timed(frames, times)

    def _timed(self, frames: Iterable[VideoFrame], times: list[int]) -> Iterator[VideoFrame]:
        """Yield decoded frames, with the next of the times where the container has none."""
        for frame in frames:
            self.damaged += frame.is_corrupt
            if times:
                frame.pts = heappop(times)
            yield frame

    def _first_frame(self) -> VideoFrame:
        try:
            return next(self._decoded)
        except StopIteration:
            reason = note("film.no_frame_decoded_by", codec=self.stream.codec_context.name)
            raise MediaError(self.path, reason) from None
