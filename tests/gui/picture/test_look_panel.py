"""The picture's side of the window, through the real worker process."""

import json

import pytest
from PySide6.QtWidgets import QMenu

from colorizer.jobs import JobState
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from gui.session.look import Mode


@pytest.fixture
def seen(shared_window, until):
    """A window that shows the first of three photos, none of them changed."""
    window = shared_window
    until(lambda: window.session.model.rowCount() == 3)
    window.queue_panel.select(window.session.model.entries[0].id)
    until(lambda: window.look_panel.is_seen and not window.look_panel.is_busy)
    yield window
    window.session.undo.setIndex(0)
    window.session.set_look(mode=Mode.SPLIT, hints=False, unsure=False)
    until(lambda: not window.look_panel.is_busy)


@pytest.mark.slow
def test_sliders_change_the_picture_and_the_job_without_the_network(seen, qtbot):
    panel = seen.look_panel
    before = panel.view._after.copy()
    panel.adjust.slider("strength").setValue(0)
    assert not panel.is_busy
    assert panel.view._after != before
    assert panel.entry().job.settings.strength == 0
    seen.acts["undo"].trigger()
    assert panel.entry().job.settings.strength == 1
    assert panel.adjust.slider("strength").value() == 100


@pytest.mark.slow
def test_values_are_given_to_all_that_wait(seen):
    rows = [entry.id for entry in seen.session.model.entries]
    seen.session.model.change(rows[2], state=JobState.DONE)
    seen.look_panel.adjust.slider("vividness").setValue(20)
    seen.look_panel.adjust.spread.emit()
    found = [entry.job.settings.vividness for entry in seen.session.model.entries]
    assert found == [0.2, 0.2, Settings().vividness]
    seen.session.model.change(rows[2], state=JobState.WAITING)


@pytest.mark.slow
def test_a_file_in_progress_can_not_be_changed_until_it_is_done(seen, until):
    panel, model = seen.look_panel, seen.session.model
    slider = panel.adjust.slider("strength")
    seen.session.set_look(hints=True)
    row = panel.entry().id
    try:
        model.change(row, state=JobState.RUNNING)
        until(lambda: not slider.isEnabled())
        assert not panel.view.edits_hints
        assert not panel.view.takes_pictures
        assert panel.view._notes == ["In progress: colours can be changed when it is done"]
    finally:
        model.change(row, state=JobState.WAITING)
    until(slider.isEnabled)
    assert panel.view.edits_hints
    assert panel.view.takes_pictures
    assert panel.view._notes[0].startswith("Click or Enter")


@pytest.mark.slow
def test_the_last_of_several_hints_set_at_once_is_in_the_picture(seen, until):
    panel = seen.look_panel
    seen.session.set_look(hints=True)
    panel.hinting.add(0.25, 0.5, 70.0, 50.0)
    panel.hinting.add(0.75, 0.5, 70.0, 50.0)
    until(lambda: len(panel._seen.wish.job.hints) == 2)
    assert panel._seen.wish.job.hints == panel.entry().job.hints
    seen.session.undo.undo()
    seen.session.undo.undo()
    assert panel.entry().job.hints == ()
    until(lambda: not panel._seen.wish.job.hints)


@pytest.mark.slow
def test_a_hint_changes_the_picture_is_kept_and_taken_back(seen, until):
    panel = seen.look_panel
    old = panel.view._after.copy()
    seen.session.set_look(hints=True)
    panel.hinting.add(0.5, 0.5, 70.0, 50.0)
    assert panel.entry().job.hints == (Hint(0.5, 0.5, 70.0, 50.0),)
    until(lambda: not panel.is_busy)
    assert panel.view._after != old
    seen.session.undo.undo()
    assert panel.entry().job.hints == ()


def test_likely_colours_are_offered_at_a_click(seen, until, qapp):
    seen.session.set_look(hints=True)
    seen.look_panel.view.clicked.emit(0.5, 0.5)
    menu = next(w for w in qapp.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible())
    until(lambda: "%" in "".join(action.text() for action in menu.actions()))
    choice = next(action for action in menu.actions() if "%" in action.text())
    choice.trigger()
    menu.close()
    assert len(seen.look_panel.entry().job.hints) == 1


def test_keys_change_the_view(seen):
    view, actions = seen.look_panel.view, seen.acts
    actions["side"].trigger()
    assert view.mode is Mode.SIDE
    actions["blink"].trigger()
    assert view.mode is Mode.BEFORE
    assert actions["before"].isChecked()
    actions["blink"].trigger()
    assert view.mode is Mode.AFTER


@pytest.mark.slow
def test_typed_keys_reach_the_picture_after_adding(seen, qtbot, qapp):
    seen.activateWindow()
    qtbot.waitUntil(lambda: qapp.focusWidget() is not None)
    seen.queue_panel.table.setFocus()
    qtbot.keyClick(seen.queue_panel.table, "4")
    assert seen.look_panel.view.mode is Mode.AFTER
    seen.acts["find"].trigger()
    qtbot.keyClick(qapp.focusWidget(), "2")
    assert seen.queue_panel.search.text() == "2"
    assert seen.look_panel.view.mode is Mode.AFTER
    seen.queue_panel.search.clear()


@pytest.mark.slow
def test_unsure_places_are_covered_on_wish(seen, until):
    seen.acts["unsure"].trigger()
    until(lambda: not seen.look_panel.view._cover.isNull())
    assert "Pink: low confidence in the colour" in seen.look_panel.view._footer()


@pytest.mark.slow
def test_a_film_is_seen_at_any_time_and_done_with_all_frames(window, film, until, tmp_path):
    (tmp_path / "broken.jpg").write_text("no picture")
    window.add([film, tmp_path / "broken.jpg"])
    panel = window.look_panel
    until(lambda: panel.is_seen and panel.timeline.last == 11)
    first = panel.view._before.copy()
    window.acts["step_on"].trigger()
    until(lambda: not panel.is_busy)
    assert panel.view._before != first
    panel.timeline.go(99.0)
    assert panel.timeline.time == pytest.approx(11 / 12)
    assert window.acts["hint"].isEnabled()
    window.session.runner.start()
    until(lambda: not window.session.runner.is_active)
    entry, broken = window.session.model.entries
    assert (entry.state, entry.done, entry.reason) == (JobState.DONE, 12, "")
    assert entry.job.target.exists()
    window.queue_panel.select(broken.id)
    until(lambda: "broken.jpg" in panel.view.message)
    assert broken.reason in window.details.words


@pytest.mark.slow
def test_a_hint_of_a_film_is_of_its_moment_and_reaches_the_result(window, film, until):
    window.add([film])
    panel = window.look_panel
    until(lambda: panel.is_seen and panel.timeline.last == 11)
    window.acts["hint"].trigger()
    panel.timeline.go(5 / 12)
    until(lambda: not panel.is_busy)
    before = panel._seen.ab.copy()
    panel.hinting.add(0.5, 0.5, 70.0, 50.0)
    until(lambda: not panel.is_busy and not (panel._seen.ab == before).all())
    assert panel.entry().job.hints == (Hint(0.5, 0.5, 70.0, 50.0, pytest.approx(5 / 12)),)
    assert len(panel.view._hints) == 1
    panel.view.hint_moved.emit(0, 0.25, 0.75)
    assert panel.entry().job.hints == (Hint(0.25, 0.75, 70.0, 50.0, pytest.approx(5 / 12)),)
    panel.timeline.step(1)
    until(lambda: not panel.is_busy)
    assert len(panel.view._hints) == 1, "it goes through its shot"
    panel.view.hint_moved.emit(0, 0.3, 0.7)
    (hint,) = panel.entry().job.hints
    assert hint == Hint(0.3, 0.7, 70.0, 50.0, pytest.approx(6 / 12)), (
        "and is set again where it is moved"
    )
    window.session.undo.undo()
    assert "(0:00.4)" in window.details.words
    window.session.runner.start()
    until(lambda: not window.session.runner.is_active)
    entry = window.session.model.entries[0]
    assert (entry.state, entry.reason) == (JobState.DONE, "")
    sidecar = entry.job.target.with_name(entry.job.target.name + ".colorize.json")
    assert len(json.loads(sidecar.read_text())["model"]["hints"]) == 1
