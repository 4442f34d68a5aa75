"""Samples of a TIFF page that are no plain integers, or that tifffile does not decode."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from tifffile import TiffPage

from colorizer.errors import MediaError
from colorizer.media.photo.ends import jpeg_layout
from colorizer.media.photo.scan_jpeg import MORE
from colorizer.notes import note

_NONE, _OLD_JPEG, _JPEG, _NEXT, _THUNDER = 1, 6, 7, 32766, 32809
_YCBCR, _WHITE_IS_ZERO, _BLACK_IS_ZERO = 6, 0, 1
_JPEG_START, _JPEG_LENGTH = 513, 514
"""JPEGInterchangeFormat of TIFF 6.0, section 22."""
_SUBSAMPLING = 530
_PLAIN_CODES = (1, 5, 8, 32773, 32946, 34925, 50000)
"""None, LZW, deflate, PackBits, LZMA and Zstandard: what unpacks to samples in their layout."""
JPEGS = (7, 33003, 33007, 34892)
"""Compressions that are some kind of JPEG."""
_END, _PADDING = b"\xff\xd9", 64
_LEAST = 0.01
"""Share of a strip below which its length is more likely false."""
FLOAT = 3
"""SampleFormat of floating point."""
_WHITES = (255, 65535, 2**32 - 1)


def is_for_pillow(page: TiffPage) -> bool:
    """Tell whether libtiff, through Pillow, reads what tifffile does not: 8 bits a sample."""
    if page.compression in (_OLD_JPEG, _NEXT, _THUNDER):
        return True
    return page.photometric == _YCBCR and page.compression != _JPEG


def pillow_page(file: BinaryIO, page: TiffPage) -> tuple[np.ndarray, bool]:
    """Decode a page by Pillow.

    Returns:
        (H, W) or (H, W, 3) uint8, and whether it has been turned upright.
    """
    from PIL import Image

    inner = _inner_jpeg(file, page)
    if inner is not None:
        return inner, False
    file.seek(0)
    with Image.open(file, formats=("TIFF",)) as image:
        image.seek(page.index)
        gray = page.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
        return np.asarray(image.convert("L" if gray else "RGB")), True


def missing_parts(file: BinaryIO, page: TiffPage) -> float:
    """Return which share of the strips or tiles of a page for Pillow can't be unpacked.

    libtiff tells of them on standard error alone, and gives what was in memory in their place.
    """
    from tifffile import TIFF

    if page.photometric != _YCBCR or page.compression not in _PLAIN_CODES:
        return 0.0
    across, down = (page.tags[_SUBSAMPLING].value if _SUBSAMPLING in page.tags else (2, 2))[:2]
    width = page.tilewidth or page.imagewidth
    lost = 0
    for index, (offset, count) in enumerate(
        zip(page.dataoffsets, page.databytecounts, strict=False)
    ):
        rows = page.tilelength or min(
            page.rowsperstrip, page.imagelength - index * page.rowsperstrip
        )
        wanted = -(-width // across) * -(-rows // down) * (across * down + 2)
        if page.planarconfig != 1:
            wanted = 0  # of planes of several sizes: only that they can be unpacked
        file.seek(offset)
        try:
            data = file.read(count)
            unpacked = TIFF.DECOMPRESSORS[page.compression](data) if page.compression > 1 else data
            lost += len(unpacked) < wanted
        except Exception:  # each codec has errors of its own
            lost += 1
    return lost / max(1, len(page.dataoffsets))


def _inner_jpeg(file: BinaryIO, page: TiffPage) -> np.ndarray | None:
    """Decode the whole JPEG that some old-style pages are; None of pages that hold none."""
    from PIL import Image

    place = page.tags.get(_JPEG_START)
    if page.compression != _OLD_JPEG or place is None:
        return None
    length = page.tags.get(_JPEG_LENGTH)
    file.seek(_first(place.value))
    data = file.read(_first(length.value) if length is not None else -1)
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as image:
            codes = np.asarray(image)
    except (OSError, SyntaxError, ValueError):
        return None
    return codes if codes.shape[:2] == (page.imagelength, page.imagewidth) else None


def _first(value: Any) -> int:
    return int(value[0] if isinstance(value, tuple) else value)


def as_integers(codes: np.ndarray, notes: list[str]) -> tuple[np.ndarray, int]:
    """Bring floating-point samples, and integers of more than 16 bits, to 16 bits.

    White is 1, or the largest code of 8, 16 or 32 bits where values are such, or else the
    brightest sample; what lies below 0 is black.

    Args:
        codes: any shape, float16 to float64 or unsigned.
        notes: what was made of them is appended.

    Returns:
        uint16, and 16.

    Raises:
        ValueError: they are not numbers.
    """
    exact = np.issubdtype(codes.dtype, np.integer)
    kind = "integers" if exact else note("tiff.floating_samples")
    high = float(codes.max())
    if not np.isfinite(high) or not np.isfinite(float(codes.min())):
        raise ValueError(note("tiff.no_numbers"))
    white = _white_of(codes, high, exact)
    name = note("tiff.brightest") if white == high and white not in (1, *_WHITES) else f"{white:g}"
    notes.append(note("tiff.widened", bits=8 * codes.itemsize, kind=kind, white=name))
    scaled = np.empty(codes.shape, np.uint16)
    rows = max(1, (1 << 20) // max(1, codes[0].size))
    for top in range(0, len(codes), rows):
        part = codes[top : top + rows].astype(np.float64) * (65535 / white)
        scaled[top : top + rows] = np.rint(np.clip(part, 0, 65535))
    return scaled, 16


def _white_of(codes: np.ndarray, high: float, exact: bool) -> float:
    if not exact and high <= 1:
        return 1.0
    sample = codes[:: max(1, len(codes) // 64)]
    coded = exact or bool((sample == np.rint(sample)).all()) or float((sample > 1).mean()) > 0.5
    if coded:
        fitting = (white for white in _WHITES if high <= white)
        return float(next(fitting, high))
    return high


def lacking(page: TiffPage, index: int, data: bytes) -> float:
    """Return which share of a strip or tile packed as JPEG its data does not cover.

    libjpeg fills up with gray what it has no data for, and no error comes of it. What has its end
    marker at its end is taken for whole; of others, what more data would change is missing.

    Args:
        page: of an opened file.
        index: of the strip or tile.
        data: of it.
    """
    if page.compression not in JPEGS or not data:
        return 0.0
    end = jpeg_layout(data).end
    if end is not None and len(data) - end <= _PADDING:
        return 0.0
    data = data[: end - 2] if end is not None else data
    tables = {"jpegtables": page.jpegtables, "jpegheader": page.jpegheader}
    one, other = (page.decode(data + more + _END, index, **tables)[0] for more in (b"", MORE))
    if one is None or other is None or one.shape != other.shape:
        return 1.0
    differ = (one != other).any((0, 2, 3))
    return 1 - float(np.argmax(differ)) / len(differ) if differ.any() else 0.0


def check_ends(path: Path, file: BinaryIO, page: TiffPage) -> None:
    """Refuse a page of which a strip or tile ends before its picture does.

    Raises:
        MediaError: one does.
    """
    if page.compression not in JPEGS:
        return
    for index, (offset, count) in enumerate(
        zip(page.dataoffsets, page.databytecounts, strict=False)
    ):
        file.seek(offset)
        if lacking(page, index, file.read(count)):
            raise MediaError(
                path,
                note("tiff.part_ends", part=index + 1, parts=len(page.dataoffsets)),
            )


def decode_what_can_be(page: TiffPage, size: int) -> tuple[np.ndarray, float]:
    """Decode the strips or tiles of a page that can be; the others stay black.

    Args:
        page: of an opened file.
        size: bytes of the file.

    Returns:
        pixels as `page.asarray` shapes them, and which share of the parts is missing.

    Raises:
        MediaError: none of them can be decoded.
    """
    whole = np.zeros(page.shaped, page.dtype)
    places = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    missing = 0.0
    for index, (offset, count) in enumerate(places):
        data, lacks = _part(page, offset, count, size)
        try:
            decoded = page.decode(
                data or None, index, jpegtables=page.jpegtables, jpegheader=page.jpegheader
            )
            lacks = max(lacks, lacking(page, index, data))
        except Exception:  # each codec has errors of its own
            decoded = (None, (0, 0, 0, 0, 0), (0, 0, 0, 0))
        part, (plane, depth, down, across, _), (d, h, w, _) = decoded
        missing += lacks if part is not None else 1.0
        if part is not None:
            room = whole[plane, depth : depth + d, down : down + h, across : across + w]
            room[...] = part[: room.shape[0], : room.shape[1], : room.shape[2]]
    if missing >= len(places):
        raise MediaError(Path(page.parent.filehandle.path), note("tiff.nothing_decoded"))
    return whole.reshape(page.shape), missing / len(places)


def _part(page: TiffPage, offset: int, count: int, size: int) -> tuple[bytes, float]:
    """Read a strip or tile; one cut off is filled up where it is stored plainly.

    Returns:
        its bytes, none where they can't be had, and which share of it is missing.
    """
    there = max(0, min(count, size - offset))
    if there < _LEAST * count or not there or (there < count and page.compression != _NONE):
        return b"", 1.0
    page.parent.filehandle.seek(offset)
    data = page.parent.filehandle.read(there)
    return data.ljust(count, b"\0"), 1 - there / count
