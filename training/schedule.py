"""How the learning rate goes with the progress of a run."""

from __future__ import annotations

import math

_WARM_UP_SHARE = 0.3
_START_FACTOR = 1 / 25
_END_FACTOR = 1 / 250_000
"""Of OneCycle, as in Smith and Topin 2019 with the values torch uses."""

SCHEDULES = ("constant", "cosine", "onecycle")


def rate_factor(kind: str, step: int, progress: float, warmup_steps: int) -> float:
    """Return what the learning rates are multiplied with.

    Args:
        kind: one of `SCHEDULES`. `cosine` falls from 1 to 0, `onecycle` rises over the first 30 %
            and falls to almost nothing.
        step: steps done; counts for the linear warm-up of the other two.
        progress: share of the run that is done, in [0, 1].
        warmup_steps: length of the warm-up.
    """
    if kind == "onecycle":
        if progress < _WARM_UP_SHARE:
            return _between(_START_FACTOR, 1.0, progress / _WARM_UP_SHARE)
        return _between(1.0, _END_FACTOR, (progress - _WARM_UP_SHARE) / (1 - _WARM_UP_SHARE))
    warm = min(1.0, (step + 1) / max(1, warmup_steps))
    return warm * (_between(1.0, 0.0, progress) if kind == "cosine" else 1.0)


def _between(start: float, end: float, share: float) -> float:
    """Go from start to end along half a cosine wave."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))
