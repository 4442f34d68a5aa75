"""What a file is, told from its headers; importing this module imports neither av nor Pillow."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.jobs import Kind
from colorizer.media.suffixes import PHOTO_SUFFIXES

FILM_SUFFIXES = frozenset(
    (".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2v", ".vob")
    + (".ts", ".m2ts", ".mts", ".mxf", ".dv", ".wmv", ".asf", ".flv", ".ogv", ".nut", ".3gp")
)
_SIGNATURES = (
    (0, b"\xff\xd8\xff", Kind.PHOTO),
    (0, b"\x89PNG\r\n\x1a\n", Kind.PHOTO),
    (0, b"II*\0", Kind.PHOTO),
    (0, b"MM\0*", Kind.PHOTO),
    (0, b"II+\0", Kind.PHOTO),
    (0, b"MM\0+", Kind.PHOTO),
    (8, b"WEBP", Kind.PHOTO),
    (0, b"\0\0\0\x0cjP  ", Kind.PHOTO),
    (0, b"\xff\x4f\xff\x51", Kind.PHOTO),
    (4, b"ftypheic", Kind.PHOTO),
    (4, b"ftypheix", Kind.PHOTO),
    (4, b"ftypmif1", Kind.PHOTO),
    (8, b"AVI ", Kind.FILM),
    (4, b"ftyp", Kind.FILM),
    (4, b"moov", Kind.FILM),
    (0, b"\x1aE\xdf\xa3", Kind.FILM),
    (0, b"\0\0\1\xba", Kind.FILM),
    (0, b"\x06\x0e\x2b\x34", Kind.FILM),
)
"""Offset, bytes and kind, for files without a suffix."""


def kind_of(path: Path) -> Kind | None:
    """Tell a photo from a film by its suffix, or without one by its first bytes.

    Returns:
        None for anything else, such as sound, text or a folder. The file may still be damaged.
    """
    suffix = path.suffix.lower()
    if suffix in PHOTO_SUFFIXES:
        return Kind.PHOTO
    if suffix in FILM_SUFFIXES:
        return Kind.FILM
    if suffix or not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return None
    return next((kind for at, mark, kind in _SIGNATURES if head[at:].startswith(mark)), None)


def probe(path: Path) -> dict[str, Any]:
    """Describe a photo or film in plain JSON values, from its headers and a film's first frame.

    Raises:
        MediaError: missing or damaged.
        UnsupportedMedia: neither photo nor film.
    """
    if not path.is_file():
        raise MediaError(path, "is a folder" if path.is_dir() else "not found")
    kind = kind_of(path)
    if kind is None:
        raise UnsupportedMedia(path, "is neither a photo nor a film known by its name")
    about = {"path": str(path), "kind": str(kind), "bytes": path.stat().st_size}
    return about | (_photo(path) if kind is Kind.PHOTO else _film(path))


def _film(path: Path) -> dict[str, Any]:
    from colorizer.media.film import FilmSource
    from colorizer.media.film_open import open_container

    with FilmSource(path, side=64) as film, open_container(path) as container:
        height, width = film.size
        counted = "counted" if film.counted else "estimated"
        ratio = film.sample_aspect_ratio
        return {
            "container": film.container_name,
            "codec": film.codec_name,
            "width": width,
            "height": height,
            "bits": film.layout.bits,
            "pixel_format": film.layout.pix_fmt,
            "range": "full" if film.tags.full_range else "limited",
            "matrix": film.tags.matrix,
            "rate": _ratio(film.rate, "/"),
            "frames": film.frame_count,
            "frames_are": counted if film.frame_count else "unknown",
            "duration": float(film.frame_count / film.rate) if film.frame_count else None,
            "start": float(film.origin),
            "sample_aspect_ratio": _ratio(ratio or Fraction(1), ":"),
            "interlaced": film.first_field is not None,
            "first_field": film.first_field,
            "streams": [_stream(stream) for stream in container.streams],
            "chapters": [_chapter(chapter) for chapter in container.chapters()],
            "metadata": dict(container.metadata),
            "warnings": film.warnings,
        }


def _ratio(value: Fraction, sign: str) -> str:
    return f"{value.numerator}{sign}{value.denominator}"


def _stream(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    about = {
        "index": stream.index,
        "type": stream.type,
        "codec": context.name if context else getattr(stream, "name", None),
        "language": stream.metadata.get("language"),
        "title": stream.metadata.get("title") or stream.metadata.get("filename"),
    }
    if stream.type == "audio" and context:
        about |= {"sample_rate": context.sample_rate, "layout": context.layout.name}
    return about


def _chapter(chapter: Any) -> dict[str, Any]:
    return {
        "start": float(chapter["start"] * chapter["time_base"]),
        "end": float(chapter["end"] * chapter["time_base"]),
        "title": chapter["metadata"].get("title"),
    }


def _photo(path: Path) -> dict[str, Any]:
    """Read a photo's headers; the pixels stay on the disk."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # archives have larger scans than Pillow trusts
    try:
        with Image.open(path) as image:
            dpi = image.info.get("dpi")
            return {
                "format": image.format,
                "width": image.width,
                "height": image.height,
                "mode": image.mode,
                "bits": _bits(image),
                "pages": getattr(image, "n_frames", 1),
                "icc_profile": bool(image.info.get("icc_profile")),
                "dpi": [float(value) for value in dpi] if dpi else None,
                "orientation": image.getexif().get(0x0112, 1),
            }
    except UnidentifiedImageError:
        if path.suffix.lower() in (".tif", ".tiff"):
            return _tiff(path)
        raise MediaError(path, "is no photo that can be read") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise MediaError(path, f"can't be read as a photo ({error})") from error


_MODE_BITS = {"1": 1, "I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}


def _bits(image: Any) -> int:
    """Return bits per sample; Pillow reads 16-bit PNG and RGB TIFF into 8-bit modes."""
    tags = getattr(image, "tag_v2", None)
    if tags is not None and 258 in tags:
        bits = tags[258]
        return int(max(bits)) if isinstance(bits, tuple) else int(bits)
    tile = image.tile[0] if image.tile else None
    raw = tile[3] if tile else None
    mode = raw[0] if isinstance(raw, tuple) else raw
    if isinstance(mode, str) and ";16" in mode:
        return 16
    return _MODE_BITS.get(image.mode, 8)


def _tiff(path: Path) -> dict[str, Any]:
    """Read the headers of a TIFF whose pixel layout Pillow does not know."""
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            page: Any = file.pages[0]
            orientation = page.tags.get(274)
            return {
                "format": "TIFF",
                "width": int(page.imagewidth),
                "height": int(page.imagelength),
                "mode": str(getattr(page.photometric, "name", page.photometric)),
                "bits": int(page.bitspersample),
                "pages": len(file.pages),
                "icc_profile": 34675 in page.tags,
                "dpi": None,
                "orientation": int(orientation.value) if orientation else 1,
            }
    except (tifffile.TiffFileError, OSError, ValueError, IndexError, KeyError) as error:
        raise MediaError(path, f"can't be read as a TIFF ({error})") from error
