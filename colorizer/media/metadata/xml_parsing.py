"""Parse the XML of an XMP packet, which may come from a stranger."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # noqa: N813 - the module is named like its class
from io import BytesIO

from colorizer.media.metadata.limits import MOST_METADATA_BYTES
from colorizer.notes import note

_DEEPEST = 200
"""Elements within elements: more than any packet has, and writing them would end in recursion."""


class _Builder(ElementTree.TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> ElementTree.Element:
        """Begin an element."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(note("xmp.nested"))
        return super().start(tag, attrs)

    def end(self, tag: str) -> ElementTree.Element:
        """End an element."""
        self._depth -= 1
        return super().end(tag)

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse what XMP never has and attacks need."""
        raise ValueError(note("xmp.document_type"))


def parsed(xmp: bytes, known: dict[str, str]) -> ElementTree.Element:
    """Parse a packet and keep its namespace prefixes for writing.

    Args:
        xmp: the packet.
        known: prefixes with their namespaces that stay what they are, whatever it says.

    Raises:
        ValueError: not XML, a document type, or absurdly large.
    """
    xmp = xmp.strip(b"\0 \t\r\n")
    if len(xmp) > MOST_METADATA_BYTES:
        raise ValueError(note("xmp.bytes", bytes=len(xmp)))
    try:
        root = ElementTree.fromstring(xmp, ElementTree.XMLParser(target=_Builder()))  # noqa: S314
        for _, (prefix, uri) in ElementTree.iterparse(BytesIO(xmp), ("start-ns",)):  # noqa: S314
            if prefix and uri not in known.values() and prefix not in known:
                _keep_prefix(prefix, uri)
    except (ElementTree.ParseError, UnicodeError, LookupError) as error:
        raise ValueError(note("xmp.not_xml", why=error)) from error
    return root


def _keep_prefix(prefix: str, uri: str) -> None:
    try:
        ElementTree.register_namespace(prefix, uri)
    except ValueError:  # ns0, ns1: ElementTree gives out those itself
        return
