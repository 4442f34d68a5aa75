"""What came of a run, when it has ended: how many are done and failed, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from colorizer.jobs import JobState
from gui.session.session import Session
from gui.style.elided_label import ElidedLabel
from gui.words.text import clock, count

_WIDEST = 170
"""Room that what came of the run insists on, in device-independent pixels."""


class EndBar(QWidget):
    """Shown from the end of a run to the next Start."""

    state_asked = Signal(str)
    """The files in a state are to be shown: its name."""
    folder_asked = Signal()
    shown = Signal(bool)
    """It appears or goes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.words = ""
        self.label = ElidedLabel()
        self.failed = QPushButton(self.tr("Show failed"))
        self.failed.clicked.connect(lambda: self.state_asked.emit(JobState.FAILED.value))
        self.again = QPushButton(self.tr("Retry"))
        self.again.setToolTip(self.tr("Begin the files that failed again, at once"))
        self.again.clicked.connect(self._handle_again)
        self.folder = QPushButton(self.tr("Open folder"))
        self.folder.setToolTip(self.tr("Open the folder of the results"))
        self.folder.clicked.connect(self.folder_asked)
        away = QToolButton()
        away.setText("✕")
        away.setAutoRaise(True)
        away.setToolTip(self.tr("Close"))
        away.setAccessibleName(self.tr("Close"))
        away.clicked.connect(lambda: self._show(False))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        for button in (self.failed, self.again, self.folder, away):
            row.addWidget(button)
        self.hide()
        runner = session.runner
        runner.finished.connect(self._handle_end)
        runner.stopped.connect(self._handle_end)
        runner.activity_changed.connect(self._handle_activity)
        session.model.counts_changed.connect(self._handle_counts)

    def _show(self, wanted: bool) -> None:
        self.setVisible(wanted)
        self.shown.emit(wanted)

    def _handle_end(self) -> None:
        """Say what came of the run that has just ended."""
        runner = self._session.runner
        counts = Counter(end.state for end in runner.ended.values())
        if not counts:
            return
        told = end_words(counts)
        self.words = f"{told} · {clock(runner.seconds_of_last)}"
        self.label.setText(self.words)
        wide = self.fontMetrics().horizontalAdvance(self.words) + 4
        self.label.setMinimumWidth(min(wide, _WIDEST))
        for button in (self.failed, self.again):
            button.setVisible(counts[JobState.FAILED] > 0)
        self._show(True)
        self._handle_counts()

    def _handle_activity(self) -> None:
        if self._session.runner.is_active:
            self._show(False)

    def _handle_counts(self) -> None:
        """Offer nothing for files that are no more, or no longer failed."""
        counts = self._session.model.counts
        for button in (self.failed, self.again):
            button.setEnabled(counts[JobState.FAILED] > 0)
        if not self._session.model.rowCount():
            self._show(False)

    def _handle_again(self) -> None:
        session = self._session
        failed = [row for row, end in session.runner.ended.items() if end.state is JobState.FAILED]
        session.retry(session.model.in_state(JobState.FAILED, among=failed))
        session.runner.start()


def end_words(counts: Mapping[JobState, int]) -> str:
    """Return how many files of a run are done, and how many ended otherwise."""
    texts = (
        (JobState.DONE, _tr("%1 done")),
        (JobState.FAILED, _tr("%1 failed")),
        (JobState.SKIPPED, _tr("%1 skipped")),
        (JobState.CANCELLED, _tr("%1 cancelled")),
    )
    return ", ".join(
        text.replace("%1", count(counts.get(state, 0)))
        for state, text in texts
        if counts.get(state, 0) or state is JobState.DONE
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("end", text)
