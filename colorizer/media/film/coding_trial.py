"""Whether an encoder takes a film's size, found by opening it: FFmpeg says so in no table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from colorizer.errors import SettingsError
from colorizer.media.film.codecs import codec_named
from colorizer.media.film.coding import Coding, pixel_format, quiet_encoders, usual_priority
from colorizer.notes import note

_SLICES = sorted(
    {down * across for down in range(1, 7) for across in range(down, 2 * down + 1)},
    key=lambda count: abs(count - 16),
)
"""Numbers of slices that FFmpeg's FFV1 encoder knows, those nearest to an archive's 16 first."""


def tried(coding: Coding, codec: str, size: tuple[int, int]) -> Coding:
    """Return a coding that its encoder takes: the one given, or the least changed one.

    FFV1 cuts chroma where it cuts luma, so that many odd sizes allow few numbers of slices, and
    some none but in another chroma sampling. The fields of H.264 need even lines of chroma.

    Args:
        coding: as `choose_coding` gives it.
        codec: a name of `settings.CODECS`.
        size: (height, width).

    Raises:
        SettingsError: the encoder does not take the size, with what does.
    """
    for candidate in _candidates(coding, codec):
        if _opens(candidate, size):
            return candidate
    advice = note("codec.scale") if codec == "ffv1" else note("codec.use_ffv1")
    raise SettingsError(
        note("codec.cannot_write", codec=codec, width=size[1], height=size[0], advice=advice)
    )


def _candidates(coding: Coding, codec: str) -> Iterator[Coding]:
    samplings = [name for name in codec_named(codec).samplings if name >= coding.sampling]
    for sampling in samplings:
        changed = coding
        if sampling != coding.sampling:
            said = note(
                "codec.size_needs_chroma",
                sampling=sampling,
                codec=codec,
                film_sampling=coding.sampling,
            )
            changed = _changed(coding, said, sampling=sampling)
        yield from _sliced(changed) if codec == "ffv1" else (changed,)
    if codec == "ffv1":
        # Version 1 has no slices and so no checksums: for pictures thinner than a slice's least.
        said = note("codec.no_slices")
        kept = {k: v for k, v in coding.options.items() if k not in ("slices", "slicecrc")}
        for sampling in samplings:
            yield _changed(coding, said, sampling=sampling, options=kept | {"level": "1"})
    if coding.first_field:
        yield from _candidates(_unmarked(coding, codec), codec)


def _sliced(coding: Coding) -> Iterator[Coding]:
    for count in _SLICES:
        yield replace(coding, options=coding.options | {"slices": str(count)})


def _unmarked(coding: Coding, codec: str) -> Coding:
    """Return a coding that does not say that frames hold fields."""
    options = {name: value for name, value in coding.options.items() if name != "flags"}
    if "x264-params" in options:
        options["x264-params"] = options["x264-params"].removesuffix(":bff=1")
    said = note("codec.size_not_interlaced", codec=codec)
    return _changed(coding, f"{said}; ffv1 can", options=options, first_field=None)


def _changed(coding: Coding, said: str, **values: Any) -> Coding:
    sampling = values.get("sampling", coding.sampling)
    values["pix_fmt"] = pixel_format(sampling, coding.bits)
    return replace(coding, warnings=(*coding.warnings, said), **values)


def _opens(coding: Coding, size: tuple[int, int]) -> bool:
    """Tell whether the encoder takes a size in this coding."""
    import av
    from av.error import FFmpegError

    quiet_encoders()
    context: Any = av.CodecContext.create(coding.encoder, "w")
    context.height, context.width = size
    context.pix_fmt = coding.pix_fmt
    context.time_base = Fraction(1, 25)
    context.options = coding.options
    try:
        with usual_priority():
            context.open()
    except (FFmpegError, ValueError):
        return False
    return True
