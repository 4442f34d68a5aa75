"""A film read to be watched: small pictures in order, from any place, as fast as it decodes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from colorizer.colour.cielab import L_to_gray
from colorizer.frame import Frame
from colorizer.media.film.container import open_container
from colorizer.media.film.open import film_stream
from colorizer.media.film.source import FilmSource
from colorizer.places.frame_pattern import is_pattern
from colorizer.settings import Reading

if TYPE_CHECKING:
    from av import VideoFrame

_SIDE = 16
_FAR = 2.0
"""Seconds ahead from which a film is sought instead of read through."""


class Playback:
    """The frames of a film or image sequence, shrunk.

    Args:
        path: never written to.
        longest: pixels of the long side, at most.
        colour: give sRGB, (H, W, 3) uint8, in place of gray codes, (H, W) uint8; of files alone.
        reading: whether it is a negative; the rest is not used.

    Raises:
        MediaError: it can't be read.
    """

    def __init__(
        self, path: Path, longest: int, *, colour: bool = False, reading: Reading = Reading()
    ) -> None:
        self._longest, self._colour = longest, colour
        self._reading = Reading(negative=reading.negative, accept_gaps=True)
        self._gray: np.ndarray | None = None
        self._container: Any = None
        self._source: Any = None
        if is_pattern(path):
            from colorizer.media.frames.source import SequenceSource

            self._source = SequenceSource(path, self._reading, side=_SIDE)
        else:
            self._source = FilmSource(path, Reading(negative=reading.negative), side=_SIDE)
            self._container = open_container(path)
            self._stream = film_stream(self._container, path)
            self._stream.codec_context.thread_type = "AUTO"
            self._first = 0
            for decoded in self._container.decode(self._stream):
                self._first = decoded.pts or 0
                break
            self._seek(0.0)
        self.rate = float(self._source.rate)
        self.size: tuple[int, int] = self._source.size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._container is not None:
            self._container.close()
        self._source.__exit__(None, None, None)

    def between(
        self, begin: float, end: float, step: float = 0.0
    ) -> Iterator[tuple[float, np.ndarray]]:
        """Yield frames shown from one time to before another, each with its own, in seconds.

        Args:
            begin: seconds from the first frame.
            end: the same.
            step: least seconds between two frames.
        """
        half, last = 0.5 / self.rate, None
        for seconds, frame in self._from(begin - half):
            if seconds + half > end:
                self._ahead = (seconds, frame)
                return
            if last is None or seconds - last + half > step:
                last = seconds
                yield seconds, self._picture(frame)

    def _from(self, begin: float) -> Iterator[tuple[float, Any]]:
        """Yield frames from a time on, without their pictures being made."""
        if self._container is None:
            start = max(0, round((begin + 0.5 / self.rate) * self.rate))
            for frame in self._source.frames(start):
                yield float((frame.pts or 0) * frame.time_base), frame
            return
        from av.error import FFmpegError

        if begin < self._at - 1e-6 or begin > self._at + _FAR:
            self._seek(max(0.0, begin))
        with suppress(FFmpegError):  # damaged from here on: what could be read was shown
            ahead, self._ahead = self._ahead, None
            if ahead is not None and ahead[0] >= begin:
                yield ahead
            for decoded in self._decoded:
                seconds = ((decoded.pts or 0) - self._first) * float(self._source.time_base)
                self._at = seconds
                if seconds >= begin and (decoded.height, decoded.width) == self._source.size:
                    yield seconds, decoded

    def _seek(self, seconds: float) -> None:
        place = self._first + int(seconds / self._source.time_base)
        self._container.seek(place, stream=self._stream)
        self._decoded: Iterator[VideoFrame] = self._container.decode(self._stream)
        self._at = seconds
        self._ahead: tuple[float, Any] | None = None

    def _picture(self, frame: Any) -> np.ndarray:
        import cv2

        if self._container is not None and self._colour:
            height, width = _shrunk((frame.height, frame.width), self._longest)
            return frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
        Y = self._source.luma(frame) if self._container is not None else frame.Y
        height, width = _shrunk(Y.shape, self._longest)
        if self._gray is None:
            self._gray = self._gray_codes(Y, frame)
        codes = np.take(self._gray, Y)
        return cv2.resize(codes, (width, height), interpolation=cv2.INTER_AREA)

    def _gray_codes(self, Y: np.ndarray, frame: Any) -> np.ndarray:
        """Return the sRGB gray of every code of the luma, uint8."""
        codes = np.arange(1 << (8 * Y.itemsize), dtype=Y.dtype)[np.newaxis]
        if isinstance(frame, Frame):
            every = replace(frame, Y=codes[:, : 1 << frame.bits])
        else:
            bits, full_range = self._source.layout.bits, self._source.tags.full_range
            every = Frame(
                0, 0, self._source.time_base, codes[:, : 1 << bits], bits, full_range, codes
            )
        gray = np.rint(L_to_gray(every.lightness()) * 255).astype(np.uint8)[0]
        return np.pad(gray, (0, codes.shape[1] - len(gray)), mode="edge")


def _shrunk(size: tuple[int, ...], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
