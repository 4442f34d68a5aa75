"""How XMP, EXIF and Photoshop records are changed for a result."""

from dataclasses import replace

import pytest
from PIL import Image

from colorizer.media.metadata.carried import without_thumbnails
from colorizer.media.metadata.exif import upright_exif
from colorizer.media.metadata.making import Making
from colorizer.media.metadata.xmp import GENERATED, mark_generated
from tests.media.metadata.packets import (
    CAPTION,
    IPTC,
    PHOTOSHOP,
    SOURCE_XMP,
    THUMBNAIL,
    exif_block,
    resource,
)

MADE = Making(
    version="1.2",
    parameters="model tiny",
    size=(40, 56),
    profile="sRGB IEC61966-2.1",
    mime="image/tiff",
    source="scan.tif",
    source_sha256="ab" * 32,
    identity="12" * 32,
)


def test_xmp_is_merged():
    packet = mark_generated(SOURCE_XMP, MADE).decode()
    assert CAPTION in packet
    assert 'inv:number="1907/12"' in packet
    assert "<xmp:CreatorTool>Colorizer 1.2<" in packet
    assert "CreatorTool was SilverFast" in packet
    assert "<stRef:filePath>scan.tif<" in packet
    assert "<stRef:documentID>xmp.did:print-7<" in packet
    assert "OriginalDocumentID>xmp.did:print-7<" in packet
    assert packet.count("xmp.did:print-7") == 2
    assert f">{GENERATED}</Iptc4xmpExt:DigitalSourceType>" in packet
    assert packet.count("DigitalSourceType>") == 2
    assert "AISystemUsed>Colorizer<" in packet
    assert "AISystemVersionUsed>1.2<" in packet
    assert 'tiff:Orientation="1"' in packet
    assert "DigitalSourceType was http://cv.iptc.org/newscodes/digitalsourcetype/print" in packet


def test_xmp_starts_anew_without_a_packet():
    packet = mark_generated(None, MADE).decode()
    assert packet.startswith("<?xpacket begin=")
    assert GENERATED in packet
    assert "CreatorTool>Colorizer 1.2<" in packet
    assert "description" not in packet.replace("rdf:Description", "")


def test_marking_twice_says_it_once():
    packet = mark_generated(mark_generated(SOURCE_XMP, MADE), replace(MADE, version="1.3")).decode()
    assert packet.count(f">{GENERATED}<") == 1
    assert "AISystemVersionUsed>1.3<" in packet
    assert "AISystemVersionUsed>1.2<" not in packet


@pytest.mark.parametrize(
    "packet",
    [
        b"no xml",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>',
    ],
)
def test_bad_xmp_is_refused(packet):
    with pytest.raises(ValueError, match="it "):
        mark_generated(packet, MADE)


def test_exif_changes_only_where_it_would_be_wrong():
    block = exif_block()
    result = upright_exif(block, (40, 56))
    assert len(result) == len(block)
    assert sum(a != b for a, b in zip(block, result, strict=True)) <= 6
    read = Image.Exif()
    read.load(result)
    assert (read[0x0112], read[0x010F]) == (1, "Linhof")
    below = read.get_ifd(0x8769)
    assert (below[0xA001], below[0xA002], below[0x927C]) == (1, 56, b"\x07maker")


def test_exif_loses_its_thumbnail():
    block = exif_block(thumbnail=b"old gray picture")
    assert b"old gray picture" in block
    result = upright_exif(block, (40, 56))
    assert b"old gray picture" not in result
    read = Image.Exif()
    read.load(result)
    assert read.get_ifd(1) == {}


@pytest.mark.parametrize(
    "block", [b"", b"no exif here", b"II*\0\xff\0\0\0", b"MM\0*\0\0\0\x08\0\x09"]
)
def test_damaged_exif_is_refused(block):
    with pytest.raises(ValueError, match="it "):
        upright_exif(block, (40, 56))


def test_photoshop_thumbnails_go():
    assert without_thumbnails(THUMBNAIL + PHOTOSHOP) == PHOTOSHOP
    assert without_thumbnails(PHOTOSHOP[:-9]).startswith(resource(0x0404, IPTC))
    assert without_thumbnails(b"8BIM") == b""


@pytest.mark.parametrize("profile", ["adobe-rgb", "eci-rgb-v2"])
def test_exif_tells_the_space_of_the_result(profile):
    told = Image.Exif()
    told.load(b"Exif\0\0" + upright_exif(exif_block(), (40, 56), profile=profile))
    assert told.get_ifd(0x8769)[0xA001] == 65535
    assert told.get_ifd(0x8769)[0xA002] == 56


def test_resolutions_of_a_turned_picture_change_places():
    exif = Image.Exif()
    exif[0x011A], exif[0x011B] = 600.0, 300.0
    told = Image.Exif()
    told.load(b"Exif\0\0" + upright_exif(exif.tobytes()[6:], (40, 56), turned=True))
    assert (told[0x011A], told[0x011B]) == (300, 600)
