"""DPX frames (SMPTE ST 268): header, samples, and a coloured frame with the header it came with.

FFmpeg unpacks the samples, which it does exactly. Frames are written here, with the header and user
data of the source, which FFmpeg drops and OpenImageIO rewrites: RGB, 8 and 16 bit as they are, 10
and 12 bit filled (method A), in either byte order.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from colorizer import __version__
from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.files.strangers import open_regular, read_whole
from colorizer.media.film.luma import luma_layout, read_plane
from colorizer.media.metadata.limits import MOST_FRAME_BYTES
from colorizer.notes import note
from colorizer.places.timecode import from_word

GRAY, RGB = 6, 50
"""Descriptors of an image element: luma alone; R, G, B."""
PRINTING_DENSITY, LINEAR, LOGARITHMIC, VIDEO = 1, 2, 3, 6
"""Transfer characteristics of an image element; VIDEO is ITU-R BT.709."""
DEPTHS = (8, 10, 12, 16)
_ALPHA = (51, 52)
_NAMES = {8: "alpha", 100: "CbYCr", 101: "CbYACrYA", 102: "CbYCr 4:4:4", 103: "CbYCrA 4:4:4"}
_HEADER = 2048
_CREATOR = f"Colorizer {__version__}: colour added by a trained model"
_MADE = "RGB, colour added by machine"
_RATES = {
    round(float(rate), 3): rate for n in (24, 30, 48, 60) if (rate := Fraction(n * 1000, 1001))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the header of a frame says, and its bytes."""

    raw: bytes
    """All that stands before the samples, user data too."""
    order: str
    """Byte order, < or >."""
    size: tuple[int, int]
    """(height, width)."""
    descriptor: int
    transfer: int
    bits: int
    packing: int
    """0 packed, 1 filled from the left (method A), 2 filled from the right."""
    rate: Fraction | None
    """Frames per second of the film or of its television part."""
    pixel_aspect: Fraction | None
    interlaced: bool
    timecode: str
    """Empty where it has none."""


def read_header(path: Path, head: bytes, size: int) -> Header:
    """Read the header of a frame and check that the file holds what it says.

    Args:
        path: for messages.
        head: the first 2048 bytes, or all that stands before the samples.
        size: bytes of the file.

    Raises:
        MediaError: no DPX, damaged or cut off.
        UnsupportedMedia: samples that are not read here.
    """
    order = {b"SDPX": ">", b"XPDS": "<"}.get(head[:4])
    if order is None or len(head) < 1664:
        raise MediaError(path, note("dpx.none"))
    offset, elements = _u4(head, order, 4), _u2(head, order, 770)
    width, height = _u4(head, order, 772), _u4(head, order, 776)
    descriptor, transfer, _, bits = head[800:804]
    packing, encoding = _u2(head, order, 804), _u2(head, order, 806)
    channels = 1 if descriptor == GRAY else 4 if descriptor in _ALPHA else 3
    if elements != 1 or descriptor not in (GRAY, RGB, *_ALPHA):
        what = _NAMES.get(descriptor, note("dpx.element", number=descriptor))
        told = note("dpx.elements", number=elements) if elements != 1 else what
        raise UnsupportedMedia(path, note("dpx.not_read", what=told))
    if bits not in DEPTHS or encoding:
        told = note("dpx.run_length") if encoding else f"{bits} bit"
        raise UnsupportedMedia(path, note("dpx.packing", what=told))
    if not 0 < width * height <= 1 << 30 or not 768 + 640 <= offset <= size:
        raise MediaError(path, note("header.impossible_size", width=width, height=height))
    needed = offset + height * _line_bytes(width * channels, bits, packing)
    if size < needed:
        raise MediaError(path, note("dpx.cut_off", size=size, needed=needed))
    return Header(
        raw=head[:offset],
        order=order,
        size=(height, width),
        descriptor=descriptor,
        transfer=transfer,
        bits=bits,
        packing=packing,
        rate=_rate(head, order),
        pixel_aspect=_aspect(head, order),
        interlaced=offset >= _HEADER and head[1928] == 1,
        timecode=from_word(_u4(head, order, 1920)) if offset >= _HEADER else "",
    )


def look_at(path: Path) -> Header:
    """Read the header of a file without its samples.

    Raises:
        MediaError: see `read_header`, or it can't be opened.
    """
    try:
        with open_regular(path) as file:
            head = file.read(_HEADER)
            return read_header(path, head, file.seek(0, 2))
    except OSError as error:
        raise MediaError(path, note("file.cannot_read_so", why=error.strerror)) from error


def read_dpx(path: Path) -> tuple[Header, np.ndarray]:
    """Read a frame.

    Returns:
        Header, and codes (H, W) of luma or (H, W, 3) of RGB, uint8 or uint16, without alpha.

    Raises:
        MediaError: see `read_header`, or it can't be opened.
    """
    import av
    from av.error import FFmpegError

    try:
        data = read_whole(path, MOST_FRAME_BYTES)
    except OSError as error:
        raise MediaError(path, note("file.cannot_read_so", why=error.strerror)) from error
    offset = _u4(data, ">" if data[:4] == b"SDPX" else "<", 4) if len(data) >= 8 else 0
    header = read_header(path, data[: max(_HEADER, offset)], len(data))
    try:
        decoder = av.CodecContext.create("dpx", "r")
        decoder.thread_count = 1
        (frame,) = decoder.decode(av.Packet(data))  # type: ignore[attr-defined]
        layout = luma_layout(frame.format)
    except (FFmpegError, ValueError) as error:
        raise MediaError(path, note("file.cannot_decode", why=error)) from error
    if (frame.height, frame.width) != header.size or layout.bits != header.bits:
        raise MediaError(path, note("dpx.decoded_other"))
    planes = [read_plane(frame, layout, number) for number in range(len(layout.planes))]
    return header, planes[0] if len(planes) == 1 else np.stack(planes, -1)


def write_dpx(header: Header, rgb: np.ndarray, bits: int, name: str) -> bytes:
    """Return the bytes of a coloured frame.

    Args:
        header: of the source, whose other fields and user data are kept.
        rgb: (H, W, 3) uint8 for 8 bits, else uint16.
        bits: 8, 10, 12 or 16.
        name: of the file, for its header.
    """
    order, samples = header.order, _packed(rgb, bits, header.order)
    head = bytearray(header.raw)
    offset = len(head)
    struct.pack_into(f"{order}I", head, 16, offset + len(samples))
    _text(head, 36, 100, name)
    _text(head, 160, 100, _CREATOR)
    struct.pack_into(f"{order}H", head, 770, 1)
    head[800], head[803] = RGB, bits
    if bits != header.bits:  # its reference codes are of the old depth
        struct.pack_into(f"{order}I", head, 784, 0xFFFFFFFF)
        struct.pack_into(f"{order}I", head, 792, 0xFFFFFFFF)
    struct.pack_into(f"{order}HHIII", head, 804, int(bits in (10, 12)), 0, offset, 0, 0)
    _text(head, 820, 32, _MADE)
    return bytes(head) + samples


def new_header(
    size: tuple[int, int],
    rate: Fraction,
    aspect: Fraction | None,
    *,
    number: int,
    count: int | None,
) -> Header:
    """Return the header of a frame that comes from no DPX: big-endian, video transfer.

    Args:
        size: (height, width).
        rate: frames per second.
        aspect: width to height of a pixel, None for square ones.
        number: of the frame in its sequence.
        count: frames of it, where known.
    """
    head = bytearray(b"\xff" * _HEADER)
    for place, length in ((36, 732), (820, 32), (1432, 188), (1664, 48), (1732, 188), (2008, 40)):
        head[place : place + length] = bytes(length)
    height, width = size
    struct.pack_into(">4sI8sIIIII", head, 0, b"SDPX", _HEADER, b"V1.0", 0, 1, 1664, 384, 0)
    struct.pack_into(">I", head, 660, 0xFFFFFFFF)
    struct.pack_into(">HHII", head, 768, 0, 1, width, height)
    struct.pack_into(">I", head, 780, 0)
    head[800:804] = bytes((RGB, VIDEO, VIDEO, 0))
    shape = aspect or Fraction(1)
    struct.pack_into(">4H2I28x", head, 1620, 0, 0, 0, 0, shape.numerator, shape.denominator)
    struct.pack_into(">3If", head, 1712, number, count or 0xFFFFFFFF, 1, float(rate))
    head[1928] = 0
    struct.pack_into(">f", head, 1940, float(rate))
    return Header(
        raw=bytes(head), order=">", size=size, descriptor=RGB, transfer=VIDEO, bits=0, packing=0,
        rate=rate, pixel_aspect=aspect, interlaced=False, timecode="",
    )  # fmt: skip


def _packed(rgb: np.ndarray, bits: int, order: str) -> bytes:
    """Return samples as they stand in a file."""
    if bits == 8:
        lines = rgb.reshape(len(rgb), -1)
        rest = -lines.shape[1] % 4  # lines end at whole words
        return np.pad(lines, ((0, 0), (0, rest))).tobytes() if rest else lines.tobytes()
    if bits == 10:
        words = rgb[..., 0].astype(np.uint32) << 22
        words |= rgb[..., 1].astype(np.uint32) << 12
        words |= rgb[..., 2].astype(np.uint32) << 2
        return words.astype(f"{order}u4", copy=False).tobytes()
    lines = (rgb << (16 - bits) if bits < 16 else rgb).reshape(len(rgb), -1)
    if lines.shape[1] % 2:
        lines = np.pad(lines, ((0, 0), (0, 1)))
    return lines.astype(f"{order}u2", copy=False).tobytes()


def _line_bytes(samples: int, bits: int, packing: int) -> int:
    """Return the bytes of a line, at least."""
    if bits == 10 and packing:
        return 4 * -(-samples // 3)
    if bits == 12 and packing:
        return 2 * samples
    return samples * bits // 8


def _rate(head: bytes, order: str) -> Fraction | None:
    for place in (1724, 1940):
        if len(head) < place + 4:
            continue
        (value,) = struct.unpack_from(f"{order}f", head, place)
        if math.isfinite(value) and 1 <= value <= 240:
            return _RATES.get(round(value, 3)) or Fraction(value).limit_denominator(1001)
    return None


def _aspect(head: bytes, order: str) -> Fraction | None:
    across, down = (_u4(head, order, place) for place in (1628, 1632))
    if not (0 < across < 1 << 31 and 0 < down < 1 << 31) or across == down:
        return None
    return Fraction(across, down)


def _text(head: bytearray, place: int, length: int, text: str) -> None:
    data = text.encode("ascii", "replace")[: length - 1]
    head[place : place + length] = data.ljust(length, b"\0")


def _u4(head: bytes, order: str, place: int) -> int:
    return struct.unpack_from(f"{order}I", head, place)[0]


def _u2(head: bytes, order: str, place: int) -> int:
    return struct.unpack_from(f"{order}H", head, place)[0]
