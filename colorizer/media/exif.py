"""EXIF made true of the result, and carried between TIFF directories and other formats' blocks."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from colorizer.media.ifd import Directory, Entry, in_order, number, read_directory, write_directory
from colorizer.media.iptc import iptc_of_resources, resource_of_iptc
from colorizer.media.metadata import (
    EXIF_TAG,
    GPS_TAG,
    INTEROP_TAG,
    IPTC_TAG,
    PHOTOSHOP_TAG,
    TIFF_KEPT,
    XMP_TAG,
    Metadata,
    without_resources,
)

_ORIENTATION, _SPACE, _WIDTH, _HEIGHT, _INTEROP_INDEX = 0x0112, 0xA001, 0xA002, 0xA003, 0x0001
_SITING = 0x0213
_RESOLUTION = (0x011A, 0x011B, 0x0128)
_FALSE = {
    0x0102, 0x0103, 0x0106, 0x0115, 0x011C, 0x012D, 0x013E, 0x013F, 0x0211, 0x0212,
    0x0214, 0x8773, 0xA500,
}  # fmt: skip
"""Tags of an EXIF block that describe the source's samples and colours: BitsPerSample,
Compression, PhotometricInterpretation, SamplesPerPixel, PlanarConfiguration, TransferFunction,
WhitePoint, PrimaryChromaticities, coefficients and subsampling of Y'CbCr, ReferenceBlackWhite, ICC
profile, Gamma."""
_SRGB, _UNCALIBRATED = 1, 65535
_ENDS = (XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG)


def for_block(metadata: Metadata) -> Metadata:
    """Return the metadata of a TIFF as files with an EXIF block hold it; others unchanged."""
    if metadata.exif is not None or not (metadata.tiff_tags or metadata.exif_ifds):
        return metadata
    tags = {code: Entry(kind, count, data) for code, kind, count, data in metadata.tiff_tags}
    iptc = tags.get(IPTC_TAG)
    photoshop = metadata.photoshop
    if iptc is not None and not iptc_of_resources(photoshop)[0]:
        photoshop += resource_of_iptc(_iptc_records(iptc))
    first = {code: entry for code, entry in tags.items() if code not in _ENDS}
    order = metadata.order
    if metadata.resolution:
        across, down, unit = metadata.resolution
        for code, value in zip(_RESOLUTION, (across, down), strict=False):
            parts = value.limit_denominator(1 << 16).as_integer_ratio()
            first[code] = Entry(5, 1, struct.pack(order + "2I", *parts))
        first[_RESOLUTION[2]] = number(unit, order, 3)
    first[_SITING] = number(1, order, 3)  # EXIF asks for it in JPEG
    exif = _block(first, dict(metadata.exif_ifds), order)
    return replace(metadata, exif=exif, exif_ifds=(), tiff_tags=(), photoshop=photoshop)


def for_tiff(metadata: Metadata) -> Metadata:
    """Return metadata with an EXIF block as a TIFF holds it; that of a TIFF unchanged.

    Raises:
        ValueError: the block is damaged.
    """
    tags, ifds, order, photoshop = (), (), metadata.order, metadata.photoshop
    if metadata.exif is not None:
        order = _order(metadata.exif)
        file = BytesIO(metadata.exif)
        (start,) = struct.unpack_from(order + "I", metadata.exif, 4)
        first = read_directory(file, start, order)
        kept = [code for code in first if code in TIFF_KEPT and code not in _ENDS]
        tags = tuple((n, first[n].kind, first[n].count, first[n].data) for n in kept)
        ifds = tuple(sub_directories(file, first, order))
    if metadata.tiff_tags or metadata.exif_ifds:
        return metadata
    records, _ = iptc_of_resources(photoshop)
    if records:
        tags += ((IPTC_TAG, 7, len(records), records),)
        photoshop = without_resources(photoshop, {0x0404})
    return replace(
        metadata, exif=None, tiff_tags=tags, exif_ifds=ifds, order=order, photoshop=photoshop
    )


def sub_directories(
    file: BytesIO, first: Directory, order: str, big: bool = False
) -> Iterator[tuple[int, Directory]]:
    """Yield the EXIF, GPS and interoperability directories that a first directory leads to.

    Raises:
        ValueError: one is damaged.
    """
    for code in (EXIF_TAG, GPS_TAG):
        if code not in first:
            continue
        found = read_directory(file, _offset(first[code], order), order, big)
        inner = found.pop(INTEROP_TAG, None)
        yield code, found
        if inner is not None:
            yield INTEROP_TAG, read_directory(file, _offset(inner, order), order, big)


def _offset(entry: Entry, order: str) -> int:
    return int.from_bytes(entry.data, "little" if order == "<" else "big")


def _iptc_records(entry: Entry) -> bytes:
    """Return IPTC records of a TIFF tag, which some writers store as longs in their byte order."""
    data = entry.data
    if data[:1] != b"\x1c" and entry.kind == 4:
        data = in_order(entry, "<", ">").data
    return data


def _block(first: Directory, below: dict[int, Directory], order: str) -> bytes:
    """Return an EXIF block of the given directories."""
    block = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    for offset, written in _chain(below, order, len(block)):
        block[offset:] = written[1]
        first = first | {written[0]: number(offset, order)} if written[0] else first
    block += bytes(len(block) % 2)
    struct.pack_into(order + "I", block, 4, len(block))
    return bytes(block + write_directory(first, len(block), order))


def _chain(
    below: dict[int, Directory], order: str, start: int, big: bool = False
) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Yield offset, tag and bytes of sub-directories, each led to by those that come after it.

    The tag is 0 where another one of them leads there.
    """
    inner = None
    if INTEROP_TAG in below:
        data = write_directory(below[INTEROP_TAG], start, order, big)
        data += bytes(len(data) % 2)
        yield start, (0, data)
        inner, start = start, start + len(data)
    for code in (EXIF_TAG, GPS_TAG):
        if code not in below:
            continue
        directory = below[code]
        if inner is not None and code == EXIF_TAG:
            directory = directory | {INTEROP_TAG: number(inner, order)}
        data = write_directory(directory, start, order, big)
        data += bytes(len(data) % 2)
        yield start, (code, data)
        start += len(data)


def write_sub_directories(
    metadata: Metadata, start: int, order: str, big: bool, size: tuple[int, int], profile: str
) -> tuple[bytes, dict[int, int]]:
    """Return EXIF, GPS and interoperability directories of a TIFF, true of the result.

    Args:
        metadata: as `for_tiff` gives it.
        start: offset in the file at which the bytes go.
        order: "<" or ">", of the file.
        big: BigTIFF.
        size: (height, width) of the result.
        profile: of the result, as in the settings.

    Returns:
        the bytes, and the offset of the EXIF and the GPS directory by tag.
    """
    below = {}
    for code, directory in metadata.exif_ifds:
        turned = {tag: in_order(entry, metadata.order, order) for tag, entry in directory.items()}
        below[code] = _true_directory(code, turned, order, size, profile)
    data, places = b"", {}
    for offset, (code, written) in _chain(below, order, start, big):
        data += written
        if code:
            places[code] = offset
    return data, places


def _true_directory(
    code: int, directory: Directory, order: str, size: tuple[int, int], profile: str
) -> Directory:
    """Return a directory without what is false of the result, the rest corrected."""
    if code == GPS_TAG:
        return directory
    if code == INTEROP_TAG:
        index = _interop_index(profile)
        if index is None:
            directory.pop(_INTEROP_INDEX, None)
        elif _INTEROP_INDEX in directory:
            directory[_INTEROP_INDEX] = Entry(2, 4, index)
        return directory
    kept = {tag: entry for tag, entry in directory.items() if tag not in _FALSE}
    true = {_SPACE: (_space_code(profile), 3), _WIDTH: (size[1], 4), _HEIGHT: (size[0], 4)}
    for tag, (value, kind) in true.items():
        if tag in kept:
            kept[tag] = number(value, order, kind)
    return kept


def _space_code(profile: str) -> int:
    return _SRGB if profile == "srgb" else _UNCALIBRATED


def _interop_index(profile: str) -> bytes | None:
    """Return the interoperability index of a colour space, None where EXIF knows none."""
    return {"srgb": b"R98\0", "adobe-rgb": b"R03\0"}.get(profile)


def upright_exif(
    exif: bytes, size: tuple[int, int], *, profile: str = "srgb", turned: bool = False
) -> bytes:
    """Return an EXIF block for the upright result: byte for byte, but for what became untrue.

    Orientation becomes 1, the pixel size the given one, the colour space the result's; what tells
    of the source's samples and the thumbnail goes. Nothing else moves, so that the offsets in
    notes of camera makers stay right.

    Args:
        exif: a TIFF structure without the "Exif" mark.
        size: (height, width) of the result.
        profile: of the result, as in the settings.
        turned: the picture was turned by a quarter, its resolutions change places.

    Raises:
        ValueError: the block is damaged.
    """
    data = bytearray(exif)
    order = _order(exif)
    try:
        (first,) = struct.unpack_from(order + "I", data, 4)
        _drop_thumbnail(data, order, first)
        _correct(data, order, first, size, profile)
        places = _places(data, order, first)
        if turned and _RESOLUTION[0] in places and _RESOLUTION[1] in places:
            across, down = (places[code] for code in _RESOLUTION[:2])
            data[across : across + 4], data[down : down + 4] = (
                data[down : down + 4], data[across : across + 4],
            )  # fmt: skip
        if EXIF_TAG in places:
            (below,) = struct.unpack_from(order + "I", data, places[EXIF_TAG])
            _correct(data, order, below, size, profile)
            inner = _places(data, order, below)
            if INTEROP_TAG in inner:
                (at,) = struct.unpack_from(order + "I", data, inner[INTEROP_TAG])
                _correct_interop(data, order, at, profile)
    except struct.error as error:
        raise ValueError("it is cut off") from error
    return bytes(data)


def _order(exif: bytes) -> str:
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        raise ValueError("it has no byte order")
    return order


def _correct(data: bytearray, order: str, offset: int, size: tuple[int, int], profile: str) -> None:
    """Correct and drop entries of one directory in place."""
    true = {
        _ORIENTATION: 1,
        _SITING: 1,  # centred: results have chroma at full resolution
        0x0100: size[1],
        0x0101: size[0],
        _SPACE: _space_code(profile),
        _WIDTH: size[1],
        _HEIGHT: size[0],
    }
    for tag in [tag for tag, _, _ in _entries(data, order, offset) if tag in _FALSE]:
        _drop(data, order, offset, tag)
    for tag, kind, at in _entries(data, order, offset):
        _set(data, order, kind, at, true.get(tag))


def _correct_interop(data: bytearray, order: str, offset: int, profile: str) -> None:
    place = _places(data, order, offset).get(_INTEROP_INDEX)
    if place is None:
        return
    index = _interop_index(profile)
    if index is None:
        _drop(data, order, offset, _INTEROP_INDEX)
    else:
        data[place : place + 4] = index


def _places(data: bytearray, order: str, offset: int) -> dict[int, int]:
    return {tag: at for tag, _, at in _entries(data, order, offset)}


def _entries(data: bytearray, order: str, offset: int) -> Iterator[tuple[int, int, int]]:
    """Yield tag, type and place of the value of every entry of a directory."""
    (count,) = struct.unpack_from(order + "H", data, offset)
    for index in range(count):
        at = offset + 2 + 12 * index
        tag, kind = struct.unpack_from(order + "HH", data, at)
        yield tag, kind, at + 8


def _drop(data: bytearray, order: str, offset: int, tag: int) -> None:
    """Take one entry out of a directory; those behind it and the link move up."""
    (count,) = struct.unpack_from(order + "H", data, offset)
    end = offset + 2 + 12 * count + 4
    at = _places(data, order, offset)[tag] - 8
    data[at : end - 12] = data[at + 12 : end]
    data[end - 12 : end] = bytes(12)
    struct.pack_into(order + "H", data, offset, count - 1)


def _set(data: bytearray, order: str, kind: int, at: int, value: int | None) -> None:
    """Write one short or long where `value` is not None."""
    if value is not None and kind in (3, 4):
        fits = kind == 4 or value < 1 << 16
        struct.pack_into(order + ("H" if kind == 3 else "I"), data, at, value if fits else 0)


def _drop_thumbnail(data: bytearray, order: str, first: int) -> None:
    """Unlink the second directory, which describes the thumbnail, and blank the thumbnail."""
    (count,) = struct.unpack_from(order + "H", data, first)
    link = first + 2 + 12 * count
    second = int.from_bytes(data[link : link + 4], "little" if order == "<" else "big")
    if not second:
        return
    struct.pack_into(order + "I", data, link, 0)
    place = _places(data, order, second)
    if 0x0201 in place and 0x0202 in place:
        start, length = (struct.unpack_from(order + "I", data, place[t])[0] for t in (513, 514))
        at_end = start + length >= len(data) - 1
        blank = min(length, max(0, len(data) - start))
        data[start : start + length] = b"" if at_end else bytes(blank)
