"""One file of an image sequence as a frame, and a coloured frame as such a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np

from colorizer.colour.cielab import SRGB, L_to_gray, RgbSpace, light_to_L, look_up, srgb_to_lab
from colorizer.colour.rgb_spaces import LINEAR_LIGHT, LOG_FILM
from colorizer.colour.ycbcr import rgb_to_ycbcr
from colorizer.files.strangers import open_regular
from colorizer.frame import Colours, Frame, working_L
from colorizer.media.film.luma import at_depth
from colorizer.media.frames.dpx import (
    LOGARITHMIC,
    PRINTING_DENSITY,
    Header,
    look_at,
    read_dpx,
)
from colorizer.media.frames.exr import read_exr
from colorizer.media.frames.exr_frames import ExrCarried, codes_of, luminance, space_of
from colorizer.media.frames.exr_frames import tone as light_tone
from colorizer.media.frames.exr_header import look_at_exr
from colorizer.media.metadata.carried import Metadata
from colorizer.media.photo.gray import is_neutral
from colorizer.media.photo.scan import Coding
from colorizer.media.photo.scan_open import open_pages
from colorizer.media.photo.still import Page, StillSource
from colorizer.media.photo.still_codes import colour_rows
from colorizer.media.photo.still_sink import StillSink
from colorizer.notes import note
from colorizer.places.frame_pattern import FILE_SUFFIXES
from colorizer.settings import PhotoWriting

Carried = StillSource | Header | ExrCarried
"""What a frame's file holds next to its picture."""
ColourRows = Callable[[Frame, slice, RgbSpace, int], tuple[np.ndarray, np.ndarray]]
"""See `colour_rows`, which is one."""
EXR = ".exr"
SPACES = {"video": SRGB, "log": LOG_FILM, "linear": LINEAR_LIGHT}


@dataclass(frozen=True, slots=True)
class FrameFile:
    """A decoded file of a sequence."""

    Y: np.ndarray
    """See `Frame.Y`."""
    bits: int
    tone: np.ndarray | None
    carried: Carried
    coded: tuple[str, int]
    """Format and bits of the file, which all frames must share."""
    notes: tuple[str, ...]
    colours: Colours | None = None
    """See `Frame.colours`."""

    def frame(self, index: int, pts: int, time_base: Fraction, side: int) -> Frame:
        """Return it as a frame of a film."""
        L = working_L(self.Y, self.bits, True, side, self.tone)
        found = Frame(index, pts, time_base, self.Y, self.bits, True, L, tone=self.tone)
        return found if self.colours is None else replace(found, colours=self.colours)


def read_frame(path: Path, transfer: str) -> FrameFile:
    """Decode one file.

    Args:
        path: of a DPX or OpenEXR frame or a photo.
        transfer: what the codes of DPX are, one of `settings.TRANSFERS`.

    Raises:
        MediaError: damaged, cut off or of no known format.
    """
    if path.suffix.lower() == EXR:
        return _read_exr(path)
    if path.suffix.lower() in FILE_SUFFIXES:
        return _read_dpx(path, transfer)
    with StillSource(path, side=32) as still:
        frame = next(still.frames(1))
        notes = list(still.warnings)
        if still.frame_count != 1:
            notes.append(note("frames.several_pages"))
        page = still.take_page(0)
    kept = _Kept(path, page)
    coded = (page.coding.format, page.coding.depth)
    colours = None if frame.tint is None else _colours_of(path, "video")
    return FrameFile(frame.Y, frame.bits, frame.tone, kept, coded, tuple(notes), colours)


def read_rgb(path: Path) -> tuple[np.ndarray, int]:
    """Return the codes of a file, (H, W, 3) or (H, W), and their bits, as they stand there.

    Of OpenEXR, sRGB code values with 1 for white, and 1 bit.

    Raises:
        MediaError: see `read_frame`.
    """
    if path.suffix.lower() == EXR:
        return SRGB.encode(read_exr(path)[1]), 1
    if path.suffix.lower() in FILE_SUFFIXES:
        header, codes = read_dpx(path)
        return codes, header.bits
    with open_regular(path) as file:
        scan = next(open_pages(path, file, []).scans)
    return scan.codes, scan.bits


def facts_of(path: Path) -> tuple[tuple[int, int], tuple[str, int]]:
    """Return (height, width), and format and bits, of a DPX or OpenEXR frame by its header.

    Raises:
        MediaError: it is cut off or can't be read.
    """
    exr = path.suffix.lower() == EXR
    header = look_at_exr(path) if exr else look_at(path)
    return header.size, ("exr" if exr else "dpx", header.bits)


def luma_of(
    read: tuple[np.ndarray, int], *, matrix: str, bits: int, full_range: bool
) -> np.ndarray:
    """Compute luma codes from RGB codes, rounded, (H, W) uint8 or uint16.

    Args:
        read: from `read_rgb`.
        matrix: of the luma.
        bits: of the result.
        full_range: of the result.
    """
    codes, depth = read
    planes = np.moveaxis(np.atleast_3d(codes), -1, 0).astype(np.float64) / (2**depth - 1)
    rgb = np.broadcast_to(planes, (3, *planes.shape[1:]))
    Y = rgb_to_ycbcr(rgb, matrix=matrix, bits=bits, full_range=full_range)[0]
    return np.rint(np.clip(Y, 0, 2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)


def transfer_of(header: Header, asked: str) -> str:
    """Return video, log or linear: what the codes of a DPX frame are."""
    if asked != "auto":
        return asked
    return "log" if header.transfer in (PRINTING_DENSITY, LOGARITHMIC) else "video"


def _read_dpx(path: Path, asked: str) -> FrameFile:
    header, codes = read_dpx(path)
    transfer = transfer_of(header, asked)
    coded, bits = ("dpx", header.bits), header.bits
    if codes.ndim == 3 and is_neutral(codes):
        codes = codes[..., 0].copy()
    colours = None
    if codes.ndim == 3:
        codes, bits = _gray_of(codes, bits, SPACES[transfer]), 16
        colours = _colours_of(path, transfer)
    tone = None if transfer == "video" else _tone(transfer, bits)
    return FrameFile(codes, bits, tone, header, coded, (), colours)


def _read_exr(path: Path) -> FrameFile:
    header, values = read_exr(path)
    light = luminance(values, space_of(header))
    others = [name for name in header.channels if name not in ("R", "G", "B", "Y")]
    notes = (note("exr.channels_left_out", names=", ".join(others)),) if others else ()
    carried = ExrCarried(header, light)
    gray = values.ndim < 3 or bool(np.ptp(values[::4, ::4], axis=-1).max() == 0)
    colours = None if gray else _colours_of(path, "video")
    coded = ("exr", header.bits)
    return FrameFile(codes_of(light), 16, light_tone(), carried, coded, notes, colours)


def _colours_of(path: Path, transfer: str) -> Colours:
    """Return the colours of a file, which is read again for those that are asked for them."""

    def ab(size: tuple[int, int]) -> np.ndarray:
        import cv2

        codes, bits = read_rgb(path)
        scale = 2**bits - 1
        rgb = np.stack([
            cv2.resize(plane.astype(np.float32) / scale, size[::-1], interpolation=cv2.INTER_AREA)
            for plane in np.moveaxis(np.atleast_3d(codes), -1, 0)
        ])  # fmt: skip
        rgb = np.broadcast_to(rgb[:3], (3, *size)).clip(0, 1)
        if transfer != "video":
            rgb = SRGB.encode(np.clip(SPACES[transfer].decode(rgb), 0, 1))
        return np.ascontiguousarray(srgb_to_lab(rgb)[1:], np.float32)

    return Colours(ab)


def _gray_of(rgb: np.ndarray, bits: int, space: RgbSpace) -> np.ndarray:
    """Return the 16-bit neutral codes of a space with the luminance of RGB codes, (H, W) uint16."""
    light = np.asarray(space.decode(np.arange(2**bits) / (2**bits - 1)))
    weighted = (light[None] * np.array(space.to_xyz[1])[:, None]).astype(np.float32)
    total = sum(look_up(weighted[n], rgb[..., n]) for n in range(3))
    return np.rint(np.clip(space.encode(total), 0, 1) * 65535).astype(np.uint16)


@lru_cache(maxsize=8)
def _tone(transfer: str, bits: int) -> np.ndarray:
    """Return CIELAB L of every code, (2^bits,) float32; light beyond black and white is clipped."""
    light = SPACES[transfer].decode(np.arange(2**bits) / (2**bits - 1))
    return light_to_L(np.clip(light, 0, 1)).astype(np.float32)


def as_video(frame: Frame, bits: int) -> Frame:
    """Return a frame of a sequence as films have them: gray codes that need no tone.

    Args:
        frame: from `read_frame`.
        bits: wanted for Y.
    """
    Y, depth = frame.Y, frame.bits
    if frame.tone is not None:
        table = np.rint(np.clip(L_to_gray(frame.tone), 0, 1) * 65535).astype(np.uint16)
        Y, depth = look_up(table, Y), 16
    Y = at_depth(Y, depth, bits, True)
    return Frame(
        frame.index,
        frame.pts,
        frame.time_base,
        Y,
        bits,
        True,
        frame.L,
        colours=frame.colours,
    )


class _Kept(StillSource):
    """A photo that was read, with the page that its result needs."""

    def __init__(self, path: Path, page: Page) -> None:
        super().__init__(path, side=32)
        self.frame_count = 1
        self._page = page

    def take_page(self, index: int) -> Page:
        return self._page


class FrameSink(StillSink):
    """A photo sink for a frame of a film: colours by `colour`, derived from a source of that hash.

    Args:
        target: the file.
        writing: see `StillSink`.
        like: the photo it is made of, or a stand-in.
        made_by: see `StillSink`.
        colour: finds the codes.
        source_sha256: hash of the source where it is known, else empty.
    """

    def __init__(
        self,
        target: Path,
        writing: PhotoWriting,
        *,
        like: StillSource,
        made_by: str,
        colour: ColourRows = colour_rows,
        source_sha256: str = "",
    ) -> None:
        super().__init__(target, writing, like=like, made_by=made_by)
        self._source_hash = source_sha256
        self._colour = colour


def stand_in(path: Path, deep: bool) -> StillSource:
    """Return what `FrameSink` takes for a frame that comes from no photo.

    Args:
        path: of its source.
        deep: whether it has more than 8 bits.
    """
    coding = Coding(format="tiff", depth=16 if deep else 8)
    return _Kept(path, Page(coding=coding, metadata=Metadata()))
