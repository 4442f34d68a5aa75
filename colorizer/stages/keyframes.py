"""Key frames: on which frames of a film the network must run; to the others colours travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from colorizer.frame import Frame
from colorizer.stages.motion import path_of, warp
from colorizer.stages.temporal import LEAST_TRUST

KEY_STEP = 6
"""Frames from one key frame to the next, at most. A divisor of `LOOK_AHEAD`, at whose
multiples a run may continue: it finds the same ones without knowing what came before."""
MAX_UNSEEN = 0.12
"""Share of a picture that colours from the last key frame need not reach. On clips whose colours
are known, 0.08 is no truer with a fifth more key frames; those of the next one come back anyway."""


def mark_keys(frames: Iterator[Frame], step: int = KEY_STEP) -> Iterator[Frame]:
    """Leave `is_key` set only where the network must run.

    That is on the first frame of a shot, on every frame whose index is a multiple of `step`, on
    flashes, and wherever much of the picture can't be traced back to the last key frame:
    uncovered ground, motion too fast to follow. A frame that repeats another is none.

    Args:
        frames: in display order, from `mark_shots`.
        step: frames from one key frame to the next, at most.
    """
    seen: np.ndarray | None = None
    due = False
    for frame in frames:
        motion = frame.motion
        if motion is None:  # a shot or a flash; what follows a flash continues from before it
            if frame.starts_shot:
                seen, due = None, False
            yield frame
            continue
        if frame.repeats:
            if frame.index % step == 0:  # the next that shows something else stands in for it
                seen, due = None, True
            yield frame
            continue
        trust = motion.back_trust
        if seen is not None and seen.shape == trust.shape:
            trust = np.minimum(trust, warp(seen, path_of(motion.back, trust.shape)))
        seen = trust
        if due or frame.index % step == 0 or float((seen < LEAST_TRUST).mean()) > MAX_UNSEEN:
            seen, due = None, False
            yield frame
        else:
            yield replace(frame, is_key=False)
