"""Files that claim to have no end: sparse ones of a terabyte are refused or read within seconds.

The file system itself says how long they are; `truncate` of coreutils makes the same.
"""

import os
import time
from pathlib import Path

import pytest
from PIL import Image

from colorizer.colour.profiles import result_space
from colorizer.errors import ColorizerError, SettingsError, WeightsError
from colorizer.media.metadata.png_walk import walk_chunks
from colorizer.media.photo.assumed import check_assumed
from colorizer.media.probe import probe
from colorizer.models.weights import read_weights
from tests import drawn
from tests.cases.conftest import run
from tests.draw_sequence import draw_dpx, draw_exr
from tests.tiny_weights import write_tiny_weights

pytestmark = [
    pytest.mark.usefixtures("tiny"),
    pytest.mark.skipif(os.name == "nt", reason="files are not sparse by themselves"),
]
TERABYTE = 1 << 40
SUFFIXES = [".jp2", ".jpg", ".png", ".tif", ".bmp", ".webp", ".pgm", ".gif", ".psd", ".tga", ".dpx",
            ".avif", ".jxl", ".heic", ".nef"]  # fmt: skip
MARKS = {
    ".psd": b"8BPS\0\1" + bytes(6) + b"\0\1\0\0\0\x40\0\0\0\x40\0\x08\0\1" + bytes(14),
    ".tga": b"\0\0\3" + bytes(9) + b"\x40\0\x40\0\x08\0",
    ".dpx": b"SDPX\0\0\x20\0V1.0",
    ".avif": b"\0\0\0\x1cftypavif",
    ".jxl": b"\xff\x0a",
    ".heic": b"\0\0\0\x1cftypheic",
    ".nef": b"MM\0*\0\0\0\x08",
}


def endless(file: Path) -> Path:
    """Write a photo, or the beginning of one, and make a terabyte of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix in MARKS:
        file.write_bytes(MARKS[file.suffix])
    else:
        Image.fromarray(drawn.picture(1)).save(file)
    try:
        os.truncate(file, TERABYTE)
    except OSError:
        pytest.skip("the file system knows no such sizes")
    return file


@pytest.mark.matrix
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_photo_without_end_is_refused_and_the_rest_is_done(tmp_path, suffix, capsys):
    file = endless(tmp_path / "in" / f"scan_1{suffix}")
    drawn.photo(tmp_path / "in" / "sound.png", 2)
    began = time.process_time()
    assert run(tmp_path / "in", "-o", tmp_path / "out") == 1
    with pytest.raises(ColorizerError):
        probe(file)
    assert time.process_time() - began < 20
    told = capsys.readouterr().err
    assert "1 done, 0 skipped, 1 failed" in told
    assert "unexpected" not in told


@pytest.mark.parametrize("draw", [draw_dpx, draw_exr])
def test_a_frame_without_end_fails_its_sequence_alone(tmp_path, draw, capsys):
    draw(tmp_path / "in", 2)
    drawn.photo(tmp_path / "in" / "sound.png", 2)
    frames = sorted(file for file in (tmp_path / "in").iterdir() if file.suffix != ".png")
    os.truncate(frames[0], TERABYTE)
    began = time.process_time()
    assert run(tmp_path / "in", "-o", tmp_path / "out") == 1
    assert time.process_time() - began < 20
    told = capsys.readouterr().err
    assert "1 done, 0 skipped, 1 failed" in told
    assert "has more than 2048 MB" in told


@pytest.mark.slow
def test_a_sound_png_with_a_gigabyte_behind_its_end_is_read(tmp_path):
    """Its chunks are those of the PNG specification, IEND the last."""
    photo = drawn.photo(tmp_path / "in" / "a.png", 1)
    os.truncate(photo, 1 << 30)
    began = time.process_time()
    with photo.open("rb") as file:
        assert [name for name, _ in walk_chunks(file)] == [b"IHDR", b"IDAT", b"IEND"]
    assert time.process_time() - began < 1
    assert run(photo, "-o", tmp_path / "out") == 0


def test_profiles_and_weights_without_end_are_refused(tmp_path):
    file = tmp_path / "x.icc"
    write_tiny_weights(file)
    os.truncate(file, TERABYTE)
    for check, error in ((check_assumed, SettingsError), (result_space, SettingsError)):
        for named in (str(file), "/dev/zero"):
            with pytest.raises(error, match="MB|regular"):
                check(named)
    with pytest.raises(WeightsError, match="has more than"):
        read_weights("autochrome", file)
