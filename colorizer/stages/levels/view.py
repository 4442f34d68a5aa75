"""What the network is shown of a film's frame: its L through a curve, without what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from colorizer.colour.cielab import L_to_gray, gray_to_L
from colorizer.frame import Frame, working_size
from colorizer.stages.found import BARS, IRIS
from colorizer.stages.levels import GAIN_LIMIT, bent
from colorizer.stages.levels.curve import Curve, Seen
from colorizer.stages.levels.light import Light
from colorizer.stages.region.screens import L_behind
from colorizer.stages.region.surround import box_of, filled

_OPENS = 0.93
"""Share of a shot's picture below which what a single frame shows of it is an iris."""
_NEARLY_ALL = 0.8
"""Share of the frame that the box of its picture fills where the network sees the whole frame, the
picture continued into its edges: its things have the size that they have without a gate."""
_TABLE = np.linspace(0, 100, 1024, dtype=np.float32)


def shown_as(one: Seen, curve: Curve, table: np.ndarray | None, waiting: Sequence[Seen]) -> Frame:
    """Return a frame with what the network is shown of it.

    Args:
        one: the frame.
        curve: of its shot.
        table: from `view_of`.
        waiting: frames of its shot that follow it.
    """
    frame, mask = one.frame, curve.mask
    if one.iris is not None and (mask is None or one.open < _OPENS * float(1 - mask.mean())):
        shown = partial(completed, one, curve.whole, list(waiting), table)
        taken = frame.taken | {IRIS}
        return replace(frame, shown=shown, paper=one.iris.mask, taken=taken)
    if mask is not None:
        shown = partial(within, frame, mask, table)
        frame = replace(frame, paper=mask, taken=frame.taken | {BARS})
        top, bottom, left, right = box_of(mask)
        if (bottom - top) * (right - left) >= _NEARLY_ALL * mask.size:
            return replace(frame, shown=partial(continued, one.frame.L, mask, table))
        return replace(frame, shown=shown, window=(top, bottom, left, right))
    shown = None if table is None else partial(through, frame.L, table)
    return replace(frame, shown=shown)


def ends_of(L: np.ndarray, mask: np.ndarray | None, share: float = 1.0) -> np.ndarray:
    """Return the L* below and above which a hundredth of a picture lies.

    A small dark thing fills a small iris, and is no part of the range of the picture.

    Args:
        L: of a frame, (h, w).
        mask: 1 around what it shows of the picture.
        share: of the picture that it shows.
    """
    inside = L[::3, ::3] if mask is None else L[mask < 0.5][::9]
    beyond = min(1 / share, 50.0)
    return np.percentile(inside, [beyond, 100 - beyond]).astype(np.float32)


def middle_of(L: np.ndarray, mask: np.ndarray | None) -> float:
    """Return the median of a picture without what surrounds it."""
    return float(np.median(L[::3, ::3] if mask is None else L[mask < 0.5][::9]))


def steady(L: np.ndarray, light: Light) -> np.ndarray:
    """Return L as it is in the light of reference."""
    gain = max(light.gain, 1 / GAIN_LIMIT)
    return gray_to_L(np.clip((L_to_gray(L) - light.offset) / gain, 0, 1).astype(np.float32))


def view_of(light: Light, fresh: tuple[float, float, float, float]) -> np.ndarray | None:
    """Return what the network sees of each L of `_TABLE`; None where it is as it was.

    Args:
        light: of the frame, by that of reference.
        fresh: see `Curve.fresh`.
    """
    gain, dark, low, bend = fresh
    same = abs(light.gain - 1) < 0.01 and abs(light.offset) < 0.004
    if same and gain == 1:
        return None
    L = _TABLE if same else steady(_TABLE, light)
    return bent(np.clip((L - dark) * gain + low, 0, 100).astype(np.float32), bend)


def through(L: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return L, (h, w), through a curve from `view_of`."""
    return np.interp(L, _TABLE, table).astype(np.float32)


def completed(
    one: Seen, before: np.ndarray | None, waiting: Sequence[Seen], table: np.ndarray | None
) -> np.ndarray:
    """Return what the network sees of a frame with an iris: the whole picture.

    Each place outside it is of the frame next to it in time that shows it. A ring of each, they
    follow what moves, where one frame for all would be another moment pasted around this one.

    Args:
        one: the frame.
        before: see `Curve.whole`.
        waiting: frames of its shot that follow it.
        table: the curve; None changes nothing.
    """
    widest = max([one, *waiting], key=lambda other: other.open)
    whole = before
    if whole is None or widest.open == 1:
        following = [*waiting]
        whole = None
        while following[-1:] and following[-1] is not widest:
            following.pop()
        for other in reversed(following):
            whole = whole_of(other, whole)
    L = whole_of(one, whole)
    return L if table is None else through(L, table)


def whole_of(one: Seen, whole: np.ndarray | None) -> np.ndarray:
    """Return L of a frame, outside its iris that of a whole picture next to it in time."""
    L = one.frame.L
    if one.iris is None:
        return L
    if whole is None or whole.shape != L.shape:
        return filled(L, _wider(one.iris.mask))
    # What is mixed in where both meet is picture, none of the black.
    mask = cv2.GaussianBlur(cv2.dilate(one.iris.mask, np.ones((5, 5), np.uint8)), (0, 0), 1)
    mask = np.maximum(mask, one.iris.mask)
    return L * (1 - mask) + whole * mask


def continued(L: np.ndarray, mask: np.ndarray, table: np.ndarray | None) -> np.ndarray:
    """Return what the network sees of a whole frame whose picture lacks little but its edges."""
    L = filled(L, _wider(mask))
    return L if table is None else through(L, table)


def within(frame: Frame, mask: np.ndarray, table: np.ndarray | None) -> np.ndarray:
    """Return what the network sees of the picture alone, as large as that of a film without bars.

    Args:
        frame: with its surround.
        mask: 1 around the picture.
        table: the curve; None changes nothing.
    """
    top, bottom, left, right = box_of(mask)
    high, wide = frame.Y.shape[0] / frame.L.shape[0], frame.Y.shape[1] / frame.L.shape[1]
    middle = slice(round((0.75 * left + 0.25 * right) * wide), round(right * wide))
    step = 1 << (frame.bits - 8)
    rows = _exact(frame.Y[:, middle], (top, bottom), high, step)
    columns = _exact(frame.Y[rows].T, (left, right), wide, step)
    part = frame.Y[rows, columns]
    shape = (part.shape[0] / high, part.shape[1] / wide)  # that of a field has half its lines
    L = L_behind(frame, frame.screen, part, working_size(shape, min(frame.L.shape)))
    outside = cv2.resize(_wider(mask)[top:bottom, left:right], L.shape[::-1])
    L = filled(L, (outside > 0.02).astype(np.float32))
    return L if table is None else through(L, table)


def _exact(lines: np.ndarray, found: tuple[int, int], scale: float, step: int) -> slice:
    """Return the lines of a picture at full size, whose ends are known to a pixel of L.

    Lines that are no lighter than those well outside it are outside too.

    Args:
        lines: luma codes, (n, m), a line in each row.
        found: first line of the picture and the one after its last, in pixels of L.
        scale: lines in a pixel of L.
        step: codes in one of 8 bits.
    """
    ends = [round(found[0] * scale), max(round(found[1] * scale), 1)]
    reach = 1 + round(2 * scale)
    for side in (0, 1):
        near = range(max(ends[side] - reach, 0), min(ends[side] + reach, len(lines)))
        outer = lines[: near.start] if side == 0 else lines[near.stop :]
        if len(outer) < 2:
            continue
        black = float(np.percentile(outer[:: max(1, len(outer) // 8)], 99.5))
        limit = black + 6 * step
        light = [n for n in near if float(np.percentile(lines[n], 90)) > limit]
        if light:
            ends[side] = light[0] if side == 0 else light[-1] + 1
    return slice(*ends)


def _wider(mask: np.ndarray) -> np.ndarray:
    """Return a mask with the pixels at its edge, which show some of the picture and some black."""
    return cv2.dilate((mask > 0.02).astype(np.float32), np.ones((3, 3), np.uint8))
