"""Depth, alpha and loss of the photos that a sink writes."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests import draw_photo
from tests.media.photo.coloured import colour, read_back


def test_lost_depth_and_alpha_are_said(tmp_path):
    path = draw_photo.draw(tmp_path, "gray16_alpha.png").rename(tmp_path / "scan.jpg")
    _, sink = colour(path, tmp_path / "result.jpg")
    assert any("8 bits" in warning for warning in sink.warnings)
    assert any("transparency" in warning for warning in sink.warnings)


def test_it_is_said_that_a_format_does_not_hold_the_bits_that_were_asked_for(tmp_path):
    path = draw_photo.draw(tmp_path, "gray.jpg")
    _, sink = colour(path, tmp_path / "result.jpg", bit_depth="16")
    assert sink.warnings == ["this file format holds 8 bits, not the 16 that were asked for"]


@pytest.mark.parametrize("suffix", [".tif", ".png", ".jp2", ".ppm"])
@pytest.mark.parametrize("bit_depth", ["8", "16"])
def test_depth_is_as_asked_and_less_is_said(tmp_path, suffix, bit_depth):
    target = tmp_path / f"result{suffix}"
    dtype = np.uint8 if bit_depth == "8" else np.uint16
    for name in ("gray16.tif", "gray.png"):
        _, sink = colour(draw_photo.draw(tmp_path, name), target, bit_depth=bit_depth)
        assert read_back(target).dtype == dtype
        less = any("8 bits, as asked" in warning for warning in sink.warnings)
        assert less == (name == "gray16.tif" and bit_depth == "8")


def test_alpha_follows_the_depth(tmp_path):
    path, target = draw_photo.draw(tmp_path, "tinted_alpha.png"), tmp_path / "result.jp2"
    colour(path, target, bit_depth="16")
    assert np.array_equal(read_back(target)[..., 3], draw_photo.alpha().astype(int) * 257)
    with Image.open(target) as image:
        assert image.mode == "RGBA"


def test_an_alpha_of_an_unknown_kind_is_written(tmp_path):
    path, target = draw_photo.draw(tmp_path, "tinted_alpha.tif"), tmp_path / "result.tif"
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        place = tif.pages[0].tags["ExtraSamples"].valueoffset
    data[place : place + 2] = b"\x7f\x7f"
    path.write_bytes(data)
    colour(path, target)
    assert np.array_equal(read_back(target)[..., 3], draw_photo.alpha())


def test_going_lossy_is_said(tmp_path):
    _, sink = colour(draw_photo.draw(tmp_path, "gray16.tif"), tmp_path / "result.jpg")
    assert any("loses detail" in warning for warning in sink.warnings)
    _, sink = colour(draw_photo.draw(tmp_path, "gray.jpg"), tmp_path / "same.jpg")
    assert sink.warnings == []


def test_quality_changes_the_size(tmp_path):
    path = draw_photo.draw(tmp_path, "gray.jpg")
    sizes = []
    for quality in (60, 95):
        colour(path, tmp_path / f"{quality}.jpg", jpeg_quality=quality)
        sizes.append((tmp_path / f"{quality}.jpg").stat().st_size)
    assert sizes[0] < sizes[1]


def test_the_same_photo_gives_the_same_bytes(tmp_path):
    for name in ("tinted.jpg", "gray16.png", "gray16_lzw.tif", "lossy.webp"):
        path = draw_photo.draw(tmp_path, name)
        colour(path, tmp_path / f"one_{name}")
        colour(path, tmp_path / f"two_{name}")
        assert (tmp_path / f"one_{name}").read_bytes() == (tmp_path / f"two_{name}").read_bytes()


def test_a_noisy_jpeg_of_best_quality_is_written(tmp_path):
    path = tmp_path / "noise.jpg"
    Image.fromarray(draw_photo.noise((300, 400))).save(path, quality=100, progressive=True)
    colour(path, tmp_path / "result.jpg", jpeg_quality=100)
    assert read_back(tmp_path / "result.jpg").shape == (300, 400, 3)


@pytest.mark.slow
def test_a_hundred_megapixel_scan_is_written_in_strips(tmp_path):
    path, target = tmp_path / "large.tif", tmp_path / "result.tif"
    tifffile.imwrite(path, draw_photo.gray(16, (9000, 12000)), photometric="minisblack")
    _, sink = colour(path, target)
    assert sink.max_dL < 0.01
    with tifffile.TiffFile(target) as tif:
        assert tif.pages[0].shape == (9000, 12000, 3)
