"""How the light of a film changes from frame to frame, found on pixels that correspond.

Fades, flicker and flashes change gray codes (gamma-coded, in [0, 1]) by a gain and an offset. They
are fitted on small pictures along the motion, both ways, so neither a dark figure that walks in nor
the softness of a warped picture counts as a change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorizer.colour.cielab import L_to_gray, gray_to_L
from colorizer.frame import Motion
from colorizer.stages.motion import path_of, warp

SIDE = 64
"""Long side in pixels of the pictures that are compared."""
_LEAST_TRUST = 0.5
_LEAST_SHARE = 0.08
"""Share of the picture that must correspond for a change to be believed."""
_LEAST_SPREAD = 0.008
"""Standard deviation of codes below which a picture shows too little to be fitted."""
_LEAST_ALIKE = 0.7
"""Correlation below which pixels do not correspond."""
_STILL_GAIN, _STILL_OFFSET = 0.0008, 0.0003
"""Changes from one frame to the next that count as none, so that errors do not add up."""
_FAITH, _SLACK = 1.5, 0.04
"""How much more than the mean of codes the contrast may change, in logarithms, and that besides."""
BLANK = 0.006
"""Standard deviation of codes at which a picture shows nothing: black or white, and grain."""


@dataclass(frozen=True, slots=True)
class Light:
    """A change of light between two frames: code of one = gain * code of the other + offset."""

    gain: float = 1.0
    offset: float = 0.0

    def then(self, step: Light) -> Light:
        """Return this change followed by another."""
        return Light(step.gain * self.gain, step.gain * self.offset + step.offset)

    def against(self, other: Light) -> Light:
        """Return the same change by the codes of another frame; both are by those of one."""
        gain = self.gain / other.gain
        return Light(gain, self.offset - gain * other.offset)

    def supported(self, tones: np.ndarray | None) -> Light:
        """Return this change with no more contrast lost or won than its brightness tells.

        Fades go to black or white: the mean of codes, or of what they lack to white, changes by the
        gain. Where many small errors or ever softer detail have added up to a gain that the mean
        does not have, it is that of the mean, and `_SLACK` more.

        Args:
            tones: codes of the other frame, (n,); None where they are not known yet.
        """
        if tones is None:
            return self
        then = float(np.mean(tones))
        now = float(np.clip(self.gain * then + self.offset, 1e-3, 1 - 1e-3))
        then = float(np.clip(then, 1e-3, 1 - 1e-3))
        told = (np.log(now / then), np.log((1 - now) / (1 - then)))
        least, most = min(0.0, *told), max(0.0, *told)
        gain = np.clip(np.log(self.gain), _FAITH * least - _SLACK, _FAITH * most + _SLACK)
        gain = float(np.exp(gain))
        if abs(gain - self.gain) < 1e-9:
            return self
        return Light(gain, self.offset + (self.gain - gain) * then)

    def slope(self, tones: np.ndarray) -> float:
        """Return dL*/dL* on average over `tones`, codes of the other frame, (n,).

        Where light is scaled by g, a* and b* are scaled by this, the cube root of g (CIE 15).
        """
        below, above = (np.clip(tones + step, 0, 1) for step in (-0.02, 0.02))
        here = [gray_to_L(np.clip(self.gain * x + self.offset, 0, 1)) for x in (below, above)]
        there = gray_to_L(above) - gray_to_L(below)
        return float(np.mean((here[1] - here[0]) / np.maximum(there, 1e-3)))


def small_codes(L: np.ndarray) -> np.ndarray:
    """Return the gray codes of a small copy of L, (h, w) float32 in [0, 1]."""
    import cv2

    scale = min(1.0, SIDE / max(L.shape))
    size = tuple(max(1, round(side * scale)) for side in L.shape[::-1])
    return L_to_gray(cv2.resize(L, size, interpolation=cv2.INTER_AREA))


def change_between(
    then: np.ndarray, now: np.ndarray, motion: Motion | None, inside: np.ndarray | None = None
) -> Light | None:
    """Return how light changes from one frame to a later one; None where that can't be told.

    Args:
        then: `small_codes` of the earlier frame.
        now: of the later.
        motion: between them; None compares the same places.
        inside: True where both show a picture, of the shape of both; None is all.
    """
    if then.shape != now.shape:
        return None
    shown = np.ones_like(now) if inside is None else inside.astype(np.float32)
    if motion is None:
        return _calmed(_fit(then, now, shown))
    trust = [shown * _weight(one, now.shape) for one in (motion.back_trust, motion.forth_trust)]
    back = _fit(_moved(then, motion.back, now.shape), now, trust[0])
    forth = _fit(_moved(now, motion.forth, then.shape), then, trust[1])
    if back is None or forth is None:
        return None
    # A warped picture is softer, which one way takes for more contrast, the other for less.
    gain = float(np.sqrt(back[0] / forth[0]))
    before, after = (back[1] + forth[2]) / 2, (back[2] + forth[1]) / 2
    return _calmed((gain, before, after))


def spread_of(codes: np.ndarray) -> float:
    """Return the standard deviation of codes."""
    return float(codes.std())


def _calmed(fit: tuple[float, float, float] | None) -> Light | None:
    """Return a fit as light, without what is too small to be one."""
    if fit is None:
        return None
    gain, before, after = fit
    log, rise = float(np.log(gain)), after - before
    gain = float(np.exp(np.sign(log) * max(abs(log) - _STILL_GAIN, 0.0)))
    rise = float(np.sign(rise) * max(abs(rise) - _STILL_OFFSET, 0.0))
    return Light(gain, before + rise - gain * before)


def _fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[float, float, float] | None:
    """Fit codes y of x robustly; return gain and the mean of x and of y, None where it fails.

    The gain is the ratio of both spreads, which noise in either does not lower.
    """
    inside = (np.minimum(x, y) > 0.002) & (np.maximum(x, y) < 0.985)
    weight = weight * inside
    used = weight
    gain = mean_x = mean_y = 0.0
    for _ in range(3):
        total = float(used.sum())
        if total < _LEAST_SHARE * x.size:
            return None
        mean_x, mean_y = float((used * x).sum()) / total, float((used * y).sum()) / total
        dx, dy = x - mean_x, y - mean_y
        spread_x, spread_y = (float(np.sqrt((used * d * d).sum() / total)) for d in (dx, dy))
        if min(spread_x, spread_y) < _LEAST_SPREAD / 4:
            return _of_means(mean_x, mean_y)
        if float((used * dx * dy).sum()) / total < _LEAST_ALIKE * spread_x * spread_y:
            return None
        gain = spread_y / spread_x
        off = np.abs(dy - gain * dx)
        limit = max(3.5 * float(np.median(off[used > 0])), 0.003)
        used = weight * (off < limit)
    return gain, mean_x, mean_y


def _of_means(mean_x: float, mean_y: float) -> tuple[float, float, float] | None:
    """Take nearly blank pictures for the end of a fade through black, if they are that dark."""
    if min(mean_x, mean_y) <= 0 or max(mean_x, mean_y) > 0.1:
        return None
    return float(np.clip(mean_y / mean_x, 0.2, 5.0)), mean_x, mean_y


def _moved(codes: np.ndarray, flow: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    return warp(codes, path_of(flow, size))


def _weight(trust: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    import cv2

    small = cv2.resize(trust, size[::-1], interpolation=cv2.INTER_AREA)
    return np.where(small >= _LEAST_TRUST, small, 0).astype(np.float32)
