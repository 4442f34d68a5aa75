"""A photo as a source of one frame, or of as many as it has pages."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np

from colorizer.colour.cielab import luma_to_L
from colorizer.colour.negatives import ends_of_negative, positive_L
from colorizer.colour.profiles import foreign_profile, result_profile
from colorizer.errors import MediaError
from colorizer.files.strangers import open_regular
from colorizer.frame import Frame, working_L
from colorizer.media.metadata.carried import Metadata
from colorizer.media.metadata.year import year_of
from colorizer.media.photo.assumed import DEVICE_CMYK, assumed_profile
from colorizer.media.photo.content import COLOURED, LINE_ART, TEXT, content_of
from colorizer.media.photo.gray import is_neutral, tint_of, to_gray
from colorizer.media.photo.heard import listening
from colorizer.media.photo.scan import Coding, Extra, Salvage, Scan, opacity_of
from colorizer.media.photo.scan_open import Pages, open_pages
from colorizer.notes import note
from colorizer.settings import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the sink needs of one page next to its frame."""

    coding: Coding
    """How the file is encoded."""
    metadata: Metadata
    """What the page carries next to the pixels."""
    extras: tuple[Extra, ...] = ()
    """Channels next to the colours, upright."""

    @property
    def alpha(self) -> np.ndarray | None:
        """Opacity, (H, W) uint8 or uint16; None without one."""
        return opacity_of(self.extras)


class StillSource:
    """A photo, turned upright, as a source of one frame for each of its pages.

    The content decides what it is, not the name. Only lightness is passed on: paper tint and colour
    are dropped.

    Attributes:
        frame_count: pages, known from entering on.
        assumed: names of the profiles that were assumed, by the space of the pixels.
        contents: what each page decoded so far shows, as `content_of` tells it.
    """

    frame_count: int | None = None

    def __init__(self, path: Path, reading: Reading = Reading(), *, side: int) -> None:
        """Take a photo.

        Args:
            path: of the file.
            reading: what pixels without a profile are, and what becomes of damaged files.
            side: short side of the picture the network sees.
        """
        self.path = Path(path)
        self.assumed: dict[str, str] = {}
        self.salvage = Salvage() if reading.damaged == "salvage" else None
        self._assume = reading.assume_profile
        self._negative = reading.negative
        self.warnings: list[str] = []
        self.contents: list[str] = []
        self._side = side
        self._file: BinaryIO | None = None
        self._opened: Pages | None = None
        self._pages: dict[int, Page] = {}
        self._noted: dict[str, tuple[int, list[int]]] = {}

    def __enter__(self) -> Self:
        """Open the file for reading and count its pages.

        Raises:
            MediaError: it does not exist, is a folder, empty, not readable or damaged.
            UnsupportedMedia: no photo.
        """
        try:
            self._file = open_regular(self.path)
            empty = os.fstat(self._file.fileno()).st_size == 0
        except OSError as error:
            raise MediaError(self.path, _why_not(self.path, error)) from error
        if empty:
            self._file.close()
            raise MediaError(self.path, note("file.empty"))
        try:
            with listening(self.warnings):
                self._opened = open_pages(self.path, self._file, self.warnings, self.salvage)
        except BaseException:
            self._file.close()
            raise
        self.frame_count = self._opened.count
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        self._pages.clear()

    def frames(self, count: int | None = None) -> Iterator[Frame]:
        """Decode the pages and yield a frame of each; `count` ends after so many.

        Raises:
            MediaError: damaged, cut off, or absurdly large by its header.
            UnsupportedMedia: samples this program can't take.
        """
        if self._opened is None:
            raise ValueError("frames() needs the source to be entered")
        scans = self._opened.scans
        for index in range(self._opened.count if count is None else count):
            with listening(self._opened.notes):
                scan = next(scans, None)
            if scan is None:  # the others are damaged and left out
                return
            Y, bits, tone, tint = self._decode(index, scan)
            if self._negative:
                tone, tint = positive_tone(Y, bits, tone), None
            del scan  # its pixels
            yield Frame(
                index=index,
                pts=None,
                time_base=Fraction(1),
                Y=Y,
                bits=bits,
                full_range=True,
                L=working_L(Y, bits, True, self._side, tone),
                starts_shot=True,
                tone=tone,
                tint=tint,
                year=year_of(self._pages[index].metadata),
                taken=frozenset({TEXT} & {self.contents[-1]}),
            )

    def take_page(self, index: int) -> Page:
        """Return what belongs to a frame that was yielded; once, so that its memory is freed."""
        return self._pages.pop(index)

    def _decode(
        self, index: int, scan: Scan
    ) -> tuple[np.ndarray, int, np.ndarray | None, np.ndarray | None]:
        """Return luma codes, their bits, tone and tint; the RGB is free again afterwards."""
        assert self._opened is not None
        notes = self._opened.notes
        scan, profile = self._profile(scan, notes)
        Y, bits, tone = to_gray(scan.codes, scan.space, scan.bits, profile)
        tint = tint_of(scan.codes, scan.space, scan.bits, profile, self._side)
        turn = scan.metadata.orientation
        extras = tuple(Extra(upright(one.plane, turn), one.kind) for one in scan.extras)
        self._pages[index] = Page(coding=scan.coding, metadata=scan.metadata, extras=extras)
        self.contents.append(content_of(Y, bits, scan))
        if self.contents[-1] == COLOURED:
            notes.append(note("photo.has_colour"))
        elif self.contents[-1] in ("", LINE_ART) and _is_bilevel(Y, bits):
            notes.append(note("photo.bilevel"))
        self._note(index, notes)
        if tint is not None:
            tint = np.stack([upright(plane, turn) for plane in tint])
        return upright(Y, turn), bits, tone, tint

    def _note(self, index: int, notes: list[str]) -> None:
        """Move the notes of a page to the warnings, one for all pages with the same."""
        for text in notes:
            slot, pages = self._noted.setdefault(text, (len(self.warnings), []))
            pages.append(self._number(index))
            line = text if self.frame_count == 1 else f"{_page_words(pages)}: {text}"
            self.warnings[slot:] = [line, *self.warnings[slot + 1 :]]
        notes.clear()

    def _number(self, index: int) -> int:
        """Return the number of a page in the file, from 1."""
        left_out = self.salvage.left_out if self.salvage else {}
        there = [n for n in range(1, (self.frame_count or 1) + 1) if n not in left_out]
        return there[index] if index < len(there) else index + 1

    def _profile(self, scan: Scan, notes: list[str]) -> tuple[Scan, bytes | None]:
        """Return the scan and the profile of its pixels, None for sRGB; tell why one can't be used.

        RGB without colour whose profile is one of gray becomes gray.
        """
        metadata = scan.metadata
        if not metadata.icc and metadata.stated:
            adobe = metadata.stated == "adobe-rgb" and scan.space != "cmyk"
            return scan, result_profile("adobe-rgb") if adobe else None
        if not metadata.icc:
            profile, self.assumed[scan.space] = assumed_profile(self._assume, scan.space)
            return scan, profile
        try:
            profile = foreign_profile(metadata.icc, scan.space)
            if profile is not None and profile[16:20] == b"GRAY":
                scan = _without_colour(scan)
            if profile is not None:
                to_gray(scan.codes[:1, :1], scan.space, scan.bits, profile)
        except (ValueError, struct.error) as error:
            assumed = DEVICE_CMYK if scan.space == "cmyk" else "sRGB"
            notes.append(note("photo.profile_not_used", assumed=assumed, why=error))
            return scan, None
        return scan, profile


def positive_tone(Y: np.ndarray, bits: int, tone: np.ndarray | None) -> np.ndarray:
    """Return L* of every code of a negative as its positive has it, (2^bits,); see `Frame.tone`.

    Args:
        Y: full-range codes of the negative, (H, W).
        bits: significant bits of Y.
        tone: L* of its codes; None is sRGB.
    """
    kind = np.uint8 if bits == 8 else np.uint16
    plain = luma_to_L(np.arange(2**bits, dtype=kind), bits, True) if tone is None else tone
    step = max(1, min(Y.shape) // 256)
    return positive_L(plain, ends_of_negative(np.take(plain, Y[::step, ::step])))


def _is_bilevel(Y: np.ndarray, bits: int) -> bool:
    """Tell whether all of a picture is black or white."""
    white = 2**bits - 1
    return all(bool(((rows == 0) | (rows == white)).all()) for rows in Y)


def _without_colour(scan: Scan) -> Scan:
    """Return a gray scan of one with R = G = B.

    Raises:
        ValueError: it has colour.
    """
    if scan.space == "gray":
        return scan
    if not is_neutral(scan.codes):
        raise ValueError(note("profile.gray_for_rgb"))
    return replace(scan, space="gray", codes=scan.codes[..., 0].copy())


def upright(plane: np.ndarray, orientation: int) -> np.ndarray:
    """Turn a plane (H, W) as its EXIF orientation, 1 to 8, asks for; contiguous."""
    if orientation >= 5:
        plane = plane.T
    mirrors = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}
    down, across = mirrors.get(orientation, (1, 1))
    return np.ascontiguousarray(plane[::down, ::across])


def _page_words(pages: list[int]) -> str:
    """Return "page 3" or "pages 1-4, 7" for ascending numbers."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    words = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)
    return (
        note("photo.page", numbers=words) if len(pages) == 1 else note("photo.pages", numbers=words)
    )


def _why_not(path: Path, error: OSError) -> str:
    if path.is_dir():
        return note("photo.folder")
    if isinstance(error, FileNotFoundError):
        return note("file.not_found")
    return note("file.cannot_open", why=error.strerror or error)
