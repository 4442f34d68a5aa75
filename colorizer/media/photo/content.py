"""What a scan shows, as far as it decides whether colour is wanted: colour already, or no picture.

All measures are taken on a small copy. Whatever is in doubt counts as a picture: a page coloured
for nothing costs a second, a photograph left out is lost work.
"""

from __future__ import annotations

import numpy as np

from colorizer.colour.cielab import luma_to_L, srgb_to_lab
from colorizer.colour.tint import beyond_tint
from colorizer.media.photo.scan import Scan

COLOURED, BLANK, TEXT, LINE_ART = "coloured", "blank", "text", "line_art"
CONTENTS = (COLOURED, BLANK, TEXT, LINE_ART)
"""What needs no colour, under the names of the settings that say what is done with it."""

COLOUR_LIMIT = 3.5
"""`colour_beyond_tint` above which a picture is called coloured: old prints with strong toning and
stains reach 3, four of five colour photographs are above."""
_COLOUR_SIDE = 128
_SIDE = 1024
"""Long side of the copy in which strokes of letters can be told from halftones."""
_STROKE = 0.03
"""Width of the widest stroke of ink, in long sides."""
_BLANK_RANGE = 8.0
"""L* from the darkest to the lightest of a blank page; the flattest of 750 photographs has 32."""
_OFF_PAPER, _MOST_OFF = 10.0, 0.02
"""Least distance in L* from the paper of what is no paper once the strokes are gone, and its most
share of a page; the emptiest of 750 photographs has 0.07."""
_INK, _LEAST_INK = 20.0, 0.004
"""Least distance in L* between paper and ink, and least share of a page with ink."""
_HALFTONE, _MOST_HALFTONE = 8.0, 0.03
_LEAST_PAPER = 50.0
_LETTERS, _LETTER_HEIGHT, _LONG, _MOST_LONG = 40, 0.03, 0.06, 0.35
"""Least number of patches of ink in a text, their median height and the length of what is no
letter, in long sides, and the most ink that may be in such."""


def content_of(Y: np.ndarray, bits: int, scan: Scan) -> str:
    """Tell what a scan shows: one of CONTENTS, or "" for a picture that wants colour.

    Args:
        Y: gray sRGB code values, full range, (H, W) uint8 or uint16.
        bits: significant bits of `Y`.
        scan: what `Y` was made of.
    """
    if scan.space != "gray" and colour_beyond_tint(scan.codes, scan.bits) > COLOUR_LIMIT:
        return COLOURED
    return _page(_lightness(Y, bits))


def colour_beyond_tint(codes: np.ndarray, bits: int = 8) -> float:
    """Return `beyond_tint` of a small copy.

    Args:
        codes: (H, W, 3) sRGB or (H, W, 4) inks, 0 is none; uint8 or uint16, full range.
        bits: significant bits of `codes`.
    """
    small = _shrunk(codes, _COLOUR_SIDE).astype(np.float32) / (2**bits - 1)
    if small.shape[-1] == 4:
        small = (1 - small[..., :3]) * (1 - small[..., 3:])
    L, a, b = (plane.ravel() for plane in srgb_to_lab(np.moveaxis(small, -1, 0)))
    return beyond_tint(L, a, b)


def _shrunk(codes: np.ndarray, side: int) -> np.ndarray:
    """Return a copy whose long side is at most `side`."""
    import cv2

    height, width = codes.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return codes
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(codes, size, interpolation=cv2.INTER_AREA)


def _lightness(Y: np.ndarray, bits: int) -> np.ndarray:
    """Return L* of a small copy without its grain, (h, w) uint8 in steps of 0.4."""
    import cv2

    small = _shrunk(Y, _SIDE)
    if bits > 8:
        small = (small >> (bits - 8)).astype(np.uint8)
    table = np.rint(2.5 * luma_to_L(np.arange(256, dtype=np.uint8), 8, True)).astype(np.uint8)
    return cv2.GaussianBlur(table[small], (3, 3), 0)


def _page(L: np.ndarray) -> str:
    """Tell a blank page, text and line art from a picture, by L in steps of 0.4."""
    import cv2

    side = max(L.shape)
    stroke = max(3, round(_STROKE * side) | 1)
    kernel = np.ones((stroke, stroke), np.uint8)
    without_strokes = cv2.morphologyEx(L, cv2.MORPH_CLOSE, kernel)
    edge = max(1, round(0.04 * min(L.shape)))  # the rim of the sheet or of the scanner's glass
    inside = slice(edge, -edge), slice(edge, -edge)
    L, sheet = L[inside], without_strokes[inside]
    if not L.size:
        return ""
    low, high = _at_shares(_counts(L), 0.005, 0.995)
    if high - low < _BLANK_RANGE:
        return BLANK
    counts = _counts(sheet)
    (paper,) = _at_shares(counts, 0.5)
    off = np.abs(np.arange(256) / 2.5 - paper) > _OFF_PAPER
    if paper < _LEAST_PAPER or counts[off].sum() / sheet.size > _MOST_OFF:
        return ""
    L, sheet = L.astype(np.float32) / 2.5, sheet.astype(np.float32) / 2.5
    return _inked(L, sheet - L, side)


def _counts(codes: np.ndarray) -> np.ndarray:
    """Return how often each of 256 codes occurs; much sooner known than order statistics."""
    return np.bincount(codes.ravel(), minlength=256)


def _at_shares(counts: np.ndarray, *shares: float) -> list[float]:
    """Return the L below which these shares of a picture lie, by its counts in steps of 0.4."""
    below = np.cumsum(counts)
    return [float(np.searchsorted(below, share * below[-1])) / 2.5 for share in shares]


def _inked(L: np.ndarray, depth: np.ndarray, side: int) -> str:
    """Tell text from line art where all that is darker than the paper is strokes.

    Args:
        L: of the page, (h, w).
        depth: how much darker than the paper around it, in L*.
        side: long side of the page in pixels.
    """
    import cv2

    ink = depth > _INK
    slope = np.hypot(cv2.Sobel(L, cv2.CV_32F, 1, 0), cv2.Sobel(L, cv2.CV_32F, 0, 1)) / 8
    toned = (depth > _HALFTONE) & (depth < 0.6 * np.percentile(depth, 99.5)) & (slope < 1)
    darker = max(1, np.count_nonzero(depth > _HALFTONE))
    if ink.mean() < _LEAST_INK or np.count_nonzero(toned) / darker > _MOST_HALFTONE:
        return ""
    _, _, patches, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    patches = patches[1:][patches[1:, cv2.CC_STAT_AREA] >= 4]  # the first is what is no ink
    if len(patches) < _LETTERS:
        return LINE_ART
    heights, areas = patches[:, cv2.CC_STAT_HEIGHT], patches[:, cv2.CC_STAT_AREA]
    lengths = np.maximum(patches[:, cv2.CC_STAT_WIDTH], heights)
    in_long = areas[lengths > _LONG * side].sum() / areas.sum()
    letters = np.median(heights) < _LETTER_HEIGHT * side and in_long < _MOST_LONG
    return TEXT if letters else LINE_ART
