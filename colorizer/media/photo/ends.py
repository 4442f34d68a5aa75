"""Whether a file ends before its content does: what tells "cut off" from "damaged"."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from colorizer.media.metadata.png_walk import walk_chunks
from colorizer.media.photo.jp2_boxes import CODESTREAM, SIGNATURE
from colorizer.media.photo.scan import file_size, one_line
from colorizer.notes import note

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_LS_MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""Of JPEG-LS: in its scans a 0 bit follows 0xFF, so that what is below 0x80 is picture."""
_BARE = (0x01, *range(0xD0, 0xD9))
"""Markers of JPEG that no length follows."""
_LS = 0xF7
_FRAMES = {*range(0xC0, 0xD0), _LS} - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG that begin a frame."""
_END, _SCAN = 0xD9, 0xDA
_PROGRESSIVE = (0xC2, 0xCA)
_DCT = (0xC0, 0xC1, 0xC9, *_PROGRESSIVE)
_UNTOLD = 16
"""Lowest bit of a coefficient of which no scan tells."""


@dataclass(frozen=True, slots=True)
class JpegLayout:
    """Where the parts of a JPEG lie, told from its markers."""

    segments: tuple[tuple[int, bytes], ...]
    """Marker and contents of all segments ahead of the first scan."""
    frame: int
    """Marker of its frame, 0 without one: 0xC0 baseline, 0xC3 lossless, 0xF7 JPEG-LS, ..."""
    precision: int
    """Bits of a sample."""
    size: tuple[int, int]
    """(height, width)."""
    components: int
    end: int | None
    """After the end marker of the picture; None where the data ends before it."""
    scans: tuple[bytes, ...] = ()
    """Headers of its scans."""

    @property
    def lacks_scans(self) -> bool:
        """Whether coefficients of a component come in none of the scans, or not to their last bit.

        Source: ITU-T T.81, B.2.3 and G.1.1.1; only JPEGs of the discrete cosine transform.
        """
        if self.frame not in _DCT:
            return False
        told: dict[int, list[int]] = {}
        for scan in self.scans:
            count = scan[0] if scan else 0
            if len(scan) < 2 * count + 4:
                return False
            first, last, bits = scan[1 + 2 * count : 4 + 2 * count]
            for component in scan[1 : 1 + 2 * count : 2]:
                left = told.setdefault(component, [_UNTOLD] * 64)
                span = range(first, min(last, 63) + 1) if self.frame in _PROGRESSIVE else range(64)
                for place in span:
                    left[place] = min(left[place], bits & 15)
        return len(told) < self.components or any(any(left) for left in told.values())


def jpeg_layout(data: bytes) -> JpegLayout:
    """Walk through the markers of a JPEG; what is missing is left at 0."""
    at, end = 2, None
    segments: list[tuple[int, bytes]] = []
    scans: list[bytes] = []
    frame = (0, 0, 0, 0, 0)
    while found := (_LS_MARKER if frame[0] == _LS else _MARKER).search(data, at):
        marker, at = data[found.start() + 1], found.end()
        if marker == _END:
            end = at
            break
        if marker in _BARE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > len(data):
            break
        body = data[at + 2 : at + length]
        if marker in _FRAMES and not frame[0] and len(body) >= 6:
            frame = (marker, *struct.unpack_from(">BHHB", body))
        if marker == _SCAN:
            scans.append(body)
        elif not scans:
            segments.append((marker, body))
        at += length
    kind, bits, height, width, count = frame
    return JpegLayout(tuple(segments), kind, bits, (height, width), count, end, tuple(scans))


PADDING = b"\0\xff\r\n "
"""Bytes that say nothing after the end of a picture."""
_ENDED = re.compile(r"image file is truncated|NEED_MORE_INPUT")
"""What decoders say when the data ends before the picture."""


def is_cut_off(file: BinaryIO) -> bool | None:
    """Tell whether a file ends before what its own structure announces; None where none does."""
    size = file_size(file)
    file.seek(0)
    head = file.read(64)
    if head.startswith(b"\xff\xd8\xff"):
        file.seek(0)
        return jpeg_layout(file.read()).end is None
    end = _announced_end(file, head, size)
    if end is not None:
        return end > size
    if head.startswith(b"GIF8"):
        file.seek(max(0, size - 64))
        return not file.read().rstrip(b"\0").endswith(b";")
    if head.startswith(CODESTREAM):
        return not _ends_codestream(file, size)
    if head.startswith(SIGNATURE) or head[4:8] == b"ftyp" or head[4:8] == b"JXL ":
        return not _ends_boxes(file, size)
    return None


def after_end(file: BinaryIO) -> int:
    """Return how many bytes follow the picture of a PNG, WebP or BMP; 0 where all are padding."""
    size = file_size(file)
    file.seek(0)
    end = _announced_end(file, file.read(64), size)
    file.seek(size if end is None else end)
    while part := file.read(1 << 20):
        if part.strip(PADDING):
            return size - (end or 0)
    return 0


def _announced_end(file: BinaryIO, head: bytes, size: int) -> int | None:
    """Return where a PNG, WebP or BMP ends by its structure, which may be after its last byte."""
    if head.startswith(b"\x89PNG"):
        found = (file.tell() + length + 4 for name, length in walk_chunks(file) if name == b"IEND")
        return next(found, size + 1)
    if head.startswith(b"RIFF") and len(head) >= 8:
        return 8 + int.from_bytes(head[4:8], "little")
    if head.startswith(b"BM") and len(head) >= 34:
        told, start = struct.unpack_from("<I4xI", head, 2)
        width, height = struct.unpack_from("<ii", head, 18)
        bits, packed = struct.unpack_from("<HI", head, 28)
        if packed not in (0, 3):
            return size
        # A profile may follow the pixels; then only the length that is told covers it.
        return max(start + (width * bits + 31) // 32 * 4 * abs(height), min(told, size))
    return None


def broken(file: BinaryIO, error: BaseException | str) -> str:
    """Return the reason of a file that can't be decoded: "is cut off" or "is damaged"."""
    told = error if isinstance(error, str) else one_line(error)
    place = file.tell()
    cut = is_cut_off(file)
    file.seek(place)
    if cut is None:
        cut = bool(_ENDED.search(told))
    return (
        note("photo.cut_off_restore", what=told)
        if cut
        else note("photo.damaged_restore", what=told)
    )


def _ends_codestream(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - 64))
    return b"\xff\xd9" in file.read()


def _ends_boxes(file: BinaryIO, size: int) -> bool:
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind = struct.unpack_from(">I4s", head)
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
        if length == 0:
            return kind != b"jp2c" or _ends_codestream(file, size)
        if length < 8:
            return True  # damaged, not cut off
        at += length
    return at == size
