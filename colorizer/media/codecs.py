"""The output codecs: encoder, containers, pixel formats and options of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from colorizer.errors import SettingsError, TargetError

_STEPS = {"420": (2, 2), "422": (1, 2), "444": (1, 1)}
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


_CODECS = {
    "h264": Codec(
        encoder="libx264",
        suffixes=_MP4,
        depths=(8, 10),
        samplings=("420", "422", "444"),
        needs_even=True,
        quality=16,
    ),
    "h265": Codec(
        encoder="libx265",
        suffixes=_MP4,
        depths=(8, 10, 12),
        samplings=("420", "422", "444"),
        needs_even=True,
        quality=18,
        least_size=(16, 16),
    ),
    "ffv1": Codec(
        encoder="ffv1",
        suffixes=(".mkv",),
        depths=(8, 9, 10, 12, 14, 16),
        samplings=("420", "422", "444"),
    ),
    "prores": Codec(
        encoder="prores_ks",
        suffixes=(".mov", ".mkv"),
        depths=(10,),
        samplings=("422", "444"),
        keeps_range=False,
    ),
    "dnxhr": Codec(
        encoder="dnxhd",
        suffixes=(".mov",),
        depths=(8, 10),
        samplings=("422", "444"),
        matrices=("bt709", "bt2020"),
        least_size=(120, 256),
    ),
    "av1": Codec(
        encoder="libsvtav1",
        suffixes=(".mkv", ".mp4", ".m4v", ".webm"),
        depths=(8, 10),
        samplings=("420",),
        quality=24,
        worst_quality=63,
        least_size=(64, 64),
    ),
}


@dataclass(frozen=True, slots=True)
class Coding:
    """How one film will be encoded."""

    encoder: str
    """FFmpeg's name."""
    pix_fmt: str
    bits: int
    """Bits of luma and chroma."""
    sampling: str
    """420, 422 or 444."""
    options: dict[str, str]
    """Of the encoder."""
    matrices: tuple[str, ...]
    """See `Codec.matrices`."""
    warnings: tuple[str, ...]
    """What of the film this codec can't hold, one line each."""

    def chroma_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return (height, width) of the chroma planes of a picture of `size`."""
        down, across = _STEPS[self.sampling]
        return -(-size[0] // down), -(-size[1] // across)


def _codec(name: str) -> Codec:
    if name not in _CODECS:
        raise SettingsError(f"--codec must be one of {', '.join(_CODECS)}, got {name!r}")
    return _CODECS[name]


def output_suffix(source_suffix: str, codec: str) -> str:
    """Return the container for a film: the source's own where the codec fits, else .mkv or .mov.

    Args:
        source_suffix: such as ".MP4".
        codec: a name of `settings.CODECS`.
    """
    suffixes = _codec(codec).suffixes
    return source_suffix.lower() if source_suffix.lower() in suffixes else suffixes[0]


def muxer_of(target: Path, codec: str) -> str:
    """Return the name of FFmpeg's muxer for a target.

    Raises:
        TargetError: the codec doesn't go into that container.
    """
    suffixes = _codec(codec).suffixes
    if target.suffix.lower() not in suffixes:
        raise TargetError(target, f"{codec} doesn't go into it; name it {' or '.join(suffixes)}")
    return _MUXERS[target.suffix.lower()]


def choose_coding(
    codec: str,
    *,
    size: tuple[int, int],
    bits: int,
    sampling: str,
    full_range: bool,
    quality: int | None,
    threads: int,
) -> Coding:
    """Choose pixel format and options that keep the most of a film.

    Args:
        codec: a name of `settings.CODECS`.
        size: (height, width) of the picture.
        bits: significant bits of its luma.
        sampling: its chroma sampling as in `LumaLayout`.
        full_range: its range.
        quality: constant rate factor, 0 is lossless in h264 and h265; None is the default.
        threads: of the encoder.

    Raises:
        SettingsError: the codec can't hold the film, or the quality is out of range.
    """
    known, shown = _codec(codec), f"{size[1]}x{size[0]}"
    if size[0] < known.least_size[0] or size[1] < known.least_size[1]:
        least = f"{known.least_size[1]}x{known.least_size[0]}"
        raise SettingsError(f"{codec} needs at least {least}, the film is {shown}; use ffv1")
    if quality is not None and known.quality is not None and quality > known.worst_quality:
        raise SettingsError(f"--quality of {codec} is 0 to {known.worst_quality}, got {quality}")
    wanted = sampling if sampling in _STEPS else "420"
    chosen = _fitting_sampling(known, size, wanted)
    depths = (10,) if (codec, chosen) == ("dnxhr", "444") else known.depths
    depth = next((depth for depth in depths if depth >= bits), depths[-1])
    warnings = []
    if depth < bits:
        warnings.append(f"{codec} holds {depth} bit: luma is rounded from {bits}; ffv1 keeps it")
    if chosen < wanted:
        warnings.append(f"{codec} holds chroma {chosen}, not the {wanted} of the film")
    if known.needs_even and chosen == "444" != wanted:
        warnings.append(f"{shown} has odd sides: chroma is coded 444, which few players show")
    if full_range and not known.keeps_range:
        warnings.append(f"{codec} can't say full range: players will show too much contrast")
    return Coding(
        encoder=known.encoder,
        pix_fmt=f"yuv{chosen}p{'' if depth == 8 else f'{depth}le'}",
        bits=depth,
        sampling=chosen,
        options=_options(
            codec, depth, chosen, known.quality if quality is None else quality, threads
        ),
        matrices=known.matrices,
        warnings=tuple(warnings),
    )


def _fitting_sampling(known: Codec, size: tuple[int, int], wanted: str) -> str:
    """Return the coarsest sampling that loses nothing of `wanted` and fits the picture's sides."""
    for sampling in known.samplings:
        down, across = _STEPS[sampling]
        even = size[0] % down == 0 and size[1] % across == 0
        if sampling >= wanted and (even or not known.needs_even):
            return sampling
    return known.samplings[-1]


def _options(
    codec: str, depth: int, sampling: str, quality: int | None, threads: int
) -> dict[str, str]:
    rate = {"crf": str(quality)}
    if codec == "h264":
        # Without it some processors' code rounds by chance: two runs would not give the same film.
        same = {"x264-params": "cpu-independent=1"}
        return {"preset": "medium", **same, **({"qp": "0"} if quality == 0 else rate)}
    if codec == "h265":
        quiet = f"log-level=error:pools={threads}"
        exact = {"x265-params": f"{quiet}:lossless=1"}
        return {"preset": "medium", **(exact if quality == 0 else rate | {"x265-params": quiet})}
    if codec == "av1":
        return {"preset": "6", "svtav1-params": f"lp={threads}", **rate}
    if codec == "ffv1":
        # Version 3 with checksums and slices, every frame alone: RFC 9043 as archives use it.
        return {"level": "3", "slicecrc": "1", "slices": "16", "g": "1"}
    if codec == "prores":
        return {"profile": "3" if sampling == "422" else "4", "vendor": "apl0"}
    profile = "dnxhr_444" if sampling == "444" else "dnxhr_hq" if depth == 8 else "dnxhr_hqx"
    return {"profile": profile}
