"""A film in pieces, each coloured by itself, so that their segments are those of a lone run.

All that the stages remember ends at a cut, so a piece begins and ends at cuts. Where those are is
not known before; each piece has an edge, a number of frames, and begins at the first cut after it
at which a lone run surely begins a segment. That depends on where segments began before, which one
who reads from the edge on can't know: he follows all possible ones until a cut makes them one. The
piece before sees the same frames and finds the same place, its end. If none is found before the
next edge, the piece is empty and the one before it is longer.

Whether pieces follow each other is seen from the luma when they are put together, see `adopting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.frame import Frame
from colorizer.media.film.adopting import BEFORE, FIRSTS, State
from colorizer.media.film.anchor import Anchor
from colorizer.media.film.clock import TRANSPORT, WITHOUT_TIMES
from colorizer.media.film.encoder import segment_muxer
from colorizer.media.film.protocol import Film
from colorizer.media.film.range import steady_times
from colorizer.media.film.segment import SEGMENT_FRAMES, begins_segment
from colorizer.media.film.segments import WorkFolder
from colorizer.media.film.sink import FilmSink
from colorizer.settings import FilmWriting


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a film."""

    number: int
    count: int
    """Of all pieces."""
    length: int
    """Frames from one edge to the next."""
    frames: int
    """Of the whole film."""
    times: tuple[int, ...]
    """pts of the last frames before its edge."""

    @property
    def edge(self) -> int:
        """Index of the frame from which on its beginning is looked for."""
        return self.number * self.length

    def is_edge(self, index: int) -> bool:
        """Tell whether a piece other than the first has its edge at a frame."""
        return index % self.length == 0 and 0 < index // self.length < self.count


def find_pieces(film: Film, length: int, context: int) -> tuple[Piece, ...]:
    """Return the pieces of a film, none where it is too short or its frames can't be counted.

    Args:
        film: opened; all its packets are read, none is decoded.
        length: frames of a piece, about.
        context: frames before an edge whose times are wanted.
    """
    counted = film.container_name not in (*TRANSPORT, *WITHOUT_TIMES)
    if film.sequence or film.is_part or film.first_field or film.mixed_scan or not counted:
        return ()
    step = round(1 / (film.rate * film.time_base))
    times = steady_times(film.path, film.stream.index, Fraction(film.time_base), step)
    count = len(times) // length
    return tuple(
        Piece(number, count, length, len(times), times[max(0, edge - context) : edge])
        for number, edge in enumerate(range(0, count * length, length))
        if count > 1
    )


class Edges:
    """Finds in the frames of a film where a piece begins and where it ends."""

    first: int | None = None
    """Index of its first frame, when that is found."""
    end: int | None = None
    """Index of the frame after its last, when that is found; None at the end of the film."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._from = piece.edge
        if not piece.number:
            self.first = 0
        self._firsts: frozenset[int] | None = None
        self._known: dict[int, frozenset[int]] = {}
        self._before = b""

    def resume(self, start: int, state: State) -> None:
        """Take up where an earlier run ended, at frame `start`, with what `state` gave it."""
        self._from = self.first = start
        self._before = state[BEFORE].tobytes() if BEFORE in state else b""
        if FIRSTS in state:
            self._firsts = frozenset(state[FIRSTS].tolist())

    def state(self, index: int) -> State:
        """Return what must be remembered before frame `index`; ask in order."""
        for old in [known for known in list(self._known) if known < index]:
            del self._known[old]
        state: State = {BEFORE: np.frombuffer(self._before, np.uint8)}
        if index in self._known:
            state[FIRSTS] = np.array(sorted(self._known[index]), np.int64)
        return state

    def within(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Yield the frames of the piece, and as the last one that with which the next begins.

        Args:
            frames: marked, from a few before the piece's edge, or before where it continues.
        """
        before: Frame | None = None
        for frame in frames:
            if frame.index >= self._from:
                found = self._is_border(frame)
                if found and self.first is not None:
                    self.end = frame.index
                    yield frame
                    return
                if found and before is not None:
                    self.first = frame.index
                    self._before = sha256(np.ascontiguousarray(before.Y).data).digest()
                elif self.first is None and frame.index == self._piece.edge + self._piece.length:
                    return
            if self.first is not None:
                yield frame
            before = frame

    def _is_border(self, frame: Frame) -> bool:
        """Tell whether a piece begins with a frame, the next one in order."""
        index, firsts = frame.index, self._firsts
        if self._piece.is_edge(index):
            firsts = frozenset(range(max(0, index - SEGMENT_FRAMES), index))
        if firsts is None:
            return False
        starts, most = frame.starts_shot, SEGMENT_FRAMES
        firsts = frozenset(
            index if begins_segment(first, index, starts_shot=starts, most=most) else first
            for first in firsts
        )
        found = starts and firsts == {index}
        self._firsts = None if found else firsts
        if self._firsts is not None:
            self._known[index + 1] = self._firsts
        return found


class PieceSink(FilmSink):
    """The segments of one piece of a film; a later `FilmSink` of the film takes them over."""

    def __init__(
        self,
        target: Path,
        writing: FilmWriting = FilmWriting(),
        *,
        like: Film,
        identity: Mapping[str, Any],
        piece: Piece,
    ) -> None:
        """Check that the target can hold the film; see `FilmSink`.

        Args:
            target: of the whole film.
            writing: codec and quality.
            like: the opened film.
            identity: of the whole film.
            piece: the one.
        """
        super().__init__(target, writing, like=like, identity=identity)
        suffix = "." + segment_muxer(self.coding)
        made_of = {**identity, "piece": [piece.number, piece.count, piece.length]}
        self._folder = WorkFolder(target, made_of, suffix, piece.number)
        self._folder.begin = piece.edge
        self._piece, self.edges = piece, Edges(piece)

    def __enter__(self) -> PieceSink:
        super().__enter__()
        if self._folder.segments:
            self.edges.resume(self.start, self.state())
        return self

    def anchor(self, count: int) -> Anchor | None:
        """Return the last frames before the next one, at most `count`; None at the beginning."""
        times = self._piece.times[-count:]
        if self._folder.segments or not times:
            return super().anchor(count)
        return Anchor(self._piece.edge - len(times), times, "")

    def keep_state(self, index: int, state: State) -> None:
        """Remember arrays that the stages need to continue at frame `index`."""
        super().keep_state(index, state | self.edges.state(index))

    def write(self, frame: Frame) -> None:
        """Hand a frame of the piece to the encoder; the one after its last is left out."""
        if frame.index == self.edges.end:
            return
        if not self._folder.segments and self.edges.first is not None:
            self._folder.begin = self.edges.first
        super().write(frame)

    def _join(self) -> None:
        """Leave the segments to the whole film."""
