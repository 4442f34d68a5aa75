"""Pages of text among photos stay neutral; photos do not."""

import numpy as np
import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from tests import draw_page, drawn
from tests.tiny_model import tiny_model


def chroma_of(folder, gray, **settings):
    """Colorize a scan; return the largest distance of R, G and B in it, read by Pillow."""
    source, target = folder / "scan.png", folder / "out" / "scan.png"
    Image.fromarray(gray).save(source)
    job = Job(source, target, Kind.PHOTO, Settings(size=96, existing="overwrite", **settings))
    *_, last = pipeline.run(job, tiny_model())
    rgb = np.asarray(Image.open(target).convert("RGB")).astype(int)
    return int(np.ptp(rgb, axis=-1).max()), [str(text) for text in last.warnings]


@pytest.mark.matrix
@pytest.mark.parametrize("letters", [13, 22])
def test_a_page_of_text_stays_gray_unless_colour_is_wished(tmp_path, letters):
    page = draw_page.text(np.random.default_rng(letters), letters=letters)
    chroma, told = chroma_of(tmp_path, page)
    assert chroma == 0
    assert any("page of text" in line for line in told)
    assert chroma_of(tmp_path, page, cards="colour")[0] > 10


def test_a_photo_is_no_page(tmp_path):
    picture = np.asarray(Image.open(drawn.photo(tmp_path / "p.png", size=(240, 320))).convert("L"))
    chroma, told = chroma_of(tmp_path, picture)
    assert chroma > 10
    assert not any("page of text" in line for line in told)
