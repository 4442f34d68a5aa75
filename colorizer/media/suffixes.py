"""Suffixes of photos: which are read, and which a result gets. No library is imported here."""

from __future__ import annotations

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
