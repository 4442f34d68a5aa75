"""One frame of a film at a given time, found by seeking instead of decoding from the start."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import MediaError
from colorizer.frame import Frame, working_L
from colorizer.media.film.container import open_container
from colorizer.media.film.open import film_stream
from colorizer.media.film.source import FilmSource
from colorizer.notes import note
from colorizer.places.frame_pattern import is_pattern
from colorizer.settings import Reading

if TYPE_CHECKING:
    from av import VideoFrame

REACH = 1.0
"""Seconds to each side that tell how the light of a frame is in its shot."""


def frame_at(path: Path, seconds: float, *, side: int, reading: Reading = Reading()) -> Frame:
    """Return the first frame shown `seconds` after the film's first one, or its last frame.

    Its pts counts from the first frame; its index is estimated from the rate.

    Args:
        path: the film; never written to.
        seconds: from the start, 0 or more.
        side: short side in pixels of the frame's L.
        reading: whether it is a negative; the rest is not used.

    Raises:
        MediaError: it can't be read.
    """
    if is_pattern(path):
        return _frame_of_sequence(path, seconds, side, reading)
    with FilmSource(path, Reading(negative=reading.negative), side=side) as source:
        decoded, elapsed = _decoded_at(source, seconds)
        found = _frame(source, decoded, elapsed, side, round(elapsed * source.rate))
        return replace(found, starts_shot=True)


def frames_around(
    path: Path, seconds: float, *, side: int, reading: Reading = Reading()
) -> Generator[Frame, None, None]:
    """Yield up to `REACH` seconds of frames before and after a time, as far as they can be read.

    That of `frame_at` is among them, with the same pts and index.

    Args:
        path: the film; never written to.
        seconds: as for `frame_at`.
        side: short side in pixels of the frames' L.
        reading: whether it is a negative; the rest is not used.

    Raises:
        MediaError: it can't be read.
    """
    if is_pattern(path):
        yield from _around_in_sequence(path, seconds, side, reading)
        return
    from av.error import FFmpegError

    with (
        FilmSource(path, Reading(negative=reading.negative), side=side) as source,
        open_container(path) as container,
    ):
        stream = film_stream(container, path)
        stream.codec_context.thread_type = "AUTO"
        begin, end = max(0.0, seconds - REACH), seconds + REACH
        half = 1 / (2 * source.rate)
        try:
            first = next(container.decode(stream)).pts or 0
            container.seek(first + int(begin / source.time_base), stream=stream)
            for decoded in container.decode(stream):
                shown = ((decoded.pts or 0) - first) * source.time_base
                if shown > end:
                    break
                if shown + half > begin and (decoded.height, decoded.width) == source.size:
                    yield _frame(source, decoded, shown, side, round(shown * source.rate))
        except (FFmpegError, StopIteration):
            return


def _frame(source: FilmSource, decoded: VideoFrame, elapsed: Fraction, side: int, n: int) -> Frame:
    Y = source.luma(decoded)
    bits, full_range = source.layout.bits, source.tags.full_range
    L = working_L(Y, bits, full_range, side)
    pts = round(elapsed / source.time_base)
    colours = source.own_colours(decoded, Y)
    return Frame(n, pts, source.time_base, Y, bits, full_range, L, colours=colours)


def frames_spread(
    path: Path, places: int, *, side: int, reading: Reading = Reading()
) -> Iterator[Frame]:
    """Yield frames at places spread evenly over a film, mostly key frames, as far as it is read.

    Args:
        path: the film; never written to.
        places: how many frames, at most.
        side: short side in pixels of the frames' L.
        reading: whether it is a negative; the rest is not used.

    Raises:
        MediaError: it can't be read.
    """
    if is_pattern(path):
        from colorizer.media.frames.source import SequenceSource

        with SequenceSource(path, _gaps(reading), side=side) as source:
            for index in range(0, len(source.numbers), -(-len(source.numbers) // places)):
                yield next(source.frames(index))
        return
    from av.error import FFmpegError

    with (
        FilmSource(path, Reading(negative=reading.negative), side=side) as source,
        open_container(path) as container,
    ):
        stream = film_stream(container, path)
        length, begin = container.duration or 0, container.start_time or 0
        last = None
        for place in range(places if length else 1):
            try:
                container.seek(begin + length * place // places)
                decoded = next(container.decode(stream))
            except (FFmpegError, StopIteration):
                continue
            if (decoded.height, decoded.width) == source.size and decoded.pts != last:
                last = decoded.pts
                elapsed = (last or 0) * source.time_base - Fraction(begin, 10**6)
                yield _frame(source, decoded, max(elapsed, Fraction(0)), side, place)


def _around_in_sequence(
    pattern: Path, seconds: float, side: int, reading: Reading
) -> Iterator[Frame]:
    from colorizer.media.frames.source import SequenceSource

    with SequenceSource(pattern, _gaps(reading), side=side) as source:
        begin = max(0, int((seconds - REACH) * source.rate))
        for frame in source.frames(begin):
            if float((frame.pts or 0) * frame.time_base) > seconds + REACH:
                return
            yield frame


def _frame_of_sequence(pattern: Path, seconds: float, side: int, reading: Reading) -> Frame:
    from colorizer.media.frames.source import SequenceSource

    with SequenceSource(pattern, _gaps(reading), side=side) as source:
        wanted = source.numbers[0] + int(Fraction(seconds) * source.rate + Fraction(1, 2))
        index = sum(number <= wanted for number in source.numbers) - 1
        return replace(next(source.frames(index)), starts_shot=True)


def _decoded_at(source: FilmSource, seconds: float) -> tuple[VideoFrame, Fraction]:
    """Return the frame at a time and the seconds from the first frame to it."""
    from av.error import FFmpegError

    with open_container(source.path) as container:
        stream = film_stream(container, source.path)
        stream.codec_context.thread_type = "AUTO"
        try:
            first = last = next(container.decode(stream))
        except (FFmpegError, StopIteration) as error:
            raise MediaError(source.path, note("film.no_frame_decoded")) from error
        start, half = first.pts or 0, 1 / (2 * source.rate)
        try:
            if seconds > half:
                container.seek(start + int(seconds / source.time_base), stream=stream)
                for last in container.decode(stream):
                    shown = ((last.pts or 0) - start) * source.time_base
                    if shown + half > seconds:
                        break
        except FFmpegError:
            pass  # damaged from here on: the last frame that could be read is shown
        return last, ((last.pts or 0) - start) * source.time_base


def _gaps(reading: Reading) -> Reading:
    return Reading(accept_gaps=True, negative=reading.negative)
