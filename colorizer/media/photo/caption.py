"""The strip below a photo that says, to anyone who looks at it, that its colours are generated."""

from __future__ import annotations

from typing import Any

import numpy as np

TEXT = "Colorized: these colours are generated"
_SHARE, _LEAST_ROWS = 0.04, 16
"""Height of the strip in short sides of the photo, and its least rows."""
_INK = 0.2
"""Gray of the letters on white, in [0, 1]."""


def caption_rows(size: tuple[int, int]) -> int:
    """Return the rows of the strip of a photo of `size`, (height, width)."""
    return max(_LEAST_ROWS, round(_SHARE * min(size)))


def caption_strip(size: tuple[int, int], channels: int, dtype: Any) -> np.ndarray:
    """Draw the strip of a photo, neutral whatever the profile.

    Args:
        size: (height, width) of the photo.
        channels: 3, and one for each channel next to the colours.
        dtype: numpy uint8 or uint16.

    Returns:
        Codes, (caption_rows(size), width, channels).
    """
    from PIL import Image, ImageDraw, ImageFont

    rows, width = caption_rows(size), size[1]
    image = Image.new("L", (width, rows), 255)
    letters = 0.6 * rows
    while letters > 1:
        font = ImageFont.load_default(letters)
        left, top, right, bottom = font.getbbox(TEXT)
        if right - left <= 0.96 * width:
            place = (width - right - left) / 2, (rows - bottom - top) / 2
            ImageDraw.Draw(image).text(place, TEXT, fill=round(255 * _INK), font=font)
            break
        letters *= 0.9
    highest = np.iinfo(dtype).max
    gray = (np.asarray(image).astype(np.uint32) * (highest // 255)).astype(dtype)
    strip = np.repeat(gray[..., None], channels, axis=2)
    strip[..., 3:] = highest
    return strip
