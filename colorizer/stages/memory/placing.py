"""From the places of a glimpse to the pixels of its frame."""

from __future__ import annotations

import numpy as np

from colorizer.frame import Frame
from colorizer.stages.memory.glimpse import STRIDE
from colorizer.stages.predict import in_place


def painted(ab: np.ndarray, laid: np.ndarray, frame: Frame) -> np.ndarray:
    """Give ab of a frame the colours that anchors lay on it, see `Anchors.read`."""
    *wanted, weight = placed(laid, frame)
    return ab * (1 - weight) + np.stack(wanted)


def placed(change: np.ndarray, frame: Frame) -> np.ndarray:
    """Bring planes (n, h, w) from the places of a glimpse to the frame."""
    size = frame.L.shape if frame.window is None else None
    return in_place(_enlarged(change, frame.glimpse.size, size), frame)


def _enlarged(
    planes: np.ndarray, seen: tuple[int, int], size: tuple[int, ...] | None
) -> np.ndarray:
    """Bring planes (2, h, w) of places to the (height, width) of the picture seen.

    Args:
        planes: at the size of places.
        seen: what the network saw.
        size: of the result, where memory lacked and the network saw a smaller picture.
    """
    import cv2

    height, width = (STRIDE * side for side in planes.shape[1:])
    large = [cv2.resize(one, (width, height))[: seen[0], : seen[1]] for one in planes]
    if size is not None and size != seen:
        large = [cv2.resize(one, size[::-1]) for one in large]
    return np.stack(large)
