"""Names of image sequences."""

from pathlib import Path

import pytest

from colorizer.errors import MediaError
from colorizer.places.frame_pattern import (
    check_gaps,
    files_of,
    frame_path,
    frames_of,
    grouped,
    is_pattern,
    missing_words,
    named_like,
    normal,
    stem_of,
    there,
)


@pytest.mark.parametrize("name", ["a_%04d.dpx", "####.tif", "%d.PNG", "x%6d.jpg"])
def test_a_frame_number_in_the_name_makes_a_pattern(name):
    assert is_pattern(Path(name))


@pytest.mark.parametrize(
    "name", ["a.tif", "50%.tif", "a_%04d.mkv", "a_%04d", "%d_%d.tif", "%s.tif"]
)
def test_other_names_are_none(name):
    assert not is_pattern(Path(name))


def test_hashes_and_percent_name_the_same_files():
    assert normal(Path("a/s_####.tif")) == Path("a/s_%04d.tif")
    assert normal(Path("a/s_#.tif")) == Path("a/s_%d.tif")
    assert frame_path(Path("s_####.tif"), 7) == Path("s_0007.tif")
    assert frame_path(Path("s_%04d.tif"), 12345) == Path("s_12345.tif")


def test_frames_are_listed_by_number_and_only_in_their_padding(tmp_path):
    for name in ("s_9.tif", "s_10.tif", "s_010.tif", "s_x.tif", "s_11.png", "t_12.tif"):
        (tmp_path / name).touch()
    assert list(frames_of(tmp_path / "s_%d.tif")) == [9, 10]
    assert list(frames_of(tmp_path / "s_%03d.tif")) == [10]
    assert there(tmp_path / "s_%d.tif")
    assert not there(tmp_path / "s_%07d.tif")
    with pytest.raises(FileNotFoundError):
        files_of(tmp_path / "s_%07d.tif")


def test_a_file_with_such_a_name_is_a_file(tmp_path):
    (tmp_path / "s_%04d.tif").touch()
    assert files_of(tmp_path / "s_%04d.tif") == [tmp_path / "s_%04d.tif"]


def test_files_are_grouped_in_natural_order():
    names = ["b_0002.tif", "b_0001.tif", "b_10000.tif", "8.png", "10.png", "9.png", "readme.txt"]
    found = grouped(Path("in") / name for name in names)
    told = {str(pattern.name): [p.name for p in frames] for pattern, frames in found.items()}
    assert told == {
        "b_%04d.tif": ["b_0001.tif", "b_0002.tif", "b_10000.tif"],
        "%d.png": ["8.png", "9.png", "10.png"],
    }


def test_the_last_number_counts_frames():
    found = grouped([Path("reel2_take3_0001.dpx"), Path("reel2_take3_0002.dpx")])
    assert list(found) == [Path("reel2_take3_%04d.dpx")]


def test_missing_numbers_are_told_as_runs():
    assert missing_words([5, 6, 7]) == ""
    assert missing_words([1, 2, 4, 9]) == "5 frames are missing: 3, 5-8"
    with pytest.raises(MediaError, match=r"1 frame is missing: 2; .*--accept-gaps"):
        check_gaps(Path("s_%d.tif"), [1, 3])


def test_a_result_keeps_padding_and_separator():
    assert stem_of(Path("in/shot-%05d.dpx")) == "shot"
    assert stem_of(Path("in/reel1/%05d.dpx")) == "reel1"
    assert named_like(Path("in/shot-%05d.dpx"), "shot_color", ".tif") == "shot_color-%05d.tif"
    assert named_like(Path("in/%05d.dpx"), "reel1_color", ".dpx") == "reel1_color_%05d.dpx"
