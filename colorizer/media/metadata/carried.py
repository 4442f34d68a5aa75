"""What a photo file carries next to its pixels, read for being written again.

Blocks are kept as bytes wherever the result can hold them unchanged. The XMP packet is in `xmp`.
"""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from colorizer.media.metadata.ifd import Directory, read_directory
from colorizer.media.metadata.iptc import resource_of_iptc
from colorizer.media.metadata.jpeg_segments import PHOTOSHOP_MARK, whole_xmp
from colorizer.media.metadata.limits import MOST_METADATA_BYTES, MOST_TEXT_BYTES
from colorizer.media.metadata.orientation import TAG as ORIENTATION_TAG
from colorizer.media.metadata.orientation import orientation_of
from colorizer.media.metadata.photoshop import without_thumbnails
from colorizer.media.metadata.png_walk import walk_chunks
from colorizer.media.metadata.tiff_tags import private_tags

if TYPE_CHECKING:
    from PIL import Image
    from tifffile import TiffPage

TIFF_KEPT = (
    269, 270, 271, 272, 285, 297, 305, 306, 315, 316, 333, 337, 700, 32781, 33432, 33723, 34377,
    36867, 36868, 40091, 40092, 40093, 40094, 40095, 42016, 42032, 42033, 42035, 42036, 50827,
)  # fmt: skip
"""TIFF tags copied: DocumentName, ImageDescription, Make, Model, PageName, PageNumber, Software,
DateTime, Artist, HostComputer, InkNames, TargetPrinter, XMP, ImageID, Copyright, IPTC, Photoshop,
dates, Windows XP fields, unique id, owner and serial numbers, lens, original file name."""
XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG = 700, 33723, 34377
EXIF_TAG, GPS_TAG, INTEROP_TAG = 34665, 34853, 40965
_COLOUR_SPACE = 0xA001
_PNG_REPLACED = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"eXIf", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
_PNG_XMP = b"XML:com.adobe.xmp\0"
_EXIF_MARK = b"Exif\0\0"
_C2PA_TAG = 52545
_RAW_PROFILES = (b"Raw profile type iptc", b"Raw profile type 8bim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known about a picture next to its pixels."""

    orientation: int = 1
    """EXIF orientation of the pixels in the file, 1 to 8."""
    exif: bytes | None = None
    """EXIF block, a TIFF structure without the "Exif" mark."""
    exif_ifds: tuple[tuple[int, Directory], ...] = ()
    """EXIF, GPS and interoperability directories of a TIFF file, with their tags."""
    xmp: bytes | None = None
    photoshop: bytes = b""
    """Photoshop image resources (8BIM), IPTC-IIM among them, without thumbnails."""
    icc: bytes | None = None
    """Profile of the source's pixels; a result has its own whatever this is."""
    stated: str = ""
    """"srgb" or "adobe-rgb" where the file says so in other words than a profile."""
    resolution: tuple[Fraction, Fraction, int] | None = None
    """Pixels per unit across and down; unit 1 none, 2 inch, 3 centimetre."""
    comment: bytes | None = None
    """JPEG comment."""
    png_chunks: tuple[tuple[bytes, bytes], ...] = ()
    """Text, time and other chunks of a PNG that do not describe pixels: name, data."""
    tiff_tags: tuple[tuple[int, int, int, bytes], ...] = ()
    """Tags of a TIFF file as code, type, count, value in the file's byte order."""
    private_tags: tuple[tuple[int, int, int, bytes], ...] = ()
    """Further tags that only a TIFF holds, as `tiff_tags`: GeoTIFF and whatever is private."""
    left: tuple[str, ...] = ()
    """Names of the tags that are not true of a result."""
    order: str = "<"
    """Byte order of a TIFF file."""
    trailer: bytes = b""
    """What follows the end of a JPEG, such as the film of a motion photo."""
    credentials: bool = False
    """It had signed content credentials (C2PA), which do not hold for a result."""

    def dpi(self) -> tuple[float, float] | None:
        """Return pixels per inch across and down of the upright picture, None if unknown."""
        if self.resolution is None or self.resolution[2] == 1:
            return None
        across, down, unit = self.upright_resolution() or self.resolution
        scale = 2.54 if unit == 3 else 1.0
        return float(across) * scale, float(down) * scale

    def upright_resolution(self) -> tuple[Fraction, Fraction, int] | None:
        """Return the resolution after the picture was turned upright."""
        if self.resolution is None or self.orientation < 5:
            return self.resolution
        return self.resolution[1], self.resolution[0], self.resolution[2]


def read_pillow(image: Image.Image) -> Metadata:
    """Read what Pillow found in the header of a JPEG, PNG, WebP or BMP."""
    info = image.info
    segments = getattr(image, "applist", [])
    blocks = [data for name, data in segments if name == "APP13"]
    marked = [data[len(PHOTOSHOP_MARK) :] for data in blocks if data.startswith(PHOTOSHOP_MARK)]
    xmp, exif, dpi = info.get("xmp"), info.get("exif"), info.get("dpi")
    xmp = whole_xmp(xmp.encode() if isinstance(xmp, str) else xmp, segments)
    exif = exif.removeprefix(_EXIF_MARK) if exif else None
    turned, stated = of_exif(exif) if exif else (None, "")
    return Metadata(
        orientation=orientation_of(turned, xmp),
        exif=exif,
        xmp=xmp,
        stated=stated,
        photoshop=without_thumbnails(b"".join(marked)),
        icc=info.get("icc_profile"),
        resolution=_per_inch(dpi),
        comment=info.get("comment"),
        credentials=any(name == "APP11" and b"jumb" in data[:64] for name, data in segments),
    )


def of_exif(exif: bytes) -> tuple[int | None, str]:
    """Return the orientation and the colour space that an EXIF block tells."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or len(exif) < 8:
        return None, ""
    file, named = BytesIO(exif), "little" if order == "<" else "big"

    def number(directory: Directory, code: int) -> int | None:
        entry = directory.get(code)
        return int.from_bytes(entry.data, named) if entry else None

    first, inner, index = {}, {}, None
    with suppress(ValueError):  # what is read until the damage counts
        first = read_directory(file, struct.unpack_from(order + "I", exif, 4)[0], order)
        if below := number(first, EXIF_TAG):
            inner = read_directory(file, below, order)
        if below := number(inner, INTEROP_TAG):
            index = read_directory(file, below, order).get(1)
    stated = stated_space(number(inner, _COLOUR_SPACE), index.data if index else b"")
    return number(first, ORIENTATION_TAG), stated


def stated_space(code: Any, index: Any) -> str:
    """Return what EXIF says of the colour space: "srgb", "adobe-rgb" or "".

    Args:
        code: its ColorSpace, 1 for sRGB; 2 is written for Adobe RGB by custom.
        index: its InteroperabilityIndex, R03 for Adobe RGB (DCF 2.0).
    """
    name = index.decode("latin-1") if isinstance(index, bytes) else str(index)
    if code == 2 or name.startswith("R03"):
        return "adobe-rgb"
    return "srgb" if code == 1 else ""


def _per_inch(dpi: tuple[float, float] | None) -> tuple[Fraction, Fraction, int] | None:
    if not dpi or not all(0 < float(value) < 1e6 for value in dpi):
        return None
    across, down = (Fraction(float(value)).limit_denominator(10000) for value in dpi)
    return across, down, 2


def png_chunks(file: BinaryIO) -> tuple[tuple[bytes, bytes], ...]:
    """Read the chunks of a PNG that a result keeps as they are; XMP and EXIF are not among them."""
    chunks, left = [], MOST_TEXT_BYTES
    for name, length in walk_chunks(file):
        if name in _PNG_REPLACED or length > min(MOST_METADATA_BYTES, left):
            continue
        left -= length
        data = file.read(length)
        if len(data) == length and not data.startswith(_PNG_XMP):
            chunks.append((name, data))
    return tuple(chunks)


def read_png(metadata: Metadata, file: BinaryIO) -> Metadata:
    """Return the metadata of a PNG with its chunks; IPTC and Photoshop data are taken from them."""
    kept, photoshop = [], b""
    for name, data in png_chunks(file):
        profile = _of_raw_profile(data) if data.startswith(_RAW_PROFILES) else b""
        if profile.startswith(b"\x1c"):
            profile = resource_of_iptc(profile)
        if profile.startswith(b"8BIM"):
            photoshop += without_thumbnails(profile)
        elif name != b"caBX":
            kept.append((name, data))
    signed = any(name == b"caBX" for name, _ in png_chunks(file))
    return replace(metadata, png_chunks=tuple(kept), photoshop=photoshop, credentials=signed)


def raw_profile(resources: bytes) -> bytes:
    """Return Photoshop resources as the zTXt chunk in which PNG files have them by custom."""
    lines = [resources[at : at + 36].hex() for at in range(0, len(resources), 36)]
    text = "\n".join(["", "iptc", f"{len(resources):8}", *lines, ""])
    return _RAW_PROFILES[0] + b"\0\0" + zlib.compress(text.encode())


def _of_raw_profile(data: bytes) -> bytes:
    """Return the bytes in a zTXt, tEXt or plain iTXt chunk that holds a profile in hex digits."""
    _, _, text = data.partition(b"\0")
    try:
        if text[:1] == b"\0" and text[1:2] == b"\x78":
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(text[1:], MOST_METADATA_BYTES)
        lines = text.split(b"\n", 3)
        return bytes.fromhex(lines[3].decode("ascii")) if len(lines) == 4 else b""
    except (ValueError, zlib.error):
        return b""


def read_tiff(page: TiffPage, file: BinaryIO) -> Metadata:
    """Read the tags of a TIFF page that a result keeps."""
    tags = {}
    for tag in page.tags:
        if tag.code in TIFF_KEPT and tag.valuebytecount <= MOST_METADATA_BYTES:
            file.seek(tag.valueoffset)
            value = file.read(tag.valuebytecount)
            # Not a caption: tifffile notes there the shape of gray pixels.
            if not (tag.code == 270 and value.startswith(b'{"shape":')):
                tags[tag.code] = (tag.code, int(tag.dtype), tag.count, value)
    _, _, _, xmp = tags.pop(XMP_TAG, (0, 0, 0, None))
    photoshop = tags.pop(PHOTOSHOP_TAG, (0, 0, 0, b""))[3]
    orientation = page.tags.get(ORIENTATION_TAG)
    ifds = _read_ifds(page, file)
    turn = orientation_of(getattr(orientation, "value", None), xmp)
    private, left = private_tags(page, file, TIFF_KEPT, turned=turn != 1)
    return Metadata(
        orientation=turn,
        exif_ifds=ifds,
        private_tags=private,
        left=left,
        stated=_stated(dict(ifds), page.parent.byteorder),
        xmp=xmp or None,
        photoshop=without_thumbnails(photoshop),
        icc=page.iccprofile,
        resolution=_tiff_resolution(page),
        tiff_tags=tuple(tags.values()),
        order=page.parent.byteorder,
        credentials=_C2PA_TAG in page.tags,
    )


def _stated(ifds: dict[int, Directory], order: str) -> str:
    """Return what EXIF directories of a TIFF say of the colour space."""
    codes, index = ifds.get(EXIF_TAG, {}), ifds.get(INTEROP_TAG, {}).get(1)
    entry = codes.get(_COLOUR_SPACE)
    code = int.from_bytes(entry.data, "little" if order == "<" else "big") if entry else 0
    return stated_space(code, index.data if index else b"")


def _number(page: TiffPage, code: int, default: int) -> int:
    tag = page.tags.get(code)
    return int(tag.value) if tag is not None and isinstance(tag.value, int) else default


def _tiff_resolution(page: TiffPage) -> tuple[Fraction, Fraction, int] | None:
    pairs = [getattr(page.tags.get(code), "value", None) for code in (282, 283)]
    if not all(isinstance(pair, tuple) and len(pair) == 2 and all(pair) for pair in pairs):
        return None
    across, down = (Fraction(*pair) for pair in pairs if pair is not None)
    unit = _number(page, 296, 2)
    return across, down, unit if unit in (1, 2, 3) else 1


def _read_ifds(page: TiffPage, file: BinaryIO) -> tuple[tuple[int, Directory], ...]:
    """Read the EXIF, GPS and interoperability directories of a TIFF page.

    Raises:
        ValueError: a directory is damaged.
    """
    big, order = page.parent.is_bigtiff, page.parent.byteorder
    found = []
    for code in (EXIF_TAG, GPS_TAG):
        tag = page.tags.get(code)
        if tag is None:
            continue
        file.seek(tag.offset + (12 if big else 8))
        (offset,) = struct.unpack(order + ("Q" if big else "I"), file.read(8 if big else 4))
        directory = read_directory(file, offset, order, big)
        inner = directory.pop(INTEROP_TAG, None)
        found.append((code, directory))
        if inner is not None:
            place = int.from_bytes(inner.data, "little" if order == "<" else "big")
            found.append((INTEROP_TAG, read_directory(file, place, order, big)))
    return tuple(found)
