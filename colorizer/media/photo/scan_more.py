"""Decoding GIF, TGA, AVIF and JPEG XL; results of theirs are TIFF."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import Metadata, read_pillow
from colorizer.media.photo.ends import broken
from colorizer.media.photo.jp2_boxes import boxes
from colorizer.media.photo.jxl_header import colour_of_jxl
from colorizer.media.photo.jxl_profile import profile_of_jxl
from colorizer.media.photo.png_colour import SRGB_SAID
from colorizer.media.photo.scan import Coding, Extra, Scan, check_claim, file_size, split_alpha
from colorizer.media.photo.scan_pillow import pillow_codes
from colorizer.media.photo.tiff_samples import as_integers
from colorizer.media.photo.told_codes import nclx_of, profile_of_told
from colorizer.notes import note

TGA_SUFFIXES = (".tga", ".icb", ".vda", ".vst")
"""Their content has no mark."""
FORMATS = ("GIF", "TGA", "AVIF")
_TGA_HEADER, _HEAD_BYTES = 18, 1 << 16
_JXL = {b"Exif": "exif", b"xml ": "xmp"}


def is_tga(head: bytes) -> bool:
    """Tell whether the first 32 bytes can be the header of a TGA (Truevision TGA 2.0)."""
    if len(head) < _TGA_HEADER:
        return False
    palette, kind = head[1], head[2]
    width, height, bits = struct.unpack_from("<HHB", head, 12)
    mapped = palette == 1 if kind in (1, 9) else palette in (0, 1)
    depths = {1: (8, 16), 9: (8, 16), 3: (1, 8, 16), 11: (1, 8, 16)}.get(kind, (15, 16, 24, 32))
    return kind in (1, 2, 3, 9, 10, 11) and mapped and width * height > 0 and bits in depths


def read_more_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode a GIF, TGA or AVIF; of several pictures the first.

    Raises:
        UnsupportedMedia: Pillow has no decoder for it.
    """
    file.seek(0)
    try:
        image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise MediaError(path, broken(file, note("photo.header_cannot_read"))) from None
    except Exception as error:  # of a damaged header; Pillow's plugins raise what they meet
        raise MediaError(path, broken(file, error)) from error
    check_claim(path, image.height, image.width, file_size(file))
    try:
        bits, found = _avif(file) if image.format == "AVIF" else (8, None)
        codes, space, extras = found or pillow_codes(image)
        metadata = read_pillow(image)
        if image.format == "AVIF" and not metadata.icc:
            metadata = _with_colours(metadata, file, space, warnings)
    except Exception as error:
        raise MediaError(path, broken(file, error)) from error
    if codes.shape[:2] != (image.height, image.width):
        raise UnsupportedMedia(path, note("heic.grid"))
    pictures = getattr(image, "n_frames", 1)
    if pictures > 1:
        warnings.append(note("photo.first_of_several", pictures=pictures))
    coding = Coding(format=(image.format or "").lower(), depth=8 if bits == 8 else 16)
    return Scan(
        codes=codes, space=space, bits=bits, extras=extras, coding=coding, metadata=metadata
    )


def _avif(file: BinaryIO) -> tuple[int, tuple[np.ndarray, str, tuple[Extra, ...]] | None]:
    """Return bits and decoded parts of an AVIF of more than 8 bits, which Pillow would cut to 8."""
    import imagecodecs

    file.seek(0)
    data = file.read()
    bits = _bits_of_avif(data)
    if bits <= 8:
        return 8, None
    codes, space, extras = split_alpha(imagecodecs.avif_decode(data))
    top = 2**bits - 1
    deep = (Extra(np.rint(one.plane * (65535 / top)).astype(np.uint16)) for one in extras)
    return bits, (codes, space, tuple(deep))


def _with_colours(metadata: Metadata, file: BinaryIO, space: str, warnings: list[str]) -> Metadata:
    """Add what an AVIF without a profile says of its colours by codes."""
    file.seek(0)
    told = nclx_of(file.read(_HEAD_BYTES))
    if told is None:
        return metadata
    icc, stated = profile_of_told(space, *told, warnings)
    return replace(metadata, icc=icc, stated=stated or metadata.stated)


def _bits_of_avif(data: bytes) -> int:
    """Return the depth that the AV1 configuration of the main picture says (AV1-ISOBMFF, 2.3)."""
    at = data.find(b"av1C")
    flags = data[at + 6] if 0 <= at < len(data) - 6 else 0
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8


def read_jxl_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode a JPEG XL; it comes upright, as its decoder turns it.

    Raises:
        UnsupportedMedia: some of its floating-point samples are no numbers.
    """
    import imagecodecs

    file.seek(0)
    data = file.read()
    try:
        codes = np.asarray(imagecodecs.jpegxl_decode(data))
    except Exception as error:
        raise MediaError(path, broken(file, error)) from error
    if codes.ndim == 4:
        warnings.append(note("photo.first_of_several", pictures=len(codes)))
        codes = codes[0]
    height, width = codes.shape[:2]
    check_claim(path, height, width, len(data), "JPEG XL")
    if codes.dtype not in (np.uint8, np.uint16):
        try:
            codes, _ = as_integers(codes, warnings)
        except ValueError as error:
            raise UnsupportedMedia(
                path, note("photo.not_supported_save_tiff", why=error)
            ) from error
    codes, space, extras = split_alpha(codes)
    depth = 8 * codes.dtype.itemsize
    return Scan(
        codes=codes,
        space=space,
        bits=depth,
        extras=extras,
        coding=Coding(format="jxl", depth=depth),
        metadata=_jxl_metadata(data, space, warnings),
    )


def jxl_size(path: Path, file: BinaryIO) -> tuple[int, int, int]:
    """Return height, width and bits of a JPEG XL, by decoding it.

    Raises:
        MediaError, UnsupportedMedia: see `read_jxl_scan`.
    """
    scan = read_jxl_scan(path, file, [])
    height, width = scan.codes.shape[:2]
    return height, width, scan.bits


def _jxl_colours(codestream: bytes, space: str, warnings: list[str]) -> tuple[bytes | None, str]:
    """Return profile and name of the colours that a codestream decodes to."""
    try:
        told = colour_of_jxl(codestream)
    except ValueError:
        return None, ""
    if told.profiled and not told.xyb:
        if profile := profile_of_jxl(codestream):
            return profile, ""
        warnings.append(note("jxl.profile"))
        return None, ""
    if told.profiled:
        return None, SRGB_SAID
    return profile_of_told(space, told.primaries, told.transfer, warnings)


def _jxl_metadata(data: bytes, space: str, warnings: list[str]) -> Metadata:
    """Read the boxes of a JPEG XL file (ISO/IEC 18181-2); a bare codestream has none."""
    found: dict[str, Any] = {}
    packed, codestream = False, b"" if data[4:8] == b"JXL " else data
    if data[4:8] == b"JXL ":
        for kind, start, end in boxes(data):
            if kind in (b"jxlc", b"jxlp"):  # a part has its number in front
                codestream += data[start + 4 * (kind == b"jxlp") : end]
            packed = packed or kind == b"brob"
            if kind in _JXL:
                found.setdefault(_JXL[kind], data[start:end])
    if packed:
        warnings.append(note("jxl.compressed_metadata"))
    exif = found.get("exif")
    # The block is preceded by where its TIFF structure begins; orientation has been applied.
    start = 4 + int.from_bytes(exif[:4], "big") if exif else 0
    icc, stated = _jxl_colours(codestream, space, warnings)
    return Metadata(
        exif=exif[start:] if exif else None, xmp=found.get("xmp"), icc=icc, stated=stated
    )
