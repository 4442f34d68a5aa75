"""Temporal smoothing: steady the predicted colours of a shot along its motion.

Each pixel carries the running mean of its predictions and their count, once from the past and once
from a window of frames to come. Both travel along the optical flow and are dropped where it can't
be trusted, so nothing lags and no ghost stays behind a moving thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from colorizer.frame import Frame, Motion
from colorizer.motion import path_of, warp

State = dict[str, np.ndarray]
"""What a stage remembers, by name."""
MAX_COUNT = 24
"""Predictions the mean of a pixel remembers; 12 follows changing light, 48 suits a tripod."""
DISSOLVE_COUNT = 3
"""The same in a dissolve, where what is seen changes without moving."""
DISSOLVE_TRUST = 0.5
"""Mean trust below which a frame is part of a dissolve; heavy flicker and grain leave 0.53."""
LOOK_AHEAD = 12
"""Frames to come that count, at least; blocks of so many are smoothed together."""
LEAST_TRUST = 0.2
"""Trust below which a pixel is new."""
MAX_GAIN = 1.15
"""Most by which chroma that averaging has paled is raised again."""


@dataclass(slots=True)
class _Step:
    """One frame in the window, with the mean of the past up to it."""

    frame: Frame
    ab: np.ndarray
    """The prediction, (2, h, w)."""
    mean: np.ndarray
    count: np.ndarray
    """Predictions in the mean, (h, w)."""
    flash: bool = False


def smooth_chroma(
    frames: Iterator[Frame],
    *,
    look_ahead: int = LOOK_AHEAD,
    state: State | None = None,
    keep: Callable[[int, State], object] | None = None,
) -> Iterator[Frame]:
    """Replace ab of every frame by its mean along the motion of its shot.

    A shot of one frame, and a flash, pass as they are. At most twice `look_ahead` frames are held.

    Args:
        frames: in display order, from `mark_shots`, with ab at working size.
        look_ahead: frames to come that count; 0 uses the past alone.
        state: what `keep` was given for the index of the first frame, to go on from there.
        keep: told before every frame the index of the next and what is remembered up to it.
    """
    shot = _Shot(look_ahead, keep, state)
    for frame in frames:
        if frame.ab is None:
            raise ValueError(f"frame {frame.index} has no ab to be smoothed")
        if frame.starts_shot:
            yield from shot.rest()
            shot = _Shot(look_ahead, keep, None)
        shot.add(frame, frame.ab)
        yield from shot.ready()
    yield from shot.rest()


class _Shot:
    """The window over one shot."""

    def __init__(
        self, look_ahead: int, keep: Callable[[int, State], object] | None, state: State | None
    ) -> None:
        self._look_ahead = look_ahead
        self._keep = keep
        self._window: list[_Step] = []
        self._mean: np.ndarray | None = state["mean"] if state else None
        self._count: np.ndarray | None = state["count"] if state else None
        # Sums of chroma before and after, over the shot so far.
        self._chroma = state["chroma"] if state else np.zeros(2)

    def add(self, frame: Frame, ab: np.ndarray) -> None:
        """Take the next frame and its mean of the past."""
        motion, mean, count = frame.motion, self._mean, self._count
        flash = motion is None and not frame.starts_shot and mean is not None
        if motion is not None and mean is not None and count is not None:
            mean, count = _extended(
                mean, count, ab, path_of(motion.back, ab.shape[1:]), motion, motion.back_trust
            )
        elif not flash:
            mean, count = ab, np.ones(ab.shape[1:], np.float32)
        assert mean is not None
        assert count is not None
        self._mean, self._count = mean, count
        self._window.append(_Step(frame, ab, mean, count, flash))

    def ready(self) -> Iterator[Frame]:
        """Yield the frames of a block that has enough frames after it.

        Blocks end at multiples of their length in the film, so that one who goes on from there
        sees the same blocks.
        """
        end = self._window[-1].frame.index + 1 - self._look_ahead
        first = self._window[0].frame.index
        if end > first and end % max(self._look_ahead, 1) == 0:
            yield from self._smoothed(end - first)

    def rest(self) -> Iterator[Frame]:
        """Yield all that is left: the shot has ended."""
        yield from self._smoothed(len(self._window))

    def _smoothed(self, number: int) -> Iterator[Frame]:
        """Smooth and yield the first `number` frames of the window."""
        done = _with_future(self._window, number)
        for step, ab in zip(self._window[:number], done, strict=True):
            if not step.flash:
                ab = self._as_vivid(step.ab, ab)
            if self._keep:
                state = {"mean": step.mean, "count": step.count, "chroma": self._chroma.copy()}
                self._keep(step.frame.index + 1, state)
            same = ab is step.ab
            yield step.frame if same else replace(step.frame, ab=ab)
        del self._window[:number]

    def _as_vivid(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """Raise chroma to what the predictions of the shot so far had on average."""
        if after is before:
            strength = _strength(before)
            self._chroma += strength
            return after
        self._chroma += (_strength(before), _strength(after))
        gain = min(max(self._chroma[0] / max(self._chroma[1], 1e-6), 1.0), MAX_GAIN)
        return after * np.float32(gain)


def _extended(
    mean: np.ndarray,
    count: np.ndarray,
    ab: np.ndarray,
    path: np.ndarray,
    motion: Motion,
    trust: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Carry mean and count along a path to the next frame and add its prediction."""
    most = MAX_COUNT if motion.back_trust.mean() >= DISSOLVE_TRUST else DISSOLVE_COUNT
    if trust.shape != count.shape:
        import cv2

        trust = cv2.resize(trust, count.shape[::-1])
    weight = np.where(trust < LEAST_TRUST, np.float32(0), trust)
    counted = np.minimum(weight * warp(count, path) + 1, np.float32(most))
    carried = np.stack([warp(plane, path) for plane in mean])
    carried += (ab - carried) / counted
    return carried, counted


def _with_future(window: list[_Step], number: int) -> list[np.ndarray]:
    """Join the mean of the past and that of the window's future for its first frames."""
    if not window:
        return []
    later: Motion | None = None
    mean = count = None
    done: list[np.ndarray] = []
    for place in range(len(window) - 1, -1, -1):
        step = window[place]
        ab = step.ab
        if step.flash:
            if place < number:
                done.append(ab)
            continue
        if later is None or mean is None or count is None:
            mean, count = ab, np.ones(ab.shape[1:], np.float32)
        else:
            path = path_of(later.forth, ab.shape[1:])
            mean, count = _extended(mean, count, ab, path, later, later.forth_trust)
        later = step.frame.motion
        if place < number:
            done.append(_joined(step, mean, count))
    return done[::-1]


def _joined(step: _Step, mean: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Weigh past and future by their counts; the present is in both and counts once."""
    if step.mean is step.ab and mean is step.ab:
        return step.ab
    both = step.count * step.mean
    both += count * mean
    both -= step.ab
    both /= step.count + count - 1
    return both


def _strength(ab: np.ndarray) -> float:
    """Return the mean chroma of a picture."""
    return float(np.sqrt(ab[0] * ab[0] + ab[1] * ab[1]).mean())
