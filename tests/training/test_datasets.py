import sys

import numpy as np
import pytest

from colorizer.errors import MediaError
from tests.training.conftest import drawn_photo, encoded
from training import datasets
from training.datasets import open_pack, pack


def test_a_pack_holds_every_picture_at_its_short_side(photos):
    assert len(photos) == 12
    assert photos.folders == ["source0", "source1"]
    assert photos.picture(7).shape == (160, 178, 3)
    assert photos.weights.sum() == pytest.approx(1)
    small = drawn_photo(11, (160, 178))
    assert np.abs(photos.picture(7).astype(int) - small).mean() < 12


def test_gray_repeated_and_broken_photos_are_left_out(tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    one = drawn_photo(1)
    (folder / "a.png").write_bytes(encoded(one))
    (folder / "b.jpg").write_bytes(encoded(one, "JPEG", quality=60))
    (folder / "c.png").write_bytes(encoded(np.repeat(one[..., :1], 3, axis=2)))
    (folder / "d.png").write_bytes(encoded(drawn_photo(2)))
    (folder / "e.jpg").write_bytes(b"no picture")
    packed = pack([folder], tmp_path / "pack", processes=1)
    assert packed == datasets.Packed(photos=2, gray=1, duplicates=1, unreadable=1)
    assert "skipped" in capsys.readouterr().err
    assert len(open_pack(tmp_path / "pack")) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "pack"]


@pytest.mark.slow
def test_processes_make_the_same_pack_as_one(tars, tmp_path):
    pack(tars, tmp_path / "one", processes=1)
    pack(tars, tmp_path / "two", processes=2)
    assert open_pack(tmp_path / "one").data_hash() == open_pack(tmp_path / "two").data_hash()
    pixels = [(tmp_path / name / "pixels.u8").read_bytes() for name in ("one", "two")]
    assert pixels[0] == pixels[1]


def test_a_folder_that_is_no_pack_is_never_replaced(tars, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/dear.jpg").write_bytes(b"dear")
    with pytest.raises(MediaError, match="not a pack, so it is not replaced"):
        pack(tars, tmp_path / "photos", processes=1)
    assert (tmp_path / "photos/dear.jpg").read_bytes() == b"dear"


def test_training_and_validation_share_no_picture(photos):
    training, validation = photos.divide(0.3)
    assert len(training) + len(validation) == 12
    assert not set(training.index["digest"]) & set(validation.index["digest"])


def test_a_missing_or_old_pack_is_named(photos, tmp_path):
    with pytest.raises(MediaError, match="no pack of photos"):
        open_pack(tmp_path / "absent")
    np.save(tmp_path / "pack/index.npy", np.zeros((3, 4), np.int64))
    with pytest.raises(MediaError, match="earlier version"):
        open_pack(tmp_path / "pack")


def test_the_command_says_what_it_left_out(tars, tmp_path, monkeypatch, capsys):
    command = ["datasets", str(tmp_path / "p"), *map(str, tars), "--processes", "1", "--side", "64"]
    monkeypatch.setattr(sys, "argv", command)
    datasets.main()
    assert "12 pictures; left out: 0 gray" in capsys.readouterr().out
    assert open_pack(tmp_path / "p").picture(0).shape[0] == 64
    monkeypatch.setattr(sys, "argv", ["datasets", str(tmp_path / "q"), str(tmp_path / "absent")])
    with pytest.raises(SystemExit, match="error: .*absent"):
        datasets.main()
