"""What a channel next to the colours means: ExtraSamples of TIFF 6.0, section 18."""

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.archive.verify.still import verify_still
from tests import draw_photo
from tests.media.photo.coloured import colour
from tests.media.photo.opening import open_photo


def with_infrared(path, bits=8, count=1):
    """Write a picture and the infrared of a scanner, which tifffile marks as unspecified."""
    planes = [draw_photo.alpha(bits)[::-1] // (n + 2) for n in range(count)]
    tifffile.imwrite(
        path,
        np.dstack([draw_photo.tinted(bits), *planes]),
        photometric="rgb",
        planarconfig="contig",
        extrasamples=["unspecified"] * count,
    )
    return planes


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jp2", ".bmp"])
def test_infrared_does_not_become_transparency(tmp_path, suffix):
    source, target = tmp_path / "scan.tif", tmp_path / f"result{suffix}"
    with_infrared(source)
    _, sink = colour(source, target)
    with Image.open(target) as image:  # Pillow tells whether there is an alpha channel
        assert image.mode == "RGB"
    assert any("neither colour nor transparency" in line for line in sink.warnings)


@pytest.mark.parametrize(("bits", "count"), [(8, 1), (16, 1), (16, 3)])
def test_infrared_stays_infrared_in_a_tiff(tmp_path, bits, count):
    source, target = tmp_path / "scan.tif", tmp_path / "result.tif"
    planes = with_infrared(source, bits, count)
    _, sink = colour(source, target)
    with tifffile.TiffFile(target) as tif:
        page = tif.pages.first
        assert page.tags["ExtraSamples"].value == (0,) * count
        stored = page.asarray()
    for index, plane in enumerate(planes):
        assert np.array_equal(stored[..., 3 + index], plane)
    assert sink.warnings == []


def test_a_fourth_channel_that_nothing_is_said_of_is_no_transparency(tmp_path):
    with_infrared(tmp_path / "scan.tif")
    data = bytearray((tmp_path / "scan.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "scan.tif") as tif:
        place = tif.pages.first.tags["ExtraSamples"].offset
    data[place : place + 2] = (65000).to_bytes(2, "little")  # a private tag in its place
    (tmp_path / "scan.tif").write_bytes(data)
    _, sink = colour(tmp_path / "scan.tif", tmp_path / "result.png")
    assert imagecodecs.png_decode((tmp_path / "result.png").read_bytes()).shape[2] == 3
    assert "1 channel " in sink.warnings[0]


def associated(path, bits=8, kind="assocalpha"):
    top = 2**bits - 1
    alpha = draw_photo.alpha(bits)
    codes = np.rint(draw_photo.tinted(bits) * (alpha[..., None] / top)).astype(alpha.dtype)
    tifffile.imwrite(path, np.dstack([codes, alpha]), photometric="rgb", extrasamples=[kind])
    return codes, alpha


@pytest.mark.parametrize("bits", [8, 16])
def test_no_colour_is_above_its_associated_opacity(tmp_path, bits):
    source, target = tmp_path / "scan.tif", tmp_path / "result.tif"
    _, alpha = associated(source, bits)
    colour(source, target, ab=(40.0, 60.0))
    with tifffile.TiffFile(target) as tif:
        assert tif.pages.first.tags["ExtraSamples"].value == (1,)
        stored = tif.asarray()
    assert np.array_equal(stored[..., 3], alpha)
    assert (stored[..., :3] <= stored[..., 3:]).all()
    verdict = verify_still(target, source)
    assert verdict.good, str(verdict)


def test_associated_colours_are_divided_by_their_opacity_in_a_png(tmp_path):
    source, target = tmp_path / "scan.tif", tmp_path / "result.png"
    associated(source, 16)
    colour(source, target, ab=(0.0, 0.0))
    result = imagecodecs.png_decode(target.read_bytes()).astype(float)
    opaque = result[..., 3] > 6000
    weights = np.array([0.2126, 0.7152, 0.0722])  # IEC 61966-2-1

    def light(codes):
        value = codes / 65535
        linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
        return linear @ weights

    drawn, found = light(draw_photo.tinted(16).astype(float)), light(result[..., :3])
    assert np.abs(drawn - found)[opaque].max() < 0.002


def test_opacity_falsely_called_associated_is_taken_as_it_is(tmp_path):
    source = tmp_path / "scan.tif"
    codes = np.dstack([draw_photo.tinted(), draw_photo.alpha()])
    tifffile.imwrite(source, codes, photometric="rgb", extrasamples=["assocalpha"])
    _, opened = open_photo(source)
    assert opened.page.extras[0].kind == 2
    assert any("associated" in line for line in opened.warnings)
