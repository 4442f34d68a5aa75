"""Decoding JPEG of every kind that the libraries know: baseline, 12-bit, lossless and JPEG-LS."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import Metadata, of_exif
from colorizer.media.metadata.jpeg_segments import PHOTOSHOP_MARK, XMP_MARK
from colorizer.media.metadata.limits import MOST_TEXT_BYTES
from colorizer.media.metadata.orientation import orientation_of
from colorizer.media.metadata.photoshop import without_thumbnails
from colorizer.media.photo.ends import PADDING, JpegLayout, broken, jpeg_layout
from colorizer.media.photo.scan import (
    MOST_PIXELS,
    UNBACKED_PIXELS,
    Coding,
    Scan,
    check_claim,
    split_alpha,
    widen,
)
from colorizer.media.photo.scan_pillow import read_pillow_scan
from colorizer.notes import note

END = b"\xff\xd9"
_HUFFMAN = (0xC0, 0xC1, 0xC2)
_PILLOWS = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
_HIERARCHICAL = (0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF)
LOSSLESS, JPEG_LS = 0xC3, 0xF7
_ICC_MARK, _EXIF_MARK = b"ICC_PROFILE\0", b"Exif\0\0"
_EARLY = note("jpeg.early_end")
_SOME = bytes(range(1, 250)) * 4
MORE = _SOME + b"".join(bytes((0xFF, 0xD0 + number)) + _SOME for number in range(8))
"""Some coded data that fits no picture, with and without markers of a restart: what decodes to
something else with it lacks its end."""


def read_jpeg_scan(path: Path, file: BinaryIO, warnings: list[str], *, whole: bool = True) -> Scan:
    """Decode a JPEG.

    Args:
        path: for messages.
        file: opened for reading.
        warnings: what of the file is left out is appended.
        whole: refuse one whose end marker comes before the end of its picture.

    Raises:
        MediaError: damaged or cut off. Where only the end marker is missing, it is read.
        UnsupportedMedia: hierarchical, or with components no library reads.
    """
    file.seek(0)
    data = file.read()
    layout = jpeg_layout(data)
    if layout.frame in _HIERARCHICAL:
        raise UnsupportedMedia(path, note("jpeg.hierarchical"))
    if layout.frame and layout.components not in (1, 3, 4):
        raise UnsupportedMedia(path, _of_components(layout))
    if layout.end is None and layout.frame:
        if layout.lacks_scans or first_missing(data, layout) is not None:
            raise MediaError(path, broken(file, note("jpeg.no_end")))
        warnings.append(note("jpeg.no_end_marker"))
        data += END
        file = io.BytesIO(data)
    if layout.frame and not _is_for_pillow(layout):
        scan = _uncommon(path, file, data, layout, warnings)
    else:
        scan = read_pillow_scan(path, file, warnings)
    if whole and ends_early(scan.codes, data, layout):
        raise MediaError(path, _EARLY)
    return _with_trailer(scan, data, layout, warnings)


def _is_for_pillow(layout: JpegLayout) -> bool:
    lossless_inks = layout.frame == LOSSLESS and layout.components == 4
    return (layout.frame in _PILLOWS or lossless_inks) and layout.precision == 8


def _with_trailer(scan: Scan, data: bytes, layout: JpegLayout, warnings: list[str]) -> Scan:
    """Keep what follows the end, as the film of a motion photo does; padding is nothing."""
    trailer = data[layout.end :] if layout.end else b""
    if not trailer.strip(PADDING):
        return scan
    several = any(m == 0xE2 and body.startswith(b"MPF\0") for m, body in layout.segments)
    if several or len(trailer) > MOST_TEXT_BYTES:
        warnings.append(note("jpeg.trailer", bytes=len(trailer)))
        return scan
    return replace(scan, metadata=replace(scan.metadata, trailer=trailer))


read_cut_jpeg = partial(read_jpeg_scan, whole=False)
"""Decodes a JPEG as far as it goes."""


def ends_early(codes: np.ndarray, data: bytes, layout: JpegLayout) -> bool:
    """Tell whether the end marker of a JPEG comes before all of its picture.

    libjpeg fills what is missing with blocks of one colour and says nothing; so a picture of one
    scan whose last block is not of one colour is complete.

    Args:
        codes: decoded, (H, W) or (H, W, C).
        data: of the file.
        layout: of it.
    """
    if layout.end is None or layout.frame not in (*_HUFFMAN, LOSSLESS):
        return False  # the other decoders tell; arithmetic codes may end early
    if layout.lacks_scans:
        return True
    one_scan = len(layout.scans) == 1 and layout.frame not in (0xC2, LOSSLESS)
    if one_scan and not _is_flat(codes):
        return False
    return first_missing(data, layout, smaller=8 if one_scan else 1) is not None


def _is_flat(codes: np.ndarray) -> bool:
    """Tell whether the last block of 8 x 8 is of one colour, its first row and column left out."""
    height, width = codes.shape[:2]
    block = codes[(height - 1) // 8 * 8 + 1 :, (width - 1) // 8 * 8 + 1 :]
    return bool((block == block[:1, :1]).all())


def first_missing(data: bytes, layout: JpegLayout, smaller: int = 1) -> float | None:
    """Return which share of a JPEG the data ahead of its end covers; None for all of it.

    What more data would change is missing: it is decoded with and without some. Where the header
    claims pixels beyond all data, all is missing.

    Args:
        data: of the file.
        layout: of it.
        smaller: of one coded in blocks, look at the picture 8 times smaller, which is quicker.
    """
    data = data if layout.end is None else data[: layout.end - len(END)]
    pixels = layout.size[0] * layout.size[1]
    if pixels > MOST_PIXELS or (pixels > UNBACKED_PIXELS and pixels > 1000 * len(data)):
        return 0.0
    common = partial(_rows_of, smaller=smaller)
    read = common if _is_for_pillow(layout) else _uncommon_rows
    one, other = (read(data + more + END) for more in (b"", MORE))
    if one is None or other is None or one.shape != other.shape or not one.size:
        return 0.0
    differ = (one != other).reshape(len(one), -1).any(1)
    return float(np.argmax(differ)) / len(one) if differ.any() else None


def _rows_of(data: bytes, smaller: int = 1) -> np.ndarray | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            if smaller > 1:
                width, height = (max(1, side // smaller) for side in image.size)
                image.draft(None, (width, height))
            return np.asarray(image)
    except (OSError, SyntaxError, ValueError, struct.error):
        return None


def _of_components(layout: JpegLayout) -> str:
    return note("jpeg.not_supported", precision=layout.precision, components=layout.components)


def _uncommon_rows(data: bytes) -> np.ndarray | None:
    try:
        return _decoded(data, jpeg_layout(data))
    except Exception:  # each codec has errors of its own
        return None


def _decoded(data: bytes, layout: JpegLayout) -> np.ndarray:
    import imagecodecs

    read = imagecodecs.jpegls_decode if layout.frame == JPEG_LS else imagecodecs.jpeg_decode
    return np.asarray(read(data))


def _uncommon(
    path: Path, file: BinaryIO, data: bytes, layout: JpegLayout, warnings: list[str]
) -> Scan:
    """Decode what Pillow does not."""
    height, width = layout.size
    check_claim(path, height or 1, width, len(data))  # 0 lines are told after the picture
    if layout.components not in (1, 3):
        raise UnsupportedMedia(path, _of_components(layout))
    try:
        codes = _decoded(data, layout)
    except Exception as error:  # each codec has errors of its own
        raise MediaError(path, broken(file, error)) from error
    check_claim(path, codes.shape[0], codes.shape[1], len(data))
    bits = layout.precision
    if codes.max() >> bits:
        told = note("jpeg.bits", bits=bits)
        early = ends_early(codes, data, layout)
        raise MediaError(path, _EARLY if early else broken(file, told))
    codes, space, extras = split_alpha(codes)
    codes, bits = widen(codes, bits)
    exact = layout.frame in (LOSSLESS, JPEG_LS)
    kind = "jls" if layout.frame == JPEG_LS else "jpeg"
    return Scan(
        codes=codes,
        space=space,
        bits=bits,
        coding=Coding(format=kind, depth=8 if bits == 8 else 16, lossless=exact),
        metadata=_metadata(layout, warnings),
        extras=extras,
    )


def _metadata(layout: JpegLayout, warnings: list[str]) -> Metadata:
    """Read the segments of a JPEG that Pillow does not open."""
    exif = xmp = comment = None
    photoshop, parts = b"", {}
    for marker, body in layout.segments:
        if marker == 0xE1 and body.startswith(_EXIF_MARK):
            exif = exif or body[len(_EXIF_MARK) :]
        elif marker == 0xE1 and body.startswith(XMP_MARK):
            xmp = xmp or body[len(XMP_MARK) :]
        elif marker == 0xE2 and body.startswith(_ICC_MARK) and len(body) > 14:
            parts[body[12]] = body[14:]
        elif marker == 0xED and body.startswith(PHOTOSHOP_MARK):
            photoshop += body[len(PHOTOSHOP_MARK) :]
        elif marker == 0xFE:
            comment = body
    turned, stated = of_exif(exif) if exif else (None, "")
    return Metadata(
        orientation=orientation_of(turned, xmp),
        exif=exif,
        xmp=xmp,
        photoshop=without_thumbnails(photoshop),
        icc=b"".join(part for _, part in sorted(parts.items())) or None,
        stated=stated,
        comment=comment,
        resolution=_resolution(layout),
    )


def _resolution(layout: JpegLayout) -> tuple | None:
    from fractions import Fraction

    for marker, body in layout.segments:
        if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 12:
            unit, across, down = struct.unpack_from(">BHH", body, 7)
            if unit in (1, 2) and across and down:
                return Fraction(across), Fraction(down), unit + 1
    return None
