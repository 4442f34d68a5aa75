"""Profiles of colours told by numbers: gAMA and cHRM of PNG, code points of ITU-T H.273."""

from __future__ import annotations

import numpy as np

from colorizer.colour.made_profiles import SRGB_CURVE, Curve, gray_profile, rgb_profile
from colorizer.colour.rgb_spaces import chromatic_matrix
from colorizer.notes import note

SRGB_PRIMARIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
"""x and y of red, green, blue and white."""
_C, _E, _DCI = (0.310, 0.316), (1 / 3, 1 / 3), (0.314, 0.351)
_PRIMARIES: dict[int, tuple[float, ...]] = {
    1: SRGB_PRIMARIES,
    2: SRGB_PRIMARIES,
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, 0.3127, 0.3290),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, 0.3127, 0.3290),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *_C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_DCI),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, 0.3127, 0.3290),
}
"""Colour primaries of H.273, table 2; 2 is unspecified."""
_BT709: Curve = (3, 1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_TRANSFERS: dict[int, Curve] = {
    1: _BT709, 6: _BT709, 14: _BT709, 15: _BT709, 11: _BT709, 12: _BT709,
    2: SRGB_CURVE, 13: SRGB_CURVE, 4: (0, 2.2), 5: (0, 2.8), 8: (0, 1.0),
    7: (3, 1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4.0, 0.0913),
}  # fmt: skip
"""Transfer characteristics of H.273, table 3, from code to light."""
_BLACK, _WHITE = 16 / 255, 235 / 255


def profile_of(space: str, primaries: tuple[float, ...], curve: Curve) -> bytes:
    """Return the profile of gray or RGB pixels.

    Args:
        space: "gray", or "rgb".
        primaries: x and y of red, green, blue and white; of no meaning for gray.
        curve: from code to light.

    Raises:
        ValueError, ZeroDivisionError: no such primaries can be.
    """
    if space == "gray":
        return gray_profile("as the file says", curve)
    red, green, blue, white = ((primaries[n], primaries[n + 1]) for n in (0, 2, 4, 6))
    matrix = chromatic_matrix(red, green, blue, white)
    if np.linalg.det(matrix) <= 0 or not np.isfinite(matrix).all() or matrix[1].min() < 0:
        raise ValueError(note("profile.no_triangle"))
    return rgb_profile("as the file says", matrix.tolist(), curve)


def profile_of_codes(space: str, primaries: int, transfer: int, full_range: bool) -> bytes | None:
    """Return the profile of pixels by code points of H.273, None for sRGB.

    Raises:
        ValueError: they are HDR (PQ, HLG) or unknown.
    """
    if transfer in (16, 18):
        raise ValueError("PQ" if transfer == 16 else "HLG")
    if primaries not in _PRIMARIES or transfer not in _TRANSFERS:
        raise ValueError(note("profile.code_points", primaries=primaries, transfer=transfer))
    curve, told = _TRANSFERS[transfer], _PRIMARIES[primaries]
    if full_range and curve == SRGB_CURVE and (told == SRGB_PRIMARIES or space == "gray"):
        return None
    return profile_of(space, told, curve if full_range else _of_video_range(curve))


def _of_video_range(curve: Curve) -> Curve:
    """Return a curve for codes whose black is 16 and white 235 of 255."""
    kind, *given = curve
    g, a, b, c, d = given if kind == 3 else (given[0], 1.0, 0.0, 0.0, 0.0)
    scale = 1 / (_WHITE - _BLACK)
    shift = -_BLACK * scale
    # (a x + b)^g from d on, c x + f below, with x = scale * code + shift.
    return (4, g, a * scale, a * shift + b, c * scale, (d - shift) / scale, 0.0, c * shift)
