from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from colorizer.media import open_photo
from colorizer.settings import Settings
from colorizer.stages.paper import mark_paper
from colorizer.stages.region.marks import find_marks

RED, BLUE = (190, 30, 45), (40, 60, 150)
SEPIA = np.array([1.0, 0.88, 0.70])


def scan(tmp_path, draw=lambda rgb: None, tint=SEPIA, mode="RGB"):
    """Draw a toned print with a few uneven tones, and what `draw` adds; return its frame."""
    down, across = np.mgrid[:300, :400]
    gray = 120 + 60 * np.sin(across / 37) * np.cos(down / 29) - down / 6
    rgb = np.clip(gray[..., None] * tint, 0, 255).astype(np.uint8)
    draw(rgb)
    path = Path(tmp_path) / "scan.tif"
    Image.fromarray(rgb).convert(mode).save(path)
    with open_photo(path, Settings(), side=256) as source:
        return next(iter(source.frames()))


def stamp(rgb):
    cv2.circle(rgb, (330, 60), 30, RED, 9)


def chart(rgb):
    rgb[250:290, 30:70], rgb[250:290, 80:120] = RED, BLUE


def patch(rgb):
    rgb[40:130, 250:370] = RED


def hue_at(frame, row, column):
    """Return ab of the frame's tint at a pixel of the scan of 300 x 400."""
    h, w = frame.tint.shape[1:]
    return frame.tint[:, row * h // 300, column * w // 400]


@pytest.mark.parametrize(
    ("draw", "place"), [(stamp, (60, 300)), (chart, (270, 50)), (patch, (80, 300))]
)
@pytest.mark.parametrize(("tint", "mode"), [(SEPIA, "RGB"), (np.ones(3), "RGB"), (SEPIA, "CMYK")])
def test_marks_keep_their_colours_and_the_print_does_not(tmp_path, draw, place, tint, mode):
    frame = scan(tmp_path, draw, tint, mode)
    (done,) = mark_paper(iter([frame]), "neutral", "auto")
    share = cv2.resize(done.paper, (400, 300))
    assert share[place] == 1
    assert share[150, 150] == 0
    assert share.mean() < 0.1
    # CIELAB a, b of RED, by the formulas of CIE 15 for D65.
    assert np.linalg.norm(hue_at(done, *place) - (60.7, 34.4)) < 6
    assert np.abs(hue_at(done, 150, 150)).max() == 0


def test_marks_are_coloured_when_asked(tmp_path):
    (done,) = mark_paper(iter([scan(tmp_path, stamp)]), "neutral", "do")
    assert done.paper is None


def test_stains_and_pictures_in_colour_are_no_marks(tmp_path):
    def stain(rgb):
        rgb[50:120, 60:150] = (rgb[50:120, 60:150] * (1.0, 0.93, 0.80)).astype(np.uint8)

    def things(rgb):
        rgb[:100] = rgb[:100] * 0.3 + np.array(BLUE) * 0.7
        rgb[200:, 200:] = rgb[200:, 200:] * 0.3 + np.array(RED) * 0.7
        rgb[200:, :200] = rgb[200:, :200] * 0.6 + np.array([40, 90, 30]) * 0.4

    assert find_marks(scan(tmp_path, stain)) is None
    assert find_marks(scan(tmp_path, things)) is None
