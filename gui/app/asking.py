"""What a person is asked with dialogs of files, and results opened with the system's programs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from colorizer.archive.records.provenance import SUFFIX
from gui.app.drop_area import local_paths
from gui.app.outside import open_outside
from gui.session.session import Session
from gui.words.text import shown


class Asking(QObject):
    """Asks for files and folders and gives the answers to the session.

    Args:
        session: obeys.
        window: that the dialogs stand before.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def add_files(self) -> None:
        """Let the person choose files to add."""
        words = self.tr("Add photos and films")
        names, _ = QFileDialog.getOpenFileNames(self._window, words, self._last("add"))
        if names:
            self._keep("add", names[0])
            self._session.add([Path(name) for name in names])

    def add_folder(self) -> None:
        """Let the person choose a folder to add."""
        words = self.tr("Add a folder with all below it")
        name = QFileDialog.getExistingDirectory(self._window, words, self._last("add"))
        if name:
            self._keep("add", name)
            self._session.add([Path(name)])

    def watch(self) -> None:
        """Let the person choose a folder to watch."""
        words = self.tr("Watch a folder: what comes into it is colorized")
        name = QFileDialog.getExistingDirectory(self._window, words, self._last("watch"))
        if name:
            self._keep("watch", name)
            self._session.watch((*self._session.watching.folders, Path(name)))

    def paste(self) -> None:
        """Add files that were copied in a file manager."""
        if paths := local_paths(QGuiApplication.clipboard().mimeData()):
            self._session.add(paths)
        else:
            self._session.told.emit(self.tr("The clipboard holds no files"))

    def export(self) -> None:
        """Let the person choose where the list of what is not done is written."""
        words, kinds = self.tr("Export queue"), "JSON (*.json)"
        start = str(Path(self._last("list")) / "queue.json")
        name, _ = QFileDialog.getSaveFileName(self._window, words, start, kinds)
        if name:
            self._keep("list", name)
            self._session.export(Path(name))

    def import_(self) -> None:
        """Let the person choose a list whose files are added."""
        words, kinds = self.tr("Import queue"), "JSON (*.json)"
        name, _ = QFileDialog.getOpenFileName(self._window, words, self._last("list"), kinds)
        if name:
            self._keep("list", name)
            self._session.import_(Path(name))

    def open_result(self) -> None:
        """Open the shown result with the system's program for it."""
        entry = self._session.shown_entry()
        if entry is not None and entry.job.target.exists():
            self.open(entry.job.target)

    def open_record(self) -> None:
        """Open the sidecar of the shown result: where its colours come from."""
        entry = self._session.shown_entry()
        if entry is None:
            return
        target = entry.job.target
        record = target.with_name(target.name + SUFFIX)
        if record.exists():
            self.open(record)
        else:
            words = self.tr("%1 has no record next to it").replace("%1", shown(target.name))
            self._session.told.emit(words)

    def reveal(self) -> None:
        """Open the folder of the shown result."""
        entry = self._session.shown_entry()
        if entry is not None:
            self.open_folder(entry.job.target.parent)

    def open_folder(self, folder: Path) -> None:
        """Open a folder, or the nearest one above it that exists."""
        existing = next((f for f in (folder, *folder.parents) if f.is_dir()), Path.home())
        self.open(existing)

    def open(self, file: Path) -> None:
        """Open a file or folder with the system's program for it."""
        open_outside(QUrl.fromLocalFile(str(file)))

    def _last(self, what: str) -> str:
        """Return the folder in which something was chosen the last time, empty for none."""
        return self._session.preferences.get(f"folder_{what}", "")

    def _keep(self, what: str, name: str) -> None:
        chosen = Path(name)
        folder = chosen if chosen.is_dir() else chosen.parent
        self._session.preferences.put(f"folder_{what}", str(folder))
