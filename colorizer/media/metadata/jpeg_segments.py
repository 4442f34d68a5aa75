"""Segments of a JPEG that Pillow neither reads nor writes: long XMP and Photoshop resources."""

from __future__ import annotations

import hashlib
import struct
import xml.etree.ElementTree as ElementTree  # noqa: N813 - the module is named like its class
from collections.abc import Iterable

MARKER_BYTES = 65533
"""Most a marker segment holds."""
PHOTOSHOP_MARK = b"Photoshop 3.0\0"
XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION_MARK = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENSION_ROOM = 65400


def photoshop_segments(resources: bytes) -> bytes:
    """Return Photoshop resources as APP13 segments."""
    room = MARKER_BYTES - len(PHOTOSHOP_MARK)
    parts = [resources[at : at + room] for at in range(0, len(resources), room)]
    return b"".join(_segment(0xED, PHOTOSHOP_MARK + part) for part in parts)


def extension_segments(packet: bytes) -> tuple[str, bytes]:
    """Return the digest and the APP1 segments of XMP too long for one segment.

    The standard packet names the digest as xmpNote:HasExtendedXMP (XMP part 3, 1.1.3.1).
    """
    digest = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()
    parts = b""
    for at in range(0, len(packet), _EXTENSION_ROOM):
        place = struct.pack(">II", len(packet), at)
        parts += _segment(
            0xE1, EXTENSION_MARK + digest.encode() + place + packet[at : at + _EXTENSION_ROOM]
        )
    return digest, parts


def _segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", 2 + len(data)) + data


def whole_xmp(standard: bytes | None, segments: Iterable[tuple[str, bytes]]) -> bytes | None:
    """Return the XMP of a JPEG with what stands in extension segments.

    Args:
        standard: the standard packet.
        segments: name and data of all marker segments.
    """
    pieces: dict[bytes, dict[int, bytes]] = {}
    for name, data in segments:
        if name == "APP1" and data.startswith(EXTENSION_MARK) and len(data) > 75:
            body = data[len(EXTENSION_MARK) :]
            (at,) = struct.unpack_from(">I", body, 36)
            pieces.setdefault(body[:32], {})[at] = body[40:]
    if standard is None or not pieces:
        return standard
    digest = next((d for d in pieces if d in standard), None)
    if digest is None:
        return standard
    extension = b"".join(data for _, data in sorted(pieces[digest].items()))
    try:
        return _joined(standard, extension)
    except (ElementTree.ParseError, RecursionError):
        return standard


def _joined(standard: bytes, extension: bytes) -> bytes:
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
    if b"<!DOCTYPE" in standard + extension:
        return standard
    root, more = (
        ElementTree.fromstring(part.strip(b"\0 \t\r\n")) for part in (standard, extension)
    )  # noqa: S314
    into = root if root.tag == rdf else root.find(rdf)
    added = more if more.tag == rdf else more.find(rdf)
    if into is None or added is None:
        return standard
    into.extend(list(added))
    return ElementTree.tostring(root, encoding="utf-8")
