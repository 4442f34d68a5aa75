"""What a photo is, told from its headers; the pixels stay on the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from colorizer.errors import MediaError
from colorizer.files.strangers import open_regular
from colorizer.media.metadata.carried import read_pillow, read_tiff
from colorizer.media.photo import scan_extra
from colorizer.media.photo.ends import jpeg_layout
from colorizer.media.photo.heard import listening
from colorizer.media.photo.jp2_boxes import read_size
from colorizer.media.photo.jp2_header import Header
from colorizer.media.photo.scan import Reader, check_claim, file_size, one_line
from colorizer.media.photo.scan_jp2 import read_jp2_scan
from colorizer.media.photo.scan_jpeg import JPEG_LS, read_jpeg_scan
from colorizer.media.photo.scan_more import FORMATS as MORE_FORMATS
from colorizer.media.photo.scan_more import jxl_size, read_jxl_scan, read_more_scan
from colorizer.media.photo.scan_open import reader_of
from colorizer.media.photo.scan_pillow import FORMATS, read_pillow_scan
from colorizer.media.photo.scan_pnm import read_header, read_pnm_scan
from colorizer.media.photo.scan_psd import psd_size, read_psd_scan
from colorizer.media.photo.tiff_chain import check_chain
from colorizer.notes import note

_HEAD_BYTES = 4 << 20
_UNKNOWN = {"pages": 1, "icc_profile": False, "dpi": None, "orientation": 1}


def photo_facts(path: Path) -> dict[str, Any]:
    """Describe a photo in plain JSON values.

    Raises:
        MediaError: damaged, or it claims a size that no photo has.
        UnsupportedMedia: no photo of a known format, or an extra is not installed.
    """
    try:
        with open_regular(path) as file, listening([]):
            facts = _facts(path, file)
            check_claim(path, facts["height"], facts["width"], file_size(file), facts["format"])
            return facts
    except (MediaError, MemoryError):
        raise
    except Exception as error:  # a damaged header leads the libraries to errors of every kind
        raise MediaError(path, note("photo.cannot_read", why=one_line(error))) from error


def _facts(path: Path, file: BinaryIO) -> dict[str, Any]:
    reader = reader_of(path, file)
    if reader is None:
        return _tiff(path, file)
    if reader is read_jpeg_scan:
        return _jpeg(file)
    if reader in (read_pillow_scan, read_more_scan):
        return _pillow(file)
    if reader is read_jp2_scan:
        return _jp2(file)
    if reader is read_pnm_scan:
        return _pnm(path, file)
    kind, size = _SIZES[reader]
    height, width, bits = size(path, file)
    return {
        "format": kind,
        "width": width,
        "height": height,
        "mode": "RGB",
        "bits": bits,
        **_UNKNOWN,
    }


_SIZES: dict[Reader, tuple[str, Callable[[Path, BinaryIO], tuple[int, int, int]]]] = {
    scan_extra.read_heic_scan: ("HEIC", scan_extra.heic_size),
    scan_extra.read_raw_scan: ("RAW", scan_extra.raw_size),
    read_psd_scan: ("PSD", psd_size),
    read_jxl_scan: ("JPEG XL", jxl_size),
}
"""Name and what tells height, width and bits of formats of which no more is told."""


def _jpeg(file: BinaryIO) -> dict[str, Any]:
    file.seek(0)
    layout = jpeg_layout(file.read(_HEAD_BYTES))
    if not layout.frame or layout.precision == 8 and layout.frame != JPEG_LS:
        return _pillow(file)
    return {
        "format": "JPEG-LS" if layout.frame == JPEG_LS else "JPEG",
        "width": layout.size[1],
        "height": layout.size[0],
        "mode": "L" if layout.components == 1 else "RGB",
        "bits": layout.precision,
        **_UNKNOWN,
    }


def _pillow(file: BinaryIO) -> dict[str, Any]:
    from PIL import Image

    file.seek(0)
    with Image.open(file, formats=(*FORMATS, *MORE_FORMATS)) as image:
        dpi = image.info.get("dpi")
        tile = image.tile[0][3] if image.tile else None
        raw = tile[0] if isinstance(tile, tuple) else tile
        sixteen = isinstance(raw, str) and ";16" in raw  # Pillow has only modes of 8 bits for them
        return {
            "format": image.format,
            "width": image.width,
            "height": image.height,
            "mode": image.mode,
            "bits": 16 if sixteen or image.mode.startswith("I") else 1 if image.mode == "1" else 8,
            "pages": getattr(image, "n_frames", 1),
            "icc_profile": bool(image.info.get("icc_profile")),
            "dpi": [float(value) for value in dpi] if dpi else None,
            "orientation": read_pillow(image).orientation,
        }


def _tiff(path: Path, file: BinaryIO) -> dict[str, Any]:
    from tifffile import TiffFile

    check_chain(path, file)
    file.seek(0)
    tif = TiffFile(file)
    page: Any = tif.pages.first
    metadata = read_tiff(page, file)
    bits = page.bitspersample
    dpi = metadata.dpi()
    return {
        "format": "TIFF",
        "width": int(page.imagewidth),
        "height": int(page.imagelength),
        "mode": str(getattr(page.photometric, "name", page.photometric)),
        "bits": int(max(bits) if isinstance(bits, tuple) else bits),
        "pages": len(tif.pages),
        "icc_profile": bool(metadata.icc),
        "dpi": list(dpi) if dpi else None,
        "orientation": metadata.orientation,
    }


def _jp2(file: BinaryIO) -> dict[str, Any]:
    file.seek(0)
    data = file.read()
    header = Header(data)
    size = read_size(data, header.start)
    resolution = header.resolution
    return {
        "format": "JPEG2000",
        "width": size.width,
        "height": size.height,
        "mode": {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}.get(len(size.bits), str(len(size.bits))),
        "bits": max(size.bits),
        **_UNKNOWN,
        "icc_profile": bool(header.icc),
        "dpi": [float(value) * 2.54 for value in resolution[:2]] if resolution else None,
    }


def _pnm(path: Path, file: BinaryIO) -> dict[str, Any]:
    header = read_header(path, file)
    return {
        "format": "PNM",
        "width": header.width,
        "height": header.height,
        "mode": "RGB" if header.channels == 3 else "L",
        "bits": header.top.bit_length(),
        **_UNKNOWN,
    }
