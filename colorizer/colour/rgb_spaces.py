"""The RGB spaces a photo can be written in, and how colours become their codes.

Rounding R, G and B apart shifts lightness by up to half a code; here they are rounded together,
so that their luminance meets the wanted one far more closely than one code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from colorizer.colour.cielab import (
    EPSILON_ROOT,
    KAPPA_SLOPE,
    SRGB,
    L_to_light,
    RgbSpace,
    light_to_L,
    look_up,
)
from colorizer.colour.gamut import fit
from colorizer.notes import note

D50 = (0.9642, 1.0, 0.8249)
"""XYZ of the white of ICC's connection space (ICC.1:2022, 7.2.16)."""
_D65_XY, _D50_XY = (0.3127, 0.3290), (0.34567, 0.35850)
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""XYZ to the cone responses of ICC's linear Bradford adaptation (ICC.1:2022, annex E)."""
_ADOBE_GAMMA = 563 / 256
"""Adobe RGB (1998) Color Image Encoding, 4.3.4.2."""


def matrix_space(
    name: str, to_xyz: np.ndarray, decode: Callable[[Any], Any], encode: Callable[[Any], Any]
) -> RgbSpace:
    """Build a space from its 3x3 matrix of linear RGB to XYZ.

    Raises:
        ValueError: the matrix has no inverse.
    """
    try:
        inverse = np.linalg.inv(to_xyz)
    except np.linalg.LinAlgError as error:
        raise ValueError(note("profile.one_line")) from error
    rows, back = (tuple(map(tuple, m.tolist())) for m in (to_xyz, inverse))
    return RgbSpace(name, rows, back, decode, encode)


def chromatic_matrix(
    red: tuple[float, float],
    green: tuple[float, float],
    blue: tuple[float, float],
    white: tuple[float, float],
) -> np.ndarray:
    """Return the matrix of linear RGB to XYZ, Y of white 1, from chromaticities x, y."""
    primaries = np.array([[x / y, 1, (1 - x - y) / y] for x, y in (red, green, blue)]).T
    x, y = white
    return primaries * np.linalg.solve(primaries, [x / y, 1, (1 - x - y) / y])


def adaptation(white: np.ndarray) -> np.ndarray:
    """Return the 3x3 Bradford matrix that brings XYZ under `white` to XYZ under D50."""
    cones = (_BRADFORD @ D50) / (_BRADFORD @ white)
    return np.linalg.solve(_BRADFORD, cones[:, None] * _BRADFORD)


def _from_lightness(code: Any) -> Any:
    return L_to_light(100 * code)


def _to_lightness(light: Any) -> Any:
    return light_to_L(light) / 100


ADOBE_RGB = matrix_space(
    "Adobe RGB (1998) compatible",
    chromatic_matrix((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65_XY),
    lambda code: code**_ADOBE_GAMMA,
    lambda light: light ** (1 / _ADOBE_GAMMA),
)
ECI_RGB_V2 = matrix_space(
    "eciRGB v2",
    chromatic_matrix((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _D50_XY),
    _from_lightness,
    _to_lightness,
)
DISPLAY_P3 = matrix_space(
    "Display P3",
    chromatic_matrix((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65_XY),
    SRGB.decode,
    SRGB.encode,
)
_FILM_BLACK, _FILM_WHITE, _FILM_CODES = 95 / 1023, 685 / 1023, 300 / 1023
"""Printing density in DPX and Cineon: codes of black and of white, and of a tenfold light (0.002
density a 10-bit code, negative gamma 0.6; Kodak, Conversion of 10-bit Log Film Data, 1995)."""
_FILM_FLARE = 10 ** ((_FILM_BLACK - _FILM_WHITE) / _FILM_CODES)


def _from_density(code: Any) -> Any:
    return (10 ** ((code - _FILM_WHITE) / _FILM_CODES) - _FILM_FLARE) / (1 - _FILM_FLARE)


def _to_density(light: Any) -> Any:
    lifted = np.maximum(light * (1 - _FILM_FLARE) + _FILM_FLARE, 1e-3)
    return _FILM_WHITE + _FILM_CODES * np.log10(lifted)


LOG_FILM = RgbSpace("printing density", SRGB.to_xyz, SRGB.from_xyz, _from_density, _to_density)
LINEAR_LIGHT = RgbSpace(
    "linear light", SRGB.to_xyz, SRGB.from_xyz, lambda code: code, lambda light: light
)
NAMED_SPACES = {
    "srgb": SRGB,
    "adobe-rgb": ADOBE_RGB,
    "eci-rgb-v2": ECI_RGB_V2,
    "display-p3": DISPLAY_P3,
}
"""Spaces by the name that --profile takes."""


_ROOTS = (1 << 16) - 1
"""Steps of the square root of linear light, in which `_Tables.codes` is made: one is at most 1.4
16-bit codes of sRGB, and what its rounding costs the luminance is corrected."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """What a space's codes of R, G and B are in light, and back."""

    added: np.ndarray
    """What each code adds to luminance, (3, top + 1) float32."""
    inverse: np.ndarray
    """One by what one code more adds, (3, top + 1) float32."""
    codes: np.ndarray
    """Code of every step of the root of linear light, (65536,) uint8 or uint16."""


@lru_cache(maxsize=4)
def _tables(space: RgbSpace, top: int) -> _Tables:
    light = np.asarray(space.decode(np.arange(top + 1) / top), np.float64)
    added = np.array(space.to_xyz[1])[:, None] * light
    step = np.maximum(np.diff(added, append=2 * added[:, -1:] - added[:, -2:-1]), 1e-12)
    roots = np.minimum((np.arange(_ROOTS + 1) + 0.5) / _ROOTS, 1)  # steps are cut off, not rounded
    codes = _nearest(np.asarray(space.encode(roots**2), np.float64) * top, top)
    return _Tables(added.astype(np.float32), (1 / step).astype(np.float32), codes)


def ab_to_codes(
    L: np.ndarray, ab: np.ndarray, space: RgbSpace, top: int, *, gray_from: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Convert lightness and chroma to the codes whose luminance is nearest to the wanted one.

    Where ab is 0, R = G = B, down to the code `gray_from`; below it a step of all three would be
    coarser than a 16-bit source's.

    Every pass is one call over blocks that stay in the cache: R and B are rounded, G takes the
    luminance that is left, and R and B what is left by its coarser steps.

    Args:
        L: (h, w) float32 in [0, 100].
        ab: (2, h, w) float32, any values; scaled toward gray where the space has no such colour.
        space: of the codes.
        top: largest code, 255 or one of 10 to 16 bits.
        gray_from: see above.

    Returns:
        codes (h, w, 3) uint8 or uint16, and by how much their L* departs from the wanted one,
        (h, w) float32, exact to 1e-3.
    """
    tables = _tables(space, top)
    f = cv2.addWeighted(L, 1 / 116, L, 0, 16 / 116)
    wanted = _light(f)
    red, _, blue = _linear(L, ab, f, wanted, space)
    planes = {0: _codes_of(red, tables), 2: _codes_of(blue, tables)}
    light = {n: look_up(tables.added[n], plane) for n, plane in planes.items()}
    missing = wanted - light[0]
    missing -= light[2]
    planes[1] = _codes_of(missing * np.float32(1 / space.to_xyz[1][1]), tables)
    neutral = (ab[0] == 0) & (ab[1] == 0)
    any_neutral = bool(neutral.any())
    if any_neutral:  # by the curve, not by a table: a 16-bit gray keeps its code
        gray = _nearest(np.asarray(space.encode(wanted[neutral])) * top, top)
        for plane in planes.values():
            plane[neutral] = gray
        light = {n: look_up(tables.added[n], planes[n]) for n in (0, 2)}
        missing = wanted - light[0] - light[2]
        neutral &= planes[1] >= gray_from
    missing -= look_up(tables.added[1], planes[1])
    left = missing[neutral] if any_neutral else None
    if left is not None:
        missing[neutral] = 0
    for n in (0, 2):  # from the coarser steps of luminance to the finer
        planes[n] = _moved(planes[n], missing, tables.inverse[n], top)
        missing += light[n]
        missing -= look_up(tables.added[n], planes[n])
    if left is not None:
        missing[neutral] = left
    return cv2.merge([planes[0], planes[1], planes[2]]), _departure(missing, f, top)


def _linear(
    L: np.ndarray, ab: np.ndarray, f: np.ndarray, light: np.ndarray, space: RgbSpace
) -> list[np.ndarray]:
    """Return linear R, G and B, as `ab_to_linear` does, from L's f and light too."""
    x = _light(cv2.scaleAdd(ab[0], 1 / 500, f))
    z = _light(cv2.scaleAdd(ab[1], -1 / 200, f))
    gray = space.gray
    linear = [
        cv2.scaleAdd(z, m[2] * gray[2], cv2.addWeighted(x, m[0] * gray[0], light, m[1], 0))
        for m in space.from_xyz
    ]
    fit(linear, L, ab, space)
    return linear


def _light(f: np.ndarray) -> np.ndarray:
    """Return CIELAB's light of f, see `f_inverse`, (h, w) float32."""
    light = cv2.pow(f, 3)
    if f.min() <= EPSILON_ROOT:
        line = cv2.addWeighted(f, 1 / KAPPA_SLOPE, f, 0, -16 / 116 / KAPPA_SLOPE)
        np.copyto(light, line, where=f <= EPSILON_ROOT)
    return light


def _codes_of(light: np.ndarray, tables: _Tables) -> np.ndarray:
    """Return the codes of linear light, limited to [0, 1], (h, w) float32, which is written to."""
    cv2.threshold(light, 0, 0, cv2.THRESH_TOZERO, dst=light)
    cv2.threshold(light, 1, 0, cv2.THRESH_TRUNC, dst=light)
    steps = np.empty(light.shape, np.uint16)
    np.multiply(np.sqrt(light, out=light), np.float32(_ROOTS), out=steps, casting="unsafe")
    return look_up(tables.codes, steps)


def _moved(codes: np.ndarray, missing: np.ndarray, inverse: np.ndarray, top: int) -> np.ndarray:
    """Return codes moved by the few steps that bring the most of the missing luminance."""
    reach = 2 if top > 255 else 1
    move = look_up(inverse, codes)
    move *= missing
    np.clip(move, -reach, reach, out=move)
    found = cv2.add(codes, move, dtype=cv2.CV_8U if top <= 255 else cv2.CV_16U)  # rounds, limits
    return found if top in (255, 65535) else np.minimum(found, top, out=found)


def _departure(missing: np.ndarray, f: np.ndarray, top: int) -> np.ndarray:
    """Return by how much L* departs from that of f where light is missing, (h, w) float32.

    The first two terms of the series; near black, where L* is a line, and for the small departures
    of 16 bits the first.
    """
    slope = cv2.multiply(f, f)
    np.maximum(slope, np.float32(EPSILON_ROOT**2), out=slope)
    first = cv2.divide(missing, slope, scale=-116 / 3)
    if top < 65535:
        second = cv2.divide(first, f, scale=1 / 116)
        second *= first
        np.copyto(second, 0, where=f <= EPSILON_ROOT)
        first -= second
    return first


def _nearest(codes: np.ndarray, top: int) -> np.ndarray:
    """Round codes, which may be written to, and limit them to 0 to `top`."""
    np.clip(np.rint(codes, out=codes), 0, top, out=codes)
    return codes.astype(np.uint8 if top <= 255 else np.uint16)


@lru_cache(maxsize=8)
def light_space(told: tuple[float, ...]) -> RgbSpace:
    """Return the space of linear light of x and y of red, green, blue and white.

    Raises:
        ValueError, ZeroDivisionError: no such primaries can be.
    """
    red, green, blue, white = ((told[n], told[n + 1]) for n in (0, 2, 4, 6))
    matrix = chromatic_matrix(red, green, blue, white)
    return matrix_space("linear light", matrix, lambda code: code, lambda light: light)
