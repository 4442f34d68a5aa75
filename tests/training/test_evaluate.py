"""Judging a model on drawn photos, through the program's own interface."""

import sys

import numpy as np
import pytest
from PIL import Image

from tests.tiny_model import tiny_model
from training import evaluate as evaluation
from training.report import contact_sheet


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    files = []
    for number in range(3):
        rgb = rng.integers(40, 80, (48, 64, 3), dtype=np.uint8)
        rgb[:24, :, 2] += 120
        files.append(tmp_path / f"{number}.png")
        Image.fromarray(rgb).save(files[-1])
    return files


def test_gray_of_a_photo_has_its_lightness():
    rgb = np.full((4, 4, 3), (200, 30, 60), np.uint8)
    gray = evaluation.gray_of(rgb)
    neutral = np.repeat(gray[..., None], 3, axis=2)
    found, wanted = (evaluation.metrics.lab_of(x)[0].mean() for x in (neutral, rgb))
    assert found == pytest.approx(wanted, abs=0.25)


def test_the_original_as_result_scores_best_and_gray_scores_nothing(photos):
    original = np.asarray(Image.open(photos[0]))
    gray = evaluation.gray_of(original)
    best = evaluation.score(original, gray, original)
    assert best.chroma_ratio == pytest.approx(1)
    assert best.psnr_gain == float("inf")
    none = evaluation.score(np.repeat(gray[..., None], 3, axis=2), gray, original)
    assert none.chroma_ratio < 0.01
    assert none.psnr_gain == 0
    assert none.L_error == 0


def test_a_network_without_colour_gains_nothing_over_gray(photos):
    table = evaluation.evaluate(photos, model=tiny_model(), strength=0.0)
    assert table["photos"] == 3
    assert table["AuC above gray's"] == pytest.approx(0, abs=0.1)
    assert table["rebalanced AuC above gray's"] == pytest.approx(0, abs=0.1)
    assert table["median PSNR above gray, dB"] == pytest.approx(0, abs=0.01)
    assert table["mean |dL*|"] < 0.01


def test_results_keep_lightness_and_the_sheet_shows_them(photos, tmp_path):
    table = evaluation.evaluate(photos, tmp_path / "sheet.png", model=tiny_model())
    assert table["median chroma of the original's"] > 0.01
    assert table["mean |dL*|"] < 0.3
    assert Image.open(tmp_path / "sheet.png").size[1] == 164  # three photos side by side


def test_a_folder_without_photos_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["evaluate", str(tmp_path)])
    with pytest.raises(SystemExit):
        evaluation.main()
    assert "holds no photos" in capsys.readouterr().err


def test_a_sheet_holds_every_row():
    rows = [[np.full((20, 40, 3), n, np.uint8)] * 2 for n in range(5)]
    sheet = contact_sheet(rows, height=10, columns=2, gap=2)
    assert sheet.size == (2 * 2 * 22, 3 * 12)
