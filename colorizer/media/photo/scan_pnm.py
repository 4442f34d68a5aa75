"""Decoding PBM, PGM and PPM (Netpbm), plain and raw, of up to 16 bits.

Pillow and OpenImageIO stretch codes whose white is not 255 or 65535, or cut them to 8 bits; here
those of 9 to 16 whole bits stay as they are, and a file that is cut off is told from a damaged one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from colorizer.errors import MediaError
from colorizer.media.metadata.carried import Metadata
from colorizer.media.photo.ends import PADDING
from colorizer.media.photo.scan import Coding, Scan, check_claim, file_size, widen
from colorizer.notes import note

_HEADER_BYTES = 4096
_FIELD = re.compile(rb"(?:\s|#[^\r\n]*[\r\n])+(\d{1,10})")
_COMMENT = re.compile(rb"#[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says."""

    kind: int
    """1 to 6, of the mark P1 to P6."""
    width: int
    height: int
    top: int
    """Code of white: 1 to 65535."""
    end: int
    """Where the samples begin."""

    @property
    def channels(self) -> int:
        """3 for PPM, else 1."""
        return 3 if self.kind in (3, 6) else 1


def read_header(path: Path, file: BinaryIO) -> Header:
    """Read the header of a PBM, PGM or PPM.

    Raises:
        MediaError: it makes no sense.
    """
    file.seek(0)
    head = file.read(_HEADER_BYTES)
    kind, at, numbers = head[1] - 48, 2, []
    for _ in range(2 if kind in (1, 4) else 3):
        field = _FIELD.match(head, at)
        if field is None:
            raise MediaError(path, note("pnm.header"))
        numbers.append(int(field[1]))
        at = field.end()
    width, height, top = (*numbers, 1)[:3]
    if not 0 < top < 65536:
        raise MediaError(path, note("pnm.white", white=top))
    check_claim(path, height, width, file_size(file))
    return Header(kind, width, height, top, at + 1)


def read_pnm_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode a PBM, PGM or PPM."""
    header = read_header(path, file)
    file.seek(header.end)
    data = file.read()
    if header.kind == 4:
        codes, used = _bits(data, header)
    elif header.kind < 4:
        codes, used = _plain(data, header)
    else:
        codes, used = _raw(data, header)
    shape = (header.height, header.width, header.channels)
    if codes is None or codes.size < header.height * header.width * header.channels:
        raise MediaError(path, note("pnm.cut_off", bytes=len(data)))
    if re.match(rb"\s*P[1-6]\s", data[used : used + 8]):
        warnings.append(note("pnm.first_of_several"))
    elif data[used:].strip(PADDING):
        warnings.append(note("photo.trailer", bytes=len(data) - used))
    codes, bits = _scaled(codes[: shape[0] * shape[1] * shape[2]], header.top)
    codes = codes.reshape(shape)
    if header.kind in (1, 4):
        codes = 255 - codes  # 1 is black
    depth = 8 if bits == 8 else 16
    return Scan(
        codes=codes[..., 0] if shape[2] == 1 else codes,
        space="gray" if shape[2] == 1 else "rgb",
        bits=bits,
        coding=Coding(format="pnm", depth=depth, lossless=True),
        metadata=Metadata(),
    )


def _bits(data: bytes, header: Header) -> tuple[np.ndarray | None, int]:
    """Unpack rows of bits; return samples and the bytes they took."""
    row = (header.width + 7) // 8
    used = row * header.height
    if len(data) < used:
        return None, 0
    rows = np.frombuffer(data, np.uint8, used).reshape(header.height, row)
    return np.unpackbits(rows, axis=1, count=header.width).ravel(), used


def _plain(data: bytes, header: Header) -> tuple[np.ndarray | None, int]:
    """Read samples written as text; a plain file holds one picture."""
    text = _COMMENT.sub(b" ", data) if b"#" in data else data
    if header.kind == 1:  # its digits need no space between them
        digits = np.frombuffer(text, np.uint8)
        return (digits[(digits == 48) | (digits == 49)] - 48), len(data)
    try:
        samples = np.array(text.split(), dtype=np.int64)
    except (ValueError, OverflowError):
        return None, 0
    return samples.clip(0, 65535).astype(np.uint16), len(data)


def _raw(data: bytes, header: Header) -> tuple[np.ndarray | None, int]:
    wire = np.dtype(np.uint8 if header.top < 256 else ">u2")
    count = header.height * header.width * header.channels
    used = count * wire.itemsize
    if len(data) < used:
        return None, 0
    return np.frombuffer(data, wire, count).astype(wire.newbyteorder("=")), used


def _scaled(codes: np.ndarray, top: int) -> tuple[np.ndarray, int]:
    """Bring samples to 8 to 16 bits; those of whole bits from 8 on stay as they are."""
    codes = np.minimum(codes, np.array(top, codes.dtype))
    bits = top.bit_length()
    if top == 2**bits - 1:
        return widen(codes, bits)
    if top < 256:
        return np.rint(codes * (255 / top)).astype(np.uint8), 8
    return np.rint(codes * (65535 / top)).astype(np.uint16), 16
