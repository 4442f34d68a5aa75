"""What training reads: folders, tar files, the Kaggle arrays."""

import cv2
import numpy as np
import pytest
from PIL import Image

from colorizer.errors import MediaError
from tests.training.conftest import drawn_photo, encoded, write_tar
from training.sources import Photo, Unreadable, parts_of, shrink


def read(*inputs, side=64, max_side=96):
    return [photo for part in parts_of(list(inputs)) for photo in part(side, max_side)]


def test_folders_of_any_nesting_and_the_tars_in_them_are_read(tmp_path):
    for number, folder in enumerate(("cats", "cats/tabby/old", "dogs")):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / f"{number}.PNG").write_bytes(encoded(drawn_photo(number)))
    (tmp_path / "notes.txt").write_text("no photo")
    write_tar(tmp_path / "dogs/more.tar", {"wolves/a.webp": encoded(drawn_photo(9), "WEBP")})
    found = read(tmp_path)
    assert sorted(p.folder for p in found) == ["cats", "cats/tabby/old", "dogs", "wolves"]
    assert all(p.rgb.shape == (64, 71, 3) for p in found)


def test_a_corrupt_photo_is_named_and_the_others_are_read(tmp_path):
    whole = encoded(drawn_photo(1), "JPEG")
    (tmp_path / "a.jpg").write_bytes(whole)
    (tmp_path / "b.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "c.jpg").write_bytes(b"")
    (tmp_path / "d.jpg").write_bytes(encoded(drawn_photo(2), "PNG"))  # mislabelled, but a photo
    (tmp_path / "e.png").write_bytes(encoded(drawn_photo(2)[:20, :20]))
    found = read(tmp_path)
    bad = {item.name.rsplit("/")[-1]: item.reason for item in found if isinstance(item, Unreadable)}
    assert sorted(bad) == ["b.jpg", "c.jpg", "e.png"]
    assert bad["e.png"] == "only 20 x 20 pixels"
    assert sum(isinstance(item, Photo) for item in found) == 2


def test_a_broken_tar_gives_what_comes_before_the_break(tmp_path):
    tar = write_tar(tmp_path / "t.tar", {f"s/{n}.png": encoded(drawn_photo(n)) for n in range(3)})
    data = tar.read_bytes()
    tar.write_bytes(data[: len(data) // 2])
    found = read(tar)
    assert isinstance(found[0], Photo)
    assert isinstance(found[-1], Unreadable)


def test_equal_bytes_have_one_digest_wherever_they_lie(tmp_path):
    data = encoded(drawn_photo(3))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.png").write_bytes(data)
    tar = write_tar(tmp_path / "t.tar", {"s/b.png": data, "s/c.png": encoded(drawn_photo(4))})
    one, two, other = (read(tmp_path / "deep")[0], *read(tar))
    assert one.digest == two.digest != other.digest


def kaggle(folder, count=5, split_at=3, nested=False):
    """Write the layout as the set has it: OpenCV's 8-bit Lab."""
    photos = [drawn_photo(n, (224, 224)) for n in range(count)]
    lab = np.stack([cv2.cvtColor(p, cv2.COLOR_RGB2LAB) for p in photos])
    ab = folder / "ab" / "ab" if nested else folder / "ab"
    for path in (folder / "l", ab):
        path.mkdir(parents=True)
    np.save(folder / "l/gray_scale.npy", lab[..., 0])
    np.save(ab / "ab1.npy", lab[:split_at, ..., 1:])
    np.save(ab / "ab2.npy", lab[split_at:, ..., 1:])
    return photos


@pytest.mark.parametrize("nested", [False, True])
def test_kaggle_arrays_give_back_the_photos_they_were_made_of(tmp_path, nested):
    photos = kaggle(tmp_path / "set", nested=nested)
    found = read(tmp_path / "set", side=224, max_side=224)
    assert len(found) == 5
    for one, true in zip(found, photos, strict=True):
        assert one.rgb.shape == (224, 224, 3)
        assert np.abs(one.rgb.astype(int) - true).mean() < 1.5
    assert len({one.digest for one in found}) == 5


def test_kaggle_arrays_are_never_loaded_whole(tmp_path, monkeypatch):
    kaggle(tmp_path / "set")
    modes = []
    load = np.load
    monkeypatch.setattr(
        np, "load", lambda f, mmap_mode=None: modes.append(mmap_mode) or load(f, mmap_mode)
    )
    read(tmp_path / "set")
    assert set(modes) == {"r"}


def test_kaggle_arrays_that_do_not_fit_each_other_are_refused(tmp_path):
    kaggle(tmp_path / "set")
    (tmp_path / "set/ab/ab2.npy").unlink()
    with pytest.raises(MediaError, match="gray_scale.npy holds uint8"):
        read(tmp_path / "set")


def test_nothing_to_read_is_an_error(tmp_path):
    with pytest.raises(MediaError, match="no photos found"):
        read(tmp_path)
    with pytest.raises(MediaError, match="not found"):
        read(tmp_path / "absent")


def test_shrinking_keeps_small_pictures_and_cuts_long_ones():
    assert shrink(Image.new("RGB", (50, 40)), 64, 96).shape == (40, 50, 3)
    assert shrink(Image.new("L", (400, 100)), 64, 96).shape == (64, 96, 3)
    upright = Image.new("RGB", (100, 300))
    assert shrink(upright, 100, 150).shape == (150, 100, 3)
