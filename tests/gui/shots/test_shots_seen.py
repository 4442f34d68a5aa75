"""Shots in the window: what a run and a look make of them."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.guidance.shot_plan_files import plan_of
from colorizer.jobs import JobState
from tests.draw_shots import chroma_of, square_at
from tests.engine.test_worker import painted
from tests.gui.shots.conftest import RATE

pytestmark = pytest.mark.slow


def test_the_run_obeys_what_was_changed_and_sends_nothing_to_nobody(found, shop, until):
    found.film.list.table.selectRow(1)
    found.film.list.values.skip.click()
    came = []
    shop.session.engine.frame_done.connect(came.append)
    cut = shop.acts["cut"]
    assert cut.isEnabled()
    shop.session.runner.start()
    until(lambda: not cut.isEnabled())
    shop.session.undo.undo()
    until(lambda: "in progress" in found.film.list.words.text())
    assert shop.session.undo.index() == 3
    assert plan_of(found.entry().job, RATE).shots[1].own, "the film in progress keeps them"
    until(lambda: not shop.session.runner.is_active)
    until(cut.isEnabled)
    entry = found.entry()
    assert (entry.state, entry.reason) == (JobState.DONE, "")
    assert came == []
    chroma = chroma_of(entry.job.target)
    assert all((chroma[index] == 128).all() for index in range(20, 32))
    assert not (chroma[19] == 128).all()
    assert not (chroma[32] == 128).all()
    assert {"shots", "shot_settings"} <= read_sidecar(sidecar_of(entry.job.target)).keys()


def test_a_reference_is_chosen_for_a_shot_and_seen_in_it(
    found, shop, until, drawn, tmp_path, monkeypatch
):
    painted(drawn, 20, tmp_path / "painted.png")
    names = [str(tmp_path / "painted.png"), str(tmp_path / "upside_down.png")]
    Image.open(names[0]).rotate(180).save(names[1])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (names[0], ""))
    found.film.list.table.selectRow(1)
    found.film.list.reference.click()
    until(lambda: not found.is_busy)
    assert found._seen.ab[:, 1].astype(float).mean() > 20
    assert "painted.png" in found.film.list.model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    found.timeline.go_to(24)
    until(lambda: not found.is_busy)
    assert found._seen.ab[:, 1].astype(float).mean() > 12, "it travels"
    found.film.list.values.reset.click()
    until(lambda: not found.is_busy)
    assert found._seen.ab[:, 1].astype(float).mean() < 8
    names.reverse()
    found.film.list.reference.click()
    until(lambda: "upside_down.png" in found.view.message)
    shop.session.undo.undo()
    until(lambda: not found.is_busy)
    assert found.view.message == ""


def test_shots_of_a_list_that_is_wrong_are_said_and_not_written(found, until):
    file = found.entry().job.settings.shots
    own = file.with_suffix(".toml")
    own.write_text('[shot.1]\nstrength = "much"\n')
    before = file.read_text()
    found.shots.reload()
    assert found.shots.plan is None
    assert "strength" in found.film.list.words.text()
    assert file.read_text() == before
    own.unlink()


def test_a_hint_is_seen_at_another_moment_of_its_shot(found, shop, until):
    hint = (*square_at(12), 60.0, 40.0)
    shop.acts["hint"].trigger()
    found.timeline.go_to(12)
    until(lambda: not found.is_busy)
    found.hinting.add(*hint)
    until(lambda: not found.is_busy)
    found.timeline.go_to(2)
    until(lambda: not found.is_busy)
    ((x, y, _),) = found.view._hints
    assert (x, y) == pytest.approx(square_at(2), abs=0.02)
    warm = found._seen.ab.astype(float)[:, 1].mean()
    found.timeline.go_to(25)
    until(lambda: not found.is_busy)
    assert found.view._hints == [], "the next shot is another picture"
    found.timeline.go_to(2)
    shop.session.undo.undo()
    until(lambda: not found.is_busy and not found._seen.wish.job.hints)
    assert warm > found._seen.ab.astype(float)[:, 1].mean()


def test_the_frame_just_finished_is_shown_while_followed(panel, shop, until, monkeypatch):
    shown, show = [], panel.show_finished
    monkeypatch.setattr(panel, "show_finished", lambda one: (shown.append(one), show(one)))
    shop.acts["follow"].trigger()
    shop.session.runner.start()
    until(lambda: not shop.session.runner.is_active)
    assert {one.row for one in shown} == {panel.entry().id}
    assert all(1 <= one.done <= 48 and one.size == (96, 128) for one in shown)
    until(lambda: panel.is_seen and not panel.is_busy)
    shop.acts["follow"].trigger()
