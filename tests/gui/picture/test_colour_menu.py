"""Colours a person chose are offered again, tomorrow too."""

import pytest
from PySide6.QtGui import QColor

from gui.picture.colour_menu import RECENT, ColourMenu, RecentColours


def test_the_newest_comes_first_and_none_comes_twice(qtbot):
    recent = RecentColours()
    told = []
    recent.changed.connect(told.append)
    for name in ("#102030", "#a0b0c0", "#102030"):
        recent.add(QColor(name))
    assert told[-1] == ["#102030", "#a0b0c0"]
    for number in range(20):
        recent.add(QColor(number, 0, 0))
    assert len(recent.colours) == RECENT


def test_what_is_no_colour_is_not_restored():
    recent = RecentColours()
    recent.restore(["#102030", "no colour", 7, None])
    assert [colour.name() for colour in recent.colours] == ["#102030"]


@pytest.mark.slow
def test_recent_colours_are_kept_by_the_window(open_window):
    first = open_window()
    first.look_panel.hinting.recent.add(QColor("#2040ff"))
    first.close()
    second = open_window()
    menu = ColourMenu(second.look_panel.hinting.recent.colours, second)
    assert "Recent: Blue, vivid · #2040ff" in [action.text() for action in menu.actions()]
