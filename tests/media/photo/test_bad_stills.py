"""Photos that are refused or read with a warning, each with its reason."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.photo.facts import photo_facts
from colorizer.media.photo.scan import check_claim
from colorizer.media.photo.still import StillSource
from tests import draw_photo
from tests.media.photo.opening import open_photo


def test_a_damaged_page_is_named(tmp_path):
    path = draw_photo.draw(tmp_path, "pages.tif")
    with tifffile.TiffFile(path) as tif:
        place = tif.pages[1].tags["BitsPerSample"].valueoffset
    data = bytearray(path.read_bytes())
    data[place : place + 2] = b"\x80\0"
    path.write_bytes(data)
    with StillSource(path, side=32) as source:
        frames = source.frames()
        next(frames)
        with pytest.raises(MediaError, match="page 2 of 3"):
            next(frames)


def test_a_document_cut_between_its_pages_is_refused(tmp_path):
    path = draw_photo.draw(tmp_path, "pages.tif")
    with tifffile.TiffFile(path) as tif:
        place = tif.pages[2].offset
    path.write_bytes(path.read_bytes()[:place])
    with pytest.raises(MediaError, match="after page 2"):
        open_photo(path)


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [("PhotometricInterpretation", 2, "1 of 3 colours"), ("StripByteCounts", 0, "does not say"),
     ("BitsPerSample", 128, "128-bit"), ("ImageWidth", 0, "0 x 40")],
)  # fmt: skip
def test_a_damaged_tag_is_a_reason(tmp_path, tag, value, words):
    path = draw_photo.draw(tmp_path, "gray.tif")
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        place, size = tif.pages[0].tags[tag].valueoffset, tif.pages[0].tags[tag].valuebytecount
    data[place : place + size] = value.to_bytes(size, "little")
    path.write_bytes(data)
    with pytest.raises(MediaError, match=words):
        open_photo(path)


def test_pages_in_a_circle_are_refused(tmp_path):
    path = draw_photo.draw(tmp_path, "gray.tif")
    data = bytearray(path.read_bytes())
    first = int.from_bytes(data[4:8], "little")
    link = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    data[link : link + 4] = data[4:8]
    path.write_bytes(data)
    with pytest.raises(MediaError, match="no end"):
        open_photo(path)


def test_small_copies_are_left_out_and_named(tmp_path):
    path = tmp_path / "thumbnail.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(draw_photo.gray()[::4, ::4].copy(), photometric="minisblack", subfiletype=1)
        writer.write(draw_photo.gray(), photometric="minisblack", contiguous=False)
    frame, source = open_photo(path)
    assert np.array_equal(frame.Y, draw_photo.gray())
    assert source.warnings == ["its small copies and masks are left out: page 1"]


def test_a_damaged_profile_is_a_warning(tmp_path):
    path = tmp_path / "profile.jpg"
    Image.fromarray(draw_photo.gray()).save(path, icc_profile=b"nothing of use" * 20)
    frame, source = open_photo(path)
    assert frame.Y.shape == draw_photo.SIZE
    assert "sRGB is assumed" in source.warnings[0]


@pytest.mark.parametrize("name", draw_photo.UNREADABLE)
def test_what_is_no_photo_is_refused_in_one_line(tmp_path, name):
    path = draw_photo.draw(tmp_path, name)
    with pytest.raises(MediaError) as caught:
        open_photo(path)
    assert caught.value.path == path
    assert caught.value.reason
    assert "\n" not in str(caught.value)


def test_reasons_are_clear(tmp_path):
    reasons = {
        "empty.jpg": "0 bytes",
        "text.jpg": "not that of a photo",
        "picture.jxr": "not supported: its content is a JPEG XR",
        "cut.jpg": "cut off",
        "cut.tif": "cut off",
        "cut.pgm": "cut off",
        "wild.pgm": "56 x 99999999",
    }
    for name, words in reasons.items():
        with pytest.raises(MediaError, match=words):
            open_photo(draw_photo.draw(tmp_path, name))
    with pytest.raises(MediaError, match="is a folder"):
        open_photo(tmp_path)
    with pytest.raises(MediaError, match="not found; check its name, and that its drive"):
        open_photo(tmp_path / "nowhere.jpg")


def test_a_tiff_cut_between_strips_is_refused(tmp_path):
    path = tmp_path / "cut.tif"
    tifffile.imwrite(path, draw_photo.noise(), compression="zlib", rowsperstrip=4)
    with tifffile.TiffFile(path) as tif:
        boundary = tif.pages[0].dataoffsets[6]
    path.write_bytes(path.read_bytes()[:boundary])
    with pytest.raises(MediaError, match="cut off"):
        open_photo(path)


def test_a_tiff_with_missing_tiles_is_refused(tmp_path):
    path = draw_photo.draw(tmp_path, "gray16_tiled.tif")
    with tifffile.TiffFile(path) as tif:
        width = tif.pages[0].tags[256].valueoffset
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, width, 4096)
    path.write_bytes(data)
    with pytest.raises(MediaError, match="6 of 384 parts"):
        open_photo(path)


def test_complex_tiff_is_refused(tmp_path):
    path = tmp_path / "complex.tif"
    tifffile.imwrite(path, draw_photo.gray().astype(np.complex64))
    with pytest.raises(UnsupportedMedia, match="not supported"):
        open_photo(path)


def test_content_decides_not_the_name(tmp_path):
    path = draw_photo.draw(tmp_path, "gray16.png").rename(tmp_path / "scan.jpg")
    frame, source = open_photo(path)
    assert np.array_equal(frame.Y, draw_photo.gray(16))
    assert source.page.coding.format == "png"


def test_a_header_that_claims_gigapixels_is_refused_without_memory(tmp_path):
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    file.seek(8)
    file.write(struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)))
    path = tmp_path / "bomb.png"
    path.write_bytes(file.getvalue() + struct.pack(">I", 4) + b"IDATxxxx")
    tracemalloc.start()
    with pytest.raises(MediaError, match="60000 x 60000"):
        open_photo(path)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


@pytest.mark.slow
def test_a_sound_webp_of_many_equal_pixels_is_not_called_damaged(tmp_path):
    path = tmp_path / "blank.webp"
    size = (12640, 11000)  # 139 megapixels, which libwebp packs into a few hundred bytes
    Image.new("L", size, 77).convert("RGB").save(path, lossless=True, quality=0, method=0)
    assert size[0] * size[1] > 10_000 * path.stat().st_size
    facts = photo_facts(path)
    assert (facts["width"], facts["height"]) == size
    check_claim(path, size[1], size[0], path.stat().st_size, "WEBP")
    with pytest.raises(MediaError, match="damaged"):
        check_claim(path, size[1], size[0], path.stat().st_size, "PNG")
