import numpy as np
import pytest

from tests.training.conftest import drawn_photo
from training import filters
from training.split import split


def test_gray_and_sepia_have_no_spread_and_a_photo_has():
    gray = np.repeat(drawn_photo(1)[..., :1], 3, axis=2)
    sepia = (gray * (1.0, 0.9, 0.75)).astype(np.uint8)
    assert filters.colour_spread(gray) < 0.1
    assert filters.colour_spread(sepia) < 1
    assert filters.colour_spread(np.full((40, 40, 3), (180, 150, 110), np.uint8)) < 0.1
    assert filters.colour_spread(drawn_photo(1)) > 20


def describe(photos):
    hashes = filters.perceptual_hashes(np.stack([filters.small_gray(p) for p in photos]))
    return hashes, np.stack([filters.thumbnail(p) for p in photos])


def test_a_photo_saved_again_smaller_brighter_or_mirrored_is_a_near_duplicate():
    first, other = drawn_photo(1), drawn_photo(2)
    brighter = np.clip(first.astype(int) + 4, 0, 255).astype(np.uint8)
    photos = [first, other, first[::2, ::2], brighter, first[:, ::-1], other[::-1]]
    repeats = filters.near_duplicates(*describe(photos))
    assert repeats.tolist() == [False, False, True, True, True, False]


def test_photos_of_one_shape_but_other_colours_are_kept():
    first = drawn_photo(1)
    assert not filters.near_duplicates(*describe([first, first[..., ::-1]])).any()


def test_duplicates_are_found_across_blocks(monkeypatch):
    monkeypatch.setattr(filters, "_BLOCK", 4)
    photos = [drawn_photo(n) for n in range(10)]
    photos += [photos[1], photos[9]]
    assert np.flatnonzero(filters.near_duplicates(*describe(photos))).tolist() == [10, 11]


def test_many_drawn_photos_are_all_different():
    assert not filters.near_duplicates(*describe([drawn_photo(n) for n in range(200)])).any()


def test_a_digest_is_in_one_split_whatever_else_the_set_holds():
    rng = np.random.default_rng(0)
    digests = rng.integers(0, 2**64, 5000, dtype=np.uint64)
    training, validation = split(digests, 0.1)
    assert len(training) + len(validation) == 5000
    assert len(validation) == pytest.approx(500, abs=70)
    assert not set(digests[training]) & set(digests[validation])
    part, rest = split(digests[::-3], 0.1)
    assert set(digests[::-3][rest]) <= set(digests[validation])
    assert set(digests[::-3][part]) <= set(digests[training])


def test_a_smaller_share_keeps_the_first_validation_photos():
    digests = np.random.default_rng(0).integers(0, 2**64, 500, dtype=np.uint64)
    few, many = split(digests, 0.05)[1], split(digests, 0.2)[1]
    assert few.tolist() == many[: len(few)].tolist()
