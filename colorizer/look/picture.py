"""One picture prepared for a window, so that strength and vividness move without the network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from colorizer.colour.cielab import L_to_gray
from colorizer.colour.gamut import ab_to_srgb
from colorizer.frame import Frame
from colorizer.guidance.colour_one import colour_one
from colorizer.guidance.guides import Guides
from colorizer.jobs import Kind
from colorizer.media import open_photo
from colorizer.models.ab_bins import TEMPERATURE, bin_centres
from colorizer.models.base import ColourModel, pad_to_stride
from colorizer.places.hint import Hint
from colorizer.settings import Reading

if TYPE_CHECKING:
    from colorizer.guidance.reference_looks import ReferenceLooks

Hints = tuple[Hint, ...]

ALTERNATIVES = 6
"""Colours offered at a place, at most."""
_APART = 18.0
"""Least distance in ab of two colours offered at one place."""


@dataclass(frozen=True, slots=True)
class Look:
    """One picture, gray and in two colourings between which vividness moves."""

    gray: np.ndarray
    """sRGB gray codes, (H, W) uint8."""
    ab: np.ndarray
    """CIELAB a and b at vividness 0 and 1, (2, 2, H, W) float16, strength 1."""
    confidence: np.ndarray
    """How sure the network is, (h, w) uint8, 255 is sure; (0, 0) if not asked or it can't say."""
    size: tuple[int, int]
    """(height, width) of the source."""
    time: float
    """Seconds from the start of the film."""


def open_picture(
    path: Path, kind: Kind, *, side: int, time: float = 0.0, reading: Reading = Reading()
) -> Frame:
    """Decode a photo, or the frame of a film shown at `time` seconds.

    Raises:
        MediaError: it can't be read.
    """
    if kind is Kind.FILM:
        from colorizer.media.seek import frame_at

        return frame_at(path, time, side=side, reading=reading)
    with open_photo(path, reading, side=side) as source:
        return next(source.frames(1))


def shrunk(frame: Frame, longest: int) -> Frame:
    """Return the frame with its luma plane at most `longest` pixels wide and high."""
    import cv2

    height, width = frame.Y.shape
    scale = longest / max(height, width)
    if scale >= 1:
        return frame
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return replace(frame, Y=cv2.resize(frame.Y, size, interpolation=cv2.INTER_AREA))


def look_at(
    frame: Frame,
    model: ColourModel,
    hints: Hints = (),
    *,
    longest: int,
    confidence: bool = False,
    references: ReferenceLooks | None = None,
) -> Look:
    """Colorize one picture for a window.

    Args:
        frame: after `look.in_shot.as_run`.
        model: the loaded model.
        hints: colours asked for.
        longest: pixels of the result's long side, at most.
        confidence: ask the network how sure it is, too.
        references: of the frame's film; its index is then the run's.
    """
    small = shrunk(frame, longest)
    found = []
    for vividness in (0.0, 1.0):
        guides = Guides(partial(_full, vividness), lambda _: hints, references)
        found.append(colour_one(small, model, guides).ab)
    gray = L_to_gray(small.lightness())
    return Look(
        gray=np.rint(gray * 255).astype(np.uint8),
        ab=np.stack(found).astype(np.float16),
        confidence=confidence_of(small.seen, model) if confidence else np.zeros((0, 0), np.uint8),
        size=frame.Y.shape,
        time=float((frame.pts or 0) * frame.time_base),
    )


def _full(vividness: float, _: int) -> tuple[float, float]:
    return vividness, 1.0


def finished(frame: Frame, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a small picture of a frame that is done, in gray and in colour.

    Args:
        frame: after upsampling; its strength is in ab.
        longest: pixels of the result's long side, at most.

    Returns:
        sRGB gray codes, (H, W) uint8, and sRGB, (H, W, 3) uint8.
    """
    import cv2

    assert frame.ab is not None
    ab = frame.ab
    if frame.ab_rows is not None and frame.paper is not None:  # as the rows that were written
        ab = ab * (1 - cv2.resize(frame.paper, ab.shape[:0:-1], interpolation=cv2.INTER_AREA))
    L = shrunk(frame, longest).lightness()
    planes = [cv2.resize(plane, L.shape[::-1], interpolation=cv2.INTER_AREA) for plane in ab]
    rgb = np.moveaxis(ab_to_srgb(L, np.stack(planes)), 0, -1)
    gray, colour = (np.rint(codes * 255).astype(np.uint8) for codes in (L_to_gray(L), rgb))
    return gray, colour


def alternatives(
    frame: Frame, model: ColourModel, place: tuple[float, float]
) -> list[dict[str, Any]]:
    """Return the colours the network finds likely at a place, likeliest first.

    Args:
        frame: from `open_picture`, as the network is to see it.
        model: the loaded model.
        place: x and y as shares of width and height.

    Returns:
        a, b in CIELAB units and share in [0, 1] of each; empty where the model scores no bins.
    """
    scores = _bin_scores(frame.seen, model)
    if scores is None:
        return []
    height, width = scores.shape[-2:]
    row = min(int(place[1] * height), height - 1)
    column = min(int(place[0] * width), width - 1)
    near = scores[:, max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
    share = torch.softmax(near.mean(dim=(1, 2)), dim=0).numpy()
    centres = bin_centres().numpy()
    offered = []
    while len(offered) < ALTERNATIVES and share.max() > 0:
        best = int(share.argmax())
        close = np.hypot(*(centres - centres[best]).T) < _APART
        weight = share[close] / share[close].sum()
        a, b = weight @ centres[close]
        offered.append({"a": float(a), "b": float(b), "share": float(share[close].sum())})
        share = np.where(close, 0, share)
    # Neighbours join a colour, so one found later can be the likelier.
    return sorted(offered, key=lambda one: -one["share"])


def confidence_of(L: np.ndarray, model: ColourModel) -> np.ndarray:
    """Return 1 less the entropy of the bins as a share of the largest.

    Args:
        L: what the network sees, see `Frame.seen`.
        model: the loaded model.

    Returns:
        (h, w) uint8, 255 is sure, at the size of the model's scores; (0, 0) if it scores no bins.
    """
    scores = _bin_scores(L, model)
    if scores is None:
        return np.zeros((0, 0), np.uint8)
    share = torch.log_softmax(scores / TEMPERATURE, dim=0)
    entropy = -(share.exp() * share).sum(dim=0) / np.log(len(scores))
    return (255 * (1 - entropy).clamp(0, 1)).round().byte().numpy()


def _bin_scores(L: np.ndarray, model: ColourModel) -> torch.Tensor | None:
    """Return the scores of the ab bins, (313, h, w) float32 on the CPU, without the padding."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        x = torch.from_numpy(L)[None, None].to(device)
        padded = pad_to_stride(x, model.stride)
        answer: Any = model(padded)
        scores = answer[0] if isinstance(answer, tuple) else answer
        if scores.shape[1] != len(bin_centres()):
            return None
        rows = -(-L.shape[0] * scores.shape[-2] // padded.shape[-2])
        columns = -(-L.shape[1] * scores.shape[-1] // padded.shape[-1])
        return scores[0, :, :rows, :columns].float().cpu()
