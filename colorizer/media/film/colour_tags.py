"""Colour tags of a film: which matrix, primaries, transfer and range its codes are in.

They never change luma, but they decide how players decode the chroma that is added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from colorizer.notes import note

if TYPE_CHECKING:
    from av import VideoCodecContext, VideoFrame

UNSPECIFIED = 2
"""Code for unknown matrix, primaries and transfer in ITU-T H.273."""
LIMITED, FULL = 1, 2
"""FFmpeg's codes of the range; 0 is unknown."""
_MATRICES = {1: "bt709", 4: "bt601", 5: "bt601", 6: "bt601", 9: "bt2020", 10: "bt2020"}
"""H.273 matrix coefficients -> our name; 4 is FCC, whose weights are 601's within 0.004."""
_DEFAULTS = {"bt709": (1, 1, 1), "bt601": (6, 6, 6), "bt2020": (9, 9, 14)}
"""Matrix, primaries and transfer written for a matrix of which nothing more is known."""
_PAL = (5, 5, 6)
"""The same for 625-line 601."""
_OTHER_TRANSFERS = {
    8: note("transfer.linear"),
    9: note("transfer.log"),
    10: note("transfer.log"),
    16: "PQ",
    17: "SMPTE ST 428-1",
    18: "HLG",
}
"""H.273 transfers whose codes are far from those of video."""
_SD_LINES = 576
"""Untagged pictures with at most so many lines are taken for BT.601, as players do."""
_OUTSIDE = 0.01
"""Share of samples outside 16..235 above which untagged gray is taken for full range."""


@dataclass(frozen=True, slots=True)
class ColourTags:
    """Colour description of a film, complete: nothing is left unspecified."""

    matrix: str
    """bt601, bt709 or bt2020: the weights with which chroma is computed."""
    colorspace: int
    """Matrix coefficients, ITU-T H.273."""
    primaries: int
    """Colour primaries, ITU-T H.273."""
    transfer: int
    """Transfer characteristics, ITU-T H.273."""
    full_range: bool

    def with_matrix(self, matrix: str) -> ColourTags:
        """Return these tags for another matrix, for codecs that know only one."""
        return replace(self, matrix=matrix, colorspace=_DEFAULTS[matrix][0])

    def apply(self, to: VideoCodecContext | VideoFrame) -> None:
        """Write the tags on an encoder or a frame; encoders need both."""
        to.colorspace = self.colorspace
        to.color_primaries = self.primaries
        to.color_trc = self.transfer
        to.color_range = FULL if self.full_range else LIMITED


def complete_tags(
    frame: VideoFrame, height: int, rate: Fraction, full_range: bool
) -> tuple[ColourTags, str | None]:
    """Read the tags of a decoded frame and fill in what is unspecified.

    Args:
        frame: any frame of the film.
        height: lines of the picture; at most 576 lines without a tag means BT.601.
        rate: frames per second; tells 625-line from 525-line video.
        full_range: the range, see `guess_full_range` for untagged gray.

    Returns:
        The tags, and a line saying what had to be chosen against the file's own tag, or None.
    """
    said = None
    matrix = _MATRICES.get(frame.colorspace)
    if matrix is None:
        matrix = "bt601" if height <= _SD_LINES else "bt709"
        # RGB (0) has no matrix to keep, so nothing is lost by choosing one.
        if frame.colorspace not in (0, UNSPECIFIED):
            said = note("film.matrix_tag", tag=frame.colorspace, matrix=matrix)
    pal = matrix == "bt601" and (height == _SD_LINES or rate in (25, 50))
    defaults = _PAL if pal else _DEFAULTS[matrix]
    known = frame.colorspace in _MATRICES
    tags = ColourTags(
        matrix=matrix,
        colorspace=frame.colorspace if known else defaults[0],
        primaries=_or_default(frame.color_primaries, defaults[1]),
        transfer=_or_default(frame.color_trc, defaults[2]),
        full_range=full_range,
    )
    return tags, said


def transfer_line(transfer: int) -> str | None:
    """Say that colours are computed as for video where a film's transfer (H.273) is no video's."""
    name = _OTHER_TRANSFERS.get(transfer)
    return name and note("film.other_transfer", name=name)


def _or_default(tag: int, default: int) -> int:
    return default if tag in (0, UNSPECIFIED) else tag


def guess_full_range(planes: list[np.ndarray], bits: int) -> bool:
    """Tell whether untagged gray planes use codes outside 16..235 (scaled) to more than 1 %.

    FFmpeg takes gray for full range, but archives store limited gray too.
    """
    scale = 2 ** (bits - 8)
    black, white = 16 * scale, 235 * scale
    outside = [float(np.mean((black > Y) | (white < Y))) for Y in planes]
    return float(np.mean(outside)) > _OUTSIDE if outside else True
