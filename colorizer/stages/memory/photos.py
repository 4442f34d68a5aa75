"""Photos, each on its own: the colours of references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import torch

from colorizer.frame import Frame
from colorizer.stages.memory.anchors import Anchors
from colorizer.stages.memory.placing import painted


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
