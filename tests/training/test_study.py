"""The perceptual realism test: its page and its rates."""

import base64
import io
import json
import re
import sys

import numpy as np
import pytest
from PIL import Image

from tests.tiny_model import tiny_model
from training import entrants, study


@pytest.fixture(scope="module")
def page():
    rng = np.random.default_rng(0)
    originals = {f"</script>{n}": rng.integers(0, 256, (24, 32, 3), np.uint8) for n in range(10)}
    painters = {name: entrants.paint_with(tiny_model()) for name in ("one", "two")}
    return study.build_page(originals, painters, exposure=0.5)


def content(page):
    return json.loads(re.search(r'application/json">(.*?)</script>', page, re.S)[1])


def test_the_page_needs_nothing_from_outside(page):
    assert "</script>0" not in page
    assert not re.search(r'(?:src|href)\s*=\s*"?https?:', page)


def test_every_photo_is_paired_with_every_model_or_watches_attention(page):
    pairs = content(page)["pairs"]
    watching = [pair for pair in pairs if pair["vigilance"]]
    assert len(watching) == 1
    assert len(pairs) == 1 + 9 * 2
    assert {pair["model"] for pair in pairs if not pair["vigilance"]} == {"one", "two"}


def test_the_pictures_of_a_pair_differ_in_colour_alone(page):
    found = content(page)
    pair = next(p for p in found["pairs"] if not p["vigilance"])
    real, fake = (
        np.asarray(
            Image.open(io.BytesIO(base64.b64decode(found["pictures"][pair[k]].split(",")[1])))
        )
        for k in ("real", "fake")
    )
    assert real.shape == fake.shape == (24, 32, 3)
    assert np.abs(real.astype(int) - fake).mean() > 5


def record(name, fooled, watched=1.0, trials=40):
    answers = [
        {"model": "m", "vigilance": False, "correct": n >= fooled * trials} for n in range(trials)
    ]
    checks = [{"model": "r", "vigilance": True, "correct": n < watched * 10} for n in range(10)]
    return {"participant": name, "trials": answers + checks}


def test_rates_count_the_fooled_and_their_interval_holds_them():
    rates, left_out = study.fooling_rates([record(str(n), 0.3) for n in range(5)])
    assert left_out == []
    rate = rates["m"]
    assert rate.fooled == pytest.approx(0.3)
    assert 0.2 < rate.low < 0.3 < rate.high < 0.4
    assert (rate.trials, rate.participants) == (200, 5)


def test_the_interval_is_wider_where_people_disagree():
    agreed, _ = study.fooling_rates([record(str(n), 0.3) for n in range(4)])
    split, _ = study.fooling_rates(
        [record(str(n), share) for n, share in enumerate((0, 0.6, 0, 0.6))]
    )
    assert split["m"].fooled == pytest.approx(agreed["m"].fooled)
    assert split["m"].high - split["m"].low > 2 * (agreed["m"].high - agreed["m"].low)


def test_who_did_not_watch_is_left_out():
    rates, left_out = study.fooling_rates([record("ann", 0.1), record("bob", 0.9, watched=0.5)])
    assert left_out == ["bob"]
    assert rates["m"].fooled == pytest.approx(0.1)


def test_the_command_prints_rates_and_refuses_other_files(tmp_path, monkeypatch, capsys):
    saved = tmp_path / "a.json"
    saved.write_text(json.dumps(record("ann", 0.25)))
    monkeypatch.setattr(sys, "argv", ["study", "rates", str(saved)])
    study.main()
    assert "25.0 %" in capsys.readouterr().out
    saved.write_text("{}")
    with pytest.raises(SystemExit):
        study.main()
    assert "holds no results" in capsys.readouterr().err


def test_the_command_writes_a_page(tmp_path, monkeypatch):
    for n in range(3):
        Image.fromarray(np.full((20, 30, 3), 60 * n, np.uint8)).save(tmp_path / f"{n}.png")
    monkeypatch.setattr(entrants, "load_model", lambda name, file: tiny_model())
    out = tmp_path / "page.html"
    monkeypatch.setattr(
        sys, "argv", ["study", "page", "autochrome", "--data", str(tmp_path), "-o", str(out)]
    )
    study.main()
    assert len(content(out.read_text())["pictures"]) == 6
