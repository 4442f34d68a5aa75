"""Folders that grow, move and change between runs: a result keeps its name and its source.

What a result was made from is told by the file alone: the lightness of every source here is
another constant, which Pillow reads back from the result, so no sidecar is believed.
"""

import json
import shutil
from pathlib import Path

import pytest

from colorizer.commands import cli
from tests import drawn
from tests.cases.grown import levels, put, run, states

pytestmark = pytest.mark.usefixtures("tiny")


RECORDS = {
    "sidecar": (),
    "no sidecar": ("--no-sidecar",),
    "nothing": ("--no-sidecar", "--no-manifest", "--no-log"),
}


@pytest.mark.matrix
@pytest.mark.parametrize("records", RECORDS)
@pytest.mark.parametrize("existing", ["skip", "update", "overwrite"])
def test_a_file_that_comes_later_leaves_results_alone(tmp_path, records, existing):
    options = ("--format", "tiff", *RECORDS[records])
    put(tmp_path / "in" / "m.tif", 60)
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    before = states(tmp_path / "out")
    put(tmp_path / "in" / "m.jpg", 180)  # sorted before m.tif
    assert run(tmp_path / "in", tmp_path / "out", *options, "--existing", existing) == 0
    assert levels(tmp_path / "out") == {"m_color.tif": 60, "m_jpg_color.tif": 180}
    if existing != "overwrite":
        assert {name: states(tmp_path / "out")[name] for name in before} == before
    kept = states(tmp_path / "out")
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    assert states(tmp_path / "out") == kept


@pytest.mark.matrix
@pytest.mark.parametrize("template", ["{n:03}_color", "{n}_{stem}_color", "{parent}-{n:02}_color"])
@pytest.mark.parametrize("records", ["sidecar", "no sidecar"])
def test_numbers_stay_when_a_file_comes_in_between(tmp_path, template, records):
    options = ("--name", template, *RECORDS[records])
    for name, level in (("b", 60), ("d", 100), ("f", 140)):
        put(tmp_path / "in" / f"{name}.png", level)
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    before, kept = levels(tmp_path / "out"), states(tmp_path / "out")
    put(tmp_path / "in" / "a.png", 180)
    put(tmp_path / "in" / "e.png", 220)
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    after = levels(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    assert {name: states(tmp_path / "out")[name] for name in kept} == kept
    new = [after[name] for name in after if name not in before]
    assert sorted(new) == [180, 220]
    (tmp_path / "in" / "b.png").unlink()
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    assert levels(tmp_path / "out") == after


def test_the_first_file_that_goes_leaves_the_others_their_numbered_names(tmp_path):
    put(tmp_path / "in" / "m.png", 60)
    put(tmp_path / "in" / "m.jpg", 180)
    assert run(tmp_path / "in", tmp_path / "out", "--format", "tiff") == 0
    kept, before = states(tmp_path / "out"), levels(tmp_path / "out")
    assert sorted(before.values()) == [60, 180]
    plain = 60 if before["m_color.tif"] == 60 else 180
    (tmp_path / "in" / ("m.png" if plain == 60 else "m.jpg")).unlink()
    assert run(tmp_path / "in", tmp_path / "out", "--format", "tiff") == 0
    assert states(tmp_path / "out") == kept


def test_another_folder_with_the_same_names_adds_its_results(tmp_path):
    put(tmp_path / "one" / "1920" / "a.png", 60)
    put(tmp_path / "two" / "1920" / "a.png", 180)
    run(tmp_path / "one", tmp_path / "out")
    for existing in ("skip", "update", "overwrite"):
        assert run(tmp_path / "two", tmp_path / "out", "--existing", existing) == 0
        assert levels(tmp_path / "out") == {"1920/a_color.png": 60, "1920/a_2_color.png": 180}
    shutil.rmtree(tmp_path / "one")  # the disk with the first folder is away
    put(tmp_path / "three" / "1920" / "a.png", 120)
    assert run(tmp_path / "three", tmp_path / "out", "--existing", "update") == 0
    assert levels(tmp_path / "out")["1920/a_color.png"] == 60


@pytest.mark.parametrize("moved", ["in", "out", "both"])
def test_what_moved_is_known(tmp_path, moved):
    put(tmp_path / "w" / "in" / "a.png", 60)
    put(tmp_path / "w" / "in" / "b.png", 120)
    run(tmp_path / "w" / "in", tmp_path / "w" / "out")
    source, out = tmp_path / "w" / "in", tmp_path / "w" / "out"
    if moved == "both":
        (tmp_path / "w").rename(tmp_path / "v")
        source, out = tmp_path / "v" / "in", tmp_path / "v" / "out"
    elif moved == "in":
        source = source.rename(tmp_path / "scans")
    else:
        out = out.rename(tmp_path / "results")
    kept = states(out)
    put(source / "b.jpg", 220)
    assert run(source, out, "--format", "png") == 0
    assert {name: states(out)[name] for name in kept} == kept
    assert levels(out) == {"a_color.png": 60, "b_color.png": 120, "b_jpg_color.png": 220}


def test_a_source_that_changed_is_still_the_source(tmp_path):
    put(tmp_path / "in" / "a.png", 60)
    run(tmp_path / "in", tmp_path / "out")
    put(tmp_path / "in" / "a.png", 180)
    put(tmp_path / "in" / "a.jpg", 120)
    assert run(tmp_path / "in", tmp_path / "out", "--existing", "update", "--format", "png") == 0
    assert levels(tmp_path / "out") == {"a_color.png": 180, "a_jpg_color.png": 120}


def test_a_result_that_is_named_is_not_taken_from_its_source_without_a_word(tmp_path, capsys):
    target = tmp_path / "out" / "m.png"
    run(put(tmp_path / "a.png", 60), target)
    put(tmp_path / "b.jpg", 180)
    for existing in ("skip", "update"):
        assert run(tmp_path / "b.jpg", target, "--existing", existing) == 1
        assert f"is the result of another source, {tmp_path / 'a.png'}" in capsys.readouterr().err
        assert levels(tmp_path / "out") == {"m.png": 60}
    assert run(tmp_path / "b.jpg", target, "--existing", "overwrite") == 0
    assert levels(tmp_path / "out") == {"m.png": 180}


def test_films_and_photos_of_one_name_keep_theirs(tmp_path):
    drawn.film(tmp_path / "in" / "m.mkv", 4)
    assert run(tmp_path / "in", tmp_path / "out", "--codec", "ffv1") == 0
    kept = states(tmp_path / "out")
    drawn.film(tmp_path / "in" / "m.avi", 6)
    put(tmp_path / "in" / "m.tif", 60)
    assert run(tmp_path / "in", tmp_path / "out", "--codec", "ffv1") == 0
    assert {name: states(tmp_path / "out")[name] for name in kept} == kept
    sidecars = {
        file.name: Path(json.loads(file.read_text())["source"]["path"]).name
        for file in (tmp_path / "out").glob("*.colorize.json")
    }
    assert sidecars == {
        "m_color.mkv.colorize.json": "m.mkv",
        "m_avi_color.mkv.colorize.json": "m.avi",
        "m_color.tif.colorize.json": "m.tif",
    }


def test_names_that_differ_in_case_alone_are_told_apart_later_too(tmp_path):
    put(tmp_path / "in" / "Scan.png", 60)
    run(tmp_path / "in", tmp_path / "out")
    put(tmp_path / "in" / "SCAN.PNG", 180)
    assert run(tmp_path / "in", tmp_path / "out") == 0
    assert levels(tmp_path / "out") == {"Scan_color.png": 60, "SCAN_2_color.png": 180}


def test_long_names_of_two_folders_are_told_apart(tmp_path):
    name = "l" * 240 + ".png"
    put(tmp_path / "one" / name, 60)
    put(tmp_path / "two" / name, 180)
    arguments = [str(tmp_path / "one"), str(tmp_path / "two"), "-o", str(tmp_path / "out")]
    assert cli.main(["run", "--size", "64", "-q", *arguments]) == 0
    assert sorted(levels(tmp_path / "out").values()) == [60, 180]
    kept = levels(tmp_path / "out")
    assert cli.main(["run", "--size", "64", "-q", *arguments]) == 0
    assert levels(tmp_path / "out") == kept


def test_sequences_keep_their_folders(tmp_path):
    for number in (1, 2):
        put(tmp_path / "in" / f"s_{number}.png", 60)
    options = ("--sequence", "--format", "tiff")
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    for number in (1, 2):
        put(tmp_path / "in" / f"s_{number}.jpg", 180)
    for _ in range(2):
        assert run(tmp_path / "in", tmp_path / "out", *options) == 0
        assert sorted(levels(tmp_path / "out").values()) == [60, 60, 180, 180]
        assert levels(tmp_path / "out")["s_color/s_color_1.tif"] == 60
