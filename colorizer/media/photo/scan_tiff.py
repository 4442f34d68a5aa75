"""Decoding TIFF at its full depth with tifffile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import tifffile
from tifffile import TIFF, TiffFile, TiffPage

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.metadata.carried import Metadata, read_tiff
from colorizer.media.photo.ends import jpeg_layout
from colorizer.media.photo.lab_codes import codes_of_lab
from colorizer.media.photo.opacity import straight
from colorizer.media.photo.scan import (
    ASSOCIATED,
    UNASSOCIATED,
    UNSPECIFIED,
    Coding,
    Extra,
    Salvage,
    Scan,
    check_claim,
    extra_plane,
    file_size,
    missing_words,
    one_line,
    widen,
)
from colorizer.media.photo.tiff_chain import check_chain
from colorizer.media.photo.tiff_samples import (
    FLOAT,
    as_integers,
    decode_what_can_be,
    is_for_pillow,
    missing_parts,
    pillow_page,
)

MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""First four bytes of TIFF and BigTIFF in both byte orders."""
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_CIELAB, _ICCLAB = 8, 9
_SPACES = {
    _WHITE_IS_ZERO: ("gray", 1),
    _BLACK_IS_ZERO: ("gray", 1),
    _RGB: ("rgb", 3),
    _PALETTE: ("gray", 1),
    _CMYK: ("cmyk", 4),
    _YCBCR: ("rgb", 3),
    _CIELAB: ("rgb", 3),
    _ICCLAB: ("rgb", 3),
}
"""Space and colour channels by PhotometricInterpretation; Y'CbCr as JPEG codec and Pillow give it,
and CIELAB after conversion, are RGB."""
_JPEGS, _JPEG_HEAD, _JPEG_LS = (7, 33003, 33007, 34892), 4096, 0xF7
_LABS = (_CIELAB, _ICCLAB)
_UNSIGNED, _UNDEFINED = 1, 4
"""SampleFormat."""
_SAMPLE_NAMES = {
    1: "integers", 2: "signed integers", 3: "floating point", 5: "complex integers",
    6: "complex numbers",
}  # fmt: skip
_COMPRESSIONS = {1: None, 5: "lzw"}
"""What a result follows; all others, lossy and bilevel ones too, become lossless zlib."""


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
            warnings.append(f"further pages may be missing: {error.reason}")
        file.seek(0)
        pages = _full_pages([page.aspage() for page in TiffFile(file).pages], warnings)
        # Of kinds that are no numbers where the tags are damaged.
        total = sum(int(page.imagelength) * int(page.imagewidth) for page in pages)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        # A damaged structure leads tifffile and its codecs to errors of every kind.
        raise MediaError(path, f"is damaged: {one_line(error)}; restore it") from error
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
        where = f"page {number} of {len(pages)}: " if len(pages) > 1 else ""
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
                raise type(error)(path, where + error.reason) from error
            salvage.left_out[number] = error.reason
            warnings.append(f"page {number} of {len(pages)} is left out: {error.reason}")


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
        _check_samples(path, page)
        metadata = _metadata(page, file, notes)
        if is_for_pillow(page):
            scan, missing = _by_pillow(file, page, metadata)
            _check_complete(path, missing, most=1)
        else:
            codes, missing = decode_what_can_be(page, size)
            scan = _interpret(path, page, codes, metadata, notes)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        raise MediaError(path, f"is damaged: {one_line(error)}; restore it") from error
    return replace(scan, coding=replace(scan.coding, document_pixels=total)), missing


def _scan(path: Path, file: BinaryIO, page: TiffPage, total: int, notes: list[str]) -> Scan:
    """Decode one page.

    Raises:
        MediaError, UnsupportedMedia: see `open_tiff`.
    """
    try:
        _check(path, page, file)
        metadata = _metadata(page, file, notes)
        if is_for_pillow(page):
            scan, missing = _by_pillow(file, page, metadata)
            _check_complete(path, missing)
        else:
            scan = _interpret(path, page, page.asarray(), metadata, notes)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        raise MediaError(path, f"is damaged: {one_line(error)}; restore it") from error
    return replace(scan, coding=replace(scan.coding, document_pixels=total))


def _full_pages(pages: list[TiffPage], warnings: list[str]) -> list[TiffPage]:
    """Return the pages that are pictures at full size; say what is left out.

    Raises:
        ValueError: there is no page.
    """
    if not pages:
        raise ValueError("it has no pages")
    whole = [not (page.is_reduced or page.is_mask) for page in pages]
    if not any(whole):
        whole[0] = True
    full = [page for page, is_whole in zip(pages, whole, strict=True) if is_whole]
    left = [str(index + 1) for index, is_whole in enumerate(whole) if not is_whole]
    if left:
        warnings.append(
            "its small copies and masks are left out: "
            + ("page " if len(left) == 1 else "pages ")
            + ", ".join(left)
        )
    inside = sum(len(page.subifds or ()) for page in full)
    if inside == 1:
        warnings.append("1 picture inside its pages is left out (a subdirectory)")
    elif inside:
        warnings.append(f"{inside} pictures inside its pages are left out (subdirectories)")
    return full


def _check(path: Path, page: TiffPage, file: BinaryIO) -> None:
    """Refuse what can't be decoded faithfully.

    Raises:
        MediaError, UnsupportedMedia: see `read_tiff_scan`.
    """
    check_claim(path, page.imagelength, page.imagewidth, file_size(file))
    ends = [at + n for at, n in zip(page.dataoffsets, page.databytecounts, strict=False)]
    size = file_size(file)
    if not ends or not any(page.databytecounts):
        raise MediaError(path, "is damaged: it does not say where its pixels are")
    if max(ends) > size:
        raise MediaError(path, f"is cut off: {size} of {max(ends, default=0)} bytes are present")
    parts = sum(n > 0 for n in page.databytecounts)
    if parts < math.prod(page.chunked):  # tifffile would fill the gaps with black
        raise MediaError(
            path, f"is damaged: {parts} of {math.prod(page.chunked)} parts are present"
        )
    _check_samples(path, page)
    if page.compression in _JPEGS:
        file.seek(page.dataoffsets[0])
        if jpeg_layout(file.read(_JPEG_HEAD)).frame == _JPEG_LS:
            raise UnsupportedMedia(
                path, "is not supported: it holds JPEG-LS in a TIFF; save it with LZW or ZIP"
            )


def _check_samples(path: Path, page: TiffPage) -> None:
    """Refuse samples that are no picture this program can take.

    Raises:
        UnsupportedMedia: see `open_tiff`.
    """
    kind, bits = page.photometric, page.bitspersample
    what = ""
    if kind not in _SPACES:
        what = f"its pixels are {getattr(kind, 'name', str(kind)).lower()}; save it as gray or RGB"
    elif page.compression not in TIFF.DECOMPRESSORS and not is_for_pillow(page):
        what = f"its compression is number {int(page.compression)}; save it with LZW or ZIP"
    elif page.imagedepth != 1:
        what = f"it is a volume of {page.imagedepth} layers; save them as pages"
    elif not isinstance(bits, int):
        what = f"its colours have {bits} bits; save it as 8- or 16-bit TIFF"
    elif page.sampleformat not in (_UNSIGNED, FLOAT, _UNDEFINED) or page.dtype is None:
        what = f"its samples are {bits}-bit {_sample_name(page)}; save it as 8- or 16-bit TIFF"
    elif kind == _PALETTE and bits > 8:
        what = "its palette has more than 256 colours; save it as RGB"
    elif kind in _LABS and page.compression in _JPEGS:  # codecs take it for Y'CbCr
        what = "it is CIELAB packed as JPEG; save it as 16-bit RGB"
    elif kind in _LABS and bits not in (8, 16):
        what = f"it is CIELAB of {bits} bits; save it as 16-bit RGB"
    if what:
        raise UnsupportedMedia(path, f"is not supported: {what}")


def _sample_name(page: TiffPage) -> str:
    return _SAMPLE_NAMES.get(page.sampleformat, "samples of an unknown kind")


def _metadata(page: TiffPage, file: BinaryIO, warnings: list[str]) -> Metadata:
    try:
        metadata = read_tiff(page, file)
    except Exception as error:  # metadata may be damaged in any way; the picture is what counts
        warnings.append(f"its metadata is lost: {one_line(error)}")
        return Metadata(icc=page.iccprofile)
    for name in metadata.left:
        warnings.append(f"{name} is left out: it is not true of the result")
    return metadata


def _interpret(
    path: Path, page: TiffPage, codes: np.ndarray, metadata: Metadata, warnings: list[str]
) -> Scan:
    """Bring decoded samples to gray, RGB or CMYK codes of 8 to 16 bits."""
    space, channels = _SPACES[page.photometric]
    bits = page.bitspersample
    if page.samplesperpixel > 1 and page.planarconfig == 2:
        codes = np.moveaxis(codes, 0, -1)
    if codes.shape[:2] != (page.imagelength, page.imagewidth) or codes.ndim > 3:
        raise UnsupportedMedia(
            path, f"is not supported: its pixels have the shape {codes.shape}; save it as RGB"
        )
    codes = codes.reshape(*codes.shape[:2], -1).astype(codes.dtype.newbyteorder("="), copy=False)
    if codes.shape[2] < channels:
        raise MediaError(path, f"is damaged: it has {codes.shape[2]} of {channels} colours")
    extras = _extras(codes[..., channels:], page)
    codes = codes[..., 0] if channels == 1 else codes[..., :channels]
    if codes.dtype.kind == "f" or codes.itemsize > 2:
        try:
            codes, bits = as_integers(codes, warnings)
        except ValueError as error:
            raise UnsupportedMedia(
                path, f"is not supported: {error}; save it as 16-bit TIFF"
            ) from error
    if page.photometric in _LABS:
        codes, bits = codes_of_lab(codes, signed=page.photometric == _CIELAB), 16
        metadata = replace(metadata, icc=None, stated="srgb")
    elif page.photometric == _PALETTE:
        codes, space, bits = _look_up(codes, page), "rgb", 8
    else:
        codes, bits = widen(codes, bits)
    if page.photometric == _WHITE_IS_ZERO:
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


def _check_complete(path: Path, missing: float, most: float = 1e-9) -> None:
    if missing >= most:
        raise MediaError(
            path, f"is damaged: {missing:.1%} of its samples can't be unpacked; restore it"
        )


def _by_pillow(file: BinaryIO, page: TiffPage, metadata: Metadata) -> tuple[Scan, float]:
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
