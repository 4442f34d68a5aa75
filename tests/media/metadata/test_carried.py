"""None"""

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
from colorizer.media.metadata.xmp import GENERATED
from colorizer.media.photo import scan_tiff, still_tiff
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_sink import StillSink
from tests import draw_photo
from tests.media.metadata.packets import CAPTION, IPTC, PHOTOSHOP, SOURCE_XMP, THUMBNAIL, exif_block

"""IIM records: object name and caption."""


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


def test_content_credentials_are_left_out_and_said(tmp_path):
    path, target = tmp_path / "scan.png", tmp_path / "result.png"
    data = bytearray(draw_photo.encoded(Image.fromarray(draw_photo.gray()), "PNG"))
    chunk = b"caBX" + b"jumb of an old picture"
    data[33:33] = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(data)
    _, sink = colour(path, target)
    assert any("C2PA" in warning for warning in sink.warnings)
    assert b"caBX" not in target.read_bytes()
