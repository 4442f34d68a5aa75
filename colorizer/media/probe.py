"""What a file is, told from its headers, and by `probe` from places of a film too.

Importing this module imports neither av nor Pillow.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.files.strangers import open_regular
from colorizer.jobs import Kind
from colorizer.media.photo.suffixes import PHOTO_SUFFIXES
from colorizer.notes import note
from colorizer.places.frame_pattern import FILE_SUFFIXES, files_of, stands_for_frames

FILM_SUFFIXES = frozenset(
    (
        ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2v", ".vob",
        ".ts", ".m2ts", ".mts", ".mxf", ".dv", ".wmv", ".asf", ".flv", ".ogv", ".nut", ".3gp",
        ".y4m",
    )
)  # fmt: skip
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
    (0, b"\xff\x0a", Kind.PHOTO),
    (0, b"\0\0\0\x0cJXL ", Kind.PHOTO),
    (0, b"GIF8", Kind.PHOTO),
    (0, b"8BPS", Kind.PHOTO),
    (4, b"ftypavif", Kind.PHOTO),
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
    if suffix in FILE_SUFFIXES or stands_for_frames(path):
        return Kind.FILM
    if suffix in PHOTO_SUFFIXES:
        return Kind.PHOTO
    if suffix in FILM_SUFFIXES:
        return Kind.FILM
    if suffix or not path.is_file():
        return None
    try:
        with open_regular(path) as file:
            head = file.read(16)
    except OSError:
        return None
    return next((kind for at, mark, kind in _SIGNATURES if head[at:].startswith(mark)), None)


def probe(path: Path) -> dict[str, Any]:
    """Describe a photo or film in plain JSON values, from its headers and places of a film.

    Raises:
        MediaError: missing or damaged.
        UnsupportedMedia: neither photo nor film.
    """
    if stands_for_frames(path):
        return {"path": str(path), "kind": str(Kind.FILM)} | _sequence(path)
    if not path.is_file():
        raise MediaError(path, note("file.is_folder") if path.is_dir() else note("file.not_found"))
    kind = kind_of(path)
    if kind is None:
        raise UnsupportedMedia(path, note("file.unknown_name"))
    about = {"path": str(path), "kind": str(kind), "bytes": path.stat().st_size}
    if kind is Kind.FILM:
        return about | _film(path)
    from colorizer.media.photo.facts import photo_facts

    return about | photo_facts(path)


def _film(path: Path) -> dict[str, Any]:
    from colorizer.media.film.changes import sampled_changes
    from colorizer.media.film.container import open_container
    from colorizer.media.film.side import words
    from colorizer.media.film.source import FilmSource

    with FilmSource(path, side=64) as film, open_container(path) as container:
        height, width = film.size
        film.seek_side_data()
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
            "side_data": words([*film.side_data, *sorted(film.late_side_data)]),
            "time_code": film.timecode or None,
            "interlaced": film.first_field is not None,
            "first_field": film.first_field,
            "changes": sampled_changes(path),
            "streams": [_stream(stream) for stream in container.streams],
            "chapters": [_chapter(chapter) for chapter in container.chapters()],
            "metadata": dict(container.metadata),
            "warnings": film.warnings,
        }


def _sequence(pattern: Path) -> dict[str, Any]:
    from colorizer.media.frames.source import SequenceSource
    from colorizer.settings import Reading

    with SequenceSource(pattern, Reading(accept_gaps=True), side=64) as film:
        height, width = film.size
        return {
            "bytes": sum(file.stat().st_size for file in files_of(pattern)),
            "container": film.container_name,
            "codec": film.codec_name,
            "width": width,
            "height": height,
            "bits": film.coded[1],
            "transfer": film.transfer,
            "rate": _ratio(film.rate, "/"),
            "frames": film.frame_count,
            "frames_are": "counted",
            "first_number": film.numbers[0],
            "last_number": film.numbers[-1],
            "missing": film.numbers[-1] - film.numbers[0] + 1 - len(film.numbers),
            "duration": float(len(film.numbers) / film.rate),
            "sample_aspect_ratio": _ratio(film.sample_aspect_ratio or Fraction(1), ":"),
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
