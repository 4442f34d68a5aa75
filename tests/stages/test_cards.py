"""Title cards of films stay neutral, through the dissolves to and from them."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from colorizer.frame import working_L
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.predict import predict_chroma
from colorizer.stages.region.cards import is_card
from colorizer.stages.shots import mark_shots
from tests.stages.shots_drawn import frame_of, of_a_resumed_run, plain, texture
from tests.tiny_model import tiny_model

SIZE = (192, 256)
NOTHING = plain((0, 0), SIZE)


def drawn(lines, ground=2, ink=92, points=20, ornament=False, grain=0.5, vignette=0.0, seed=0):
    """Draw a card with Pillow's own letters, with the grain and fall-off of a film."""
    card = Image.new("F", SIZE[::-1], ground)
    pen, font = ImageDraw.Draw(card), ImageFont.load_default(points)
    for number, line in enumerate(lines):
        top = SIZE[0] / 2 + (number - len(lines) / 2) * 1.4 * points
        pen.text((SIZE[1] / 2, top), line, fill=ink, font=font, anchor="ma")
    if ornament:
        pen.rectangle((18, 14, SIZE[1] - 19, SIZE[0] - 15), outline=ink, width=2)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    away = np.hypot(x / SIZE[1] - 0.5, y / SIZE[0] - 0.5)
    L = np.asarray(card) * (1 - vignette * away**2)
    rng = np.random.default_rng(seed)
    return (L + rng.normal(0, grain, SIZE)).clip(0, 100).astype(np.float32)


STYLES = {
    "white on black": {"lines": ["Meanwhile, at the", "old mill ..."]},
    "with an ornament": {"lines": ["The next morning"], "ornament": True},
    "black on white": {"lines": ["FIN", "une production", "de 1912"], "ground": 92, "ink": 8},
    "gray and grainy": {"lines": ["“You shall not", "leave this house!”"], "ground": 25, "ink": 70,
                        "grain": 2.5, "vignette": 0.5},
    "credits": {"lines": ["Directed by A. Smith", "Camera B. Jones", "Sets C. Brown",
                          "Music D. Green", "Costumes E. White"], "points": 13},
    "large": {"lines": ["THE END"], "points": 44},
    "faded": {"lines": ["Ten years later"], "ground": 35, "ink": 62},
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_cards_of_many_styles_are_told(style):
    assert is_card(drawn(**STYLES[style]))


def photo(seed=1, low=10.0, high=95.0):
    return texture(seed, SIZE, low=low, high=high, sigma=4)


def test_pictures_are_no_cards():
    assert not is_card(photo())
    assert not is_card(np.full(SIZE, 40, np.float32))
    square = np.full(SIZE, 90, np.float32)
    square[60:120, 90:150] = 20
    assert not is_card(square)
    rng = np.random.default_rng(0)
    assert not is_card((20 + rng.normal(0, 3, SIZE)).clip(0, 100).astype(np.float32))
    over = np.maximum(photo(high=60), drawn(["and then"], ground=0))
    assert not is_card(over), "letters over a picture"


def film(*parts, dissolve=0):
    """Join parts of 20 frames each by dissolves, with grain."""
    pictures = [one for one in parts for _ in range(20)]
    for cut in range(20, len(pictures), 20) if dissolve else ():
        for n in range(dissolve):
            share = (n + 1) / (dissolve + 1)
            before, after = pictures[cut - dissolve // 2 - 1], pictures[cut + dissolve // 2]
            pictures[cut - dissolve // 2 + n] = (1 - share) * before + share * after
    return [frame_of(n, L.astype(np.float32), NOTHING) for n, L in enumerate(pictures)]


def levelled(frames, cards="neutral"):
    return list(FilmLevels("fresh", "neutral", cards).level(mark_shots(iter(frames))))


@pytest.mark.matrix
@pytest.mark.parametrize("style", STYLES)
def test_a_card_is_neutral_and_the_picture_around_it_is_untouched(style):
    done = levelled(film(photo(1), drawn(**STYLES[style]), photo(2)))
    alone = levelled(film(photo(1)))
    slopes = [frame.slope for frame in done]
    assert slopes[20:40] == [0.0] * 20
    assert min(slopes[:20]) > 0.97
    assert min(slopes[40:]) > 0.97
    frames = [[*predict_chroma(some[:20], tiny_model(), batch=4)] for some in (done, alone)]
    assert all(np.array_equal(a.ab, b.ab) for a, b in zip(*frames, strict=True))


@pytest.mark.slow
def test_colour_comes_with_the_picture_in_a_dissolve():
    frames = film(photo(1), drawn(["Meanwhile"], points=30), photo(2), dissolve=10)
    slopes = [frame.slope for frame in levelled(frames)]
    assert slopes[5] > 0.97
    assert max(slopes[26:34]) < 0.05
    assert slopes[55] > 0.97
    for way in (slopes[15:25], slopes[44:34:-1]):
        assert all(b <= a + 0.05 for a, b in zip(way, way[1:], strict=False)), way


def test_cards_are_pictures_where_that_is_wanted():
    done = levelled(film(drawn(["Meanwhile"], points=30)), "colour")
    assert min(frame.slope for frame in done) > 0.9


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("start", [12, 24, 36, 48])
def test_a_run_that_goes_on_finds_the_same_cards(start):
    frames = film(photo(1), drawn(["Meanwhile"], points=30), photo(2), dissolve=10)
    whole, resumed = of_a_resumed_run(frames, start, lambda frame: frame.slope)
    assert resumed == whole


@pytest.mark.parametrize("word", ["FIN", "ENDE", "1912"])
@pytest.mark.parametrize("ground", [12, 210])
def test_one_word_on_a_worn_ground_is_a_card(word, ground):
    """Grain of 8 codes and a vignette, as the end titles of old prints have."""
    codes = np.full((480, 640), ground, np.uint8)
    (width, height), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_TRIPLEX, 3.5, 8)
    place = ((640 - width) // 2, (480 + height) // 2)
    cv2.putText(codes, word, place, cv2.FONT_HERSHEY_TRIPLEX, 3.5, 220.0 - 0.9 * ground, 8)
    y, x = np.mgrid[-1:1:480j, -1:1:640j]
    worn = codes * (1 - 0.1 * (x * x + y * y)) + np.random.default_rng(0).normal(0, 8, codes.shape)
    Y = worn.clip(0, 255).astype(np.uint8)
    assert is_card(working_L(Y, 8, True, 256))
