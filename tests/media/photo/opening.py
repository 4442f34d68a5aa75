"""Opening a photo for a test."""

import numpy as np

from colorizer.colour.cielab import srgb_to_lab
from colorizer.media.photo.still import StillSource


def open_photo(path, side=32):
    with StillSource(path, side=side) as source:
        (frame,) = source.frames()
        source.page = source.take_page(0)
    return frame, source


def L_of(rgb):
    scaled = np.moveaxis(rgb.astype(np.float64), -1, 0) / np.iinfo(rgb.dtype).max
    return srgb_to_lab(scaled)[0]


def L_of_frame(frame):
    if frame.tone is not None:
        return frame.tone.astype(np.float64)[frame.Y]
    gray = frame.Y / (2**frame.bits - 1)
    return L_of(np.dstack([np.rint(gray * 65535).astype(np.uint16)] * 3))
