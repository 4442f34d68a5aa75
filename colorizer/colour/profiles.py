"""ICC profiles, read for what light their codes mean.

Profiles of one curve for each channel (all gray ones that scanners write, and all working spaces)
are computed here in double precision; profiles of tables, which need interpolation in three or
four dimensions, go to Little CMS in `gray`. Those that are made are in `made_profiles`.
"""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np

from colorizer.colour.cielab import L_to_light, RgbSpace
from colorizer.colour.made_profiles import make_profile
from colorizer.colour.rgb_spaces import D50, NAMED_SPACES, SRGB, adaptation, matrix_space
from colorizer.errors import SettingsError
from colorizer.files.strangers import read_whole
from colorizer.notes import note

_SIGNATURES = {"gray": (b"GRAY", b"RGB "), "rgb": (b"RGB ", b"GRAY"), "cmyk": (b"CMYK",)}
"""What a profile may describe by the space of the pixels: gray has the gray axis of an RGB profile,
and RGB without colour the curve of a gray one."""
_TABLES = (b"A2B0", b"D2B0")
"""Tags that come before curves and matrix (ICC.1:2022, 8.3 and 8.4)."""
_NEAR_SRGB = 0.004
"""Most by which light of a profile that is called sRGB departs from it."""
_MOST_BYTES = 16 << 20
_CURVE_STEPS = 65536
_UNLIKE = 1e-4
"""Departure of a channel's curve from that of green that a result can't follow."""


def foreign_profile(profile: bytes | None, space: str) -> bytes | None:
    """Return the profile, or None where it says sRGB, or none is given.

    Args:
        profile: ICC profile of the pixels.
        space: "gray", "rgb" or "cmyk".

    Raises:
        ValueError: the profile is damaged or describes other channels than `space`.
    """
    if not profile:
        return None
    if profile[16:20] not in _SIGNATURES[space]:
        found = profile[16:20].decode("latin-1").strip()
        raise ValueError(note("profile.other_space", found=found or "nothing", space=space))
    return None if _is_srgb(profile) else profile


@lru_cache(maxsize=32)
def _is_srgb(profile: bytes) -> bool:
    """Tell whether a profile is called sRGB and means it; "linear sRGB" is not."""
    if "srgb" not in profile_name(profile).lower().replace(" ", ""):
        return False
    light = gray_axis(profile, 256)
    if light is None:
        return True
    return float(np.abs(light - SRGB.decode(np.linspace(0, 1, 256))).max()) < _NEAR_SRGB


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
        raise ValueError(note("file.it_cannot_be_read")) from error


@lru_cache(maxsize=4)
def gray_light(profile: bytes, count: int) -> np.ndarray | None:
    """Return the luminance, in [0, 1], of every one of `count` codes of a gray profile.

    The curve gives what the connection space of the profile counts: light, or lightness where
    that is CIELAB (ICC.1:2022, 8.5.2 and F.2). None where it has tables instead of a curve.

    Raises:
        ValueError: its curve is damaged.
    """
    tags = _tags(profile)
    curve = tags.get(b"kTRC")
    if curve is None or any(name in tags for name in _TABLES):
        return None
    values = _curve(curve, count)
    return L_to_light(100 * values) if profile[20:24] == b"Lab " else values


def gray_axis(profile: bytes, count: int) -> np.ndarray | None:
    """Return the luminance of every one of `count` gray codes by a gray or RGB profile.

    Of an RGB profile those of R = G = B. None where it has tables.

    Raises:
        ValueError: its curves or matrix are damaged.
    """
    if profile[16:20] == b"GRAY":
        return gray_light(profile, count)
    light = rgb_light(profile, count)
    return None if light is None else light.sum(0)


@lru_cache(maxsize=4)
def rgb_light(profile: bytes, count: int) -> np.ndarray | None:
    """Return what each code of R, G and B adds to luminance, (3, count) float64; white is 1.

    None where it has tables besides or instead of a matrix.

    Raises:
        ValueError: its curves or matrix are damaged.
    """
    tags = _tags(profile)
    if not _is_matrix(tags):
        return None
    weights = _native_matrix(tags)[1]
    curves = [_curve(tags[name], count) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return np.stack(curves) * (weights / weights.sum())[:, None]


def result_space(profile: str) -> RgbSpace:
    """Return the space a result is written in.

    Args:
        profile: a name of `NAMED_SPACES`, or the path of an ICC profile.

    Raises:
        SettingsError: neither, or a profile whose colours are not a matrix and one curve.
    """
    if profile in NAMED_SPACES:
        return NAMED_SPACES[profile]
    return _read_space(profile)[0]


def result_profile(profile: str) -> bytes:
    """Return the ICC profile to embed in a result; see `result_space`."""
    if profile in NAMED_SPACES:
        return make_profile(NAMED_SPACES[profile])
    return _read_space(profile)[1]


@lru_cache(maxsize=4)
def _read_space(path: str) -> tuple[RgbSpace, bytes]:
    known = ", ".join(NAMED_SPACES)
    try:
        data = read_whole(Path(path), _MOST_BYTES)
    except OSError as error:
        raise SettingsError(
            note("profile.option_wrong", known=known, path=repr(path), why=error.strerror or error)
        ) from error
    try:
        return _space_of(data), data
    except (ValueError, struct.error) as error:
        raise SettingsError(
            note("profile.cannot_use", profile=path, why=error, known=known)
        ) from error


def _space_of(profile: bytes) -> RgbSpace:
    """Return the space of an RGB profile with a matrix and one curve.

    Raises:
        ValueError: it is another kind of profile or damaged.
    """
    if profile[36:40] != b"acsp" or profile[16:20] != b"RGB ":
        raise ValueError(note("profile.not_rgb"))
    tags = _tags(profile)
    if not _is_matrix(tags):
        raise ValueError(note("profile.tables"))
    ramp = np.linspace(0, 1, _CURVE_STEPS)
    red, light, blue = (_curve(tags[n], _CURVE_STEPS) for n in (b"rTRC", b"gTRC", b"bTRC"))
    if max(np.abs(red - light).max(), np.abs(blue - light).max()) > _UNLIKE:
        raise ValueError(note("profile.device"))
    if (np.diff(light) < 0).any() or light[-1] <= light[0]:
        raise ValueError(note("profile.curve_falls"))
    # Evenly spaced in the cube root of light, which is close to even spacing in codes.
    inverse = np.interp(ramp**3, light, ramp).astype(np.float32)
    matrix = _native_matrix(tags)
    return matrix_space(
        profile_name(profile),
        matrix / matrix[1].sum(),
        lambda code: np.interp(code, ramp, light),
        lambda value: np.take(inverse, np.rint(np.cbrt(value) * (_CURVE_STEPS - 1)).astype(int)),
    )


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """Return the tags of a profile.

    Raises:
        ValueError: they lie outside of it.
    """
    if len(profile) < 132:
        raise ValueError(note("file.it_is_cut_off"))
    (count,) = struct.unpack_from(">I", profile, 128)
    if 132 + 12 * count > len(profile):
        raise ValueError(note("file.it_is_cut_off"))
    found = {}
    for index in range(count):
        name, start, length = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        if start + length > len(profile):
            raise ValueError(note("file.it_is_cut_off"))
        found[name] = profile[start : start + length]
    return found


def _is_matrix(tags: dict[bytes, bytes]) -> bool:
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
    tables = any(name in tags for name in _TABLES)
    return not tables and all(name in tags for name in names)


def _native_matrix(tags: dict[bytes, bytes]) -> np.ndarray:
    """Return linear RGB to XYZ under the space's own white, undoing the adaptation to D50."""
    columns = np.array([_numbers(tags[name], 3) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]).T
    if b"chad" in tags:
        adapted = _numbers(tags[b"chad"], 9).reshape(3, 3)
    else:
        white = _numbers(tags[b"wtpt"], 3) if b"wtpt" in tags else np.array(D50)
        if white.min() <= 0:
            raise ValueError(note("profile.white_black"))
        adapted = adaptation(white / white[1])
    try:
        return np.linalg.solve(adapted, columns)
    except np.linalg.LinAlgError as error:
        raise ValueError(note("profile.adaptation")) from error


def _numbers(tag: bytes, count: int) -> np.ndarray:
    """Return the s15Fixed16 numbers of a tag."""
    return np.array(struct.unpack_from(f">{count}i", tag, 8)) / 65536


def _curve(tag: bytes, count: int) -> np.ndarray:
    """Return linear light, clipped to [0, 1], of `count` codes evenly spaced over a curve.

    Raises:
        ValueError: no curve of ICC.1:2022, 10.6 and 10.18.
    """
    x = np.linspace(0, 1, count)
    if tag[:4] == b"curv":
        (steps,) = struct.unpack_from(">I", tag, 8)
        if steps == 0:
            return x
        if len(tag) < 12 + 2 * steps:
            raise ValueError(note("profile.curve_cut_off"))
        values = np.frombuffer(tag, ">u2", steps, 12)
        if steps == 1:
            return x ** (values[0] / 256)
        return np.interp(x, np.linspace(0, 1, steps), values / 65535)
    if tag[:4] != b"para":
        raise ValueError(note("profile.curve_unknown"))
    return np.clip(_parametric(tag, x), 0, 1)


def _parametric(tag: bytes, x: np.ndarray) -> np.ndarray:
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind > 4:
        raise ValueError(note("profile.curve_unknown"))
    given = struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", tag, 12)
    g, a, b, c, d, e, f = [v / 65536 for v in given] + [1.0, 0, 0, 0, 0, 0, 0][len(given) :]
    if kind == 0:
        a = 1.0
    if kind in (1, 2):  # from -b / a on; below it the constant c
        d, e, f, c = (-b / a if a else 0.0), c, c, 0.0
    power = np.clip(a * x + b, 0, None) ** g + e
    return np.where(x >= d, power, c * x + f) if kind else power
