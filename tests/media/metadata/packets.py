"""Metadata packets that the tests put into photos."""

import struct

from PIL import Image

CAPTION = "Marktplatz, Blick nach Süden"
SOURCE_XMP = f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:inv="http://museum.example/inventory/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmp:CreatorTool="SilverFast" xmpMM:DocumentID="xmp.did:print-7" tiff:Orientation="6"
 inv:number="1907/12"
 Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/print">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{CAPTION}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()
IPTC = b"\x1c\x02\x05\x00\x04Mark\x1c\x02\x78\x00\x05Platz"


def resource(number, data):
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


PHOTOSHOP = resource(0x0404, IPTC) + resource(0x040A, b"\x01")
THUMBNAIL = resource(0x040C, b"an old gray thumbnail")


def exif_block(orientation=6, thumbnail=b""):
    """Build an EXIF block with a maker note and, if given, a thumbnail."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Linhof"
    exif[0x9C9B] = "Titel".encode("utf-16-le")
    exif[0x8769] = {0x9003: "1907:06:01 12:00:00", 0xA001: 65535, 0xA002: 40, 0x927C: b"\x07maker"}
    block = bytearray(exif.tobytes()[6:])
    if not thumbnail:
        return bytes(block)
    order = "<" if block[:2] == b"II" else ">"
    count = struct.unpack_from(order + "H", block, 8)[0]
    struct.pack_into(order + "I", block, 10 + 12 * count, len(block))
    start = len(block) + 2 + 24 + 4
    block += struct.pack(order + "HHHIIHHII", 2, 513, 4, 1, start, 514, 4, 1, len(thumbnail))
    return bytes(block + bytes(4) + thumbnail)
