"""The XMP packet of a result: what the source's said, and that the colour is generated."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # noqa: N813 - the module is named like its class
from uuid import UUID

from colorizer.media.metadata.making import Making
from colorizer.media.metadata.xml_parsing import parsed

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC DigitalSourceType: a picture of which a part, here the colour, a trained model made."""
SYSTEM = "Colorizer"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_XMP_MM = "http://ns.adobe.com/xap/1.0/mm/"
_XMP_NOTE = "http://ns.adobe.com/xmp/note/"
_REFERENCE = "http://ns.adobe.com/xap/1.0/sType/ResourceRef#"
_DC = "http://purl.org/dc/elements/1.1/"
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
    "xmpNote": _XMP_NOTE,
    "stEvt": _EVENT,
    "stRef": _REFERENCE,
    "Iptc4xmpExt": _IPTC,
    "tiff": _TIFF,
    "exif": _EXIF,
    "photoshop": _PHOTOSHOP,
    "dc": _DC,
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
_FALSE_OF_RESULT = (
    f"{{{_XMP}}}Thumbnails",
    f"{{{_XMP_NOTE}}}HasExtendedXMP",
    *(
        f"{{{_TIFF}}}{name}"
        for name in (
            "BitsPerSample",
            "Compression",
            "PlanarConfiguration",
            "PrimaryChromaticities",
            "ReferenceBlackWhite",
            "TransferFunction",
            "WhitePoint",
            "YCbCrCoefficients",
            "YCbCrPositioning",
            "YCbCrSubSampling",
        )
    ),
    f"{{{_EXIF}}}Gamma",
)
"""Properties that describe the source's samples: removed."""
_REPLACED = {
    "DigitalSourceType": _IPTC,
    "AISystemUsed": _IPTC,
    "AISystemVersionUsed": _IPTC,
    "CreatorTool": _XMP,
    "DocumentID": _XMP_MM,
    "InstanceID": _XMP_MM,
    "DerivedFrom": _XMP_MM,
}
"""Properties that say something else of the result than of the source."""
_FIRST = (
    *(f"{{{_IPTC}}}{n}" for n in ("DigitalSourceType", "AISystemUsed", "AISystemVersionUsed")),
    f"{{{_XMP}}}CreatorTool",
)
"""Properties for readers that know only the first packet of a JPEG."""
for _prefix, _uri in _PREFIXES.items():
    ElementTree.register_namespace(_prefix, _uri)


def mark_generated(xmp: bytes | None, making: Making) -> bytes:
    """Return an XMP packet that adds to the given one how the colour came to be.

    Descriptions, keywords, rights and whatever else the packet says stay as they are, but for
    what describes the source's samples, and who made the file: a former CreatorTool and
    DigitalSourceType are told in the history.

    Args:
        xmp: packet of the source; None starts a new one.
        making: how the result came to be.

    Raises:
        ValueError: the given packet can't be read.
    """
    root = parsed(xmp, _PREFIXES) if xmp else ElementTree.Element(f"{{{_META}}}xmpmeta")
    rdf = root if root.tag == f"{{{_RDF}}}RDF" else root.find(f"{{{_RDF}}}RDF")
    if rdf is None:
        rdf = ElementTree.SubElement(root, f"{{{_RDF}}}RDF")
    told = {name: _take(rdf, f"{{{space}}}{name}") for name, space in _REPLACED.items()}
    for name in _FALSE_OF_RESULT:
        _take(rdf, name)
    _correct(rdf, making)
    identity = str(UUID(making.identity[:32], version=5))
    said = {
        f"{{{_IPTC}}}DigitalSourceType": GENERATED,
        f"{{{_IPTC}}}AISystemUsed": SYSTEM,
        f"{{{_IPTC}}}AISystemVersionUsed": making.version,
        f"{{{_XMP}}}CreatorTool": f"{SYSTEM} {making.version}",
        f"{{{_XMP_MM}}}DocumentID": f"xmp.did:{identity}",
        f"{{{_XMP_MM}}}InstanceID": f"xmp.iid:{identity}",
    }
    first = told["DocumentID"]
    if first and _find(rdf, f"{{{_XMP_MM}}}OriginalDocumentID") is None:
        said[f"{{{_XMP_MM}}}OriginalDocumentID"] = first
    description = rdf.find(f"{{{_RDF}}}Description")
    if description is None:
        description = ElementTree.SubElement(rdf, f"{{{_RDF}}}Description")
        description.set(f"{{{_RDF}}}about", "")
    for name, text in said.items():
        ElementTree.SubElement(description, name).text = text
    _add_source(description, told, making)
    _add_event(rdf, description, told, making)
    return _packet(root)


def property_of(xmp: bytes, name: str) -> str | None:
    """Return the text of a property of a packet, None where it does not say it.

    Args:
        xmp: the packet.
        name: of the property, with its namespace in braces.

    Raises:
        ValueError: the packet can't be read.
    """
    return _find(parsed(xmp, _PREFIXES), name)


def split(packet: bytes) -> tuple[dict[str, str], bytes]:
    """Split a packet of ours that is too long for one segment of a JPEG.

    Returns:
        what the short packet must say, by property, and all the rest, for the long one.
    """
    root = parsed(packet, _PREFIXES)
    found = {name: _take(root, name) for name in _FIRST}
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    return {name: text for name, text in found.items() if text}, body


def short_packet(said: dict[str, str], digest: str) -> bytes:
    """Return the packet that goes with a longer one, which `digest` names."""
    root = ElementTree.Element(f"{{{_META}}}xmpmeta")
    rdf = ElementTree.SubElement(root, f"{{{_RDF}}}RDF")
    description = ElementTree.SubElement(rdf, f"{{{_RDF}}}Description")
    description.set(f"{{{_RDF}}}about", "")
    for name, text in {**said, f"{{{_XMP_NOTE}}}HasExtendedXMP": digest}.items():
        ElementTree.SubElement(description, name).text = text
    return _packet(root)


def _add_source(
    description: ElementTree.Element, told: dict[str, str | None], making: Making
) -> None:
    """Write xmpMM:DerivedFrom: which file the result was made from."""
    derived = ElementTree.SubElement(description, f"{{{_XMP_MM}}}DerivedFrom")
    derived.set(f"{{{_RDF}}}parseType", "Resource")
    known = {
        "documentID": told["DocumentID"] or f"sha256:{making.source_sha256}",
        "instanceID": told["InstanceID"] or f"sha256:{making.source_sha256}",
        "filePath": making.source,
    }
    for name, text in known.items():
        ElementTree.SubElement(derived, f"{{{_REFERENCE}}}{name}").text = text


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


def _correct(rdf: ElementTree.Element, making: Making) -> None:
    """Set the properties that describe pixels, where they are, to what is true of the result."""
    height, width = (str(side) for side in making.size)
    true = {
        f"{{{_TIFF}}}Orientation": "1",
        f"{{{_TIFF}}}PhotometricInterpretation": "2",
        f"{{{_TIFF}}}SamplesPerPixel": "3",
        f"{{{_TIFF}}}ImageWidth": width,
        f"{{{_TIFF}}}ImageLength": height,
        f"{{{_EXIF}}}PixelXDimension": width,
        f"{{{_EXIF}}}PixelYDimension": height,
        f"{{{_EXIF}}}ColorSpace": "1" if making.srgb else "65535",
        f"{{{_PHOTOSHOP}}}ColorMode": "3",
        f"{{{_PHOTOSHOP}}}ICCProfile": making.profile,
        f"{{{_DC}}}format": making.mime,
    }
    for description in rdf.iter(f"{{{_RDF}}}Description"):
        for name, value in true.items():
            if name in description.attrib:
                description.set(name, value)
            for found in description.findall(name):
                found.text = value


def _add_event(
    rdf: ElementTree.Element,
    description: ElementTree.Element,
    told: dict[str, str | None],
    making: Making,
) -> None:
    """Append to xmpMM:History that colour was added, and what the packet said before."""
    history = rdf.find(f"{{{_RDF}}}Description/{{{_XMP_MM}}}History/{{{_RDF}}}Seq")
    if history is None:
        history = ElementTree.SubElement(description, f"{{{_XMP_MM}}}History")
        history = ElementTree.SubElement(history, f"{{{_RDF}}}Seq")
    event = ElementTree.SubElement(history, f"{{{_RDF}}}li")
    event.set(f"{{{_RDF}}}parseType", "Resource")
    was = [
        f"{name} was {told[name]}"
        for name in ("DigitalSourceType", "CreatorTool")
        if told[name] and told[name] != GENERATED
    ]
    made = f"colour added by a trained model: {making.parameters}".rstrip(": ")
    event_says = {
        "action": "converted",
        "softwareAgent": f"{SYSTEM} {making.version}",
        "instanceID": f"xmp.iid:{UUID(making.identity[:32], version=5)}",
        "parameters": "; ".join([made, *was]),
    }
    for name, text in event_says.items():
        ElementTree.SubElement(event, f"{{{_EVENT}}}{name}").text = text


def _packet(root: ElementTree.Element) -> bytes:
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
    return begin + body + b'\n<?xpacket end="w"?>'
