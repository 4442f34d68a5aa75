"""One frame of a film at a given time, found by seeking instead of decoding from the start."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import MediaError
from colorizer.frame import Frame, working_L
from colorizer.media.film.container import open_container
from colorizer.media.film.luma import read_luma
from colorizer.media.film.open import film_stream
from colorizer.media.film.source import FilmSource
from colorizer.places.frame_pattern import is_pattern

if TYPE_CHECKING:
    from av import VideoFrame


def frame_at(path: Path, seconds: float, *, side: int) -> Frame:
    """Return the first frame shown `seconds` after the film's first one, or its last frame.

    Its pts counts from the first frame; its index is estimated from the rate.

    Args:
        path: the film; never written to.
        seconds: from the start, 0 or more.
        side: short side in pixels of the frame's L.

    Raises:
        MediaError: it can't be read.
    """
    if is_pattern(path):
        return _frame_of_sequence(path, seconds, side)
    with FilmSource(path, side=side) as source:
        decoded, elapsed = _decoded_at(source, seconds)
        Y = read_luma(decoded, source.layout, source.tags.matrix)
        bits, full_range = source.layout.bits, source.tags.full_range
        return Frame(
            index=round(elapsed * source.rate),
            pts=round(elapsed / source.time_base),
            time_base=source.time_base,
            Y=Y,
            bits=bits,
            full_range=full_range,
            L=working_L(Y, bits, full_range, side),
            starts_shot=True,
        )


def _frame_of_sequence(pattern: Path, seconds: float, side: int) -> Frame:
    from colorizer.media.frames.source import SequenceSource
    from colorizer.settings import Reading

    with SequenceSource(pattern, Reading(accept_gaps=True), side=side) as source:
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
            raise MediaError(source.path, "no frame of it could be decoded") from error
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
