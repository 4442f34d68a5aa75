"""Formats that other programs write: what imagecodecs, tifffile and Pillow encode is read."""

import struct
from itertools import pairwise

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from colorizer.archive.planning.plan import plan_run
from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.photo.facts import photo_facts
from colorizer.media.photo.jpeg_kind import suffix_to_follow
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.suffixes import PHOTO_SUFFIXES, photo_suffix
from colorizer.settings import Reading, Settings
from tests import draw_photo
from tests.media.photo.test_still import L_of, L_of_frame, open_photo
from tests.media.photo.test_still_sink import colour


def write(path, data):
    path.write_bytes(bytes(data))
    return path


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


def psd(planes, mode, *, compression=0, large=False, resources=b"", layers=b""):
    """Write a document as Adobe's file format specification lays it out."""
    height, width = planes[0].shape
    bits = 8 * planes[0].itemsize
    head = struct.pack(
        ">4sH6sHIIHH", b"8BPS", 2 if large else 1, bytes(6), len(planes), height, width, bits, mode
    )
    body = struct.pack(">I", 0) + struct.pack(">I", len(resources)) + resources
    body += struct.pack(">Q" if large else ">I", len(layers)) + layers
    wire = [plane.astype(plane.dtype.newbyteorder(">")) for plane in planes]
    rows = [row.tobytes() for plane in wire for row in plane]
    body += struct.pack(">H", compression)
    if compression == 1:
        packed = [bytes(imagecodecs.packbits_encode(row)) for row in rows]
        body += b"".join(struct.pack(">I" if large else ">H", len(row)) for row in packed)
        rows = packed
    return head + body + b"".join(rows)


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


def test_jpeg_ls_in_a_tiff_is_not_called_damaged(tmp_path):
    path = tmp_path / "inner.tif"
    stream = bytes(imagecodecs.jpegls_encode(draw_photo.gray()))
    tifffile.imwrite(
        path, iter([stream]), shape=draw_photo.SIZE, dtype=np.uint8, photometric="minisblack",
        compression="jpeg", rowsperstrip=draw_photo.SIZE[0],
    )  # fmt: skip
    reason = reason_of(path).reason
    assert "not supported: it holds JPEG-LS" in reason


def test_avif_by_its_compatible_brand_is_read(tmp_path):
    data = bytearray(imagecodecs.avif_encode(draw_photo.tinted(), level=95))
    data[8:12] = b"mif1"
    frame, _ = open_photo(write(tmp_path / "photo.avif", data))
    assert frame.Y.shape == draw_photo.SIZE


def reason_of(path):
    with pytest.raises(MediaError) as caught:
        open_photo(path)
    return caught.value


def test_not_supported_is_another_word_than_damaged(tmp_path):
    volume = np.zeros((3, 40, 56), np.uint8) + draw_photo.gray()
    tifffile.imwrite(tmp_path / "volume.tif", volume, volumetric=True, photometric="minisblack")
    signed = draw_photo.gray(16).astype(np.int16) - 4000
    tifffile.imwrite(tmp_path / "signed.tif", signed, photometric="minisblack")
    hierarchical = bytearray(draw_photo.encoded(Image.fromarray(draw_photo.gray()), "JPEG"))
    hierarchical[hierarchical.index(b"\xff\xc0") + 1] = 0xC5
    write(tmp_path / "steps.jpg", hierarchical)
    write(tmp_path / "layers.psd", psd([draw_photo.gray()], 7))
    hole = np.full(draw_photo.SIZE, np.nan, np.float32)
    tifffile.imwrite(tmp_path / "hole.tif", hole, photometric="minisblack")
    path = tmp_path / "codec.tif"
    tifffile.imwrite(path, draw_photo.gray(), photometric="minisblack", compression="zlib")
    with tifffile.TiffFile(path) as tif:
        place = tif.pages.first.tags["Compression"].valueoffset
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, place, 60000)
    path.write_bytes(data)
    for name in ("volume.tif", "signed.tif", "steps.jpg", "layers.psd", "hole.tif", "codec.tif"):
        error = reason_of(tmp_path / name)
        assert isinstance(error, UnsupportedMedia), name
        assert "not supported" in error.reason
        assert "save" in error.reason
        assert "damaged" not in error.reason


def whole_files():
    drawn = Image.fromarray(draw_photo.noise())
    yield from ((kind, draw_photo.encoded(drawn, kind)) for kind in ("JPEG", "PNG", "WEBP", "BMP"))
    yield "GIF", draw_photo.encoded(drawn, "GIF")
    yield "JP2", bytes(imagecodecs.jpeg2k_encode(draw_photo.noise(), level=0, reversible=True))
    yield "AVIF", bytes(imagecodecs.avif_encode(np.dstack([draw_photo.noise()] * 3), level=90))
    yield "JXL", bytes(imagecodecs.jpegxl_encode(draw_photo.noise(), lossless=True))
    yield "PSD", psd([draw_photo.noise()], 1)


@pytest.mark.parametrize(
    ("kind", "data"), list(whole_files()), ids=lambda v: v if len(v) < 5 else ""
)
def test_what_lacks_its_end_is_called_cut_off(tmp_path, kind, data):
    path = write(tmp_path / f"cut.{kind.lower()}", data[: len(data) * 2 // 3])
    reason = reason_of(path).reason
    assert "cut off" in reason or kind == "JXL"  # its bare codestream says nothing of its length
    assert "or cut off" not in reason
    assert "b'" not in reason


def test_what_has_its_end_and_does_not_decode_is_called_damaged(tmp_path):
    data = bytearray(draw_photo.encoded(Image.fromarray(draw_photo.noise()), "PNG"))
    place = data.index(b"IDAT") + 100
    data[place : place + 40] = bytes(40)
    reason = reason_of(write(tmp_path / "bad.png", data)).reason
    assert "is damaged" in reason
    assert "cut off" not in reason


@pytest.mark.parametrize("name", ["gray16.tif", "gray.jpg", "gray.png", "tinted.tif"])
@pytest.mark.parametrize("suffix", [".fff", ".nef", ".dng", ".3fr"])
def test_the_content_of_a_file_named_raw_decides(tmp_path, name, suffix):
    plain = draw_photo.draw(tmp_path, name)
    named = plain.rename(tmp_path / f"scan{suffix}")
    frame, _ = open_photo(named)
    expected, _ = open_photo(draw_photo.draw(tmp_path, name))
    assert np.array_equal(frame.Y, expected.Y)


def test_a_camera_raw_is_one_whatever_its_name(tmp_path):
    pytest.importorskip("rawpy")
    raw = draw_photo.dng(tmp_path / "photo.tif")
    _, source = open_photo(raw)
    assert source.page.coding.format == "raw"


def test_what_no_raw_library_reads_is_told_in_words(tmp_path):
    pytest.importorskip("rawpy")
    error = reason_of(write(tmp_path / "noise.nef", draw_photo.noise().tobytes()))
    assert "b'" not in error.reason
    assert "not supported" in error.reason


def motion_photo(path, film=b"\0\0\0\x18ftypmp42" + bytes(range(256))):
    path.write_bytes(draw_photo.encoded(Image.fromarray(draw_photo.gray()), "JPEG") + film)
    return film


def test_the_film_behind_a_motion_photo_is_kept_or_named(tmp_path):
    film = motion_photo(tmp_path / "motion.jpg")
    _, sink = colour(tmp_path / "motion.jpg", tmp_path / "result.jpg")
    assert (tmp_path / "result.jpg").read_bytes().endswith(b"\xff\xd9" + film)
    assert sink.warnings == []
    _, sink = colour(tmp_path / "motion.jpg", tmp_path / "result.png")
    assert any("bytes after the end" in line for line in sink.warnings)


def test_a_jpeg_that_lacks_only_its_end_marker_is_read(tmp_path):
    data = draw_photo.encoded(Image.fromarray(draw_photo.noise()), "JPEG", quality=95)
    whole, _ = open_photo(write(tmp_path / "whole.jpg", data))
    frame, source = open_photo(write(tmp_path / "open.jpg", data[:-2]))
    assert np.array_equal(frame.Y, whole.Y)
    assert source.warnings == ["its end marker is missing; the picture is complete"]
    lengths = (len(data) // 4, len(data) // 2, len(data) - 40)
    for length, longer in pairwise((*lengths, len(data))):
        assert longer > length
        assert "cut off" in reason_of(write(tmp_path / "cut.jpg", data[:length])).reason


EARLY = [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 2}]


def ended_early(data: bytes, share: float) -> bytes:
    """Put the end marker into the coded data of a JPEG; see ITU-T T.81, B.1.1.3 and B.2.1."""
    begin = data.index(b"\xff\xda") + 2
    begin += int.from_bytes(data[begin : begin + 2], "big")
    return data[: begin + int((len(data) - 2 - begin) * share)].rstrip(b"\xff") + b"\xff\xd9"


@pytest.mark.parametrize("options", EARLY, ids=repr)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_whose_end_marker_comes_early_is_cut_off(tmp_path, options, mode):
    """Pillow decodes it without a word, what is missing in gray."""
    picture = Image.fromarray(draw_photo.noise((240, 320))).convert(mode)
    data = draw_photo.encoded(picture, "JPEG", **options)
    _, source = open_photo(write(tmp_path / "whole.jpg", data))
    assert not any("missing" in line for line in source.warnings)
    for share in (0.2, 0.6, 0.9):
        path = write(tmp_path / "early.jpg", ended_early(data, share))
        if "progressive" not in options:
            with Image.open(path) as image:
                image.load()
        assert reason_of(path).reason.startswith("is cut off: its end marker comes before")
        with StillSource(path, Reading(damaged="salvage"), side=32) as source:
            (frame,) = source.frames()
        assert frame.Y.shape == (picture.height, picture.width)
        if "progressive" not in options:
            assert source.salvage.missing[1] == pytest.approx(1 - share, abs=0.15)


def test_a_progressive_jpeg_that_ends_between_two_scans_is_cut_off(tmp_path):
    data = draw_photo.encoded(Image.fromarray(draw_photo.noise()), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")  # where its last scan begins
    last = data.rindex(b"\xff\xc4", 0, last) if data.rindex(b"\xff\xc4") < last else last
    for end in (b"\xff\xd9", b""):
        reason = reason_of(write(tmp_path / "early.jpg", data[:last] + end)).reason
        assert reason.startswith("is cut off")


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("options", EARLY, ids=repr)
def test_a_jpeg_of_one_gray_is_whole(tmp_path, value, options):
    flat = Image.new("RGB", (150, 101), (value, value, value))
    data = draw_photo.encoded(flat, "JPEG", **options)
    _, source = open_photo(write(tmp_path / "flat.jpg", data))
    assert not any("cut off" in line or "missing" in line for line in source.warnings)


@pytest.mark.parametrize("lossless", [False, True])
def test_a_12_bit_jpeg_whose_end_marker_comes_early_is_no_whole_one(tmp_path, lossless):
    codes = np.random.default_rng(0).integers(0, 4096, (101, 150)).astype(np.uint16)
    data = imagecodecs.jpeg_encode(codes, lossless=lossless, bitspersample=12)
    open_photo(write(tmp_path / "whole.jpg", data))
    for share in (0.3, 0.8):
        error = reason_of(write(tmp_path / "early.jpg", ended_early(data, share)))
        assert error.reason.startswith("is cut off")


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
