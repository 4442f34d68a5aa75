"""Decoded samples of a TIFF page as gray, RGB or CMYK codes of 8 to 16 bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import tifffile
from tifffile import TiffPage

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import Metadata
from colorizer.media.photo.lab_codes import codes_of_lab
from colorizer.media.photo.scan import (
    ASSOCIATED,
    UNASSOCIATED,
    UNSPECIFIED,
    Coding,
    Extra,
    Scan,
    extra_plane,
    widen,
)
from colorizer.media.photo.tiff_check import CIELAB, LABS, PALETTE, SPACES, WHITE_IS_ZERO
from colorizer.media.photo.tiff_samples import as_integers, missing_parts, pillow_page
from colorizer.notes import note

_COMPRESSIONS = {1: None, 5: "lzw"}
"""Compressions that a result keeps; others, lossy and bilevel ones too, become lossless zlib."""


def interpreted(
    path: Path, page: TiffPage, codes: np.ndarray, metadata: Metadata, warnings: list[str]
) -> Scan:
    """Bring decoded samples to gray, RGB or CMYK codes of 8 to 16 bits.

    Args:
        path: for messages.
        page: they are of.
        codes: as tifffile shapes them.
        metadata: of the page.
        warnings: what is made of the samples is appended.

    Raises:
        MediaError: a colour is missing.
        UnsupportedMedia: their shape, or samples that are no numbers.
    """
    space, channels = SPACES[page.photometric]
    bits = page.bitspersample
    if page.samplesperpixel > 1 and page.planarconfig == 2:
        codes = np.moveaxis(codes, 0, -1)
    if codes.shape[:2] != (page.imagelength, page.imagewidth) or codes.ndim > 3:
        raise UnsupportedMedia(path, note("tiff.shape", shape=str(codes.shape)))
    codes = codes.reshape(*codes.shape[:2], -1).astype(codes.dtype.newbyteorder("="), copy=False)
    if codes.shape[2] < channels:
        raise MediaError(path, note("tiff.colours_missing", have=codes.shape[2], whole=channels))
    extras = _extras(codes[..., channels:], page)
    codes = codes[..., 0] if channels == 1 else codes[..., :channels]
    if codes.dtype.kind == "f" or codes.itemsize > 2:
        try:
            codes, bits = as_integers(codes, warnings)
        except ValueError as error:
            raise UnsupportedMedia(
                path, note("photo.not_supported_save_tiff", why=error)
            ) from error
    if page.photometric in LABS:
        codes, bits = codes_of_lab(codes, signed=page.photometric == CIELAB), 16
        metadata = replace(metadata, icc=None, stated="srgb")
    elif page.photometric == PALETTE:
        codes, space, bits = _look_up(codes, page), "rgb", 8
    else:
        codes, bits = widen(codes, bits)
    if page.photometric == WHITE_IS_ZERO:
        codes = (2**bits - 1) - codes
    depth = 8 if bits == 8 else 16
    return Scan(
        codes=codes,
        space=space,
        bits=bits,
        coding=_coding(page, depth),
        metadata=metadata,
        extras=extras,
    )


def scan_by_pillow(file: BinaryIO, page: TiffPage, metadata: Metadata) -> tuple[Scan, float]:
    """Return a page that Pillow decodes and brings to 8 bits, and which share of it is missing."""
    codes, turned = pillow_page(file, page)
    if turned:
        upright = metadata.upright_resolution()
        metadata = replace(metadata, resolution=upright, orientation=1)
    scan = Scan(
        codes=codes,
        space="gray" if codes.ndim == 2 else "rgb",
        bits=8,
        coding=_coding(page, 8),
        metadata=metadata,
    )
    return scan, missing_parts(file, page)


def _extras(codes: np.ndarray, page: TiffPage) -> tuple[Extra, ...]:
    """Return the channels next to the colours, (H, W, n); what has no ExtraSamples is unspecified.

    TIFF 6.0, section 18: only what is called alpha is one.
    """
    kinds = [int(kind) for kind in page.extrasamples or ()] + [UNSPECIFIED] * codes.shape[2]
    return tuple(
        Extra(
            extra_plane(codes[..., index], page.bitspersample),
            kinds[index] if kinds[index] in (ASSOCIATED, UNASSOCIATED) else UNSPECIFIED,
        )
        for index in range(codes.shape[2])
    )


def _look_up(codes: np.ndarray, page: TiffPage) -> np.ndarray:
    """Replace palette indices by RGB, (H, W, 3) uint8; some writers leave palettes at 8 bits."""
    colours = np.asarray(page.colormap)
    eight = (colours >> 8 if colours.max() > 255 else colours).astype(np.uint8)
    return eight.T[np.minimum(codes.astype(np.uint8), eight.shape[1] - 1)]


def _coding(page: TiffPage, depth: int) -> Coding:
    tif: tifffile.TiffFile = page.parent
    return Coding(
        format="tiff",
        depth=depth,
        compression=_COMPRESSIONS.get(int(page.compression), "zlib"),
        byteorder=tif.byteorder,
        bigtiff=tif.is_bigtiff,
    )
