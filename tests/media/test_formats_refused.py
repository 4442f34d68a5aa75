"""What is cut off, damaged or not supported is called so, each by its own word."""

import struct
from itertools import pairwise

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.photo.still import StillSource
from colorizer.settings import Reading
from tests import draw_photo
from tests.media.odd_photos import psd, write
from tests.media.photo.coloured import colour
from tests.media.photo.opening import open_photo


def test_jpeg_ls_in_a_tiff_is_not_called_damaged(tmp_path):
    path = tmp_path / "inner.tif"
    stream = bytes(imagecodecs.jpegls_encode(draw_photo.gray()))
    tifffile.imwrite(
        path, iter([stream]), shape=draw_photo.SIZE, dtype=np.uint8, photometric="minisblack",
        compression="jpeg", rowsperstrip=draw_photo.SIZE[0],
    )  # fmt: skip
    reason = reason_of(path).reason
    assert "not supported: it holds JPEG-LS" in reason


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


@pytest.mark.matrix
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
