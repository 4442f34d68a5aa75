"""What a target can hold of a film, said before the work starts."""

from __future__ import annotations

import os
from pathlib import Path

from colorizer.media.film.codecs import muxer_of
from colorizer.media.film.coding import Coding, PictureFacts, choose_coding
from colorizer.media.film.coding_trial import tried
from colorizer.media.film.protocol import Film
from colorizer.media.film.side import holds_light, lost_side_data, with_light
from colorizer.media.film.streams import plan_copies
from colorizer.notes import note
from colorizer.settings import FilmWriting

ENCODE_THREADS = min(8, os.cpu_count() or 1)


def check(
    like: Film,
    target: Path,
    writing: FilmWriting = FilmWriting(),
    threads: int = ENCODE_THREADS,
) -> tuple[Coding, list[int], list[str]]:
    """Say before the work starts what a target can't hold of a film.

    Args:
        like: the opened film.
        target: the output, whose suffix names the container.
        writing: see `coding.choose_coding`.
        threads: of the encoder.

    Returns:
        The coding, indices of the streams that will be copied, and a line for everything lost.

    Raises:
        TargetError: the codec doesn't go into the container.
        SettingsError: the codec can't hold the picture.
    """
    muxer = muxer_of(target, writing.codec)
    layout, full_range = like.layout, like.tags.full_range
    scan = like.first_field, like.mixed_scan
    picture = PictureFacts(like.size, layout.bits, layout.sampling, full_range, *scan)
    coding = choose_coding(writing, picture, threads)
    if not writing.hardware:
        coding = tried(coding, writing.codec, like.size)
    coding = with_light(coding, like.side_data)
    like.seek_side_data()
    lost = lost_kinds(like, coding, muxer)
    copies, warnings = plan_copies(like.path, like.stream.index, muxer)
    if like.origin and not like.is_part:
        warnings.append(note("film.clock", seconds=float(like.origin)))
    return coding, copies, [*coding.warnings, *lost, *warnings]


def lost_kinds(like: Film, coding: Coding, muxer: str) -> list[str]:
    """Say which side data met so far in a film a result does not hold, in one line at most."""
    return lost_side_data(
        coding,
        like.side_data,
        time_code=muxer != "webm",
        late=like.late_side_data,
        light=holds_light(coding, muxer),
    )
