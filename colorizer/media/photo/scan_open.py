"""Which reader decodes a photo: its content decides, its name only for camera raw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from colorizer.errors import DamagedPhoto, MediaError, UnsupportedMedia
from colorizer.files.hiccups import is_passing
from colorizer.media.metadata.limits import MOST_PHOTO_BYTES, MOST_WHOLE_BYTES
from colorizer.media.photo.ends import after_end, broken
from colorizer.media.photo.jp2_boxes import CODESTREAM, SIGNATURE
from colorizer.media.photo.raw_content import is_raw
from colorizer.media.photo.salvage import salvaged
from colorizer.media.photo.scan import Reader, Salvage, Scan, file_size, missing_words
from colorizer.media.photo.scan_extra import is_heic, read_heic_scan, read_raw_scan
from colorizer.media.photo.scan_jp2 import read_jp2_scan
from colorizer.media.photo.scan_jpeg import read_cut_jpeg, read_jpeg_scan
from colorizer.media.photo.scan_more import TGA_SUFFIXES, is_tga, read_jxl_scan, read_more_scan
from colorizer.media.photo.scan_pillow import read_pillow_scan
from colorizer.media.photo.scan_pnm import read_pnm_scan
from colorizer.media.photo.scan_psd import MARK as PSD_MARK
from colorizer.media.photo.scan_psd import read_psd_scan
from colorizer.media.photo.scan_tiff import MARKS as TIFF_MARKS
from colorizer.media.photo.scan_tiff import open_tiff
from colorizer.media.photo.suffixes import RAW_SUFFIXES
from colorizer.notes import note

_OWN_MARKS: tuple[tuple[int, bytes, Reader], ...] = (
    (0, b"\xff\xd8\xff", read_jpeg_scan),
    (0, b"\x89PNG\r\n\x1a\n", read_pillow_scan),
    (8, b"WEBP", read_pillow_scan),
    (0, b"BM", read_pillow_scan),
    (0, b"\x28\0\0\0", read_pillow_scan),  # a BMP without its file header
    (0, SIGNATURE, read_jp2_scan),
    (0, CODESTREAM, read_jp2_scan),
    (0, b"GIF87a", read_more_scan),
    (0, b"GIF89a", read_more_scan),
    (4, b"ftypavif", read_more_scan),
    (4, b"ftypavis", read_more_scan),
    (0, b"\xff\x0a", read_jxl_scan),
    (0, b"\0\0\0\x0cJXL ", read_jxl_scan),
    (0, PSD_MARK, read_psd_scan),
)
"""Offset, bytes and reader of formats that hold one picture."""
_NEVER_IN_PART: dict[Reader, str] = {
    read_jxl_scan: "JPEG XL",
    read_raw_scan: note("content.raw_name"),
}
"""Readers whose libraries give nothing of a picture that is not complete."""
_IN_PART: dict[Reader, Reader] = {read_jpeg_scan: read_cut_jpeg}
"""What decodes a photo that was completed."""
_FOREIGN = (
    (0, b"%PDF", note("content.pdf")),
    (0, b"\x76\x2f\x31\x01", note("content.exr")),
    (0, b"SDPX", note("content.dpx")),
    (0, b"XPDS", note("content.dpx")),
    (0, b"P7", note("content.pam")),
    (0, b"Pf", "a PFM"),
    (0, b"PF", "a PFM"),
    (0, b"II\xbc", note("content.jxr")),
    (0, b"\x1f\x8b", note("content.gzip")),
    (0, b"PK\3\4", note("content.zip")),
    (0, b"<", "text"),
)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pictures of an opened photo."""

    count: int
    scans: Iterator[Scan]
    """Decodes one page at each step; what a page loses is appended to `notes`."""
    notes: list[str]
    """Of the page decoded last; the reader of `scans` empties it."""


def open_pages(
    path: Path, file: BinaryIO, warnings: list[str], salvage: Salvage | None = None
) -> Pages:
    """Find the reader of a photo and count its pages; no pixel is decoded yet.

    Args:
        path: for messages.
        file: opened for reading.
        warnings: what of the file is left out is appended.
        salvage: of a damaged photo as much as can be is decoded and noted there; None refuses it.

    Raises:
        MediaError: damaged or cut off.
        UnsupportedMedia: no photo of a known format.
    """
    notes: list[str] = []
    reader = reader_of(path, file)
    if reader is not None:
        count, scans = 1, _one(reader, path, file, notes, salvage)
    else:
        count, scans = open_tiff(path, file, warnings, notes, salvage)
    whole = salvage is None and reader not in _NEVER_IN_PART
    return Pages(count, _told_damaged(path, scans) if whole else scans, notes)


def _told_damaged(path: Path, scans: Iterator[Scan]) -> Iterator[Scan]:
    """Yield scans; that one is damaged, not of another kind or on a lost drive, is told apart."""
    try:
        yield from scans
    except MediaError as error:
        if isinstance(error, UnsupportedMedia) or is_passing(error):
            raise
        raise DamagedPhoto(path, error.reason) from error


def reader_of(path: Path, file: BinaryIO) -> Reader | None:
    """Return what reads a photo of one picture; None for a TIFF. The file is at its start again.

    Raises:
        MediaError: it has more bytes than its reader may take into memory.
        UnsupportedMedia: no photo of a known format.
    """
    reader = _reader_of(path, file)
    most = MOST_PHOTO_BYTES if reader in (None, read_psd_scan) else MOST_WHOLE_BYTES
    if (size := file_size(file)) > most:
        reason = note("photo.too_many_bytes", size=size >> 20, most=most >> 20)
        raise MediaError(path, note("photo.save_in_parts", why=reason))
    return reader


def _reader_of(path: Path, file: BinaryIO) -> Reader | None:
    file.seek(0)
    head = file.read(32)
    file.seek(0)
    named_raw = path.suffix.lower() in RAW_SUFFIXES
    if head[:4] in TIFF_MARKS:
        raw = head[:4] in TIFF_MARKS[:2] and is_raw(file, named_so=named_raw)
        file.seek(0)
        return read_raw_scan if raw else None
    for at, mark, reader in _OWN_MARKS:
        if head[at:].startswith(mark):
            return reader
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return read_pnm_scan
    if head[4:8] == b"ftyp" and b"avif" in head[8:]:  # among the brands it is compatible with
        return read_more_scan
    if is_heic(head):
        return read_heic_scan
    if path.suffix.lower() in TGA_SUFFIXES and is_tga(head):
        return read_more_scan
    if named_raw:
        return read_raw_scan
    if not head.strip(b"\0"):
        raise MediaError(path, note("photo.zeros"))
    found = (name for at, mark, name in _FOREIGN if head[at:].startswith(mark))
    what = next(found, note("content.none"))
    raise UnsupportedMedia(path, note("photo.other_content", what=what))


def _one(
    reader: Reader, path: Path, file: BinaryIO, notes: list[str], salvage: Salvage | None
) -> Iterator[Scan]:
    """Decode the only picture of a file, as far as it goes where that is wanted."""

    def read(made: BinaryIO, told: list[str], reader: Reader = reader) -> Scan:
        try:
            return reader(path, made, told)
        except (MediaError, MemoryError):
            raise
        except Exception as error:  # a damaged structure leads to errors of every kind
            raise MediaError(path, broken(made, error)) from error

    try:
        scan = read(file, notes)
        if left := after_end(file):
            notes.append(note("photo.trailer", bytes=left))
    except UnsupportedMedia:
        raise
    except MediaError as error:
        if salvage is None:
            raise
        told: list[str] = []
        lenient = _IN_PART.get(reader, reader)
        found = salvaged(
            file, lambda made: read(made, told), lambda made: read(made, told, lenient)
        )
        if found is None:
            what = f"a {_NEVER_IN_PART[reader]}" if reader in _NEVER_IN_PART else "it"
            raise MediaError(path, note("salvage.nothing", why=error.reason, what=what)) from error
        scan, missing = found
        salvage.missing[1] = missing
        notes[:] = dict.fromkeys((*notes, *told))
        notes.append(missing_words(missing, error.reason))
        if reader is read_jp2_scan:
            notes.append(note("salvage.coarser"))
    yield scan
