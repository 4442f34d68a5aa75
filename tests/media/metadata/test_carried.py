import io
import struct
import zlib
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from colorizer.media.metadata import carried as metadata
from colorizer.media.metadata.carried import without_thumbnails
from colorizer.media.metadata.exif import upright_exif
from colorizer.media.metadata.making import Making
from colorizer.media.metadata.xmp import GENERATED, mark_generated
from colorizer.media.photo import scan_tiff, still_tiff
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_sink import StillSink
from tests import draw_photo

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
IPTC = b"\x1c\x02\x05\x00\x04Mark\x1c\x02\x78\x00\x05Platz"
"""IIM records: object name and caption."""


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


def colour(source_path, target):
    with (
        StillSource(source_path, side=32) as source,
        StillSink(target, like=source) as sink,
    ):
        (frame,) = source.frames()
        size = sink.chroma_size(frame)
        sink.write(replace(frame, ab=np.full((2, *size), 12, np.float32)))
    return source, sink


def is_srgb(profile):
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return "sRGB" in ImageCms.getProfileDescription(opened)


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


def test_jpeg_metadata_is_kept(tmp_path):
    path, target = tmp_path / "scan.jpg", tmp_path / "result.jpg"
    segment = b"Photoshop 3.0\0" + THUMBNAIL + PHOTOSHOP
    Image.fromarray(draw_photo.gray()).save(
        path,
        exif=b"Exif\0\0" + exif_block(),
        xmp=SOURCE_XMP,
        dpi=(600, 600),
        comment=b"box 12",
        icc_profile=imagecodecs.cms_profile("gray", gamma=2.2),
        extra=b"\xff\xed" + struct.pack(">H", 2 + len(segment)) + segment,
    )
    _, sink = colour(path, target)
    assert sink.warnings == []
    with Image.open(target) as image:
        assert image.size == draw_photo.SIZE  # turned upright
        assert image.getexif()[0x0112] == 1
        assert image.getexif()[0x010F] == "Linhof"
        assert image.info["photoshop"] == {0x0404: IPTC, 0x040A: b"\x01"}
        assert tuple(round(v) for v in image.info["dpi"]) == (600, 600)
        assert image.info["comment"] == b"box 12"
        assert CAPTION.encode() in image.info["xmp"]
        assert GENERATED.encode() in image.info["xmp"]
        assert is_srgb(image.info["icc_profile"])


@pytest.mark.parametrize("bits", [8, 16])
def test_png_metadata_is_kept(tmp_path, bits):
    path, target = tmp_path / "scan.png", tmp_path / "result.png"
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", SOURCE_XMP.decode())
    info.add_text("Inventory", "1907/12")
    image = Image.fromarray(draw_photo.gray(bits))
    image.save(path, pnginfo=info, dpi=(300, 300), exif=exif_block(1))
    _, sink = colour(path, target)
    assert sink.warnings == []
    with Image.open(target) as result:
        result.load()
        assert result.info["Inventory"] == "1907/12"
        assert [round(v) for v in result.info["dpi"]] == [300, 300]
        assert result.getexif()[0x010F] == "Linhof"
        assert CAPTION in str(result.info["xmp"], "utf-8")
        assert GENERATED in str(result.info["xmp"], "utf-8")
        assert is_srgb(result.info["icc_profile"])


@pytest.mark.parametrize(("byteorder", "big"), [("<", False), (">", False), ("<", True)])
def test_tiff_metadata_is_kept(tmp_path, byteorder, big):
    path, target = tmp_path / "scan.tif", tmp_path / "result.tif"
    below = ImageFileDirectory_v2(b"II*\0\0\0\0\0" if byteorder == "<" else b"MM\0*\0\0\0\0")
    if big:
        below = ImageFileDirectory_v2(b"II+\0" + bytes(12))
    below[0x9003] = "1907:06:01 12:00:00"
    below[0x829A] = 0.25
    tags = [
        (271, 2, 0, "Linhof", True),
        (270, 2, 0, CAPTION.encode() + b"\0", True),
        (315, 2, 0, "A. Renger", True),
        (305, 2, 0, "SilverFast 8", True),
        (33432, 2, 0, "Stadtarchiv", True),
        (33723, 4, 4, struct.pack(byteorder + "4I", 1, 2, 3, 1 << 30), True),
        (700, 1, len(SOURCE_XMP), SOURCE_XMP, True),
        (34377, 7, len(PHOTOSHOP), PHOTOSHOP, True),
        (274, 3, 1, 6, True),
    ]
    with tifffile.TiffWriter(path, byteorder=byteorder, bigtiff=big) as writer:
        offset = writer.filehandle.tell()
        writer.filehandle.write(below.tobytes(offset))
        writer.write(
            draw_photo.gray(16),
            photometric="minisblack",
            resolution=((6000000, 10000), (400, 1)),
            resolutionunit=3,
            extratags=[*tags, ("ExifTag", 16 if big else 4, 1, offset, True)],
            metadata=None,
            software=False,
            iccprofile=imagecodecs.cms_profile("gray", gamma=2.2),
        )
    source, sink = colour(path, target)
    assert (source.warnings, sink.warnings) == ([], [])
    with tifffile.TiffFile(target) as tif:
        kept = {tag.code: tag.value for tag in tif.pages[0].tags}
        assert kept[271] == "Linhof"
        assert kept[270] == CAPTION
        assert kept[315] == "A. Renger"
        assert kept[305] == "SilverFast 8"
        assert kept[33432] == "Stadtarchiv"
        assert kept[33723] == struct.pack(byteorder + "4I", 1, 2, 3, 1 << 30)
        assert kept[34377] == PHOTOSHOP
        assert CAPTION.encode() in kept[700]
        assert GENERATED.encode() in kept[700]
        assert kept.get(274, 1) == 1
        assert (kept[282], kept[283], kept[296]) == ((400, 1), (600, 1), 3)  # turned upright
        assert kept[34665]["DateTimeOriginal"] == "1907:06:01 12:00:00"
        assert tif.pages[0].shape == (draw_photo.SIZE[1], draw_photo.SIZE[0], 3)
        assert is_srgb(kept[34675])


def test_webp_metadata_is_kept(tmp_path):
    path, target = tmp_path / "scan.webp", tmp_path / "result.webp"
    Image.fromarray(draw_photo.gray()).convert("RGB").save(
        path, lossless=True, exif=exif_block(1), xmp=SOURCE_XMP
    )
    _, sink = colour(path, target)
    assert sink.warnings == []
    with Image.open(target) as image:
        assert image.getexif()[0x010F] == "Linhof"
        assert GENERATED.encode() in image.info["xmp"]
        assert CAPTION.encode() in image.info["xmp"]
        assert is_srgb(image.info["icc_profile"])


def test_bmp_says_what_it_cannot_hold(tmp_path):
    path, target = tmp_path / "scan.bmp", tmp_path / "result.bmp"
    Image.fromarray(draw_photo.gray()).save(path, dpi=(300, 300))
    _, sink = colour(path, target)
    assert "generated" in sink.warnings[0]
    with Image.open(target) as image:
        assert [round(v) for v in image.info["dpi"]] == [300, 300]


def test_damaged_metadata_is_a_warning_and_the_mark_is_there(tmp_path):
    path, target = tmp_path / "scan.jpg", tmp_path / "result.jpg"
    Image.fromarray(draw_photo.gray()).save(path, exif=b"Exif\0\0II*\0\xff\xff\0\0", xmp=b"<broken")
    _, sink = colour(path, target)
    assert any("XMP is lost" in warning for warning in sink.warnings)
    assert any("EXIF is lost" in warning for warning in sink.warnings)
    with Image.open(target) as image:
        assert GENERATED.encode() in image.info["xmp"]


def test_a_tag_that_cannot_be_written_costs_the_metadata_not_the_photo(tmp_path, monkeypatch):
    path, target = tmp_path / "scan.tif", tmp_path / "result.tif"
    tifffile.imwrite(path, draw_photo.gray(16), photometric="minisblack", software="SilverFast")

    def lost(*_):
        raise struct.error("an odd tag")

    monkeypatch.setattr(still_tiff, "_write_ifds", lost)
    with pytest.raises(struct.error):
        colour(path, target)
    assert not target.exists()
    monkeypatch.undo()
    read = metadata.read_tiff
    odd = (305, 99, 3, b"abc")
    monkeypatch.setattr(
        scan_tiff, "read_tiff", lambda *given: replace(read(*given), tiff_tags=(odd,))
    )
    _, sink = colour(path, target)
    assert any("metadata is lost" in warning for warning in sink.warnings)
    with tifffile.TiffFile(target) as tif:
        assert GENERATED.encode() in tif.pages[0].tags[700].value
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []


def test_what_a_foreign_format_cannot_hold_is_named(tmp_path):
    path, target = tmp_path / "scan.webp", tmp_path / "result.webp"
    Image.fromarray(draw_photo.gray()).save(path, "JPEG", comment=b"box 12")
    _, sink = colour(path, target)
    assert sink.warnings == ["comment can't be kept in this file format"]


def test_xmp_of_any_length_is_kept_in_a_jpeg(tmp_path):
    long = "Marktplatz " * 9000
    packet = SOURCE_XMP.replace(CAPTION.encode(), long.encode())
    first, second = tmp_path / "scan.tif", tmp_path / "first.jpg"
    tags = [(700, 1, len(packet), packet, True)]
    tifffile.imwrite(first, draw_photo.gray(), photometric="minisblack", extratags=tags)
    colour(first, second)
    with Image.open(second) as image:
        short = image.info["xmp"]
    assert len(short) < 2000
    assert GENERATED.encode() in short
    colour(second, tmp_path / "second.tif")
    with tifffile.TiffFile(tmp_path / "second.tif") as tif:
        kept = tif.pages[0].tags[700].value
    assert long.encode() in kept
    assert kept.count(b"<stEvt:action>converted<") == 2


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


def test_content_credentials_are_left_out_and_said(tmp_path):
    path, target = tmp_path / "scan.png", tmp_path / "result.png"
    data = bytearray(draw_photo.encoded(Image.fromarray(draw_photo.gray()), "PNG"))
    chunk = b"caBX" + b"jumb of an old picture"
    data[33:33] = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(data)
    _, sink = colour(path, target)
    assert any("C2PA" in warning for warning in sink.warnings)
    assert b"caBX" not in target.read_bytes()
