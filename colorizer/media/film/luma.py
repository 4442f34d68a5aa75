"""The luma plane of a decoded frame: where it lies in each pixel format, and its bit depth.

No plane goes through swscale, which would change the codes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from colorizer.colour.cielab import L_to_gray, luma_to_L
from colorizer.colour.negatives import ends_of_negative, positive_L
from colorizer.colour.ycbcr import rgb_to_ycbcr
from colorizer.media.film.packed import (
    BITS,
    PALETTE,
    Packed,
    packed_named,
    read_bits,
    read_packed,
    read_palette,
    rows_of,
)
from colorizer.notes import note

if TYPE_CHECKING:
    from av import VideoFormat, VideoFrame

_SAMPLING = {(8, 8): "420", (8, 16): "422", (16, 16): "444"}
"""Chroma (width, height) of a 16 x 16 picture -> name."""


@dataclass(frozen=True, slots=True)
class LumaLayout:
    """How to read the luma of one pixel format."""

    pix_fmt: str
    bits: int
    """Significant bits, 8 to 16."""
    sampling: str
    """Chroma sampling: 420, 422, 444, other (411, 410, 440), gray or rgb."""
    planes: tuple[int, ...]
    """Planes of the samples: one, or those of R, G, B."""
    offsets: tuple[int, ...]
    """First sample of each of them in a line."""
    step: int
    """Samples from one to the next."""
    shift: int
    """Unused low bits of each sample."""
    big_endian: bool
    full_range: bool | None
    """What the format itself says; None where it is silent."""
    has_alpha: bool
    packed: Packed | None = None
    """Where the samples are, if in words together; then `planes` to `shift` say nothing."""

    @property
    def sample(self) -> np.dtype:
        """Type of a stored sample that is not packed."""
        return np.dtype(np.uint8 if self.bits == 8 else ">u2" if self.big_endian else "<u2")


def luma_layout(format: VideoFormat) -> LumaLayout:  # noqa: A002 - the field's word
    """Describe where the luma of a pixel format lies.

    Raises:
        ValueError: the format has no luma that can be read exactly (float, Bayer, XYZ).
    """
    name, parts = format.name, format.components
    packed, sampling = packed_named(name), _sampling(format)
    bits = 8 if name in (PALETTE, *BITS) else max(8, (packed.bits if packed else _bits(format))[0])
    planes, offsets, step = (parts[0].plane,), (0,), 1
    if packed or format.has_palette:
        planes = (0, 0, 0) if sampling == "rgb" else (0,)
        offsets = (0,) * len(planes)
    elif format.is_rgb:
        planes, offsets, step = _rgb_places(format)
    elif len(parts) == 2:  # gray + alpha, interleaved
        step = 2
    elif len(parts) > 2 and parts[1].plane == 0:
        raise ValueError(note("film.pixel_format", name=name))
    return LumaLayout(
        pix_fmt=name,
        bits=bits,
        sampling=sampling,
        planes=planes,
        offsets=offsets,
        step=step,
        shift=16 - bits if "msb" in name or re.match(r"p[024]1\d", name) else 0,
        big_endian=format.is_big_endian,
        full_range=True if name.startswith(("yuvj", "mono")) or sampling == "rgb" else None,
        has_alpha=any(part.is_alpha for part in parts),
        packed=packed,
    )


def _bits(format: VideoFormat) -> tuple[int, ...]:  # noqa: A002
    bits = tuple(part.bits for part in format.components)
    unread = format.is_bit_stream or format.is_bayer or "f16" in format.name
    if unread or not 8 <= bits[0] <= 16:
        raise ValueError(note("film.pixel_format", name=format.name))
    return bits


def _sampling(format: VideoFormat) -> str:  # noqa: A002
    if format.is_rgb or format.has_palette:
        return "rgb"
    if len(format.components) <= 2:
        return "gray"
    return _SAMPLING.get((format.chroma_width(16), format.chroma_height(16)), "other")


def _rgb_places(format: VideoFormat) -> tuple[tuple[int, ...], tuple[int, ...], int]:  # noqa: A002
    """Return planes, offsets and step of R, G and B."""
    if format.is_planar:
        return tuple(part.plane for part in format.components[:3]), (0, 0, 0), 1
    letters = re.match(r"0[rgb]{3}|[rgb]{3}0|[rgba]{3,4}", format.name)
    if letters is None:
        raise ValueError(note("film.pixel_format", name=format.name))
    order = letters.group()
    return (0, 0, 0), tuple(order.index(letter) for letter in "rgb"), len(order)


def read_plane(frame: VideoFrame, layout: LumaLayout, number: int = 0) -> np.ndarray:
    """Copy the samples of one of `layout.planes`, (H, W) uint8 or uint16 in native byte order."""
    if layout.packed:
        return read_packed(frame, layout.packed, number, frame.width)
    if layout.pix_fmt == PALETTE:
        return read_palette(frame, number)
    if layout.pix_fmt in BITS:
        return read_bits(frame)
    rows = rows_of(frame.planes[layout.planes[number]], layout.sample)
    samples = rows[: frame.height, layout.offsets[number] :: layout.step][:, : frame.width]
    # The decoder reuses its buffers, so a view would change under the reader.
    native = layout.sample.newbyteorder("=")
    return np.array(samples >> layout.shift if layout.shift else samples, native)


def read_luma(frame: VideoFrame, layout: LumaLayout, matrix: str) -> np.ndarray:
    """Copy the luma plane of a frame, untouched; of an RGB frame, derive it at the same depth.

    Args:
        frame: a decoded frame whose pixel format is `layout.pix_fmt`.
        layout: from `luma_layout`.
        matrix: luma weights used for RGB frames; gray pixels give the same Y with any of them.

    Returns:
        (H, W) uint8, or uint16 where `layout.bits` > 8.
    """
    if layout.sampling != "rgb":
        return read_plane(frame, layout)
    rgb = np.stack([read_plane(frame, layout, number) for number in range(3)])
    if np.array_equal(rgb[0], rgb[1]) and np.array_equal(rgb[1], rgb[2]):
        return rgb[0].copy()
    scaled = rgb.astype(np.float32) / (2**layout.bits - 1)
    Y = rgb_to_ycbcr(scaled, matrix=matrix, bits=layout.bits, full_range=True)[0]
    return np.rint(Y).astype(rgb.dtype)


def chroma_strength(frame: VideoFrame, layout: LumaLayout) -> float:
    """Return the mean distance of the chroma codes from neutral, in 8-bit codes.

    It is 0 for gray, and for RGB and padded formats, of which it is not measured.
    """
    if layout.sampling in ("gray", "rgb") or len(frame.planes) < 3 or layout.shift:
        return 0.0
    neutral, total = 2 ** (layout.bits - 1), 0.0
    sample = np.dtype(np.uint8 if layout.bits == 8 else ">u2" if layout.big_endian else "<u2")
    for plane in frame.planes[1:3]:
        rows = np.frombuffer(memoryview(plane), sample).reshape(plane.height, -1)[:, : plane.width]
        total += float(np.abs(rows.astype(np.int32) - neutral).mean())
    return total / 2 / 2 ** (layout.bits - 8)


def at_depth(Y: np.ndarray, bits: int, to_bits: int, full_range: bool) -> np.ndarray:
    """Bring luma codes to another bit depth.

    Deeper is exact and undone by a right shift: limited range is shifted, full range repeats its
    high bits so that white stays white. Shallower rounds to the nearest code.

    Args:
        Y: (H, W) uint8 or uint16.
        bits: significant bits of Y, 8 to 16.
        to_bits: significant bits of the result.
        full_range: see `Frame.full_range`.

    Returns:
        (H, W) uint8, or uint16 where `to_bits` > 8.
    """
    sample = np.uint8 if to_bits == 8 else np.uint16
    if to_bits == bits:
        return Y.astype(sample, copy=False)
    if to_bits > bits:
        wide = Y.astype(np.uint16) << (to_bits - bits)
        return wide | (wide >> bits) if full_range else wide
    if full_range:
        top, wanted = 2**bits - 1, 2**to_bits - 1
        return ((Y.astype(np.uint32) * wanted + top // 2) // top).astype(sample)
    drop = bits - to_bits
    rounded = (Y.astype(np.uint32) + (1 << (drop - 1))) >> drop
    return np.minimum(rounded, 2**to_bits - 1).astype(sample)


def positive_codes(planes: Sequence[np.ndarray], bits: int, full_range: bool) -> np.ndarray:
    """Return for every luma code of a negative that of its positive, (2^bits,) uint8 or uint16.

    Args:
        planes: luma of some of its frames.
        bits: significant bits.
        full_range: see `Frame.full_range`.
    """
    kind = np.uint8 if bits == 8 else np.uint16
    L = luma_to_L(np.arange(2**bits, dtype=kind), bits, full_range)
    ends = np.mean([ends_of_negative(np.take(L, plane[::2, ::2])) for plane in planes], axis=0)
    gray = L_to_gray(positive_L(L, (float(ends[0]), float(ends[1]))))
    scale = 2.0 ** (bits - 8)
    black, span = (0.0, 2.0**bits - 1) if full_range else (16 * scale, 219 * scale)
    return np.rint(black + span * gray).astype(kind)


def luma_hash(frame: VideoFrame, size: tuple[int, int], matrix: str) -> str:
    """Return the SHA-256 of a frame's luma plane, "" where it is not of a size.

    Args:
        frame: decoded.
        size: (height, width).
        matrix: see `read_luma`.
    """
    if (frame.height, frame.width) != size:
        return ""
    return sha256(read_luma(frame, luma_layout(frame.format), matrix).data).hexdigest()
