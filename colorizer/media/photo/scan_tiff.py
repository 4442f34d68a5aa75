"""Decoding TIFF at its full depth with tifffile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from tifffile import TiffFile, TiffPage

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import Metadata, read_tiff
from colorizer.media.photo.opacity import straight
from colorizer.media.photo.scan import (
    Salvage,
    Scan,
    check_claim,
    file_size,
    missing_words,
    one_line,
)
from colorizer.media.photo.tiff_chain import check_chain
from colorizer.media.photo.tiff_check import check_complete, check_page, check_samples
from colorizer.media.photo.tiff_interpret import interpreted, scan_by_pillow
from colorizer.media.photo.tiff_samples import decode_what_can_be, is_for_pillow
from colorizer.notes import note

MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""First four bytes of TIFF and BigTIFF in both byte orders."""


def open_tiff(
    path: Path,
    file: BinaryIO,
    warnings: list[str],
    notes: list[str],
    salvage: Salvage | None = None,
) -> tuple[int, Iterator[Scan]]:
    """Count the pages of a TIFF and return what decodes them one after another.

    Args:
        path: for messages.
        file: opened for reading.
        warnings: pictures left out are appended.
        notes: what the page being decoded loses is appended.
        salvage: see `open_pages`.

    Raises:
        MediaError: the directories are damaged or cut off. The iterator raises it where a page is,
            and UnsupportedMedia for samples that are not gray, RGB, palette or CMYK of up to 16
            bits.
    """
    try:
        try:
            check_chain(path, file)
        except MediaError as error:
            if salvage is None:
                raise
            warnings.append(note("tiff.pages_missing", why=error.reason))
        file.seek(0)
        pages = _full_pages([page.aspage() for page in TiffFile(file).pages], warnings)
        # Of kinds that are no numbers where the tags are damaged.
        total = sum(int(page.imagelength) * int(page.imagewidth) for page in pages)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        # A damaged structure leads tifffile and its codecs to errors of every kind.
        raise MediaError(path, note("photo.damaged_restore", what=one_line(error))) from error
    return len(pages), _scans(path, file, pages, (total, warnings, notes), salvage)


def _scans(
    path: Path,
    file: BinaryIO,
    pages: list[TiffPage],
    told: tuple[int, list[str], list[str]],
    salvage: Salvage | None,
) -> Iterator[Scan]:
    """Decode page after page; `told` are pixels of all, warnings of the file, notes of a page."""
    total, warnings, notes = told
    for number, page in enumerate(pages, start=1):
        try:
            try:
                # Not kept in a variable, which would hold the pixels while the page is worked on.
                yield straight(_scan(path, file, page, total, notes), notes)
            except UnsupportedMedia:
                raise
            except MediaError as error:
                if salvage is None:
                    raise
                try:
                    scan, missing = _scan_in_part(path, file, page, total, notes)
                except MediaError:
                    raise error from None
                salvage.missing[number] = missing
                notes.append(missing_words(missing, error.reason))
                yield straight(scan, notes)
        except MediaError as error:
            if salvage is None or len(salvage.left_out) == len(pages) - 1:
                one = note("tiff.page", number=number, pages=len(pages), why=error.reason)
                raise type(error)(path, one if len(pages) > 1 else error.reason) from error
            salvage.left_out[number] = error.reason
            warnings.append(
                note("tiff.page_left_out", number=number, pages=len(pages), why=error.reason)
            )


def _scan_in_part(
    path: Path, file: BinaryIO, page: TiffPage, total: int, notes: list[str]
) -> tuple[Scan, float]:
    """Decode the parts of a damaged page that can be; return which share of them is missing.

    Raises:
        MediaError, UnsupportedMedia: nothing can be.
    """
    try:
        size = file_size(file)
        check_claim(path, page.imagelength, page.imagewidth, size)
        check_samples(path, page)
        metadata = _metadata(page, file, notes)
        if is_for_pillow(page):
            scan, missing = scan_by_pillow(file, page, metadata)
            check_complete(path, missing, most=1)
        else:
            codes, missing = decode_what_can_be(page, size)
            scan = interpreted(path, page, codes, metadata, notes)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        raise MediaError(path, note("photo.damaged_restore", what=one_line(error))) from error
    return replace(scan, coding=replace(scan.coding, document_pixels=total)), missing


def _scan(path: Path, file: BinaryIO, page: TiffPage, total: int, notes: list[str]) -> Scan:
    """Decode one page.

    Raises:
        MediaError, UnsupportedMedia: see `open_tiff`.
    """
    try:
        check_page(path, page, file)
        metadata = _metadata(page, file, notes)
        if is_for_pillow(page):
            scan, missing = scan_by_pillow(file, page, metadata)
            check_complete(path, missing)
        else:
            scan = interpreted(path, page, page.asarray(), metadata, notes)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        raise MediaError(path, note("photo.damaged_restore", what=one_line(error))) from error
    return replace(scan, coding=replace(scan.coding, document_pixels=total))


def _full_pages(pages: list[TiffPage], warnings: list[str]) -> list[TiffPage]:
    """Return the pages that are pictures at full size; say what is left out.

    Raises:
        ValueError: there is no page.
    """
    if not pages:
        raise ValueError(note("tiff.no_pages"))
    whole = [not (page.is_reduced or page.is_mask) for page in pages]
    if not any(whole):
        whole[0] = True
    full = [page for page, is_whole in zip(pages, whole, strict=True) if is_whole]
    left = [str(index + 1) for index, is_whole in enumerate(whole) if not is_whole]
    if left:
        warnings.append(note("tiff.small_left_out", count=len(left), pages=left))
    inside = sum(len(page.subifds or ()) for page in full)
    if inside:
        warnings.append(note("tiff.inside_left_out", count=inside))
    return full


def _metadata(page: TiffPage, file: BinaryIO, warnings: list[str]) -> Metadata:
    try:
        metadata = read_tiff(page, file)
    except Exception as error:  # metadata may be damaged in any way; the picture is what counts
        warnings.append(note("photo.metadata_lost", why=one_line(error)))
        return Metadata(icc=page.iccprofile)
    for name in metadata.left:
        warnings.append(note("tiff.tag_left_out", name=name))
    return metadata
