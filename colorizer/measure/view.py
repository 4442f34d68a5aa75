"""What is measured of one moment: the gray picture, and each film's colours of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from colorizer.measure.flow import ALIKE, Between, FlowFinder, carried, flow_luma
from colorizer.stages.motion import path_of, warp

REACH = 12
"""Frames before and after a moment that are looked at."""


@dataclass(frozen=True, slots=True)
class Colours:
    """One film's colours of a frame."""

    ab: np.ndarray
    """CIELAB a and b on the grid, (2, h, w) float32."""
    rgb: np.ndarray | None = None
    """sRGB codes at full size, (H, W, 3) uint8; None leaves out what is measured in RGB."""


@dataclass(frozen=True, slots=True)
class View:
    """One frame in the window."""

    index: int
    starts_shot: bool
    luma: np.ndarray
    """From `flow_luma`, (h, w) uint8."""
    ab: Mapping[str, np.ndarray]
    """Of every film by its name, (2, h, w) float32."""
    rgb: Mapping[str, np.ndarray]
    """The same as sRGB codes on the grid, (h, w, 3) uint8; of those that have it."""
    between: Between | None
    """Flow to the frame before, across cuts too; None for the first."""


class Window:
    """The last frames of a film, bounded."""

    def __init__(self) -> None:
        self.views: deque[View] = deque(maxlen=2 * REACH + 1)
        self._flow = FlowFinder()

    def add(
        self, index: int, L: np.ndarray, colours: Mapping[str, Colours], *, starts_shot: bool
    ) -> View:
        """Take the next frame of all films and return it."""
        luma, size = flow_luma(L), L.shape[::-1]
        rgb = {
            name: cv2.resize(one.rgb, size, interpolation=cv2.INTER_AREA)
            for name, one in colours.items()
            if one.rgb is not None
        }
        view = View(
            index,
            starts_shot or not self.views,
            luma,
            {name: one.ab for name, one in colours.items()},
            rgb,
            self._flow.between(self.views[-1].luma, luma) if self.views else None,
        )
        self.views.append(view)
        return view

    def across(self, steps: int) -> tuple[View, Between] | None:
        """Return the frame `steps` before the newest and the flow between both, in one shot."""
        newest = list(self.views)[-steps - 1 :]
        if len(newest) <= steps or any(view.starts_shot for view in newest[1:]):
            return None
        return newest[0], self._flow.between(newest[0].luma, newest[-1].luma)


def traced(views: Sequence[View], name: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Fetch the colours of each of some neighbours to where they are in the first.

    Args:
        views: in order of showing or against it.
        name: of the film.

    Yields:
        ab (2, h, w), and where each step of the way is seen and its end has the luma of its
        beginning, (h, w) bool; the first frame's own to begin with.
    """
    size = views[0].luma.shape
    path = path_of(np.zeros((*size, 2), np.float32), size).copy()
    seen = np.ones(size, bool)
    yield views[0].ab[name], seen
    for near, far in pairwise(views):
        later = far if far.index > near.index else near
        assert later.between is not None
        ahead = later is far
        flow = later.between.forth if ahead else later.between.back
        mask = later.between.earlier_seen if ahead else later.between.later_seen
        seen = seen & (warp(mask.astype(np.float32), path) > 0.5)
        path = path + warp(flow, path)
        alike = cv2.absdiff(views[0].luma, warp(far.luma, path)) <= ALIKE
        yield np.stack([warp(plane, path) for plane in far.ab[name]]), seen & alike


def brought(views: Sequence[View], ab: np.ndarray) -> np.ndarray:
    """Carry colours of the first of some neighbours along to the last, trusted or not."""
    for near, far in pairwise(views):
        later = far if far.index > near.index else near
        assert later.between is not None
        ab = carried(ab, later.between.back if later is far else later.between.forth)
    return ab
