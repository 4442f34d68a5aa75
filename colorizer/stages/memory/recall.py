"""The colour memory of a shot: one thing keeps one colour from its first frame to its last.

Frames wait until the network has seen all of their shot. What its key frames show is then joined to
some hundred entries, and every place of every key frame gets the colour of the entries that are
like it: so a shirt is not red here and gray there. A shot too long to be held is remembered in
parts: what was remembered stays, and new things are added.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

import numpy as np
import torch

from colorizer.frame import Frame
from colorizer.stages.found import CARD
from colorizer.stages.memory.anchors import Anchors
from colorizer.stages.memory.asked import AskedOf, shot_anchors
from colorizer.stages.memory.entries import (
    Entries,
    Reader,
    adopting,
    entries_of,
    extended,
    joined,
    points_of,
)
from colorizer.stages.memory.glimpse import Glimpse
from colorizer.stages.memory.part import Part, State
from colorizer.stages.memory.placing import painted, placed
from colorizer.stages.prefetch import Prefetch
from colorizer.stages.temporal import shows_shot_alone

MOST_HELD, LEAST_HELD = 360, 48
"""Frames of a shot that wait together, at most and at least."""
BYTES_HELD = 384 << 20
"""What waits, at most, while that is more than the least number of frames."""
MOST_KEYS = 64
"""Key frames that entries are made of, at most, evenly thinned."""
_LEAST_SLOPE = 0.25
"""Of a frame that is remembered: less is in the dark of a fade, where grain hides what it shows."""
MOST_GAIN = 1.15
"""Most by which chroma that the mean of entries has paled is raised again."""
_TOGETHER = 4
"""Key frames that are read side by side."""


class ShotMemory:
    """Remembers the shots of one film one after the other, for a later run to continue too."""

    def __init__(
        self, anchors: Anchors | None = None, *, remembers: bool = True, shots: int = 0
    ) -> None:
        """Begin.

        Args:
            anchors: pictures in true colours whose things the film shows.
            remembers: False leaves colours that no anchor gives as they are.
            shots: before a shot, whose things keep their colours in it.
        """
        self._shots = shots
        self._anchors, self._remembers = anchors or Anchors([]), remembers
        self.asked_of: AskedOf = lambda _: ()
        self._parts: deque[Part] = deque()
        """Those whose colours are known, from the one that `state` was last asked of."""
        self._reached: list[np.ndarray] = []
        """Of parts that anchors reach: first frame of the shot and of the part, count of frames,
        and the share that each anchor gives its colours to."""

    def reached(self) -> dict[int, np.ndarray]:
        """Return by the first frame of each shot its frames, and the share that anchors reach.

        The first value is the number of frames, then comes a share from 0 to 1 for each anchor.
        """
        shots: dict[int, np.ndarray] = {}
        for shot, _first, count, *shares in self._reached:
            known = shots.setdefault(int(shot), np.zeros(1 + len(shares)))
            whole = known[0] + count
            known[1:] += (np.array(shares) - known[1:]) * (count / whole)
            known[0] = whole
        return shots

    def resume(self, state: State) -> None:
        """Take up where an earlier run ended, with what `state` gave it."""
        if (part := Part.of(state)) is not None:
            self._parts.append(part)
        self._reached = list(state.get("memory_reached", ()))

    def state(self, index: int) -> State:
        """Return what must be remembered before frame `index`; ask in order."""
        while len(self._parts) > 1 and self._parts[1].first < index:
            self._parts.popleft()
        if not self._parts or self._parts[0].first >= index:
            return {}
        part = self._parts[0]
        kept = part.state()
        if reached := [row for row in self._reached if row[1] < index]:
            kept["memory_reached"] = np.stack(reached)
        return kept

    def recall(self, frames: Iterable[Frame], pool: Executor | None = None) -> Iterator[Frame]:
        """Give every key frame the colours that its shot remembers.

        Args:
            frames: from `predict_chroma`, with glimpses where the model gives any; those of a shot
                of which it gives none pass as they are.
            pool: see `core_pool`; what is computed here is computed on it.
        """
        parts = self._read_by(frames, pool)
        if pool is None:
            for read, waiting in parts:
                yield from _in_order(read, waiting, None)
            return
        # The network looks at one part while the one before it is encoded.
        with Prefetch(parts, depth=1) as ahead:
            for read, waiting in ahead:
                yield from _in_order(read, waiting, pool)

    def _read_by(
        self, frames: Iterable[Frame], pool: Executor | None
    ) -> Iterator[tuple[Callable[[Frame], Frame], list[Frame]]]:
        """Yield what reads the colours of frames, with the frames it reads."""
        part = self._parts[-1] if self._parts else None
        read = None if part is None else self._reading(part)
        waiting: list[Frame] = []
        for frame in frames:
            if part is None or frame.starts_shot or frame.index >= part.end:
                yield from self._recalled(part, waiting, pool)
                last = self._parts[-1] if part is not None else None
                part = self._begun(frame, last)
                before = part.entries
                waiting, read = [], None
                if frame.glimpse is None and before is None:
                    self._parts.append(part)
                    read = self._reading(part)
            if read is None:
                waiting.append(frame)
            else:
                yield read, [frame]
        yield from self._recalled(part, waiting, pool)

    def _begun(self, frame: Frame, last: Part | None) -> Part:
        """Return the part that begins with a frame, after a last one."""
        end = frame.index + _length(frame)
        here = frame.index
        if last is None:
            return Part(here, here, end)
        if not frame.starts_shot:
            return replace(last, first=here, end=end, gain=1.0, shares=None, reached=None)
        album = last.album if last.entries is None else (*last.album, last.entries)
        return Part(here, here, end, album=album[max(0, len(album) - self._shots) :])

    def _recalled(
        self, part: Part | None, waiting: list[Frame], pool: Executor | None
    ) -> Iterator[tuple[Callable[[Frame], Frame], list[Frame]]]:
        """Remember what the frames of a part show, and yield what reads the colours of that."""
        if part is None or not waiting:
            return
        found = partial(self._remembered, part, waiting)
        part = pool.submit(found).result() if pool else found()
        self._parts.append(part)
        if part.reached is not None:
            facts = [part.shot, part.first, len(waiting), *part.reached.tolist()]
            self._reached.append(np.array(facts, np.float64))
        read = self._reading(part)
        yield read, waiting
        yield read, []  # is taken when that part is done: so two are held, and never a third

    def _remembered(self, part: Part, frames: Sequence[Frame]) -> Part:
        """Return a part with the entries that its frames make, or add."""
        keys = [frame for frame in frames if frame.glimpse is not None]
        sound = _sound(frames)
        keys = [frame for frame in keys if frame.index in sound] or keys
        glimpses = [frame.glimpse for frame in keys[:: -(-len(keys) // MOST_KEYS) or 1]]
        if not glimpses:
            return part
        with torch.inference_mode():
            asked = [one for f in frames for one in shot_anchors(f, self.asked_of(f))]
            part = replace(part, asked=(*part.asked, *asked))
            if len(self._anchors):
                some = _some(glimpses)
                shares = self._anchors.shares(some, part.shot)
                part = replace(part, shares=shares, reached=self._anchors.reach(some, shares))
            if not self._remembers or (part.entries is None and len(glimpses) < 2):
                return part
            points, before = points_of(glimpses), part.entries
            entries = entries_of(points) if before is None else extended(before, points)
            gain = _gain(entries, glimpses)
            if part.album and before is None:
                entries = adopting(entries, joined(part.album))
            return replace(part, entries=entries, gain=gain)

    def _reading(self, part: Part) -> Callable[[Frame], Frame]:
        """Return what gives a frame of a part the colours that are remembered."""
        readers: dict[float, Reader] = {}
        asked = Anchors([one.anchor for one in part.asked])
        asked_shares = torch.tensor([one.share for one in part.asked])

        def read(frame: Frame) -> Frame:
            glimpse = frame.glimpse
            if glimpse is None or frame.ab is None:
                return frame
            heat = glimpse.temperature
            with torch.inference_mode():
                if part.entries is not None and heat not in readers:
                    readers[heat] = Reader(part.entries, heat)
                change = torch.zeros_like(glimpse.own)
                if part.entries is not None:
                    found, trust = readers[heat].read(glimpse)
                    change = trust * (found - glimpse.own)
                ab = (frame.ab + placed(change.numpy(), frame)) * np.float32(part.gain)
                if part.shares is not None:
                    laid = self._anchors.read(glimpse, part.shares).numpy()
                    ab = painted(ab, laid, frame)
                if part.asked:
                    ab = painted(ab, asked.read(glimpse, asked_shares).numpy(), frame)
            return replace(frame, ab=ab, glimpse=None)

        return read


def _length(frame: Frame) -> int:
    """Return how many frames like one wait together."""
    motion = 6 * frame.L.nbytes // 2  # about, and what waits with a key frame
    size = frame.Y.nbytes + frame.L.nbytes + motion
    return int(np.clip(BYTES_HELD // size, LEAST_HELD, MOST_HELD))


def _sound(frames: Sequence[Frame]) -> set[int]:
    """Return the indices of frames that show their shot alone, in its light.

    Those in a dissolve, in the dark of a fade, in a flash and of a title card do not.
    """
    found: set[int] = set()
    for place, frame in enumerate(frames):
        # What the first frame of a shot shows is known from how the next continues it.
        motion = (
            frames[place + 1] if frame.starts_shot and place + 1 < len(frames) else frame
        ).motion
        lit = frame.slope >= _LEAST_SLOPE and CARD not in frame.taken
        if lit and shows_shot_alone(frame, motion):
            found.add(frame.index)
    return found


def _some(glimpses: Sequence[Glimpse]) -> Sequence[Glimpse]:
    """Return at most eight, evenly spread."""
    return glimpses[:: -(-len(glimpses) // 8)]


def _gain(entries: Entries, glimpses: Sequence[Glimpse]) -> float:
    """Return the factor by which what is read has the chroma that the network gave."""
    before = after = 0.0
    reader = Reader(entries, glimpses[0].temperature)
    for glimpse in _some(glimpses):
        ab, trust = reader.read(glimpse)
        before += float(glimpse.own.norm(dim=0).mean())
        after += float((glimpse.own + trust * (ab - glimpse.own)).norm(dim=0).mean())
    return float(np.clip(before / max(after, 1e-6), 1.0, MOST_GAIN))


def _in_order(
    read: Callable[[Frame], Frame], frames: list[Frame], pool: Executor | None
) -> Iterator[Frame]:
    """Yield frames read, a few of them side by side; the list is emptied."""
    if pool is None:
        while frames:
            yield read(frames.pop(0))
        return
    ahead: deque[Callable[[], Frame]] = deque()
    frames.reverse()
    while frames or ahead:
        while frames and len(ahead) < _TOGETHER * 6:
            frame = frames.pop()
            if frame.glimpse is None:
                ahead.append(partial(read, frame))
            else:
                ahead.append(pool.submit(read, frame).result)
        yield ahead.popleft()()
