"""Encoding a finished picture with its metadata as JPEG, PNG, TIFF, WebP or BMP.

Each writer gets an opened file and says through `warn` what its format can't hold.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias

import numpy as np

from colorizer.media.gray import srgb_profile
from colorizer.media.metadata import (
    EXIF_TAG,
    PHOTOSHOP_MARK,
    PHOTOSHOP_TAG,
    XMP_TAG,
    Metadata,
)
from colorizer.media.scan import Coding

if TYPE_CHECKING:
    from tifffile import FileHandle

ByteOrder: TypeAlias = Literal["<", ">"]
_MARKER_BYTES = 65533
"""Most a JPEG marker segment holds."""
_XMP_MARK_BYTES = 29
_TIFF_STRIP_BYTES = 1 << 18
_BIGTIFF_BYTES = 4_000_000_000
"""From here on offsets of a classic TIFF may not reach; metadata fits in the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A result about to be encoded."""

    rows: Callable[[], Iterator[np.ndarray]]
    """Gives strips of (h, W, C) sRGB codes from top to bottom."""
    shape: tuple[int, int, int]
    """(H, W, C); C is 3, or 4 with alpha."""
    dtype: Any
    """numpy uint8 or uint16."""
    coding: Coding
    """Of the source."""
    metadata: Metadata
    """Of the source, with an EXIF block that is true of the result."""
    xmp: bytes
    plain_xmp: bytes
    """The packet without what the source's said, for where `xmp` is too long."""
    quality: int
    warn: Callable[[str], None]

    def whole(self) -> np.ndarray:
        """Return all pixels, (H, W, C)."""
        pixels = np.empty(self.shape, self.dtype)
        top = 0
        for strip in self.rows():
            pixels[top : top + len(strip)] = strip
            top += len(strip)
        return pixels

    def warn_of_lost(self, *held: str) -> None:
        """Name the blocks of metadata that are there but not among those `held`."""
        there = {
            "EXIF": self.metadata.exif or self.metadata.exif_ifds,
            "IPTC and Photoshop data": self.metadata.photoshop,
            "comment": self.metadata.comment,
            "PNG text": self.metadata.png_chunks,
            "TIFF tags": self.metadata.tiff_tags,
        }
        lost = [name for name, value in there.items() if value and name not in held]
        if lost:
            self.warn(f"{', '.join(lost)} can't be kept in this file format")


def write_jpeg(file: BinaryIO, picture: Picture) -> None:
    """Write a JPEG at 4:4:4."""
    metadata, exif, xmp, comment = picture.metadata, picture.metadata.exif, picture.xmp, None
    picture.warn_of_lost("EXIF" if exif else "", "IPTC and Photoshop data", "comment")
    if exif and len(exif) > _MARKER_BYTES - 6:
        picture.warn("EXIF is too long for a JPEG and lost")
        exif = None
    if len(xmp) > _MARKER_BYTES - _XMP_MARK_BYTES:
        picture.warn("XMP is too long for a JPEG; the source's is lost")
        xmp = picture.plain_xmp
    if metadata.comment and len(metadata.comment) <= _MARKER_BYTES:
        comment = metadata.comment
    options = {
        "quality": picture.quality,
        "subsampling": "4:4:4",
        "icc_profile": srgb_profile(),
        "exif": b"Exif\0\0" + exif if exif else b"",
        "xmp": xmp,
        "extra": _photoshop_segments(metadata.photoshop),
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
        picture.warn("is written as a baseline JPEG; it is too noisy for a progressive one")


def _photoshop_segments(resources: bytes) -> bytes:
    """Return Photoshop resources as APP13 segments."""
    room = _MARKER_BYTES - len(PHOTOSHOP_MARK)
    parts = [resources[at : at + room] for at in range(0, len(resources), room)]
    return b"".join(
        b"\xff\xed" + struct.pack(">H", 2 + len(PHOTOSHOP_MARK) + len(part)) + PHOTOSHOP_MARK + part
        for part in parts
    )


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
        icc_profile=srgb_profile(),
        exif=b"Exif\0\0" + exif if exif else b"",
        xmp=picture.xmp,
    )


def write_bmp(file: BinaryIO, picture: Picture) -> None:
    """Write a BMP, which holds no metadata but the resolution."""
    picture.warn_of_lost()
    picture.warn("a BMP can't say that its colour is generated, nor hold XMP")
    _pillow(picture).save(file, "BMP", dpi=picture.metadata.dpi() or (96, 96))


def write_png(file: BinaryIO, picture: Picture) -> None:
    """Write a PNG of 8 or 16 bits."""
    import imagecodecs

    metadata = picture.metadata
    picture.warn_of_lost("EXIF" if metadata.exif else "", "PNG text")
    encoded = memoryview(imagecodecs.png_encode(picture.whole()))
    after_header = 8 + 12 + 13
    file.write(encoded[:after_header])
    _chunk(file, b"iCCP", b"sRGB\0\0" + zlib.compress(srgb_profile()))
    if dpi := metadata.dpi():
        across, down = (round(value / 0.0254) for value in dpi)
        _chunk(file, b"pHYs", struct.pack(">IIB", across, down, 1))
    if metadata.exif:
        _chunk(file, b"eXIf", metadata.exif)
    _chunk(file, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + picture.xmp)
    for name, data in metadata.png_chunks:
        _chunk(file, name, data)
    file.write(encoded[after_header:])


def _chunk(file: BinaryIO, name: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + name + data)
    file.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(name))))


def write_tiff(file: BinaryIO, picture: Picture) -> None:
    """Write a TIFF strip by strip, in the source's byte order and kind of compression."""
    import tifffile

    metadata, coding = picture.metadata, picture.coding
    picture.warn_of_lost(
        "EXIF" if metadata.exif_ifds else "", "IPTC and Photoshop data", "TIFF tags"
    )
    height, width, channels = picture.shape
    row_bytes = width * channels * np.dtype(picture.dtype).itemsize
    big = coding.bigtiff or row_bytes * height > _BIGTIFF_BYTES
    order = coding.byteorder
    compression = coding.compression if coding.format == "tiff" else "zlib"
    strip_rows = min(height, max(1, _TIFF_STRIP_BYTES // row_bytes))
    resolution = metadata.upright_resolution()
    with tifffile.TiffWriter(file, bigtiff=big, byteorder=order) as writer:
        tags = [*_tiff_tags(picture), *_write_ifds(writer.filehandle, picture, big, order)]
        writer.write(
            _tiff_strips(picture, strip_rows, compression, order),
            shape=picture.shape,
            dtype=np.dtype(picture.dtype).newbyteorder(order),
            photometric="rgb",
            planarconfig="contig",
            extrasamples=[coding.extra_sample] if channels == 4 else None,
            rowsperstrip=strip_rows,
            compression=compression,
            predictor=bool(compression),
            iccprofile=srgb_profile(),
            resolution=_rationals(resolution) if resolution else None,
            resolutionunit=resolution[2] if resolution else None,
            extratags=tags,
            metadata=None,
            software=False,
        )


def _rationals(resolution: tuple[Any, Any, int]) -> tuple[Any, Any]:
    across, down, _ = resolution
    return across.as_integer_ratio(), down.as_integer_ratio()


def _tiff_tags(picture: Picture) -> list[tuple[Any, ...]]:
    """Return the tags that go into the first directory as tifffile wants them."""
    tags = [(*tag, True) for tag in picture.metadata.tiff_tags]
    tags.append((XMP_TAG, 1, len(picture.xmp), picture.xmp, True))
    resources = picture.metadata.photoshop
    if resources:
        tags.append((PHOTOSHOP_TAG, 7, len(resources), resources, True))
    return tags


def _write_ifds(
    file: FileHandle, picture: Picture, big: bool, order: ByteOrder
) -> list[tuple[Any, ...]]:
    """Write the EXIF and GPS directories ahead of the picture; return the tags that point there."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    mark = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    true = {0xA001: 1, 0xA002: picture.shape[1], 0xA003: picture.shape[0]}
    pointers = []
    for code, directory in picture.metadata.exif_ifds:
        target = ImageFileDirectory_v2(mark + bytes(12 if big else 4))
        target.tagtype.update(directory.tagtype)
        for tag, value in directory.items():
            target[tag] = true.get(tag, value) if code == EXIF_TAG else value
        offset = file.seek(0, 2)
        file.write(b"\0" * (offset % 2))
        offset += offset % 2
        file.write(target.tobytes(offset))
        name = "ExifTag" if code == EXIF_TAG else "GPSTag"  # tifffile refuses their numbers
        pointers.append((name, 16 if big else 4, 1, offset, True))
    return pointers


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


Writer: TypeAlias = Callable[[BinaryIO, Picture], None]
WRITERS: dict[str, Writer] = {
    ".jpg": write_jpeg,
    ".jpeg": write_jpeg,
    ".jpe": write_jpeg,
    ".jfif": write_jpeg,
    ".png": write_png,
    ".tif": write_tiff,
    ".tiff": write_tiff,
    ".webp": write_webp,
    ".bmp": write_bmp,
}
"""Writers by suffix of the target."""
OWN_SUFFIX = {"jpeg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp", "bmp": ".bmp"}
"""Suffix by format of the source."""
HOLD_ALPHA = (write_png, write_tiff, write_webp, write_bmp)
HOLD_16_BITS = (write_png, write_tiff)
