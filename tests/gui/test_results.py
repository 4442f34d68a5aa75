"""What was undone, changed and never asked for, as the real worker finds it in its results."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from colorizer.places.hint import Hint

pytestmark = pytest.mark.slow


def sidecars(folder):
    """Return the records of all results by the names of their sources."""
    found = [json.loads(file.read_text()) for file in folder.rglob("*.colorize.json")]
    return {Path(record["source"]["path"]).name: record for record in found}


def run(window, until):
    window.session.runner.start()
    until(lambda: not window.session.runner.is_active)
    assert {str(entry.state) for entry in window.session.model.entries} == {"done"}


def test_hints_reach_the_file_they_were_given_to_and_no_other(window, scans, until, tmp_path):
    """An id that was used twice would give those of the second file to the one that came after."""
    session = window.session
    window.add([scans / "a.png", scans / "b.jpg"])
    until(lambda: session.model.rowCount() == 2)
    second = session.model.entries[1].id
    session.give_hints(second, (Hint(0.5, 0.5, 20.0, 30.0),), "w")
    session.remove([second])
    window.add([scans / "1920" / "c.tif"])
    until(lambda: session.model.rowCount() == 2)
    session.undo.undo()
    session.undo.undo()
    session.undo.redo()
    run(window, until)
    hints = {
        name: len(one["model"].get("hints") or ())
        for name, one in sidecars(tmp_path / "out").items()
    }
    assert hints == {"a.png": 0, "b.jpg": 1, "c.tif": 0}


def test_what_was_changed_for_all_that_wait_is_in_the_results_and_nothing_else(
    filled, until, tmp_path
):
    session = filled.session
    rows = [entry.id for entry in session.model.entries]
    session.change(rows[:1], {"strength": 0.3}, "w")
    session.use_settings(replace(session.preferences.settings, format="png"), rows)
    until(lambda: session.undo.count() == 2)
    run(filled, until)
    out = tmp_path / "out"
    names = sorted(file.name for file in out.rglob("*.png"))
    assert names == ["a_color.png", "b_color.png", "c_color.png"]
    strengths = {name: one["settings"]["strength"] for name, one in sidecars(out).items()}
    assert strengths == {"a.png": 0.3, "b.jpg": 1.0, "c.tif": 1.0}


def test_a_film_that_is_not_read_yet_has_no_times(window, film, until):
    window.add([film])
    until(lambda: window.session.model.rowCount() == 1)
    timeline, told = window.look_panel.timeline, []
    until(lambda: told.append(timeline._where.text()) or "0:01" in told[-1])
    assert not [words for words in told if "0:00 / 0:00" in words]
