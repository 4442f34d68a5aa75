"""The ICC profile inside a JPEG XL: imagecodecs decodes the pixels and does not hand it out.

The profile is coded in the codestream; only libjxl unpacks it. The wheels of imagecodecs bring
libjxl as a library of its own, which is called here through its C interface (jxl/decode.h).
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from colorizer.media.metadata.limits import MOST_TEXT_BYTES

_FOLDERS = ("imagecodecs.libs", "imagecodecs/.dylibs")
"""Where wheels keep their libraries, next to the package."""
_NAMES = ("libjxl-*.so*", "libjxl.*dylib", "jxl-*.dll")
_COLOUR_ENCODING = 0x100
"""JXL_DEC_COLOR_ENCODING: the header is read; told before any pixel is decoded."""
_OF_PIXELS = 1
"""JXL_COLOR_PROFILE_TARGET_DATA: of what the decoder gives."""


def profile_of_jxl(data: bytes) -> bytes | None:
    """Return the ICC profile of the pixels of a JPEG XL; None where it can't be had.

    Args:
        data: of the file or its codestream.
    """
    library = _library()
    if library is None:
        return None
    decoder = ctypes.c_void_p(library.JxlDecoderCreate(None))
    if not decoder:
        return None
    try:
        library.JxlDecoderSubscribeEvents(decoder, _COLOUR_ENCODING)
        library.JxlDecoderSetInput(decoder, data, ctypes.c_size_t(len(data)))
        library.JxlDecoderCloseInput(decoder)
        if library.JxlDecoderProcessInput(decoder) != _COLOUR_ENCODING:
            return None
        size = ctypes.c_size_t()
        asked = decoder, _OF_PIXELS
        if library.JxlDecoderGetICCProfileSize(*asked, ctypes.byref(size)):
            return None
        if not 128 <= size.value <= MOST_TEXT_BYTES:
            return None
        profile = ctypes.create_string_buffer(size.value)
        failed = library.JxlDecoderGetColorAsICCProfile(*asked, profile, size)
        return None if failed else profile.raw
    finally:
        library.JxlDecoderDestroy(decoder)


@lru_cache(maxsize=1)
def _library() -> Any:
    """Return libjxl as imagecodecs has loaded it; None where its wheel holds none apart."""
    found = find_spec("imagecodecs")
    if found is None or not found.origin:
        return None
    import imagecodecs

    _ = imagecodecs.JPEGXL.available  # loads what the library needs
    packages = Path(found.origin).parents[1]
    for folder in _FOLDERS:
        for file in (file for name in _NAMES for file in (packages / folder).glob(name)):
            try:
                library = ctypes.CDLL(str(file))
                library.JxlDecoderCreate.restype = ctypes.c_void_p
            except (OSError, AttributeError):
                continue
            return library
    return None
