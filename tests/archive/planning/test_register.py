"""Files that are in the way of what a run writes are named by its plan."""

import unicodedata

import pytest

from colorizer.archive.planning.plan import plan_run
from colorizer.settings import Settings
from tests import drawn

NOTES = "a note of somebody"


@pytest.mark.parametrize("out", ["b.png", "./b.png", "made/b.png"])
def test_a_file_where_the_sidecar_comes_is_named_wherever_the_command_stands(
    tmp_path, monkeypatch, out
):
    monkeypatch.chdir(tmp_path)
    drawn.photo(tmp_path / "in" / "a.png", 1)
    (tmp_path / "made").mkdir()
    other = tmp_path / f"{out}.colorize.json"
    other.write_text(NOTES)
    plan = plan_run(["in/a.png"], out, Settings(sidecar=True))
    assert plan.jobs == ()
    assert "b.png.colorize.json" in plan.settled[0].message
    assert other.read_text() == NOTES


def test_a_folder_in_another_unicode_form_is_the_same_folder(tmp_path):
    drawn.photo(tmp_path / "in" / "a.png", 1)
    composed = unicodedata.normalize("NFC", "é")
    folder = tmp_path / unicodedata.normalize("NFD", "é")
    folder.mkdir()
    (folder / "a_color.png.colorize.json").write_text(NOTES)
    plan = plan_run([str(tmp_path / "in")], f"{tmp_path / composed}/", Settings(sidecar=True))
    assert plan.jobs == ()
    assert "a_color.png.colorize.json" in plan.settled[0].message
