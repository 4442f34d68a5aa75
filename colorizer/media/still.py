"""A photo as a source of one frame."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from colorizer.errors import MediaError
from colorizer.frame import Frame, working_L
from colorizer.media.gray import colour_spread, foreign_profile, to_gray
from colorizer.media.metadata import Metadata
from colorizer.media.scan import Coding, Scan, read_scan
from colorizer.media.scan_tiff import MARKS, read_tiff_scan

COLOUR_LIMIT = 2.5
"""Mean chroma across the tint above which a picture is called coloured: scans of gray and toned
prints stay below 1.7, most colour photos are above 3."""


class StillSource:
    """A photo, turned upright, as a source of one frame.

    The content decides what it is, not the name. Only lightness goes on: paper tint and colour
    are dropped. `frames` reads the file; what the sink needs is set after its first frame.

    Attributes:
        size: (height, width), upright.
        coding: how the file is encoded.
        metadata: what it carries beside the pixels.
        alpha: (H, W) uint8 or uint16, upright; None without one.
    """

    frame_count: int | None = 1
    size: tuple[int, int]
    coding: Coding
    metadata: Metadata
    alpha: np.ndarray | None

    def __init__(self, path: Path, *, side: int) -> None:
        """Take `path`; `side` is the short side of the picture the network sees."""
        self.path = Path(path)
        self.warnings: list[str] = []
        self._side = side
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Open the file for reading.

        Raises:
            MediaError: not there, a folder, empty or not readable.
        """
        try:
            self._file = self.path.open("rb")
            empty = os.fstat(self._file.fileno()).st_size == 0
        except OSError as error:
            raise MediaError(self.path, _why_not(self.path, error)) from error
        if empty:
            self._file.close()
            raise MediaError(self.path, "is empty (0 bytes)")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
        self.alpha = None

    def frames(self) -> Iterator[Frame]:
        """Decode the photo and yield its only frame.

        Raises:
            MediaError: damaged, cut off, or absurdly large by its header.
            UnsupportedMedia: no photo, or samples this program can't take.
        """
        Y, bits = self._decode()
        L = working_L(Y, bits, True, self._side)
        yield Frame(
            index=0,
            pts=None,
            time_base=Fraction(1),
            Y=Y,
            bits=bits,
            full_range=True,
            L=L,
            starts_shot=True,
        )

    def _decode(self) -> tuple[np.ndarray, int]:
        """Return luma codes and their bits; the RGB is free again when this returns."""
        if self._file is None:
            raise ValueError("frames() needs the source to be entered")
        mark = self._file.read(4)
        self._file.seek(0)
        read = read_tiff_scan if mark in MARKS else read_scan
        scan = read(self.path, self._file, self.warnings)
        self._warn_of_colour(scan)
        Y, bits = self._luma(scan)
        turn = scan.metadata.orientation
        Y = upright(Y, turn)
        self.alpha = None if scan.alpha is None else upright(scan.alpha, turn)
        self.coding, self.metadata, self.size = scan.coding, scan.metadata, Y.shape[:2]
        return Y, bits

    def _luma(self, scan: Scan) -> tuple[np.ndarray, int]:
        profile = None
        try:
            profile = foreign_profile(scan.metadata.icc, scan.space)
            return to_gray(scan.codes, scan.space, scan.bits, profile)
        except ValueError as error:
            self.warnings.append(f"its colour profile is not used, sRGB is assumed: {error}")
        return to_gray(scan.codes, scan.space, scan.bits, None)

    def _warn_of_colour(self, scan: Scan) -> None:
        if scan.space != "rgb" or scan.bits not in (8, 16):
            return
        if colour_spread(scan.codes) > COLOUR_LIMIT:
            self.warnings.append("is already in colour; its colours are replaced")


def upright(plane: np.ndarray, orientation: int) -> np.ndarray:
    """Turn a plane (H, W) as its EXIF orientation, 1 to 8, asks for; contiguous."""
    if orientation >= 5:
        plane = plane.T
    mirrors = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}
    down, across = mirrors.get(orientation, (1, 1))
    return np.ascontiguousarray(plane[::down, ::across])


def _why_not(path: Path, error: OSError) -> str:
    if path.is_dir():
        return "is a folder, not a photo"
    if isinstance(error, FileNotFoundError):
        return "is not there"
    return f"can't be opened: {error.strerror or error}"
