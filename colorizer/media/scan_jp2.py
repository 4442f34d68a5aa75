"""Decoding JPEG 2000, JP2 files and bare codestreams, of up to 16 bits."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.iptc import resource_of_iptc
from colorizer.media.jp2_boxes import (
    CMYK,
    CODESTREAM,
    EXIF_ID,
    GRAY,
    IPTC_ID,
    RGB,
    XMP_ID,
    YCC,
    Size,
    boxes,
    read_resolution,
    read_size,
)
from colorizer.media.metadata import Metadata
from colorizer.media.scan import Coding, Scan, check_claim, one_line, split_alpha, widen

_CHANNELS = {GRAY: 1, RGB: 3, CMYK: 4}
_SPACES = {1: GRAY, 2: GRAY, 3: RGB, 4: RGB}
"""Colour space by the number of components where the file names none."""


def read_jp2_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode a JPEG 2000.

    Args:
        path: for messages.
        file: opened for reading.
        warnings: what can't be kept is appended.

    Raises:
        MediaError: damaged or cut off.
        UnsupportedMedia: components that are not gray, RGB or CMYK of up to 16 bits.
    """
    import imagecodecs

    data = file.read()
    try:
        header = Header(data)
        size = read_size(data, header.start)
    except (ValueError, IndexError, struct.error) as error:
        raise MediaError(path, f"is damaged or cut off: {one_line(error)}") from error
    check_claim(path, size.height, size.width, len(data))
    _check(path, size, header.space)
    try:
        # The bare codestream, as odd boxes behind it would be an error; palettes are in boxes.
        stream = data if header.palette else data[header.start : header.end]
        codes = imagecodecs.jpeg2k_decode(stream)
    except (imagecodecs.Jpeg2kError, RuntimeError, ValueError) as error:
        raise MediaError(path, f"is damaged or cut off: {one_line(error)}") from error
    if codes.shape[:2] != (size.height, size.width) or codes.ndim > 3:
        raise MediaError(path, "is damaged: its components have different sizes")
    return _scan(codes, size, header, warnings)


def _check(path: Path, size: Size, space: int | None) -> None:
    """Refuse what can't be decoded faithfully.

    Raises:
        UnsupportedMedia: see `read_jp2_scan`.
    """
    if not size.plain or size.bits[0] > 16:
        what = f"have {' and '.join(map(str, sorted(set(size.bits))))} bits"
        if not size.plain and len(set(size.bits)) == 1:
            what = "are signed or have less resolution than the picture"
        raise UnsupportedMedia(path, f"its components {what}; save it as 8- or 16-bit RGB")
    if space == YCC or (space is not None and space not in _CHANNELS):
        raise UnsupportedMedia(path, f"its colour space is number {space}; save it as gray or RGB")


class Header:
    """What the boxes of a JP2 say beside the codestream; of a bare codestream, nothing.

    Attributes:
        start: where the codestream begins.
        end: where it ends.
        palette: its codes stand for colours in a box.
        space: number of the colour space, None where the file names none.
        icc: the profile of the pixels.
        resolution: as in `Metadata`.
        ids: contents of the UUID boxes by their ids.
        xml: there are XML boxes.
    """

    def __init__(self, data: bytes) -> None:
        self.start, self.end = 0, len(data)
        self.palette = False
        self.space: int | None = None
        self.icc: bytes | None = None
        self.resolution: tuple[Fraction, Fraction, int] | None = None
        self.ids: dict[bytes, bytes] = {}
        self.xml = False
        if data.startswith(CODESTREAM):
            return
        self.start = len(data)
        for kind, start, end in boxes(data):
            if kind == b"jp2c":
                if self.start == len(data):
                    self.start, self.end = start, end
            elif kind == b"jp2h":
                self._read(data, start, end)
            elif kind == b"uuid":
                self.ids.setdefault(data[start : start + 16], data[start + 16 : end])
            elif kind == b"xml ":
                self.xml = True

    def _read(self, data: bytes, start: int, end: int) -> None:
        for kind, inside, stop in boxes(data, start, end):
            if kind == b"colr" and self.space is None and self.icc is None:
                method = data[inside]
                if method == 1:
                    self.space = int.from_bytes(data[inside + 3 : inside + 7], "big")
                elif method in (2, 3):
                    self.icc = data[inside + 3 : stop]
            elif kind == b"pclr":
                self.palette = True
            elif kind == b"res ":
                self.resolution = read_resolution(data, inside, stop)


def _scan(codes: np.ndarray, size: Size, header: Header, warnings: list[str]) -> Scan:
    """Bring components to gray, RGB or CMYK codes."""
    count = 1 if codes.ndim == 2 else codes.shape[2]
    space = header.space or _SPACES.get(count, RGB)
    profile_space = (header.icc or b"")[16:20]
    if profile_space == b"CMYK":
        space = CMYK
    channels = min(_CHANNELS[space], count)
    if count > channels + 1:
        warnings.append(f"{count - channels - 1} channels beside colour and alpha are lost")
        codes = codes[..., : channels + 1]
    bits = 8 if codes.dtype == np.uint8 and size.bits[0] > 8 else size.bits[0]  # a palette
    depth = 8 if bits <= 8 else 16
    codes, bits = widen(codes, bits)
    if space == CMYK and count >= 4:
        alpha = codes[..., 4] if count > 4 else None
        kind, codes = "cmyk", codes[..., :4]
    else:
        codes, kind, alpha = split_alpha(codes)
    if alpha is not None and bits not in (8, 16):
        alpha = np.rint(alpha * (65535 / (2**bits - 1))).astype(np.uint16)
    return Scan(
        codes=codes,
        space=kind,
        bits=bits,
        alpha=alpha,
        coding=Coding(format="jp2", depth=depth, lossless=True),
        metadata=_metadata(header, warnings),
    )


def _metadata(header: Header, warnings: list[str]) -> Metadata:
    if header.xml:
        warnings.append("its XML boxes are lost")
    exif = header.ids.get(EXIF_ID)
    iptc = header.ids.get(IPTC_ID)
    return Metadata(
        # Not its orientation: readers of JPEG 2000 show the pixels as they are.
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=header.ids.get(XMP_ID),
        photoshop=resource_of_iptc(iptc) if iptc else b"",
        icc=header.icc,
        resolution=header.resolution,
    )
