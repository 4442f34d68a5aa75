"""Decoding JPEG 2000, JP2 files and bare codestreams, of up to 16 bits."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import Metadata
from colorizer.media.metadata.iptc import resource_of_iptc
from colorizer.media.photo.ends import broken
from colorizer.media.photo.jp2_boxes import (
    CMYK,
    EXIF_ID,
    GRAY,
    IPTC_ID,
    RGB,
    XMP_ID,
    YCC,
    Size,
    read_size,
)
from colorizer.media.photo.jp2_header import Header, channels_of, order_of
from colorizer.media.photo.opacity import straight
from colorizer.media.photo.salvage_jp2 import tiles_present
from colorizer.media.photo.scan import (
    Coding,
    Extra,
    Scan,
    check_claim,
    extra_plane,
    one_line,
    widen,
)
from colorizer.notes import note

_CHANNELS = {GRAY: 1, RGB: 3, CMYK: 4, YCC: 3}
_SPACES = {1: GRAY, 2: GRAY, 3: RGB, 4: RGB}
"""Colour space by the number of components where the file names none."""


def read_jp2_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode a JPEG 2000.

    Raises:
        UnsupportedMedia: components that are not gray, RGB or CMYK of up to 16 bits.
    """
    import imagecodecs

    data = file.read()
    try:
        header = Header(data)
        size = read_size(data, header.start)
    except (ValueError, IndexError, struct.error) as error:
        raise MediaError(path, broken(file, error)) from error
    check_claim(path, size.height, size.width, len(data))
    _check(path, size, header.space)
    _check_tiles(path, file, data[header.start : header.end])
    try:
        # The bare codestream: what its boxes say is applied by us, and odd ones are no error.
        codes = imagecodecs.jpeg2k_decode(data[header.start : header.end])
    except (imagecodecs.Jpeg2kError, RuntimeError, ValueError) as error:
        raise MediaError(path, broken(file, error)) from error
    if codes.shape[:2] != (size.height, size.width) or codes.ndim > 3:
        raise MediaError(path, note("jp2.sizes"))
    try:
        return straight(_scan(codes, size, header, warnings), warnings)
    except (ValueError, IndexError) as error:
        raise MediaError(path, note("photo.damaged_so", why=one_line(error))) from error


def _check_tiles(path: Path, file: BinaryIO, stream: bytes) -> None:
    """Refuse a picture of which tiles are missing; OpenJPEG gives black in their place.

    Raises:
        MediaError: they are.
    """
    try:
        present, count = tiles_present(stream)
    except (ValueError, IndexError, struct.error) as error:
        raise MediaError(path, broken(file, error)) from error
    if present < count:
        raise MediaError(path, broken(file, note("jp2.tiles", present=present, count=count)))


def _check(path: Path, size: Size, space: int | None) -> None:
    """Refuse what can't be decoded faithfully.

    Raises:
        UnsupportedMedia: see `read_jp2_scan`.
    """
    if not size.plain or size.bits[0] > 16:
        what = note("jp2.bits", bits=sorted(set(size.bits)))
        if not size.plain and len(set(size.bits)) == 1:
            what = note("jp2.components_signed")
        raise UnsupportedMedia(path, note("jp2.components", what=what))
    if space is not None and space not in _CHANNELS:
        raise UnsupportedMedia(path, note("jp2.colour_space", space=space))


def _scan(codes: np.ndarray, size: Size, header: Header, warnings: list[str]) -> Scan:
    """Bring components to gray, RGB or CMYK codes.

    Raises:
        ValueError: palette, mapping and colours do not fit each other.
    """
    planes, depths = channels_of(codes, size.bits, header)
    space = YCC if header.space == YCC else _space(header, len(planes))
    used, others = order_of(len(planes), _CHANNELS[space], header)
    bits = max(depths[n] for n in used)
    colours = [_at_depth(planes[n], depths[n], bits) for n in used]
    codes, bits = widen(colours[0] if len(colours) == 1 else np.dstack(colours), bits)
    if space == YCC:
        codes = _of_ycc(codes, bits)
    return Scan(
        codes=codes,
        space={GRAY: "gray", CMYK: "cmyk"}.get(space, "rgb"),
        bits=bits,
        coding=Coding(format="jp2", depth=8 if bits == 8 else 16, lossless=True),
        metadata=_metadata(header, warnings),
        extras=tuple(Extra(extra_plane(planes[n], depths[n]), kind) for n, kind in others),
    )


def _space(header: Header, count: int) -> int:
    """Return the number of the colour space, by the profile where the file names none."""
    if header.space is not None and (count >= _CHANNELS[header.space] or header.meanings):
        return header.space
    by_profile = {b"CMYK": CMYK, b"GRAY": GRAY, b"RGB ": RGB}
    found = by_profile.get((header.icc or b"")[16:20])
    if found is None or count < _CHANNELS[found]:  # gray may have a profile of RGB
        return _SPACES.get(count, RGB)
    return found


def _at_depth(plane: np.ndarray, bits: int, wanted: int) -> np.ndarray:
    """Scale a channel to the depth of the deepest one."""
    if bits == wanted:
        return plane
    scaled = np.rint(plane * ((2**wanted - 1) / (2**bits - 1)))
    return scaled.astype(np.uint8 if wanted <= 8 else np.uint16)


def _of_ycc(codes: np.ndarray, bits: int) -> np.ndarray:
    """Convert sYCC, full range with the matrix of BT.601 (IEC 61966-2-1, annex F), to RGB."""
    top, middle = 2**bits - 1, 2 ** (bits - 1)
    Y, Cb, Cr = (codes[..., n].astype(np.float32) for n in range(3))
    Cb, Cr = Cb - middle, Cr - middle
    rgb = np.dstack([Y + 1.402 * Cr, Y - 0.344136 * Cb - 0.714136 * Cr, Y + 1.772 * Cb])
    return np.clip(np.rint(rgb), 0, top).astype(codes.dtype)


def _metadata(header: Header, warnings: list[str]) -> Metadata:
    if header.xml:
        warnings.append(note("jp2.xml_lost"))
    exif = header.ids.get(EXIF_ID)
    iptc = header.ids.get(IPTC_ID)
    return Metadata(
        # Not its orientation: readers of JPEG 2000 show the pixels as they are.
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=header.ids.get(XMP_ID),
        photoshop=resource_of_iptc(iptc) if iptc else b"",
        icc=header.icc,
        resolution=header.resolution,
    )
