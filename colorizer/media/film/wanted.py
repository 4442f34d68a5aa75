"""The pictures of the part of a film that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from colorizer.media.film.decode import FilmDecoder
from colorizer.media.film.range import Span

if TYPE_CHECKING:
    from av import VideoFrame


class Wanted:
    """Finds the pictures of a part of a film; all of them where no part is named."""

    def __init__(self, decoder: FilmDecoder, span: Span | None) -> None:
        """Remember the part.

        Args:
            decoder: of the film, just opened.
            span: the part; None is the whole film.
        """
        self._decoder = decoder
        self._span = span

    def first(self) -> VideoFrame:
        """Return the first picture wanted; `pictures` can be called after it."""
        if self._span is None or not self._span.first:
            return self._decoder.first
        if (found := self._sought()) is not None:
            return next(found)
        pictures = islice(self._decoder.pictures(), self._span.first, None)
        picture = next(pictures, self._decoder.first)  # what is missing is said at the end
        self._decoder.reopen()
        return picture

    def pictures(self) -> tuple[int, Iterator[VideoFrame]]:
        """Return pictures to the end of the film, and the index of the first: of the part's, 0."""
        if (found := self._sought()) is not None:
            return 0, found
        return -(self._span.first if self._span else 0), self._decoder.pictures()

    def is_past(self, picture: VideoFrame, index: int) -> bool:
        """Tell whether a picture comes after the last one wanted.

        Args:
            picture: just decoded.
            index: its own in the part.
        """
        if self._span is None:
            return False
        end = self._span.end_pts
        late = end is not None and picture.pts is not None and picture.pts >= end
        return late or index >= self._span.frames

    def _sought(self) -> Iterator[VideoFrame] | None:
        """Return pictures from the first one wanted, None where it is not found by seeking."""
        span = self._span
        begin = span.first_pts if span and span.first and span.sought else None
        return None if begin is None else self._decoder.pictures_from((begin,), lambda _: True)
