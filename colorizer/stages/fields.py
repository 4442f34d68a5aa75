"""Interlaced film: its frames are taken apart into fields to be coloured, and woven again.

The two fields of a frame are two moments: a colour found for both would fit neither, and motion
between them would be none. As frames of half the lines each they go through the same stages as any
film. Their indices and times count fields: frame 7 has the fields 14 and 15.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from colorizer.colour.cielab import luma_to_L
from colorizer.colour.siting import parity_of
from colorizer.frame import Frame


def separate_fields(frames: Iterable[Frame], first_field: str) -> Iterator[Frame]:
    """Yield the two fields of every frame in the order in which they are shown.

    Args:
        frames: whole frames with L.
        first_field: top or bottom.
    """
    import cv2

    for frame in frames:
        assert frame.pts is not None
        for index in (2 * frame.index, 2 * frame.index + 1):
            Y = np.ascontiguousarray(frame.Y[parity_of(index, first_field) :: 2])
            small = cv2.resize(Y, frame.L.shape[::-1], interpolation=cv2.INTER_AREA)
            yield replace(
                frame,
                index=index,
                # Half the frame's own clock; no one needs the moment between to be exact.
                pts=2 * frame.pts + index % 2,
                time_base=frame.time_base / 2,
                Y=Y,
                L=luma_to_L(small, frame.bits, frame.full_range),
            )


def weave_fields(fields: Iterable[Frame], first_field: str) -> Iterator[Frame]:
    """Put every two fields together again: luma as it was, chroma in the lines of its field.

    Args:
        fields: of `separate_fields`, with ab at the chroma size of a field.
        first_field: as there.
    """
    for one, two in pairwise(fields):
        if one.index % 2:
            continue
        assert one.ab is not None
        assert two.ab is not None
        assert one.pts is not None
        parity = parity_of(one.index, first_field)
        yield replace(
            one,
            index=one.index // 2,
            pts=one.pts // 2,
            time_base=one.time_base * 2,
            Y=_woven(one.Y, two.Y, parity),
            ab=_woven(one.ab, two.ab, parity),
            starts_shot=one.starts_shot or two.starts_shot,
        )


def _woven(one: np.ndarray, two: np.ndarray, parity: int) -> np.ndarray:
    """Lay the lines of `one` at `parity` and those of `two` between them, (..., h, w)."""
    lines = one.shape[-2] + two.shape[-2]
    both = np.empty((*one.shape[:-2], lines, one.shape[-1]), one.dtype)
    both[..., parity::2, :] = one
    both[..., 1 - parity :: 2, :] = two
    return both
