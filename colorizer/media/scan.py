"""Decoding photos that are not TIFF; what a decoded photo is.

Pillow decodes whatever has 8 bits. It would drop a 16-bit PNG to 8 bits without a word, so those
go to imagecodecs; TIFF has a module of its own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from PIL import Image, UnidentifiedImageError

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata import Metadata, png_chunks, read_pillow

# Pillow's limit refuses the scans of archives; check_claim has a higher one.
Image.MAX_IMAGE_PIXELS = None
MOST_PIXELS = 1_000_000_000
"""A header that claims more is damaged or hostile."""
KNOWN = "JPEG, PNG, TIFF, WebP or BMP"
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How a source is encoded, as far as a result in the same format follows it."""

    format: str
    """"jpeg", "png", "tiff", "webp" or "bmp": what the content is, whatever the name says."""
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
    extra_sample: int = 2
    """Of TIFF: what the alpha channel means, 0 unspecified, 1 associated, 2 unassociated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A decoded photo before it becomes luma."""

    codes: np.ndarray
    """(H, W) gray, (H, W, 3) RGB or (H, W, 4) CMYK with 0 for no ink; uint8 or uint16."""
    space: str
    """"gray", "rgb" or "cmyk"."""
    bits: int
    """Significant bits of `codes`."""
    alpha: np.ndarray | None
    """(H, W), of the depth of the coding."""
    coding: Coding
    metadata: Metadata


def check_claim(path: Path, height: int, width: int) -> None:
    """Refuse sizes that no scan has.

    Raises:
        MediaError: more than MOST_PIXELS, or nothing.
    """
    if not height or not width:
        raise MediaError(path, f"its header claims {width} x {height} pixels; the file is damaged")
    if height * width > MOST_PIXELS:
        raise MediaError(
            path,
            f"its header claims {width} x {height} pixels, more than"
            f" {MOST_PIXELS // 1_000_000} megapixels; split the picture",
        )


def read_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode a JPEG, PNG, WebP or BMP, whatever its name.

    Args:
        path: for messages.
        file: opened for reading.
        warnings: what can't be kept is appended.

    Raises:
        MediaError: damaged or cut off.
        UnsupportedMedia: none of these formats.
    """
    try:
        image = Image.open(file, formats=_FORMATS)
    except UnidentifiedImageError:
        raise UnsupportedMedia(path, f"is not a photo; its content is not {KNOWN}") from None
    except _DECODE_ERRORS as error:
        raise MediaError(path, f"can't be read: {_one_line(error)}") from error
    check_claim(path, image.height, image.width)
    depth = 16 if image.format == "PNG" and _png_bits(file) == 16 else 8
    try:
        codes, space, alpha = _png16(file) if depth == 16 else _pillow8(image)
        metadata = read_pillow(image)
    except _DECODE_ERRORS as error:
        raise MediaError(path, f"is damaged or cut off: {_one_line(error)}") from error
    pictures = getattr(image, "n_frames", 1)
    if pictures > 1:
        warnings.append(f"only the first of {pictures} pictures in the file is colorized")
    if image.format == "PNG":
        metadata = replace(metadata, png_chunks=png_chunks(file))
    coding = Coding(
        format={"MPO": "jpeg"}.get(image.format or "", (image.format or "").lower()),
        depth=depth,
        progressive=bool(image.info.get("progressive")),
        lossless=image.format == "WEBP" and _is_lossless_webp(file),
    )
    return Scan(codes=codes, space=space, bits=depth, alpha=alpha, coding=coding, metadata=metadata)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _png_bits(file: BinaryIO) -> int:
    file.seek(24)
    return file.read(1)[0]


def _is_lossless_webp(file: BinaryIO) -> bool:
    """Tell whether the first picture of a WebP is coded as VP8L."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        if head[:4] in (b"VP8L", b"VP8 "):
            return head[:4] == b"VP8L"
        length = int.from_bytes(head[4:], "little")
        file.seek(length + length % 2, 1)
    return False


def _png16(file: BinaryIO) -> tuple[np.ndarray, str, np.ndarray | None]:
    """Decode a 16-bit PNG into codes, space and alpha.

    Raises:
        ValueError: damaged or cut off.
    """
    import imagecodecs

    file.seek(0)
    try:
        codes = imagecodecs.png_decode(file.read())
    except (imagecodecs.PngError, RuntimeError) as error:
        raise ValueError(f"{error}") from error
    return split_alpha(codes)


def _pillow8(image: Image.Image) -> tuple[np.ndarray, str, np.ndarray | None]:
    """Decode an image of 8 bits per channel into codes, space and alpha.

    Raises:
        OSError: damaged or cut off.
        ValueError: samples that are not 8 bits deep.
    """
    image.load()
    transparent = "transparency" in image.info
    wanted = {"1": "L", "P": "RGB", "RGBX": "RGB", "PA": "RGBA", "LA": "LA"}.get(image.mode)
    if transparent and image.mode in ("1", "L", "P", "RGB"):
        wanted = "LA" if image.mode in ("1", "L") else "RGBA"
    if wanted is None and image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        raise ValueError(f"samples of kind {image.mode} are not supported")
    if wanted not in (None, image.mode):
        image = image.convert(wanted)
    codes = np.asarray(image)
    return (codes, "cmyk", None) if image.mode == "CMYK" else split_alpha(codes)


def split_alpha(codes: np.ndarray) -> tuple[np.ndarray, str, np.ndarray | None]:
    """Split (H, W) or (H, W, 1 to 4) into gray or RGB codes, space and alpha."""
    if codes.ndim == 2:
        return codes, "gray", None
    channels = codes.shape[2]
    alpha = np.ascontiguousarray(codes[..., -1]) if channels in (2, 4) else None
    if channels <= 2:
        return np.ascontiguousarray(codes[..., 0]), "gray", alpha
    return codes[..., :3], "rgb", alpha
