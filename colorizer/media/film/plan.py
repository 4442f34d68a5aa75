"""What a target can hold of a film, said before the work starts."""

from __future__ import annotations

import os
from pathlib import Path

from colorizer.media.film.codecs import muxer_of
from colorizer.media.film.coding import Coding, choose_coding
from colorizer.media.film.coding_trial import tried
from colorizer.media.film.side import holds_light, lost_side_data, with_light
from colorizer.media.film.source import FilmSource
from colorizer.media.film.streams import plan_copies

ENCODE_THREADS = min(8, os.cpu_count() or 1)


def check(
    like: FilmSource,
    target: Path,
    codec: str,
    quality: int | None = None,
    threads: int = ENCODE_THREADS,
    *,
    preset: str | None = None,
    hardware: bool = False,
) -> tuple[Coding, list[int], list[str]]:
    """Say before the work starts what a target can't hold of a film.

    Args:
        like: the opened film.
        target: the output, whose suffix names the container.
        codec: a name of `settings.CODECS`.
        quality: see `coding.choose_coding`.
        threads: of the encoder.
        preset: see there.
        hardware: see there.

    Returns:
        The coding, indices of the streams that will be copied, and a line for everything lost.

    Raises:
        TargetError: the codec doesn't go into the container.
        SettingsError: the codec can't hold the picture.
    """
    muxer = muxer_of(target, codec)
    coding = choose_coding(
        codec,
        size=like.size,
        bits=like.layout.bits,
        sampling=like.layout.sampling,
        full_range=like.tags.full_range,
        quality=quality,
        threads=threads,
        first_field=like.first_field,
        preset=preset,
        hardware=hardware,
    )
    if not hardware:
        coding = tried(coding, codec, like.size)
    coding = with_light(coding, like.side_data)
    like.seek_side_data()
    lost = lost_kinds(like, coding, muxer)
    copies, warnings = plan_copies(like.path, like.stream.index, muxer)
    if like.origin and not like.is_part:
        warnings.append(f"its clock starts at {float(like.origin):.3f} s; the output's at 0")
    return coding, copies, [*coding.warnings, *lost, *warnings]


def lost_kinds(like: FilmSource, coding: Coding, muxer: str) -> list[str]:
    """Say which side data met so far in a film a result does not hold, in one line at most."""
    return lost_side_data(
        coding,
        like.side_data,
        time_code=muxer != "webm",
        late=like.late_side_data,
        light=holds_light(coding, muxer),
    )
