"""Marks in colour of a gray film are told from noise, fringes, tints and rainbows."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from colorizer.colour.cielab import srgb_to_lab
from colorizer.frame import Colours
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.own_colours import Wishes
from colorizer.stages.shots import mark_shots
from tests.stages.shots_drawn import frame_of, of_a_resumed_run, texture

SIZE = (270, 360)
COUNT = 20
LOGO, LETTERS = np.s_[20:50, 290:340], np.s_[210:264, 70:290]


def film(draw, count=COUNT):
    """Draw a gray film that pans, with what `draw(rgb, index)` makes of each frame."""
    wide = texture(2, (SIZE[0], SIZE[1] + count), 20, 220, 6)
    for index in range(count):
        gray = wide[:, index : index + SIZE[1]]
        rgb = draw(np.repeat(gray[..., None], 3, -1).astype(np.float32), index)
        yield in_colour(rgb.clip(0, 255), index)


def in_colour(rgb, index):
    """Return a frame of a film with the colours of sRGB codes, whose chroma is of half the size."""
    Y = rgb @ np.float32([0.2126, 0.7152, 0.0722])
    half = np.stack([cv2.resize(rgb[..., n] - Y, None, fx=0.5, fy=0.5, interpolation=3)
                     for n in range(3)])  # fmt: skip

    def ab(size):
        large = [cv2.resize(plane, size[::-1], interpolation=cv2.INTER_AREA)
                 for plane in (Y, *half)]  # fmt: skip
        return srgb_to_lab((np.stack(large[1:]) + large[0]).clip(0, 255) / 255)[1:]

    light = np.rint(Y).astype(np.uint8)
    lightness = srgb_to_lab(np.stack([Y] * 3) / 255)[0].astype(np.float32)
    frame = frame_of(index, cv2.resize(lightness, None, fx=0.8, fy=0.8), None)
    return replace(frame, Y=light, bits=8, full_range=True, colours=Colours(ab))


def logo(rgb, index):
    rgb[LOGO] = 200, 30, 40
    rgb[28:42, 300:314] = 250, 210, 0
    return rgb


def subtitle(rgb, index):
    image = Image.fromarray(rgb.clip(0, 255).astype(np.uint8))
    ImageDraw.Draw(image).multiline_text(
        (SIZE[1] / 2, SIZE[0] - 10), "Where have you been,\nall these years?", fill=(255, 255, 0),
        font=ImageFont.load_default(20), anchor="md", align="center", stroke_width=1,
        stroke_fill=(12, 12, 12),
    )  # fmt: skip
    return np.asarray(image, np.float32)


def chart(rgb, index):
    patches = [(102, 122, 143), (214, 126, 44), (56, 61, 150), (70, 148, 73), (175, 54, 60)]
    for place, colour in enumerate(patches):
        left = 40 + 2 * index + 26 * place
        rgb[120:142, left : left + 24] = colour
    return rgb


def codes(rgb, cb, cr):
    """Add chroma in codes of full range, BT.709."""
    return rgb + np.stack([1.5748 * cr, -0.1873 * cb - 0.4681 * cr, 1.8556 * cb], -1)


def chroma_noise(amount, softness):
    def draw(rgb, index):
        rng = np.random.default_rng(index)
        planes = [cv2.GaussianBlur(rng.normal(size=SIZE), (0, 0), softness) for _ in range(2)]
        return codes(rgb, *(amount * plane / plane.std() for plane in planes))

    return draw


def cross_colour(turn, bend=0.0):
    """Colour a shirt of fine stripes: one hue all over it or bands, which turn with each frame."""

    def draw(rgb, index):
        across = np.arange(SIZE[1])
        rgb[90:200, 120:240] = 125 + 100 * np.sin(2.1 * across[120:240])[None, :, None]
        angle = bend * across + turn * index
        there = np.zeros(SIZE)
        there[90:200, 120:240] = 45
        return codes(rgb, there * np.cos(angle), there * np.sin(angle))

    return draw


def fringes(by):
    def draw(rgb, index):
        red, green, blue = np.moveaxis(rgb, -1, 0)
        return np.stack([np.roll(red, by, 1), green, np.roll(blue, -by, 0)], -1)

    return draw


def leaves(rgb, index):
    """Show small things in red, green and blue all over a pale picture."""
    rng = np.random.default_rng(4)
    for x, y in rng.integers(10, 240, (60, 2)):
        rgb[y : y + 8, x : x + 8] = rng.choice([20, 220], 3)
    return rgb


NONE = {
    "noise": chroma_noise(3, 2),
    "coarse noise": chroma_noise(14, 9),
    "NTSC": cross_colour(np.pi),
    "PAL": cross_colour(np.pi / 2),
    "bands": cross_colour(0, 0.3),
    "wide bands": cross_colour(0, 0.12),
    "bands that run": cross_colour(np.pi / 2, 0.12),
    "fringes": fringes(2),
    "wide fringes": fringes(5),
    "sepia": lambda rgb, _: rgb * (1.0, 0.86, 0.66),
    "blue": lambda rgb, _: rgb * (0.4, 0.6, 1.0),
    "leaves": leaves,
    "for two frames": lambda rgb, n: logo(rgb, n) if n in (9, 10) else rgb,
}


def levelled(draw, **wishes):
    levels = FilmLevels("fresh", wishes=Wishes(**wishes))
    return list(levels.level(mark_shots(film(draw))))


def at_full_size(frame):
    return cv2.resize(frame.marks, SIZE[::-1])


@pytest.mark.matrix
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n != "NTSC" else n
                                  for n in NONE])  # fmt: skip
def test_what_is_no_mark(name):
    for frame in levelled(NONE[name]):
        assert frame.marks is None, frame.index
        assert "marks" not in frame.taken


@pytest.mark.slow
@pytest.mark.parametrize("tint", [(1, 1, 1), (1, 0.86, 0.66)])
def test_a_logo_keeps_its_colours_and_is_hidden_from_the_network(tint):
    shown = []
    for frame in levelled(lambda rgb, n: logo(rgb * np.float32(tint), n)):
        share = at_full_size(frame)
        assert share[LOGO].mean() > 0.97
        assert share.mean() < 0.03
        assert "coloured" not in frame.taken
        assert frame.tint is not None
        # CIELAB a, b of sRGB 200, 30, 40 by the formulas of CIE 15 for D65.
        red = [cv2.resize(plane, SIZE[::-1])[34, 330] for plane in frame.tint]
        assert np.linalg.norm(np.subtract(red, (62.4, 39.3))) < 6
        shown.append(cv2.resize(frame.seen, SIZE[::-1])[LOGO].std())
    assert min(shown) > 1.5
    assert frame.seen is not frame.L


def test_subtitles_keep_their_colours_while_they_stand():
    for frame in levelled(lambda rgb, n: subtitle(rgb, n) if 4 <= n < 15 else rgb):
        assert (frame.marks is not None) == (4 <= frame.index < 15), frame.index
        if frame.marks is not None:
            share = at_full_size(frame)
            assert share[LETTERS].mean() > 0.15
            share[LETTERS] = 0
            assert share.max() < 0.5


def test_letters_as_light_as_their_ground_are_found_by_their_colour():
    def on_light(rgb, index):
        rgb[190:] = 220
        image = Image.fromarray(rgb.clip(0, 255).astype(np.uint8))
        place, yellow = (SIZE[1] / 2, SIZE[0] - 24), (250, 230, 40)  # Y is 220
        font = ImageFont.load_default(24)
        ImageDraw.Draw(image).text(place, "Come here, good dog!", yellow, font, anchor="md")
        return np.asarray(image, np.float32)

    for frame in levelled(on_light):
        assert frame.marks is not None, frame.index
        assert at_full_size(frame)[LETTERS].mean() > 0.1


def test_a_logo_that_is_known_stays_when_something_else_gets_colour():
    def with_tie(rgb, index):
        if index >= 6:  # a rainbow that is no mark
            there = np.zeros(SIZE)
            there[100:130, 150:166] = 60 * (-1) ** index
            rgb = codes(rgb, there, there)
        return logo(rgb, index)

    for frame in levelled(with_tie):
        assert frame.marks is not None, frame.index
        share = at_full_size(frame)
        assert share[LOGO].mean() > 0.97
        assert not share[90:140, 140:176].any()


@pytest.mark.slow
def test_a_chart_that_moves_is_followed():
    for frame in levelled(chart):
        left = 40 + 2 * frame.index
        share = at_full_size(frame)
        assert share[123:139, left + 3 : left + 127].mean() > 0.9
        share[116:146, left - 4 : left + 132] = 0
        assert share.max() < 0.5, frame.index


@pytest.mark.slow
def test_marks_are_picture_where_all_is_to_be_colorized():
    assert all(frame.marks is None for frame in levelled(logo, coloured="do"))


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("start", [8, 10, 13, 16])
def test_a_run_that_goes_on_finds_the_same_marks(start):
    frames = list(film(lambda rgb, n: subtitle(logo(rgb, n), n) if 4 <= n < 15 else rgb))
    whole, resumed = of_a_resumed_run(frames, start, lambda frame: frame.marks)
    assert any(marks is not None for marks in whole) == (start < 15)
    for marks, before in zip(resumed, whole, strict=True):
        assert (marks is None) == (before is None)
        assert before is None or np.array_equal(marks, before)
