"""Everything fits the smallest windows, in every language, with shots open."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QPushButton,
    QToolBar,
    QToolButton,
    QWidget,
)

from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from gui.session.session import Session
from gui.settings.settings_dialog import SettingsDialog
from gui.words.language import Words, languages, read_words
from tests.gui.conftest import make_window

SIZES = ((1024, 640), (800, 500))
"""At 100 %, and 1600 x 1000 at 200 %."""


@pytest.fixture(params=languages())
def small(request, qapp, settings, tmp_path, monkeypatch):
    """A window in a language, as it is shown."""
    monkeypatch.setattr(Session, "begin", lambda self: None)  # no worker is needed
    translator = Words(read_words(request.param), request.param, qapp)
    if request.param != "en":
        qapp.installTranslator(translator)
    window = make_window(qapp, tmp_path / "profile", settings, tmp_path / "out")
    yield window
    window.close()
    qapp.removeTranslator(translator)


@pytest.mark.slow
def test_everything_fits_a_small_window_with_shots_open(small, until, tmp_path):
    window = small
    cuts = tmp_path / "cuts.csv"
    cuts.write_text("first_frame\n0\n20\n")
    # Shots of every kind: the columns for them are shown.
    cuts.with_suffix(".toml").write_text('[shot.1]\nscene = "Street"\ncards = "card"\n')
    film = Job(tmp_path / "a.mkv", tmp_path / "b.mkv", Kind.FILM, Settings(shots=cuts))
    (row,) = window.session.model.add([film])
    window.queue_panel.select(row)
    until(lambda: window.look_panel.film.list.table.isVisible())
    window.look_panel.film.list.table.selectRow(0)
    window.output.end._show(True)
    for size in SIZES:
        until(lambda size=size: (window.resize(*size), window.size().toTuple() == size)[1], 5000)
        assert window.look_panel.view.height() >= 74
        assert window.queue_panel.table.viewport().height() >= 40, "a row is seen"
        assert cut_off(window) == []
        assert shortened(window) == []
    window.output.end._show(False)


def shortened(window):
    """Return the words that a box, a title of a column or the bar above the picture cuts off."""
    found = []
    for box in window.findChildren(QComboBox):
        words = box.lineEdit().placeholderText() if box.isEditable() else box.currentText()
        arrow = 26  # and the edges; as Fusion draws them
        if box.isVisible() and box.fontMetrics().horizontalAdvance(words) > box.width() - arrow:
            found.append(words)
    for header in window.findChildren(QHeaderView):
        if not header.isVisible() or header.orientation() != Qt.Orientation.Horizontal:
            continue
        for section in range(header.count()):
            words = header.model().headerData(section, Qt.Orientation.Horizontal)
            room = header.sectionSize(section)
            edges = 4  # at least, on both sides together; as Fusion draws them
            if room and header.fontMetrics().horizontalAdvance(str(words)) + edges > room:
                found.append(f"{words} {room}")
    overflow = window.findChildren(QToolButton, "qt_toolbar_ext_button")
    return found + [button.objectName() for button in overflow if button.isVisible()]


@pytest.mark.matrix
@pytest.mark.parametrize("width", [800, 1024])
def test_a_long_name_over_the_picture_loses_its_middle_alone(small, until, tmp_path, width):
    window = small
    source = tmp_path / f"first{'_reel' * 40}_last.mkv"
    (row,) = window.session.model.add([Job(source, tmp_path / "b.mkv", Kind.FILM, Settings())])
    window.queue_panel.select(row)
    window.look_panel.saved.setVisible(True)  # "Colorize again"
    until(lambda: (window.resize(width, 500), window.width() == width)[1], 5000)
    name = window.look_panel.name
    begin, end = name.text().split("…")
    assert begin
    assert source.name.startswith(begin)
    assert source.name.endswith(end)
    assert ".mkv" in end
    assert len(name.text()) >= len("a name.mkv")
    assert name.fontMetrics().horizontalAdvance(name.text()) <= name.width()
    assert name.accessibleName() == str(source)
    assert str(source) in name.toolTip()


def cut_off(window):
    """Return the widgets that are not whole in the window, or too narrow for their own words."""
    found, whole = [], window.rect()
    for widget in window.findChildren(QWidget):
        inside_scrolled = any(isinstance(p, QAbstractScrollArea | QToolBar) for p in above(widget))
        if not widget.isVisible() or widget.window() is not window or inside_scrolled:
            continue
        corner = widget.mapTo(window, QPoint())
        least = widget.minimumSizeHint()
        words = isinstance(widget, QPushButton | QCheckBox | QToolButton)
        room = least - QSize(4, 4)  # of the padding
        small = words and (widget.width() < room.width() or widget.height() < room.height())
        if small or not whole.contains(QRect(corner, widget.size())):
            found.append(
                f"{type(widget).__name__} {widget.accessibleName()!r} {corner} {widget.size()}"
            )
    return found


@pytest.mark.matrix
@pytest.mark.parametrize("width", [800, 1024, 1280])
def test_the_empty_window_has_as_much_room_on_the_right_as_on_the_left(small, until, width):
    until(lambda: (small.resize(width, 500), small.width() == width)[1], 5000)
    for part in (small.output, small.pages, small.output.presets):
        left = part.mapTo(small, QPoint()).x()
        right = small.width() - part.mapTo(small, QPoint(part.width(), 0)).x()
        assert left == right
    assert not small.output._bar.isVisible(), "an empty queue has no progress"


def test_both_halves_get_their_room_and_the_same_edge(small, until, tmp_path):
    (row,) = small.session.model.add([Job(tmp_path / "a", tmp_path / "b", Kind.PHOTO, Settings())])
    small.queue_panel.select(row)
    until(lambda: (small.resize(1280, 800), small.width() == 1280)[1], 5000)
    until(lambda: min(small.splitter.sizes()) > 600, 5000)
    edge = small.output.mapTo(small, QPoint()).x()
    view = small.look_panel.view
    assert small.width() - view.mapTo(small, QPoint(view.width(), 0)).x() == edge


def test_the_settings_fit_the_screen(small, until):
    """None of their widgets is cut off, at 200 % neither."""
    dialog = SettingsDialog(small.session.preferences, 3, small)
    assert dialog.height() < dialog.screen().availableSize().height()
    dialog.show()
    for size in ((640, 680), (480, 420)):
        until(lambda size=size: (dialog.resize(*size), dialog.size().toTuple() == size)[1], 5000)
        for page in range(dialog.form.count()):
            dialog.form.setCurrentIndex(page)
            scrolled = dialog.form.currentWidget()
            assert scrolled.widget().minimumSizeHint().width() <= scrolled.viewport().width()
    dialog.close()


def above(widget):
    while widget := widget.parentWidget():
        yield widget
