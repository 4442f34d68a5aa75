"""Sequence headers of MPEG-1 and MPEG-2 video (ISO/IEC 13818-2, 6.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import Packet

_CODECS = ("mpeg1video", "mpeg2video")
_SEQUENCE, _EXTENSION, _GROUP, _PICTURE = (
    b"\0\0\1\xb3", b"\0\0\1\xb5", b"\0\0\1\xb8", b"\0\0\1\0"
)  # fmt: skip
_EXTENSION_ID = 1
"""Of the sequence extension."""


class MpegSequence:
    """Tells where a stream begins a sequence of another size, scan or sampling.

    There FFmpeg's decoder starts again and drops the picture that it still holds.
    """

    def __init__(self, codec: str) -> None:
        """Begin a stream.

        Args:
            codec: FFmpeg's name of its decoder.
        """
        self._is_mpeg = codec in _CODECS
        self._last = b""

    def begins(self, packet: Packet) -> bool:
        """Tell whether a packet, the next one, begins such a sequence; not of the first one."""
        if not self._is_mpeg or not packet.is_keyframe:
            return False
        shape = _shape(bytes(packet))
        if not shape:
            return False
        before, self._last = self._last, shape
        return bool(before) and before != shape


def _shape(data: bytes) -> bytes:
    """Return size, scan and sampling as the header of a sequence codes them, b"" without one."""
    start = data.find(_SEQUENCE)
    if start < 0:
        return b""
    ends = (data.find(mark, start) for mark in (_GROUP, _PICTURE))
    header = data[start : min((end for end in ends if end > 0), default=len(data))]
    size, extension = header[4:7], header.find(_EXTENSION)
    if extension < 0 or len(header) < extension + 7 or header[extension + 4] >> 4 != _EXTENSION_ID:
        return size
    # Low bits of the level, then progressive_sequence, chroma_format and the size's high bits.
    return size + bytes([header[extension + 5] & 0x0F, header[extension + 6] >> 5])
