"""References that are matched by what they show: any colour picture of a thing of the film.

Its colours go to the places that look like its own, in any shot, see `colorizer.stages.memory`; a
reference that belongs to one frame is `colorizer.guidance.references.reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.errors import MediaError, SettingsError
from colorizer.files.checksum import file_hash
from colorizer.frame import Frame
from colorizer.guidance.references.reference import LEAST_CHROMA, MOST_SKEW, chroma_of, resized
from colorizer.guidance.references.registering import registered
from colorizer.media.photo.still import StillSource
from colorizer.models.base import ColourModel
from colorizer.notes import Note, note
from colorizer.places.still_name import read_still_name
from colorizer.stages.levels import fresh_print
from colorizer.stages.memory.anchors import Anchor, Anchors, anchor_of
from colorizer.stages.memory.glimpse import STRIDE, glimpses_of
from colorizer.stages.region.screens import hide_screens

_MOST_KNOWN = 64
_KNOWN: WeakKeyDictionary[ColourModel, dict[tuple[Any, ...], Anchor]] = WeakKeyDictionary()
"""Anchors by the model that found them, and by content, size and film of their pictures."""


@dataclass(frozen=True, slots=True)
class OfFilm:
    """What is known of the film that pictures are of."""

    frame_of: Callable[[int], Frame | None]
    """Gives a frame by its number in the whole film; None where it has no such frame."""
    size: tuple[int, int]
    """(height, width) of its frames."""
    ratio: Fraction
    """Width to height of its pixels; pictures have square ones, unless they are of its size."""

    def pixels_of(self, size: tuple[int, ...]) -> float:
        """Return by how much a picture of a (height, width) is wider than the film shows it."""
        own = self.size[1] / self.size[0]
        return 1.0 if abs(size[1] / size[0] / own - 1) < MOST_SKEW else float(self.ratio)


def anchors_of(
    files: Sequence[Path],
    model: ColourModel,
    side: int,
    *,
    lenient: Container[Path] = (),
    tell: Callable[[Note], object] = lambda _: None,
    film: OfFilm | None = None,
) -> Anchors | None:
    """Return the anchors of pictures; None where there are none.

    Args:
        files: in colour.
        model: finds what they show.
        side: short side of the picture it sees.
        lenient: files that are told of and left out where they can't be used.
        tell: told of them.
        film: that they are of. Where a picture shows the frame that the name of its file tells, see
            `still_name`, what it shows is found in the film's own light.

    Raises:
        MediaError: a picture can't be read or is gray.
        SettingsError: the model can't match pictures.
    """
    anchors: list[Anchor] = []
    used: list[Path] = []
    for file in files:
        try:
            anchors.append(_anchor(file, _hash(file), model, side, film))
        except MediaError as error:
            if file not in lenient or file is files[-1] and not anchors:
                raise
            tell(note("reference.left_out", file=file.name, why=error.reason))
        else:
            used.append(file)
    return Anchors(anchors, used) if anchors else None


def _hash(file: Path) -> str:
    try:
        return file_hash(file)
    except OSError as error:
        raise MediaError(file, note("reference.cannot_read", why=error.strerror)) from error


def _anchor(file: Path, digest: str, model: ColourModel, side: int, film: OfFilm | None) -> Anchor:
    """Return the anchor of a picture, which is found once for all photos of a run."""
    named, picture = read_still_name(file.name), None
    if film is not None and named is not None and (frame := film.frame_of(named[1])):
        picture = _read(file, side, film)
        if found := _placed(picture, frame, model):
            return found
    known = _KNOWN.setdefault(model, {})
    key = (digest, side, film and (film.size, film.ratio))
    if key not in known:
        while len(known) >= _MOST_KNOWN:
            del known[next(iter(known))]
        planes = _read(file, side, film) if picture is None else picture
        known[key] = _found(planes[0], planes[1:], model)
    return known[key]


def _read(file: Path, side: int, film: OfFilm | None) -> np.ndarray:
    """Return L, a and b of a picture in colour, (3, h, w), in pixels of the shape of its film's.

    Raises:
        MediaError: it can't be read, or is gray.
    """
    with StillSource(file, side=side) as still:
        picture = next(hide_screens(still.frames(1), "hide", lambda _: None))
    if picture.tint is None or chroma_of(picture.tint) < LEAST_CHROMA:
        raise MediaError(file, note("reference.no_colour"))
    planes = np.stack([picture.L, *picture.tint])
    if film is not None and (wider := film.pixels_of(picture.Y.shape)) != 1:
        height, width = picture.L.shape
        planes = resized(planes, (height, max(1, round(width / wider))))
    return planes


def _placed(planes: np.ndarray, frame: Frame, model: ColourModel) -> Anchor | None:
    """Return the anchor of a frame of the film in a picture's colours; None of another's."""
    found = registered(planes[0], planes[1:], frame.L)
    return None if found is None else _found(frame.L, found.ab, model, found.inside)


def _found(
    L: np.ndarray, ab: np.ndarray, model: ColourModel, inside: np.ndarray | None = None
) -> Anchor:
    """Return the anchor of a picture by what the network finds in its lightness."""
    device = next(model.parameters()).device
    shown, _slope = fresh_print(L)
    seen = torch.from_numpy(np.ascontiguousarray(shown, np.float32))[None, None]
    with torch.inference_mode():
        insight = model.look(seen.to(device))[1]
        if insight is None:
            raise SettingsError(note("reference.model_cannot", model=model.name))
        (glimpse,) = glimpses_of(seen, insight)
        size = glimpse.length.shape
        known = None
        if inside is not None:
            known = _places(inside[None].astype(np.float32), size)[0] > 0.99
            if not bool(known.any()):
                known = None
        return anchor_of(glimpse, _places(ab, size), known)


def _places(planes: np.ndarray, size: Sequence[int]) -> Tensor:
    """Bring planes (n, h, w) to the places of a glimpse."""
    height, width = (STRIDE * count for count in size)
    whole = torch.from_numpy(np.ascontiguousarray(planes, np.float32))[None]
    padding = (0, width - whole.shape[-1], 0, height - whole.shape[-2])
    return F.avg_pool2d(F.pad(whole, padding, mode="replicate"), STRIDE)[0]
