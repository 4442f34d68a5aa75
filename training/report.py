"""Pictures of results for people to look at."""

from __future__ import annotations

import numpy as np
from PIL import Image


def contact_sheet(
    rows: list[list[np.ndarray]], height: int = 160, columns: int = 3, gap: int = 4
) -> Image.Image:
    """Lay pictures out: the pictures of one row stay together, `columns` rows stand side by side.

    Args:
        rows: pictures (H, W, 3) uint8 of any size, alike in number in every row.
        height: of every picture, pixels.
        columns: groups side by side.
        gap: pixels between pictures.
    """
    strips = []
    for row in rows:
        pictures = [Image.fromarray(p) for p in row]
        pictures = [p.resize((max(1, p.width * height // p.height), height)) for p in pictures]
        strip = Image.new("RGB", (sum(p.width + gap for p in pictures), height + gap), "white")
        left = 0
        for picture in pictures:
            strip.paste(picture, (left, 0))
            left += picture.width + gap
        strips.append(strip)
    width = max(s.width for s in strips)
    lines = -(-len(strips) // columns)
    sheet = Image.new("RGB", (width * columns, (height + gap) * lines), "white")
    for number, strip in enumerate(strips):
        sheet.paste(strip, (number % columns * width, number // columns * (height + gap)))
    return sheet
