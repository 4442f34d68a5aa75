"""Compare a finished film with its source: what the container did not keep is said by name."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from colorizer.errors import MediaError
from colorizer.media.film.aperture import shown_size
from colorizer.media.film.colour_tags import ColourTags
from colorizer.media.film.container import open_container
from colorizer.media.film.copy import container_tags
from colorizer.media.film.open import display_matrix, film_stream
from colorizer.notes import note

_FLAGS = (
    "dub", "original", "comment", "lyrics", "karaoke", "forced", "hearing_impaired",
    "visual_impaired", "clean_effects", "captions", "descriptions",
)  # fmt: skip
"""Of streams, by FFmpeg's names; which is the default one, players choose without a flag."""


def missing(
    path: Path,
    source: Path,
    *,
    container: str,
    muxer: str,
    streams: list[int],
    tags: ColourTags,
    ratio: Fraction | None,
    matrix: tuple[int, ...] | None,
    chapters: int,
) -> list[str]:
    """Read a finished film's header and first frame and say what of its source is missing.

    Args:
        path: the output.
        source: the film it was made from.
        container: what to call the output's container.
        muxer: FFmpeg's name of it.
        streams: of the source that it must have, the film's own first.
        tags: its colour tags.
        ratio: its sample aspect ratio, None for square pixels.
        matrix: its display matrix.
        chapters: how many it must have.

    Raises:
        MediaError: the output can't be read back.
    """
    lost = []
    with open_container(path) as film, open_container(source, picture=True) as original:
        stream = film_stream(film, path)
        frame: Any = next(film.decode(stream), None)
        if frame is None:
            raise MediaError(path, note("film.no_frame"))
        if (less := len(streams) - len(film.streams)) > 0:
            lost.append(note("film.kept_streams", kept=less, count=len(streams)))
        else:
            lost += _unmarked(film, original, streams, muxer)
        lost += _lost_aspect(stream, ratio or Fraction(1))
        if display_matrix(frame) != matrix and matrix is not None:
            lost.append(note("film.kept_rotation"))
        size = frame.height, frame.width
        if shown_part := shown_size(source, original.format.name, streams[0], size):
            lost.append(note("film.kept_crop", height=shown_part[0], width=shown_part[1]))
        lost += _lost_tags(frame, stream.codec_context, tags)
        if len(film.chapters()) < chapters:
            lost.append(note("film.kept_chapters"))
        # A time code moves to its stream.
        kept = {key.lower() for key in (*film.metadata, *stream.metadata)}
        wanted = container_tags(original, muxer)
        lost += [
            note("film.kept_metadata", key=repr(key)) for key in wanted if key.lower() not in kept
        ]
    return [note("film.not_kept", container=container, what=what) for what in lost]


def _lost_aspect(stream: Any, wanted: Fraction) -> list[str]:
    found = Fraction(stream.sample_aspect_ratio or 1)
    if found == wanted:
        return []
    shown = f"{wanted.numerator}:{wanted.denominator}"
    above, below = found.numerator, found.denominator
    return [note("film.kept_aspect", aspect=shown, numerator=above, denominator=below)]


def _lost_tags(frame: Any, context: Any, tags: ColourTags) -> list[str]:
    """Compare the colour tags with what decoder and container say."""
    lost = []
    for name, wanted in (
        ("colorspace", tags.colorspace),
        ("color_primaries", tags.primaries),
        ("color_trc", tags.transfer),
    ):
        if wanted not in (getattr(frame, name), getattr(context, name)):
            lost.append(note("film.kept_colour_tag", name=name, wanted=wanted))
    return lost


def _unmarked(film: Any, original: Any, streams: list[int], muxer: str) -> list[str]:
    """Name the languages and flags of streams that their copies do not have."""
    from av.stream import Disposition

    lost = []
    for copy, index in zip(film.streams, streams, strict=False):
        stream = original.streams[index]
        language = stream.metadata.get("language", "und")
        if muxer in ("mov", "mp4") and language != "und" and "language" not in copy.metadata:
            lost.append(note("film.kept_language", language=language, number=index))
        gone = stream.disposition & ~copy.disposition
        names = [name.replace("_", " ") for name in _FLAGS if gone & Disposition[name]]
        lost += [note("film.kept_flag", flag=name, number=index) for name in names]
    return lost
