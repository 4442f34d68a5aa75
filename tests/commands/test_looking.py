"""The commands that look at files without a run: doctor, models, probe and preview."""

import json

import numpy as np
import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.models import create_model
from tests import drawn
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


@pytest.mark.slow
def test_version_models_doctor(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("colorizer ")
    assert cli.main(["models"]) == 0
    assert "autochrome" in capsys.readouterr().out
    assert cli.main(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["models"][0]["name"] == "autochrome"
    code = cli.main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert code == (ExitCode.OK if all(f["ok"] for f in findings) else ExitCode.MISSING)
    assert all(f["fix"] for f in findings if not f["ok"])
    names = {f["name"] for f in findings}
    assert {"torch", "av", "device", "codec h264", "weights autochrome"} <= names


def test_probe_prints_json_and_refuses_what_it_does_not_know(archive, capsys):
    assert cli.main(["probe", str(archive / "in" / "film.mkv")]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["width"], facts["height"]) == (96, 64)
    assert cli.main(["probe", str(archive / "in" / "notes.txt")]) == ExitCode.NO_INPUT
    assert cli.main(["probe", str(archive / "nothing.png")]) == ExitCode.NO_INPUT


@pytest.mark.parametrize("name", ["a.png", "film.mkv"])
def test_preview_shows_gray_beside_colour(archive, name, capsys):
    png = archive / "preview" / "p.png"
    arguments = ["preview", str(archive / "in" / name), "-o", str(png), "--size", "64"]
    assert cli.main([*arguments, "--time", "0.08"]) == 0
    shown = Image.open(png).convert("RGB")
    width, height = shown.size
    assert width == 2 * 96
    halves = [shown.crop((x, 0, x + 96, height)) for x in (0, 96)]
    halves[0].save(archive / "left.png")
    halves[1].save(archive / "right.png")
    assert not drawn.colourful(archive / "left.png")
    assert drawn.colourful(archive / "right.png")


def test_preview_shows_a_picture_as_the_options_of_a_run_take_it(archive):
    photo, shown = archive / "in" / "a.png", []
    for more in ([], ["--negative"], ["--assume-profile", "linear"]):
        png = archive / f"{len(shown)}.png"
        given = ["preview", str(photo), "-o", str(png), "--size", "64", "--paper", "colour", *more]
        assert cli.main(given) == ExitCode.OK
        shown.append(np.asarray(Image.open(png)).astype(int))
    assert np.abs(shown[1] - shown[0]).mean() > 5
    assert np.abs(shown[2] - shown[0]).mean() > 5


def test_preview_shows_how_sure_the_network_is_and_other_colours(archive, capsys, monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: create_model("autochrome").eval())
    png = archive / "p.png"
    photo = str(archive / "in" / "a.png")
    asked = ["preview", photo, "-o", str(png), "--size", "64", "--confidence"]
    assert cli.main([*asked, "--alternatives", "40,30"]) == 0
    assert Image.open(png).size == (3 * 96, 72)
    first, *colours = capsys.readouterr().out.splitlines()
    assert first == str(png)
    shares = [json.loads(line)["share"] for line in colours]
    assert 1 <= len(shares) <= 3
    assert shares == sorted(shares, reverse=True)
    assert cli.main([*asked, "--alternatives", "96,0"]) == ExitCode.USAGE
    assert "outside the picture of 96 x 72" in capsys.readouterr().err


def test_preview_after_the_end_and_onto_the_source_are_refused(archive, capsys):
    film, photo = archive / "in" / "film.mkv", archive / "in" / "a.png"
    before = drawn.hashes(archive)
    late = ["preview", str(film), "-o", str(archive / "p.png"), "--time", "1:00"]
    assert cli.main(late) == ExitCode.NO_INPUT
    assert "ends after 0.08 s" in capsys.readouterr().err
    assert cli.main(["preview", str(photo), "-o", str(photo)]) == ExitCode.NOT_WRITABLE
    assert cli.main(["preview", str(photo), "-o", str(archive / "p.jpg")]) == ExitCode.USAGE
    assert drawn.hashes(archive) == before
