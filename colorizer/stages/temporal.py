"""Temporal smoothing: colours travel along the motion of a shot, and steady one another.

Each pixel carries the running mean of its predictions and their count, once from the past and once
from a window of frames to come. Both travel along the optical flow and are dropped where it can't
be trusted, so nothing lags and no ghost stays behind a moving thing. A frame without a prediction
gets what comes to it from both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from colorizer.frame import Frame, Motion
from colorizer.stages.motion import half_size, path_of, warp

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
CALM_COUNT = 4
"""Predictions by which a shot is taken to have kept its chroma before its first frame, so that the
raise does not swing on its first few."""
SURE_COUNT = 0.5
"""Predictions behind a pixel below which its neighbours have a say in its colour."""
COARSE, FAR = 4, 9
"""Side of the blocks in which neighbours are counted, and of the window of blocks further off."""


@dataclass(slots=True)
class _Step:
    """One frame in the window, with what came to it from the past."""

    frame: Frame
    ab: np.ndarray | None
    """The prediction, (2, h, w); None where the frame has none."""
    past: np.ndarray
    """Mean of a and b, and the predictions in it, up to this frame, (3, h, w)."""
    flash: bool = False


def is_in_dissolve(motion: Motion) -> bool:
    """Tell whether a frame changes without moving, by how it continues the one before it."""
    return not motion.still and bool(motion.back_trust.mean(dtype=np.float32) < DISSOLVE_TRUST)


def shows_shot_alone(frame: Frame, motion: Motion | None) -> bool:
    """Tell whether a frame is neither a flash nor part of a dissolve.

    Args:
        frame: from `mark_shots`.
        motion: how it continues the one before it; of the first frame of a shot, how the next one
            continues it, or None.
    """
    if motion is None:
        return frame.starts_shot
    return not is_in_dissolve(motion)


def smooth_chroma(
    frames: Iterator[Frame],
    *,
    look_ahead: int = LOOK_AHEAD,
    state: State | None = None,
    keep: Callable[[int, State], object] | None = None,
) -> Iterator[Frame]:
    """Replace ab of every frame by its mean along the motion of its shot.

    It travels, and is given, at half the working size, which is as fine as networks answer. A shot
    of one frame, and a flash, pass as they are. At most twice `look_ahead` frames are held.

    Args:
        frames: in display order, from `mark_shots`, with ab at working size; in the midst of a
            shot frames may come without.
        look_ahead: frames to come that count; 0 uses the past alone.
        state: what `keep` was given for the index of the first frame, to continue from it.
        keep: told before every frame the index of the next and what is remembered up to it.
    """
    shot = _Shot(look_ahead, keep, state)
    for frame in frames:
        if frame.starts_shot:
            yield from shot.rest()
            shot = _Shot(look_ahead, keep, None)
        shot.add(frame)
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
        self._past: np.ndarray | None = state["past"] if state else None
        # Sums of chroma before and after, over the predictions of the shot so far.
        self._chroma = state["chroma"] if state else np.zeros(2)
        self._last: np.ndarray | None = state.get("last") if state else None

    def add(self, frame: Frame) -> None:
        """Take the next frame, with what the past brings to it."""
        motion, past = frame.motion, self._past
        flash = motion is None and not frame.starts_shot and past is not None
        ab = None if frame.ab is None else _shrunk(frame.ab)
        if frame.is_anchor and ab is not None and not flash:
            past = _begun(ab, MAX_COUNT)
        elif motion is not None and past is not None:
            past = _extended(past, motion, motion.back, motion.back_trust, ab)
        elif ab is None:
            raise ValueError(f"frame {frame.index} has no ab to be smoothed")
        elif not flash:
            past = _begun(ab)
            self._chroma += CALM_COUNT * _strength(ab)
        assert past is not None
        self._past = past
        self._window.append(_Step(frame, ab, past, flash))

    def ready(self) -> Iterator[Frame]:
        """Yield the frames of a block that has enough frames after it.

        Blocks end at multiples of their length in the film, so that one who continues from there
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
        alone = len(self._window) == 1 and self._window[0].frame.motion is None
        done = [None] * number if alone else _with_future(self._window, number)
        for place, (step, ab) in enumerate(zip(self._window[:number], done, strict=True)):
            if step.frame.repeats and step.ab is None and self._last is not None:
                ab = self._last
            elif ab is not None and not step.frame.is_anchor:
                ab = self._as_vivid(step.ab, ab)
            self._last = ab
            if self._keep:
                state = {"past": step.past, "chroma": self._chroma.copy()}
                if ab is not None and any(n.frame.repeats for n in self._window[place + 1 :][:1]):
                    state["last"] = ab
                self._keep(step.frame.index + 1, state)
            yield step.frame if ab is None else replace(step.frame, ab=ab)
        del self._window[:number]

    def _as_vivid(self, before: np.ndarray | None, after: np.ndarray) -> np.ndarray:
        """Raise chroma to what the predictions of the shot so far had on average.

        Args:
            before: a prediction, (2, h, w), if there was one.
            after: its frame smoothed; changed in place.
        """
        if before is not None:
            self._chroma += (_strength(before), _strength(after))
        gain = min(max(self._chroma[0] / max(self._chroma[1], 1e-6), 1.0), MAX_GAIN)
        after *= np.float32(gain)
        return after


def _shrunk(ab: np.ndarray) -> np.ndarray:
    """Bring a prediction (2, h, w) to the size at which it travels."""
    import cv2

    size = half_size(ab.shape[1:])[::-1]
    return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in ab])


def _begun(ab: np.ndarray, count: int = 1) -> np.ndarray:
    """Return the mean of so many equal predictions."""
    return np.concatenate([ab, np.full_like(ab[:1], count)])


def _extended(
    mean: np.ndarray,
    motion: Motion,
    flow: np.ndarray,
    trust: np.ndarray,
    ab: np.ndarray | None,
) -> np.ndarray:
    """Carry means and counts, (3, h, w), along a flow to the next frame; add its prediction.

    Args:
        mean: of the frame that the flow leads to.
        motion: between both.
        flow: one of the two of `motion`.
        trust: in it.
        ab: the prediction, (2, h, w), if the frame has one.
    """
    most = DISSOLVE_COUNT if is_in_dissolve(motion) else MAX_COUNT
    carried = mean.copy() if motion.still else _carried(mean, flow, trust)
    means, count = carried[:2], carried[2]
    if ab is None:
        np.minimum(count, np.float32(most), out=count)
        return carried
    count += 1
    np.minimum(count, np.float32(most), out=count)
    means += (ab - means) / count
    return carried


def _carried(mean: np.ndarray, flow: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Carry means and counts, (3, h, w), along a flow; counts as far as it is trusted."""
    size = mean.shape[1:]
    if trust.shape != size:
        import cv2

        trust = cv2.resize(trust, size[::-1])
    path = path_of(flow, size)
    carried = np.stack([warp(plane, path) for plane in mean])
    carried[2] *= trust
    carried[2][trust < LEAST_TRUST] = 0
    return carried


def _with_future(window: list[_Step], number: int) -> list[np.ndarray | None]:
    """Join what past and future of a window bring to its first frames, each (2, h, w).

    A flash gets None.
    """
    later: Motion | None = None
    future: np.ndarray | None = None
    done: list[np.ndarray | None] = []
    for place in range(len(window) - 1, -1, -1):
        step = window[place]
        if step.flash:
            if place < number:
                done.append(None)
            continue
        if step.frame.is_anchor and step.ab is not None:
            future = _begun(step.ab, MAX_COUNT)
        elif later is not None and future is not None:
            future = _extended(future, later, later.forth, later.forth_trust, step.ab)
        elif step.ab is not None:
            future = _begun(step.ab)
        else:
            future = np.zeros_like(step.past)
        later = step.frame.motion
        if place < number:
            done.append(_joined(step, future))
    return done[::-1]


def _joined(step: _Step, future: np.ndarray) -> np.ndarray:
    """Weigh past and future by their counts; the present is in both and counts once."""
    if step.frame.is_anchor and step.ab is not None:
        return step.ab.copy()
    both = step.past[:2] * step.past[2]
    both += future[:2] * future[2]
    total = step.past[2] + future[2]
    if step.ab is not None:
        both -= step.ab
        total -= 1
    both /= np.maximum(total, np.float32(1e-6))
    if step.ab is None and total.min() < SURE_COUNT:
        return _filled(both, total)
    return both


def _filled(ab: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Give pixels that no prediction reached the colours of their surroundings."""
    import cv2

    sure = np.minimum(count / np.float32(SURE_COUNT), 1)
    known = cv2.merge([ab[0] * sure, ab[1] * sure, sure])
    size = (-(-count.shape[1] // COARSE), -(-count.shape[0] // COARSE))
    near = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    # What lies further off has a say where nothing nearer has.
    far = 0.05 * cv2.blur(near, (FAR, FAR)) + 1e-4 * near.mean(axis=(0, 1), dtype=np.float32)
    a, b, weight = cv2.split(cv2.resize(near + far, count.shape[::-1]))
    around = np.stack([a, b]) / np.maximum(weight, np.float32(1e-9))
    return around + sure * (ab - around)


def _strength(ab: np.ndarray) -> float:
    """Return the mean chroma of a picture (2, h, w)."""
    import cv2

    return float(cv2.magnitude(ab[0], ab[1]).mean())
