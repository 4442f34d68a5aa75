"""Shows a network the picture as a fresh print: its own range stretched to that of one.

Faded, dark and pale prints lose a third to two thirds of what colorization gains; a linear change
of L is undone by this. The L that is written is never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from colorizer.frame import Frame
from colorizer.notes import Note, note
from colorizer.stages.region.cards import is_card

FRESH = (8.0, 90.0)
"""L* of a fresh print: its 1st percentile is at most this dark, its 99th at least this light."""
_LEAST_PICTURE = 0.02
"""Share of a scan that must be picture, next to its paper, for its range to be that of the rest."""

BENT_FROM, BENT_AT = 1.05, 1.15
"""Gain from which on mid-tones are bent too, and at which they are in full."""
_MIDDLE, _DRAWN = 0.65, 0.22
"""Where the median of a stretched print is drawn to, as a share of the range, and how far, in
logarithms of the exponent: a copy that lost its range has mostly lost light in the mid-tones too.
Of 40 photographs copied with a gamma of 1.4, colours correlate by 0.96 in place of 0.94 with those
of the fresh ones; of faded, dark and pale ones as before, within 0.01."""

GAIN_LIMIT = 8.0
"""Largest stretch: what has less range than an eighth of the scale is nearly blank."""
_SAMPLES = 1 << 16
"""Pixels of a picture that its percentiles are taken of."""


def levelled(L: Tensor, low: Tensor | float = 0.0, high: Tensor | float = 100.0) -> Tensor:
    """Stretch the 1st and 99th percentiles of each picture's L to `low` and `high`.

    Args:
        L: CIELAB lightness, (N, 1, H, W), in [0, 100]; so is the result.
        low: where the 1st percentile comes to lie; a number, or (N, 1, 1, 1).
        high: where the 99th percentile comes to lie, unless the gain would exceed `GAIN_LIMIT`.
    """
    flat = L.flatten(1)
    flat = flat[:, :: -(-flat.shape[1] // _SAMPLES)].float()
    # Not from a list, which a GPU would have to wait for.
    ends = torch.linspace(0.01, 0.99, 2, device=flat.device)
    dark, bright = torch.quantile(flat, ends, dim=1)[..., None, None, None]
    gain = ((high - low) / (bright - dark).clamp(min=1e-3)).clamp(max=GAIN_LIMIT)
    return ((L - dark) * gain + low).clamp(0, 100)


def level_alone(frames: Iterable[Frame], faded: str) -> Iterator[Frame]:
    """Set what the network sees of every frame on its own: the picture as a fresh print.

    Args:
        frames: with `paper` where there is any.
        faded: one of `settings.FADED`: "as-is" has the chroma follow the print's contrast, as a
            faded colour photograph would be; "off" leaves all as it is.
    """
    for frame in frames:
        if faded != "off":
            shown, slope = fresh_print(frame.L, frame.paper)
            frame = replace(frame, shown=shown, slope=slope if faded == "as-is" else 1.0)
        yield frame


def neutral_pages(
    frames: Iterable[Frame], cards: str, tell: Callable[[Note], object] = lambda _: None
) -> Iterator[Frame]:
    """Leave scans of pages of text, and of title cards, without colour.

    Args:
        frames: stills.
        cards: one of `settings.CARDS`; "colour" takes pages for pictures.
        tell: told that it was done.
    """
    for frame in frames:
        if cards != "colour" and ("text" in frame.taken or is_card(frame.L)):
            tell(note("picture.page_neutral"))
            frame = replace(frame, slope=0.0)
        yield frame


def follow_light(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Scale the chroma of every frame by its slope: it was found for what the network saw."""
    found = made = None
    for frame in frames:
        if frame.ab is not None and frame.slope != 1:
            if not frame.repeats or made is None or frame.ab is not found:
                found, made = frame.ab, frame.ab * np.float32(frame.slope)
            frame = replace(frame, ab=made)
        yield frame


def fresh_print(L: np.ndarray, paper: np.ndarray | None = None) -> tuple[np.ndarray, float]:
    """Stretch the range of a picture to that of a fresh print; one that has it stays as it is.

    Args:
        L: CIELAB lightness, (H, W) in [0, 100]; so is the result.
        paper: see `Frame.paper`; what lies on it does not count.

    Returns:
        the picture as a fresh print, and how much of its contrast the print has, in (0, 1].
    """
    import cv2

    inside = L
    if paper is not None:
        share: Any = cv2.resize(paper, L.shape[::-1], interpolation=cv2.INTER_AREA)
        if (share < 0.5).mean() >= _LEAST_PICTURE:
            inside = L[share < 0.5]
    first, middle, last = np.percentile(inside, [1, 50, 99])
    gain, dark, low = fresh_curve(first, last)
    if gain <= 1:
        return L, 1.0
    bend = bend_of((middle - dark) * gain + low, gain)
    return bent(np.clip((L - dark) * gain + low, 0, 100).astype(np.float32), bend), 1 / gain


def bend_of(middle: float, gain: float) -> float:
    """Return the exponent by which the mid-tones of a stretched print are bent, 1 where not at all.

    Args:
        middle: its median L* after stretching.
        gain: by which it was stretched.
    """
    if gain <= BENT_FROM or gain >= GAIN_LIMIT:  # a fresh print, or one that shows next to nothing
        return 1.0
    share = float(np.clip((middle - FRESH[0]) / (FRESH[1] - FRESH[0]), 0.02, 0.98))
    drawn = _DRAWN * min(1.0, (gain - BENT_FROM) / (BENT_AT - BENT_FROM))
    return float(np.clip((np.log(_MIDDLE) / np.log(share)) ** drawn, 0.5, 2.0))


def bent(L: np.ndarray, bend: float) -> np.ndarray:
    """Return stretched L* with the tones between the ends of a fresh print bent by an exponent."""
    if bend == 1:
        return L
    low, high = np.float32(FRESH[0]), np.float32(FRESH[1])
    inside = np.clip((L - low) / (high - low), 0, 1)
    moved = (high - low) * (inside ** np.float32(bend) - inside)
    return (L + moved).astype(np.float32)


def fresh_curve(dark: float, bright: float, most: float = GAIN_LIMIT) -> tuple[float, float, float]:
    """Return gain and the points of L* before and after that the curve to a fresh print joins.

    What shows so little that the gain is limited keeps its own lightness, as far as it can.

    Args:
        dark: 1st percentile of the picture's L*.
        bright: its 99th.
        most: largest gain.
    """
    low, high = min(dark, FRESH[0]), max(bright, FRESH[1])
    gain = min((high - low) / max(bright - dark, 1e-3), most)
    if gain <= 1:
        return 1.0, 0.0, 0.0
    half = gain * (bright - dark) / 2
    middle = min(max((dark + bright) / 2, low + half), high - half)
    return gain, dark, middle - half
