"""What of a photo the format of its result holds; what it does not is told."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import numpy as np

from colorizer.media.metadata.carried import Metadata
from colorizer.media.metadata.exif_carry import for_block, for_tiff
from colorizer.media.metadata.making import Making
from colorizer.media.metadata.xmp import mark_generated
from colorizer.media.photo.scan import UNASSOCIATED, UNSPECIFIED, Coding, Extra
from colorizer.media.photo.still import Page
from colorizer.media.photo.still_formats import HOLD_16_BITS, HOLD_ALPHA, Writer
from colorizer.media.photo.still_tiff import write_tiff
from colorizer.notes import note


def kept_extras(page: Page, writer: Writer, warnings: list[str]) -> list[Extra]:
    """Return the channels next to the colours that the format holds.

    Args:
        page: of the source.
        writer: of the result.
        warnings: what the format does not hold is appended.
    """
    if writer is write_tiff:
        return list(page.extras)
    unnamed = sum(extra.kind == UNSPECIFIED for extra in page.extras)
    if unnamed:
        warnings.append(note("photo.channels_lost", count=unnamed))
    if page.alpha is None:
        return []
    if writer not in HOLD_ALPHA:
        warnings.append(note("photo.transparency_lost"))
        return []
    if len(page.extras) - unnamed > 1:
        warnings.append(note("photo.first_transparency"))
    return [Extra(page.alpha, UNASSOCIATED)]


def has_sixteen(coding: Coding, writer: Writer, asked: str, warnings: list[str]) -> bool:
    """Tell whether the result has 16 bits; say where that is less than the source's.

    Args:
        coding: of the source.
        writer: of the result.
        asked: one of `settings.DEPTHS`.
        warnings: what is lost is appended.
    """
    depth = coding.depth if asked == "same" else int(asked)
    if depth == 16 and writer not in HOLD_16_BITS:
        more = coding.depth > 8
        warnings.append(
            note("photo.eight_bits", bits=coding.depth) if more else note("photo.holds_eight_bits")
        )
        return False
    if depth < coding.depth:
        warnings.append(note("photo.eight_bits_asked"))
    return depth == 16


def held_metadata(
    metadata: Metadata, size: tuple[int, int], writer: Writer, profile: str, warnings: list[str]
) -> Metadata:
    """Return the source's metadata as the format holds it, true of the upright result."""
    try:
        return for_tiff(metadata) if writer is write_tiff else for_block(metadata, size, profile)
    except (ValueError, struct.error) as error:
        warnings.append(note("photo.exif_lost", why=error))
        return replace(metadata, exif=None, exif_ifds=())


def held_xmp(metadata: Metadata, making: Making, warnings: list[str]) -> bytes | None:
    """Return the source's XMP with the mark of the result; None where it is damaged."""
    try:
        return mark_generated(metadata.xmp, making)
    except ValueError as error:
        warnings.append(note("photo.xmp_lost", why=error))
        return None


def at_depth(plane: np.ndarray, dtype: Any) -> np.ndarray:
    """Bring a channel to the depth of the result."""
    if plane.dtype == dtype:
        return plane
    return plane.astype(np.uint16) * 257 if dtype == np.uint16 else (plane >> 8).astype(np.uint8)
