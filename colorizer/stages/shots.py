"""Where shots begin: each frame is told whether it continues the one before it, and how."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from colorizer.frame import Frame, Motion
from colorizer.stages.motion import (
    MotionFinder,
    View,
    no_motion,
)
from colorizer.stages.region.surround import find_iris, find_wide_iris
from colorizer.stages.tones import common_stretch, ends_of, stretched

CUT_TRUST = 0.35
"""Mean trust below which a frame starts a shot; 0.97 is usual within one, 0.1 at a cut."""
SUSPECT_TRUST = 0.5
"""The same where the detector has seen a cut too."""
FLASH_FRAMES = 2
"""Frames unlike their shot that may pass as a flash when the next one continues it."""
CONTEXT = 8
"""Frames before a place from which it is marked as if all before them had been seen."""

_INSIDE = 0.99
"""Share of a pixel of the flow that must lie inside an iris to be judged."""
_DETECTOR_WINDOW = 2
"""Frames to each side to which the detector compares one."""
_HISTOGRAM_BINS = 128

Detector = Callable[[Iterable[Frame]], Iterator[tuple[Frame, bool]]]
"""Pairs frames with whether a cut is suspected there."""


def mark_shots(
    frames: Iterable[Frame], cuts: Container[int] | None = None, *, detector: Detector | None = None
) -> Iterator[Frame]:
    """Set `starts_shot` and `motion` of every frame.

    Frames that start a shot already still do so. A flash of one or two frames does not. Black
    or white between fades is a shot of its own, whatever its grain does.

    Args:
        frames: in display order, with L.
        cuts: indices of frames that start a shot; None finds them.
        detector: a second opinion on cuts, where they are to be found.
    """
    finder = MotionFinder()
    pairs = iter(detector(frames)) if detector else ((frame, False) for frame in frames)
    ahead: deque[tuple[Frame, bool]] = deque()
    last: View | None = None
    after_flash = False
    while ahead or (ahead := deque(_take(pairs, 1))):
        frame, suspected = ahead.popleft()
        begins = last is None or frame.starts_shot or (cuts is not None and frame.index in cuts)
        if frame.repeats and not begins and not after_flash:
            yield replace(frame, motion=no_motion(frame.L.shape), is_key=False)
            continue
        frame, after_flash = replace(frame, repeats=False) if frame.repeats else frame, False
        view = View(frame.L)
        if last is None or begins:
            last = view
            yield frame if frame.starts_shot else replace(frame, starts_shot=True)
            continue
        motion = finder.between(last, view)
        goes_on = cuts is not None or (last.is_blank and view.is_blank)
        if motion is not None and not goes_on:
            goes_on = _continues(motion, suspected)
            if not goes_on and (inside := _in_both(last, view)) is not None:
                motion, goes_on = _between_irises(last, view, inside, finder)
        if motion is not None and goes_on:
            last = view
            yield replace(frame, motion=motion)
            continue
        ahead.extend(_take(pairs, FLASH_FRAMES - len(ahead)))
        if any(_skips_to(last, later, finder) for later, _ in ahead):
            after_flash = True
            yield replace(frame, motion=None)
        else:
            last = view
            yield replace(frame, starts_shot=True)


def scene_detector() -> Detector | None:
    """Return PySceneDetect's detectors on luma; None where it is not installed.

    AdaptiveDetector is for cuts. HistogramDetector is for fades: noisy alone, but heard only where
    trust agrees it finds 73 in place of 71 of 75 drawn fades with grain. Dissolves mostly pass as
    none (8 of 10): trust falls, and in drawn ones of real clips colours are as true as elsewhere
    (ab 2 to 5 off, the shots 10 to 24 apart); slow ones between soft pictures that stand still are
    smeared by up to a third.
    """
    try:
        from scenedetect import AdaptiveDetector, HistogramDetector
    except ImportError:
        return None

    def pairs(frames: Iterable[Frame]) -> Iterator[tuple[Frame, bool]]:
        # Its threshold and window are the best of its own benchmark; on gray frames hue and
        # saturation would only dilute the score.
        adaptive = AdaptiveDetector(
            adaptive_threshold=3.5,
            window_width=_DETECTOR_WINDOW,
            min_scene_len=1,
            luma_only=True,
        )
        detectors = (adaptive, HistogramDetector(bins=_HISTOGRAM_BINS, min_scene_len=1))
        waiting: deque[Frame] = deque()
        shown, cuts = 0, set[int]()
        ends: deque[tuple[float, float]] = deque(maxlen=_DETECTOR_WINDOW + 1)
        for frame in frames:
            waiting.append(frame)
            if frame.repeats:  # it would make its neighbours look like cuts
                continue
            ends.append(ends_of(frame.L))
            seen = stretched(frame.L, common_stretch(ends))
            cuts.update(_cuts_seen(detectors, seen, frame.index))
            shown += 1
            while shown > _DETECTOR_WINDOW + 1:
                first = waiting.popleft()
                shown -= not first.repeats
                yield first, first.index in cuts
                cuts.discard(first.index)
        for frame in waiting:
            yield frame, frame.index in cuts

    return pairs


def _cuts_seen(detectors: Iterable[Any], L: np.ndarray, index: int) -> list[int]:
    """Show L of a frame to the detectors and return what they now take for cuts."""
    import cv2
    from scenedetect import FrameTimecode

    luma = cv2.convertScaleAbs(L, alpha=2.55)
    picture = cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR)
    place = FrameTimecode(index, 25.0)  # the rate is of no importance: frames are counted
    return [cut.frame_num for one in detectors for cut in one.process_frame(place, picture)]


def _take(pairs: Iterator[tuple[Frame, bool]], count: int) -> Iterator[tuple[Frame, bool]]:
    return islice(pairs, max(0, count))


def _continues(motion: Motion, suspected: bool) -> bool:
    # False for NaN too.
    return bool(motion.back_trust.mean() >= (SUSPECT_TRUST if suspected else CUT_TRUST))


def _in_both(earlier: View, later: View) -> np.ndarray | None:
    """Return 1 where both frames of an iris show something; None without an iris."""
    found = [find_iris(view.L) for view in (earlier, later)]
    if not any(found) or earlier.size != later.size:
        return None
    pairs = zip(found, (earlier, later), strict=True)
    like = next(iris for iris in found if iris is not None)
    irises = [iris or find_wide_iris(view.L, like) for iris, view in pairs]
    masks = [iris.mask for iris in irises if iris is not None]
    inside = 1 - np.maximum.reduce(masks)
    return inside if inside.any() else None


def _between_irises(
    earlier: View, later: View, inside: np.ndarray, finder: MotionFinder
) -> tuple[Motion | None, bool]:
    """Return the motion of what two frames both show, and whether one continues the other.

    Args:
        earlier: the frame before.
        later: the frame.
        inside: 1 in the picture of both, of the size of L.
        finder: of their film.
    """
    import cv2

    motion = finder.between(View(earlier.L * inside), View(later.L * inside))
    if motion is None:
        return None, False
    shape = motion.back_trust.shape[::-1]
    seen = cv2.resize(inside, shape, interpolation=cv2.INTER_AREA) > _INSIDE
    motion = replace(motion, back_trust=motion.back_trust * seen,
                     forth_trust=motion.forth_trust * seen)  # fmt: skip
    return motion, bool(seen.any() and motion.back_trust[seen].mean() >= SUSPECT_TRUST)


def _skips_to(last: View, later: Frame, finder: MotionFinder) -> bool:
    """Tell whether a later frame continues where a shot was left."""
    if later.starts_shot:
        return False
    motion = finder.between(last, View(later.L))
    return motion is not None and bool(motion.back_trust.mean() >= SUSPECT_TRUST)
