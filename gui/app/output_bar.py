"""Where results go, what the first one is called, and how far the whole queue is."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from gui.app.end_bar import EndBar
from gui.session.session import Session
from gui.settings.preset_box import PresetBox
from gui.style.elided_label import ElidedLabel
from gui.style.plain import PlainLabel
from gui.words.text import shown


class OutputBar(QWidget):
    """Output folder, first name, progress of the queue."""

    state_asked = Signal(str)
    """The files in a state are to be shown: its name."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._has_files = False
        self._create_rows()
        self.set_first(None)
        self.end.state_asked.connect(self.state_asked)
        self.end.shown.connect(self._handle_end)
        session.settings_changed.connect(self._handle_settings)
        session.out_changed.connect(lambda out: self._folder.setText(shown(out)))

    @property
    def words(self) -> str:
        """How far the queue is, as it is read."""
        return re.sub("<[^>]*>", "", self._words.text())

    def set_first(self, target: Path | None) -> None:
        """Show the name that the next result will have."""
        if target is None:
            self._first.setText(
                self.tr("Results are new files, named as the settings say; folders are mirrored.")
            )
        else:
            self._first.setText(self.tr("Next result: %1").replace("%1", shown(target)))

    def set_progress(self, done: int, total: int, words: str) -> None:
        """Show how much of the queue is done."""
        self._bar.setMaximum(max(1, total))
        self._has_files = total > 0
        self._show_bar()
        self._bar.setValue(done)
        self._words.setText(words)

    def set_compact(self, compact: bool) -> None:
        """Leave out the name of the next result, where the window is small."""
        self._first.setVisible(not compact)
        layout = self._layout
        layout.setContentsMargins(0, 0 if compact else 4, 0, 0)
        layout.setSpacing(3 if compact else 6)

    def _handle_end(self, shown: bool) -> None:
        """What came of the run stands in the place of how far it is."""
        self._show_bar()

    def _show_bar(self) -> None:
        """An empty queue has no progress."""
        for part in (self._bar, self._words):
            part.setVisible(self._has_files and self.end.isHidden())

    def _create_rows(self) -> None:
        self._folder = ElidedLabel(shown(self._session.out))
        self._first = ElidedLabel()
        self._change = QPushButton(self.tr("Change…"))
        self._change.setToolTip(self.tr("Choose the folder for the results"))
        self._change.clicked.connect(self._handle_change)
        self.presets = self._create_presets()
        self.end = EndBar(self._session)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedHeight(8)
        self._bar.hide()
        self._bar.setAccessibleName(self.tr("Progress of the queue"))
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.RichText)  # links; it holds no names of files
        self._words.setWordWrap(True)
        self._words.hide()
        self._words.linkActivated.connect(self.state_asked)
        head = PlainLabel(self.tr("Results go to"))
        head.setBuddy(self._change)
        layout = self._layout = QGridLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(head, 0, 0)
        layout.addWidget(self._folder, 0, 1)
        layout.addWidget(self._change, 0, 2)
        layout.addWidget(self._first, 1, 1, 1, 2)
        layout.addWidget(self.presets, 2, 0, 1, 3)
        layout.addWidget(self._bar, 3, 0, 1, 3)
        layout.addWidget(self._words, 4, 0, 1, 3)
        layout.addWidget(self.end, 5, 0, 1, 3)
        layout.setColumnStretch(1, 1)
        labels = (head, self.presets.label)
        widest = max(label.sizeHint().width() for label in labels)
        for label in labels:  # what they name stands in one column
            label.setMinimumWidth(widest)

    def _create_presets(self) -> PresetBox:
        session = self._session
        presets, preferences = session.preferences.presets, session.preferences
        box = PresetBox(presets, lambda: preferences.settings, session.use_settings)
        box.show_name(preferences.get("preset", ""))
        box.renamed.connect(lambda name: preferences.put("preset", name))
        return box

    def _handle_settings(self) -> None:
        self.presets.show_name(self._session.preferences.get("preset", ""))

    def _handle_change(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, self.tr("Folder for the results"), str(self._nearest())
        )
        if chosen:
            self._session.retarget(Path(chosen))

    def _nearest(self) -> Path:
        out = self._session.out
        return next((f for f in (out, *out.parents) if f.is_dir()), Path.home())
