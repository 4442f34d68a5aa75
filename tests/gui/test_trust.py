"""What a night's work has to be able to rely on, tried through the window and the real worker."""

import os
import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QLabel

from colorizer.jobs import JobState
from colorizer.places.hint import Hint
from gui.app.at_end import AtEnd
from gui.session import engine as engine_module
from gui.session.activity import Activity
from gui.session.engine import Life, NoWorker
from gui.session.queue_cells import COLUMNS, Column
from tests.gui import keys

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def states(window):
    return [str(entry.state) for entry in window.session.model.entries]


def names(window):
    return [entry.job.source.name for entry in window.session.model.entries]


def cell(window, row, column):
    return window.session.model.index(row, COLUMNS.index(column)).data()


def test_everything_selected_and_deleted_comes_back_with_its_hints(filled, qtbot):
    model = filled.session.model
    first = model.entries[0].id
    filled.session.give_hints(first, (Hint(0.5, 0.5, 20.0, 30.0),), "w")
    before = list(model.entries)
    table = filled.queue_panel.table
    table.setFocus()
    keys.click(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(filled.session.selected) == 3
    filled.acts["remove"].trigger()
    assert model.rowCount() == 0
    assert filled.acts["undo"].isEnabled()
    filled.acts["undo"].trigger()
    assert list(model.entries) == before
    filled.session.move([before[2].id], "top")
    filled.acts["undo"].trigger()
    assert list(model.entries) == before


def kept(model):
    """Return what rows have, but what is still read of their files."""
    return [(entry.id, entry.job, entry.state) for entry in model.entries]


def test_done_files_that_were_cleared_come_back(filled, until):
    model = filled.session.model
    done = model.entries[1].id
    model.change(done, state=JobState.DONE)
    before = kept(model)
    until(filled.acts["clear_done"].isEnabled)
    filled.acts["clear_done"].trigger()
    assert [entry.id for entry in model.entries] == [one[0] for one in before if one[0] != done]
    filled.acts["undo"].trigger()
    assert kept(model) == before


def test_the_first_row_is_selected_when_it_is_shown(filled):
    entry = filled.session.model.entries[0]
    assert filled.session.shown == entry.id
    assert filled.session.selected == (entry.id,)
    assert filled.acts["remove"].isEnabled()
    assert filled.acts["reveal"].isEnabled()


@pytest.mark.slow
def test_ctrl_home_and_end_move_rows_and_not_the_cursor(filled, qtbot):
    while popup := QApplication.activePopupWidget():  # of another test
        popup.close()
    filled.activateWindow()
    table = filled.queue_panel.table
    table.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is table and filled.isActiveWindow())
    before = names(filled)
    filled.queue_panel.select(filled.session.model.entries[0].id)
    assert filled.session.selected == (filled.session.model.entries[0].id,)
    qtbot.waitUntil(filled.acts["bottom"].isEnabled)
    keys.click(table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert names(filled) == [*before[1:], before[0]]
    assert filled.session.shown_entry().job.source.name == before[0], "it is still the one chosen"
    keys.click(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert names(filled) == before


@pytest.mark.slow
def test_a_row_that_the_filter_hides_is_not_changed(filled, until):
    filled.queue_panel.select(filled.session.model.entries[0].id)
    hidden = filled.session.shown
    filled.queue_panel.search.setText("b.jpg")
    until(lambda: filled.queue_panel.table.model().rowCount() == 1)
    assert filled.session.shown != hidden
    assert hidden not in filled.session.selected
    filled.look_panel.adjust.slider("strength").setValue(20)
    assert filled.session.model.entry(hidden).job.settings.strength == 1.0
    filled.queue_panel.search.setText("no such file")
    until(lambda: filled.queue_panel.table.model().rowCount() == 0)
    assert filled.session.shown is None
    assert filled.session.selected == ()
    assert not filled.look_panel.adjust.isEnabled()


@pytest.mark.slow
def test_a_worker_that_was_given_up_is_said_and_started_again(filled, until, monkeypatch):
    session, told = filled.session, []
    session.runner.halted.connect(told.append)
    working = engine_module.worker_command
    monkeypatch.setattr(engine_module, "worker_command", lambda: ("/nowhere/python", []))
    os.kill(session.engine.process_id, KILL)
    until(lambda: session.engine.life is Life.GIVEN_UP)
    assert told
    assert filled.acts["engine_again"].isEnabled()
    assert "Start the engine again" in filled.device_label.text()
    with pytest.raises(NoWorker):
        session.engine.send(do="pause")
    filled.acts["start"].trigger()  # tries again, and says why it can't
    until(lambda: session.engine.life is Life.GIVEN_UP and not session.runner.is_active)
    assert "running" not in states(filled)
    monkeypatch.setattr(engine_module, "worker_command", working)
    filled.acts["engine_again"].trigger()
    until(lambda: session.engine.life is Life.READY)
    assert not filled.acts["engine_again"].isEnabled()
    filled.acts["start"].trigger()
    until(lambda: states(filled) == ["done"] * 3)


@pytest.mark.slow
def test_a_queue_that_was_stopped_is_not_finished(filled, until, monkeypatch):
    told, wished = [], []
    monkeypatch.setattr(AtEnd, "tell", lambda self, words: wished.append(self.wish))
    runner = filled.session.runner
    runner.stopped.connect(lambda: told.append("stopped"))
    runner.finished.connect(lambda: told.append("finished"))
    filled.acts["wish_quit"].trigger()
    runner.slots = 1
    runner.start()
    filled.acts["stop_after"].trigger()
    until(lambda: not runner.is_active)
    assert told == ["stopped"]
    assert wished == []
    runner.start()
    until(lambda: not runner.is_active)
    assert told == ["stopped", "finished"]
    assert wished == ["quit"]


@pytest.mark.slow
def test_time_goes_on_when_nothing_reports(filled, until, monkeypatch):
    session = filled.session
    session.engine.send = lambda **_: None  # the worker never hears of it
    session.runner.start()
    until(lambda: "for 0:02" in filled.output.words, 10_000)
    del session.engine.send


@pytest.mark.slow
def test_a_paused_file_says_so(filled, until):
    session = filled.session
    session.engine.send = lambda **_: None
    session.runner.slots = 1
    session.runner.start()
    assert cell(filled, 0, Column.STATE) == "Running"
    filled.acts["start"].trigger()
    assert session.runner.activity is Activity.PAUSED
    assert cell(filled, 0, Column.STATE) == "Paused"
    assert cell(filled, 1, Column.STATE) == "Waiting"
    assert "paused" in filled.output.words
    filled.acts["start"].trigger()
    assert cell(filled, 0, Column.STATE) == "Running"
    del session.engine.send


@pytest.mark.slow
def test_one_file_is_one_file(window, scans, until):
    window.add([scans / "a.png"])
    until(lambda: window.session.model.rowCount() == 1)
    until(lambda: "1 file added" in window.statusBar().currentMessage())
    until(lambda: window.output.words == "0 of 1 file")


@pytest.mark.slow
def test_what_is_in_the_queue_already_is_said_and_shown(filled, scans, until):
    filled.add([scans / "b.jpg"])
    until(lambda: "1 is in the queue already" in filled.statusBar().currentMessage())
    assert filled.session.shown_entry().job.source.name == "b.jpg"
    (scans / "1920" / "d.png").write_bytes((scans / "a.png").read_bytes())
    filled.add([scans])
    until(lambda: "3 are in the queue already" in filled.statusBar().currentMessage())
    assert "1 file added" in filled.statusBar().currentMessage()
    assert filled.session.shown_entry().job.source.name == "d.png"


def test_a_drop_is_shown_over_rows_too(filled, scans):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(scans))])
    table = filled.queue_panel.table
    before = table.viewport().grab().toImage()
    event = QDragEnterEvent(
        QPoint(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    filled.dragEnterEvent(event)
    assert table.is_hot
    assert table.viewport().grab().toImage() != before
    filled._show_drop(False)
    assert not table.is_hot


@pytest.mark.slow
def test_names_of_files_are_never_html(window, scans, until):
    odd = scans / "<b>bold<br>&amp;.png"
    (scans / "a.png").rename(odd)
    window.add([odd])
    until(lambda: window.session.model.rowCount() == 1)
    index = window.session.model.index(0, 0)
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;bold&lt;br&gt;&amp;amp;" in tip
    labels = [one for one in window.findChildren(QLabel) if "bold" in one.toolTip() + one.text()]
    assert labels
    for label in labels:
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert "<b>bold" not in label.toolTip()
    plain = Qt.TextFormat.PlainText
    rich = [one for one in window.findChildren(QLabel) if one.textFormat() is not plain]
    assert rich == [window.output._words], "numbers with links, no names"
    window.session.troubled.emit(str(odd))
    boxes = [w for w in QApplication.topLevelWidgets() if w.inherits("QMessageBox")]
    assert boxes
    for box in boxes:
        assert box.textFormat() is Qt.TextFormat.PlainText
        box.close()


@pytest.mark.slow
def test_the_log_is_kept_and_a_crash_is_said(open_window, profile, until):
    first = open_window()
    first.session.engine.note("of the first window")
    first.session.log.close = lambda: None  # as a crash would leave it
    first.close()
    again = open_window()
    assert "Help, Log may show why" in again.statusBar().currentMessage()
    again.acts["log"].trigger()
    assert "of the first window" in again.program._log._text.toPlainText()
    again.close()
    assert not open_window().session.log.crashed


@pytest.mark.slow
def test_who_kills_the_window_leaves_nothing_in_the_log(open_window):
    first = open_window()
    first.session.log.close = lambda: None
    first.close()
    words = open_window().statusBar().currentMessage()
    assert words == "The window did not close the last time; the queue is as it was."


def test_a_crash_of_a_library_is_in_the_log(tmp_path):
    code = (
        "import sys, faulthandler; from pathlib import Path;"
        "from gui.session.kept_log import KeptLog;"
        "KeptLog(Path(sys.argv[1])).take_faults(); faulthandler._sigsegv()"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path]).returncode != 0
    assert "Segmentation fault" in (tmp_path / "colorizer.log").read_text()


def test_the_kept_log_has_a_bound(tmp_path):
    from gui.session.kept_log import KeptLog

    log = KeptLog(tmp_path)
    for _ in range(60):
        log.add("x" * 100_000)
    assert sum(file.stat().st_size for file in tmp_path.glob("*.log")) < 2.5 * 2**20
