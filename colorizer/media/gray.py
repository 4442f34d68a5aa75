"""One gray code value per pixel with the lightness of the scan: tints, ICC profiles and inks.

Everything is worked on in strips, so that a 100-megapixel scan needs no second full-size copy.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from colorizer.color import L_to_gray, linear_to_srgb, srgb_to_lab, srgb_to_linear

if TYPE_CHECKING:
    from collections.abc import Callable

STRIP_PIXELS = 1 << 20
"""Pixels worked on at once."""
_LINEAR_STEPS = 1 << 20
"""Steps of linear light; one is 0.8 of a 16-bit gray code in the dark, where it is most."""
_SIGNATURES = {"gray": b"GRAY", "rgb": b"RGB ", "cmyk": b"CMYK"}
_EXACT = 0x0100
"""cmsFLAGS_NOOPTIMIZE of Little CMS: its tables are half an 8-bit code off in the dark."""
_COLOUR_SAMPLE = 256
"""Rows and columns looked at to tell a tinted print from a colour photo."""


def strips(height: int, width: int) -> Iterator[slice]:
    """Yield slices of rows that together hold about STRIP_PIXELS pixels each."""
    rows = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))


def to_gray(
    codes: np.ndarray, space: str, bits: int, profile: bytes | None
) -> tuple[np.ndarray, int]:
    """Return the neutral sRGB code values with the same L* as the pixels.

    Gray in sRGB, and RGB with R = G = B in sRGB, keep their code values as they are.

    Args:
        codes: (H, W) for gray, (H, W, 3) for rgb, (H, W, 4) for cmyk (0 is no ink); uint8/uint16.
        space: "gray", "rgb" or "cmyk".
        bits: significant bits of `codes`.
        profile: ICC profile of `codes`; None means sRGB.

    Returns:
        (H, W) uint8 or uint16 codes, and their significant bits.

    Raises:
        ValueError: the profile can't be used for these pixels.
    """
    if space == "gray":
        return (codes, bits) if profile is None else (_gray_table(profile, bits)[codes], 16)
    if profile is None and space == "rgb" and is_neutral(codes):
        return codes[..., 0].copy(), bits
    convert = _converter(space, bits, profile)
    gray = np.empty(codes.shape[:2], np.uint16)
    for rows in strips(codes.shape[0], codes.shape[1]):
        gray[rows] = rgb_to_gray(convert(codes[rows]))
    return gray, 16


def rgb_to_gray(rgb: np.ndarray) -> np.ndarray:
    """Return the 16-bit neutral sRGB code with the luminance of each pixel.

    Args:
        rgb: (h, w, 3) uint8 or uint16, full range.
    """
    tables = _weighted_light(rgb.dtype.itemsize * 8)
    light = np.take(tables[0], rgb[..., 0])
    light += np.take(tables[1], rgb[..., 1])
    light += np.take(tables[2], rgb[..., 2])
    return np.take(_gray_of_light(), light, mode="clip")


def is_neutral(rgb: np.ndarray) -> bool:
    """Tell whether R = G = B everywhere in (H, W, 3)."""
    for rows in strips(rgb.shape[0], rgb.shape[1]):
        red, green, blue = (rgb[rows, :, channel] for channel in range(3))
        if not (np.array_equal(red, green) and np.array_equal(red, blue)):
            return False
    return True


def colour_spread(codes: np.ndarray) -> float:
    """Return the mean chroma across the direction of the tint, in CIELAB units, of sRGB codes.

    A toned print varies along one hue, however strong its tone; a colour photo does not.

    Args:
        codes: (H, W, 3) uint8 or uint16, full range.
    """
    step = [max(1, side // _COLOUR_SAMPLE) for side in codes.shape[:2]]
    sample = codes[:: step[0], :: step[1]].astype(np.float32) / np.iinfo(codes.dtype).max
    ab = srgb_to_lab(np.moveaxis(sample, -1, 0))[1:].reshape(2, -1)
    a, b = ab - np.median(ab, 1, keepdims=True)
    angle = 0.5 * np.arctan2(2 * (a * b).mean(), (a * a).mean() - (b * b).mean())
    return float(np.abs(b * np.cos(angle) - a * np.sin(angle)).mean())


@lru_cache(maxsize=2)
def _weighted_light(bits: int) -> np.ndarray:
    """Return linear light times the luminance weight of R, G and B, (3, 2^bits) int32 steps."""
    # The lightness of each primary gives its weight without a second copy of the sRGB matrix.
    primaries = np.eye(3).reshape(3, 1, 3)
    weights = srgb_to_linear(L_to_gray(srgb_to_lab(primaries)[0])).reshape(3, 1)
    light = srgb_to_linear(np.linspace(0, 1, 2**bits))
    return np.rint(light * weights / weights.sum() * (_LINEAR_STEPS - 1)).astype(np.int32)


@lru_cache(maxsize=1)
def _gray_of_light() -> np.ndarray:
    """Return the 16-bit sRGB code of every step of linear light."""
    gray = linear_to_srgb(np.linspace(0, 1, _LINEAR_STEPS))
    return np.rint(np.clip(gray, 0, 1) * 65535).astype(np.uint16)


def _converter(space: str, bits: int, profile: bytes | None) -> Callable[[np.ndarray], np.ndarray]:
    """Return what brings a strip of pixels to full-range sRGB codes."""
    if profile is not None:
        return lambda strip: _through_profile(_full_range(strip, bits), profile, space)
    if space == "cmyk":
        return lambda strip: _inks_to_rgb(_full_range(strip, bits))
    return lambda strip: _full_range(strip, bits)


def _full_range(codes: np.ndarray, bits: int) -> np.ndarray:
    """Scale codes of 9 to 15 bits to 16."""
    if bits in (8, 16):
        return codes
    return np.rint(codes * (65535 / (2**bits - 1))).astype(np.uint16)


def _inks_to_rgb(cmyk: np.ndarray) -> np.ndarray:
    """Convert (h, w, 4) inks without a profile to RGB: what the inks leave of white."""
    top = np.iinfo(cmyk.dtype).max
    left = (top - cmyk).astype(np.float32)
    return np.rint(left[..., :3] * left[..., 3:] / top).astype(cmyk.dtype)


def _through_profile(codes: np.ndarray, profile: bytes, space: str, flags: int = 0) -> np.ndarray:
    """Convert codes to sRGB by an ICC profile, (h, w, 3) uint16.

    Raises:
        ValueError: Little CMS can't use the profile.
    """
    import imagecodecs

    try:
        return imagecodecs.cms_transform(
            codes,
            profile,
            srgb_profile(),
            colorspace=space,
            outcolorspace="rgb",
            outdtype="uint16",
            flags=flags,
        )
    except (imagecodecs.CmsError, RuntimeError) as error:
        raise ValueError(f"{error}") from error


@lru_cache(maxsize=8)
def _gray_table(profile: bytes, bits: int) -> np.ndarray:
    """Return the 16-bit sRGB gray code of every code of a gray profile."""
    ramp = _full_range(np.arange(2**bits, dtype=np.uint16 if bits > 8 else np.uint8), bits)
    return rgb_to_gray(_through_profile(ramp[None], profile, "gray", _EXACT))[0]


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """Return an ICC profile of sRGB, the same bytes on every call and every day."""
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The date of creation, bytes 24 to 35, would make equal runs differ.
    return profile[:24] + struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + profile[36:]


def foreign_profile(profile: bytes | None, space: str) -> bytes | None:
    """Return the profile, or None where it says sRGB, or there is none.

    Raises:
        ValueError: the profile is damaged or describes other channels than `space`.
    """
    if not profile:
        return None
    if profile[16:20] != _SIGNATURES[space]:
        found = profile[16:20].decode("latin-1").strip()
        raise ValueError(f"it describes {found or 'nothing'}, the pixels are {space}")
    name = profile_name(profile)
    return None if "srgb" in name.lower().replace(" ", "") else profile


@lru_cache(maxsize=32)
def profile_name(profile: bytes) -> str:
    """Return the description in an ICC profile.

    Raises:
        ValueError: it can't be read.
    """
    from PIL import ImageCms

    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return (ImageCms.getProfileDescription(opened) or "").strip() or "unnamed"
    except (OSError, ImageCms.PyCMSError) as error:
        raise ValueError("it can't be read") from error
