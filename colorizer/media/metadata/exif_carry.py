"""EXIF carried between the directories of a TIFF and the blocks of other formats."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from colorizer.media.metadata.carried import (
    EXIF_TAG,
    GPS_TAG,
    INTEROP_TAG,
    IPTC_TAG,
    PHOTOSHOP_TAG,
    TIFF_KEPT,
    XMP_TAG,
    Metadata,
)
from colorizer.media.metadata.exif import (
    FALSE,
    HEIGHT,
    INTEROP_INDEX,
    SITING,
    SPACE,
    WIDTH,
    byte_order,
    interop_index,
    space_code,
    upright_exif,
)
from colorizer.media.metadata.ifd import (
    Directory,
    Entry,
    in_order,
    number,
    read_directory,
    write_directory,
)
from colorizer.media.metadata.iptc import iptc_of_resources, resource_of_iptc
from colorizer.media.metadata.photoshop import without_resources

_RESOLUTION = (0x011A, 0x011B, 0x0128)
_ENDS = (XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG)


def for_block(metadata: Metadata, size: tuple[int, int], profile: str) -> Metadata:
    """Return metadata as files with an EXIF block hold it, true of an upright result.

    Args:
        metadata: of the source.
        size: (height, width) of the result.
        profile: of the result, as in the settings.

    Raises:
        ValueError: the EXIF is damaged.
    """
    metadata = _of_tiff(metadata)
    if metadata.exif is None:
        return metadata
    turned = metadata.orientation >= 5
    exif = upright_exif(metadata.exif, size, profile=profile, turned=turned)
    return replace(metadata, exif=exif)


def _of_tiff(metadata: Metadata) -> Metadata:
    """Return the metadata of a TIFF with an EXIF block; others unchanged."""
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
    first[SITING] = number(1, order, 3)  # EXIF asks for it in JPEG
    exif = _block(first, dict(metadata.exif_ifds), order)
    return replace(metadata, exif=exif, exif_ifds=(), tiff_tags=(), photoshop=photoshop)


def for_tiff(metadata: Metadata) -> Metadata:
    """Return metadata with an EXIF block as a TIFF holds it; that of a TIFF unchanged.

    Raises:
        ValueError: the block is damaged.
    """
    tags, ifds, order, photoshop = (), (), metadata.order, metadata.photoshop
    if metadata.exif is not None:
        order = byte_order(metadata.exif)
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
        index = interop_index(profile)
        if index is None:
            directory.pop(INTEROP_INDEX, None)
        elif INTEROP_INDEX in directory:
            directory[INTEROP_INDEX] = Entry(2, 4, index)
        return directory
    kept = {tag: entry for tag, entry in directory.items() if tag not in FALSE}
    true = {SPACE: (space_code(profile), 3), WIDTH: (size[1], 4), HEIGHT: (size[0], 4)}
    for tag, (value, kind) in true.items():
        if tag in kept:
            kept[tag] = number(value, order, kind)
    return kept
