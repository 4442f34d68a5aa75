"""Where keys go in a window that has just opened."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from colorizer.jobs import Job, Kind
from gui.session.session import Session


def focused(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return QApplication.focusWidget()


def test_after_a_restart_keys_go_to_the_queue(open_window, qtbot, monkeypatch, tmp_path, settings):
    monkeypatch.setattr(Session, "begin", lambda self: None)  # no worker is needed
    window = open_window()
    assert isinstance(focused(window, qtbot), QPushButton), "adds the first files"
    window.session.model.add([Job(tmp_path / "a.png", tmp_path / "b.png", Kind.PHOTO, settings)])
    window.close()
    again = open_window()
    assert focused(again, qtbot) is again.queue_panel.view


def test_tab_goes_from_button_to_button_as_they_stand(open_window, monkeypatch):
    monkeypatch.setattr(Session, "begin", lambda self: None)
    film = open_window().look_panel.film

    def after(widget, count):
        found = [widget]
        while len(found) < count:
            following = found[-1].nextInFocusChain()
            while not following.focusPolicy() & Qt.FocusPolicy.TabFocus:
                following = following.nextInFocusChain()
            found.append(following)
        return found

    tools = after(film.list.reference, 6)
    assert [b.text() for b in tools[:4]] == ["Reference…", "Cut here", "Join", "Move cut"]
    assert tools[4:] == [film.list.search, film.list.table]
    line = after(film.timeline._on, 5)
    assert [b.text() for b in line[1:4]] == ["Play", "Begin the part here", "End the part here"]
    assert line[4] is film.timeline._slider
