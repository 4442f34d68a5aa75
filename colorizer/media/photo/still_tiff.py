"""Encoding finished pictures as the pages of a TIFF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias

import numpy as np

from colorizer.media.metadata.carried import EXIF_TAG, GPS_TAG, PHOTOSHOP_TAG, XMP_TAG
from colorizer.media.metadata.exif_carry import write_sub_directories
from colorizer.media.metadata.ifd import Entry, in_order
from colorizer.media.photo.picture import Picture
from colorizer.notes import note

if TYPE_CHECKING:
    from tifffile import FileHandle

ByteOrder: TypeAlias = Literal["<", ">"]
_STRIP_BYTES = 1 << 18
_BIGTIFF_BYTES = 4_000_000_000
"""From here on offsets of a classic TIFF may not reach; metadata fits in the rest."""
_PAGE_OF_MANY = 2
"""NewSubfileType of a page of a document."""


def write_tiff(file: BinaryIO, picture: Picture) -> None:
    """Write a TIFF of one page."""
    pages = TiffPages(file, picture)
    pages.write(picture)
    pages.close()


class TiffPages:
    """A TIFF being written page by page, each strip by strip.

    Byte order and BigTIFF are those of the source, where it is a TIFF.
    """

    def __init__(self, file: BinaryIO, first: Picture, count: int = 1) -> None:
        """Write the header; `first` is the first of `count` pages, and yet to be written."""
        import tifffile

        coding = first.coding
        channels, depth = first.shape[2], np.dtype(first.dtype).itemsize
        pixels = max(coding.document_pixels, first.shape[0] * first.shape[1])
        self._big = coding.bigtiff or pixels * channels * depth > _BIGTIFF_BYTES
        if self._big and coding.format == "tiff" and not coding.bigtiff:
            first.warn(note("tiff.big"))
        self._order: ByteOrder = coding.byteorder
        self._count = count
        self._writer = tifffile.TiffWriter(file, bigtiff=self._big, byteorder=self._order)

    def close(self) -> None:
        """End the file after its last page; the file stays open."""
        self._writer.close()

    def write(self, picture: Picture) -> None:
        """Write the next page with its metadata, in the source's kind of compression."""
        metadata, coding = picture.metadata, picture.coding
        named = picture.private_names()
        picture.warn_of_lost(
            "EXIF" if metadata.exif_ifds else "", note("lost.iptc"), note("lost.tiff_tags"), named
        )
        height, width, channels = picture.shape
        row_bytes = width * channels * np.dtype(picture.dtype).itemsize
        order = self._order
        compression = coding.compression if coding.format == "tiff" else "zlib"
        strip_rows = min(height, max(1, _STRIP_BYTES // row_bytes))
        resolution = metadata.upright_resolution()
        file = self._writer.filehandle
        tags = [*_tiff_tags(picture, order), *_write_ifds(file, picture, self._big, order)]
        self._writer.write(
            _tiff_strips(picture, strip_rows, compression, order),
            shape=picture.shape,
            dtype=np.dtype(picture.dtype).newbyteorder(order),
            photometric="rgb",
            planarconfig="contig",
            subfiletype=_PAGE_OF_MANY if self._count > 1 else 0,
            extrasamples=list(picture.extra_kinds) or None,
            rowsperstrip=strip_rows,
            compression=compression,
            predictor=bool(compression),
            iccprofile=picture.icc,
            resolution=_rationals(resolution) if resolution else None,
            resolutionunit=resolution[2] if resolution else None,
            extratags=tags,
            metadata=None,
            software=False,
        )


def _rationals(resolution: tuple[Any, Any, int]) -> tuple[Any, Any]:
    across, down, _ = resolution
    return across.as_integer_ratio(), down.as_integer_ratio()


def _tiff_tags(picture: Picture, order: ByteOrder) -> list[tuple[Any, ...]]:
    """Return the tags that go into the first directory as tifffile wants them."""
    metadata = picture.metadata
    tags: list[tuple[Any, ...]] = []
    for code, kind, count, data in metadata.tiff_tags + metadata.private_tags:
        entry = in_order(Entry(kind, count, data), metadata.order, order)
        tags.append((code, entry.kind, entry.count, entry.data, True))
    tags.append((XMP_TAG, 1, len(picture.xmp), picture.xmp, True))
    resources = picture.metadata.photoshop
    if resources:
        tags.append((PHOTOSHOP_TAG, 7, len(resources), resources, True))
    return tags


def _write_ifds(
    file: FileHandle, picture: Picture, big: bool, order: ByteOrder
) -> list[tuple[Any, ...]]:
    """Write the EXIF and GPS directories ahead of the picture; return the tags that point there."""
    offset = file.seek(0, 2)
    file.write(b"\0" * (offset % 2))
    data, places = write_sub_directories(
        picture.metadata, offset + offset % 2, order, big, picture.shape[:2], picture.profile
    )
    file.write(data)
    names = {EXIF_TAG: "ExifTag", GPS_TAG: "GPSTag"}  # tifffile refuses their numbers
    return [(names[code], 16 if big else 4, 1, place, True) for code, place in places.items()]


def _tiff_strips(
    picture: Picture, strip_rows: int, compression: str | None, order: ByteOrder
) -> Iterator[bytes]:
    """Yield encoded strips of `strip_rows` rows; tifffile takes strips only as bytes."""
    waiting = np.empty((0, *picture.shape[1:]), picture.dtype)
    for block in picture.rows():
        rows = np.concatenate([waiting, block]) if len(waiting) else block
        whole = len(rows) // strip_rows * strip_rows
        for top in range(0, whole, strip_rows):
            yield _encode_strip(rows[top : top + strip_rows], compression, order)
        waiting = rows[whole:].copy()
    if len(waiting):
        yield _encode_strip(waiting, compression, order)


def _encode_strip(rows: np.ndarray, compression: str | None, order: ByteOrder) -> bytes:
    import imagecodecs

    wire = np.dtype(rows.dtype).newbyteorder(order)
    if compression is None:
        return rows.astype(wire, copy=False).tobytes()
    differences = imagecodecs.delta_encode(np.ascontiguousarray(rows), axis=1)
    encode = imagecodecs.lzw_encode if compression == "lzw" else imagecodecs.zlib_encode
    return bytes(encode(differences.astype(wire, copy=False).tobytes()))
