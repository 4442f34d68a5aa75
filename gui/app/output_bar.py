"""Where results go, what the first one is called, and how far the whole queue is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from gui.app.text import shown


class ElidedLabel(QLabel):
    """A label that shortens its text in the middle where it does not fit, and shows it as a tip."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._elide()

    def full_text(self) -> str:
        """Return the text before it is shortened."""
        return self._text

    def resizeEvent(self, event: object) -> None:
        """Shorten again."""
        self._elide()

    def _elide(self) -> None:
        fits = self.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideMiddle, max(0, self.width() - 2)
        )
        super().setText(fits)


class OutputBar(QWidget):
    """Output folder, first name, progress of the queue."""

    out_changed = Signal(Path)

    def __init__(self, out: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._out = out
        self._create_rows()
        self.set_first(None)

    @property
    def out(self) -> Path:
        """The folder results go to."""
        return self._out

    def set_out(self, out: Path) -> None:
        """Show another output folder and tell about it."""
        if out != self._out:
            self._out = out
            self._folder.setText(shown(out))
            self.out_changed.emit(out)

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
        self._bar.setValue(done)
        self._words.setText(words)

    def _create_rows(self) -> None:
        self._folder = ElidedLabel(shown(self._out))
        self._first = ElidedLabel()
        self._change = QPushButton(self.tr("Change…"))
        self._change.setToolTip(self.tr("Choose the folder for the results"))
        self._change.clicked.connect(self._handle_change)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedHeight(8)
        self._bar.setAccessibleName(self.tr("Progress of the queue"))
        self._words = ElidedLabel()
        head = QLabel(self.tr("Results go to"))
        head.setBuddy(self._change)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(head, 0, 0)
        layout.addWidget(self._folder, 0, 1)
        layout.addWidget(self._change, 0, 2)
        layout.addWidget(self._first, 1, 1, 1, 2)
        layout.addWidget(self._bar, 2, 0, 1, 3)
        layout.addWidget(self._words, 3, 0, 1, 3)
        layout.setColumnStretch(1, 1)

    def _handle_change(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, self.tr("Folder for the results"), str(self._nearest())
        )
        if chosen:
            self.set_out(Path(chosen))

    def _nearest(self) -> Path:
        return next((f for f in (self._out, *self._out.parents) if f.is_dir()), Path.home())
