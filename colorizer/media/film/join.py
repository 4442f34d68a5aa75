"""The finished film: coded segments one after another, with all other streams of the source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.media.film.check import missing
from colorizer.media.film.coding import Coding, usual_priority
from colorizer.media.film.colour_tags import ColourTags
from colorizer.media.film.container import open_container
from colorizer.media.film.copy import Part, StreamCopy
from colorizer.media.film.encoder import add_film_stream
from colorizer.media.film.matroska import display_size, set_codec_delay, set_display_size, set_light
from colorizer.media.film.protocol import Film
from colorizer.media.film.segment import Segment
from colorizer.media.film.side import holds_light, light_of
from colorizer.notes import note

if TYPE_CHECKING:
    from av import Packet

_INTERLEAVE = 500_000
"""Microseconds of packets the muxer may hold back; FFmpeg's 10 s are gigabytes of FFV1."""


class DamagedSegmentError(Exception):
    """A segment does not hold the frames its journal says.

    Attributes:
        number: which.
    """

    def __init__(self, number: int) -> None:
        super().__init__(note("film.segment_other", segment=number))
        self.number = number


class FilmOutput:
    """A film being put together at `path`; close or discard it in any case."""

    rounded: bool
    """Whether some time stamp is no whole number of milliseconds."""

    def __init__(
        self,
        path: Path,
        *,
        like: Film,
        coding: Coding,
        tags: ColourTags,
        copies: list[int],
        muxer: str,
        threads: int,
    ) -> None:
        """Open the output and write its header, with every stream described.

        Raises:
            FFmpegError, OSError, ValueError: the container does not take it.
        """
        import av

        self.path = path
        self.rounded = False
        self._like = like
        self._light = holds_light(coding, muxer) and any(light_of(like.side_data))
        options = {
            "max_interleave_delta": str(_INTERLEAVE),
            "avoid_negative_ts": "disabled",
            "fflags": "+bitexact",  # Matroska's identifiers would be random numbers
        }
        if muxer in ("mp4", "mov"):
            options["movflags"] = "+faststart"
        part = Part(like.first_index, like.rate, like.seconds) if like.is_part else None
        self._copy = StreamCopy(like.path, copies, like.origin, part, like.epochs)
        self._output: Any = None
        try:
            self._output = av.open(f"file:{path}", "w", format=muxer, container_options=options)
            # This encoder gets no frame: it gives the header that those of the segments had.
            self._stream = add_film_stream(self._output, like, coding, tags, threads)
            self._copy.add_to(self._output)
            with usual_priority():
                self._output.start_encoding()
        except BaseException:
            self.discard()
            raise

    def add_all(self, segments: list[tuple[Path, Segment]]) -> None:
        """Copy all packets of segments, each after the sound and subtitles that come before it.

        Raises:
            DamagedSegmentError: a segment is not what its journal says.
        """
        decode_times = _decode_times([segment for _, segment in segments])
        duration = round(1 / (self._like.rate * self._like.time_base))
        for file, segment in segments:
            for packet, pts in _packets(file, segment, self._like.time_base):
                packet.dts, packet.pts = next(decode_times), pts
                packet.time_base, packet.duration = self._like.time_base, duration
                packet.stream = self._stream
                time = pts * self._like.time_base
                self.rounded |= (time * 1000).denominator > 1
                self._copy.until(Fraction(packet.dts) * self._like.time_base)
                self._output.mux(packet)
        self._copy.until(None)

    def close(self) -> list[str]:
        """Complete the file and return what of the copied streams was mended or lost."""
        self._output.close()
        if self._light:
            name = str(self._like.stream.metadata.get("title", ""))
            set_light(self.path, name, *light_of(self._like.side_data))
        for name, delay in self._copy.delays:
            set_codec_delay(self.path, name, delay)
        notes = self._copy.report()
        self._copy.close()
        return notes

    def discard(self) -> None:
        """Leave nothing behind."""
        from av.error import FFmpegError

        # Closing writes an index, which in an emptied file takes no time.
        with suppress(OSError):
            os.truncate(self.path, 0)
        for owned in (self._output, self._copy):
            if owned is not None:
                with suppress(FFmpegError, OSError, ValueError):
                    owned.close()
        with suppress(FileNotFoundError, NotADirectoryError):
            self.path.unlink()


def complete(
    path: Path,
    *,
    like: Film,
    tags: ColourTags,
    muxer: str,
    container: str,
    copies: list[int],
    rounded: bool,
) -> list[str]:
    """Add what the muxer could not write, make the file durable, and say what got lost.

    Args:
        path: the closed output.
        like: the film.
        tags: of the output.
        muxer: FFmpeg's name.
        container: what to call it.
        copies: streams of the film that it must have next to its own.
        rounded: see `FilmOutput.rounded`.
    """
    if muxer in ("matroska", "webm") and like.sample_aspect_ratio:
        set_display_size(path, display_size(like.size, like.sample_aspect_ratio))
    notes = []
    if rounded and muxer in ("matroska", "webm"):
        notes.append(note("film.matroska_milliseconds"))
    notes += missing(
        path,
        like.path,
        container=container,
        muxer=muxer,
        streams=[like.stream.index, *copies],
        tags=tags,
        ratio=like.sample_aspect_ratio,
        matrix=like.display_matrix,
        chapters=len(like.chapters()),
    )
    with path.open("r+b") as file:
        os.fsync(file.fileno())
    return notes


def clipped_lines(segments: list[Segment], codec: str, coding: Coding) -> list[str]:
    """Say how many luma samples the codec had no code for, if there were any.

    Args:
        segments: all of the film.
        codec: what to call it.
        coding: how they are coded.
    """
    clipped = sum(segment.clipped for segment in segments)
    if not clipped or coding.codes is None:
        return []
    least, most = coding.codes
    return [
        note(
            "film.luma_clipped",
            samples=clipped,
            codec=codec,
            least=least,
            most=most,
            bits=coding.bits,
        )
    ]


def _decode_times(segments: list[Segment]) -> Iterator[int]:
    """Yield the dts of every packet: the times of showing, as many places late as order needs."""
    delay = max((segment.delay for segment in segments), default=0)
    times = chain.from_iterable(segment.times() for segment in segments)
    first = list(islice(times, delay + 1))
    early = [time - (first[-1] - first[0]) for time in first[:-1]]
    return chain(early, first, times)


def _packets(file: Path, segment: Segment, time_base: Fraction) -> Iterator[tuple[Packet, int]]:
    """Yield the packets of a segment with their pts in units of the film's time base."""
    expected = set(segment.times())
    with open_container(file) as container:
        stream = container.streams[0]
        start: int | None = None
        for packet in container.demux(stream):
            if not packet.size or packet.pts is None:
                continue
            start = packet.pts if start is None else start
            ticks = (packet.pts - start) * Fraction(packet.time_base) / time_base
            pts = segment.first_pts + round(ticks)
            if pts not in expected:
                raise DamagedSegmentError(segment.number)
            expected.discard(pts)
            yield packet, pts
    if expected:
        raise DamagedSegmentError(segment.number)
