"""The output codecs: encoder, containers and pixel formats of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from colorizer.errors import SettingsError, TargetError
from colorizer.notes import note

CHROMA_STEPS = {"420": (2, 2), "422": (1, 2), "444": (1, 1)}
"""Chroma sampling, coarsest first -> luma samples per chroma sample, (down, across)."""
_MUXERS = {".mkv": "matroska", ".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".webm": "webm"}
"""File suffix -> FFmpeg's muxer."""
_MP4 = (".mkv", ".mp4", ".m4v", ".mov")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """What one output codec can hold."""

    encoder: str
    """FFmpeg's name."""
    suffixes: tuple[str, ...]
    """Containers it goes into; the first is used for sources in other containers."""
    depths: tuple[int, ...]
    """Bits of luma, ascending."""
    samplings: tuple[str, ...]
    """Chroma samplings, coarsest first."""
    needs_even: bool = False
    """Whether 420 and 422 need sides divisible by their steps."""
    quality: int | None = None
    """Default constant rate factor; None where the codec has none."""
    worst_quality: int = 51
    keeps_range: bool = True
    """Whether a file can say that its codes are full range."""
    matrices: tuple[str, ...] = ("bt601", "bt709", "bt2020")
    """Matrices that its decoders obey; the first replaces any other."""
    least_size: tuple[int, int] = (1, 1)
    """Smallest (height, width)."""
    marks_frames: bool = False
    """Whether every frame says itself if it has fields (FFV1: picture_structure of RFC 9043)."""
    lossless: bool = False
    """Whether it keeps every sample by nature."""
    lossless_at_zero: bool = False
    """Whether it does at quality 0."""
    weaves: bool = False
    """Whether FFmpeg's encoder takes woven fields."""
    bits: float
    """Bits a pixel and frame of a film with grain, at the default quality."""
    codes: tuple[int, int] | None = None
    """Lowest and highest code of luma it can write, where some are kept for other uses."""


_CODECS = {
    "h264": Codec(
        encoder="libx264",
        bits=0.35,
        lossless_at_zero=True,
        weaves=True,
        suffixes=_MP4,
        depths=(8, 10),
        samplings=("420", "422", "444"),
        needs_even=True,
        quality=16,
    ),
    "h265": Codec(
        encoder="libx265",
        bits=0.2,
        lossless_at_zero=True,
        suffixes=_MP4,
        depths=(8, 10, 12),
        samplings=("420", "422", "444"),
        needs_even=True,
        quality=18,
        least_size=(33, 33),  # x265 writes beyond its memory in smaller pictures
    ),
    "ffv1": Codec(
        encoder="ffv1",
        bits=9.0,
        weaves=True,
        suffixes=(".mkv",),
        depths=(8, 9, 10, 12, 14, 16),
        samplings=("420", "422", "444"),
        marks_frames=True,
        lossless=True,
    ),
    "v210": Codec(
        encoder="v210",
        bits=21.4,
        weaves=True,
        suffixes=(".mov",),
        depths=(10,),
        samplings=("422",),
        needs_even=True,
        keeps_range=False,
        lossless=True,
        least_size=(4, 2),  # FFmpeg decodes fewer lines as black
        codes=(4, 1019),  # FFmpeg's encoder clips to those that SDI does not use for timing
    ),
    "prores": Codec(
        encoder="prores_ks",
        bits=4.4,
        weaves=True,
        suffixes=(".mov", ".mkv"),
        depths=(10,),
        samplings=("422", "444"),
        keeps_range=False,
    ),
    "dnxhr": Codec(
        encoder="dnxhd",
        bits=4.4,
        suffixes=(".mov",),
        depths=(8, 10),
        samplings=("422", "444"),
        matrices=("bt709", "bt2020"),
        least_size=(120, 256),
    ),
    "av1": Codec(
        encoder="libsvtav1",
        bits=0.1,
        suffixes=(".mkv", ".mp4", ".m4v", ".webm"),
        depths=(8, 10),
        samplings=("420",),
        quality=24,
        worst_quality=63,
        least_size=(64, 64),
    ),
}


def codec_named(name: str) -> Codec:
    """Return what a codec can hold.

    Raises:
        SettingsError: none has that name.
    """
    if name not in _CODECS:
        raise SettingsError(note("codec.unknown", known=", ".join(_CODECS), codec=repr(name)))
    return _CODECS[name]


def named_where(fits: Callable[[Codec], bool]) -> str:
    """Return the names of the codecs of which something is true, for a message."""
    return ", ".join(name for name, codec in _CODECS.items() if fits(codec))


def keeps_all(name: object, quality: object) -> bool:
    """Return whether a codec keeps every sample at a quality; unknown names keep nothing."""
    known = _CODECS.get(name) if isinstance(name, str) else None
    return known is not None and (known.lossless or (known.lossless_at_zero and quality == 0))


def output_suffix(source_suffix: str, codec: str) -> str:
    """Return the container for a film: the source's own where the codec fits, else .mkv or .mov.

    Args:
        source_suffix: such as ".MP4".
        codec: a name of `settings.CODECS`.
    """
    suffixes = codec_named(codec).suffixes
    return source_suffix.lower() if source_suffix.lower() in suffixes else suffixes[0]


def muxer_of(target: Path, codec: str) -> str:
    """Return the name of FFmpeg's muxer for a target.

    Raises:
        TargetError: the codec doesn't go into that container.
    """
    suffixes = codec_named(codec).suffixes
    if target.suffix.lower() not in suffixes:
        raise TargetError(target, note("codec.other_container", codec=codec, suffixes=suffixes))
    return _MUXERS[target.suffix.lower()]
