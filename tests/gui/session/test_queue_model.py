import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from shiboken6 import delete

from colorizer.engine.queue import Queue
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from gui.queue.queue_panel import QueuePanel
from gui.session.changes import ChangeRows
from gui.session.preferences import Preferences
from gui.session.queue_cells import COLUMNS, Column, note_words
from gui.session.row_table import ENTRY
from gui.session.session import Session


def jobs(count: int) -> list[Job]:
    return [
        Job(Path(f"/in/{n}.jpg"), Path(f"/out/{n}_color.jpg"), Kind.PHOTO, Settings())
        for n in range(count)
    ]


@pytest.fixture
def queue(tmp_path):
    return Queue(tmp_path / "queue.sqlite")


@pytest.fixture
def session(qapp, queue, tmp_path):
    session = Session(Preferences(tmp_path / "profile"), queue)  # its worker is never started
    yield session
    session.model.disk.close()
    delete(session)  # with its timers, not when it is garbage: that may be in the next test


@pytest.fixture
def model(session):
    return session.model


def order(model) -> list[str]:
    return [entry.job.source.stem for entry in model.entries]


def cell(model, row: int, column: Column) -> str:
    return model.index(row, COLUMNS.index(column)).data()


def test_the_model_keeps_qts_rules(model, qtmodeltester):
    model.add(jobs(3))
    qtmodeltester.check(model, force_py=True)


def test_the_table_and_the_disk_always_agree(model):
    ids = model.add(jobs(5))
    model.change(ids[1], state=JobState.FAILED, reason="cut off")
    model.reorder(model.order_with([ids[4]], ids[0]))
    model.remove([ids[2]])
    on_disk = [(e.id, e.state, e.reason) for e in model.disk.ask(Queue.entries)]
    assert on_disk == [(e.id, e.state, e.reason) for e in model.entries]
    assert order(model) == ["4", "0", "1", "3"]
    assert model.counts[JobState.FAILED] == 1
    assert note_words(model.entries[2]) == "cut off"


def test_dragged_rows_land_where_they_are_dropped(model):
    model.add(jobs(4))
    data = model.mimeData([model.index(3, 0), model.index(2, 1)])
    model.dropped.connect(lambda rows, before: model.reorder(model.order_with(rows, before)))
    model.dropMimeData(data, Qt.DropAction.MoveAction, 1, 0, model.index(-1, -1))
    assert order(model) == ["0", "2", "3", "1"]


def test_changes_reach_the_view_in_bundles(model, qtbot):
    ids = model.add(jobs(1))
    told = []
    model.dataChanged.connect(lambda *_: told.append(1))
    model.change(ids[0], state=JobState.RUNNING)
    for done in range(1, 501):
        model.change(ids[0], done=done, total=500, seconds=1.0)
    qtbot.waitUntil(lambda: bool(told))
    assert len(told) <= 3
    assert "100%" in cell(model, 0, Column.STATE)


def test_progress_is_saved_at_the_end_of_a_job(model):
    (row,) = model.add(jobs(1))
    model.change(row, done=1, total=9, seconds=0.1)
    model.change(row, done=9, total=9, seconds=0.9, state=JobState.DONE)
    assert model.disk.ask(lambda file: file.entry(row)).done == 9


def test_settings_are_taken_back_on_disk_too(model):
    (row,) = model.add(jobs(1))
    command = ChangeRows("x", model, [([row], {"settings": {"strength": 0.3}})])
    command.redo()
    assert model.disk.ask(lambda file: file.entry(row)).job.settings.strength == 0.3
    command.undo()
    assert model.disk.ask(lambda file: file.entry(row)).job.settings.strength == 1.0


@pytest.mark.slow
def test_ten_thousand_rows_scroll_and_update(session, model, qtbot):
    start = time.perf_counter()
    ids = model.add(jobs(10_000))
    panel = QueuePanel(session)
    qtbot.addWidget(panel)
    panel.resize(900, 600)
    panel.show()
    bar = panel.table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 9_000)
    shown = time.perf_counter()
    for step in range(50):
        bar.setValue(step * bar.maximum() // 50)
        panel.table.viewport().grab()  # paints, whatever the display says
    scrolled = time.perf_counter()
    for number in ids[:500]:
        model.change(number, done=1, total=2, seconds=1.0)
    qtbot.wait(150)
    updated = time.perf_counter()
    print(f"10,000 rows: shown {shown - start:.2f} s, 50 screens scrolled"
          f" {scrolled - shown:.2f} s, 500 updates {updated - scrolled:.2f} s")  # fmt: skip
    assert panel.table.model().index(9_999, 0).data(ENTRY).id == ids[-1]
    assert scrolled - shown < 10
    assert updated - scrolled < 30


def test_the_filter_finds_by_name_and_state(session, model, qtbot):
    ids = model.add(jobs(12))
    panel = QueuePanel(session)
    qtbot.addWidget(panel)
    model.change(ids[11], state=JobState.FAILED)
    qtbot.keyClicks(panel.search, "11.jpg")
    qtbot.waitUntil(lambda: panel.table.model().rowCount() == 1)
    panel.search.clear()
    panel.states.setCurrentIndex(panel.states.findData(JobState.FAILED))
    assert panel.table.model().rowCount() == 1


@pytest.mark.slow
def test_all_rows_selected_do_not_slow_the_window_down(session, model, qtbot):
    model.add(jobs(10_000))
    panel = QueuePanel(session)
    qtbot.addWidget(panel)
    panel.table.selectAll()
    assert len(session.selected) == 10_000
    # Of the processor: others may have it in between.
    start = time.process_time()
    for _ in range(20):
        assert session.states_of_selected() == {JobState.WAITING}
    assert (time.process_time() - start) / 20 < 0.05
    panel.table.selectRow(3)
    assert panel.selected() == [model.entries[3].id]
