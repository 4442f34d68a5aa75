"""The caption: a strip below the photo, which stays as it was."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer import pipeline
from colorizer.archive.verify.still import verify_still
from colorizer.jobs import Job, Kind
from colorizer.media.photo.caption import caption_rows, caption_strip
from colorizer.settings import Settings
from tests import draw_photo
from tests.tiny_model import tiny_model


def coloured(source, target, **settings):
    settings = Settings(size=64, **settings)
    list(pipeline.run(Job(source, target, Kind.PHOTO, settings), tiny_model()))
    return target


@pytest.mark.parametrize("size", [(600, 800), (2000, 90), (20, 3000), (5, 5)])
@pytest.mark.parametrize(("channels", "dtype"), [(3, np.uint8), (4, np.uint16)])
def test_the_strip_is_as_wide_as_the_photo_and_neutral(size, channels, dtype):
    strip = caption_strip(size, channels, dtype)
    assert strip.shape == (caption_rows(size), size[1], channels)
    assert strip.dtype == dtype
    assert np.array_equal(strip[..., 0], strip[..., 1])
    assert np.array_equal(strip[..., 0], strip[..., 2])
    top = np.iinfo(dtype).max
    assert (strip[..., 0] == top).mean() > 0.5
    if size == (600, 800):
        assert (strip[..., 0] < top / 2).sum() > 200
        assert np.all(strip[[0, -1], :, 0] == top)
        assert np.all(strip[:, [0, -1], 0] == top)
    if channels == 4:
        assert np.all(strip[..., 3] == top)


@pytest.mark.parametrize("name", ["gray.png", "gray16.tif", "gray_alpha.png", "gray.webp"])
def test_the_photo_above_it_is_what_it_is_without(tmp_path, name):
    source = draw_photo.draw(tmp_path, name)
    read = tifffile.imread if name.endswith("tif") else lambda p: np.asarray(Image.open(p))
    plain = read(coloured(source, tmp_path / "plain" / name))
    captioned = read(coloured(source, tmp_path / "captioned" / name, caption=True))
    rows = caption_rows(plain.shape[:2])
    assert captioned.shape == (plain.shape[0] + rows, *plain.shape[1:])
    assert np.array_equal(captioned[:-rows], plain)
    assert verify_still(tmp_path / "captioned" / name, source).good


def test_every_page_gets_one(tmp_path):
    source = draw_photo.draw(tmp_path, "pages.tif")
    target = coloured(source, tmp_path / "out.tif", caption=True)
    with tifffile.TiffFile(source) as before, tifffile.TiffFile(target) as after:
        for one, other in zip(before.pages, after.pages, strict=True):
            assert other.shape[0] == one.shape[0] + caption_rows(one.shape[:2])
    assert verify_still(target, source).good
