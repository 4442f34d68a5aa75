"""Y'CbCr (ITU-R BT.601, 709, 2020), and ab to Cb, Cr at fixed luma codes.

A film's luma codes are copied, never computed; here the chroma that belongs to them is found. The
lightness of a colour is not a function of its luma alone, so L is solved for every (y, a, b).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from colorizer.colour.cielab import BLOCK, Array, array_module, linear_to_srgb, opponents_to_linear

LUMA_WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
"""Kr and Kb of the non-constant-luminance Y'CbCr matrices; Kg = 1 - Kr - Kb."""
_AB_LIMIT = 110.0  # the sRGB gamut ends at a = 98.3, b = -107.9
_Y_NODES, _AB_NODES = 65, 49  # interpolation error in photos: mean 0.2 ten-bit codes; 1.2 MB
_BYTE_NODES, _TILES = 97, 16  # of the tables for 8 bit: nodes of a and b, tiles in a row; 19 MB


def _luma_range(bits: int, full_range: bool) -> tuple[float, float]:
    """Return code of black and codes from black to white."""
    scale = 2.0 ** (bits - 8)
    return (0.0, 2.0**bits - 1) if full_range else (16 * scale, 219 * scale)


def _chroma_range(bits: int, full_range: bool) -> tuple[float, float]:
    """Return code of neutral and codes per unit of Cb, Cr."""
    span = 2.0**bits - 1 if full_range else 224 * 2.0 ** (bits - 8)
    return 2.0 ** (bits - 1), span


def _as_float(codes: Array) -> Array:
    if array_module(codes) is np:
        return codes if codes.dtype.kind == "f" else codes.astype(np.float32)
    return codes if codes.is_floating_point() else codes.float()


def normalize_luma(Y: Array, bits: int, full_range: bool) -> Array:
    """Convert luma codes to 0 at black, 1 at white, not clipped (sub-black, super-white)."""
    black, span = _luma_range(bits, full_range)
    return (_as_float(Y) - black) / span


def normalize_chroma(C: Array, bits: int, full_range: bool) -> Array:
    """Convert Cb or Cr codes to [-0.5, 0.5], 0 at neutral."""
    neutral, span = _chroma_range(bits, full_range)
    return (_as_float(C) - neutral) / span


def ycbcr_to_rgb(ycbcr: Array, *, matrix: str, bits: int, full_range: bool) -> Array:
    """Convert Y'CbCr codes to R'G'B'.

    Args:
        ycbcr: code values, (..., 3, H, W), any integer or float type.
        matrix: a key of `LUMA_WEIGHTS`.
        bits: significant bits of the codes, 8 to 16.
        full_range: codes 0..2^bits-1; otherwise 16..235 and 16..240 scaled to `bits`.

    Returns:
        R'G'B' with 0 black and 1 white, not clipped, (..., 3, H, W) float.
    """
    kr, kb = LUMA_WEIGHTS[matrix]
    y = normalize_luma(ycbcr[..., 0, :, :], bits, full_range)
    red = y + 2 * (1 - kr) * normalize_chroma(ycbcr[..., 2, :, :], bits, full_range)
    blue = y + 2 * (1 - kb) * normalize_chroma(ycbcr[..., 1, :, :], bits, full_range)
    green = (y - kr * red - kb * blue) / (1 - kr - kb)
    return array_module(y).stack([red, green, blue], -3)


def rgb_to_ycbcr(rgb: Array, *, matrix: str, bits: int, full_range: bool) -> Array:
    """Convert R'G'B' in [0, 1] to Y'CbCr code values as floats, neither rounded nor clipped.

    The inverse of `ycbcr_to_rgb`; arguments and shapes as there.
    """
    kr, kb = LUMA_WEIGHTS[matrix]
    red, green, blue = rgb[..., 0, :, :], rgb[..., 1, :, :], rgb[..., 2, :, :]
    y = kr * red + (1 - kr - kb) * green + kb * blue
    black, luma_span = _luma_range(bits, full_range)
    neutral, span = _chroma_range(bits, full_range)
    cb = (blue - y) * (span / (2 * (1 - kb))) + neutral
    cr = (red - y) * (span / (2 * (1 - kr))) + neutral
    return array_module(y).stack([y * luma_span + black, cb, cr], -3)


def _encode_extended(linear: np.ndarray) -> np.ndarray:
    """Encode linear light, odd about 0: only so has every (y, a, b) exactly one L."""
    return np.copysign(linear_to_srgb(np.abs(linear)), linear)


def solve_L(y: np.ndarray, a: np.ndarray, b: np.ndarray, matrix: str) -> np.ndarray:
    """Find the L at which the colour (L, a, b) has the luma y, in numpy.

    Args:
        y: luma in [0, 1], any shape.
        a: CIELAB a, the shape of y.
        b: CIELAB b, the shape of y.
        matrix: a key of `LUMA_WEIGHTS`.

    Returns:
        CIELAB L; outside [0, 100] where no real colour has that luma and ab.
    """
    kr, kb = LUMA_WEIGHTS[matrix]

    def excess(L: np.ndarray) -> np.ndarray:
        red, green, blue = map(_encode_extended, opponents_to_linear(L, a, b))
        return kr * red + (1 - kr - kb) * green + kb * blue - y

    low, high = np.full(y.shape, -60.0), np.full(y.shape, 260.0)
    for _ in range(4):  # bisection, for a bracket in which the secants below are good
        middle = (low + high) / 2
        above = excess(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    low_excess, high_excess = excess(low), excess(high)
    for _ in range(10):  # Illinois variant of regula falsi; ends within 1e-11 of y
        slope = high_excess - low_excess
        L = (low * high_excess - high * low_excess) / np.where(slope == 0, 1, slope)
        found = excess(L)
        same = np.sign(found) == np.sign(high_excess)
        low = np.where(same, low, high)
        low_excess = np.where(same, low_excess / 2, high_excess)
        high, high_excess = L, found
    return high


@lru_cache(maxsize=len(LUMA_WEIGHTS))
def _chroma_table(matrix: str) -> np.ndarray:
    """Return Cb + 1j Cr on a grid of y in [0, 1], a and b in [-110, 110], flat complex64."""
    kr, kb = LUMA_WEIGHTS[matrix]
    axis = np.linspace(-_AB_LIMIT, _AB_LIMIT, _AB_NODES)
    y, a, b = np.meshgrid(np.linspace(0, 1, _Y_NODES), axis, axis, indexing="ij")
    rgb = opponents_to_linear(solve_L(y, a, b, matrix), a, b)
    red, blue = _encode_extended(rgb[0]), _encode_extended(rgb[2])
    chroma = (blue - y) / (2 * (1 - kb)) + 1j * (red - y) / (2 * (1 - kr))
    chroma[:, _AB_NODES // 2, _AB_NODES // 2] = 0  # gray, free of the solver's rounding
    return chroma.astype(np.complex64).ravel()


def ab_to_chroma(
    Y: np.ndarray, ab: np.ndarray, *, matrix: str, bits: int, full_range: bool
) -> np.ndarray:
    """Find the Cb, Cr codes that give luma codes the predicted colour.

    L is solved so that the colour (L, a, b) has exactly the luma of Y. Where that colour is outside
    the gamut, Cb and Cr are scaled toward gray at fixed luma; luma outside [0, 1] gets neutral.

    Args:
        Y: native luma codes at chroma resolution, (h, w) uint8 or uint16.
        ab: (2, h, w) float32, any values; 0 gives exactly the neutral code.
        matrix: a key of `LUMA_WEIGHTS`, the output's.
        bits: significant bits of Y and of the result, 8 to 16.
        full_range: as in `ycbcr_to_rgb`, of Y and of the result.

    Returns:
        Cb, Cr codes, (2, h, w) uint8 for 8 bits, else uint16, within the legal range.
    """
    if bits == 8:
        return _byte_chroma(Y, ab, _byte_table(matrix, full_range))
    neutral, span = _chroma_range(bits, full_range)
    lowest, highest = (0, 2**bits - 1) if full_range else (neutral - span / 2, neutral + span / 2)
    codes = np.empty(ab.shape, np.uint16)
    rows = max(1, BLOCK // max(1, Y.shape[1]))
    for top in range(0, Y.shape[0], rows):
        part = np.s_[top : top + rows]
        y = normalize_luma(Y[part], bits, full_range)
        chroma = np.stack(_chroma_at_luma(y, ab[0, part], ab[1, part], matrix))
        exact = np.rint(chroma * np.float32(span) + np.float32(neutral))
        codes[:, part] = np.clip(exact, lowest, highest)
    return codes


def _byte_chroma(Y: np.ndarray, ab: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Find Cb and Cr of 8-bit luma in `_byte_table`, (2, h, w) uint8."""
    import cv2

    a, b = _on_table(ab[0], ab[1])
    step = np.float32((_BYTE_NODES - 1) / (2 * _AB_LIMIT))
    middle = (_BYTE_NODES - 1) / 2
    tile = np.arange(256)
    # Where on the table the middle of each luma's tile is.
    across = (tile % _TILES * _BYTE_NODES + middle).astype(np.float32)
    down = (tile // _TILES * _BYTE_NODES + middle).astype(np.float32)
    x, y = b * step, a * step
    x += cv2.LUT(Y, across)
    y += cv2.LUT(Y, down)
    codes = np.empty(ab.shape, np.uint8)
    found = cv2.remap(table, x, y, cv2.INTER_LINEAR)
    for plane, values in zip(codes, cv2.split(found), strict=True):
        cv2.convertScaleAbs(values, plane)
    return codes


@lru_cache(maxsize=2)
def _byte_table(matrix: str, full_range: bool) -> np.ndarray:
    """Return Cb and Cr codes on a grid of a and b for each 8-bit luma, tiles of one picture.

    With a table for every luma there is nothing left to interpolate but a and b, which OpenCV
    does at once; colours are inside the gamut already, whose slice at one luma is convex.

    Returns:
        (16 * nodes, 16 * nodes, 2) float32; a runs down in a tile, b across.
    """
    neutral, span = _chroma_range(8, full_range)
    axis = np.linspace(-_AB_LIMIT, _AB_LIMIT, _BYTE_NODES, dtype=np.float32)
    a, b = np.meshgrid(axis, axis, indexing="ij")
    table = np.empty((_TILES, _BYTE_NODES, _TILES, _BYTE_NODES, 2), np.float32)
    for code in range(256):
        y = np.full(a.shape, normalize_luma(np.float32(code), 8, full_range), np.float32)
        chroma = np.stack(_chroma_at_luma(y, a, b, matrix), -1)
        table[code // _TILES, :, code % _TILES] = chroma * np.float32(span) + np.float32(neutral)
    return table.reshape(_TILES * _BYTE_NODES, _TILES * _BYTE_NODES, 2)


def _on_table(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bring colours beyond the tables to their edge, at the same hue angle."""
    peak = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0)))
    if peak <= _AB_LIMIT:
        return a, b
    shrink = _AB_LIMIT / np.maximum(np.maximum(np.abs(a), np.abs(b)), np.float32(_AB_LIMIT))
    return a * shrink, b * shrink


def _chroma_at_luma(
    y: np.ndarray, a: np.ndarray, b: np.ndarray, matrix: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return Cb and Cr in [-0.5, 0.5] of the colour with luma y, inside the gamut."""
    kr, kb = LUMA_WEIGHTS[matrix]
    chroma = _interpolate(_chroma_table(matrix), y, a, b)
    cb, cr = np.real(chroma), np.imag(chroma)
    blue, red = (2 * (1 - kb)) * cb, (2 * (1 - kr)) * cr
    green = (kr * red + kb * blue) / -(1 - kr - kb)
    t = np.ones_like(y)
    for excess in (red, green, blue):  # over gray of luma y, in R'G'B'
        room = np.where(excess > 0, 1 - y, y)
        np.minimum(t, room / np.maximum(np.abs(excess), 1e-9), out=t)
    t = np.where((y > 0) & (y < 1), t, 0)
    return t * cb, t * cr


def _interpolate(table: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Look up `_chroma_table` trilinearly; colours beyond its edge keep their hue angle."""
    a, b = _on_table(a, b)
    iy, fy = _cell(y * (_Y_NODES - 1), _Y_NODES)
    step = (_AB_NODES - 1) / (2 * _AB_LIMIT)
    ia, fa = _cell((a + _AB_LIMIT) * step, _AB_NODES)
    ib, fb = _cell((b + _AB_LIMIT) * step, _AB_NODES)
    corner = (iy * _AB_NODES + ia) * _AB_NODES + ib

    def along_b(offset: int) -> np.ndarray:
        low = table.take(corner + offset)
        return low + fb * (table.take(corner + (offset + 1)) - low)

    def along_a(offset: int) -> np.ndarray:
        low = along_b(offset)
        return low + fa * (along_b(offset + _AB_NODES) - low)

    low = along_a(0)
    return low + fy * (along_a(_AB_NODES * _AB_NODES) - low)


def _cell(position: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Split positions on an axis of so many nodes into cell number and fraction in [0, 1]."""
    position = np.clip(position, 0, nodes - 1)
    cell = np.minimum(position.astype(np.int32), nodes - 2)
    return cell, position - cell.astype(np.float32)
