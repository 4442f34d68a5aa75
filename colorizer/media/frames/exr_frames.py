"""OpenEXR frames as frames of a film, and coloured frames as OpenEXR.

Their light is scene-linear. What the network sees is that light as a screen shows it without a tone
curve: black at 0, white at 1. Colour is added at fixed luminance, which stays the source's float;
light beyond black and white, which no colour can have, stays neutral and as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from colorizer.colour.cielab import SRGB, L_to_light, RgbSpace, light_to_L
from colorizer.colour.gamut import ab_to_linear
from colorizer.colour.rgb_spaces import LINEAR_LIGHT, light_space
from colorizer.colour.ycbcr import ab_to_chroma, ycbcr_to_rgb
from colorizer.frame import Frame
from colorizer.media.film.luma import at_depth
from colorizer.media.frames.exr import write_exr
from colorizer.media.frames.exr_header import ExrHeader
from colorizer.media.photo.gray import strips

MOST_DL = 0.05
"""Largest |dL*| that rounding light to half explains."""
_LEAST_LIGHT = 1e-6
"""Luminance below which a pixel stays neutral."""


@dataclass(frozen=True, slots=True)
class ExrCarried:
    """What a frame's file holds besides what all stages see."""

    header: ExrHeader
    light: np.ndarray
    """Luminance, (H, W) float32; 1 is white."""


def codes_of(light: np.ndarray) -> np.ndarray:
    """Return light as 16-bit codes in its order, half floats by their bits, (H, W) uint16."""
    half = np.clip(light, -65504, 65504).astype(np.float16) + np.float16(0)  # no negative zero
    bits = half.view(np.uint16)
    return np.where(bits & 0x8000, ~bits, bits | 0x8000)


@lru_cache(maxsize=1)
def tone() -> np.ndarray:
    """Return CIELAB L of every code of `codes_of`, (65536,) float32 in [0, 100]."""
    codes = np.arange(1 << 16, dtype=np.uint16)
    light = np.where(codes & 0x8000, codes & 0x7FFF, ~codes).astype(np.uint16).view(np.float16)
    light = np.nan_to_num(light.astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)
    return light_to_L(np.clip(light, 0, 1)).astype(np.float32)


def space_of(header: ExrHeader) -> RgbSpace:
    """Return the space of a file's R, G and B; Rec. 709 where it names none that can be."""
    try:
        return light_space(header.chromaticities) if header.chromaticities else LINEAR_LIGHT
    except (ValueError, ZeroDivisionError):
        return LINEAR_LIGHT


def luminance(light: np.ndarray, space: RgbSpace) -> np.ndarray:
    """Return the luminance of light (H, W) or (H, W, 3), (H, W) float32; gray keeps its values."""
    if light.ndim == 2:
        return light
    red, green, blue = (light[..., n] for n in range(3))
    if np.array_equal(red, green) and np.array_equal(red, blue):
        return np.ascontiguousarray(red)
    return (light @ np.array(space.to_xyz[1])).astype(np.float32)


def exr_bytes(
    frame: Frame, header: ExrHeader, light: np.ndarray | None, bits: int, matrix: str | None
) -> tuple[bytes, np.ndarray]:
    """Colour a frame and return its OpenEXR file, and mean and largest |dL*| after rounding.

    Args:
        frame: with ab or `ab_rows` at full size.
        header: see `write_exr`.
        light: luminance of the source, (H, W) float32, where it is OpenEXR too.
        bits: 16 or 32.
        matrix: of the luma of a film; None of frames whose lightness is kept.
    """
    space = space_of(header)
    rgb = np.empty((*frame.Y.shape, 3), np.float32)
    errors = []
    for rows in strips(*frame.Y.shape):
        if matrix is not None:
            rgb[rows] = _film_light(frame, rows, matrix)
        else:
            rgb[rows] = _scene_light(frame, rows, light, space)
        wanted = frame.lightness(rows) if light is None else _lightness(light[rows])
        shown = rgb[rows].astype(np.float16 if bits == 16 else np.float32).astype(np.float32)
        error = np.abs(_lightness(shown @ np.array(space.to_xyz[1], np.float32)) - wanted)
        errors.append((error.mean(dtype=np.float64) * len(error), error.max()))
    total, largest = np.array(errors).T
    return write_exr(header, rgb, bits), np.array([total.sum() / len(rgb), largest.max()])


def _lightness(light: np.ndarray) -> np.ndarray:
    return light_to_L(np.clip(light, 0, 1))


def _scene_light(
    frame: Frame, rows: slice, light: np.ndarray | None, space: RgbSpace
) -> np.ndarray:
    """Return light of rows in colour, (rows, W, 3), whose luminance is that of the source."""
    L, ab = frame.lightness(rows), frame.ab_of(rows)
    wanted = L_to_light(L) if light is None else light[rows]
    planes = ab_to_linear(L, ab, space)
    found = np.tensordot(np.array(space.to_xyz[1], np.float32), planes, 1)
    neutral = (wanted <= _LEAST_LIGHT) | (wanted >= 1) | (found <= _LEAST_LIGHT)
    neutral |= (ab[0] == 0) & (ab[1] == 0)
    planes *= wanted / np.where(neutral, np.float32(1), found)
    return np.moveaxis(np.where(neutral, wanted, planes), 0, -1)


def _film_light(frame: Frame, rows: slice, matrix: str) -> np.ndarray:
    """Return light of rows of a film's frame, (rows, W, 3); codes beyond black and white stay."""
    Y = at_depth(frame.Y[rows], frame.bits, 16, frame.full_range)
    named = {"matrix": matrix, "bits": 16, "full_range": frame.full_range}
    chroma = ab_to_chroma(Y, frame.ab_of(rows), **named)
    return np.moveaxis(SRGB.decode(ycbcr_to_rgb(np.stack([Y, *chroma]), **named)), 0, -1)
