"""Tags of a TIFF that stay true of the coloured picture are kept, all others named; by tifffile."""

import numpy as np
import pytest
import tifffile

from tests import draw_photo
from tests.media.photo.coloured import colour

GEO = {
    33550: (12, 3, (0.5, 0.5, 0.0)),
    33922: (12, 6, (0.0, 0.0, 0.0, 440720.0, 3751320.0, 0.0)),
    34735: (3, 8, (1, 1, 0, 1, 1024, 0, 1, 1)),
    34737: (2, 0, "WGS 84 / UTM|"),
    42112: (2, 0, "<GDALMetadata></GDALMetadata>"),
    42113: (2, 0, "0"),
    65000: (4, 2, (7, 9)),
    65001: (7, 5, b"a\0b\xffc"),
    50838: (4, 1, 12),
}


def scan(path, more=(), **options):
    tags = [(code, kind, count, value, True) for code, (kind, count, value) in GEO.items()]
    tifffile.imwrite(
        path, draw_photo.gray(), photometric="minisblack", extratags=[*tags, *more], **options
    )
    return path


def values(path, codes=tuple(GEO)):
    with tifffile.TiffFile(path) as tif:
        tags = tif.pages.first.tags
        return {code: tags[code].value for code in codes if code in tags}


@pytest.mark.parametrize("options", [{}, {"byteorder": ">"}, {"bigtiff": True}])
def test_geotiff_and_private_tags_are_kept(tmp_path, options):
    source, target = scan(tmp_path / "map.tif", **options), tmp_path / "result.tif"
    _, sink = colour(source, target)
    assert values(target) == values(source)
    assert len(values(source)) == len(GEO)
    assert sink.warnings == []


def test_formats_without_a_place_for_tags_name_each(tmp_path):
    _, sink = colour(scan(tmp_path / "map.tif"), tmp_path / "result.png")
    (line,) = [line for line in sink.warnings if "can't be kept" in line]
    for name in ("ModelPixelScaleTag (33550)", "GDAL_NODATA (42113)", "tag 65000"):
        assert name in line


def test_layers_are_not_those_of_the_result_and_named(tmp_path):
    layers = b"Adobe Photoshop Document Data Block\0" + bytes(64)
    more = [(37724, 7, len(layers), layers, True)]
    source, target = scan(tmp_path / "layers.tif", more), tmp_path / "result.tif"
    with_layers(source, target)


def with_layers(source, target):
    from colorizer.media.photo.still import StillSource

    colour(source, target)
    assert values(target, (37724,)) == {}
    with StillSource(source, side=32) as opened:
        list(opened.frames())
    assert any("Photoshop layers (37724) is left out" in line for line in opened.warnings)


def test_a_turned_picture_lies_elsewhere(tmp_path):
    source, target = scan(tmp_path / "turned.tif", [(274, 3, 1, 6, True)]), tmp_path / "result.tif"
    colour(source, target)
    assert set(values(source)) - set(values(target)) == {33550, 33922}


@pytest.mark.parametrize(
    ("value", "stays"), [("0", True), ("255", True), ("-9999", True), ("17", False)]
)
def test_the_code_of_no_data_stays_where_it_means_the_same(tmp_path, value, stays):
    source, target = tmp_path / "holes.tif", tmp_path / "result.tif"
    tifffile.imwrite(source, draw_photo.gray(), extratags=[(42113, 2, 0, value, True)])
    colour(source, target)
    assert (42113 in values(target)) == stays
    assert np.array_equal(tifffile.imread(target).shape[:2], draw_photo.SIZE)
