"""IPTC-IIM records in and out of Photoshop image resources."""

from __future__ import annotations

import struct

_IPTC = 0x0404
_MARK = b"8BIM"


def resource_of_iptc(records: bytes) -> bytes:
    """Return the Photoshop resource that holds IPTC-IIM records."""
    padding = b"\0" * (len(records) % 2)
    return _MARK + struct.pack(">HHI", _IPTC, 0, len(records)) + records + padding


def iptc_of_resources(resources: bytes) -> tuple[bytes, bool]:
    """Return the IPTC-IIM records among Photoshop resources, and whether there are others too."""
    records, others, at = b"", False, 0
    while resources[at : at + 4] == _MARK and at + 7 < len(resources):
        kind = int.from_bytes(resources[at + 4 : at + 6], "big")
        start = at + 6 + (resources[at + 6] + 2) // 2 * 2 + 4
        length = int.from_bytes(resources[start - 4 : start], "big")
        if kind == _IPTC and not records:
            records = resources[start : start + length]
        else:
            others = True
        at = start + length + length % 2
    return records, others or at < len(resources)
