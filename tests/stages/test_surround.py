"""Bars, gates and irises of films are found, stay neutral, and are not shown to the network."""

from dataclasses import replace
from fractions import Fraction
from itertools import islice

import cv2
import numpy as np
import pytest

from colorizer.colour.cielab import L_to_gray, gray_to_L
from colorizer.frame import Frame, working_L
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.predict import predict_chroma
from colorizer.stages.region.surround import box_of, filled, find_surround
from colorizer.stages.shots import CONTEXT, mark_shots
from colorizer.stages.upsample import upsample_chroma
from tests.stages.shots_drawn import frame_of, plain, texture
from tests.tiny_model import tiny_model

NOTHING = plain((0, 0))
SIZE = (96, 128)


def masked(inside, count=16, seed=1):
    """Draw a film that is black outside, with the grain of a copy."""
    rng = np.random.default_rng(0)
    wide = texture(seed, (SIZE[0], SIZE[1] + count), low=15, high=95)
    for index in range(count):
        L = np.where(inside, wide[:, index : index + SIZE[1]], 2)
        L = (L + rng.normal(0, 0.3, SIZE)).clip(0, 100).astype(np.float32)
        yield frame_of(index, L, NOTHING)


def rectangle(top, bottom, left, right):
    inside = np.zeros(SIZE, bool)
    inside[top:bottom, left:right] = True
    return inside


def gate():
    inside = np.zeros(SIZE, np.uint8)
    inside[14:82, 18:110] = 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17))
    return cv2.morphologyEx(inside, cv2.MORPH_OPEN, disc).astype(bool)


def circle(radius):
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.hypot(x - 64, y - 48) < radius


SHAPES = {
    "pillars": rectangle(0, 96, 16, 112),
    "one pillar": rectangle(0, 96, 20, 128),
    "letter box": rectangle(14, 82, 0, 128),
    "window": rectangle(12, 80, 10, 120),
    "gate": gate(),
    "iris": circle(44),
}


def levelled(frames, paper="neutral"):
    return list(FilmLevels("fresh", paper).level(mark_shots(frames)))


@pytest.mark.matrix
@pytest.mark.parametrize("name", SHAPES)
def test_what_surrounds_a_picture_is_found(name):
    inside = SHAPES[name]
    done = levelled(masked(inside))
    for frame in done:
        assert frame.paper is not None
        outside = cv2.erode((~inside).astype(np.uint8), np.ones((3, 3)))
        assert (frame.paper[outside > 0] == 1).all()
        assert (frame.paper[inside] > 0.5).mean() < 0.08
        assert np.percentile(frame.seen, 1) > 6, "the network sees no black"


def test_the_network_sees_a_letter_box_as_the_picture_alone():
    clean = texture(1, (68, 128), low=15, high=95)
    alone = frame_of(0, clean, NOTHING)
    boxed = [np.pad(clean, ((14, 14), (0, 0)), constant_values=1) for _ in range(4)]
    done = levelled(frame_of(n, L, NOTHING) for n, L in enumerate(boxed))
    assert box_of(done[0].paper)[2:] == (0, 128)
    expected = cv2.resize(alone.L, done[0].seen.shape[::-1])
    assert min(done[0].seen.shape) == SIZE[0]
    gain = np.polyfit(expected.ravel(), done[0].seen.ravel(), 1)
    assert np.abs(np.polyval(gain, expected) - done[0].seen).mean() < 4


@pytest.mark.matrix
@pytest.mark.parametrize("name", SHAPES)
def test_bars_are_neutral_and_the_picture_is_not(name):
    inside = SHAPES[name]
    frames = predict_chroma(levelled(masked(inside)), tiny_model(), batch=4)
    for frame in upsample_chroma(frames, lambda frame: frame.Y.shape):
        chroma = np.hypot(*frame.ab)
        outside = cv2.erode((~inside).astype(np.uint8), np.ones((3, 3))) > 0
        assert chroma[outside].mean() < 0.5
        assert chroma[cv2.erode(inside.astype(np.uint8), np.ones((9, 9))) > 0].mean() > 5


@pytest.mark.slow
def test_an_iris_that_opens_is_found_in_every_frame():
    wide = texture(1, low=15, high=95)

    def frames():
        for index in range(40):
            inside = circle(22 + 2 * index)
            yield frame_of(index, np.where(inside, wide, 1).astype(np.float32), NOTHING)

    for frame in levelled(frames()):
        inside = circle(22 + 2 * frame.index)
        if 2 < frame.index < 11:
            assert (frame.paper > 0.5).mean() == pytest.approx((~inside).mean(), abs=0.06)
            # What it will show is known from later frames.
            assert np.corrcoef(frame.seen.ravel(), wide.ravel())[0, 1] > 0.97
        if frame.index > 30:
            assert frame.paper is None


def iris_film(radii, count=1, centre=(64, 48)):
    """Draw a picture that pans slowly under an iris; truth is the circle that was drawn."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    wide = texture(1, (SIZE[0], SIZE[1] + len(radii)), low=15, high=95)
    for index, radius in enumerate(radii):
        inside = np.hypot(x - centre[0], y - centre[1]) < radius
        L = np.where(inside, wide[:, index : index + SIZE[1]], 1)
        yield frame_of(index, L.astype(np.float32), NOTHING), inside


@pytest.mark.matrix
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("centre", [(64, 48), (50, 56)])
def test_an_iris_is_followed_until_no_corner_is_black(way, centre):
    """Once it has reached sides of the frame too."""
    drawn = list(iris_film([14 + 3 * n for n in range(32)][::way], centre=centre))
    done = levelled(frame for frame, _ in drawn)
    assert [frame.starts_shot for frame in done].count(True) == 1
    for frame, (_, inside) in zip(done, drawn, strict=True):
        outside = cv2.erode((~inside).astype(np.uint8), np.ones((5, 5)), borderValue=1) > 0
        if outside.sum() > 100:
            assert frame.paper is not None, frame.index
            assert (frame.paper[outside] == 1).all()
            assert (frame.paper[cv2.erode(inside.astype(np.uint8), np.ones((7, 7))) > 0] < 1).all()
            assert frame.slope > 0.85


@pytest.mark.slow
def test_an_iris_does_not_pass_for_a_change_of_light_or_a_cut():
    """A film that is half black at first, and has one light all the time."""
    done = levelled(frame for frame, _ in iris_film([20 + 4 * n for n in range(24)]))
    clean = levelled(frame for frame, _ in iris_film([999] * 24))
    assert [frame.starts_shot for frame in done].count(True) == 1
    for one, other in zip(done, clean, strict=True):
        inside = np.ones(SIZE, bool) if one.paper is None else one.paper < 0.5
        inside = cv2.erode(inside.astype(np.uint8), np.ones((7, 7)), borderValue=1) > 0
        assert np.abs(one.seen - other.seen)[inside].mean() < 3


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(4))
def test_black_corners_of_a_night_are_no_iris(seed):
    """A street lamp's round light: no iris that is black all around comes before or after it."""
    L = texture(seed, low=15, high=95) * circle(75)
    done = levelled(frame_of(n, L.astype(np.float32), NOTHING) for n in range(12))
    assert all("iris" not in frame.taken for frame in done)


@pytest.mark.parametrize("seed", range(6))
def test_pictures_without_bars_have_none(seed):
    """A night: black in places, along the edges too."""
    dark = (texture(seed, low=-30, high=60, sigma=9)).clip(0, 100)
    assert find_surround([dark]) is None
    assert all(
        frame.paper is None for frame in levelled(frame_of(n, dark, NOTHING) for n in range(3))
    )


def test_colour_takes_bars_for_picture():
    assert all(frame.paper is None for frame in levelled(masked(SHAPES["pillars"]), "colour"))


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("name", ["gate", "closing"])
def test_a_run_that_goes_on_finds_the_same(name):
    if name == "gate":
        frames = list(masked(gate(), 40))
    else:
        L = texture(1, low=15, high=95)
        frames = [
            frame_of(n, np.where(circle(120 - 3 * n), L, 1).astype(np.float32), NOTHING)
            for n in range(36)
        ]
    whole, done, kept = FilmLevels("fresh"), [], {}
    for frame in whole.level(mark_shots(iter(frames))):
        done.append(frame)
        kept[frame.index + 1] = whole.state(frame.index + 1)
    for start in (12, 24):
        later = FilmLevels("fresh")
        later.resume(start, kept[start])
        again = list(later.level(mark_shots(islice(frames, start - CONTEXT, None))))
        for one, other in zip(again, done[start:], strict=True):
            assert np.array_equal(one.seen, other.seen)
            assert (one.paper is None) == (other.paper is None)
            assert one.paper is None or np.array_equal(one.paper, other.paper)


def test_a_picture_whose_edge_lies_lines_further_in_when_light_flickers_is_coloured():
    """As in a copy whose bars are dirty: in every third frame its outer lines are black too."""
    wide = (texture(5, (300, 400), 20, 95, 4) * 2.55).astype(np.uint8)
    frames = []
    for n in range(14):
        Y = np.full((300, 520), 3, np.uint8)
        Y[:, 60:460] = wide
        Y[:, 457:460] = 3 if n % 3 == 2 else Y[:, 457:460]
        frames.append(Frame(n, n, Fraction(1, 25), Y, 8, True, working_L(Y, 8, True, 96)))
    seen = list(FilmLevels("off").level(mark_shots(iter(frames))))
    assert len({frame.seen.shape for frame in seen}) == 2
    alone = [next(predict_chroma([frame], tiny_model())) for frame in seen]
    for one, other in zip(alone, predict_chroma(seen, tiny_model(), batch=4), strict=True):
        assert np.array_equal(one.ab, other.ab)


def test_frames_of_two_windows_are_not_one_batch():
    one, two = next(iter(masked(SHAPES["pillars"]))), next(iter(masked(SHAPES["window"])))
    seen = [replace(f, shown=f.L[a:b, c:d], window=(a, b, c, d)) for f, (a, b, c, d) in
            ((one, (0, 96, 16, 112)), (two, (12, 80, 10, 120)))]  # fmt: skip
    done = list(predict_chroma(seen, tiny_model(), batch=4))
    assert all(isinstance(f, Frame) and f.ab.shape == (2, *SIZE) for f in done)
    assert not done[1].ab[:, :12].any()


@pytest.mark.matrix
@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("edge", [60, 61, 62, 63])
def test_the_network_sees_a_picture_between_bars_to_the_exact_line(bits, edge):
    """Truth: the picture alone, shrunk by the same area filter."""
    codes = (texture(5, (300, 400), 20, 95, 4) * 2.55).astype(np.uint16) << (bits - 8)
    Y = np.full((300, 400 + 2 * edge), 3 << (bits - 8), np.uint16)
    Y[:, edge : edge + 400] = codes
    Y, codes = (plane.astype(np.uint8) if bits == 8 else plane for plane in (Y, codes))
    frames = [Frame(n, n, Fraction(1, 25), Y, bits, True, working_L(Y, bits, True, 96),
                    starts_shot=n == 0) for n in range(14)]  # fmt: skip
    shown = next(FilmLevels("off").level(iter(frames))).seen
    alone = working_L(codes, bits, True, 96)
    assert shown.shape == alone.shape
    inside = (slice(None), slice(3, -3))
    assert np.abs(shown - alone)[inside].max() < 1


def test_a_gate_is_continued_as_a_mirror_image():
    """Lines of black, or a soft edge, would look like a frame around the picture."""
    picture = texture(5, (96, 128), 40, 95, 6)
    outside = np.ones((96, 128), np.float32)
    outside[8:-8, 10:-10] = 0
    whole = filled(picture * (1 - outside), outside)
    assert np.array_equal(whole[8:-8, 10:-10], picture[8:-8, 10:-10])
    assert np.allclose(whole[:8, 10:-10], picture[9:17, 10:-10][::-1])
    assert np.allclose(whole[8:-8, :10], picture[8:-8, 11:21][:, ::-1])
    assert whole.min() > 35


def haze_film(radii):
    """Draw a bright picture whose contrast falls by a third while its mean stays, in an iris."""
    wide = L_to_gray(texture(1, (SIZE[0], SIZE[1] + len(radii)), low=50, high=85))
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    for index, radius in enumerate(radii):
        codes = wide[:, index : index + SIZE[1]]
        codes = codes.mean() + 0.99**index * (codes - codes.mean())
        inside = np.hypot(x - 64, y - 48) < radius
        L = np.where(inside, gray_to_L(codes.astype(np.float32)), 1)
        yield frame_of(index, L.astype(np.float32), NOTHING)


def test_the_black_around_an_iris_has_no_say_in_the_light_of_its_picture():
    """Truth: light is the same throughout, and so is that of the film without an iris."""
    clean = levelled(haze_film([999] * 36))
    opening = levelled(haze_film([14 + 2 * n for n in range(36)]))
    assert min(frame.slope for frame in clean) > 0.85
    assert min(frame.slope for frame in opening) > 0.85
