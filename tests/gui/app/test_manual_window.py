"""F1 shows the manual."""

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QListWidget, QTextBrowser

from colorizer.manual import TOPICS
from gui.app.manual_window import ManualWindow, title_of


def test_every_page_of_the_manual_is_shown_by_its_heading(qapp):
    window = ManualWindow()
    topics, shown = window.findChild(QListWidget), window.findChild(QTextBrowser)
    assert topics.count() == len(TOPICS)
    for row, topic in enumerate(TOPICS):
        topics.setCurrentRow(row)
        assert shown.toPlainText().startswith(title_of(topic)), topic
        assert "| ---" not in shown.toPlainText(), "tables are drawn as tables"


def test_a_link_to_a_page_turns_to_it(qapp):
    window = ManualWindow()
    shown = window.findChild(QTextBrowser)
    shown.anchorClicked.emit(QUrl("films.md"))
    assert shown.toPlainText().startswith(title_of("films"))


@pytest.mark.slow
def test_f1_opens_it_next_to_the_work(shared_window):
    action = shared_window.acts["manual"]
    assert action.shortcut().toString() == "F1"
    action.trigger()
    (window,) = shared_window.findChildren(ManualWindow)
    assert window.isVisible()
    assert not window.isModal()
    action.trigger()
    assert len(shared_window.findChildren(ManualWindow)) == 1
    window.close()
