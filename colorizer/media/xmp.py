"""The XMP packet of a result: what the source's said, and that the colour is generated."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # noqa: N813 - the module is named like its class
from io import BytesIO

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC DigitalSourceType: a picture of which a part, here the colour, a trained model made."""
SYSTEM = "Colorizer"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_XMP_MM = "http://ns.adobe.com/xap/1.0/mm/"
_EVENT = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_PREFIXES = {
    "x": _META,
    "rdf": _RDF,
    "xmp": _XMP,
    "xmpMM": _XMP_MM,
    "stEvt": _EVENT,
    "Iptc4xmpExt": _IPTC,
    "tiff": _TIFF,
    "exif": _EXIF,
    "photoshop": _PHOTOSHOP,
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
_TRUE_OF_RESULT = {
    f"{{{_TIFF}}}Orientation": "1",
    f"{{{_EXIF}}}ColorSpace": "1",
    f"{{{_PHOTOSHOP}}}ColorMode": "3",
    f"{{{_PHOTOSHOP}}}ICCProfile": "sRGB IEC61966-2.1",
}
"""Properties that would describe the source wrongly as the result: set where they are."""
_FALSE_OF_RESULT = (f"{{{_XMP}}}Thumbnails",)
_MOST_BYTES = 16 << 20

for _prefix, _uri in _PREFIXES.items():
    ElementTree.register_namespace(_prefix, _uri)


class _Builder(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse what XMP never has and attacks need."""
        raise ValueError("it declares a document type")


def mark_generated(xmp: bytes | None, version: str) -> bytes:
    """Return an XMP packet that adds to the given one how the colour came to be.

    Descriptions, keywords and rights stay as they are; a CreatorTool that is there stays too.

    Args:
        xmp: packet of the source; None starts a new one.
        version: of this program.

    Raises:
        ValueError: the given packet can't be read.
    """
    root = _parse(xmp) if xmp else ElementTree.Element(f"{{{_META}}}xmpmeta")
    rdf = root if root.tag == f"{{{_RDF}}}RDF" else root.find(f"{{{_RDF}}}RDF")
    if rdf is None:
        rdf = ElementTree.SubElement(root, f"{{{_RDF}}}RDF")
    former = _take(rdf, f"{{{_IPTC}}}DigitalSourceType")
    for name in ("AISystemUsed", "AISystemVersionUsed"):
        _take(rdf, f"{{{_IPTC}}}{name}")
    for name in _FALSE_OF_RESULT:
        _take(rdf, name)
    _correct(rdf)
    said = {
        f"{{{_IPTC}}}DigitalSourceType": GENERATED,
        f"{{{_IPTC}}}AISystemUsed": SYSTEM,
        f"{{{_IPTC}}}AISystemVersionUsed": version,
    }
    if _find(rdf, f"{{{_XMP}}}CreatorTool") is None:
        said[f"{{{_XMP}}}CreatorTool"] = f"{SYSTEM} {version}"
    description = rdf.find(f"{{{_RDF}}}Description")
    if description is None:
        description = ElementTree.SubElement(rdf, f"{{{_RDF}}}Description")
        description.set(f"{{{_RDF}}}about", "")
    for name, text in said.items():
        ElementTree.SubElement(description, name).text = text
    _add_event(rdf, description, former, version)
    return _packet(root)


def _parse(xmp: bytes) -> ElementTree.Element:
    """Parse a packet and keep its namespace prefixes for writing.

    Raises:
        ValueError: not XML, a document type, or absurdly large.
    """
    xmp = xmp.strip(b"\0 \t\r\n")
    if len(xmp) > _MOST_BYTES:
        raise ValueError(f"it has {len(xmp)} bytes")
    try:
        root = ElementTree.fromstring(xmp, ElementTree.XMLParser(target=_Builder()))  # noqa: S314
        for _, (prefix, uri) in ElementTree.iterparse(BytesIO(xmp), ("start-ns",)):  # noqa: S314
            if prefix and uri not in _PREFIXES.values() and prefix not in _PREFIXES:
                _keep_prefix(prefix, uri)
    except (ElementTree.ParseError, UnicodeError, LookupError) as error:
        raise ValueError(f"it is not XML: {error}") from error
    return root


def _keep_prefix(prefix: str, uri: str) -> None:
    try:
        ElementTree.register_namespace(prefix, uri)
    except ValueError:  # ns0, ns1: ElementTree gives out those itself
        return


def _find(rdf: ElementTree.Element, name: str) -> str | None:
    """Return the text of a property, written as an attribute or as an element."""
    for description in rdf.iter(f"{{{_RDF}}}Description"):
        if name in description.attrib:
            return description.attrib[name]
        found = description.find(name)
        if found is not None:
            return found.text or found.get(f"{{{_RDF}}}resource") or ""
    return None


def _take(rdf: ElementTree.Element, name: str) -> str | None:
    """Remove a property wherever it stands; return what it said."""
    text = _find(rdf, name)
    for description in rdf.iter(f"{{{_RDF}}}Description"):
        description.attrib.pop(name, None)
        for found in description.findall(name):
            description.remove(found)
    return text


def _correct(rdf: ElementTree.Element) -> None:
    """Set the properties that describe pixels to what is true of the result."""
    for description in rdf.iter(f"{{{_RDF}}}Description"):
        for name, value in _TRUE_OF_RESULT.items():
            if name in description.attrib:
                description.set(name, value)
            for found in description.findall(name):
                found.text = value


def _add_event(
    rdf: ElementTree.Element,
    description: ElementTree.Element,
    former: str | None,
    version: str,
) -> None:
    """Append to xmpMM:History that colour was added, and what kind of source it was added to."""
    history = rdf.find(f"{{{_RDF}}}Description/{{{_XMP_MM}}}History/{{{_RDF}}}Seq")
    if history is None:
        history = ElementTree.SubElement(description, f"{{{_XMP_MM}}}History")
        history = ElementTree.SubElement(history, f"{{{_RDF}}}Seq")
    event = ElementTree.SubElement(history, f"{{{_RDF}}}li")
    event.set(f"{{{_RDF}}}parseType", "Resource")
    was = f"; DigitalSourceType was {former}" if former and former != GENERATED else ""
    told = {
        "action": "converted",
        "softwareAgent": f"{SYSTEM} {version}",
        "parameters": f"colour added by a trained model{was}",
    }
    for name, text in told.items():
        ElementTree.SubElement(event, f"{{{_EVENT}}}{name}").text = text


def _packet(root: ElementTree.Element) -> bytes:
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
    return begin + body + b'\n<?xpacket end="w"?>'
