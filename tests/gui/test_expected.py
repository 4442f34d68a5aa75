"""What people know of such programs and expect here, tried through the window."""

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication

from colorizer.jobs import JobState
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from tests.gui import keys


def test_settings_of_all_selected_rows_change_at_once(filled, qtbot):
    table, model = filled.queue_panel.table, filled.session.model
    flags = QItemSelectionModel.SelectionFlag
    for row in (0, 2):
        table.selectionModel().select(table.model().index(row, 0), flags.Select | flags.Rows)
    filled.look_panel.adjust.slider("strength").setValue(20)
    assert [entry.job.settings.strength for entry in model.entries] == [0.2, 1.0, 0.2]
    assert filled.session.undo.count() == 1


def test_a_row_that_is_moved_stays_in_view(filled):
    panel, ids = filled.queue_panel, filled.session.model.ids()
    table = panel.table
    table.setFixedHeight(table.horizontalHeader().height() + table.rowHeight(0) + 8)
    panel.select(ids[2])
    QApplication.processEvents()
    for move, row in (("top", 0), ("down", 1), ("undo", 0)):
        filled.acts[move].trigger()
        assert table.currentIndex().row() == row
        assert table.visualRect(table.currentIndex()).top() == 0, move


def test_files_in_a_state_are_shown_while_ctrl_is_held(filled):
    ids, model = filled.session.model.ids(), filled.session.model
    model.change(ids[1], state=JobState.FAILED)
    with keys.held(Qt.KeyboardModifier.ControlModifier):
        for _ in range(2):
            filled.queue_panel.show_state(JobState.FAILED)
            assert filled.session.selected == (ids[1],)


@pytest.mark.slow
def test_files_are_pasted(window, scans, until):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(scans / "a.png"))])
    QApplication.clipboard().setMimeData(data)
    window.acts["paste"].trigger()
    until(lambda: window.session.model.rowCount() == 1)
    QApplication.clipboard().setText("no files")
    window.acts["paste"].trigger()
    assert "holds no files" in window.statusBar().currentMessage()


@pytest.mark.slow
def test_look_and_hints_are_copied_to_other_pictures(filled):
    session = filled.session
    first, second, third = (entry.id for entry in session.model.entries)
    hints = (Hint(0.5, 0.5, 20.0, 30.0),)
    session.change([first], {"strength": 0.4}, "w")
    session.give_hints(first, hints, "w")
    session.change([third], {"format": "same", "vividness": 0.1}, "w")
    filled.queue_panel.select(first)
    assert not filled.acts["paste_look"].isEnabled()
    filled.acts["copy_look"].trigger()
    filled.queue_panel.select(third)
    filled.acts["paste_look"].trigger()
    job = session.model.entry(third).job
    assert (job.settings.strength, job.settings.vividness, job.hints) == (0.4, 0.8, hints)
    assert session.model.entry(second).job.hints == ()
    filled.acts["undo"].trigger()
    assert session.model.entry(third).job.hints == ()


@pytest.mark.slow
def test_settings_of_the_selected_files_change_and_their_results_get_other_names(
    filled, until, monkeypatch
):
    from gui.app import program

    def answer(dialog):
        dialog.form.set_values(Settings(**{**vars(dialog.settings()), "format": "tiff"}))
        return dialog.DialogCode.Accepted

    monkeypatch.setattr(program.SettingsDialog, "exec", answer)
    before = filled.session.preferences.settings
    filled.queue_panel.table.selectAll()
    filled.acts["settings_selected"].trigger()
    targets = lambda: [e.job.target.suffix for e in filled.session.model.entries]  # noqa: E731
    until(lambda: targets() == [".tif"] * 3)
    assert filled.session.preferences.settings == before, "new files get what they got"
    filled.acts["undo"].trigger()
    assert targets() == [".png", ".jpg", ".tif"]


@pytest.mark.slow
def test_failed_is_a_link_that_shows_the_failed_files(filled, until):
    model = filled.session.model
    model.change(model.entries[1].id, state=JobState.FAILED, reason="cut off")
    until(lambda: "failed: 1" in filled.output.words)
    filled.output._words.linkActivated.emit("failed")
    table = filled.queue_panel.table.model()
    assert table.rowCount() == 1
    assert filled.session.shown_entry().job.source.name == "b.jpg"


@pytest.mark.slow
def test_folders_that_were_chosen_are_where_the_next_choice_begins(window, scans, monkeypatch):
    from gui.app import asking

    asked = []

    def choose(parent, words, folder):
        asked.append(folder)
        return [str(scans / "a.png")], ""

    monkeypatch.setattr(asking.QFileDialog, "getOpenFileNames", choose)
    window.acts["add_files"].trigger()
    window.acts["add_files"].trigger()
    assert asked == ["", str(scans)]


@pytest.mark.slow
def test_start_keeps_its_width_whatever_it_says(filled):
    button = filled.toolbar.widgetForAction(filled.acts["start"])
    wide = button.width()
    filled.session.engine.send = lambda **_: None
    filled.acts["start"].trigger()
    assert filled.acts["start"].text() == "&Pause"
    assert button.width() == wide
    del filled.session.engine.send


@pytest.mark.slow
def test_a_hint_that_is_clicked_gets_another_colour(filled, until):
    panel = filled.look_panel
    until(lambda: panel.is_seen and not panel.is_busy)
    filled.acts["hint"].trigger()
    panel.hinting.add(0.5, 0.5, 20.0, 30.0)
    until(lambda: len(panel.view._hints) == 1)
    panel.view.hint_clicked.emit(0)
    menus = [w for w in QApplication.topLevelWidgets() if w.inherits("QMenu") and w.isVisible()]
    assert menus
    menus[-1].chosen.emit(-40.0, 10.0)
    menus[-1].close()
    assert filled.session.shown_entry().job.hints == (Hint(0.5, 0.5, -40.0, 10.0),)
