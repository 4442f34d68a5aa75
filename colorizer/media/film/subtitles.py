"""Text subtitles: the same words in the form that another container wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import Packet

_PLAIN = ("srt", "subrip", "text")
_TAG = re.compile(rb"</?[a-zA-Z][^>]*>")
_NO_WEBVTT_TAG = re.compile(rb"</?(?![biu]>)[a-zA-Z][^>]*>")


def text_codec(stream: Any, muxer: str) -> str | None:
    """Return the codec into which text subtitles must be rewritten for a muxer, if they must."""
    known = stream.codec_context.name if stream.codec_context else ""
    if known == "mov_text" and muxer == "matroska":
        return "subrip"
    if known in _PLAIN and muxer in ("mp4", "mov"):
        return "mov_text"
    if known in (*_PLAIN, "mov_text") and muxer == "webm":
        return "webvtt"
    return None


def rewritten(packet: Packet, codec: str) -> Packet | None:
    """Rewrite a text subtitle; None for one that only clears the screen."""
    import av

    text = bytes(packet)
    if packet.stream.codec_context.name == "mov_text":
        text = text[2 : 2 + int.from_bytes(text[:2], "big")]
    if not text:
        return None
    if codec == "mov_text":
        text = _TAG.sub(b"", text)
        text = len(text).to_bytes(2, "big") + text
    elif codec == "webvtt":
        text = _NO_WEBVTT_TAG.sub(b"", text)
    plain = av.Packet(text)
    plain.pts, plain.dts, plain.duration = packet.pts, packet.dts, packet.duration
    plain.time_base = packet.time_base
    return plain
