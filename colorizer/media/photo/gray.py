"""One gray code value per pixel with the lightness of the scan: tints, ICC profiles and inks.

Everything is worked on in strips, so that a 200-megapixel scan needs no second full-size copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from colorizer.colour.cielab import (
    SRGB,
    L_to_gray,
    light_to_L,
    linear_to_srgb,
    srgb_to_lab,
)
from colorizer.colour.profiles import gray_axis, rgb_light
from colorizer.frame import working_size

if TYPE_CHECKING:
    from collections.abc import Callable

STRIP_PIXELS = 1 << 20
"""Pixels worked on at once."""
_LINEAR_STEPS = 1 << 20
"""Steps of linear light; one is 0.8 of a 16-bit gray code in the dark, where it is most."""
_EXACT = 0x0100
"""cmsFLAGS_NOOPTIMIZE of Little CMS: its tables are half an 8-bit code off in the dark."""


def strips(height: int, width: int) -> Iterator[slice]:
    """Yield slices of rows that together hold about STRIP_PIXELS pixels each."""
    rows = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))


def to_gray(
    codes: np.ndarray, space: str, bits: int, profile: bytes | None
) -> tuple[np.ndarray, int, np.ndarray | None]:
    """Return one code value per pixel with the lightness the pixels have on a screen.

    Gray, and RGB with R = G = B, keep their code values as they are.

    Args:
        codes: (H, W) for gray, (H, W, 3) for rgb, (H, W, 4) for cmyk (0 is no ink); uint8/uint16.
        space: "gray", "rgb" or "cmyk".
        bits: significant bits of `codes`.
        profile: ICC profile of `codes`, of gray ones also an RGB profile; None means sRGB.

    Returns:
        (H, W) uint8 or uint16 codes, their significant bits, and CIELAB L of every code, (2^bits,)
        float32; None in its place where they are gray sRGB codes.

    Raises:
        ValueError: the profile can't be used for these pixels.
    """
    if space == "gray":
        return codes, bits, None if profile is None else _tone(profile, bits)
    if space == "rgb" and is_neutral(codes):
        tone = None if profile is None else _neutral_tone(profile, bits)
        if profile is None or tone is not None:
            return codes[..., 0].copy(), bits, tone
    convert = _converter(space, bits, profile)
    gray = np.empty(codes.shape[:2], np.uint16)
    for rows in strips(codes.shape[0], codes.shape[1]):
        gray[rows] = convert(codes[rows])
    return gray, 16, None


def rgb_to_gray(rgb: np.ndarray) -> np.ndarray:
    """Return the 16-bit neutral sRGB code with the luminance of each pixel.

    Args:
        rgb: (h, w, 3) uint8 or uint16 sRGB codes, full range.
    """
    return _gray_of(rgb, _weighted_light(2 ** (rgb.dtype.itemsize * 8)))


def is_neutral(rgb: np.ndarray) -> bool:
    """Tell whether R = G = B everywhere in (H, W, 3)."""
    for rows in strips(rgb.shape[0], rgb.shape[1]):
        red, green, blue = (rgb[rows, :, channel] for channel in range(3))
        if not (np.array_equal(red, green) and np.array_equal(red, blue)):
            return False
    return True


def tint_of(
    codes: np.ndarray, space: str, bits: int, profile: bytes | None, side: int
) -> np.ndarray | None:
    """Return CIELAB a and b of a scan at working size, (2, h, w) float32; None of gray ones.

    Args:
        codes: see `to_gray`, as for the three below.
        space: of `codes`.
        bits: of `codes`.
        profile: of `codes`.
        side: see `working_size`.
    """
    import cv2

    if space == "gray":
        return None
    height, width = working_size(codes.shape[:2], side)
    step = max(1, min(codes.shape[0] // (2 * height), codes.shape[1] // (2 * width)))
    sample = _full_range(np.ascontiguousarray(codes[::step, ::step]), bits)
    small = np.asarray(cv2.resize(sample, (width, height), interpolation=cv2.INTER_AREA))
    if profile is not None:
        lab = _through_tables(small, profile, space)[..., 1:]
    else:
        small = _inks_to_rgb(small) if space == "cmyk" else small
        rgb = np.moveaxis(small.astype(np.float32) / np.iinfo(sample.dtype).max, -1, 0)
        lab = np.moveaxis(srgb_to_lab(rgb)[1:], 0, -1)
    return np.ascontiguousarray(np.moveaxis(lab, -1, 0), np.float32)


def _gray_of(rgb: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Return 16-bit sRGB gray codes of codes (h, w, 3) that add `light`, (3, codes) int32 steps."""
    total = np.take(light[0], rgb[..., 0])
    total += np.take(light[1], rgb[..., 1])
    total += np.take(light[2], rgb[..., 2])
    return np.take(_gray_of_light(), total, mode="clip")


@lru_cache(maxsize=2)
def _weighted_light(count: int) -> np.ndarray:
    """Return linear sRGB light times the luminance weight of R, G and B, (3, count) int32 steps."""
    return _steps(SRGB.decode(np.linspace(0, 1, count)) * np.array(SRGB.to_xyz[1])[:, None])


def _steps(light: np.ndarray) -> np.ndarray:
    return np.rint(light * (_LINEAR_STEPS - 1)).astype(np.int32)


@lru_cache(maxsize=1)
def _gray_of_light() -> np.ndarray:
    """Return the 16-bit sRGB code of every step of linear light."""
    gray = linear_to_srgb(np.linspace(0, 1, _LINEAR_STEPS))
    return np.rint(np.clip(gray, 0, 1) * 65535).astype(np.uint16)


def _converter(space: str, bits: int, profile: bytes | None) -> Callable[[np.ndarray], np.ndarray]:
    """Return what brings a strip of pixels to 16-bit sRGB gray codes."""
    if profile is not None:
        light = rgb_light(profile, 2**bits) if space == "rgb" else None
        if light is not None:
            steps = _steps(light)
            return lambda strip: _gray_of(strip, steps)
        return lambda strip: _gray_of_L(_through_tables(_full_range(strip, bits), profile, space))
    if space == "cmyk":
        return lambda strip: rgb_to_gray(_inks_to_rgb(_full_range(strip, bits)))
    return lambda strip: rgb_to_gray(_full_range(strip, bits))


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


def _gray_of_L(lab: np.ndarray) -> np.ndarray:
    gray = L_to_gray(np.clip(lab[..., 0], 0, 100))
    return np.rint(np.clip(gray, 0, 1) * 65535).astype(np.uint16)


def _through_tables(codes: np.ndarray, profile: bytes, space: str) -> np.ndarray:
    """Return CIELAB of codes (h, w, C) by an ICC profile, (h, w, 3) float32.

    Raises:
        ValueError: Little CMS can't use the profile.
    """
    import imagecodecs

    try:
        return imagecodecs.cms_transform(
            codes,
            profile,
            _lab_profile(),
            colorspace=space,
            outcolorspace="lab",
            outdtype="float32",
            flags=_EXACT,
        )
    except (imagecodecs.CmsError, RuntimeError) as error:
        raise ValueError(str(error)) from error


@lru_cache(maxsize=1)
def _lab_profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


@lru_cache(maxsize=8)
def _tone(profile: bytes, bits: int) -> np.ndarray:
    """Return CIELAB L of every code of a gray profile, or of R = G = B by an RGB one, float32."""
    light = gray_axis(profile, 2**bits)
    if light is not None:
        return light_to_L(light).astype(np.float32)
    ramp = _full_range(np.arange(2**bits, dtype=np.uint16 if bits > 8 else np.uint8), bits)[None]
    if profile[16:20] == b"GRAY":
        return np.ascontiguousarray(_through_tables(ramp, profile, "gray")[0, :, 0])
    return np.ascontiguousarray(_through_tables(np.dstack([ramp] * 3), profile, "rgb")[0, :, 0])


@lru_cache(maxsize=8)
def _neutral_tone(profile: bytes, bits: int) -> np.ndarray | None:
    """Return CIELAB L of R = G = B, float32, by an RGB profile; None of one with tables."""
    light = gray_axis(profile, 2**bits)
    return None if light is None else light_to_L(light).astype(np.float32)
