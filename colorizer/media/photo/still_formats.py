"""Encoding a finished picture with its metadata as JPEG, PNG, WebP, BMP or PPM; all writers.

Each writer gets an opened file and says through `warn` what its format can't hold.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, TypeAlias

import numpy as np

from colorizer.media.metadata.carried import raw_profile
from colorizer.media.metadata.jpeg_segments import (
    MARKER_BYTES,
    XMP_MARK,
    extension_segments,
    photoshop_segments,
)
from colorizer.media.metadata.xmp import short_packet, split
from colorizer.media.photo.picture import Picture
from colorizer.media.photo.png_stream import write_chunk, write_header, write_pixels
from colorizer.media.photo.still_jp2 import write_jp2
from colorizer.media.photo.still_tiff import write_tiff
from colorizer.media.photo.suffixes import WRITTEN
from colorizer.notes import note

_TRAILER = note("lost.trailer")


def write_jpeg(file: BinaryIO, picture: Picture) -> None:
    """Write a JPEG at 4:4:4."""
    metadata, exif, xmp, comment = picture.metadata, picture.metadata.exif, picture.xmp, None
    picture.warn_of_lost("EXIF" if exif else "", note("lost.iptc"), "comment", _TRAILER)
    if exif and len(exif) > MARKER_BYTES - 6:
        picture.warn(note("jpeg.exif_too_long"))
        exif = None
    extension = b""
    if len(xmp) > MARKER_BYTES - len(XMP_MARK):
        said, rest = split(xmp)
        digest, extension = extension_segments(rest)
        xmp = short_packet(said, digest)
    if metadata.comment and len(metadata.comment) <= MARKER_BYTES:
        comment = metadata.comment
    options = {
        "quality": picture.quality,
        "subsampling": "4:4:4",
        "icc_profile": picture.icc,
        "exif": b"Exif\0\0" + exif if exif else b"",
        "xmp": xmp,
        "extra": extension + photoshop_segments(metadata.photoshop),
        "comment": comment,
        "dpi": metadata.dpi() or (0, 0),
    }
    image = _pillow(picture)
    try:
        image.save(file, "JPEG", progressive=picture.coding.progressive, **options)
    except OSError as error:
        # Pillow's buffer for progressive files is too small for noise at quality 100.
        if error.errno is not None or not picture.coding.progressive:
            raise
        file.seek(0)
        file.truncate()
        image.save(file, "JPEG", **options)
        picture.warn(note("jpeg.baseline"))
    file.write(metadata.trailer)


def _pillow(picture: Picture) -> Any:
    from PIL import Image

    return Image.fromarray(picture.whole())


def write_webp(file: BinaryIO, picture: Picture) -> None:
    """Write a WebP, lossless where the source was."""
    exif = picture.metadata.exif
    picture.warn_of_lost("EXIF" if exif else "")
    _pillow(picture).save(
        file,
        "WEBP",
        quality=picture.quality,
        lossless=picture.coding.lossless,
        exact=True,
        icc_profile=picture.icc,
        exif=b"Exif\0\0" + exif if exif else b"",
        xmp=picture.xmp,
    )


def write_bmp(file: BinaryIO, picture: Picture) -> None:
    """Write a BMP, which holds no metadata but the resolution."""
    picture.warn_of_lost()
    picture.warn(note("bmp.no_claim"))
    _pillow(picture).save(file, "BMP", dpi=picture.metadata.dpi() or (96, 96))


def write_png(file: BinaryIO, picture: Picture) -> None:
    """Write a PNG of 8 or 16 bits, a few rows at a time."""
    metadata = picture.metadata
    picture.warn_of_lost(
        "EXIF" if metadata.exif else "", note("lost.png_text"), note("lost.iptc"), "comment"
    )
    write_header(file, picture.shape, 8 * np.dtype(picture.dtype).itemsize)
    write_chunk(file, b"iCCP", b"ICC profile\0\0" + zlib.compress(picture.icc))
    if dpi := metadata.dpi():
        across, down = (round(value / 0.0254) for value in dpi)
        write_chunk(file, b"pHYs", struct.pack(">IIB", across, down, 1))
    if metadata.exif:
        write_chunk(file, b"eXIf", metadata.exif)
    write_chunk(file, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + picture.xmp)
    if metadata.photoshop:
        write_chunk(file, b"zTXt", raw_profile(metadata.photoshop))
    if metadata.comment:
        write_chunk(file, b"tEXt", b"Comment\0" + metadata.comment)
    for name, data in metadata.png_chunks:
        write_chunk(file, name, data)
    write_pixels(file, picture.rows())


def write_pnm(file: BinaryIO, picture: Picture) -> None:
    """Write a PPM, which holds nothing but pixels."""
    picture.warn_of_lost()
    if picture.metadata.resolution:
        picture.warn(note("photo.resolution_lost"))
    picture.warn(note("ppm.no_claim"))
    height, width, _ = picture.shape
    wire = np.dtype(picture.dtype).newbyteorder(">")
    file.write(f"P6\n{width} {height}\n{np.iinfo(picture.dtype).max}\n".encode())
    for strip in picture.rows():
        file.write(strip.astype(wire, copy=False).tobytes())


Writer: TypeAlias = Callable[[BinaryIO, Picture], None]
_WRITER_OF: dict[str, Writer] = {
    "jpeg": write_jpeg,
    "png": write_png,
    "tiff": write_tiff,
    "jp2": write_jp2,
    "webp": write_webp,
    "bmp": write_bmp,
    "pnm": write_pnm,
}
WRITERS: dict[str, Writer] = {suffix: _WRITER_OF[name] for suffix, name in WRITTEN.items()}
"""Writers by suffix of the target."""
HOLD_NO_PROFILE = (write_bmp, write_pnm)
"""Writers whose files are taken for sRGB by anyone who reads them."""
HOLD_ALPHA = (write_png, write_tiff, write_jp2, write_webp, write_bmp)
HOLD_16_BITS = (write_png, write_tiff, write_jp2, write_pnm)
