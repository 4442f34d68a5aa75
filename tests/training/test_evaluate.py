"""Judging models on drawn photos, through the program's own interface."""

import csv
import json
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from tests.tiny_model import tiny_model
from training import entrants, metrics
from training import evaluate as evaluation
from training.judge import Seen, confusions, fid
from training.perceptual import load_lpips
from training.report import contact_sheet
from training.steadiness import hint_test, size_consistency
from training.tally import Protocol, score
from training.usage import measured


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    files = []
    for number in range(3):
        rgb = rng.integers(40, 80, (48, 64, 3), dtype=np.uint8)
        rgb[:24, :, 2] += 120
        rgb[24:, :, number] += 60
        files.append(tmp_path / f"drawn-{number}.png")
        Image.fromarray(rgb).save(files[-1])
    return files


@pytest.fixture
def originals(photos):
    return [evaluation.open_photo(file, None) for file in photos]


def test_gray_of_a_photo_has_its_lightness():
    rgb = np.full((4, 4, 3), (200, 30, 60), np.uint8)
    found, wanted = (
        metrics.lab_of(x)[0].mean() for x in (entrants.neutral(entrants.gray_of(rgb)), rgb)
    )
    assert found == pytest.approx(wanted, abs=0.25)


def test_the_original_as_result_scores_best_and_gray_gains_nothing(originals):
    original = originals[0]
    gray = entrants.gray_of(original)
    best = score(original, gray, original)
    assert best["chroma ratio"] == pytest.approx(1)
    assert best["psnr gain"] == float("inf")
    assert best["ssim"] == pytest.approx(1)
    assert best["bleeding ratio"] == pytest.approx(1)
    assert best["mse"] == best["ciede2000"] == 0
    none = score(entrants.neutral(gray), gray, original)
    assert none["chroma ratio"] < 0.01
    assert none["psnr gain"] == none["dL"] == 0


def test_baselines_are_in_every_table_and_keep_lightness(originals):
    tallies = evaluation.judge_photos(originals, entrants.baselines(originals))
    table = evaluation.table_of(tallies, [], [None] * 3)
    assert list(table) == list(entrants.BASELINES)
    assert table["gray"]["colorfulness"] == 0
    assert table["gray"]["AuC above gray"] == 0
    assert table["random-colour"]["colorfulness"] > table["mean-colour"]["colorfulness"] > 0
    assert all(row["mean |dL*|"] < 0.3 for row in table.values())


def test_random_colour_never_copies_a_photo_onto_itself(originals):
    paint = entrants.baselines(originals)["random-colour"]
    for number, original in enumerate(originals):
        made = metrics.lab_of(paint(entrants.gray_of(original), number))
        assert metrics.ciede2000(made, metrics.lab_of(original)) > 3


def test_a_network_without_colour_gains_nothing_over_gray(originals):
    painters = entrants.baselines(originals)
    painters["tiny"] = entrants.paint_with(tiny_model(), strength=0.0)
    row = evaluation.table_of(evaluation.judge_photos(originals, painters), [], [None] * 3)["tiny"]
    assert row["photos"] == 3
    assert row["AuC above gray"] == pytest.approx(0, abs=0.1)
    assert row["rebalanced AuC above gray"] == pytest.approx(0, abs=0.1)
    assert row["PSNR above gray, dB, median"] == pytest.approx(0, abs=0.01)
    assert row["mean |dL*|"] < 0.01


def test_the_sheet_shows_input_models_and_original(originals, tmp_path):
    painters = entrants.baselines(originals) | {"tiny": entrants.paint_with(tiny_model())}
    evaluation.judge_photos(originals, painters, sheet=tmp_path / "sheet.png")
    picture = Image.open(tmp_path / "sheet.png")
    assert picture.size == (2 * 3 * (160 * 64 // 48 + 4), 2 * 164)


def test_the_command_prints_and_saves_a_table_by_source(photos, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(entrants, "load_model", lambda name, file: tiny_model())
    table = tmp_path / "table.csv"
    arguments = ["autochrome", "--data", str(tmp_path), "--no-judge", "--by-source", "--json"]
    monkeypatch.setattr(sys, "argv", ["evaluate", *arguments, "--csv", str(table)])
    evaluation.main()
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert set(tables) == {"all", "drawn"}
    assert tables["all"] == tables["drawn"]
    rows = list(csv.DictReader(table.open()))
    assert [row["entrant"] for row in rows] == [*entrants.BASELINES, "autochrome"]
    assert float(rows[3]["PSNR, dB"]) == pytest.approx(tables["all"]["autochrome"]["PSNR, dB"])


@pytest.mark.parametrize(("model", "words"), [("autochrome", "no photos"), ("magic", "magic")])
def test_wrong_questions_are_refused(model, words, photos, tmp_path, monkeypatch, capsys):
    folder = tmp_path if model == "magic" else tmp_path / "nothing"
    monkeypatch.setattr(sys, "argv", ["evaluate", model, "--data", str(folder)])
    with pytest.raises(SystemExit):
        evaluation.main()
    assert words in capsys.readouterr().err


def test_pictures_of_the_sheet_have_their_names_on_them():
    plain = [[np.full((80, 120, 3), 90, np.uint8)] * 2] * 2
    named, bare = (np.asarray(contact_sheet(plain, titles=t)) for t in (["gray", "original"], ()))
    changed = np.flatnonzero((named != bare).any(axis=(0, 2)))
    assert set(changed // 244) == {0, 1, 2, 3}
    assert (named != bare).any(axis=2)[30:160].sum() == 0


@pytest.mark.parametrize("name", ["resnet18", "autochrome=nothing.safetensors"])
def test_a_model_without_weights_is_refused_in_a_line(name, photos, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(sys, "argv", ["evaluate", name, "--data", str(tmp_path)])
    with pytest.raises(SystemExit):
        evaluation.main()
    told = capsys.readouterr().err
    assert (name.partition("=")[2] or name) in told
    assert "Traceback" not in told


def test_pixels_count_as_right_up_to_the_threshold(originals):
    original = originals[0]
    gray = entrants.gray_of(original)
    rows = [score(entrants.neutral(gray), gray, original, Protocol(threshold=t)) for t in (0, 200)]
    assert [row["right"] for row in rows] == [0, 1]
    assert rows[1]["right, count"] == gray.size


def test_the_table_in_markdown_has_a_column_for_every_entrant():
    table = {"gray": {"mean |dL*|": 0.0}, "tiny": {"mean |dL*|": 0.123456}}
    assert evaluation.as_markdown(table).splitlines() == [
        "| | gray | tiny |", "|---|---:|---:|", r"| mean \|dL*\| | 0 | 0.1235 |",
    ]  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is told by Linux")
def test_memory_is_what_the_work_itself_needed():
    with measured() as none:
        pass
    with measured() as some:
        np.ones(40 << 20, np.uint8)
    assert none["MiB"] < 10 < 35 < some["MiB"] < 60


def test_lpips_is_left_out_without_its_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert load_lpips() is None


def test_lpips_is_zero_for_equal_pictures_and_grows_with_the_difference(
    originals, tmp_path, monkeypatch
):
    pytest.importorskip("torchmetrics")
    torchvision = pytest.importorskip("torchvision")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    torch.save(torchvision.models.alexnet().state_dict(), folder / "alexnet-owt-7be5be79.pth")
    distance = load_lpips()
    original = np.tile(originals[0], (2, 2, 1))
    noisy = np.clip(original.astype(int) + 20, 0, 255).astype(np.uint8)
    assert distance(original, original) == 0
    assert distance(original, noisy) > 0
    row = evaluation.table_of(
        evaluation.judge_photos(
            [original], entrants.baselines([original]), Protocol(lpips=distance)
        ), [], [None],
    )["gray"]  # fmt: skip
    assert row["LPIPS"] > 0


def test_labels_come_from_the_table_beside_the_photos(photos, tmp_path):
    (tmp_path / "labels.tsv").write_text("file\tclass_index\tname\ndrawn-1.png\t7\tcock\n")
    assert evaluation.labels_of(photos) == ([None, 7, None], {7: "cock"})


def test_frechet_distance_of_shifted_gaussians_is_the_squared_shift():
    features = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32)
    assert fid(features, features) == pytest.approx(0, abs=1e-6)
    assert fid(features + 2, features) == pytest.approx(6 * 4, rel=1e-4)
    assert fid(features * 3, features) == pytest.approx(
        np.square(features.mean(0) * 2).sum() + 4 * features.var(0, ddof=1).sum(), rel=1e-3
    )


def test_confusions_are_counted_against_gray():
    def says(label):
        return Seen(np.eye(10, dtype=np.float32)[label], np.zeros(2, np.float32))

    lists = confusions([says(1), says(5)], [says(4), says(2)], [1, 2])
    assert lists["confused less with colour"] == [(1, 4, -1)]
    assert lists["confused more with colour"] == [(2, 5, 1)]


@pytest.mark.slow
def test_size_consistency_is_zero_for_one_colour_and_hints_gain(originals):
    flat = entrants.baselines([np.full((40, 40, 3), (90, 60, 60), np.uint8)])["mean-colour"]
    assert size_consistency(flat, np.full((40, 40, 3), 80, np.uint8)) < 0.1
    original = np.full((96, 128, 3), (60, 70, 90), np.uint8)
    original[:, 64:] = (180, 140, 60)
    told = hint_test(tiny_model(), original)
    assert told["gain"] > 3
    assert told["inside"] > 20 > 2 > told["outside"]


def test_a_sheet_holds_every_row():
    rows = [[np.full((20, 40, 3), n, np.uint8)] * 2 for n in range(5)]
    sheet = contact_sheet(rows, height=10, columns=2, gap=2)
    assert sheet.size == (2 * 2 * 22, 3 * 12)
