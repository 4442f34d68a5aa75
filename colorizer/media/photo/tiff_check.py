"""Which pages of a TIFF can be decoded faithfully; all others are refused by what they are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import BinaryIO

from tifffile import TIFF, TiffPage

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.photo.ends import jpeg_layout
from colorizer.media.photo.scan import check_claim, file_size
from colorizer.media.photo.tiff_samples import FLOAT, JPEGS, check_ends, is_for_pillow
from colorizer.notes import note

WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
CIELAB, _ICCLAB = 8, 9
SPACES = {
    WHITE_IS_ZERO: ("gray", 1),
    _BLACK_IS_ZERO: ("gray", 1),
    _RGB: ("rgb", 3),
    PALETTE: ("gray", 1),
    _CMYK: ("cmyk", 4),
    _YCBCR: ("rgb", 3),
    CIELAB: ("rgb", 3),
    _ICCLAB: ("rgb", 3),
}
"""Space and colour channels by PhotometricInterpretation; Y'CbCr as JPEG codec and Pillow give it,
and CIELAB after conversion, are RGB."""
_JPEG_HEAD, _JPEG_LS = 4096, 0xF7
LABS = (CIELAB, _ICCLAB)
_UNSIGNED, _UNDEFINED = 1, 4
"""SampleFormat."""
_SAMPLE_NAMES = {
    1: "integers", 2: note("tiff.signed"), 3: note("tiff.floating"),
    5: note("tiff.complex_integers"),
    6: note("tiff.complex"),
}  # fmt: skip


def check_page(path: Path, page: TiffPage, file: BinaryIO) -> None:
    """Refuse what can't be decoded faithfully.

    Raises:
        MediaError: its data is not present.
        UnsupportedMedia: see `check_samples`.
    """
    check_claim(path, page.imagelength, page.imagewidth, file_size(file))
    ends = [at + n for at, n in zip(page.dataoffsets, page.databytecounts, strict=False)]
    size = file_size(file)
    if not ends or not any(page.databytecounts):
        raise MediaError(path, note("tiff.no_pixels"))
    if max(ends) > size:
        raise MediaError(path, note("tiff.bytes_missing", have=size, whole=max(ends, default=0)))
    parts = sum(n > 0 for n in page.databytecounts)
    if parts < math.prod(page.chunked):  # tifffile would fill the gaps with black
        raise MediaError(
            path, note("tiff.parts_missing", have=parts, whole=math.prod(page.chunked))
        )
    check_samples(path, page)
    if page.compression in JPEGS:
        file.seek(page.dataoffsets[0])
        if jpeg_layout(file.read(_JPEG_HEAD)).frame == _JPEG_LS:
            raise UnsupportedMedia(path, note("tiff.jpeg_ls"))
        check_ends(path, file, page)


def check_samples(path: Path, page: TiffPage) -> None:
    """Refuse samples that are no picture this program can take.

    Raises:
        UnsupportedMedia: with what it is and what would help.
    """
    kind, bits = page.photometric, page.bitspersample
    what = ""
    if kind not in SPACES:
        what = note("tiff.pixels", kind=getattr(kind, "name", str(kind)).lower())
    elif page.compression not in TIFF.DECOMPRESSORS and not is_for_pillow(page):
        what = note("tiff.compression", number=int(page.compression))
    elif page.imagedepth != 1:
        what = note("tiff.volume", layers=page.imagedepth)
    elif not isinstance(bits, int):
        what = note("tiff.bits", bits=bits)
    elif page.sampleformat not in (_UNSIGNED, FLOAT, _UNDEFINED) or page.dtype is None:
        what = note("tiff.samples", bits=bits, kind=_sample_name(page))
    elif kind == PALETTE and bits > 8:
        what = note("tiff.palette")
    elif kind in LABS and page.compression in JPEGS:  # codecs take it for Y'CbCr
        what = note("tiff.lab_jpeg")
    elif kind in LABS and bits not in (8, 16):
        what = note("tiff.lab_bits", bits=bits)
    if what:
        raise UnsupportedMedia(path, note("photo.not_supported", what=what))


def _sample_name(page: TiffPage) -> str:
    return _SAMPLE_NAMES.get(page.sampleformat, note("tiff.unknown_samples"))


def check_complete(path: Path, missing: float, most: float = 1e-9) -> None:
    """Refuse a page of which too much is missing.

    Args:
        path: for messages.
        missing: share of the page.
        most: what is too much.

    Raises:
        MediaError: it is that, or more.
    """
    if missing >= most:
        raise MediaError(path, note("tiff.cannot_unpack", share=missing))
