"""How much is read of one file's metadata: one place, for Pillow too.

Pillow's own limits are made for web servers: it refuses sound PNGs for an ICC profile or text of
more than 1 MB, and every scan of more than 179 megapixels.
"""

from __future__ import annotations

MOST_METADATA_BYTES = 64 << 20
"""Of one block: a profile, an XMP packet, a text. Printers' profiles have up to 10 MB."""
MOST_TEXT_BYTES = 256 << 20
"""Of all text of a PNG together."""
MOST_WHOLE_BYTES = 4 << 30
"""Of a photo in a format whose reader takes the whole file into memory: all but those below."""
MOST_PHOTO_BYTES = 64 << 30
"""Of a TIFF or a Photoshop document, which are read in parts: three thousand megapixels."""
MOST_FRAME_BYTES = 2 << 30
"""Of one DPX or OpenEXR frame."""


def lift_pillows() -> None:
    """Replace Pillow's limits by ours; the size of pictures is checked by `scan.check_claim`."""
    from PIL import Image, PngImagePlugin

    Image.MAX_IMAGE_PIXELS = None
    PngImagePlugin.MAX_TEXT_CHUNK = MOST_METADATA_BYTES
    PngImagePlugin.MAX_TEXT_MEMORY = MOST_TEXT_BYTES
