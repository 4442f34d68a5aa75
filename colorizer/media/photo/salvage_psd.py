"""The composite of a damaged Photoshop document, stored plainly as far as it can be unpacked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import numpy as np

from colorizer.errors import MediaError
from colorizer.media.photo.scan_psd import CMYK_MODE, LAB_MODE, PsdHeader, composite_rows, read_head

_LEAST = 0.01


def repaired_psd(file: BinaryIO) -> tuple[BinaryIO, float] | None:
    """Return a document without compression, and which share of its samples is missing.

    The planes of the colours follow each other. Where one is missing and the one before it is not,
    it gets the rows of that one, so that a picture near gray stays what it is.
    """
    file.seek(0)
    try:
        header = read_head(Path(), file)
        start = file.tell()
        rows = list(composite_rows(Path(), file, header))
    except MediaError:
        return None
    row = (header.width * header.bits + 7) // 8
    count = header.channels * header.height
    missing = 1 - len(rows) / count
    if len(rows) < _LEAST * count:
        return None
    planes = np.zeros((header.channels, header.height, row), np.uint8)
    planes.reshape(count, row)[: len(rows)] = np.frombuffer(b"".join(rows), np.uint8).reshape(
        len(rows), row
    )
    _fill(planes, len(rows), header)
    file.seek(0)
    return io.BytesIO(file.read(start) + b"\0\0" + planes.tobytes()), missing


def _fill(planes: np.ndarray, present: int, header: PsdHeader) -> None:
    """Replace what is missing of the planes, (channels, H, bytes of a row)."""
    colours = header.colours
    for number in range(len(planes)):
        there = min(max(0, present - number * header.height), header.height)
        gone = planes[number, there:]
        if number >= colours:
            gone[:] = 255  # opaque
        elif header.mode == LAB_MODE and number:
            gone[:] = np.frombuffer(b"\x80\0" if header.bits == 16 else b"\x80", np.uint8)[
                np.arange(gone.shape[1]) % (header.bits // 8)
            ]
        elif header.mode == CMYK_MODE and number:
            gone[:] = 255  # no ink
        elif number:
            gone[:] = planes[number - 1, there:]
