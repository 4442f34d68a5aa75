"""Letters over a picture stay neutral; the picture does not."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from colorizer.colour.cielab import gray_to_L
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.predict import predict_chroma
from colorizer.stages.region.letters import find_letters
from colorizer.stages.shots import mark_shots
from colorizer.stages.upsample import upsample_chroma
from tests.stages.shots_drawn import of_a_resumed_run
from tests.stages.test_temporal import frame_of, plain, texture
from tests.tiny_model import tiny_model

SIZE = (270, 360)
NOTHING = plain((0, 0), SIZE)


def titled(picture, words="Where have you been,\nall these years?", outline=1):
    """Draw letters of Pillow's own font into a picture of codes in [0, 1]."""
    image = Image.fromarray(np.rint(255 * picture).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.multiline_text(
        (SIZE[1] / 2, SIZE[0] - 10), words, fill=238, font=ImageFont.load_default(20), anchor="md",
        align="center", stroke_width=outline, stroke_fill=12,
    )  # fmt: skip
    return np.asarray(image, np.float32) / 255


def drawn(codes, index):
    """Return a frame with that luma, as a film has it."""
    Y = np.rint(255 * codes).astype(np.uint8)
    return replace(frame_of(index, gray_to_L(codes), NOTHING), Y=Y, bits=8, full_range=True)


def film(first, last, count=30, step=1, outline=1):
    """Draw a panning film with a subtitle from one frame to another; return letters' places too."""
    wide = (texture(2, (SIZE[0], SIZE[1] + step * count), 10, 70, 6) / 100).astype(np.float32)
    frames, where = [], []
    for index in range(count):
        picture = wide[:, step * index : step * index + SIZE[1]]
        whole = titled(picture, outline=outline) if first <= index < last else picture
        where.append((np.abs(whole - picture) > 0.2) & (whole > 0.85))
        frames.append(drawn(whole, index))
    return frames, where


def levelled(frames, cards="neutral"):
    return list(FilmLevels("fresh", "neutral", cards).level(mark_shots(iter(frames))))


@pytest.mark.matrix
@pytest.mark.parametrize("step", [0, 2])
@pytest.mark.parametrize("outline", [0, 1])
def test_a_subtitle_is_neutral_while_it_stands_and_the_picture_is_not(step, outline):
    frames, where = film(7, 22, step=step, outline=outline)
    done = levelled(frames)
    for frame, letters in zip(done, where, strict=True):
        if 9 <= frame.index < 20:
            assert frame.paper is not None, frame.index
            mask = cv2.resize(frame.paper, SIZE[::-1])
            assert mask[letters].mean() > 0.8
            assert (mask > 0.5).mean() < 5 * letters.mean()
            assert "letters" in frame.taken
        elif not 4 <= frame.index < 25:
            assert frame.paper is None
    coloured = upsample_chroma(predict_chroma(done, tiny_model(), batch=4), lambda f: f.Y.shape)
    for frame, letters in zip(coloured, where, strict=True):
        if 9 <= frame.index < 20:
            chroma = np.hypot(*frame.ab)
            inside = cv2.erode(letters.astype(np.uint8), np.ones((2, 2))) > 0
            assert chroma[inside].mean() < 2
            assert chroma[: SIZE[0] // 2].mean() > 5


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(6))
def test_blades_of_a_bush_before_the_dark_are_none(seed):
    """As high as letters and as light, some even side by side, but on no line."""
    rng = np.random.default_rng(seed)
    bush = np.full((384, 512), 20, np.uint8)
    for x, y in zip(rng.uniform(100, 500, 90), rng.uniform(200, 370, 90), strict=True):
        length, turn = rng.uniform(9, 24), rng.normal(0, 0.4)
        tip = (round(x + length * np.sin(turn)), round(y - length * np.cos(turn)))
        cv2.line(bush, (round(x), round(y)), tip, int(rng.uniform(215, 235)), 2, cv2.LINE_AA)
    assert find_letters(gray_to_L(bush / np.float32(255)).astype(np.float32)) is None


def test_a_line_that_leans_by_a_degree_is_found():
    L = 100 * titled(np.full(SIZE, 0.2, np.float32))
    turned = cv2.getRotationMatrix2D((SIZE[1] / 2, SIZE[0] / 2), 1, 1)
    leaning = cv2.warpAffine(L, turned, SIZE[::-1], borderMode=cv2.BORDER_REPLICATE)
    found = find_letters(leaning)
    assert found is not None
    assert (found > 0.5)[leaning > 85].mean() > 0.8


@pytest.mark.slow
def test_things_that_move_like_letters_are_none():
    """A fence of bright poles that pans by."""

    def frames():
        for index in range(24):
            codes = (texture(2, SIZE, 10, 50, 6) / 100).astype(np.float32)
            for pole in range(8):
                x = 40 + 30 * pole + 3 * index
                codes[120:140, x : x + 4] = 0.95
            yield drawn(codes, index)

    assert all("letters" not in frame.taken for frame in levelled(frames()))


def test_letters_are_picture_where_that_is_wanted():
    frames, _ = film(0, 20, count=20)
    assert all(frame.paper is None for frame in levelled(frames, "colour"))


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("start", [8, 12, 17, 24])
def test_a_run_that_goes_on_finds_the_same_letters(start):
    frames, _ = film(7, 22)
    whole, resumed = of_a_resumed_run(frames, start, lambda frame: frame.paper)
    for paper, before in zip(resumed, whole, strict=True):
        assert (paper is None) == (before is None)
        assert before is None or np.array_equal(paper, before)
