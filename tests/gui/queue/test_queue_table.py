"""What matters is seen at any width of the queue."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from colorizer.engine.queue import Entry, Queue
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from gui.queue.queue_table import QueueTable
from gui.session.engine import Engine
from gui.session.queue_cells import COLUMNS, Column, note_words, words
from gui.session.queue_model import QueueModel
from gui.session.row_table import ENTRY
from gui.session.thumbnails import Thumbnails, icon_of
from gui.words.language import Words, read_words

MATTERS = (Column.NAME, Column.STATE)


@pytest.fixture(params=["en", "de"])
def table(request, qapp, qtbot, tmp_path):
    translator = Words(read_words(request.param), request.param, qapp)
    qapp.installTranslator(translator)
    queue = Queue(tmp_path / "queue.sqlite")
    model = QueueModel(queue, Thumbnails(Engine(), icon_of))
    name = "a very long name of a scan, as archives like to have them, number 17.tif"
    jobs = [Job(tmp_path / name, tmp_path / "out.tif", Kind.PHOTO, Settings())]
    model.add(jobs, JobState.FAILED, "a reason that is a good deal longer than the column is wide")
    table = QueueTable(model)
    qtbot.addWidget(table)
    table.show()
    yield table
    model.disk.close()
    qapp.removeTranslator(translator)


def seen(table):
    return {column for place, column in enumerate(COLUMNS) if not table.isColumnHidden(place)}


@pytest.mark.parametrize("width", [400, 520, 640, 900, 1600])
def test_name_and_how_far_it_is_are_in_view(table, width):
    table.resize(width, 200)
    edge = table.viewport().width()
    for column in MATTERS:
        place = COLUMNS.index(column)
        assert not table.isColumnHidden(place)
        assert table.columnViewportPosition(place) + table.columnWidth(place) <= edge
    assert not table.horizontalScrollBar().isVisible()


@pytest.mark.parametrize("width", [520, 900, 1600])
def test_the_name_gets_the_width_that_others_leave(table, width):
    table.resize(width, 200)
    others = sum(table.columnWidth(n) for n, c in enumerate(COLUMNS) if c is not Column.NAME)
    assert table.columnWidth(0) >= table.viewport().width() - others
    assert table.columnWidth(0) >= max(table.columnWidth(n) for n in range(1, len(COLUMNS)))


def test_a_note_stands_in_the_row_that_has_one_and_takes_no_room_of_others(table):
    assert [column.name for column in COLUMNS][:2] == ["NAME", "STATE"]
    assert "reason" in note_words(table.model().index(0, 0).data(ENTRY))
    table.resize(900, 200)
    with_note = table.viewport().grab().toImage()
    table.model().change(1, reason="")
    table.viewport().update()
    assert table.viewport().grab().toImage() != with_note


def test_state_share_and_time_left_are_one_cell(qapp):
    job = Job(Path("/in/a.mkv"), Path("/out/a.mkv"), Kind.FILM, Settings())
    entry = Entry(id=1, job=job, state=JobState.RUNNING, done=50, total=200, seconds=20.0)
    assert words(entry, Column.STATE) == "Running · 25% · 1:00 left"
    assert words(entry, Column.STATE, paused=True) == "Paused · 25% · 1:00 left"
    assert words(replace(entry, state=JobState.DONE), Column.STATE) == "Done"
    assert words(replace(entry, state=JobState.INTERRUPTED), Column.STATE) == "Interrupted · 25%"
    assert words(replace(entry, done=0, seconds=0.0), Column.STATE) == "Running"


def test_columns_come_as_there_is_room(table):
    table.resize(450, 200)
    few = seen(table)
    table.resize(1600, 200)
    assert few < seen(table) == set(Column)
    table.resize(450, 200)
    assert seen(table) == few


def test_a_column_can_be_asked_for_and_keeps_its_width(table):
    table.resize(450, 200)
    table._choose(Column.MODEL, True)
    assert Column.MODEL in seen(table)
    place = COLUMNS.index(Column.STATE)
    table.setColumnWidth(place, 133)  # as a hand at the header does
    table.resize(700, 200)
    assert table.columnWidth(place) == 133


def test_headings_stand_as_their_cells_do(table):
    model = table.model()
    for place in range(len(COLUMNS)):
        role = Qt.ItemDataRole.TextAlignmentRole
        heading = model.headerData(place, Qt.Orientation.Horizontal, role)
        assert heading == model.index(0, place).data(role)


def test_the_columns_fill_the_table_when_its_scroll_bar_comes_and_goes(table, tmp_path, qtbot):
    model = table.model()
    jobs = [
        Job(tmp_path / f"{n}.tif", tmp_path / f"{n}_out.tif", Kind.PHOTO, Settings())
        for n in range(8)
    ]
    model.add(jobs)
    for height in (600, 200, 600, 200):
        table.resize(660, height)
        qtbot.wait(20)
        assert table.verticalScrollBar().isVisible() == (height == 200)
        assert table.horizontalHeader().length() == table.viewport().width()


def test_the_chosen_row_stays_in_view_when_the_table_gets_low(table, tmp_path, qtbot):
    names = [tmp_path / f"{number}.tif" for number in range(5)]
    table.model().add([Job(name, name, Kind.PHOTO, Settings()) for name in names])
    table.resize(520, 400)
    table.setCurrentIndex(table.model().index(4, 0))
    assert table.currentIndex().isValid()
    table.resize(520, table.minimumHeight())

    def in_view():
        row = table.visualRect(table.currentIndex())
        return row.top() >= 0 and row.bottom() <= table.viewport().height()

    qtbot.waitUntil(in_view, timeout=2000)
