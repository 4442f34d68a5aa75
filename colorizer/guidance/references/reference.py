"""A colour reference: a still painted elsewhere whose colours a frame of a film is to have.

It may be any photo that is read here, of the frame's shape or of its shape on the screen; it is
registered by scaling. Only its colours are used: lightness is the film's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from colorizer.colour.siting import luma_at, parity_of
from colorizer.errors import MediaError
from colorizer.files.checksum import file_hash
from colorizer.frame import Frame
from colorizer.media.photo.still import StillSource
from colorizer.notes import note
from colorizer.stages.predict import Amounts

MOST_SKEW = 0.03
"""Difference in shape, as a share, that is taken for cropping by a few pixels."""
LEAST_LIKENESS = 0.75
"""Correlation of lightness below which a still is no picture of its frame; however strongly it was
graded it has 0.97, a frame half a second apart 0.6 to 0.98."""
LEAST_CHROMA = 3.0
"""Chroma that a hundredth of a colour still has, at least."""
_LEAST_SPREAD = 1.5
"""Standard deviation of L below which a frame shows too little to be compared."""
_COMPARED = (48, 64)


@dataclass(frozen=True, slots=True)
class PaintedFrame:
    """A reference that was read: colours that a person wants a frame to have."""

    index: int
    """Of the frame, or of the field."""
    ab: np.ndarray
    """Registered with it, (2, h, w) float32 in CIELAB units, at working size."""
    L: np.ndarray
    """Of the film's frame, see `Frame.L`."""
    file: Path
    sha256: str
    """Of the file when it was looked at."""


def open_reference(
    file: Path, frame: Frame, shape: tuple[int, int], ratio: Fraction
) -> PaintedFrame:
    """Read a reference and check that it is of its frame.

    Args:
        file: the still.
        frame: of the film, with L.
        shape: (height, width) of the film's frames.
        ratio: width to height of a pixel of the film.

    Raises:
        MediaError: it can't be read, is gray, of another shape or shows something else.
    """
    try:
        digest = file_hash(file)
    except OSError as error:
        raise MediaError(file, note("reference.cannot_read", why=error.strerror)) from error
    with StillSource(file, side=min(frame.L.shape)) as still:
        picture = next(still.frames(1))
    height, width = picture.Y.shape
    shapes = (Fraction(shape[1], shape[0]), Fraction(shape[1], shape[0]) * ratio)
    skew = min(abs(float(Fraction(width, height) / one) - 1) for one in shapes)
    if skew > MOST_SKEW:
        film = note("reference.film_size", width=shape[1], height=shape[0])
        if ratio != 1:
            film = note("reference.on_screen", size=film, screen=shapes[1])
        told = note("reference.other_shape", width=width, height=height, film=film)
        raise MediaError(file, told)
    if picture.tint is None or chroma_of(picture.tint) < LEAST_CHROMA:
        raise MediaError(file, note("reference.no_colour"))
    likeness = _likeness(picture.L, frame.L)
    if likeness < LEAST_LIKENESS:
        raise MediaError(
            file,
            note("reference.shows_other", likeness=likeness, least=LEAST_LIKENESS),
        )
    return PaintedFrame(frame.index, resized(picture.tint, frame.L.shape), frame.L, file, digest)


def lay_references(
    frames: Iterable[Frame],
    references: Sequence[PaintedFrame],
    *,
    shape: tuple[int, int],
    size_of: Callable[[Frame], tuple[int, int]],
    shift_of: Callable[[Frame], tuple[float, float]] | None,
    amounts: Amounts,
    first_field: str | None = None,
) -> Iterator[Frame]:
    """Give frames with references exactly their colours, as fine as the sink takes them.

    Args:
        frames: with chroma at the sink's size.
        references: of the film.
        shape: (height, width) of the film's frames.
        size_of: see `upsample_chroma`.
        shift_of: see there.
        amounts: gives vividness and strength of a frame.
        first_field: where the frames are fields, which of two is shown first.

    Raises:
        MediaError: a file was changed since it was looked at.
    """
    own = {reference.index: reference for reference in references}
    for frame in frames:
        reference = own.get(frame.index)
        if reference is None:
            yield frame
            continue
        whole = _whole(reference, shape)
        if first_field:
            whole = whole[:, parity_of(frame.index, first_field) :: 2]
        shift = shift_of(frame) if shift_of else (0.0, 0.0)
        _, strength = amounts(frame.index)
        ab = np.stack([luma_at(plane, size_of(frame), shift) for plane in whole])
        yield replace(frame, ab=ab * np.float32(strength), ab_rows=None)


def _whole(reference: PaintedFrame, shape: tuple[int, int]) -> np.ndarray:
    """Return ab of a reference at the size of the film's frames, (2, H, W)."""
    file = reference.file
    try:
        changed = file_hash(file) != reference.sha256
    except OSError as error:
        raise MediaError(file, note("reference.cannot_read", why=error.strerror)) from error
    if changed:
        raise MediaError(file, note("reference.changed"))
    with StillSource(file, side=min(shape)) as still:
        tint = next(still.frames(1)).tint
    assert tint is not None
    return resized(tint, shape)


def resized(planes: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Bring planes (n, h, w) to a (height, width)."""
    import cv2

    if planes.shape[1:] == size:
        return planes
    kind = cv2.INTER_AREA if planes.shape[1] > size[0] else cv2.INTER_LINEAR
    return np.stack([cv2.resize(plane, size[::-1], interpolation=kind) for plane in planes])


def chroma_of(ab: np.ndarray) -> float:
    """Return the chroma that a hundredth of a picture exceeds."""
    return float(np.percentile(np.hypot(*ab), 99))


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Return the correlation of two L planes (h, w); 1 where the second is too flat to tell."""
    small, frame = (resized(plane[None], _COMPARED)[0].astype(np.float64) for plane in (one, other))
    if frame.std() < _LEAST_SPREAD:
        return 1.0
    product = ((small - small.mean()) * (frame - frame.mean())).mean()
    return float(product / max(small.std() * frame.std(), 1e-6))
