"""What Pillow, tifffile and imagecodecs warn of becomes the file's own warning, or nothing."""

import logging
import struct
import threading
import warnings

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.errors import MediaError
from colorizer.media.photo.facts import photo_facts
from colorizer.media.photo.heard import listening
from tests import draw_photo
from tests.media.photo.opening import open_photo


def with_damaged_exif(path):
    image = Image.fromarray(draw_photo.gray())
    image.save(path, exif=b"Exif\0\0II*\0\xff\xff\0\0")
    return path


def test_damaged_exif_is_told_of_each_file_and_printed_of_none(tmp_path, recwarn, caplog):
    for number in range(2):
        path = with_damaged_exif(tmp_path / f"{number}.jpg")
        with warnings.catch_warnings(record=True) as printed, Image.open(path) as image:
            warnings.simplefilter("always")
            image.load()
        assert any("Corrupt EXIF" in str(one.message) for one in printed)  # so says Pillow
        _, source = open_photo(path)
        assert source.warnings == ["its metadata is damaged; what can't be read of it is lost"]
        photo_facts(path)
    assert not recwarn.list
    assert not caplog.records


def test_a_wrong_checksum_is_told():
    with listening(told := []):
        logging.getLogger("imagecodecs").warning("PNG warning: IDAT: incorrect data check")
    assert told == [
        "a checksum of its picture is wrong: part of it may be damaged; check the result"
    ]


def test_a_damaged_tag_of_a_tiff_is_told(tmp_path, caplog):
    path = tmp_path / "scan.tif"
    tifffile.imwrite(
        path, draw_photo.gray(), photometric="minisblack", software="SilverFast", metadata=None
    )
    with tifffile.TiffFile(path) as tif:
        at = tif.pages.first.tags["Software"].offset
    data = bytearray(path.read_bytes())
    struct.pack_into("<HII", data, at + 2, 2, 1000, 1 << 30)  # lies beyond the end
    path.write_bytes(data)
    frame, source = open_photo(path)
    assert np.array_equal(frame.Y, draw_photo.gray())
    assert any("metadata is damaged" in line for line in source.warnings)
    assert not [one for one in caplog.records if one.name == "tifffile"]


def test_threads_hear_their_own_warnings_alone():
    heard: dict[str, list[str]] = {"EXIF": [], "malformed MPO": []}
    ready = threading.Barrier(2)

    def read(word: str) -> None:
        with listening(heard[word]):
            ready.wait()
            logging.getLogger("tifffile").warning(f"{word} of a photo")
            ready.wait()

    threads = [threading.Thread(target=read, args=(word,)) for word in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(lines) for lines in heard.values()] == [1, 1]
    assert heard["EXIF"] != heard["malformed MPO"]


def test_what_others_warn_of_is_left_to_them():
    with warnings.catch_warnings(record=True) as printed:
        warnings.simplefilter("always")
        with listening(told := []):
            warnings.warn("EXIF of somebody else", stacklevel=1)
    assert [str(one.message) for one in printed] == ["EXIF of somebody else"]
    assert told == []


@pytest.mark.parametrize("text", ["<tifffile.read_uic_tag> odd", "PNG warning: sRGB: out of place"])
def test_what_says_nothing_of_the_picture_is_nothing(text):
    with listening(told := []):
        logging.getLogger("tifffile").warning(text)
    assert told == []


@pytest.mark.parametrize("compression", ["lzw", "zlib", "packbits"])
@pytest.mark.parametrize("subsampling", [(1, 1), (2, 2)])
def test_what_libtiff_can_not_unpack_is_not_taken_for_whole(tmp_path, compression, subsampling):
    """libtiff prints "Not enough data" and gives what was in memory, without an error."""
    path = tmp_path / "scan.tif"
    with Image.fromarray(draw_photo.tinted()) as image:
        ycc = np.asarray(image.convert("YCbCr"))
    across, down = subsampling
    height, width = draw_photo.SIZE
    units = ycc.reshape(height // down, down, width // across, across, 3).swapaxes(1, 2)
    chroma = units[:, :, 0, 0, 1:]
    stored = np.concatenate([units[..., 0].reshape(*chroma.shape[:2], -1), chroma], -1)
    codec = {"lzw": imagecodecs.lzw_encode, "zlib": imagecodecs.zlib_encode,
             "packbits": imagecodecs.packbits_encode}[compression]  # fmt: skip
    whole = bytes(codec(stored.tobytes()))

    def write(data):
        tifffile.imwrite(
            path, iter([data]), shape=ycc.shape, dtype=np.uint8, photometric="ycbcr",
            compression=compression, rowsperstrip=height, metadata=None,
        )  # fmt: skip
        with tifffile.TiffFile(path) as tif:
            at = tif.pages.first.tags["YCbCrSubSampling"].valueoffset
        made = bytearray(path.read_bytes())
        struct.pack_into("<HH", made, at, *subsampling)
        path.write_bytes(made)

    write(whole)
    open_photo(path)
    write(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match="damaged"):
        open_photo(path)
