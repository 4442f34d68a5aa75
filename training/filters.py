"""Tells which photographs teach nothing: gray ones, one-tint ones and near-duplicates."""

from __future__ import annotations

import cv2
import numpy as np

from colorizer.colour.cielab import srgb_to_lab

MIN_SPREAD = 4.0
"""Least `colour_spread` of a photo that is used, CIELAB units."""
HASH_DISTANCE = 8
"""Photos whose hashes differ in at most so many of 63 bits are compared by their thumbnails."""
THUMBNAIL_DIFFERENCE = 9.0
"""Mean absolute difference of the thumbnails of near-duplicates, 8-bit codes."""
THUMBNAIL = 16
_HASH_SIDE = 32
_FREQUENCIES = 8
_BLOCK = 1024


def colour_spread(rgb: np.ndarray) -> float:
    """Return how far the colours of equally bright places lie apart: 0 for gray and toned prints.

    Toning, sepia say, makes ab a function of L; a cubic of it is taken off, and the 95th percentile
    of what is left is returned, CIELAB units.

    Args:
        rgb: (h, w, 3) uint8 sRGB.
    """
    small = cv2.resize(rgb, (64, 64), interpolation=cv2.INTER_AREA)
    lab = srgb_to_lab(small.transpose(2, 0, 1).astype(np.float32) / 255).reshape(3, -1)
    powers = (lab[0] / 100) ** np.arange(4, dtype=np.float32)[:, None]
    toning = powers.T @ np.linalg.lstsq(powers.T, lab[1:].T, rcond=None)[0]
    return float(np.percentile(np.hypot(*(lab[1:] - toning.T)), 95))


def small_gray(rgb: np.ndarray) -> np.ndarray:
    """Return what `perceptual_hashes` needs of a photo, (32, 32) uint8."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return cv2.resize(gray, (_HASH_SIDE, _HASH_SIDE), interpolation=cv2.INTER_AREA)


def thumbnail(rgb: np.ndarray) -> np.ndarray:
    """Return a photo at (16, 16, 3) uint8."""
    return cv2.resize(rgb, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)


def perceptual_hashes(grays: np.ndarray) -> np.ndarray:
    """Hash photos by the signs of their 63 lowest DCT coefficients about the median (pHash).

    Args:
        grays: (n, 32, 32) uint8, of `small_gray`.

    Returns:
        (n, 2) uint64: hash of the photo and of its mirror image.
    """
    places = (np.arange(_HASH_SIDE) + 0.5) * np.pi / _HASH_SIDE
    basis = np.cos(np.arange(_FREQUENCIES)[:, None] * places).astype(np.float32)
    spectrum = basis @ grays.astype(np.float32) @ basis.T
    # Mirroring turns the sign of every odd horizontal frequency.
    mirrored = spectrum * (-1.0) ** np.arange(_FREQUENCIES)
    bits = np.uint64(1) << np.arange(63, dtype=np.uint64)
    hashes = []
    for planes in (spectrum, mirrored):
        flat = planes.reshape(len(grays), -1)[:, 1:]
        above = flat > np.median(flat, axis=1, keepdims=True)
        hashes.append((above * bits).sum(axis=1, dtype=np.uint64))
    return np.stack(hashes, axis=1)


def near_duplicates(hashes: np.ndarray, thumbnails: np.ndarray) -> np.ndarray:
    """Tell which photos repeat an earlier one that is kept, mirrored or not.

    Args:
        hashes: (n, 2) uint64 of `perceptual_hashes`.
        thumbnails: (n, 16, 16, 3) uint8.

    Returns:
        (n,) bool: true for every photo but the first of each group. Time grows with n squared:
        a second for 35,000, a minute for 250,000.
    """
    repeats = np.zeros(len(hashes), dtype=bool)
    for top in range(0, len(hashes), _BLOCK):
        rows = np.arange(top, min(top + _BLOCK, len(hashes)))
        others = np.concatenate([np.flatnonzero(~repeats[:top]), rows])
        for side in range(2):
            differing = np.bitwise_count(hashes[rows, side, None] ^ hashes[others, 0])
            row, other = np.nonzero(differing <= HASH_DISTANCE)
            row, other = rows[row], others[other]
            row, other = row[other < row], other[other < row]
            for start in range(0, len(row), 1 << 14):  # bounds the memory of flat pictures
                some = slice(start, start + (1 << 14))
                mine = thumbnails[row[some], :, :: 1 - 2 * side].astype(np.int16)
                apart = np.abs(mine - thumbnails[other[some]]).mean(axis=(1, 2, 3))
                repeats[row[some][apart < THUMBNAIL_DIFFERENCE]] = True
    return repeats
