"""Suffixes of photos: which are read, and which a result gets. No library is imported here."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from colorizer.files.strangers import open_regular

RAW_SUFFIXES = frozenset(
    (".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".srf", ".sr2", ".raf", ".orf")
    + (".rw2", ".pef", ".srw", ".erf", ".mef", ".mos", ".mrw", ".3fr", ".fff", ".iiq", ".kdc")
    + (".dcr", ".rwl", ".x3f")
)
"""Camera raw; most have the content of a TIFF, so that only the name tells them."""
_SUFFIXES_OF = {
    "tiff": (".tif", ".tiff"),
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "jls": (".jls",),
    "gif": (".gif",),
    "psd": (".psd", ".psb"),
    "avif": (".avif",),
    "jxl": (".jxl",),
    "tga": (".tga", ".icb", ".vda", ".vst"),
    "jp2": (".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".jpc"),
    "webp": (".webp",),
    "bmp": (".bmp", ".dib"),
    "pnm": (".ppm", ".pgm", ".pbm", ".pnm"),
    "heic": (".heic", ".heif", ".hif"),
    "raw": tuple(RAW_SUFFIXES),
}
PHOTO_SUFFIXES = frozenset(suffix for group in _SUFFIXES_OF.values() for suffix in group)
WRITTEN = {
    ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".jfif": "jpeg", ".png": "png",
    ".tif": "tiff", ".tiff": "tiff", ".jp2": "jp2", ".jpf": "jp2", ".jpx": "jp2",
    ".webp": "webp", ".bmp": "bmp", ".dib": "bmp", ".ppm": "pnm", ".pnm": "pnm",
}  # fmt: skip
"""Format of a result by the suffix of its name."""
OWN_SUFFIX = {
    "jpeg": ".jpg", "png": ".png", "tiff": ".tif", "jp2": ".jp2", "webp": ".webp", "bmp": ".bmp",
    "pnm": ".ppm", "heic": ".tif", "raw": ".tif", "jls": ".tif", "gif": ".tif", "psd": ".tif",
    "avif": ".tif", "jxl": ".tif", "tga": ".tif",
}  # fmt: skip
"""Suffix of a result in the format of its source, or in TIFF where that can't be written."""


_BEGINNINGS = (
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"II*\0", ".tif"),
    (0, b"MM\0*", ".tif"),
    (0, b"II+\0", ".tif"),
    (0, b"MM\0+", ".tif"),
    (8, b"WEBP", ".webp"),
    (4, b"jP  \r\n\x87\n", ".jp2"),
    (0, b"\xff\x4f\xff\x51", ".jp2"),
    (0, b"BM", ".bmp"),
    *((0, b"P%d" % number, ".ppm") for number in range(1, 7)),
)
"""Offset, bytes and suffix of the formats that can be written."""


def told_suffix(path: Path) -> str:
    """Return the suffix of a photo's name; where it has none, that of its content.

    A content that can't be told or written gets that of TIFF.
    """
    suffix = path.suffix.lower()
    if suffix:
        return suffix
    head = b""
    with suppress(OSError), open_regular(path) as file:
        head = file.read(16)
    found = (end for at, mark, end in _BEGINNINGS if head[at:].startswith(mark))
    return next(found, ".tif")


def photo_suffix(suffix: str, wanted: str) -> str:
    """Return the suffix of a result, lower-case.

    Args:
        suffix: of the source's name, which may be one of no photo.
        wanted: one of `settings.FORMATS`.
    """
    suffix = suffix.lower()
    if WRITTEN.get(suffix) == wanted or (wanted == "same" and suffix in WRITTEN):
        return suffix
    if wanted != "same":
        return OWN_SUFFIX[wanted]
    own = (OWN_SUFFIX[name] for name, group in _SUFFIXES_OF.items() if suffix in group)
    return next(own, suffix)
