import pytest

from colorizer.media.photo.still_formats import WRITERS
from colorizer.media.photo.suffixes import OWN_SUFFIX, PHOTO_SUFFIXES, WRITTEN, photo_suffix
from colorizer.settings import FORMATS


@pytest.mark.parametrize(
    ("suffix", "wanted", "result"),
    [
        (".TIF", "same", ".tif"),
        (".jpeg", "same", ".jpeg"),
        (".pgm", "same", ".ppm"),
        (".j2k", "same", ".jp2"),
        (".nef", "same", ".tif"),
        (".heic", "same", ".tif"),
        (".0001", "same", ".0001"),
        ("", "same", ""),
        (".tiff", "tiff", ".tiff"),
        (".jpg", "tiff", ".tif"),
        (".jfif", "jpeg", ".jfif"),
        (".tif", "jpeg", ".jpg"),
        (".0001", "jp2", ".jp2"),
        (".heic", "png", ".png"),
    ],
)
def test_the_format_gives_the_suffix(suffix, wanted, result):
    assert photo_suffix(suffix, wanted) == result


def test_every_photo_has_a_writer():
    for suffix in PHOTO_SUFFIXES:
        for wanted in FORMATS:
            assert photo_suffix(suffix, wanted) in WRITERS


def test_every_format_is_its_own_suffix_or_tiff():
    for name, suffix in OWN_SUFFIX.items():
        assert WRITTEN[suffix] == name or suffix == ".tif"
