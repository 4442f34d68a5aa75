"""A photo as a sink of one frame."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from colorizer import __version__
from colorizer.color import ab_to_srgb, luma_to_L
from colorizer.errors import TargetError
from colorizer.frame import Frame
from colorizer.media.gray import rgb_to_gray, strips
from colorizer.media.metadata import Metadata, upright_exif
from colorizer.media.still import StillSource
from colorizer.media.still_formats import (
    HOLD_16_BITS,
    HOLD_ALPHA,
    OWN_SUFFIX,
    WRITERS,
    Picture,
    Writer,
)
from colorizer.media.xmp import mark_generated


class StillSink:
    """One coloured photo, written as `TARGET.part` and renamed on a clean exit.

    Attributes:
        mean_dL, max_dL: mean and largest |dL*| between the source and the quantised result over
            all pixels, before a lossy encoder; None before `write`.
    """

    mean_dL: float | None = None  # noqa: N815 - L* keeps its capital
    max_dL: float | None = None  # noqa: N815

    def __init__(self, target: Path, *, like: StillSource, jpeg_quality: int) -> None:
        """Prepare to write `target` with the metadata and encoding of `like`.

        Raises:
            TargetError: the suffix of the target names no photo format and is not the source's.
        """
        self.target = Path(target)
        self.part = self.target.with_name(self.target.name + ".part")
        self.warnings: list[str] = []
        self.before_naming: Callable[[Path], None] | None = None
        self._pixels = sha256()
        self._like = like
        self._quality = jpeg_quality
        self._written = False
        suffix = self.target.suffix.lower()
        if suffix not in WRITERS and suffix != like.path.suffix.lower():
            raise TargetError(self.target, f"ends in none of {' '.join(WRITERS)}")

    def __enter__(self) -> Self:
        """Create the folder of the target.

        Raises:
            TargetError: the folder can't be made.
        """
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TargetError(self.target, f"its folder can't be made: {error}") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None or not self._written:
            self.part.unlink(missing_ok=True)
            return
        try:
            if self.before_naming is not None:
                self.before_naming(self.part)
            self.part.replace(self.target)
        except OSError as failure:
            self.part.unlink(missing_ok=True)
            raise TargetError(self.target, f"can't be written: {failure}") from failure
        except BaseException:
            self.part.unlink(missing_ok=True)
            raise

    def facts(self) -> dict[str, Any]:
        """Return the hash of the pixels before encoding and how far lightness moved."""
        return {
            "pixels_sha256": self._pixels.hexdigest(),
            "lightness_error": {"mean": self.mean_dL, "max": self.max_dL},
        }

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return the full size of the photo."""
        height, width = frame.Y.shape
        return height, width

    def write(self, frame: Frame) -> None:
        """Colour, encode and flush the photo to disk.

        Args:
            frame: with ab at full size.

        Raises:
            TargetError: the disk is full or the file can't be written.
        """
        # A file under a strange name gets its own format back.
        suffix = self.target.suffix.lower()
        writer = WRITERS[suffix if suffix in WRITERS else OWN_SUFFIX[self._like.coding.format]]
        picture = self._picture(frame, writer)
        try:
            try:
                self._encode(writer, picture)
            except OSError:
                raise
            except Exception as error:  # of the libraries, about a tag that only looked well
                self.warnings.append(f"its metadata is lost: {error}")
                self._encode(writer, replace(picture, metadata=Metadata(), xmp=picture.plain_xmp))
        except OSError as error:
            raise TargetError(self.target, f"can't be written: {error}") from error
        self._written = True

    def _encode(self, writer: Writer, picture: Picture) -> None:
        with self.part.open("wb") as file:
            writer(file, picture)
            file.flush()
            os.fsync(file.fileno())

    def _picture(self, frame: Frame, writer: Writer) -> Picture:
        """Gather what the encoder needs; say what the format can't hold."""
        like = self._like
        sixteen = like.coding.depth == 16
        if sixteen and writer not in HOLD_16_BITS:
            self.warnings.append("16-bit source is written with 8 bits in this file format")
            sixteen = False
        alpha = like.alpha
        if alpha is not None and writer not in HOLD_ALPHA:
            self.warnings.append("transparency can't be kept in this file format")
            alpha = None
        dtype = np.uint16 if sixteen else np.uint8
        if alpha is not None and alpha.dtype != dtype:
            alpha = (alpha >> 8).astype(np.uint8)
        height, width = frame.Y.shape
        plain = mark_generated(None, __version__)
        return Picture(
            rows=lambda: self._coloured(frame, dtype, alpha),
            shape=(height, width, 3 if alpha is None else 4),
            dtype=dtype,
            coding=like.coding,
            metadata=self._metadata((height, width)),
            xmp=self._xmp() or plain,
            plain_xmp=plain,
            quality=self._quality,
            warn=self.warnings.append,
        )

    def _metadata(self, size: tuple[int, int]) -> Metadata:
        """Return the source's metadata with EXIF that is true of the upright colour picture."""
        metadata = self._like.metadata
        if metadata.exif is None:
            return metadata
        try:
            return replace(metadata, exif=upright_exif(metadata.exif, size))
        except ValueError as error:
            self.warnings.append(f"its EXIF is lost: {error}")
            return replace(metadata, exif=None)

    def _xmp(self) -> bytes | None:
        try:
            return mark_generated(self._like.metadata.xmp, __version__)
        except ValueError as error:
            self.warnings.append(f"its XMP is lost: {error}")
            return None

    def _coloured(self, frame: Frame, dtype: Any, alpha: np.ndarray | None) -> Iterator[np.ndarray]:
        """Yield strips of (h, W, 3 or 4) codes and measure their lightness against the source's."""
        assert frame.ab is not None, "a sink wants frames with chroma"
        top = np.iinfo(dtype).max
        total, self.max_dL = 0.0, 0.0
        self._pixels = sha256()
        for rows in strips(*frame.Y.shape):
            L = luma_to_L(frame.Y[rows], frame.bits, frame.full_range)
            rgb = ab_to_srgb(L, frame.ab[:, rows])
            rgb *= top
            rgb += 0.5
            codes = np.ascontiguousarray(np.moveaxis(rgb.astype(dtype), 0, -1))
            self._pixels.update(codes.data)
            error = np.abs(luma_to_L(rgb_to_gray(codes), 16, True) - L)
            total += float(error.sum(dtype=np.float64))
            # Before the yield: an encoder that has all rows does not ask again.
            self.mean_dL, self.max_dL = total / frame.Y.size, max(self.max_dL, float(error.max()))
            yield codes if alpha is None else np.dstack([codes, alpha[rows]])
