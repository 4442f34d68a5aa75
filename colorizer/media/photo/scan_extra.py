"""Decoding HEIC and camera raw, each with a library that is an optional extra."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.files.bundle import how_to_get
from colorizer.media.metadata.carried import Metadata, read_tiff
from colorizer.media.photo.ends import broken
from colorizer.media.photo.scan import Coding, Scan, check_claim, file_size, one_line, split_alpha
from colorizer.media.photo.told_codes import profile_of_told
from colorizer.notes import note

HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
"""Major brands of the ftyp box; those of films are others."""

_DEVELOPED = {
    "output_bps": 16,
    "gamma": (2.4, 12.92),  # that of sRGB; LibRaw's own default is that of BT.709
    "use_camera_wb": True,
    "no_auto_bright": True,
    "adjust_maximum_thr": 0.0,  # else the brightest pixel of a picture sets its exposure
}
"""How a camera raw is developed: each of a series alike."""


def is_heic(head: bytes) -> bool:
    """Tell a HEIC by its first 32 bytes."""
    return head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS


def _library(path: Path, module: str, extra: str, what: str) -> Any:
    """Import the library of an extra.

    Raises:
        UnsupportedMedia: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise UnsupportedMedia(
            path,
            note("photo.needs_extra", what=what, how=how_to_get(f"film-colorizer[{extra}]")),
        ) from error


def read_heic_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Decode the main picture of a HEIC, at 8 to 12 bits.

    Raises:
        UnsupportedMedia: the extra `heic` is not installed.
    """
    pillow_heif = _library(path, "pillow_heif", "heic", note("content.heic"))
    size = file_size(file)
    try:
        opened = pillow_heif.open_heif(file, convert_hdr_to_8bit=False)
        image = opened[opened.primary_index]
        check_claim(path, image.size[1], image.size[0], size)
        info = image.info
        bits = int(info.get("bit_depth") or 8)
        codes, space, extras = split_alpha(np.asarray(image))
    except (MediaError, MemoryError):
        raise
    except Exception as error:  # libheif names its errors, the wrapper adds kinds of its own
        raise MediaError(path, broken(file, error)) from error
    if len(opened) > 1:
        warnings.append(note("photo.main_of_several", pictures=len(opened)))
    if bits > 8:  # 10 and 12 bits come at the upper end of 16
        codes = codes >> (16 - bits)
    exif, xmp = info.get("exif"), info.get("xmp")
    icc, stated = info.get("icc_profile"), ""
    if not icc and (told := info.get("nclx_profile")):
        codes_told = int(told["color_primaries"]), int(told["transfer_characteristics"])
        icc, stated = profile_of_told(space, *codes_told, warnings)
    metadata = Metadata(
        # libheif has turned the pixels already.
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=xmp or None,
        icc=icc,
        stated=stated,
    )
    coding = Coding(format="heic", depth=8 if bits == 8 else 16)
    return Scan(
        codes=codes, space=space, bits=bits, extras=extras, coding=coding, metadata=metadata
    )


def heic_size(path: Path, file: BinaryIO) -> tuple[int, int, int]:
    """Return height, width and bits of the main picture of a HEIC.

    Raises:
        UnsupportedMedia: the extra `heic` is not installed.
    """
    pillow_heif = _library(path, "pillow_heif", "heic", note("content.heic"))
    opened = pillow_heif.open_heif(file, convert_hdr_to_8bit=False)
    image = opened[opened.primary_index]
    return image.size[1], image.size[0], int(image.info.get("bit_depth") or 8)


def raw_size(path: Path, file: BinaryIO) -> tuple[int, int, int]:
    """Return height, width and bits of a developed camera raw.

    Raises:
        UnsupportedMedia: the extra `raw` is not installed.
    """
    rawpy = _library(path, "rawpy", "raw", note("content.raw"))
    with rawpy.imread(file) as raw:
        return raw.sizes.height, raw.sizes.width, 16


def read_raw_scan(path: Path, file: BinaryIO, warnings: list[str]) -> Scan:
    """Develop a camera raw as the camera saw it: its white balance, no brightening, 16-bit sRGB.

    Raises:
        MediaError: damaged, cut off, or of a camera that LibRaw does not know.
        UnsupportedMedia: the extra `raw` is not installed.
    """
    rawpy = _library(path, "rawpy", "raw", note("content.raw"))
    size = file_size(file)
    try:
        with rawpy.imread(file) as raw:
            check_claim(path, raw.sizes.height, raw.sizes.width, size)
            codes = raw.postprocess(**_DEVELOPED)
    except (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError) as error:
        raise UnsupportedMedia(
            path,
            note("raw.unknown_camera", why=one_line(error)),
        ) from error
    except (rawpy.LibRawError, OSError, ValueError, RuntimeError) as error:
        raise MediaError(path, note("raw.damaged", why=one_line(error))) from error
    if codes.ndim != 3 or codes.shape[2] != 3:
        raise UnsupportedMedia(path, note("raw.sensor", colours=str(codes.shape[2:])))
    metadata, order = _raw_metadata(file, warnings)
    return Scan(
        codes=codes,
        space="rgb",
        bits=16,
        coding=Coding(format="raw", depth=16, lossless=True, byteorder=order),
        metadata=metadata,
    )


def _raw_metadata(file: BinaryIO, warnings: list[str]) -> tuple[Metadata, Literal["<", ">"]]:
    """Read the tags of a raw that is built as a TIFF, as most are, and their byte order."""
    from tifffile import TiffFile

    try:
        file.seek(0)
        tif = TiffFile(file)
        metadata = read_tiff(tif.pages.first, file)
    except Exception as error:  # a container of its own, or tags damaged in any way
        warnings.append(note("photo.metadata_lost", why=one_line(error)))
        return Metadata(), "<"
    # The pixels are upright sRGB now.
    return replace(metadata, orientation=1, icc=None, resolution=None), tif.byteorder
