"""The manual inside the window: its topics on the left, a page on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QSplitter, QTextBrowser, QWidget

from colorizer.manual import TOPICS, page, summary
from gui.app.outside import open_outside
from gui.style.choosing import choose


class ManualWindow(QDialog):
    """Shows the pages of `colorizer help`; stays open next to the work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Manual"))
        self.resize(900, 640)
        self._topics = QListWidget()
        self._topics.setAccessibleName(self.tr("Topics"))
        for topic in TOPICS:
            self._topics.addItem(title_of(topic))
            self._topics.item(self._topics.count() - 1).setToolTip(summary(topic))
        self._page = QTextBrowser()
        self._page.setAccessibleName(self.tr("Page of the manual"))
        self._page.setOpenLinks(False)
        self._page.anchorClicked.connect(self._follow)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._topics)
        splitter.addWidget(self._page)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([180, 720])
        layout = QHBoxLayout(self)
        layout.addWidget(splitter)
        self._topics.currentRowChanged.connect(self._show)
        self.show_topic("window")

    def show_topic(self, topic: str) -> None:
        """Turn to a page, one of TOPICS."""
        choose(self._topics, self._topics.model().index(TOPICS.index(topic), 0))

    def _show(self, row: int) -> None:
        self._page.setMarkdown(page(TOPICS[row]))
        self._page.verticalScrollBar().setValue(0)

    def _follow(self, link: QUrl) -> None:
        """Turn to the page that a link names; other links open in the browser."""
        topic = link.path().removesuffix(".md")
        if not link.scheme() and topic in TOPICS:
            self.show_topic(topic)
        elif link.scheme() in ("http", "https"):
            open_outside(link)


def title_of(topic: str) -> str:
    """Return the heading of a page."""
    return page(topic).split("\n", 1)[0].lstrip("# ")
