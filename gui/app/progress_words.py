"""How far the queue is, in words and as a bar, while it is worked on."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from colorizer.jobs import JobState
from gui.app.output_bar import OutputBar
from gui.session.activity import PENDING, Activity
from gui.session.session import Session
from gui.words.text import clock, count, plural, span

_TICK_MS = 1000


class ProgressWords(QObject):
    """Keeps the bar below the queue up to date, each second too while files are in progress."""

    def __init__(self, session: Session, bar: OutputBar) -> None:
        super().__init__(bar)
        self._session, self._bar = session, bar
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self.show)
        session.changed.connect(self.show)
        session.runner.activity_changed.connect(self._handle_activity)
        self.show()

    def show(self) -> None:
        """Say how far the queue is."""
        model, runner = self._session.model, self._session.runner
        counts, total = model.counts, model.rowCount()
        over = total - sum(counts[state] for state in (*PENDING, JobState.RUNNING))
        files = plural(self.tr("%2 of 1 file"), self.tr("%2 of %1 files"), total)
        words = [files.replace("%2", count(over))]
        for state, text in (
            (JobState.FAILED, self.tr("failed: %1")),
            (JobState.SKIPPED, self.tr("skipped: %1")),
            (JobState.INTERRUPTED, self.tr("interrupted: %1")),
        ):
            if counts[state]:
                told = text.replace("%1", count(counts[state]))
                words.append(f'<a href="{state}">{told}</a>')
        if runner.activity is Activity.PAUSED:
            reason = runner.pause_reason
            words.append(": ".join([self.tr("paused"), *([reason] if reason else [])]))
        elif runner.is_active:
            words.append(self.tr("for %1").replace("%1", clock(runner.seconds_worked())))
            if left := span(runner.seconds_left()):
                words.append(self.tr("about %1 left").replace("%1", left))
        self._bar.set_progress(over, total, " · ".join(words) if total else "")
        waiting = model.first(*PENDING)
        self._bar.set_first(waiting.job.target if waiting else None)

    def _handle_activity(self) -> None:
        if self._session.runner.is_active:
            self._ticks.start()
        else:
            self._ticks.stop()
        self.show()
