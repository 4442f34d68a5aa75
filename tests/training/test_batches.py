from dataclasses import replace

import numpy as np
import pytest

from tests.bench.training import measure
from training.ab_prior import measure_prior
from training.batches import WHOLE, Cropping, Draw, Loader, crop, validation_pixels
from training.recipes import RECIPES


def test_a_batch_depends_on_seed_and_step_alone(photos):
    draw = Draw(photos, [32, 64], 4, seed=5)
    later = draw.pixels(7)
    assert np.array_equal(later, Draw(photos, [32, 64], 4, seed=5).pixels(7))
    assert later.dtype == np.uint8
    assert later.shape in ((4, 3, 32, 32), (4, 3, 64, 64))
    assert not np.array_equal(draw.numbers(0), replace(draw, seed=6).numbers(0))
    assert {draw.pixels(step).shape[-1] for step in range(12)} == {32, 64}


def test_processes_draw_together_what_one_draws_alone(photos):
    alone = Draw(photos, [32], 4, weighted=True)
    parts = [replace(alone, rank=rank, world=2).pixels(3) for rank in range(2)]
    assert np.array_equal(alone.pixels(3), np.concatenate(parts))


def test_an_epoch_shows_every_picture_once_in_another_order_each_time(photos):
    draw = Draw(photos, [32], 3)
    assert draw.steps_per_epoch == 4
    epochs = [np.concatenate([draw.numbers(4 * e + s) for s in range(4)]) for e in range(2)]
    assert [sorted(e) for e in epochs] == [list(range(12))] * 2
    assert epochs[0].tolist() != epochs[1].tolist()


def test_a_subset_stays_for_its_epochs_and_is_then_chosen_anew(photos):
    draw = Draw(photos, [32], 2, subset=0.5, subset_epochs=2)
    assert draw.steps_per_epoch == 3
    epochs = [set(np.concatenate([draw.numbers(3 * e + s) for s in range(3)])) for e in range(4)]
    assert [len(e) for e in epochs] == [6] * 4
    assert epochs[0] == epochs[1] != epochs[2] == epochs[3]


def test_weights_decide_how_often_a_source_is_drawn(photos):
    seldom = replace(photos, folders=["imagewoof320", "flickr8k-1k"])
    draw = Draw(seldom, [32], 600, weighted=True)
    first = (seldom.index["folder"][draw.numbers(0)] == 0).mean()
    assert first == pytest.approx(0.5 / 3.5, abs=0.05)


def test_crops_of_each_kind(photos):
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[:, 50:150] = 255
    rng = np.random.default_rng(1)
    assert crop(picture, 40, WHOLE, rng).min() == 255  # the central square
    assert crop(picture, 40, Cropping("scaled"), rng).shape == (40, 40, 3)
    # resized to 50 a square of 25 is half the short side: 50 of 100 pixels
    ramp = np.repeat(np.arange(100, dtype=np.uint8)[:, None, None], 100, axis=1).repeat(3, axis=2)
    cut = crop(ramp, 25, Cropping("fixed", resize=50, mirror=False), rng)
    assert int(cut.max()) - int(cut.min()) == pytest.approx(48, abs=2)


def test_mirrored_crops_show_both_sides():
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:20, :20] = 255
    how = Cropping("whole", mirror=True, upside_down=True)
    rng = np.random.default_rng(0)
    corners = {tuple(np.argwhere(crop(picture, 40, how, rng)[::39, ::39, 0])[0]) for _ in range(40)}
    assert corners == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_the_loader_gives_batches_in_order_and_hands_errors_over():
    def make(step):
        if step == 9:
            raise ValueError("no picture 9")
        return np.array([step])

    with Loader(make, first=5, ahead=3) as batches:
        assert [int(next(batches)[0]) for _ in range(4)] == [5, 6, 7, 8]
        with pytest.raises(ValueError, match="no picture 9"):
            next(batches)


def test_validation_pictures_are_whole_and_always_the_same(photos):
    pixels = validation_pixels(photos, 32, 5)
    assert pixels.shape == (5, 3, 32, 32)
    assert np.array_equal(pixels, validation_pixels(photos, 32, 5))
    assert validation_pixels(photos.some(np.array([], int)), 32, 5).shape == (0, 3, 32, 32)


def test_prior_is_a_distribution(photos):
    prior = measure_prior(photos, 32, count=64)
    assert prior.sum().item() == pytest.approx(1, abs=1e-5)
    assert (prior >= 0).all()


@pytest.mark.slow
def test_the_data_path_takes_a_fraction_of_a_step_on_a_cpu(photos, tmp_path):
    small = {"hyper_parameters": {"width": 16}, "batch": 4, "size": 64, "crop": "scaled"}
    speed = measure(replace(RECIPES["resnet18"], **small), photos, tmp_path, steps=4)
    assert speed.data < 0.5 * speed.step
