"""Where keys go in a window that has just opened."""

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
