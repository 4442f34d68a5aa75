from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
from PIL import Image

from colorizer import colorize
from colorizer.colour.cielab import srgb_to_lab
from colorizer.frame import Frame
from colorizer.stages.paper import filled_below, find_paper, mark_paper

PAPER = 225
TINT = np.array([1.0, 0.95, 0.83])


def scene(size=(300, 400)):
    """Draw a sky, uneven hills and houses, (H, W) float in [0, 255]; pale above, dark below."""
    down, across = np.mgrid[: size[0], : size[1]] / np.array(size).reshape(2, 1, 1)
    picture = 190 - 60 * down + 8 * np.sin(12 * across)
    hills = down > 0.45 + 0.12 * np.sin(7 * across)
    picture[hills] = (90 + 40 * np.sin(40 * across * down))[hills]
    for left in (0.1, 0.35, 0.7):
        house = (abs(across - left) < 0.07) & (abs(down - 0.62) < 0.15)
        picture[house] = 40 + 300 * abs(across - left)[house]
    return picture


def grainy(picture):
    noise = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def write_on(paper, text, place):
    """Write in dark ink; OpenCV writes on bytes only."""
    ink = np.zeros(paper.shape, np.uint8)
    cv2.putText(ink, text, place, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (255,), 2)
    paper -= ink / 255 * 160


def mounted(picture, border=30, below=30, writing=False):
    """Put a picture on paper; return the scan and where the paper is."""
    scan = np.pad(picture, ((border, below), (border, border)), constant_values=PAPER)
    paper = np.pad(np.zeros(picture.shape), ((border, below), (border, border)), constant_values=1)
    if writing:
        place = (border + 10, scan.shape[0] - below // 3)
        write_on(scan, "Marktplatz 1907", place)
    return scan, paper


def frame_of(scan):
    codes = grainy(scan)
    return Frame(0, None, Fraction(1), codes, 8, True, L=np.zeros((4, 4), np.float32))


def check(found, paper):
    assert found is not None, "no paper was found"
    there = cv2.resize(found, paper.shape[::-1]) > 0.5
    assert there[paper > 0].mean() > 0.98
    assert there[paper == 0].mean() < 0.03


@pytest.mark.parametrize("writing", [False, True])
def test_a_border_is_found_with_its_writing(writing):
    scan, paper = mounted(scene(), below=80 if writing else 30, writing=writing)
    check(find_paper(frame_of(scan)), paper)


def test_all_pictures_on_one_page_keep_their_colours_and_text_gets_none():
    half = scene((260, 240))
    card = np.full((330, 560), float(PAPER))
    where = np.ones(card.shape)
    for left in (25, 295):
        card[25:285, left : left + 240] = half
        where[25:285, left : left + 240] = 0
    write_on(card, "No. 114. The Harbour", (90, 318))
    check(find_paper(frame_of(card)), where)


def test_a_document_stays_neutral_around_its_small_photo():
    page, where = np.full((800, 600), 232.0), np.ones((800, 600))
    for line in [*range(60, 260, 34), *range(560, 760, 34)]:
        write_on(page, "The archive keeps its letters", (30, line))
    page[290:510, 150:450], where[290:510, 150:450] = scene((220, 300)), 0
    check(find_paper(frame_of(page)), where)


def test_a_border_within_the_bed_of_a_scanner_is_found():
    scan, paper = mounted(scene())
    check(
        find_paper(frame_of(np.pad(scan, 25, constant_values=6))),
        np.pad(paper, 25, constant_values=1),
    )


def test_a_scan_laid_down_at_an_angle_is_found():
    scan, paper = mounted(scene(), border=40, below=40)
    turn = cv2.getRotationMatrix2D((scan.shape[1] / 2, scan.shape[0] / 2), 1.3, 1)
    turned = cv2.warpAffine(scan, turn, scan.shape[::-1], borderValue=(PAPER,))
    where = cv2.warpAffine(paper, turn, scan.shape[::-1], borderValue=(1,))
    check(find_paper(frame_of(turned)), (where > 0.5).astype(float))


def test_an_oval_portrait_is_found():
    scan, _ = mounted(scene())
    down, across = np.mgrid[: scan.shape[0], : scan.shape[1]]
    middle = np.array(scan.shape) / 2
    reach = np.array(scan.shape) / 2 - 30
    oval = ((down - middle[0]) / reach[0]) ** 2 + ((across - middle[1]) / reach[1]) ** 2 < 1
    portrait = np.full(scan.shape, 80.0) + 40 * np.sin(across / 30)
    scan = np.where(oval, portrait, PAPER)
    check(find_paper(frame_of(scan)), (~oval).astype(float))


def test_a_caption_strip_below_alone_is_found():
    strip = np.full((60, 400), PAPER, np.float64)
    write_on(strip, "Marktplatz", (20, 40))
    paper = np.concatenate([np.zeros((300, 400)), np.ones((60, 400))])
    check(find_paper(frame_of(np.concatenate([scene(), strip]))), paper)


def sky_over_sea():
    down = np.mgrid[:300, :400][0]
    sea = 80 + 15 * np.sin(down * 0.9) * np.sin(np.mgrid[:300, :400][1] * 0.2)
    return np.where(down < 130, 235.0, sea)


def flag_before_sky():
    scan = np.full((300, 400), 215.0)
    scan[180:] = 70
    scan[60:180, 190:200] = 40
    scan[60:120, 200:300] = 110
    return scan


def house_before_sky():
    scan = np.full((300, 400), 228.0)
    scan[60:260, 60:340] = 100 + 30 * np.sin(np.mgrid[:200, :280][1] / 9)
    scan[255:] = 90
    return scan


@pytest.mark.parametrize("draw", [scene, sky_over_sea, flag_before_sky, house_before_sky])
def test_a_sky_is_no_paper(draw):
    assert find_paper(frame_of(draw())) is None


def test_old_photographs_keep_their_skies(shared_data):
    for path in sorted((shared_data / "legacy").glob("*.jpg")):
        codes = np.asarray(Image.open(path).convert("L"))
        frame = Frame(0, None, Fraction(1), codes, 8, True, L=np.zeros((4, 4), np.float32))
        assert find_paper(frame) is None, path.name


def test_colours_of_the_picture_go_on_below_paper():
    paper = np.ones((60, 80), np.float32)
    paper[10:50, 10:70] = 0
    ab = np.zeros((2, 60, 80), np.float32)
    ab[:, 10:50, 10:70] = 20
    filled = filled_below(paper, ab)
    assert np.abs(filled[:, 9:51, 9:71] - 20).max() < 1e-3


def test_frames_of_films_pass_untouched():
    film = replace(frame_of(mounted(scene())[0]), pts=3)
    assert next(mark_paper(iter([film]), "neutral", "auto")) is film


@pytest.mark.matrix
@pytest.mark.parametrize("paper", ["neutral", "tint", "colour"])
def test_paper_is_neutral_keeps_its_tint_or_is_coloured(tmp_path, paper):
    scan, where = mounted(scene(), below=80, writing=True)
    rgb = np.rint(grainy(scan)[..., None] * TINT).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "scan.png")
    (target,) = colorize(tmp_path / "scan.png", tmp_path / "out", paper=paper, device="cpu")
    result = np.asarray(Image.open(target))
    inner = cv2.erode(where, np.ones((9, 9))) > 0.5
    spread = np.ptp(result.astype(int), axis=2)
    ab = srgb_to_lab(np.moveaxis(result / 255.0, -1, 0))[1:]
    tint = srgb_to_lab(np.moveaxis(rgb / 255.0, -1, 0))[1:]
    assert spread[where == 0].mean() > 3, "the picture has no colour"
    if paper == "neutral":
        assert spread[inner].max() == 0
    elif paper == "tint":
        # Writing has the tint of the paper around it.
        assert np.quantile(np.abs(ab - tint)[:, inner & (scan == PAPER)], 0.99) < 2.5
    else:
        assert spread[inner].mean() > 0.5
