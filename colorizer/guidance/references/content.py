"""References that are matched by what they show: any colour picture of a thing of the film.

Its colours go to the places that look like its own, in any shot, see `colorizer.stages.memory`; a
reference that belongs to one frame is `colorizer.guidance.references.reference`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch.nn import functional as F

from colorizer.errors import MediaError, SettingsError
from colorizer.files.checksum import file_hash
from colorizer.guidance.references.reference import LEAST_CHROMA, chroma_of
from colorizer.media.photo.still import StillSource
from colorizer.models.base import ColorModel
from colorizer.notes import Note, note
from colorizer.stages.levels import fresh_print
from colorizer.stages.memory.anchors import Anchor, Anchors, anchor_of
from colorizer.stages.memory.glimpse import STRIDE, glimpses_of

_MOST_KNOWN = 64
_KNOWN: WeakKeyDictionary[ColorModel, dict[tuple[str, int], Anchor]] = WeakKeyDictionary()
"""Anchors by the model that found them, and by content and size of their pictures."""


def anchors_of(files: Sequence[Path], model: ColorModel, side: int) -> Anchors | None:
    """Return the anchors of pictures; None where there are none.

    Args:
        files: in colour.
        model: finds what they show.
        side: short side of the picture it sees.

    Raises:
        MediaError: a picture can't be read or is gray.
        SettingsError: the model can't match pictures.
    """
    if not files:
        return None
    return Anchors([_anchor(file, _hash(file), model, side) for file in files])


def told_of(anchors: Anchors | None, files: Sequence[Path]) -> list[Note]:
    """Say what share of what was coloured each reference reached."""
    if anchors is None:
        return []
    count = max(anchors.count, 1)
    shares = [round(100 * float(sum_ / count), 1) for sum_ in anchors.reached]
    return [
        note("reference.reached", file=file.name, share=share)
        if share
        else note("reference.reached_nothing", file=file.name)
        for file, share in zip(files, shares, strict=True)
    ]


def _hash(file: Path) -> str:
    try:
        return file_hash(file)
    except OSError as error:
        raise MediaError(file, note("reference.cannot_read", why=error.strerror)) from error


def _anchor(file: Path, digest: str, model: ColorModel, side: int) -> Anchor:
    """Return the anchor of a picture, which is found once for all photos of a run."""
    known = _KNOWN.setdefault(model, {})
    key = (digest, side)
    if key not in known:
        while len(known) >= _MOST_KNOWN:
            del known[next(iter(known))]
        known[key] = _found(file, model, side)
    return known[key]


def _found(file: Path, model: ColorModel, side: int) -> Anchor:
    with StillSource(file, side=side) as still:
        picture = next(still.frames(1))
    if picture.tint is None or chroma_of(picture.tint) < LEAST_CHROMA:
        raise MediaError(file, note("reference.no_colour"))
    device = next(model.parameters()).device
    shown, _slope = fresh_print(picture.L)
    L = torch.from_numpy(np.ascontiguousarray(shown, np.float32))[None, None]
    with torch.inference_mode():
        insight = model.look(L.to(device))[1]
        if insight is None:
            raise SettingsError(note("reference.model_cannot", model=model.name))
        (glimpse,) = glimpses_of(L, insight)
        height, width = (STRIDE * count for count in glimpse.length.shape)
        ab = torch.from_numpy(np.ascontiguousarray(picture.tint, np.float32))[None]
        padding = (0, width - ab.shape[-1], 0, height - ab.shape[-2])
        places = F.avg_pool2d(F.pad(ab, padding, mode="replicate"), STRIDE)[0]
        return anchor_of(glimpse, places)
