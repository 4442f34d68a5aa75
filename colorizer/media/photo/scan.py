"""What a decoded photo is, whatever its format; the readers are in the modules named scan_*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias

import numpy as np

from colorizer.errors import MediaError
from colorizer.media.metadata.carried import Metadata
from colorizer.notes import Note, note

MOST_PIXELS = 1_000_000_000
"""A header that claims more is damaged or hostile."""
UNBACKED_PIXELS = 100_000_000
"""A header that claims more must be backed by the bytes of the file."""
_PIXELS_PER_BYTE = 10_000
"""More no codec of bounded expansion packs into a byte: deflate reaches 1032 bytes of 8 pixels."""
_UNBOUNDED = ("WEBP", "JPEG XL")
"""Codecs that put any number of equal pixels into a few bytes; WebP has 16383 a side at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How a source is encoded, as far as a result in the same format follows it."""

    format: str
    """Key of `formats.OWN_SUFFIX`: what the content is, whatever the name says."""
    depth: int
    """Bits per channel of a result that loses nothing: 8 or 16."""
    progressive: bool = False
    lossless: bool = False
    """Of WebP."""
    compression: str | None = None
    """Of TIFF: None, "lzw" or "zlib"."""
    byteorder: Literal["<", ">"] = "<"
    """Of TIFF: "<" or ">"."""
    bigtiff: bool = False
    document_pixels: int = 0
    """Of TIFF: pixels of all its pages together."""


UNSPECIFIED, ASSOCIATED, UNASSOCIATED = 0, 1, 2
"""What a channel next to the colours means, as ExtraSamples of TIFF numbers it: nothing that the
file states (the infrared of scanners), or opacity by which the colours are multiplied or not."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A channel next to the colours."""

    plane: np.ndarray
    """(H, W) uint8 or uint16, of the depth of the coding."""
    kind: int = UNASSOCIATED
    """UNSPECIFIED, ASSOCIATED or UNASSOCIATED."""


def opacity_of(extras: tuple[Extra, ...]) -> np.ndarray | None:
    """Return the plane of the first channel that is opacity, None without one."""
    return next((extra.plane for extra in extras if extra.kind != UNSPECIFIED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A decoded photo before it becomes luma."""

    codes: np.ndarray
    """(H, W) gray, (H, W, 3) RGB or (H, W, 4) CMYK with 0 for no ink; uint8 or uint16."""
    space: str
    """"gray", "rgb" or "cmyk"."""
    bits: int
    """Significant bits of `codes`."""
    coding: Coding
    metadata: Metadata
    extras: tuple[Extra, ...] = ()
    """Opacity and whatever else is stored next to the colours, in the order of the file."""


Reader: TypeAlias = Callable[[Path, BinaryIO, list[str]], Scan]
"""Decodes a photo of one picture.

Args:
    path: for messages.
    file: opened for reading.
    warnings: what of the file can't be kept is appended.

Raises:
    MediaError: damaged or cut off.
    UnsupportedMedia: what this program can't take, by its name and with what would help.
"""


@dataclass(slots=True)
class Salvage:
    """What was saved of a damaged photo, and what is missing."""

    missing: dict[int, float] = field(default_factory=dict)
    """Share of the picture that could not be decoded, by the number of the page from 1."""
    left_out: dict[int, str] = field(default_factory=dict)
    """Why a page is not in the result at all."""

    def facts(self) -> dict[str, Any]:
        """Return both as JSON values; empty where nothing was damaged."""
        told = {"missing": self.missing, "pages_left_out": self.left_out}
        return {
            name: {str(page): value for page, value in found.items()}
            for name, found in told.items()
            if found
        }


def missing_words(share: float, reason: str) -> str:
    """Return the line that tells what is missing of a damaged picture and why."""
    return note("photo.missing", share=share, why=reason)


def check_claim(path: Path, height: int, width: int, size: int, codec: str = "") -> None:
    """Refuse sizes that no scan has, before memory is taken for them.

    Args:
        path: for messages.
        height: pixels, as the header says.
        width: pixels, as the header says.
        size: bytes of the file.
        codec: its name, where it may be one of `_UNBOUNDED`.

    Raises:
        MediaError: more than MOST_PIXELS, far more than the file can hold, or nothing.
    """
    pixels = height * width
    if pixels <= 0:
        raise MediaError(path, note("header.too_large_for_file", width=width, height=height))
    if pixels > MOST_PIXELS:
        raise MediaError(
            path,
            note("header.too_many_pixels", width=width, height=height, most=MOST_PIXELS // 1000000),
        )
    if codec not in _UNBOUNDED and pixels > max(UNBACKED_PIXELS, _PIXELS_PER_BYTE * size):
        raise MediaError(
            path,
            note("header.too_few_bytes", width=width, height=height, bytes=size),
        )


_OF_NUMBERS = (TypeError, IndexError, KeyError, AttributeError, ZeroDivisionError, AssertionError)


def one_line(error: BaseException) -> str:
    """Return what an error says, in one line; LibRaw's errors hold bytes.

    What Python says of numbers that lead nowhere tells a person nothing.
    """
    if isinstance(error, _OF_NUMBERS):
        return note("photo.structure")
    first = error.args[0] if error.args else None
    told = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
    return told if isinstance(told, Note) else " ".join(told.split()) or type(error).__name__


def file_size(file: BinaryIO) -> int:
    """Return the bytes of an opened file; its place stays."""
    place = file.tell()
    size = file.seek(0, 2)
    file.seek(place)
    return size


def split_alpha(codes: np.ndarray) -> tuple[np.ndarray, str, tuple[Extra, ...]]:
    """Split (H, W) or (H, W, 1 to 4) into gray or RGB codes, space and opacity."""
    if codes.ndim == 2:
        return codes, "gray", ()
    channels = codes.shape[2]
    extras = (Extra(np.ascontiguousarray(codes[..., -1])),) if channels in (2, 4) else ()
    if channels <= 2:
        return np.ascontiguousarray(codes[..., 0]), "gray", extras
    return codes[..., :3], "rgb", extras


def extra_plane(plane: np.ndarray, bits: int) -> np.ndarray:
    """Bring a channel next to the colours to 8 bits where it has up to 8, else to 16."""
    codes, bits = widen(plane, bits)
    if bits in (8, 16):
        return np.ascontiguousarray(codes)
    return np.rint(codes * (65535 / (2**bits - 1))).astype(np.uint16)


def widen(codes: np.ndarray, bits: int) -> tuple[np.ndarray, int]:
    """Bring samples of 1 to 7 bits to 8, which is exact for 1, 2 and 4."""
    if bits >= 8:
        return codes, bits
    table = np.rint(np.arange(2**bits) * (255 / (2**bits - 1))).astype(np.uint8)
    return table[codes.astype(np.uint8)], 8
