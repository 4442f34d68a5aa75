"""Pictures of the window in its states: `python -m gui.screenshots OUTDIR`.

Works without a display. `--scale 2` shows what a display of 200 % shows. The smallest windows, with
all open, are among the pictures: 1024 x 640 at 100 % and, in OUTDIR/200, 1600 x 1000 at 200 %.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.app.window import Window

_SMALLEST = {1.0: (1024, 640), 2.0: (800, 500)}
"""Window in device-independent pixels in which everything has to fit, by scale."""
_PATIENCE = 180.0
"""Seconds a state may take to come."""


def main(argv: Sequence[str] | None = None) -> int:
    """Write one PNG for each state and return the exit code."""
    arguments = _parser().parse_args(argv)
    os.environ["QT_SCALE_FACTOR"] = str(arguments.scale)
    if not os.environ.get("DISPLAY") and sys.platform == "linux":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    arguments.outdir.mkdir(parents=True, exist_ok=True)
    folder: Path = arguments.folder or Path(tempfile.gettempdir()) / f"colorizer-{os.getpid()}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        sys.exit(f"error: --folder must be a new folder, which is removed afterwards: {error}")
    try:
        _Studio(arguments, folder).shoot_all()
    finally:
        shutil.rmtree(folder)
    return 0 if arguments.scale != 1.0 or arguments.once else _shoot_doubled(argv, arguments.outdir)


def _shoot_doubled(argv: Sequence[str] | None, outdir: Path) -> int:
    """Take the pictures of the smallest window of 200 %, which Qt decides at its start."""
    given = list(sys.argv[1:] if argv is None else argv)
    changed = [str(outdir / "200") if Path(word) == outdir else word for word in given]
    size = map(str, _SMALLEST[2.0])
    command = [sys.executable, "-m", "gui.screenshots", *changed]
    return subprocess.run([*command, "--scale", "2", "--size", *size], check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gui.screenshots", description=__doc__)
    parser.add_argument("outdir", type=Path, metavar="OUTDIR")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--language", default="en", metavar="CODE")
    parser.add_argument("--weights", type=Path, metavar="FILE")
    parser.add_argument("--media", type=Path, metavar="FOLDER", help="instead of the samples")
    parser.add_argument(
        "--folder", type=Path, help="new one to work in, as the pictures will show it"
    )
    parser.add_argument("--once", action="store_true", help="without the pictures of 200 %%")
    parser.add_argument("--size", type=int, nargs=2, default=(1280, 800), metavar=("W", "H"))
    return parser


class _Studio:
    """A window with its own queue, brought from state to state."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        from colorizer.settings import Settings
        from gui.app.start import create_app, open_queue
        from gui.app.window import SAMPLES, Window
        from gui.session.preferences import Preferences
        from gui.session.session import Session
        from gui.style.theme import apply_theme
        from gui.words.language import use_language

        self._out: Path = arguments.outdir
        self._scale = arguments.scale if arguments.scale in _SMALLEST else 1.0
        self._app = create_app()
        apply_theme(self._app, arguments.theme)
        use_language(self._app, arguments.language)
        self._media = folder / "Scans"
        shutil.copytree(arguments.media or SAMPLES, self._media)
        self._spoil()
        preferences = Preferences(folder / "profile")
        preferences.put("theme", arguments.theme)
        preferences.settings = Settings(weights=arguments.weights)
        preferences.out = folder / "Colorized"
        self.window: Window = Window(Session(preferences, open_queue(preferences.queue_file)))
        self.window.resize(*arguments.size)
        self.window.show()

    def shoot_all(self) -> None:
        """Go through the states."""
        window = self.window
        self._until(lambda: bool(window.drop_area.device))
        self._shoot("empty")
        window.add([self._media])
        self._until(lambda: window.session.model.rowCount() > 0)
        self._select("astronaut.jpg")
        self._until(self._is_seen)
        self._shoot("queue_waiting")
        follow = window.acts["follow"]
        follow.trigger()
        window.session.runner.start()
        self._until(
            lambda: any(e.done > 40 for e in window.session.model.entries if e.job.kind == "film")
        )
        self._shoot("queue_running")
        follow.trigger()
        self._until(lambda: not window.session.runner.is_active)
        self._shoot_looks()
        self._select("notes.jpg")
        self._wait(0.5)
        self._shoot("errors")
        window.acts["grid"].trigger()
        self._wait(0.5)
        self._until(lambda: window.session.pairs.is_idle)
        self._shoot("grid")
        self._shoot_settings()
        window.close()

    def _shoot_settings(self) -> None:
        from gui.settings.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self.window.session.preferences, 0, self.window)
        dialog.show()
        for page in range(dialog.form.count()):
            dialog.form.setCurrentIndex(page)
            self._shoot(f"settings_{page + 1}", dialog)
        dialog.close()

    def _shoot_looks(self) -> None:
        from gui.session.look import Mode

        panel = self.window.look_panel
        self._select("coffee.png")
        self._until(self._is_seen)
        actions = self.window.acts
        actions[Mode.SIDE.value].trigger()
        self._shoot("side_by_side")
        self._choose_left(2)
        self._shoot("compared")
        self._choose_left(0)
        actions[Mode.AFTER.value].trigger()
        actions["hint"].trigger()
        panel.hinting.add(0.25, 0.7, 10.0, -45.0)
        panel.hinting.add(0.74, 0.62, 10.0, -45.0)
        self._wait(0.5)
        self._until(lambda: not panel.is_busy)
        self._shoot("hints")
        actions["hint"].trigger()
        actions[Mode.SPLIT.value].trigger()
        film = next((e for e in self.window.session.model.entries if e.job.kind == "film"), None)
        if film is not None:
            self._select(film.job.source.name)
            self._until(self._is_seen)
            panel.shots.find()
            self._until(lambda: panel.shots.plan is not None)
            panel.timeline.go(2.0)
            panel.adjust.target.setCurrentIndex(1)
            panel.adjust.slider("vividness").setValue(35)
            panel.film.list.values.said.emit("cards", "card")
            panel.film.list.values.scene_said.emit("Street")
            panel.film.list.table.selectRow(0)
            panel.timeline.go(0.8)
            self._wait(3.0)
            self._until(lambda: not panel.is_busy)
            self._shoot("film")
            self._shoot_smallest()
            panel.film.references.add([self._media / "coffee.png"])
            panel.shelf.setCurrentIndex(1)
            self._wait(1.0)
            self._shoot("references")

    def _choose_left(self, place: int) -> None:
        """Compare with the gray picture (0), or with the usual settings (2)."""
        box = self.window.look_panel.against
        box.setCurrentIndex(place)
        box.activated.emit(place)
        self._wait(0.5)
        self._until(lambda: not box.is_busy)

    def _shoot_smallest(self) -> None:
        """Show everything in the smallest window."""
        before = self.window.size()
        self.window.resize(*_SMALLEST[self._scale])
        self._wait(2.0)  # the strip is drawn again
        self._shoot("smallest")
        self.window.resize(before)

    def _spoil(self) -> None:
        """Add files that fail, as every archive has them."""
        (self._media / "notes.jpg").write_text("not a picture at all")
        (self._media / "empty.tif").write_bytes(b"")

    def _select(self, name: str) -> None:
        model = self.window.session.model
        found = [e.id for e in model.entries if e.job.source.name == name]
        self.window.queue_panel.select(found[0] if found else model.entries[0].id)

    def _is_seen(self) -> bool:
        return self.window.look_panel.is_seen

    def _until(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while not ready() and time.monotonic() < end:
            self._wait(0.02)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._app.processEvents()
            time.sleep(0.005)

    def _shoot(self, name: str, widget: QWidget | None = None) -> None:
        self._wait(0.4)
        (widget or self.window).grab().save(str(self._out / f"{name}.png"))


if __name__ == "__main__":
    sys.exit(main())
