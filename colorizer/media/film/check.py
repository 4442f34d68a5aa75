"""Compare a finished film with its source: what the container did not keep is said by name."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from colorizer.errors import MediaError
from colorizer.media.film.color_tags import ColorTags
from colorizer.media.film.container import open_container
from colorizer.media.film.copy import container_tags
from colorizer.media.film.open import display_matrix, film_stream


def missing(
    path: Path,
    source: Path,
    *,
    container: str,
    muxer: str,
    streams: int,
    tags: ColorTags,
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
        streams: how many streams it must have.
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
            raise MediaError(path, "holds no frame")
        if len(film.streams) < streams:
            lost.append(f"{streams - len(film.streams)} of {streams} streams")
        if (found := Fraction(stream.sample_aspect_ratio or 1)) != (ratio or 1):
            wanted_ratio = ratio or Fraction(1)
            shown = f"{wanted_ratio.numerator}:{wanted_ratio.denominator}"
            lost.append(
                f"the sample aspect ratio {shown}: it says {found.numerator}:{found.denominator}"
            )
        if display_matrix(frame) != matrix and matrix is not None:
            lost.append("the rotation for display")
        lost += _lost_tags(frame, stream.codec_context, tags)
        if len(film.chapters()) < chapters:
            lost.append("chapters")
        # A time code moves to its stream.
        kept = {key.lower() for key in (*film.metadata, *stream.metadata)}
        wanted = container_tags(original, muxer)
        lost += [f"metadata {key!r}" for key in wanted if key.lower() not in kept]
    return [f"{container} does not keep {what}" for what in lost]


def _lost_tags(frame: Any, context: Any, tags: ColorTags) -> list[str]:
    """Compare the colour tags with what decoder and container say."""
    lost = []
    for name, wanted in (
        ("colorspace", tags.colorspace),
        ("color_primaries", tags.primaries),
        ("color_trc", tags.transfer),
    ):
        if wanted not in (getattr(frame, name), getattr(context, name)):
            lost.append(f"the colour tag {name} {wanted}")
    return lost
