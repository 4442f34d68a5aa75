"""Photos and films: the only package that knows files and codecs.

Photos have their reader and writer; `open_film` and `open_film_sink` choose those of one file or of
numbered frames. All return context managers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.errors import TargetError
from colorizer.files.durable import replacing
from colorizer.jobs import Kind
from colorizer.media.base import FilmOutput
from colorizer.media.photo.suffixes import WRITTEN
from colorizer.notes import note
from colorizer.places.frame_pattern import is_pattern
from colorizer.settings import CODECS, FilmWriting, PhotoWriting, Reading, Settings

if TYPE_CHECKING:
    import numpy as np

    from colorizer.media.film.protocol import Film
    from colorizer.media.photo.still import StillSource
    from colorizer.media.photo.still_sink import StillSink


def open_photo(path: Path, reading: Reading = Reading(), *, side: int) -> StillSource:
    """Open a photo for reading; see `StillSource`."""
    from colorizer.media.photo.still import StillSource

    return StillSource(path, reading, side=side)


def open_film(path: Path, reading: Reading = Reading(), *, side: int) -> Film:
    """Open a film or, by its pattern, an image sequence; see `Film`.

    Args:
        path: the file or pattern; never written to.
        reading: how it is read, and which part of it.
        side: short side in pixels of the frames' L.

    Raises:
        MediaError: missing, unreadable or damaged.
    """
    from colorizer.media.frames.source import open_film

    return open_film(path, reading, side=side)


def open_photo_sink(
    target: Path, writing: PhotoWriting, *, like: StillSource, made_by: str = ""
) -> StillSink:
    """Open the output of a photo, written as a `.part` until complete; see `StillSink`.

    Raises:
        TargetError: the target can't be written.
        SettingsError: the profile can't be used.
    """
    from colorizer.media.photo.still_sink import StillSink

    return StillSink(target, writing, like=like, made_by=made_by)


def open_film_sink(
    target: Path,
    writing: Settings,
    *,
    like: Film,
    made_by: str = "",
    identity: Mapping[str, Any] | None = None,
) -> FilmOutput:
    """Open the output of a film, written in segments until complete.

    Args:
        target: the finished file's name, or a pattern for an image sequence; an existing file is
            replaced on success.
        writing: how films, and the frames of sequences, are written.
        like: the opened film, whose size, depth, streams and metadata are kept.
        made_by: of a sequence, how its colours come to be, in a line.
        identity: all that its frames depend on; see `FilmSink`.

    Raises:
        TargetError: the target can't be written.
        SettingsError: the codec can't hold it, or the profile can't be used.
    """
    if is_pattern(target):
        from colorizer.media.frames.sink import SequenceSink

        return SequenceSink(target, writing, like=like, made_by=made_by, identity=identity)
    from colorizer.media.film.sink import FilmSink

    return FilmSink(target, writing, like=like, identity=identity)


def check_target(target: Path, kind: Kind, *, codec: str, wanted: str = "same") -> None:
    """Check that the suffix of a target names a format its kind of source can be written in.

    Args:
        target: of a photo, a film, or the frames of one.
        kind: of the source.
        codec: of films.
        wanted: format of photos and frames, one of `settings.FORMATS`.

    Raises:
        TargetError: it does not, with those that do, or it names another format than `wanted`.
    """
    if kind is Kind.FILM and not is_pattern(target):
        from colorizer.media.film.codecs import muxer_of

        muxer_of(target, codec)
        return
    if kind is Kind.FILM:
        from colorizer.media.frames.writer import check_frames

        check_frames(target)
    else:
        from colorizer.media.photo.still_formats import WRITERS

        if target.suffix.lower() not in WRITERS:
            raise TargetError(target, note("target.ending_unknown", known=" ".join(WRITERS)))
    if wanted not in ("same", WRITTEN.get(target.suffix.lower())):
        raise TargetError(target, note("target.other_format", suffix=target.suffix, wanted=wanted))


def check_profiles(profile: str, assumed: str) -> None:
    """Check that photos can be written in a colour space, and what is assumed of those without.

    Args:
        profile: a name or an ICC file, of the results.
        assumed: the same of sources without a profile.

    Raises:
        SettingsError: one can't be used.
    """
    from colorizer.colour.profiles import result_space
    from colorizer.media.photo.assumed import check_assumed

    result_space(profile)
    check_assumed(assumed)


def available_encoders() -> dict[str, str | None]:
    """Return the FFmpeg encoder of every codec of Settings, None where PyAV has not got it."""
    import av
    from av.codec.codec import UnknownCodecError

    from colorizer.media.film.coding import PictureFacts, choose_coding

    found: dict[str, str | None] = {}
    picture = PictureFacts((512, 512), 8, "420", False)
    for codec in CODECS:
        encoder = choose_coding(FilmWriting(codec=codec), picture, threads=1).encoder
        try:
            av.Codec(encoder, "w")
            found[codec] = encoder
        except UnknownCodecError:
            found[codec] = None
    return found


def save_png(target: Path, rgb: np.ndarray, xmp: bytes = b"") -> None:
    """Write a picture as PNG, complete or not at all.

    Args:
        target: the finished file's name; an existing file is replaced.
        rgb: sRGB, (H, W, 3) uint8.
        xmp: packet of XMP to be kept in it; empty for none.

    Raises:
        TargetError: the file can't be written.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    if xmp:
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part:
            Image.fromarray(rgb).save(part, format="PNG", pnginfo=texts)
    except OSError as error:
        raise TargetError(target, error.strerror or str(error)) from error
