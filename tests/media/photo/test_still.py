"""None"""

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from colorizer.colour.profiles import result_profile
from colorizer.media.photo.gray import rgb_to_gray
from colorizer.media.photo.still import StillSource, upright
from tests import draw_photo
from tests.media.photo.opening import L_of, L_of_frame, open_photo

LOSSY = ("gray.jpg", "tinted.jpg", "progressive.jpg", "cmyk.jpg", "tinted_jpeg.tif", "lossy.webp")


@pytest.mark.matrix
@pytest.mark.parametrize("name", draw_photo.PHOTOS)
def test_every_format_gives_the_lightness_of_the_picture(tmp_path, name):
    frame, _ = open_photo(draw_photo.draw(tmp_path, name))
    bits = 16 if "16" in name else 8
    drawn = draw_photo.tinted(bits) if "tinted" in name else draw_photo.gray(bits)
    rgb = drawn if drawn.ndim == 3 else np.dstack([drawn] * 3)
    difference = np.abs(L_of_frame(frame) - L_of(rgb))
    assert difference.max() < (5 if name in LOSSY else 0.002)
    assert difference.mean() < (0.6 if name in LOSSY else 0.001)


@pytest.mark.parametrize("name", draw_photo.BILEVEL)
def test_bilevel_is_black_and_white(tmp_path, name):
    frame, source = open_photo(draw_photo.draw(tmp_path, name))
    assert np.array_equal(frame.Y, 255 * (draw_photo.gray() > 127))
    assert any("take no colour" in warning for warning in source.warnings)
    _, other = open_photo(draw_photo.draw(tmp_path, "gray.png"))
    assert not any("take no colour" in warning for warning in other.warnings)


def test_gray_codes_are_kept_as_they_are(tmp_path):
    for name, bits in (("gray.png", 8), ("gray16.tif", 16), ("gray16.png", 16)):
        frame, source = open_photo(draw_photo.draw(tmp_path, name))
        assert np.array_equal(frame.Y, draw_photo.gray(bits))
        assert (frame.bits, source.page.coding.depth) == (bits, bits)
        assert frame.Y.dtype == (np.uint8 if bits == 8 else np.uint16)


def test_rgb_without_tint_keeps_its_eight_bits(tmp_path):
    frame, _ = open_photo(draw_photo.draw(tmp_path, "neutral_rgb.png"))
    assert np.array_equal(frame.Y, draw_photo.gray())
    assert frame.Y.dtype == np.uint8


def test_twelve_bit_tiff_keeps_its_codes(tmp_path):
    codes = draw_photo.gray(12)
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, codes, bitspersample=12, photometric="minisblack")
    frame, source = open_photo(path)
    assert np.array_equal(frame.Y, codes)
    assert (frame.bits, source.page.coding.depth) == (12, 16)


def test_gray_of_rgb_has_its_lightness():
    rgb = np.random.default_rng(1).integers(0, 65536, (64, 64, 3)).astype(np.uint16)
    gray = rgb_to_gray(rgb)
    assert np.abs(L_of(np.dstack([gray] * 3)) - L_of(rgb)).max() < 0.002
    eight = (rgb >> 8).astype(np.uint8)
    assert np.abs(L_of(np.dstack([rgb_to_gray(eight)] * 3)) - L_of(eight)).max() < 0.002


@pytest.mark.parametrize(
    ("name", "bits"),
    [("gray_alpha.png", 8), ("gray16_alpha.png", 16), ("tinted_alpha.tif", 8),
     ("gray16_alpha.tif", 16)],
)  # fmt: skip
def test_alpha_is_kept_at_its_depth(tmp_path, name, bits):
    _, source = open_photo(draw_photo.draw(tmp_path, name))
    assert np.array_equal(source.page.alpha, draw_photo.alpha(bits))


def test_colour_key_becomes_alpha(tmp_path):
    path = tmp_path / "key.png"
    Image.fromarray(draw_photo.gray()).save(path, transparency=int(draw_photo.gray()[14, 16]))
    _, source = open_photo(path)
    assert np.array_equal(source.page.alpha == 0, draw_photo.gray() == draw_photo.gray()[14, 16])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_turned_upright(tmp_path, orientation):
    path = tmp_path / "turned.png"
    image = Image.fromarray(draw_photo.gray())
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(path, exif=exif)
    frame, source = open_photo(path)
    with Image.open(path) as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened))
    assert np.array_equal(frame.Y, expected)
    assert source.frame_count == 1
    tiff = tmp_path / "turned.tif"
    tags = [(274, 3, 1, orientation, True)]
    tifffile.imwrite(tiff, draw_photo.gray(16), photometric="minisblack", extratags=tags)
    assert np.array_equal(open_photo(tiff)[0].Y, upright(draw_photo.gray(16), orientation))


def test_the_frame_is_a_still(tmp_path):
    frame, source = open_photo(draw_photo.draw(tmp_path, "gray.jpg"), side=20)
    assert source.frame_count == 1
    assert (frame.pts, frame.full_range, frame.starts_shot, frame.ab) == (None, True, True, None)
    assert frame.L.shape == (20, 28)
    assert frame.L.dtype == np.float32


def test_every_page_is_a_frame(tmp_path):
    path = draw_photo.draw(tmp_path, "pages.tif")
    with StillSource(path, side=32) as source:
        assert source.frame_count == 3
        frames = list(source.frames())
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert all(frame.starts_shot for frame in frames)
    for frame, drawn in zip(frames, draw_photo.page_pictures(), strict=True):
        assert np.array_equal(frame.Y, drawn)
    assert source.warnings == []


def test_a_colour_photo_is_told_from_a_toned_print(tmp_path):
    path = tmp_path / "colour.png"
    Image.fromarray(draw_photo.colours()).save(path)
    assert "already in colour" in open_photo(path)[1].warnings[0]
    toned = np.rint(draw_photo.gray()[..., None] * np.array([1, 0.8, 0.55])).astype(np.uint8)
    Image.fromarray(toned).save(path)
    assert open_photo(path)[1].warnings == []


def test_a_gray_profile_changes_the_lightness(tmp_path):
    profile = imagecodecs.cms_profile("gray", gamma=1.8)
    for bits in (8, 16):
        path = tmp_path / f"gamma{bits}.tif"
        codes = draw_photo.gray(bits)
        tifffile.imwrite(path, codes, photometric="minisblack", iccprofile=profile)
        frame, source = open_photo(path)
        light = (codes / (2**bits - 1)) ** 1.8
        assert np.abs(L_of_frame(frame) - (116 * np.cbrt(light) - 16)).max() < 0.05
        assert source.warnings == []


def test_an_rgb_profile_is_converted(tmp_path):
    path = tmp_path / "adobe.tif"
    profile = imagecodecs.cms_profile("adobergb")
    rgb = draw_photo.tinted(16)
    tifffile.imwrite(path, rgb, photometric="rgb", iccprofile=profile)
    frame, source = open_photo(path)
    srgb = imagecodecs.cms_transform(
        rgb, profile, result_profile("srgb"), colorspace="rgb", outcolorspace="rgb", flags=0x100
    )
    assert np.abs(L_of_frame(frame) - L_of(srgb)).max() < 0.3
    assert np.abs(L_of_frame(frame) - L_of(rgb)).max() > 0.5
    assert source.warnings == []


def test_an_srgb_profile_changes_nothing(tmp_path):
    path = tmp_path / "srgb.tif"
    tifffile.imwrite(
        path, draw_photo.gray(16), photometric="minisblack", iccprofile=result_profile("srgb")
    )
    frame, source = open_photo(path)
    assert np.array_equal(frame.Y, draw_photo.gray(16))


def test_a_one_pixel_photo_is_read(tmp_path):
    path = tmp_path / "dot.png"
    Image.fromarray(np.full((1, 1), 77, np.uint8)).save(path)
    frame, _ = open_photo(path)
    assert frame.Y.tolist() == [[77]]
    assert frame.L.shape == (32, 32)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (9, 7), (7, 9)])
def test_a_jpeg_smaller_than_a_block_is_whole(tmp_path, size):
    path = tmp_path / "small.jpg"
    codes = np.random.default_rng(3).integers(0, 256, size).astype(np.uint8)
    Image.fromarray(codes).save(path, quality=90)
    frame, _ = open_photo(path)
    assert np.array_equal(frame.Y, np.asarray(Image.open(path)))


def test_the_source_file_is_closed(tmp_path):
    path = draw_photo.draw(tmp_path, "gray.jpg")
    with StillSource(path, side=32) as source:
        file = source._file
    assert file.closed


def test_real_photographs_are_read(shared_data):
    for path in sorted((shared_data / "legacy").glob("*.jpg"))[:8]:
        frame, source = open_photo(path)
        assert frame.Y.std() > 5
        assert source.warnings == []
