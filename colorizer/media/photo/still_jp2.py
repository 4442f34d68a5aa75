"""Encoding a finished picture as lossless JPEG 2000."""

from __future__ import annotations

import struct
from typing import BinaryIO

from colorizer.media.metadata.iptc import iptc_of_resources
from colorizer.media.photo.jp2_boxes import (
    EXIF_ID,
    IPTC_ID,
    SIGNATURE,
    XMP_ID,
    box,
    boxes,
    resolution_box,
)
from colorizer.media.photo.picture import Picture
from colorizer.notes import note

_THREADS = 2


def write_jp2(file: BinaryIO, picture: Picture) -> None:
    """Write a JP2 of 8 or 16 bits, reversibly coded, with its metadata in boxes of their own."""
    import imagecodecs

    metadata = picture.metadata
    iptc, others = iptc_of_resources(metadata.photoshop)
    picture.warn_of_lost("EXIF" if metadata.exif else "", "" if others else note("lost.iptc"))
    height, width, channels = picture.shape
    bits = 8 * picture.dtype().itemsize
    encoded = imagecodecs.jpeg2k_encode(
        picture.whole(), level=0, reversible=True, codecformat="jp2", numthreads=_THREADS
    )
    stream = next((a, b) for kind, a, b in boxes(bytes(encoded)) if kind == b"jp2c")
    resolution = metadata.upright_resolution()
    header = [
        box(b"ihdr", struct.pack(">IIHBBBB", height, width, channels, bits - 1, 7, 0, 0)),
        box(b"colr", b"\2\0\0", picture.icc),
        _alpha_box() if channels == 4 else b"",
        resolution_box(*resolution) if resolution and resolution[2] != 1 else b"",
    ]
    file.write(SIGNATURE)
    file.write(box(b"ftyp", b"jp2 ", bytes(4), b"jp2 "))
    file.write(box(b"jp2h", *header))
    file.write(box(b"uuid", XMP_ID, picture.xmp))
    if metadata.exif:
        file.write(box(b"uuid", EXIF_ID, metadata.exif))
    if iptc:
        file.write(box(b"uuid", IPTC_ID, iptc))
    # Of no length: it reaches to the end, however large it is.
    file.write(struct.pack(">I4s", 0, b"jp2c"))
    file.write(memoryview(encoded)[slice(*stream)])


def _alpha_box() -> bytes:
    """Say that three channels are colour and the fourth is the opacity of all."""
    channels = [(0, 0, 1), (1, 0, 2), (2, 0, 3), (3, 1, 0)]
    return box(b"cdef", struct.pack(">H", 4), *(struct.pack(">HHH", *one) for one in channels))
