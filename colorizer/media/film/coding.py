"""How one film is coded: the pixel format and options that keep the most of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from colorizer.errors import SettingsError
from colorizer.media.film.codecs import CHROMA_STEPS, Codec, codec_named, keeps_all, named_where
from colorizer.media.film.hardware import card_encoder, card_options
from colorizer.notes import note
from colorizer.settings import FilmWriting

_LEAST = {"archive": (10, "422")}
"""Preset -> bits and chroma sampling below which it does not go."""


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
    exact: bool
    """Whether every luma sample given comes back."""
    first_field: str | None
    """top or bottom where it is coded as two fields a frame."""
    mixed_scan: bool
    """Whether each frame is marked by its own `Frame.scan`."""
    warnings: tuple[str, ...]
    """What of the film this codec can't hold, one line each."""
    codes: tuple[int, int] | None = None
    """See `Codec.codes`."""
    siting: str = "left"
    """Of chroma in 4:2:0, see `colour.siting.chroma_shift`."""

    def chroma_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return (height, width) of the chroma planes of a picture of `size`."""
        down, across = CHROMA_STEPS[self.sampling]
        return -(-size[0] // down), -(-size[1] // across)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What of a film's picture decides how it is coded."""

    size: tuple[int, int]
    """(height, width)."""
    bits: int
    """Significant bits of its luma."""
    sampling: str
    """Its chroma sampling as in `LumaLayout`."""
    full_range: bool
    first_field: str | None = None
    """top or bottom of an interlaced film."""
    mixed_scan: bool = False
    """Whether frames without fields occur in it too."""

    @property
    def shown(self) -> str:
        """Width and height for people."""
        return f"{self.size[1]}x{self.size[0]}"


def choose_coding(writing: FilmWriting, picture: PictureFacts, threads: int) -> Coding:
    """Choose pixel format and options that keep the most of a film.

    Args:
        writing: codec, quality (0 is lossless in h264 and h265), the least that its preset
            demands, and whether the graphics card encodes.
        picture: what is encoded.
        threads: of the encoder.

    Raises:
        SettingsError: the codec can't hold the film, the quality is out of range, or no graphics
            card encodes it.
    """
    codec, quality, known = writing.codec, writing.quality, codec_named(writing.codec)
    _check_limits(writing, known, picture)
    least_bits, least_sampling = _LEAST.get(writing.preset, (8, "420"))
    wanted = picture.sampling if picture.sampling in CHROMA_STEPS else "420"
    chosen = _fitting_sampling(known, picture.size, max(wanted, least_sampling))
    depths = (10,) if (codec, chosen) == ("dnxhr", "444") else known.depths
    depth = next((d for d in depths if d >= max(picture.bits, least_bits)), depths[-1])
    rate = known.quality if quality is None else quality
    coding = Coding(
        encoder=known.encoder,
        pix_fmt=pixel_format(chosen, depth),
        bits=depth,
        sampling=chosen,
        options=_options(codec, depth, chosen, rate, threads),
        matrices=known.matrices,
        exact=keeps_all(codec, rate),
        first_field=picture.first_field if known.weaves else None,
        mixed_scan=picture.mixed_scan and known.marks_frames,
        warnings=(),
        codes=known.codes,
    )
    if writing.hardware:
        coding = _on_hardware(coding, codec, quality)
    _mark_fields(coding)
    lost = _lost(codec, coding, picture, wanted)
    if known.needs_even and chosen == "444" != wanted:
        lost.append(note("codec.odd_sides", size=picture.shown))
    return replace(coding, warnings=tuple(lost))


def quiet_encoders() -> None:
    """Keep SVT-AV1 from telling its settings on standard error; call before any is opened."""
    os.environ.setdefault("SVT_LOG", "1")


@contextmanager
def usual_priority() -> Iterator[None]:
    """Keep the priority of all threads while an encoder is opened.

    Where root runs it, SVT-AV1 makes real-time threads of its own and of the one that opens it:
    every other program of the computer would wait for them, and for all that this one does later.
    """
    try:
        yield
    finally:
        threads = Path("/proc/self/task").glob("*") if sys.platform == "linux" else ()
        for number in (int(thread.name) for thread in threads):
            with suppress(OSError):  # it has ended
                if os.sched_getscheduler(number) == os.SCHED_FIFO:
                    os.sched_setscheduler(number, os.SCHED_OTHER, os.sched_param(0))


def pixel_format(sampling: str, bits: int) -> str:
    """Return FFmpeg's name of planar Y'CbCr of a chroma sampling and depth."""
    return f"yuv{sampling}p{'' if bits == 8 else f'{bits}le'}"


def _mark_fields(coding: Coding) -> None:
    """Give the encoder of an interlaced film the options that say so."""
    if coding.first_field:
        coding.options["flags"] = "+ilme+ildct"
    if coding.encoder == "libx264" and coding.first_field == "bottom":
        # x264 learns it from the frames too, but only after having marked the first two.
        coding.options["x264-params"] += ":bff=1"


def _on_hardware(coding: Coding, codec: str, quality: int | None) -> Coding:
    """Return the coding for the graphics card's own encoder, which takes 4:2:0 alone.

    Raises:
        SettingsError: no codec can, or it was asked to be exact.
    """
    if coding.exact:
        raise SettingsError(note("codec.hardware_not_lossless", codec=codec))
    bits = min(coding.bits, 10)
    encoder, pix_fmt = card_encoder(codec, bits)
    rate = codec_named(codec).quality if quality is None else quality
    return replace(
        coding,
        encoder=encoder,
        pix_fmt=pix_fmt,
        bits=bits,
        sampling="420",
        options=card_options(encoder, rate),
        first_field=None,
    )


def _check_limits(writing: FilmWriting, known: Codec, picture: PictureFacts) -> None:
    codec, quality, size, shown = writing.codec, writing.quality, picture.size, picture.shown
    if size[0] < known.least_size[0] or size[1] < known.least_size[1]:
        least = f"{known.least_size[1]}x{known.least_size[0]}"
        raise SettingsError(note("codec.too_small", codec=codec, least=least, size=shown))
    if known.needs_even and known.samplings == ("422",) and size[1] % 2:
        raise SettingsError(note("codec.odd_width", codec=codec, size=shown))
    if quality is not None and known.quality is not None and quality > known.worst_quality:
        raise SettingsError(
            note("codec.quality_range", codec=codec, worst=known.worst_quality, quality=quality)
        )


def _lost(codec: str, coding: Coding, picture: PictureFacts, sampling: str) -> list[str]:
    """Say what of a film its coding does not hold, one line each, with what does."""
    lost, bits, full_range = [], picture.bits, picture.full_range
    if coding.bits < bits:
        lost.append(note("codec.depth", codec=codec, bits=coding.bits, film_bits=bits))
    if coding.sampling < sampling:
        lost.append(
            note("codec.sampling", codec=codec, sampling=coding.sampling, film_sampling=sampling)
        )
    if full_range and coding.codes:
        least, most = coding.codes
        lost.append(note("codec.clips", codec=codec, least=least, most=most))
    if full_range and not codec_named(codec).keeps_range:
        lost.append(note("codec.full_range", codec=codec))
    if picture.first_field and not coding.first_field:
        others = named_where(lambda one: one.weaves)
        lost.append(note("codec.interlaced", codec=codec, others=others))
    elif picture.mixed_scan and not coding.mixed_scan:
        lost.append(note("codec.mixed_scan", codec=codec))
    return lost


def _fitting_sampling(known: Codec, size: tuple[int, int], wanted: str) -> str:
    """Return the coarsest sampling that loses nothing of `wanted` and fits the picture's sides."""
    for sampling in known.samplings:
        down, across = CHROMA_STEPS[sampling]
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
        captions = {"a53cc": "1"}  # libx264 writes them unasked
        return {
            "preset": "medium",
            **captions,
            **(exact if quality == 0 else rate | {"x265-params": quiet}),
        }
    if codec == "av1":
        return {"preset": "6", "svtav1-params": f"lp={threads}", **rate}
    if codec == "ffv1":
        # Version 3 with checksums and slices, every frame alone: RFC 9043 as archives use it.
        return {"level": "3", "slicecrc": "1", "slices": "16", "g": "1"}
    if codec == "prores":
        return {"profile": "3" if sampling == "422" else "4", "vendor": "apl0"}
    if codec == "v210":
        return {}
    if codec == "dnxhr":
        profile = "dnxhr_444" if sampling == "444" else "dnxhr_hq" if depth == 8 else "dnxhr_hqx"
        return {"profile": profile}
    raise NotImplementedError(f"{codec} has no options here")
