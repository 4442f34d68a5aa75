"""Decoding the composite of Photoshop documents, PSD and PSB, of 1, 8 and 16 bits.

Adobe Photoshop File Formats Specification, November 2019.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import Metadata, of_exif
from colorizer.media.metadata.orientation import orientation_of
from colorizer.media.metadata.photoshop import resources_of, without_thumbnails
from colorizer.media.photo.lab_codes import codes_of_lab
from colorizer.media.photo.png_stream import inflated
from colorizer.media.photo.scan import (
    UNASSOCIATED,
    UNSPECIFIED,
    Coding,
    Extra,
    Scan,
    check_claim,
    file_size,
)
from colorizer.notes import note

MARK = b"8BPS"
_BITMAP, _GRAY, _INDEXED, _RGB, CMYK_MODE, _DUOTONE, LAB_MODE = 0, 1, 2, 3, 4, 8, 9
_COLOURS = {_BITMAP: 1, _GRAY: 1, _INDEXED: 1, _RGB: 3, CMYK_MODE: 4, _DUOTONE: 1, LAB_MODE: 3}
_RESOLUTION, _ICC, _EXIF, _XMP, _VERSION = 0x03ED, 0x040F, 0x0422, 0x0424, 0x0421
_MOST_CHANNELS = 56


@dataclass(frozen=True, slots=True)
class PsdHeader:
    """What the first 26 bytes say."""

    large: bool
    """PSB."""
    channels: int
    height: int
    width: int
    bits: int
    mode: int

    @property
    def colours(self) -> int:
        """Channels that are colours; all others follow them."""
        return _COLOURS[self.mode]


def psd_size(path: Path, file: BinaryIO) -> tuple[int, int, int]:
    """Return height, width and bits of a Photoshop document."""
    file.seek(0)
    header = _header(path, file)
    return header.height, header.width, header.bits


def read_psd_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode the composite of a Photoshop document.

    Raises:
        UnsupportedMedia: no composite, or samples this program can't take.
    """
    file.seek(0)
    header = _header(path, file)
    colours = _block(path, file, 4)
    resources = _block(path, file, 4)
    layers = _block(path, file, 8 if header.large else 4, keep=64)
    found = {number: content for number, content, _ in resources_of(resources)}
    version = found.get(_VERSION, b"")
    if len(version) > 4 and not version[4]:
        raise UnsupportedMedia(
            path,
            note("psd.layers_alone"),
        )
    if any(layers[4:]):
        warnings.append(note("psd.layers_left_out"))
    planes = _planes(path, file, header)
    count = _COLOURS[header.mode]
    codes = planes[0] if count == 1 else np.dstack(planes[:count])
    space = "gray"
    if header.mode == _INDEXED:
        table = np.frombuffer(colours[:768], np.uint8).reshape(3, 256).T
        codes, space = table[codes], "rgb"
    elif header.mode == CMYK_MODE:
        codes, space = np.iinfo(codes.dtype).max - codes, "cmyk"
    elif header.mode == LAB_MODE:
        codes, space = codes_of_lab(codes, signed=False), "rgb"
    elif header.mode == _RGB:
        space = "rgb"
    bits = 8 * codes.dtype.itemsize
    # Photoshop writes the transparency of a composite as a first further channel and says so by a
    # negative number of layers; all others are saved selections.
    transparent = (
        len(layers) >= 6 and struct.unpack_from(">h", layers, 8 if header.large else 4)[0] < 0
    )
    extras = tuple(
        Extra(plane, UNASSOCIATED if transparent and n == 0 else UNSPECIFIED)
        for n, plane in enumerate(planes[count:])
    )
    return Scan(
        codes=codes,
        space=space,
        bits=bits,
        coding=Coding(format="psd", depth=8 if header.bits <= 8 else 16, lossless=True),
        metadata=_metadata(resources, found),
        extras=extras,
    )


def _header(path: Path, file: BinaryIO) -> PsdHeader:
    data = file.read(26)
    if len(data) < 26:
        raise MediaError(path, note("file.cut_off_in_header"))
    _, version, _, channels, height, width, bits, mode = struct.unpack(">4sH6sHIIHH", data)
    if mode not in _COLOURS or bits not in (1, 8, 16):
        raise UnsupportedMedia(
            path,
            note("psd.mode", mode=mode, bits=bits),
        )
    if version not in (1, 2) or not _COLOURS[mode] <= channels <= _MOST_CHANNELS:
        raise MediaError(path, note("psd.header"))
    check_claim(path, height, width, file_size(file))
    return PsdHeader(version == 2, channels, height, width, bits, mode)


def _block(path: Path, file: BinaryIO, room: int, keep: int | None = None) -> bytes:
    """Read a block with its length before it; of the layers only the first bytes."""
    head = file.read(room)
    length = int.from_bytes(head, "big")
    start = file.tell()
    if len(head) < room or start + length > file_size(file):
        raise MediaError(path, note("psd.cut_off", bytes=file_size(file)))
    data = file.read(length if keep is None else min(keep, length))
    file.seek(start + length)
    return data


def read_head(path: Path, file: BinaryIO) -> PsdHeader:
    """Read the header and go to where the composite begins.

    Raises:
        MediaError: damaged or cut off before it.
    """
    header = _header(path, file)
    for room in (4, 4, 8 if header.large else 4):
        _block(path, file, room, keep=0)
    return header


def composite_rows(path: Path, file: BinaryIO, header: PsdHeader) -> Iterator[bytes]:
    """Yield the rows of the composite, channel after channel, until the data ends.

    Raises:
        UnsupportedMedia: its compression is not known.
    """
    kind = int.from_bytes(file.read(2), "big")
    row = (header.width * header.bits + 7) // 8
    count = header.channels * header.height
    if kind == 1:
        yield from _unpacked(file, header, row)
        return
    if kind == 0:
        data = file.read(row * count)
    elif kind == 2:
        data = inflated(file.read(), row * count)
    else:
        raise UnsupportedMedia(path, note("psd.compression", compression=kind))
    yield from (data[at : at + row] for at in range(0, len(data) - row + 1, row))


def _planes(path: Path, file: BinaryIO, header: PsdHeader) -> list[np.ndarray]:
    """Decode the channels of the composite."""
    row = (header.width * header.bits + 7) // 8
    count = header.channels * header.height
    data = b"".join(composite_rows(path, file, header))
    if len(data) < row * count:
        have, whole = len(data), row * count
        if file.read(1):
            raise MediaError(path, note("psd.damaged", have=have, whole=whole))
        raise MediaError(path, note("psd.cut_off_in_picture", have=have, whole=whole))
    rows = np.frombuffer(data, np.uint8, row * count).reshape(header.channels, header.height, row)
    if header.bits == 1:
        return [255 * (1 - np.unpackbits(plane, axis=1, count=header.width)) for plane in rows]
    if header.bits == 8:
        return list(rows)
    return [plane.view(">u2").astype(np.uint16) for plane in rows]


def _unpacked(file: BinaryIO, header: PsdHeader, row: int) -> Iterator[bytes]:
    """Yield the rows of a composite packed by PackBits."""
    import imagecodecs

    count = header.channels * header.height
    wire = np.dtype(">u4" if header.large else ">u2")
    told = file.read(count * wire.itemsize)
    lengths = np.frombuffer(told, wire, len(told) // wire.itemsize)
    for length in lengths.tolist():
        packed = file.read(length)
        if len(packed) < length:
            return
        try:
            unpacked = bytes(imagecodecs.packbits_decode(packed))
        except RuntimeError:
            return
        yield unpacked[:row].ljust(row, b"\0")


def _metadata(resources: bytes, found: dict[int, bytes]) -> Metadata:
    exif = found.get(_EXIF)
    turned, stated = of_exif(exif) if exif else (None, "")
    resolution = None
    if len(place := found.get(_RESOLUTION, b"")) >= 16:
        across, down = (struct.unpack_from(">i", place, at)[0] for at in (0, 8))
        if across > 0 and down > 0:
            resolution = Fraction(across, 65536), Fraction(down, 65536), 2
    return Metadata(
        orientation=orientation_of(turned, found.get(_XMP)),
        exif=exif,
        xmp=found.get(_XMP),
        photoshop=without_thumbnails(resources),
        icc=found.get(_ICC),
        stated=stated,
        resolution=resolution,
    )
