"""A photo that takes seconds to read and none to draw."""

import zlib

import numpy as np
import tifffile


def draw_huge(path, side=20_000, rows=200):
    """Draw 400 megapixels in no time: their strips are the same one, which takes long to read."""
    drawn = np.random.default_rng(1).integers(0, 256, (rows, side // 16), dtype=np.uint8)
    strip = zlib.compress(np.repeat(drawn, 16, axis=1).tobytes(), 1)
    tifffile.imwrite(
        path, (strip for _ in range(side // rows)), shape=(side, side), dtype=np.uint8,
        compression="zlib", rowsperstrip=rows, photometric="minisblack",
    )  # fmt: skip
