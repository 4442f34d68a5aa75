"""A finished picture on its way to an encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from colorizer.media.metadata.carried import Metadata
from colorizer.media.metadata.tiff_tags import tag_name
from colorizer.media.photo.scan import Coding
from colorizer.notes import note


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A result about to be encoded."""

    rows: Callable[[], Iterator[np.ndarray]]
    """Gives strips of (h, W, C) codes from top to bottom."""
    shape: tuple[int, int, int]
    """(H, W, C); C is 3 and one for each of `extra_kinds`."""
    dtype: Any
    """numpy uint8 or uint16."""
    icc: bytes
    """Profile of the codes, to be embedded."""
    profile: str
    """The same as the settings name it."""
    coding: Coding
    """Of the source."""
    metadata: Metadata
    """Of the source, with an EXIF block that is true of the result."""
    xmp: bytes
    plain_xmp: bytes
    """The packet without what the source's said, for where `xmp` is too long."""
    quality: int
    extra_kinds: tuple[int, ...]
    """What each channel next to the colours means, see `scan.Extra`."""
    warn: Callable[[str], None]

    def whole(self) -> np.ndarray:
        """Return all pixels, (H, W, C)."""
        pixels = np.empty(self.shape, self.dtype)
        top = 0
        for strip in self.rows():
            pixels[top : top + len(strip)] = strip
            top += len(strip)
        return pixels

    def private_names(self) -> str:
        """Return the names of the further tags of a TIFF."""
        return ", ".join(tag_name(code) for code, *_ in self.metadata.private_tags)

    def warn_of_lost(self, *held: str) -> None:
        """Name the blocks of metadata that it has but that are not among those `held`."""
        there = {
            "EXIF": self.metadata.exif or self.metadata.exif_ifds,
            note("lost.iptc"): self.metadata.photoshop,
            note("lost.comment"): self.metadata.comment,
            note("lost.c2pa"): self.metadata.credentials,
            note("lost.png_text"): self.metadata.png_chunks,
            note("lost.trailer"): self.metadata.trailer,
            note("lost.tiff_tags"): self.metadata.tiff_tags,
            self.private_names(): self.metadata.private_tags,
        }
        lost = [name for name, value in there.items() if value and name not in held]
        if lost:
            self.warn(note("photo.blocks_lost", blocks=lost))
