"""Optical flow for measuring: found on the gray film, never on the colours that are judged.

It shares nothing with the flow of the smoothing but OpenCV: its own preset, no exposure matching,
the published occlusion test instead of soft trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from colorizer.stages.motion import MIN_SIDE, path_of, warp

LONG_SIDE = 480
"""Pixels of the grid on which flow and ab are measured, at most."""
BLUR = 0.8
"""Standard deviation of the blur of luma, in pixels of the grid."""
GAP_SHARE, GAP = 0.01, 0.5
"""Of the flow's check there and back (Sundaram, Brox, Keutzer 2010), in squared pixels."""
OTHER, ALIKE = 24, 12
"""Differences of luma, in 8-bit codes, from which on two places show other things, and up to which
they may be the same."""
EDGE_SHARE, EDGE = 0.01, 0.002
"""Of the flow's gradient at edges of motion, in squared pixels."""


@dataclass(frozen=True, slots=True)
class Between:
    """The flow between two frames and what of each is seen in the other."""

    forth: np.ndarray
    """From the earlier to the later, (h, w, 2) float32, for pixels of the earlier."""
    back: np.ndarray
    """From the later to the earlier, for pixels of the later."""
    earlier_seen: np.ndarray
    """Pixels of the earlier frame not occluded in the later one, (h, w) bool; edges are out."""
    later_seen: np.ndarray
    """Pixels of the later frame not occluded in the earlier one."""
    uncovered: np.ndarray
    """Pixels of the later frame that the earlier does not show, (h, w) bool: the flow does not
    lead back, or leads to another luma; next to moving things it is dragged along with them."""


class FlowFinder:
    """DIS optical flow (Kroeger et al. 2016), preset FAST as OpenCV ships it."""

    def __init__(self) -> None:
        self._finder: Any = None

    def between(self, earlier: np.ndarray, later: np.ndarray) -> Between:
        """Return the flow between two luma planes from `flow_luma`, (h, w) uint8.

        Pictures too small for DIS are taken to stand still.
        """
        import cv2

        if min(later.shape) < MIN_SIDE:
            forth = back = np.zeros((*later.shape, 2), np.float32)
        else:
            if self._finder is None:
                self._finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
            forth = self._finder.calc(earlier, later, None)
            back = self._finder.calc(later, earlier, None)
        unmatched = _unmatched(back, forth)
        return Between(
            forth,
            back,
            ~(_unmatched(forth, back) | _edges(forth)),
            ~(unmatched | _edges(back)),
            unmatched | differs(later, warp(earlier, path_of(back, later.shape))),
        )


def flow_luma(L: np.ndarray) -> np.ndarray:
    """Return CIELAB L as blurred 8-bit luma, (h, w) uint8."""
    import cv2

    return cv2.GaussianBlur(cv2.convertScaleAbs(L, alpha=2.55), (0, 0), BLUR)


def differs(luma: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return where two planes show other things, (h, w) bool, whatever their mean exposure."""
    apart = luma.astype(np.float32) - other
    return np.abs(apart - apart.mean(dtype=np.float64)) >= OTHER


def carried(planes: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Fetch planes (n, h, w) along a flow (h, w, 2), bilinearly; borders repeat."""
    path = path_of(flow, planes.shape[1:])
    return np.stack([warp(plane, path) for plane in planes])


def squared(vectors: np.ndarray) -> np.ndarray:
    """Return the squared length of vectors (h, w, 2), (h, w)."""
    return vectors[..., 0] ** 2 + vectors[..., 1] ** 2


def _unmatched(flow: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Return where a flow does not lead back, or leads out of the picture, (h, w) bool.

    |w + W(w')|^2 > 0.01 (|w|^2 + |W(w')|^2) + 0.5, as in the code of Lai et al. 2018.
    """
    path = path_of(flow, flow.shape[:2])
    there = warp(back, path)
    lost = squared(flow + there) > GAP_SHARE * (squared(flow) + squared(there)) + GAP
    x, y = path[..., 0], path[..., 1]
    height, width = flow.shape[:2]
    return lost | (x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)


def _edges(flow: np.ndarray) -> np.ndarray:
    """Return where motion has an edge, (h, w) bool (Ruder et al. 2016, as in Lai's code)."""
    steep = np.zeros(flow.shape[:2], np.float32)
    steep[:, :-1] += squared(flow[:, :-1] - flow[:, 1:])
    steep[:-1] += squared(flow[:-1] - flow[1:])
    return steep > EDGE_SHARE * squared(flow) + EDGE
