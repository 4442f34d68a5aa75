"""Text subtitles: the same words in the form that another container wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import Packet


def text_codec(stream: Any, muxer: str) -> str | None:
    """Return the codec into which text subtitles must be rewritten for a muxer, if they must."""
    known = stream.codec_context.name if stream.codec_context else ""
    if known == "mov_text" and muxer == "matroska":
        return "subrip"
    if known in ("srt", "subrip", "text") and muxer in ("mp4", "mov"):
        return "mov_text"
    return None


def rewritten(packet: Packet, codec: str) -> Packet | None:
    """Rewrite a text subtitle; None for one that only clears the screen."""
    import av

    data = bytes(packet)
    if codec == "subrip":
        text = data[2 : 2 + int.from_bytes(data[:2], "big")]
    else:
        text = re.sub(rb"</?[a-zA-Z][^>]*>", b"", data)
        text = len(text).to_bytes(2, "big") + text
    if not text:
        return None
    plain = av.Packet(text)
    plain.pts, plain.dts, plain.duration = packet.pts, packet.dts, packet.duration
    plain.time_base = packet.time_base
    return plain
