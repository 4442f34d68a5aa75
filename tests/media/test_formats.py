"""What is special of single formats."""

import shutil
import subprocess

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.errors import UnsupportedMedia
from colorizer.media.photo.jp2_boxes import box, read_resolution, resolution_box
from colorizer.media.photo.still import StillSource
from tests import draw_photo
from tests.media.photo.coloured import colour


def opened(path):
    with StillSource(path, side=32) as source:
        (frame,) = source.frames()
        return frame, source.take_page(0)


@pytest.mark.parametrize(
    ("top", "bits"), [(1, 8), (15, 8), (100, 8), (1000, 16), (1023, 10), (4095, 12)]
)
def test_any_white_of_a_pgm_is_white(tmp_path, top, bits):
    path = tmp_path / "scan.pgm"
    wire = np.uint8 if top < 256 else ">u2"
    path.write_bytes(f"P5\n3 1 # three\n{top} ".encode() + np.array([0, 1, top], wire).tobytes())
    frame, _ = opened(path)
    assert frame.bits == bits
    white = 2**bits - 1
    assert frame.Y.tolist() == [[0, round(white / top), white]]


def test_only_the_first_picture_of_a_pgm_is_done_and_said(tmp_path):
    path = tmp_path / "scan.pgm"
    path.write_bytes(b"P5 2 1 255 \1\2P5 2 1 255 \3\4")
    with StillSource(path, side=8) as source:
        (frame,) = source.frames()
    assert frame.Y.tolist() == [[1, 2]]
    assert "first of several" in source.warnings[0]


def jp2_of(path, array, *boxes):
    """Write a JP2 with boxes more."""
    data = bytes(imagecodecs.jpeg2k_encode(array, level=0, reversible=True))
    path.write_bytes(data + b"".join(boxes))
    return path


@pytest.mark.parametrize("bits", [12, 10])
def test_depths_between_are_kept(tmp_path, bits):
    codes = draw_photo.gray(bits)
    path = tmp_path / "scan.jp2"
    data = imagecodecs.jpeg2k_encode(codes, level=0, reversible=True, bitspersample=bits)
    path.write_bytes(data)
    frame, page = opened(path)
    assert np.array_equal(frame.Y, codes)
    assert (frame.bits, page.coding.depth) == (bits, 16)


@pytest.mark.parametrize("dpi", [600, 300, 254, 72, 1200])
def test_a_resolution_survives_its_box(dpi):
    data = resolution_box(dpi, dpi * 2, 2)
    across, down, unit = read_resolution(data, 8, len(data))
    assert unit == 3
    assert float(across) * 2.54 == pytest.approx(dpi, rel=1e-4)
    assert float(down) * 2.54 == pytest.approx(2 * dpi, rel=1e-4)


def test_a_jp2_of_a_tiff_is_told_by_others(tmp_path):
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    path, target = tmp_path / "scan.tif", tmp_path / "scan.jp2"
    tifffile.imwrite(
        path, draw_photo.gray(16), photometric="minisblack", resolution=(600, 600),
        resolutionunit=2,
    )  # fmt: skip
    colour(path, target)
    told = subprocess.run(["exiftool", "-G", "-s", target], capture_output=True, text=True).stdout
    assert "compositeWithTrainedAlgorithmicMedia" in told
    assert "sRGB" in told
    assert "Warning" not in told
    with Image.open(target) as image:
        assert (image.mode, image.size) == ("RGB", draw_photo.SIZE[::-1])
        assert image.info["dpi"][0] == pytest.approx(600, rel=1e-3)


def test_components_of_less_resolution_are_refused(tmp_path):
    path = draw_photo.draw(tmp_path, "tinted16.jp2")
    data = bytearray(path.read_bytes())
    siz = data.index(b"\xff\x4f\xff\x51")
    data[siz + 46] = 2  # XRsiz of the second component
    path.write_bytes(data)
    with pytest.raises(UnsupportedMedia, match="less resolution"):
        opened(path)


def test_boxes_that_make_no_sense_are_passed_over(tmp_path):
    path = jp2_of(tmp_path / "scan.jp2", draw_photo.gray(), box(b"uuid"), b"\0\0\0\3odd!")
    assert np.array_equal(opened(path)[0].Y, draw_photo.gray())


KINDS = {
    "signed.tif": ({"photometric": "minisblack"}, np.int16, "signed integers"),
    "deep.tif": ({"photometric": "minisblack"}, np.int32, "32-bit signed integers"),
    "complex.tif": ({"photometric": "minisblack"}, np.complex64, "64-bit complex numbers"),
}


@pytest.mark.parametrize("name", KINDS)
def test_samples_that_are_no_light_are_refused_by_name(tmp_path, name):
    options, dtype, words = KINDS[name]
    tifffile.imwrite(tmp_path / name, draw_photo.gray().astype(dtype), **options)
    with pytest.raises(UnsupportedMedia, match=words):
        opened(tmp_path / name)
