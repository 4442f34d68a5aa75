"""Photos and films: the only package that knows files and codecs.

`open_source` and `open_sink` choose the reader and writer; both return context managers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.errors import TargetError
from colorizer.files.durable import replacing
from colorizer.jobs import Job, Kind
from colorizer.media.base import Sink, Source
from colorizer.places.frame_pattern import is_pattern
from colorizer.places.trim import parse_place
from colorizer.settings import CODECS

if TYPE_CHECKING:
    import numpy as np


def open_source(
    path: Path,
    kind: Kind,
    *,
    side: int,
    interlaced: str = "auto",
    start: str = "",
    end: str = "",
    fps: str = "",
    accept_gaps: bool = False,
    transfer: str = "auto",
    assume_profile: str = "auto",
    damaged: str = "fail",
) -> Source:
    """Open a photo or film for reading.

    Args:
        path: the file, or the pattern of an image sequence; never written to.
        kind: what it is.
        side: short side in pixels of the frames' L.
        interlaced: of a film, see `FilmSource`.
        start: of a film: where to begin, as `parse_place` reads it.
        end: of a film: where to end.
        fps: of an image sequence, see `parse_rate`; empty believes its frames.
        accept_gaps: of an image sequence, see `SequenceSource`.
        transfer: of an image sequence, see there.
        assume_profile: of a photo, see `assumed_profile`.
        damaged: of a photo, see `StillSource`.

    Raises:
        MediaError: missing, unreadable or damaged.
    """
    if kind is Kind.PHOTO:
        from colorizer.media.photo.still import StillSource

        return StillSource(path, side=side, assume_profile=assume_profile, damaged=damaged)
    from colorizer.media.frames.source import open_film

    return open_film(
        path,
        side=side,
        interlaced=interlaced,
        start=parse_place(start, "--start"),
        end=parse_place(end, "--end"),
        fps=fps,
        accept_gaps=accept_gaps,
        transfer=transfer,
    )


def source_of(job: Job, **changed: str) -> Source:
    """Open the source of a job for reading as its settings say; see `open_source`.

    Args:
        job: what is to be read, and how.
        **changed: options of `open_source` in place of the settings'.
    """
    names = (
        "interlaced",
        "start",
        "end",
        "fps",
        "accept_gaps",
        "transfer",
        "assume_profile",
        "damaged",
    )
    options: dict[str, Any] = {name: getattr(job.settings, name) for name in names} | changed
    return open_source(job.source, job.kind, side=job.settings.size, **options)


def open_sink(
    target: Path,
    *,
    like: Source,
    codec: str,
    quality: int | None,
    jpeg_quality: int,
    bit_depth: str = "same",
    profile: str = "srgb",
    made_by: str = "",
    caption: bool = False,
    identity: Mapping[str, Any] | None = None,
    preset: str | None = None,
    hardware: bool = False,
) -> Sink:
    """Open the output of the photo or film `like`, written as a `.part` until complete.

    Args:
        target: the finished file's name, or a pattern for an image sequence; an existing file is
            replaced on success.
        like: the opened source, whose size, depth, streams and metadata are kept.
        codec: video codec, for films.
        quality: constant rate factor, for films; None is the codec's default.
        jpeg_quality: 50 to 100, for JPEG and WebP photos.
        bit_depth: of photos, one of `settings.DEPTHS`.
        profile: of photos, see `profiles.result_space`.
        made_by: of photos, how their colours come to be, in a line.
        caption: of photos, a strip below that says so.
        identity: of a film, all that its frames depend on; see `FilmSink`.
        preset: of a film, see `FilmSink`.
        hardware: of a film, see `FilmSink`.

    Raises:
        TargetError: the target can't be written.
        SettingsError: the profile can't be used.
    """
    from colorizer.media.photo.still import StillSource

    of_stills: dict[str, Any] = {
        "jpeg_quality": jpeg_quality, "bit_depth": bit_depth,
        "profile": profile, "made_by": made_by,
    }  # fmt: skip
    if isinstance(like, StillSource):
        from colorizer.media.photo.still_sink import StillSink

        return StillSink(target, like=like, caption=caption, **of_stills)
    from colorizer.media.film.sink import FilmSink
    from colorizer.media.film.source import FilmSource

    assert isinstance(like, FilmSource)
    if is_pattern(target):
        from colorizer.media.frames.sink import SequenceSink

        return SequenceSink(target, like=like, identity=identity, **of_stills)
    of_films: dict[str, Any] = {"codec": codec, "quality": quality, "preset": preset}
    return FilmSink(target, like=like, identity=identity, hardware=hardware, **of_films)


def check_target(target: Path, kind: Kind, *, codec: str) -> None:
    """Check that the suffix of a target names a format its kind of source can be written in.

    Raises:
        TargetError: it does not, with those that do.
    """
    if kind is Kind.FILM and is_pattern(target):
        from colorizer.media.frames.writer import check_frames

        check_frames(target)
        return
    if kind is Kind.FILM:
        from colorizer.media.film.codecs import muxer_of

        muxer_of(target, codec)
        return
    from colorizer.media.photo.still_formats import WRITERS

    if target.suffix.lower() not in WRITERS:
        raise TargetError(target, f"ends in none of {' '.join(WRITERS)}")


def check_profiles(profile: str, assumed: str) -> None:
    """Check that photos can be written in a colour space, and what is assumed of those without.

    Args:
        profile: a name or an ICC file, of the results.
        assumed: the same of sources without a profile.

    Raises:
        SettingsError: one can't be used.
    """
    from colorizer.color.profiles import result_space
    from colorizer.media.photo.assumed import check_assumed

    result_space(profile)
    check_assumed(assumed)


def available_encoders() -> dict[str, str | None]:
    """Return the FFmpeg encoder of every codec of Settings, None where PyAV has not got it."""
    import av
    from av.codec.codec import UnknownCodecError

    from colorizer.media.film.coding import choose_coding

    found: dict[str, str | None] = {}
    for codec in CODECS:
        encoder = choose_coding(
            codec,
            size=(512, 512),
            bits=8,
            sampling="420",
            full_range=False,
            quality=None,
            threads=1,
        ).encoder
        try:
            av.Codec(encoder, "w")
            found[codec] = encoder
        except UnknownCodecError:
            found[codec] = None
    return found


def save_png(target: Path, rgb: np.ndarray) -> None:
    """Write a picture as PNG, complete or not at all.

    Args:
        target: the finished file's name; an existing file is replaced.
        rgb: sRGB, (H, W, 3) uint8.

    Raises:
        TargetError: the file can't be written.
    """
    from PIL import Image

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part:
            Image.fromarray(rgb).save(part, format="PNG")
    except OSError as error:
        raise TargetError(target, error.strerror or str(error)) from error
