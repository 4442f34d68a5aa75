from functools import cache

import numpy as np
import pytest
from PIL import Image

from colorizer.media.metadata.carried import Metadata
from colorizer.media.photo.content import COLOUR_LIMIT, colour_beyond_tint, content_of
from colorizer.media.photo.scan import Coding, Scan
from tests import draw_page, draw_photo

CODING = Coding(format="png", depth=8)


def scan(codes, space="gray", bits=8):
    return Scan(codes=codes, space=space, bits=bits, coding=CODING, metadata=Metadata())


def shows(gray, bits=8):
    return content_of(gray, bits, scan(gray, bits=bits))


@cache
def pages():
    return list(draw_page.pages(6))


@pytest.mark.matrix
@pytest.mark.parametrize("number", range(18))
def test_pages_are_told_apart(number):
    content, page = pages()[number]
    assert shows(page) == content
    assert shows(page.astype(np.uint16) * 257, 16) == content


def test_a_large_and_a_turned_page_are_told_too():
    rng = np.random.default_rng(5)
    assert shows(draw_page.text(rng, size=(1754, 1240), letters=25)) == "text"
    assert shows(np.ascontiguousarray(draw_page.text(rng).T)) == "text"


def test_a_small_photo_on_a_sheet_is_a_picture():
    rng = np.random.default_rng(6)
    sheet = draw_page.blank(rng).copy()
    height, width = sheet.shape
    photo = np.asarray(Image.fromarray(draw_photo.gray()).resize((width // 5, height // 5)))
    sheet[200 : 200 + height // 5, 150 : 150 + width // 5] = photo
    assert shows(sheet) == ""
    page = draw_page.text(rng).copy()
    page[300 : 300 + height // 5, 150 : 150 + width // 5] = photo
    assert shows(page) == ""


def test_drawn_photos_are_pictures():
    for gray in (draw_photo.gray(), 255 - draw_photo.gray(), draw_photo.gray()[::4, ::4]):
        assert shows(gray) == ""
    assert shows(np.full((2, 3), 9, np.uint8)) in ("", "blank")  # too small to say, no crash
    assert shows(np.full((1, 4000), 9, np.uint8)) in ("", "blank")


def test_colour_is_told_from_tint():
    colours = draw_photo.colours()
    assert content_of(draw_photo.gray(), 8, scan(colours, "rgb")) == "coloured"
    inks = np.dstack([255 - colours, np.zeros(colours.shape[:2], np.uint8)])
    assert content_of(draw_photo.gray(), 8, scan(inks, "cmyk")) == "coloured"
    twelve = colours.astype(np.uint16) * 16
    assert content_of(draw_photo.gray(), 8, scan(twelve, "rgb", 12)) == "coloured"
    rng = np.random.default_rng(1)
    for stain in (0, 1, 2):
        old = draw_page.aged(draw_photo.gray(), rng, stain)
        assert content_of(draw_photo.gray(), 8, scan(old, "rgb")) == ""


def photos(folder):
    return sorted(p for p in folder.iterdir() if p.suffix in (".jpg", ".png", ".webp"))


@pytest.mark.slow
def test_no_real_photograph_is_taken_for_a_page(shared_data):
    wrong = []
    for name in ("legacy", "eval/photos", "eval/kodak", "eval/indomain"):
        files = photos(shared_data / name)
        for file in files:
            gray = np.asarray(Image.open(file).convert("L"))
            faded = np.clip(170 + (gray - 170.0) * 0.3, 0, 255).astype(np.uint8)
            wrong += [(file.name, content) for g in (gray, faded) if (content := shows(g))]
        print(f"{name}: {len(wrong)} wrong so far, {len(files)} photographs, as they are and faded")
    assert wrong == []


@pytest.mark.slow
def test_real_old_prints_are_not_called_coloured_and_colour_photos_are(shared_data):
    def values(folder, change=lambda rgb: rgb):
        for file in photos(shared_data / folder):
            yield colour_beyond_tint(change(np.asarray(Image.open(file).convert("RGB"))))

    legacy = np.array(list(values("legacy")))
    rng = np.random.default_rng(2)
    old = np.array(list(values("eval/kodak", lambda rgb: draw_page.aged(rgb[..., 1], rng))))
    colour = np.array([*values("eval/photos"), *values("eval/kodak")])
    found = float((colour > COLOUR_LIMIT).mean())
    print(
        f"legacy at most {legacy.max():.2f}, aged {old.max():.2f}, colour photos found {found:.3f}"
    )
    assert legacy.max() < COLOUR_LIMIT
    assert old.max() < COLOUR_LIMIT
    assert found > 0.7
