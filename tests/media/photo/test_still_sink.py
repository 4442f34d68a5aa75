"""None"""

import os
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.colour.cielab import gray_to_L, srgb_to_lab
from colorizer.errors import TargetError
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_sink import StillSink
from colorizer.media.photo.suffixes import photo_suffix
from tests import draw_photo
from tests.media.photo.coloured import AB, colour, read_back


def lab(rgb):
    scaled = np.moveaxis(rgb[..., :3].astype(np.float64), -1, 0) / np.iinfo(rgb.dtype).max
    return srgb_to_lab(scaled)


@pytest.mark.parametrize("name", draw_photo.PHOTOS)
def test_every_format_keeps_its_lightness_and_depth(tmp_path, name):
    path = draw_photo.draw(tmp_path, name)
    target = (tmp_path / "out" / name).with_suffix(photo_suffix(path.suffix, "same"))
    frame, sink = colour(path, target)
    result = read_back(target)
    assert result.dtype == (np.uint16 if "16" in name else np.uint8)
    assert result.shape == (*draw_photo.SIZE, 4 if "alpha" in name else 3)
    L, a, b = lab(result)
    difference = np.abs(L - gray_to_L(frame.Y / (2.0**frame.bits - 1)))
    lossy = name.endswith("jpg") or name == "lossy.webp"
    depth_limit = 0.01 if "16" in name else 0.45
    assert difference.max() < (8 if lossy else depth_limit)
    assert difference.mean() < (0.6 if lossy else 0.3)
    assert abs(np.median(a) - AB[0]) < 1.5
    assert abs(np.median(b) - AB[1]) < 1.5
    if not lossy:
        assert sink.mean_dL == pytest.approx(difference.mean(), abs=0.002)
        assert sink.max_dL == pytest.approx(difference.max(), abs=0.002)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_all_pages_are_written_with_what_they_carry(tmp_path):
    target = tmp_path / "result.tif"
    _, sink = colour(draw_photo.draw(tmp_path, "pages.tif"), target, ab=(0, 0))
    with tifffile.TiffFile(target) as tif:
        assert len(tif.pages) == 3
        for number, (page, drawn) in enumerate(
            zip(tif.pages, draw_photo.page_pictures(), strict=True)
        ):
            assert page.dtype == drawn.dtype
            assert np.abs(page.asarray() - drawn[..., None].astype(int)).max() <= 1
            assert page.subfiletype == 2
            assert page.tags[297].value == (number, 3)
            assert page.tags[285].value == f"leaf {number}"
            assert page.tags[700].value
    assert sink.max_dL < 0.01
    assert sink.warnings == []


def test_a_format_of_one_page_gets_the_first_and_says_so(tmp_path):
    path = draw_photo.draw(tmp_path, "pages.tif").rename(tmp_path / "pages.jpg")
    _, sink = colour(path, tmp_path / "result.jpg")
    assert any("only the first of 3 pages" in warning for warning in sink.warnings)
    assert read_back(tmp_path / "result.jpg").shape == (*draw_photo.SIZE, 3)


@pytest.mark.parametrize(
    "name", ["gray_alpha.png", "gray16_alpha.png", "tinted_alpha.tif", "gray16_alpha.tif"]
)
def test_alpha_comes_back(tmp_path, name):
    target = tmp_path / "out" / name
    colour(draw_photo.draw(tmp_path, name), target)
    assert np.array_equal(read_back(target)[..., 3], draw_photo.alpha(16 if "16" in name else 8))


def test_without_colour_the_gray_codes_come_back(tmp_path):
    for name, bits in (("gray.png", 8), ("gray16.tif", 16), ("gray16.png", 16)):
        target = tmp_path / f"out_{name}"
        _, sink = colour(draw_photo.draw(tmp_path, name), target, ab=(0, 0))
        difference = read_back(target).astype(int) - draw_photo.gray(bits)[..., None]
        assert np.abs(difference).max() <= (0 if bits == 8 else 1)
        assert sink.max_dL < 0.005


def test_jpeg_is_444_and_progressive_as_its_source(tmp_path):
    for name, progressive in (("gray.jpg", False), ("progressive.jpg", True)):
        target = tmp_path / f"out_{name}"
        colour(draw_photo.draw(tmp_path, name), target)
        with Image.open(target) as image:
            assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3
            assert bool(image.info.get("progressive")) is progressive


@pytest.mark.parametrize(
    ("name", "compression", "byteorder", "big"),
    [("gray16.tif", 1, "<", False), ("gray16_lzw.tif", 5, "<", False),
     ("gray16_zip.tif", 8, "<", False), ("gray16_lzw_big_endian.tif", 5, ">", False),
     ("gray16_bigtiff.tif", 1, "<", True), ("tinted_jpeg.tif", 8, "<", False)],
)  # fmt: skip
def test_tiff_follows_its_source(tmp_path, name, compression, byteorder, big):
    target = tmp_path / f"out_{name}"
    colour(draw_photo.draw(tmp_path, name), target)
    with tifffile.TiffFile(target) as tif:
        assert tif.pages[0].compression == compression
        assert tif.byteorder == byteorder
        assert tif.is_bigtiff is big


def test_pillow_reads_our_tiff_too(tmp_path):
    for name in ("tinted.tif", "palette.tif", "white_is_zero.tif", "tinted_alpha.tif"):
        target = tmp_path / f"out_{name}"
        colour(draw_photo.draw(tmp_path, name), target)
        with Image.open(target) as image:
            assert np.array_equal(np.asarray(image), tifffile.imread(target))


@pytest.mark.slow
def test_a_photo_of_many_strips_is_whole(tmp_path):
    tall = draw_photo.gray(16, (3001, 700))
    for compression in (None, "lzw", "zlib"):
        path, target = tmp_path / "tall.tif", tmp_path / f"{compression}.tif"
        tifffile.imwrite(path, tall, compression=compression, photometric="minisblack")
        colour(path, target, ab=(0, 0))
        assert np.abs(tifffile.imread(target)[..., 1].astype(int) - tall).max() <= 1


def colour_and_fail(source_path, target, error):
    with (
        StillSource(source_path, side=32) as source,
        StillSink(target, like=source) as sink,
    ):
        (frame,) = source.frames()
        sink.write(replace(frame, ab=np.zeros((2, *draw_photo.SIZE), np.float32)))
        assert sink.part.exists()
        raise error


@pytest.mark.parametrize("suffix", [".bmp", ".ppm"])
def test_a_format_without_profiles_gets_srgb_and_says_so(tmp_path, suffix):
    Image.fromarray(np.full((40, 50), 120, np.uint8)).save(tmp_path / "a.png")
    plain, told = tmp_path / f"plain{suffix}", tmp_path / f"told{suffix}"
    colour(tmp_path / "a.png", plain)
    _, sink = colour(tmp_path / "a.png", told, profile="adobe-rgb")
    assert any("can't hold a profile: the result is in sRGB" in line for line in sink.warnings)
    assert np.array_equal(read_back(told), read_back(plain))


@pytest.mark.parametrize("error", [KeyboardInterrupt, GeneratorExit, ValueError])
def test_failure_leaves_nothing(tmp_path, error):
    target = tmp_path / "out" / "gray.jpg"
    with pytest.raises(error):
        colour_and_fail(draw_photo.draw(tmp_path, "gray.jpg"), target, error)
    assert list(target.parent.iterdir()) == []


def test_an_existing_result_stays_until_the_new_one_is_complete(tmp_path):
    source_path = draw_photo.draw(tmp_path, "gray.png")
    target = tmp_path / "result.png"
    target.write_bytes(b"old")
    with (
        StillSource(source_path, side=32) as source,
        StillSink(target, like=source) as sink,
    ):
        (frame,) = source.frames()
        sink.write(replace(frame, ab=np.zeros((2, *draw_photo.SIZE), np.float32)))
        assert target.read_bytes() == b"old"
    assert read_back(target).shape == (*draw_photo.SIZE, 3)


def test_a_full_disk_is_a_target_error_and_leaves_nothing(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TargetError, match="No space left"):
        colour(draw_photo.draw(tmp_path, "gray.png"), tmp_path / "out" / "gray.png")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_unknown_suffix_is_refused(tmp_path):
    with (
        StillSource(draw_photo.draw(tmp_path, "gray.png"), side=32) as source,
        pytest.raises(TargetError, match=r"\.webp"),
    ):
        StillSink(tmp_path / "result.gif", like=source)


def test_a_photo_under_a_strange_name_gets_its_format_back(tmp_path):
    for name, strange in (("gray16.tif", "scan"), ("tinted.jpg", "scan.0001")):
        path = draw_photo.draw(tmp_path, name).rename(tmp_path / strange)
        target = path.with_name("result" + path.suffix)
        colour(path, target)
        target = target.rename(tmp_path / f"known_{name}")
        assert read_back(target).shape == (*draw_photo.SIZE, 3)
