"""Photos: the colours of references, and those of the series that a photo belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch

from colorizer.frame import Frame
from colorizer.stages.memory.anchors import Anchors
from colorizer.stages.memory.entries import Entries, Reader
from colorizer.stages.memory.glimpse import Glimpse
from colorizer.stages.memory.placing import painted, placed
from colorizer.stages.memory.recall import MOST_GAIN

SERIES_FAR, SERIES_WIDTH = 1.1, 0.1
"""Squared distance of the nearest entry at which a place half gets the colour that its series has,
and over which that changes."""


def anchored(frames: Iterable[Frame], anchors: Anchors) -> Iterator[Frame]:
    """Give photos the colours of anchors, each on its own.

    Args:
        frames: from `predict_chroma`, with glimpses.
        anchors: pictures in true colours.
    """
    for frame in frames:
        if frame.glimpse is not None and frame.ab is not None:
            with torch.inference_mode():
                shares = anchors.shares([frame.glimpse])
                laid = anchors.read(frame.glimpse, shares).numpy()
            frame = replace(frame, ab=painted(frame.ab, laid, frame), glimpse=None)
        yield frame


def series_gain(entries: Entries, glimpses: Sequence[Glimpse]) -> float:
    """Return the factor by which the colours of entries have the chroma that the network gave."""
    before = after = 0.0
    reader = Reader(entries, glimpses[0].temperature)
    for glimpse in glimpses:
        found, trust = reader.read(glimpse, SERIES_FAR, SERIES_WIDTH)
        before += float((trust * glimpse.own.norm(dim=0)).mean())
        after += float((trust * found.norm(dim=0)).mean())
    return float(np.clip(before / max(after, 1e-6), 1.0, MOST_GAIN))


def kept(frames: Iterable[Frame], entries: Entries, gain: float = 1.0) -> Iterator[Frame]:
    """Give the places of photos that surely show what entries are of the colours of these.

    Args:
        frames: from `predict_chroma`, with glimpses.
        entries: of the series that the photos belong to.
        gain: see `series_gain`.
    """
    readers: dict[float, Reader] = {}
    for frame in frames:
        glimpse: Glimpse | None = frame.glimpse
        if glimpse is not None and frame.ab is not None:
            heat = glimpse.temperature
            with torch.inference_mode():
                reader = readers.setdefault(heat, Reader(entries, heat))
                found, trust = reader.read(glimpse, SERIES_FAR, SERIES_WIDTH)
                change = trust * (gain * found - glimpse.own)
            frame = replace(frame, ab=frame.ab + placed(change.numpy(), frame))
        yield frame
