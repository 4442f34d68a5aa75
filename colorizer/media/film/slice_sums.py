"""Damage in frames of FFV1, by the checksums of their slices; FFmpeg hides it and says nothing.

A slice ends with its size without this end (3 bytes), a status and a CRC-32 with which that of the
whole slice is 0 (RFC 9043, 4.9); in version 4 it is what the CRC begins with (FFmpeg's ffv1enc.c).
Films whose encoder left no checksums have no such ends.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import Packet

_END = 8
_BEGINNINGS = (0, 0x5E31029E)
"""Of the CRC, with its bits turned round: of version 3, and of version 4."""
_MIRRORED = bytes(int(f"{code:08b}"[::-1], 2) for code in range(256))
"""Each byte with its bits turned round: zlib's CRC takes them from the lowest, FFV1's does not."""


class SliceSums:
    """Looks at the packets of one film.

    Args:
        codec: FFmpeg's name of its codec.
    """

    def __init__(self, codec: str) -> None:
        self._is_ffv1 = codec == "ffv1"
        self._beginnings = _BEGINNINGS
        self._has_sums = False

    def is_damaged(self, packet: Packet) -> bool:
        """Tell whether a packet differs from what the encoder wrote, as far as can be told."""
        if not self._is_ffv1:
            return False
        data = bytes(packet)  # of other codecs, raw ones above all, no copy is made
        good, end = [], len(data)
        while end >= _END:
            size = int.from_bytes(data[end - _END : end - _END + 3], "big")
            if not 0 < size <= end - _END:
                break
            begin = end - _END - size
            good.append(self._is_whole(data[begin:end]))
            end = begin
        self._has_sums |= any(good)
        return bool(data) and self._has_sums and (end > 0 or not all(good))

    def _is_whole(self, data: bytes) -> bool:
        """Tell whether a slice has the checksum that it says."""
        turned = data.translate(_MIRRORED)
        for begin in self._beginnings:
            if zlib.crc32(turned, begin ^ 0xFFFFFFFF) ^ 0xFFFFFFFF == begin:
                self._beginnings = (begin,)  # all slices of a film have the same
                return True
        return False
