"""Contact sheets: all stills of a film small, gray and in colour, with their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

COLUMNS, ROWS = 4, 8
"""Stills of a sheet."""
_WIDTH, _HEIGHT = 220, 165
"""Most pixels of a small picture."""
_GAP, _LABEL = 8, 22
_GROUND, _INK = 24, 220


@dataclass(frozen=True, slots=True)
class Cell:
    """One still of a sheet."""

    label: str
    gray: Path
    colour: Path


def write_sheets(folder: Path, name: str, cells: Sequence[Cell]) -> list[Path]:
    """Write the sheets NAME_001.png and so on; return their files.

    Args:
        folder: they are written into.
        name: begins their names.
        cells: in order; pictures that can't be read stay empty.

    Raises:
        TargetError: one can't be written.
    """
    from colorizer.media import save_png

    files = []
    for number, start in enumerate(range(0, len(cells), COLUMNS * ROWS), start=1):
        file = folder / f"{name}_{number:03}.png"
        save_png(file, _sheet(cells[start : start + COLUMNS * ROWS]))
        files.append(file)
    for number in range(len(files) + 1, 1000):  # of an earlier run with more stills
        old = folder / f"{name}_{number:03}.png"
        if not old.exists():
            break
        old.unlink()
    return files


def _sheet(cells: Sequence[Cell]) -> np.ndarray:
    """Return a sheet, sRGB (H, W, 3) uint8."""
    import cv2

    columns = min(COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    pairs = [[_small(cell.gray), _small(cell.colour)] for cell in cells]
    tall = max(small.shape[0] for pair in pairs for small in pair)
    width, height = 2 * _WIDTH + 3 * _GAP, tall + _LABEL + _GAP
    sheet = np.full((rows * height + _GAP, columns * width, 3), _GROUND, np.uint8)
    for number, (cell, pair) in enumerate(zip(cells, pairs, strict=True)):
        top, left = number // columns * height + _GAP, number % columns * width + _GAP
        for place, small in enumerate(pair):
            x = left + place * (_WIDTH + _GAP)
            sheet[top : top + small.shape[0], x : x + small.shape[1]] = small
        at = (left, top + tall + 16)
        ink = (_INK, _INK, _INK)
        cv2.putText(sheet, cell.label, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, ink, 1, cv2.LINE_AA)
    return sheet


def _small(file: Path) -> np.ndarray:
    """Return a picture that fits a cell; an empty one where it can't be read."""
    import cv2
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as opened:
            picture = np.asarray(opened.convert("RGB"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return np.full((_HEIGHT, _WIDTH, 3), 2 * _GROUND, np.uint8)
    scale = min(_WIDTH / picture.shape[1], _HEIGHT / picture.shape[0])
    size = [max(1, round(side * scale)) for side in picture.shape[1::-1]]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
