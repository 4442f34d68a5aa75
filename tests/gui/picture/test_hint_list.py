"""Hints by mouse, by keys and in a list: names, other colours, removal."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.picture.colour_menu import ColourMenu
from gui.picture.colour_names import colour_name
from gui.picture.shading import ab_of
from tests.gui import keys


@pytest.fixture
def panel(shared_window, first_seen, until):
    window, panel = shared_window, first_seen
    window.session.set_look(hints=True)
    yield panel
    window.session.set_look(hints=False)
    window.session.undo.setIndex(0)
    until(lambda: not panel.is_busy)


@pytest.mark.parametrize(
    ("css", "name"),
    [("red", "Red"), ("blue", "Blue"), ("green", "Green"), ("gray", "Gray"), ("yellow", "Yellow"),
     ("saddlebrown", "Brown"), ("turquoise", "Turquoise"), ("hotpink", "Pink"), ("wheat", "Beige"),
     ("blueviolet", "Violet")],
)  # fmt: skip
def test_colours_have_the_names_that_people_give_them(css, name):
    """The references are the colour keywords of CSS (SVG 1.1), which Qt knows."""
    assert colour_name(*ab_of(QColor(css))).startswith(name)


@pytest.mark.slow
def test_an_empty_list_says_what_is_to_be_done(panel, shared_window):
    words = panel.shelf._hints.words
    assert words.text().startswith("Click on the picture")
    shared_window.session.set_look(hints=False)
    assert words.text().startswith("Press H and click")


@pytest.mark.slow
def test_a_hint_is_listed_with_its_colours_name_recoloured_and_removed(panel):
    listed = panel.shelf._hints
    panel.hinting.add(0.25, 0.5, 60.0, 45.0)
    panel.hinting.add(0.75, 0.5, 0.0, -50.0)
    assert panel.shelf.isVisibleTo(panel.window())
    assert listed.list.count() == 2
    assert listed.list.item(0).text() == "Red, vivid · 25%, 50%"
    listed.list.setCurrentRow(1)
    assert panel.view._marked == {1}, "it stands out on the picture"
    panel.hinting._recolour(listed.selected(), 0.0, 0.0)
    assert listed.list.item(1).text().startswith("Gray")
    assert listed.selected() == [1], "it stays chosen"
    listed.remove.click()
    assert [hint.x for hint in panel.entry().job.hints] == [0.25]


@pytest.mark.slow
def test_a_hint_is_placed_recoloured_and_removed_by_keys(panel, qtbot, monkeypatch):
    offered = []
    monkeypatch.setattr(ColourMenu, "popup", lambda menu, where: offered.append(menu))
    view = panel.view
    view.setFocus()
    view._cross = (0.5, 0.5)
    qtbot.waitUntil(view.hasFocus)
    seen = [view.grab().toImage()]
    for _ in range(5):
        qtbot.keyClick(view, Qt.Key.Key_Right)
        seen.append(view.grab().toImage())
    assert all(one != other for one, other in pairwise(seen)), "the cross is seen to move"
    keys.click(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    offered[-1].chosen.emit(20.0, 20.0)
    (hint,) = panel.entry().job.hints
    assert (hint.x, hint.y) == pytest.approx((0.6, 0.496))
    assert (hint.a, hint.b) == (20.0, 20.0)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    offered[-1].chosen.emit(-30.0, 10.0)
    assert [(one.a, one.b) for one in panel.entry().job.hints] == [(-30.0, 10.0)]
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert panel.entry().job.hints == ()
    assert panel._session.model.rowCount() == 3, "Delete is not that of the queue"


@pytest.mark.slow
def test_the_picture_says_what_a_click_does(panel):
    assert any("Click" in words for words in panel.view._footer())
    panel._session.set_look(hints=False)
    assert not any("Click" in words for words in panel.view._footer())


def test_the_list_of_hints_comes_to_the_front_when_clicks_begin_to_place_them(panel, shared_window):
    shelf, session = panel.shelf, shared_window.session
    assert shelf.currentWidget() is shelf._hints
    shelf.setCurrentIndex(1)
    session.set_look(unsure=not session.look.unsure)
    assert shelf.currentIndex() == 1, "what a person chose stays"
    session.set_look(unsure=not session.look.unsure)
    session.set_look(hints=False)
    session.set_look(hints=True)
    assert shelf.currentWidget() is shelf._hints
