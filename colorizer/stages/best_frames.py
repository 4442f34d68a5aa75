"""The best frames of a shot: sharp, from its middle, that show most of what the shot shows.

What a frame shows is told by the features that the network found in it: it shows a place of its
shot where one of its own places is near that. A shot that shows ever new things, such as a long
pan, gets more than one frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from colorizer.frame import Frame
from colorizer.stages.memory.clusters import nearest_of
from colorizer.stages.memory.entries import NEW
from colorizer.stages.memory.glimpse import Glimpse, keys_at
from colorizer.stages.temporal import shows_shot_alone

MOST_STILLS = 6
"""Of a shot."""
LEAST_GAIN = 0.2
"""Share of what a shot shows that a further still must add."""
MOST_HELD, BYTES_HELD = 32, 192 << 20
"""Frames of a shot among which the best are found, at most, while that is 6 at least."""
_LEAST_SLOPE = 0.5
"""Of a still: less is in a fade, or a title card."""
_POINTS = 2048
"""Places of a shot that are compared with those of each frame."""
_OFF_MIDDLE = 0.25
"""How much less a frame at the end of a shot counts than one in its middle."""
_BLUR = 0.5
"""Exponent of the sharpness, as a share of the sharpest frame's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A frame that may be chosen."""

    frame: Frame
    keys: Tensor | None
    """Features of its places, (n, channels) float16; None where the network tells none."""
    sharp: float
    """Mean of the second differences of its lightness, as a share of its contrast."""
    whole: bool
    """Whether it shows its shot alone, in its light: no dissolve, fade or flash."""

    def coloured(self, ab: np.ndarray) -> Candidate:
        """Return it with the colours that its frame got in the end, (2, h, w)."""
        return replace(self, frame=replace(self.frame, ab=ab))


def candidate_of(frame: Frame, glimpse: Glimpse | None) -> Candidate:
    """Return a frame as a candidate.

    Args:
        frame: from `mark_shots`, with slope.
        glimpse: what the network found in it.
    """
    import cv2

    L = np.ascontiguousarray(frame.L, np.float32)
    sharp = float(np.abs(cv2.Laplacian(L, cv2.CV_32F)).mean()) / max(float(L.std()), 2.0)
    keys = None if glimpse is None else keys_at(glimpse, glimpse.sampled).half()
    whole = shows_shot_alone(frame, frame.motion) and frame.slope >= _LEAST_SLOPE
    return Candidate(replace(frame, motion=None, glimpse=None), keys, sharp, whole)


class ShotCandidates:
    """The candidates of one shot, evenly thinned while it lasts."""

    def __init__(self) -> None:
        self._held: list[Candidate] = []
        self._step = self._seen = 0

    def add(self, candidate: Candidate) -> None:
        """Take a further one."""
        if self._seen % (1 << self._step) == 0:
            self._held.append(candidate)
        self._seen += 1
        limit = int(np.clip(BYTES_HELD // _size(candidate.frame), MOST_STILLS, MOST_HELD))
        if len(self._held) > limit:
            self._held = self._held[::2]
            self._step += 1

    def best(self, end: int) -> list[Frame]:
        """Return the best frames in their order.

        Args:
            end: index of the frame after the shot's last.
        """
        whole = [one for one in self._held if one.whole] or self._held
        if not whole:
            return []
        first = self._held[0].frame.index
        middle, half = (first + end - 1) / 2, max((end - first) / 2, 1)
        sharpest = max(one.sharp for one in whole) or 1.0
        worth = np.array(
            [
                (one.sharp / sharpest) ** _BLUR
                * (1 - _OFF_MIDDLE * abs(one.frame.index - middle) / half)
                for one in whole
            ]
        )
        chosen = _chosen([one.keys for one in whole], worth)
        return [whole[number].frame for number in sorted(chosen)]


def _chosen(keys: Sequence[Tensor | None], worth: np.ndarray) -> list[int]:
    """Return the numbers of frames: each adds the most of what those before it do not show."""
    known = [one for one in keys if one is not None]
    if len(known) < len(keys):
        return [int(worth.argmax())]
    shown = _shown(known)
    found: list[int] = []
    covered = np.zeros(shown.shape[1], bool)
    while len(found) < MOST_STILLS:
        gain = (shown & ~covered).mean(axis=1)
        best = int((gain * worth).argmax())
        if found and gain[best] < LEAST_GAIN:
            break
        found.append(best)
        covered |= shown[best]
    return found


def _shown(keys: Sequence[Tensor]) -> np.ndarray:
    """Return for each frame which of some places of the whole shot it shows too, (frames, n)."""
    points = torch.cat(list(keys))
    points = points[:: -(-len(points) // _POINTS)].float()
    with torch.inference_mode():
        return np.stack([(nearest_of(points, one.float())[0] < NEW).numpy() for one in keys])


def _size(frame: Frame) -> int:
    """Return the bytes that a candidate holds, about."""
    return frame.Y.nbytes + 4 * frame.L.nbytes
