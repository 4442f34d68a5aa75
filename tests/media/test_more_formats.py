"""Formats that other programs write: what imagecodecs, tifffile and Pillow encode is read."""

import re
import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from colorizer.archive.planning.plan import plan_run
from colorizer.media.photo.ends import jpeg_layout
from colorizer.media.photo.facts import photo_facts
from colorizer.media.photo.jpeg_kind import suffix_to_follow
from colorizer.media.photo.suffixes import PHOTO_SUFFIXES, photo_suffix
from colorizer.settings import Settings
from tests import draw_photo
from tests.media.odd_photos import psd, write
from tests.media.photo.coloured import colour
from tests.media.photo.opening import L_of, L_of_frame, open_photo


@pytest.mark.parametrize("bits", [12, 16])
def test_lossless_jpeg_keeps_every_code(tmp_path, bits):
    drawn = draw_photo.gray(bits)
    data = imagecodecs.jpeg_encode(drawn, lossless=True, bitspersample=bits)
    frame, source = open_photo(write(tmp_path / "lossless.jpg", data))
    assert np.array_equal(frame.Y, drawn)
    assert (frame.bits, source.page.coding.depth) == (bits, 16)


@pytest.mark.parametrize("name", ["gray", "tinted"])
def test_twelve_bit_jpeg_is_read_at_its_depth(tmp_path, name):
    drawn = getattr(draw_photo, name)(12)
    data = imagecodecs.jpeg_encode(drawn, level=99, bitspersample=12)
    frame, source = open_photo(write(tmp_path / "deep.jpg", data))
    rgb = imagecodecs.jpeg_decode(data)  # libjpeg-turbo
    rgb = np.rint(rgb * (65535 / 4095)).astype(np.uint16)
    expected = L_of(rgb if rgb.ndim == 3 else np.dstack([rgb] * 3))
    assert np.abs(L_of_frame(frame) - expected).max() < 0.01
    assert source.page.coding.depth == 16


def test_jpeg_ls_keeps_every_code(tmp_path):
    data = imagecodecs.jpegls_encode(draw_photo.gray(16))
    frame, _ = open_photo(write(tmp_path / "scan.jls", data))
    assert np.array_equal(frame.Y, draw_photo.gray(16))


def test_the_end_of_a_jpeg_ls_is_found_behind_bytes_that_would_be_markers_of_a_jpeg(tmp_path):
    data = imagecodecs.jpegls_encode(draw_photo.gray())
    scan = data[data.index(b"\xff\xda") :]
    assert re.search(rb"\xff[\x01-\x7f]", scan), "a JPEG has no such bytes in its scan"
    _, source = open_photo(write(tmp_path / "scan.jls", data))
    assert source.warnings == []
    assert jpeg_layout(data[:-2]).end is None


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_avif_is_read_at_its_depth(tmp_path, bits):
    drawn = draw_photo.tinted(bits)
    data = imagecodecs.avif_encode(drawn, level=100, bitspersample=bits)
    frame, source = open_photo(write(tmp_path / "photo.avif", data))
    rgb = np.rint(imagecodecs.avif_decode(data) * (65535 / (2**bits - 1))).astype(np.uint16)
    assert np.abs(L_of_frame(frame) - L_of(rgb)).max() < (0.5 if bits == 8 else 0.02)
    assert source.page.coding.depth == (8 if bits == 8 else 16)


@pytest.mark.parametrize("bits", [8, 16])
def test_jpeg_xl_keeps_every_code(tmp_path, bits):
    data = imagecodecs.jpegxl_encode(draw_photo.gray(bits), lossless=True)
    frame, _ = open_photo(write(tmp_path / "scan.jxl", data))
    assert np.array_equal(frame.Y, draw_photo.gray(bits))


@pytest.mark.parametrize("name", ["photo.gif", "photo.tga"])
def test_pillows_formats_are_read(tmp_path, name):
    path = tmp_path / name
    Image.fromarray(draw_photo.gray()).save(path)
    frame, _ = open_photo(path)
    assert np.array_equal(np.rint(frame.Y / (257 if frame.bits == 16 else 1)), draw_photo.gray())


@pytest.mark.parametrize("compression", [0, 1])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("bits", [8, 16])
def test_the_composite_of_a_photoshop_document_is_read(tmp_path, compression, large, bits):
    rgb = draw_photo.tinted(bits)
    planes = list(np.moveaxis(rgb, -1, 0))
    data = psd(planes, 3, compression=compression, large=large)
    path = write(tmp_path / "layers.psd", data)
    frame, source = open_photo(path)
    assert np.abs(L_of_frame(frame) - L_of(rgb)).max() < 0.01
    assert source.page.coding.depth == bits
    if bits == 8 and not large:
        with Image.open(path) as image:  # Pillow agrees with the specification
            assert np.array_equal(np.asarray(image), rgb)


def test_a_photoshop_document_keeps_its_profile_and_resolution(tmp_path):
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    parts = {0x040F: icc, 0x03ED: struct.pack(">iHHiHH", 600 << 16, 1, 1, 600 << 16, 1, 1)}
    resources = b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + bytes(len(data) % 2)
        for number, data in parts.items()
    )
    path = write(tmp_path / "gray.psd", psd([draw_photo.gray()], 1, resources=resources))
    _, source = open_photo(path)
    assert source.page.metadata.dpi() == (600, 600)
    assert source.page.metadata.icc == icc


def test_results_of_formats_that_can_not_be_written_are_tiff(tmp_path):
    for suffix in (".gif", ".psd", ".avif", ".jxl", ".tga", ".jls"):
        assert suffix in PHOTO_SUFFIXES
        assert photo_suffix(suffix, "same") == ".tif"
    data = imagecodecs.jpegxl_encode(draw_photo.gray(16), lossless=True)
    colour(write(tmp_path / "scan.jxl", data), tmp_path / "scan.tif")
    assert tifffile.imread(tmp_path / "scan.tif").dtype == np.uint16


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.float16])
def test_floating_point_tiff_is_read(tmp_path, kind):
    value = (draw_photo.gray(16) / 65535).astype(kind)
    tifffile.imwrite(tmp_path / "float.tif", value, photometric="minisblack")
    frame, source = open_photo(tmp_path / "float.tif")
    assert np.array_equal(frame.Y, np.rint(value.astype(float) * 65535))
    assert any("become 16 bits" in line for line in source.warnings)


def test_integers_of_32_bits_are_read(tmp_path):
    value = draw_photo.gray(16).astype(np.uint32) << 16
    tifffile.imwrite(tmp_path / "deep.tif", value, photometric="minisblack")
    frame, _ = open_photo(tmp_path / "deep.tif")
    assert np.abs(frame.Y.astype(int) - draw_photo.gray(16)).max() <= 1


@pytest.mark.parametrize("kind", [np.float32, np.uint32])
@pytest.mark.parametrize("bits", [8, 16])
def test_codes_stored_in_wider_samples_keep_their_white(tmp_path, kind, bits):
    """255 and 65535 are white, as in the integers that they were made of."""
    codes = draw_photo.gray(bits)
    codes[0, 0] = 2**bits - 1
    tifffile.imwrite(tmp_path / "wide.tif", codes.astype(kind), photometric="minisblack")
    frame, _ = open_photo(tmp_path / "wide.tif")
    assert np.array_equal(frame.Y, codes.astype(int) * (257 if bits == 8 else 1))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("name", ["cielab", "icclab"])
def test_cielab_tiff_has_the_lightness_it_states(tmp_path, name, bits):
    """TIFF 6.0, section 23: L* from 0 to 100 over all codes, a* and b* signed."""
    L = draw_photo.gray(bits)
    zero = 0 if name == "cielab" else 2 ** (bits - 1)
    lab = np.dstack([L, np.full_like(L, zero), np.full_like(L, zero)])
    tifffile.imwrite(tmp_path / "lab.tif", lab, photometric=name)
    frame, _ = open_photo(tmp_path / "lab.tif")
    assert np.abs(L_of_frame(frame) - L * (100 / (2**bits - 1))).max() < 0.01


def test_ycbcr_tiff_without_jpeg_is_read_as_libtiff_does(tmp_path):
    with Image.fromarray(draw_photo.tinted()) as image:
        ycc = np.asarray(image.convert("YCbCr"))
    path = tmp_path / "ycc.tif"
    tifffile.imwrite(path, ycc, photometric="ycbcr")
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB"))
    frame, _ = open_photo(path)
    assert np.abs(L_of_frame(frame) - L_of(expected)).max() < 0.5


def test_old_style_jpeg_tiff_is_read_as_libtiff_does(tmp_path):
    """TIFF 6.0, section 22: a whole JPEG at the place that JPEGInterchangeFormat names."""
    jpeg = draw_photo.encoded(
        Image.fromarray(draw_photo.tinted()), "JPEG", quality=98, subsampling=0
    )
    height, width = draw_photo.SIZE
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, 0), (259, 3, 1, 6), (262, 3, 1, 6),
        (273, 4, 1, 0), (277, 3, 1, 3), (278, 4, 1, height), (279, 4, 1, len(jpeg)),
        (512, 3, 1, 1), (513, 4, 1, 0), (514, 4, 1, len(jpeg)), (530, 3, 2, 1 | 1 << 16),
    ]  # fmt: skip
    depths = 8 + 2 + 12 * len(entries) + 4
    places = {258: depths, 273: depths + 6, 513: depths + 6}
    table = b"".join(
        struct.pack("<HHII", tag, kind, count, places.get(tag, value))
        for tag, kind, count, value in entries
    )
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + table + bytes(4)
    path = write(tmp_path / "old.tif", head + struct.pack("<3H", 8, 8, 8) + jpeg)
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB"))
    frame, _ = open_photo(path)
    assert np.abs(L_of_frame(frame) - L_of(expected)).max() < 0.5


def test_avif_by_its_compatible_brand_is_read(tmp_path):
    data = bytearray(imagecodecs.avif_encode(draw_photo.tinted(), level=95))
    data[8:12] = b"mif1"
    frame, _ = open_photo(write(tmp_path / "photo.avif", data))
    assert frame.Y.shape == draw_photo.SIZE


def test_probe_tells_size_and_depth_of_them_all(tmp_path):
    drawn, deep = draw_photo.gray(), draw_photo.gray(16)
    files = {
        "a.gif": (draw_photo.encoded(Image.fromarray(drawn), "GIF"), 8),
        "a.jpg": (
            imagecodecs.jpeg_encode(draw_photo.gray(12), lossless=True, bitspersample=12),
            12,
        ),
        "a.jls": (imagecodecs.jpegls_encode(deep), 16),
        "a.jxl": (imagecodecs.jpegxl_encode(deep, lossless=True), 16),
        "a.psd": (psd([deep], 1), 16),
        "a.avif": (imagecodecs.avif_encode(draw_photo.tinted(), level=90), 8),
    }
    for name, (data, bits) in files.items():
        facts = photo_facts(write(tmp_path / name, data))
        assert (facts["height"], facts["width"], facts["bits"]) == (*draw_photo.SIZE, bits), name


@pytest.mark.parametrize(("bits", "lossless"), [(12, False), (16, True), (8, True)])
def test_results_of_jpegs_beyond_eight_bits_or_without_loss_are_tiff(tmp_path, bits, lossless):
    """ISO/IEC 10918-1, table B.1: SOF1 of 12 bits and SOF3 are such frames."""
    data = imagecodecs.jpeg_encode(
        draw_photo.gray(bits), level=95, bitspersample=bits, lossless=lossless
    )
    path = write(tmp_path / "scan.jpg", data)
    assert suffix_to_follow(path) == ".tif"
    plain = draw_photo.draw(tmp_path, "gray.jpg")
    assert suffix_to_follow(plain) == ".jpg"
    assert suffix_to_follow(tmp_path / "missing.JPG") == ".jpg"
    plan = plan_run([str(tmp_path)], str(tmp_path / "out"), Settings())
    assert sorted(job.target.name for job in plan.jobs) == ["gray_color.jpg", "scan_color.tif"]
