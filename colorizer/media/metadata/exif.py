"""EXIF blocks made true of a result, in place."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from colorizer.media.metadata.carried import EXIF_TAG, INTEROP_TAG
from colorizer.notes import note

_ORIENTATION, SITING = 0x0112, 0x0213
SPACE, WIDTH, HEIGHT, INTEROP_INDEX = 0xA001, 0xA002, 0xA003, 0x0001
_RESOLUTION = (0x011A, 0x011B, 0x0128)
FALSE = {
    0x0102, 0x0103, 0x0106, 0x0115, 0x011C, 0x012D, 0x013E, 0x013F, 0x0211, 0x0212,
    0x0214, 0x8773, 0xA500,
}  # fmt: skip
"""Tags of an EXIF block that describe the source's samples and colours: BitsPerSample,
Compression, PhotometricInterpretation, SamplesPerPixel, PlanarConfiguration, TransferFunction,
WhitePoint, PrimaryChromaticities, coefficients and subsampling of Y'CbCr, ReferenceBlackWhite, ICC
profile, Gamma."""
_SRGB, _UNCALIBRATED = 1, 65535
_NUMBERS = (1, 3, 4)
"""Types of integers in which writers store sizes and orientation; others are dropped."""


def space_code(profile: str) -> int:
    """Return the EXIF ColorSpace of a profile as the settings name it."""
    return _SRGB if profile == "srgb" else _UNCALIBRATED


def interop_index(profile: str) -> bytes | None:
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
    order = byte_order(exif)
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
        raise ValueError(note("file.it_is_cut_off")) from error
    return bytes(data)


def byte_order(exif: bytes) -> str:
    """Return "<" or ">", the byte order of an EXIF block.

    Raises:
        ValueError: it has none.
    """
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        raise ValueError(note("exif.no_order"))
    return order


def _correct(data: bytearray, order: str, offset: int, size: tuple[int, int], profile: str) -> None:
    """Correct and drop entries of one directory in place."""
    true = {
        _ORIENTATION: 1,
        SITING: 1,  # centred: results have chroma at full resolution
        0x0100: size[1],
        0x0101: size[0],
        SPACE: space_code(profile),
        WIDTH: size[1],
        HEIGHT: size[0],
    }
    for tag in [tag for tag, _, _ in _entries(data, order, offset) if tag in FALSE]:
        _drop(data, order, offset, tag)
    for tag, kind, _ in list(_entries(data, order, offset)):
        if tag in true and kind not in _NUMBERS:
            _drop(data, order, offset, tag)
    for tag, kind, at in _entries(data, order, offset):
        _set(data, order, kind, at, true.get(tag))


def _correct_interop(data: bytearray, order: str, offset: int, profile: str) -> None:
    place = _places(data, order, offset).get(INTEROP_INDEX)
    if place is None:
        return
    index = interop_index(profile)
    if index is None:
        _drop(data, order, offset, INTEROP_INDEX)
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
    """Take one entry out of a directory; those after it and the link move up."""
    (count,) = struct.unpack_from(order + "H", data, offset)
    end = offset + 2 + 12 * count + 4
    at = _places(data, order, offset)[tag] - 8
    data[at : end - 12] = data[at + 12 : end]
    data[end - 12 : end] = bytes(12)
    struct.pack_into(order + "H", data, offset, count - 1)


def _set(data: bytearray, order: str, kind: int, at: int, value: int | None) -> None:
    """Write one short or long where `value` is not None; what was a byte becomes a short."""
    if value is None:
        return
    if kind == 1:
        struct.pack_into(order + "HI", data, at - 6, 3, 1)
    fits = kind == 4 or value < 1 << 16
    struct.pack_into(order + ("I" if kind == 4 else "H"), data, at, value if fits else 0)


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
