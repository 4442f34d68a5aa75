"""CIELAB codes of TIFF and Photoshop as 16-bit sRGB of the same lightness."""

from __future__ import annotations

import numpy as np

from colorizer.colour.cielab import SRGB
from colorizer.colour.rgb_spaces import ab_to_codes
from colorizer.media.photo.gray import strips


def codes_of_lab(codes: np.ndarray, *, signed: bool) -> np.ndarray:
    """Return sRGB codes whose L* is that of CIELAB codes; chroma beyond sRGB is scaled to fit.

    Args:
        codes: (H, W, 3) uint8 or uint16: L* of 0 to 100 over the whole range, a* and b* in units
            of 1 (8 bit) or 1/256 (16 bit).
        signed: a* and b* are two's complements (TIFF's CIELab), else 128 is zero (ICCLab).

    Returns:
        (H, W, 3) uint16.
    """
    top, unit = (255, 1) if codes.dtype == np.uint8 else (65535, 256)
    kind = np.dtype(f"i{codes.dtype.itemsize}")
    made = np.empty(codes.shape, np.uint16)
    for rows in strips(*codes.shape[:2]):
        part = codes[rows]
        L = part[..., 0].astype(np.float32) * (100 / top)
        ab = np.moveaxis(part[..., 1:], -1, 0)
        ab = (
            ab.copy().view(kind).astype(np.float32)
            if signed
            else ab.astype(np.float32) - 128 * unit
        )
        made[rows], _ = ab_to_codes(L, ab / unit, SRGB, 65535)
    return made
