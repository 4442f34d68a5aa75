import numpy as np
import pytest

from training import metrics

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)


def test_a_perfect_result_has_the_whole_area():
    counts = metrics.distance_counts(metrics.lab_of(PHOTO), metrics.lab_of(PHOTO))
    assert counts.sum() == 600
    assert metrics.area_under_curve(counts, False) == pytest.approx(100)
    assert metrics.area_under_curve(counts, True) == pytest.approx(100)


def test_area_counts_the_share_within_each_distance():
    # every pixel exactly 75 off: 0 for t < 75, 1 from 75 to 150 -> (0.5 + 75) / 150
    lab = np.zeros((3, 4, 4), np.float32)
    off = lab.copy()
    off[1] = 75
    area = metrics.area_under_curve(metrics.distance_counts(off, lab), False)
    assert area == pytest.approx((0.5 + 75) / 150 * 100)


def test_rebalanced_area_lets_rare_colours_count_like_common_ones():
    original = np.zeros((3, 1, 100), np.float32)
    original[1, 0, 99] = 60  # one saturated pixel among 99 gray ones
    gray = np.zeros_like(original)
    counts = metrics.distance_counts(gray, original)
    plain = metrics.area_under_curve(counts, False)
    rebalanced = metrics.area_under_curve(counts, True)
    assert plain > 99
    assert rebalanced == pytest.approx((100 + (0.5 + 90) / 150 * 100) / 2, abs=1e-3)


def test_psnr_of_one_code_off_everywhere():
    dark = np.zeros((4, 4, 3), np.uint8)
    assert metrics.psnr(dark + 1, dark) == pytest.approx(20 * np.log10(255))
    assert metrics.psnr(dark, dark) == float("inf")


def test_gray_has_no_colorfulness_and_half_red_half_green_has_much():
    assert metrics.colorfulness(np.full((8, 8, 3), 77, np.uint8)) == 0
    photo = np.zeros((2, 2, 3), np.uint8)
    photo[0, :, 0] = 255
    photo[1, :, 1] = 255
    # rg = +-255, yb = 127.5: spread 255, mean 127.5
    assert metrics.colorfulness(photo) == pytest.approx(255 + 0.3 * 127.5)


def test_errors_of_ab_on_a_pixel_worked_by_hand():
    original = np.zeros((3, 1, 2), np.float32)
    lab = original.copy()
    lab[1:, 0, 0] = 3, -4  # 5 off in ab, a above b
    mse, distance = metrics.ab_error(lab, original)
    assert mse == pytest.approx(25 / 255**2 / 4)
    assert distance == pytest.approx(5 / 255)
    assert metrics.pixels_within(lab, original, 4.9) == 0.5
    assert metrics.pixels_within(lab, original, 5) == 1
    assert metrics.larger_channel_accuracy(lab, original) == 1
    assert metrics.larger_channel_accuracy(-lab, original) == 0.5


def test_bleeding_counts_colour_steps_only_where_lightness_is_flat():
    lab = np.zeros((3, 2, 4), np.float32)
    lab[1, :, 2:] = 30
    assert metrics.bleeding(lab) == pytest.approx(30 * 2 / (2 * 3 + 4))
    lab[0, :, 2:] = 50
    assert metrics.bleeding(lab) == 0


def test_ssim_and_ciede2000_of_equal_photos():
    assert metrics.ssim(PHOTO, PHOTO) == pytest.approx(1)
    assert metrics.ciede2000(metrics.lab_of(PHOTO), metrics.lab_of(PHOTO)) == 0
    assert metrics.ssim(PHOTO, 255 - PHOTO) < 0.2
