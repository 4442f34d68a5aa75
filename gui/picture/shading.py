"""From a look's planes to pictures on screen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QImage

from colorizer.colour.cielab import lab_to_srgb, luma_to_L, srgb_to_lab
from colorizer.colour.gamut import ab_to_srgb
from colorizer.engine.queue import Entry

_UNSURE = (226, 36, 176)
"""sRGB of places where the network has low confidence: a colour that photos hardly have."""
_UNSURE_ALPHA = 200


def gray_image(gray: np.ndarray) -> QImage:
    """Return gray codes (H, W) uint8 as a picture of its own memory."""
    height, width = gray.shape
    codes = np.ascontiguousarray(gray)
    image = QImage(codes.data, width, height, width, QImage.Format.Format_Grayscale8)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def rgb_image(rgb: np.ndarray) -> QImage:
    """Return sRGB (H, W, 3) uint8 as a picture of its own memory."""
    height, width, _ = rgb.shape
    codes = np.ascontiguousarray(rgb)
    image = QImage(codes.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def full_size(entry: Entry, size: tuple[int, int]) -> QSizeF:
    """Return the size at which (height, width) of a source are seen at 1:1."""
    aspect = float(entry.facts.get("pixel_aspect") or 1.0)
    return QSizeF(size[1] * aspect, size[0])


def shade(gray: np.ndarray, ab: np.ndarray, strength: float, vividness: float) -> np.ndarray:
    """Colour a gray picture.

    Args:
        gray: sRGB gray codes, (H, W) uint8.
        ab: CIELAB a and b at vividness 0 and 1, (2, 2, H, W).
        strength: factor of ab.
        vividness: 0 to 1.

    Returns:
        sRGB, (H, W, 3) uint8.
    """
    L = luma_to_L(gray, 8, True)
    cautious, vivid = ab[0].astype(np.float32), ab[1].astype(np.float32)
    mixed = (cautious + (vivid - cautious) * vividness) * strength
    rgb = ab_to_srgb(L, mixed)
    return np.moveaxis((rgb * 255 + 0.5).astype(np.uint8), 0, -1)


def unsure_image(confidence: np.ndarray) -> QImage:
    """Return a see-through picture that covers where confidence (h, w) uint8 is low."""
    height, width = confidence.shape
    doubt = np.clip((200.0 - confidence) / 140.0, 0, 1)
    codes = np.empty((height, width, 4), np.uint8)
    codes[..., :3] = _UNSURE
    codes[..., 3] = doubt * _UNSURE_ALPHA
    image = QImage(codes.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return image.copy()


def colour_of(L: float, a: float, b: float) -> QColor:
    """Return a colour of CIELAB, clipped to what a screen shows."""
    rgb = lab_to_srgb(np.array([L, a, b], np.float32).reshape(3, 1, 1)).reshape(3)
    red, green, blue = (float(value) for value in np.clip(rgb, 0, 1))
    return QColor.fromRgbF(red, green, blue)


def ab_of(colour: QColor) -> tuple[float, float]:
    """Return CIELAB a and b of a colour."""
    rgb = np.array([colour.redF(), colour.greenF(), colour.blueF()], np.float32)
    _, a, b = srgb_to_lab(rgb.reshape(3, 1, 1)).reshape(3)
    return float(a), float(b)
