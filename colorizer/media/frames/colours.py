"""Colouring rows of a frame for its file: at fixed lightness, or at the fixed luma of a film."""

from __future__ import annotations

from functools import partial

import numpy as np

from colorizer.colour.cielab import RgbSpace
from colorizer.colour.ycbcr import LUMA_WEIGHTS, ab_to_chroma, normalize_luma, ycbcr_to_rgb
from colorizer.frame import Frame
from colorizer.media.film.luma import at_depth
from colorizer.media.frames.dpx import Header, write_dpx
from colorizer.media.frames.files import SPACES, ColourRows
from colorizer.media.photo.gray import strips
from colorizer.media.photo.still_codes import colour_rows


def film_rows(matrix: str) -> ColourRows:
    """Return what colours rows of a film's frame at fixed luma, as `colour_rows` does at fixed L*.

    The second array is the error of luma in percent of white.

    Args:
        matrix: whose luma the codes shall have.
    """
    kr, kb = LUMA_WEIGHTS[matrix]

    def rows_of(
        frame: Frame, rows: slice, space: RgbSpace, top: int
    ) -> tuple[np.ndarray, np.ndarray]:
        Y = at_depth(frame.Y[rows], frame.bits, 16, frame.full_range)
        named = {"matrix": matrix, "bits": 16, "full_range": frame.full_range}
        chroma = ab_to_chroma(Y, frame.ab_of(rows), **named)
        rgb = ycbcr_to_rgb(np.stack([Y, *chroma]), **named)
        kind = np.uint8 if top <= 255 else np.uint16
        codes = np.rint(np.clip(rgb, 0, 1) * top).astype(kind)
        y = np.clip(normalize_luma(Y, 16, frame.full_range), 0, 1)
        found = kr * codes[0] + (1 - kr - kb) * codes[1] + kb * codes[2]
        error = np.abs(found.astype(np.float32) / top - y) * 100
        return np.ascontiguousarray(np.moveaxis(codes, 0, -1)), error

    return rows_of


def dpx_bytes(
    frame: Frame, header: Header, bits: int, name: str, transfer: str, colour: ColourRows
) -> tuple[bytes, np.ndarray]:
    """Colour a frame and return its DPX file, and the mean and largest error of `colour`.

    Codes beyond black and white, which no colour can have, stay as they are in the source.

    Args:
        frame: with ab or `ab_rows` at full size.
        header: see `write_dpx`.
        bits: see there.
        name: see there.
        transfer: video, log or linear.
        colour: finds the codes.
    """
    space, top = SPACES[transfer], 2**bits - 1
    rgb = np.empty((*frame.Y.shape, 3), np.uint8 if bits == 8 else np.uint16)
    errors = []
    for rows in strips(*frame.Y.shape):
        rgb[rows], error = colour(frame, rows, space, top)
        if transfer != "video" and frame.tone is not None:
            L = frame.lightness(rows)
            beyond = (L <= 0) | (L >= 100)
            gray = at_depth(frame.Y[rows], frame.bits, bits, True)
            rgb[rows][beyond] = gray[beyond][:, None]
            error[beyond] = 0
        errors.append((error.mean(dtype=np.float64) * len(error), error.max()))
    total, largest = np.array(errors).T
    found = np.array([total.sum() / len(rgb), largest.max()])
    return write_dpx(header, rgb, bits, name), found


neutral_rows = partial(colour_rows, gray_from=0)
"""What `colour_rows` does where neutral pixels are to stay R = G = B at any depth."""
