"""The grid shows the rows of the list with its order, filter and selection, before and after."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt

from colorizer.jobs import JobState
from gui.queue.queue_grid import _PICTURE
from tests.gui import keys

pytestmark = pytest.mark.slow


@pytest.fixture
def grid(filled):
    filled.resize(1280, 800)
    filled.acts["grid"].trigger()
    assert filled.queue_panel.shows_grid
    return filled.queue_panel.grid


def test_the_toggle_keeps_the_selection_and_is_remembered(grid, filled):
    session, panel = filled.session, filled.queue_panel
    second = session.model.ids()[1]
    panel.select(second)
    assert [index.row() for index in grid.selectionModel().selectedRows()] == [1]
    filled.acts["grid"].trigger()
    assert not panel.shows_grid
    assert session.selected == (second,)
    assert session.preferences.get("grid", True) is False


def test_the_chosen_picture_stays_in_view_when_the_grid_gets_low(grid, filled, until):
    def in_view():
        tile = grid.visualRect(grid.model().index(2, 0))
        return tile.top() >= 0 and tile.bottom() <= grid.viewport().height()

    grid.setFixedSize(500, 430)
    filled.queue_panel.select(filled.session.model.ids()[2])
    until(in_view)
    grid.setFixedSize(500, 230)
    until(in_view, 2000)


def test_a_click_and_a_click_with_ctrl_select_rows_for_all_actions(grid, filled, qtbot):
    session = filled.session
    ids, model = session.model.ids(), grid.model()
    left, ctrl = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    first, third = (grid.visualRect(model.index(row, 0)).center() for row in (0, 2))
    qtbot.mouseClick(grid.viewport(), left, pos=first)
    with keys.held(ctrl):
        qtbot.mouseClick(grid.viewport(), left, ctrl, third)
    assert session.selected == (ids[0], ids[2])
    filled.acts["remove"].trigger()
    assert session.model.ids() == [ids[1]]
    assert model.rowCount() == 1


def test_the_filter_and_the_order_are_those_of_the_list(grid, filled, until):
    session = filled.session
    ids = session.model.ids()
    session.move([ids[2]], "top")
    assert grid.model().index(0, 0).data() == "c.tif"
    filled.queue_panel.search.setText("a.png")
    until(lambda: grid.model().rowCount() == 1)
    assert grid.model().index(0, 0).data() == "a.png"


def pixels(grid, row):
    """Return what is drawn of the picture of a row, without its edges, (140, 168, 3)."""
    corner = grid.visualRect(grid.model().index(row, 0)).topLeft() + QPoint(8, 8)
    image = (
        grid.viewport()
        .grab()
        .toImage()
        .copy(corner.x(), corner.y(), _PICTURE.width(), _PICTURE.height())
    )
    image = image.convertToFormat(image.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    drawn = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return drawn[2:-2, 12:-12].astype(int)  # 96 x 80 pixels fill 172 x 144 of 192 x 144


def test_before_is_gray_and_the_right_half_is_the_finished_file(grid, filled, until):
    """The result is read by Pillow: its colour is what the right half has to show."""
    session = filled.session
    row, other, _ = session.model.ids()
    filled.queue_panel.select(other)
    until(lambda: np.ptp(pixels(grid, 0)[..., 0]) > 100)
    assert np.ptp(pixels(grid, 0), axis=2).max() <= 2, "all gray"
    entry = session.model.entry(row)
    gray = np.asarray(Image.open(entry.job.source).convert("L"))
    result = np.stack([gray // 2 + 90, gray // 2, gray // 3], axis=2)
    entry.job.target.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(result).save(entry.job.target)
    session.model.change(row, state=JobState.DONE, ended=5.0)
    until(lambda: (grid.viewport().update(), np.ptp(pixels(grid, 0), axis=2).max() > 40)[1])
    seen = pixels(grid, 0)
    middle = seen.shape[1] // 2
    assert np.ptp(seen[:, : middle - 3], axis=2).max() <= 2
    y, x = seen.shape[0] // 2, round(172 * 3 / 4) - 2
    expected = result[result.shape[0] // 2, result.shape[1] * 3 // 4]
    assert np.abs(seen[y, x] - expected).max() < 16


def test_a_result_that_can_not_be_read_leaves_the_picture_before(grid, filled, until):
    session = filled.session
    row = session.model.ids()[0]
    entry = session.model.entry(row)
    entry.job.target.parent.mkdir(parents=True, exist_ok=True)
    entry.job.target.write_bytes(b"cut")
    session.model.change(row, state=JobState.DONE, ended=5.0)
    until(lambda: session.pairs.is_idle and not session.pairs.picture(
        session.model.entry(row)).before.isNull())  # fmt: skip
    assert session.pairs.picture(session.model.entry(row)).after.isNull()
