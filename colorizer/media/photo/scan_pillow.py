"""Decoding JPEG, PNG, WebP and BMP.

Pillow decodes whatever has 8 bits. It would drop a 16-bit PNG to 8 bits without a word, so those
go to imagecodecs.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import read_pillow, read_png
from colorizer.media.metadata.limits import lift_pillows
from colorizer.media.photo.ends import broken
from colorizer.media.photo.png_colour import colour_of_png
from colorizer.media.photo.scan import (
    Coding,
    Extra,
    Scan,
    check_claim,
    file_size,
    split_alpha,
)
from colorizer.notes import note

lift_pillows()
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB")
_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)


class UnsupportedMode(Exception):
    """An image has samples that are not 8 bits deep."""


def read_pillow_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode a JPEG of 8 bits, PNG, WebP or BMP, whatever its name."""
    try:
        image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise MediaError(path, broken(file, note("photo.header_cannot_read"))) from None
    except _DECODE_ERRORS as error:
        raise MediaError(path, broken(file, error)) from error
    check_claim(path, image.height, image.width, file_size(file), image.format or "")
    depth = 16 if image.format == "PNG" and _png_bits(file) == 16 else 8
    try:
        codes, space, extras = _png16(file) if depth == 16 else pillow_codes(image)
        metadata = read_pillow(image)
    except UnsupportedMode as error:
        raise UnsupportedMedia(path, note("photo.not_supported_save_rgb", why=error)) from error
    except _DECODE_ERRORS as error:
        raise MediaError(path, broken(file, error)) from error
    pictures = getattr(image, "n_frames", 1)
    if pictures > 1 and image.format != "MPO":  # what follows the end of a JPEG is told with it
        warnings.append(note("photo.first_of_several", pictures=pictures))
    if image.format == "PNG":
        icc, stated = colour_of_png(file, space, warnings)
        metadata = replace(read_png(metadata, file), icc=icc, stated=stated or metadata.stated)
    coding = Coding(
        format={"MPO": "jpeg", "DIB": "bmp"}.get(image.format or "", (image.format or "").lower()),
        depth=depth,
        progressive=bool(image.info.get("progressive")),
        lossless=image.format == "WEBP" and _is_lossless_webp(file),
    )
    return Scan(
        codes=codes, space=space, bits=depth, extras=extras, coding=coding, metadata=metadata
    )


def _png_bits(file: BinaryIO) -> int:
    file.seek(24)
    return file.read(1)[0]


def _is_lossless_webp(file: BinaryIO) -> bool:
    """Tell whether the first picture of a WebP is coded as VP8L."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        if head[:4] in (b"VP8L", b"VP8 "):
            return head[:4] == b"VP8L"
        if not head[:4].strip(b"\0"):
            return False
        length = int.from_bytes(head[4:], "little")
        file.seek(length + length % 2, 1)
    return False


def _png16(file: BinaryIO) -> tuple[np.ndarray, str, tuple[Extra, ...]]:
    """Decode a 16-bit PNG into codes, space and alpha.

    Raises:
        ValueError: damaged or cut off.
    """
    import imagecodecs

    file.seek(0)
    try:
        codes = imagecodecs.png_decode(file.read())
    except (imagecodecs.PngError, RuntimeError) as error:
        raise ValueError(str(error)) from error
    return split_alpha(codes)


def pillow_codes(image: Image.Image) -> tuple[np.ndarray, str, tuple[Extra, ...]]:
    """Decode an image of 8 bits per channel into codes, space and alpha.

    Raises:
        OSError: damaged or cut off.
        UnsupportedMode: samples that are not 8 bits deep.
    """
    image.load()
    transparent = "transparency" in image.info
    wanted = {"1": "L", "P": "RGB", "RGBX": "RGB", "PA": "RGBA", "LA": "LA"}.get(image.mode)
    if transparent and image.mode in ("1", "L", "P", "RGB"):
        wanted = "LA" if image.mode in ("1", "L") else "RGBA"
    if wanted is None and image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        raise UnsupportedMode(note("pillow.mode", mode=image.mode))
    if wanted not in (None, image.mode):
        image = image.convert(wanted)
    codes = np.asarray(image)
    return (codes, "cmyk", ()) if image.mode == "CMYK" else split_alpha(codes)
