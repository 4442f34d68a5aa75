"""A photo as a sink of one frame, or of as many as it has pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from colorizer.colour.profiles import result_profile, result_space
from colorizer.errors import TargetError
from colorizer.files.durable import create_part, part_of
from colorizer.frame import Frame
from colorizer.media.metadata.carried import Metadata
from colorizer.media.metadata.making import PhotoMaking
from colorizer.media.metadata.xmp import mark_generated
from colorizer.media.photo.caption import caption_rows, caption_strip
from colorizer.media.photo.gray import strips
from colorizer.media.photo.opacity import multiplied
from colorizer.media.photo.picture import Picture
from colorizer.media.photo.scan import ASSOCIATED, Extra
from colorizer.media.photo.still import Page, StillSource
from colorizer.media.photo.still_codes import Measure, colour_rows
from colorizer.media.photo.still_fit import (
    at_depth,
    has_sixteen,
    held_metadata,
    held_xmp,
    kept_extras,
)
from colorizer.media.photo.still_formats import (
    HOLD_NO_PROFILE,
    WRITERS,
    Writer,
    write_jpeg,
)
from colorizer.media.photo.still_tiff import TiffPages, write_tiff
from colorizer.media.photo.suffixes import OWN_SUFFIX, WRITTEN
from colorizer.notes import note
from colorizer.settings import PhotoWriting


class StillSink:
    """One coloured photo, written as a `.part` and renamed on a clean exit.

    Attributes:
        pages: frames it takes: all pages of the source, where the file format holds several.
    """

    start = 0

    def __init__(
        self,
        target: Path,
        writing: PhotoWriting = PhotoWriting(),
        *,
        like: StillSource,
        made_by: str = "",
    ) -> None:
        """Prepare to write `target` with the metadata and encoding of `like`.

        Args:
            target: the finished file's name; replaced on success.
            writing: depth, quality, colour space and caption.
            like: the opened photo.
            made_by: how the colours come to be, in a line.

        Raises:
            TargetError: the suffix of the target names no photo format and is not the source's.
            SettingsError: the profile can't be used.
        """
        self.target = Path(target)
        self.part = part_of(self.target)
        self.warnings: list[str] = []
        self.before_naming: Callable[[Path], None] | None = None
        self._like = like
        self._quality = writing.jpeg_quality
        self._bit_depth = writing.bit_depth
        profile = writing.profile
        result_space(profile)  # one that can't be used is an error for every format
        suffix = self.target.suffix.lower()
        if profile != "srgb" and WRITERS.get(suffix) in HOLD_NO_PROFILE:
            self.warnings.append(note("target.no_profile", format=suffix[1:].upper()))
            profile = "srgb"
        self._profile = profile
        self._space, self._icc = result_space(profile), result_profile(profile)
        self._caption = writing.caption
        self._making = PhotoMaking(
            like.path, made_by=made_by, depth=writing.bit_depth, profile=profile, icc=self._icc
        )
        self._colour = colour_rows  # frames of films have a way of their own
        self._measured, self._written = Measure(), Measure()
        self._file: BinaryIO | None = None
        self._tiff: TiffPages | None = None
        if suffix not in WRITERS and suffix != like.path.suffix.lower():
            raise TargetError(self.target, note("target.ending_unknown", known=" ".join(WRITERS)))
        count = like.frame_count or 1
        self.pages = count if WRITERS.get(suffix, write_tiff) is write_tiff else 1
        if self.pages < count:
            self.warnings.append(note("target.first_page", pages=count))

    def __enter__(self) -> Self:
        """Create the folder of the target.

        Raises:
            TargetError: the folder can't be made.
        """
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TargetError(self.target, note("target.folder_cannot_make", why=error)) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None or self._file is None:
            self._discard()
            return
        try:
            self._finish(self._file)
            if self.before_naming is not None:
                self.before_naming(self.part)
            self.part.replace(self.target)
        except OSError as failure:
            self._discard()
            raise TargetError(self.target, note("file.cannot_write", why=failure)) from failure
        except BaseException:
            self._discard()
            raise

    def _finish(self, file: BinaryIO) -> None:
        """Flush the complete file to disk and close it."""
        if self._tiff is not None:
            self._tiff.close()
        file.flush()
        os.fsync(file.fileno())
        file.close()

    def _discard(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # of a disk that is full: what is in the buffer goes nowhere
                self._file.close()
        self.part.unlink(missing_ok=True)

    @property
    def mean_dL(self) -> float:
        """Mean |dL*| between source and result over all pixels, before a lossy encoder."""
        return self._measured.mean

    @property
    def max_dL(self) -> float:
        """Largest |dL*| of a pixel, before a lossy encoder."""
        return self._measured.largest

    def facts(self) -> dict[str, Any]:
        """Return the hash of the pixels before encoding, the change of L*, what was assumed."""
        return {
            "pixels_sha256": self._measured.pixels.hexdigest(),
            "lightness_error": {"mean": self.mean_dL, "max": self.max_dL},
            **({"salvaged": saved} if (saved := self._salvage_facts()) else {}),
            **({"assumed_profiles": dict(assumed)} if (assumed := self._like.assumed) else {}),
        }

    def _salvage_facts(self) -> dict[str, Any]:
        return self._like.salvage.facts() if self._like.salvage else {}

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return the full size of the photo."""
        height, width = frame.Y.shape
        return height, width

    def write(self, frame: Frame) -> None:
        """Colour and encode the next page.

        Args:
            frame: with ab at full size.

        Raises:
            TargetError: the disk is full or the file can't be written.
        """
        page = self._like.take_page(frame.index)
        # A file under a strange name gets its own format back.
        suffix = self.target.suffix.lower()
        writer = WRITERS[suffix if suffix in WRITERS else OWN_SUFFIX[page.coding.format]]
        picture = self._picture(frame, page, writer)
        try:
            if self._file is None:
                self._file = create_part(self.part)
            try:
                self._encode(self._file, writer, picture)
            except OSError:
                raise
            except Exception as error:  # of the libraries, about a tag that only looked well
                self.warnings.append(note("photo.metadata_lost", why=error))
                plain = replace(picture, metadata=Metadata(), xmp=picture.plain_xmp)
                self._encode(self._file, writer, plain)
        except OSError as error:
            raise TargetError(self.target, note("file.cannot_write", why=error)) from error
        self._written = self._measured

    def _encode(self, file: BinaryIO, writer: Writer, picture: Picture) -> None:
        if writer is write_tiff:
            self._tiff = self._tiff or TiffPages(file, picture, self.pages)
            self._tiff.write(picture)
            return
        file.seek(0)
        file.truncate()
        writer(file, picture)

    def _picture(self, frame: Frame, page: Page, writer: Writer) -> Picture:
        """Gather what the encoder needs; say what the format can't hold."""
        told = self.warnings
        sixteen = has_sixteen(page.coding, writer, self._bit_depth, told)
        if writer is write_jpeg and (page.coding.format != "jpeg" or page.coding.lossless):
            self.warnings.append(note("target.jpeg"))
        dtype = np.uint16 if sixteen else np.uint8
        extras = tuple(
            Extra(at_depth(e.plane, dtype), e.kind) for e in kept_extras(page, writer, told)
        )
        height, width = size = self._size(frame)
        kind = WRITTEN.get(self.target.suffix.lower(), page.coding.format)
        making = self._making.of(frame, size, kind)
        plain = mark_generated(None, making)
        return Picture(
            rows=lambda: self._rows(frame, dtype, extras),
            shape=(height, width, 3 + len(extras)),
            dtype=dtype,
            icc=self._icc,
            profile=self._profile,
            coding=page.coding,
            metadata=held_metadata(page.metadata, size, writer, self._profile, told),
            xmp=held_xmp(page.metadata, making, told) or plain,
            plain_xmp=plain,
            quality=self._quality,
            extra_kinds=tuple(extra.kind for extra in extras),
            warn=self.warnings.append,
        )

    def _size(self, frame: Frame) -> tuple[int, int]:
        """Return (height, width) of the result of a page."""
        height, width = frame.Y.shape
        return height + (caption_rows((height, width)) if self._caption else 0), width

    def _rows(self, frame: Frame, dtype: Any, extras: tuple[Extra, ...]) -> Iterator[np.ndarray]:
        """Yield strips of codes of the photo, then its caption."""
        yield from self._coloured(frame, dtype, extras)
        if self._caption:
            height, width = frame.Y.shape
            yield caption_strip((height, width), 3 + len(extras), dtype)

    def _coloured(
        self, frame: Frame, dtype: Any, extras: tuple[Extra, ...]
    ) -> Iterator[np.ndarray]:
        """Yield strips of (h, W, C) codes and measure their lightness against the source's."""
        self._measured = measured = self._written.copy()
        associated = next((one.plane for one in extras if one.kind == ASSOCIATED), None)
        top = np.iinfo(dtype).max if associated is None else 65535
        for rows in strips(*frame.Y.shape):
            codes, error = self._colour(frame, rows, self._space, top)
            if associated is not None:
                L = frame.lightness(rows)
                codes, error = multiplied(codes, L, associated[rows], self._space)
            # Before the yield: an encoder that has all rows does not ask again.
            measured.add(codes, error)
            yield np.dstack([codes, *(one.plane[rows] for one in extras)]) if extras else codes
