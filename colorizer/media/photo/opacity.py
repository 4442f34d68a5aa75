"""Colours stored multiplied by their opacity (associated alpha): undone for the work, done again.

TIFF 6.0, section 18: associated colours are code values times opacity, so none is above it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorizer.colour.cielab import L_to_light, RgbSpace, light_to_L
from colorizer.media.photo.gray import strips
from colorizer.media.photo.scan import ASSOCIATED, UNASSOCIATED, Extra, Scan
from colorizer.notes import note

_MOST_ABOVE = 0.001
"""Share of pixels whose colours may exceed their opacity where they are multiplied by it."""


def straight(scan: Scan, notes: list[str]) -> Scan:
    """Return a scan with the colours as they are without opacity; one without any is unchanged.

    Args:
        scan: as decoded.
        notes: told where the file calls its opacity associated and that is false.
    """
    places = [n for n, extra in enumerate(scan.extras) if extra.kind == ASSOCIATED]
    if not places or scan.space == "cmyk":
        return replace(scan, extras=_called_unassociated(scan.extras))
    opacity = scan.extras[places[0]].plane
    top, opaque = 2**scan.bits - 1, int(np.iinfo(opacity.dtype).max)
    if _share_above(scan.codes, top, opacity, opaque) > _MOST_ABOVE:
        notes.append(note("photo.associated"))
        return replace(scan, extras=_called_unassociated(scan.extras))
    codes = np.empty(scan.codes.shape, np.uint16)
    for rows in strips(*opacity.shape):
        share = np.maximum(opacity[rows], 1).astype(np.float32) / opaque
        share = share if codes.ndim == 2 else share[..., None]
        codes[rows] = np.rint(np.minimum(scan.codes[rows] / (share * top), 1) * 65535)
    extras = tuple(
        Extra(one.plane, UNASSOCIATED if one.kind == ASSOCIATED and n != places[0] else one.kind)
        for n, one in enumerate(scan.extras)
    )
    return replace(scan, codes=codes, bits=16, extras=extras)


def _called_unassociated(extras: tuple[Extra, ...]) -> tuple[Extra, ...]:
    return tuple(
        Extra(one.plane, UNASSOCIATED if one.kind == ASSOCIATED else one.kind) for one in extras
    )


def _share_above(codes: np.ndarray, top: int, opacity: np.ndarray, opaque: int) -> float:
    """Return the share of pixels with a colour above their opacity by more than rounding."""
    count, slack = 0, 1 / min(top, opaque)
    for rows in strips(*opacity.shape):
        high = codes[rows] if codes.ndim == 2 else codes[rows].max(-1)
        count += np.count_nonzero(high / top > opacity[rows] / opaque + slack)
    return count / max(1, opacity.size)


def multiplied(
    codes: np.ndarray, L: np.ndarray, opacity: np.ndarray, space: RgbSpace
) -> tuple[np.ndarray, np.ndarray]:
    """Multiply colours by their opacity.

    Args:
        codes: (h, w, 3) uint16 without opacity.
        L: CIELAB lightness that `codes` have to have, (h, w).
        opacity: (h, w) uint8 or uint16.
        space: of the codes.

    Returns:
        codes of the depth of `opacity`, none above it, and |dL*| between what they show and what
        gray of lightness L shows at that opacity, (h, w) float32.
    """
    top = int(np.iinfo(opacity.dtype).max)
    share = opacity.astype(np.float32) / top
    stored = np.rint(codes * (share * np.float32(top / 65535))[..., None])
    stored = np.minimum(stored, opacity[..., None]).astype(opacity.dtype)
    weights = np.array(space.to_xyz[1])
    wanted = space.decode(np.clip(space.encode(L_to_light(L)), 0, 1) * share)
    found = (space.decode(stored / top) * (weights / weights.sum())).sum(-1)
    return stored, np.abs(light_to_L(found) - light_to_L(wanted)).astype(np.float32)
