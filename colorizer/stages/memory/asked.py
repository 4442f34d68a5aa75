"""What a person asked for in a frame of a shot, remembered for all of it.

A hint is followed along the motion, and a reference of one frame too; both end where something
covers what they colour. Their frame is an anchor of its shot: what looks like the thing gets its
colour again after it was covered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.frame import Frame
from colorizer.stages.memory.anchors import ENOUGH_ALIKE, SCENE_ALIKE, Anchor, anchor_of
from colorizer.stages.memory.glimpse import STRIDE, Glimpse

_SURE = 0.5
"""Share of a place that must be asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Colours that are asked for in a frame."""

    ab: np.ndarray
    """(2, h, w) in CIELAB units, of any size with the shape of the frame."""
    where: np.ndarray | None
    """How far, 0 to 1, (h, w) of the same size; None is the whole frame."""


AskedOf = Callable[[Frame], Sequence[Asked]]
"""Gives what is asked for in a frame with the network's ab."""


@dataclass(frozen=True, slots=True)
class ShotAnchor:
    """An anchor that counts in one shot."""

    anchor: Anchor
    share: float
    """What `Anchors.read` takes for the share of alike places."""


def shot_anchors(frame: Frame, asked: Sequence[Asked]) -> list[ShotAnchor]:
    """Return the anchors that what is asked for makes of a frame with a glimpse."""
    glimpse: Glimpse | None = frame.glimpse
    found: list[ShotAnchor] = []
    if glimpse is None:
        return found
    for one in asked:
        ab, inside = _at_places(one.ab, frame, glimpse), None
        if one.where is not None:
            inside = _at_places(one.where[None], frame, glimpse)[0] > _SURE
            if not bool(inside.any()):
                continue
        share = SCENE_ALIKE[1] if inside is None else ENOUGH_ALIKE
        found.append(ShotAnchor(_rounded(anchor_of(glimpse, ab, inside)), share))
    return found


def stored(anchors: Sequence[ShotAnchor]) -> dict[str, np.ndarray]:
    """Return anchors as arrays by name; `restored` takes them back."""
    kept: dict[str, np.ndarray] = {}
    for number, one in enumerate(anchors):
        kept[f"asked_keys_{number}"] = one.anchor.keys.half().numpy()
        kept[f"asked_ab_{number}"] = one.anchor.ab.half().numpy()
        kept[f"asked_share_{number}"] = np.array(one.share)
    return kept


def restored(state: dict[str, np.ndarray]) -> tuple[ShotAnchor, ...]:
    """Return the anchors that `stored` gave."""
    found = []
    while f"asked_keys_{len(found)}" in state:
        keys, ab = (state[f"asked_{name}_{len(found)}"] for name in ("keys", "ab"))
        anchor = Anchor(torch.from_numpy(keys).float(), torch.from_numpy(ab).float())
        found.append(ShotAnchor(anchor, float(state[f"asked_share_{len(found)}"])))
    return tuple(found)


def _rounded(anchor: Anchor) -> Anchor:
    return Anchor(anchor.keys.half().float(), anchor.ab.half().float())


def _at_places(planes: np.ndarray, frame: Frame, glimpse: Glimpse) -> Tensor:
    """Bring planes (n, h, w) of a frame to the places of what the network saw of it."""
    import cv2

    if frame.window is not None:
        height, width = frame.L.shape
        planes = np.stack([cv2.resize(p.astype(np.float32), (width, height)) for p in planes])
        top, bottom, left, right = frame.window
        planes = planes[:, top:bottom, left:right]
    size = glimpse.size[::-1]
    seen = np.stack(
        [cv2.resize(p.astype(np.float32), size, interpolation=cv2.INTER_AREA) for p in planes]
    )
    height, width = (STRIDE * count for count in glimpse.length.shape)
    whole = torch.from_numpy(seen)[None]
    padding = (0, width - whole.shape[-1], 0, height - whole.shape[-2])
    return F.avg_pool2d(F.pad(whole, padding, mode="replicate"), STRIDE)[0]
