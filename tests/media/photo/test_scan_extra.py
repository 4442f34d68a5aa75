import sys

import numpy as np
import pytest
import tifffile

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.photo.gray import rgb_to_gray
from colorizer.media.photo.still import StillSource
from colorizer.media.probe import probe
from tests import draw_photo
from tests.media.photo.coloured import colour


def opened(path):
    with StillSource(path, side=32) as source:
        (frame,) = source.frames()
        return frame, source.take_page(0), source.warnings


@pytest.mark.parametrize("bits", [8, 10])
def test_a_heic_gives_its_lightness_at_its_depth(tmp_path, bits):
    pytest.importorskip("pillow_heif")
    path = draw_photo.heic(tmp_path / "scan.heic", bits)
    frame, page, warnings = opened(path)
    drawn = rgb_to_gray((draw_photo.tinted(bits).astype(int) << (16 - bits)).astype(np.uint16))
    assert np.abs(frame.Y.astype(int) / 65535 - drawn / 65535).max() < 0.03
    assert page.coding.depth == (8 if bits == 8 else 16)
    assert warnings == []
    assert (probe(path)["bits"], probe(path)["format"]) == (bits, "HEIC")


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_a_camera_raw_is_developed_and_becomes_a_tiff(tmp_path, byteorder):
    pytest.importorskip("rawpy")
    path = draw_photo.dng(tmp_path / "scan.dng", byteorder)
    frame, _, warnings = opened(path)
    drawn = draw_photo.gray(16, frame.Y.shape)
    inside = slice(4, -4)
    difference = np.abs(frame.Y.astype(int) - drawn)[inside, inside] / 65535
    assert np.median(difference) < 0.01
    assert warnings == []
    target = tmp_path / "scan_color.tif"
    colour(path, target)
    with tifffile.TiffFile(target) as tif:
        page = tif.pages[0]
        assert (page.dtype, page.shape) == (np.uint16, (*frame.Y.shape, 3))
        assert page.tags["Artist"].value == "A. Archivist"


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [("scan.heic", "pillow_heif", "heic"), ("scan.nef", "rawpy", "raw")],
)
def test_a_missing_library_is_named_with_its_extra(tmp_path, monkeypatch, name, library, extra):
    monkeypatch.setitem(sys.modules, library, None)
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
    content = heic if name == "scan.heic" else b"a camera's own" + bytes(40)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnsupportedMedia, match=rf"film-colorizer\[{extra}\]"):
        opened(tmp_path / name)


@pytest.mark.parametrize("name", ["scan.heic", "scan.nef"])
def test_damage_is_a_reason(tmp_path, name):
    pytest.importorskip("pillow_heif")
    pytest.importorskip("rawpy")
    (tmp_path / name).write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    with pytest.raises(MediaError):
        opened(tmp_path / name)
