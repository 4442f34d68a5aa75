"""Encoders of graphics cards: which of them really work here, and what they take.

FFmpeg lists an encoder wherever it was built with it, card or none; only opening it tells.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from colorizer.errors import SettingsError
from colorizer.notes import note

_MAKERS = ("nvenc", "videotoolbox", "qsv", "amf", "vaapi")
"""Ends of FFmpeg's names, the first that works is taken."""
_NAMES = {"h264": "h264", "h265": "hevc", "av1": "av1"}
"""Codec of Settings -> beginning of FFmpeg's name."""
_FORMATS = {8: ("yuv420p", "nv12"), 10: ("p010le",)}
"""Bits -> pixel formats that frames can be given in, the best first."""
_TRIAL_SIZE = 256
"""Side of the trial picture; some cards refuse less than 145."""


def card_encoders() -> dict[str, list[str]]:
    """Return for every codec the encoders of graphics cards that work here."""
    return {codec: [name for name in _candidates(codec) if _format(name, 8)] for codec in _NAMES}


def card_encoder(codec: str, bits: int) -> tuple[str, str]:
    """Return the encoder of the graphics card for a codec, and its pixel format.

    Args:
        codec: a name of `settings.CODECS`.
        bits: 8 or 10.

    Raises:
        SettingsError: no card here encodes it.
    """
    if codec not in _NAMES:
        known = ", ".join(_NAMES)
        raise SettingsError(note("codec.hardware_known", known=known, codec=codec))
    for name in _candidates(codec):
        if pix_fmt := _format(name, bits):
            return name, pix_fmt
    tried = ", ".join(_candidates(codec))
    raise SettingsError(note("codec.hardware_none", codec=codec, bits=bits, tried=tried))


def card_options(encoder: str, quality: int | None) -> dict[str, str]:
    """Return options that hold the quality constant, on each maker's own scale near that of crf."""
    rate = str(quality)
    if encoder.endswith("nvenc"):
        return {"preset": "p5", "tune": "hq", "rc": "vbr", "cq": rate, "b": "0"}
    if encoder.endswith("qsv"):
        return {"global_quality": rate}
    if encoder.endswith("amf"):
        return {"rc": "cqp", "qp_i": rate, "qp_p": rate}
    if encoder.endswith("videotoolbox"):
        # Its scale runs from 1 to 100, best last; FFmpeg's lambda is 118 a step.
        best_last = max(1, 100 - 2 * int(quality or 0))
        return {"flags": "+qscale", "global_quality": str(118 * best_last)}
    return {"rc_mode": "CQP", "qp": rate}


def _candidates(codec: str) -> list[str]:
    return [f"{_NAMES[codec]}_{maker}" for maker in _MAKERS]


@lru_cache
def _format(encoder: str, bits: int) -> str | None:
    """Return the pixel format in which an encoder codes a trial picture; None where it can't."""
    import av
    from av.codec.codec import UnknownCodecError
    from av.error import FFmpegError

    try:
        takes = [item.name for item in av.Codec(encoder, "w").video_formats or ()]
    except UnknownCodecError:
        return None
    for pix_fmt in _FORMATS[bits]:
        if pix_fmt not in takes:
            continue
        context: Any = av.CodecContext.create(encoder, "w")
        context.width = context.height = _TRIAL_SIZE
        context.pix_fmt, context.framerate = pix_fmt, 25
        try:
            picture = av.VideoFrame(_TRIAL_SIZE, _TRIAL_SIZE, pix_fmt)
            if [*context.encode(picture), *context.encode(None)]:
                return pix_fmt
        except (FFmpegError, ValueError, OSError):
            continue
    return None
