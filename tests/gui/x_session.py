"""A virtual X display and the mouse and keys of a person before it, by Xvfb and xdotool."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageGrab

SCREEN = (1480, 900)
PACE = 0.15
"""Seconds between two movements of a hand; programs answer each other in between."""


class Screen:
    """A display, and what a person does before it."""

    def __init__(self, name: str, pictures: Path) -> None:
        self.name = name
        self._pictures = pictures
        self._shots = 0

    def do(self, *words: str | int) -> str:
        """Run one command of xdotool."""
        command = ["xdotool", *map(str, words)]
        environment = {**os.environ, "DISPLAY": self.name}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, (words, done.stderr)
        time.sleep(PACE)
        return done.stdout.strip()

    def window(self, title: str, wait: Callable[..., object]) -> int:
        """Return the number of the shown window with a title, as soon as it is there."""
        found: list[int] = []

        def look() -> bool:
            command = ["xdotool", "search", "--onlyvisible", "--name", title]
            environment = {**os.environ, "DISPLAY": self.name}
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            found[:] = [int(word) for word in done.stdout.split()]
            return bool(found)

        wait(look, f"a window called {title}")
        return found[0]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.do("key", "--clearmodifiers", key)

    def click(self, x: float, y: float, button: int = 1) -> None:
        self.do("mousemove", round(x), round(y))
        self.do("click", button)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        """Press at a point, move to another in steps, stay a moment and let go."""
        self.do("mousemove", round(start[0]), round(start[1]))
        self.do("mousedown", 1)
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
            self.do("mousemove", round(x), round(y))
        self.do("mousemove_relative", 2, 2)
        time.sleep(4 * PACE)
        self.do("mouseup", 1)

    def look(self, box: tuple[int, int, int, int]) -> Image.Image:
        """Return what a part of the display shows: left, top, right, bottom."""
        return ImageGrab.grab(bbox=box, xdisplay=self.name).convert("RGB")

    def is_coloured(self, box: tuple[int, int, int, int]) -> bool:
        """Tell whether a part of the display shows more than gray and one tint."""
        saturation = np.asarray(self.look(box).convert("HSV"))[:, :, 1]
        return bool((saturation > 40).mean() > 0.2)

    def shot(self, name: str) -> Image.Image:
        """Return what the display shows, kept as a file too."""
        self._shots += 1
        picture = ImageGrab.grab(xdisplay=self.name).convert("RGB")
        self._pictures.mkdir(parents=True, exist_ok=True)
        picture.save(self._pictures / f"{self._shots:02}_{name}.png")
        return picture


@contextmanager
def opened_screen(pictures: Path) -> Iterator[Screen]:
    """Run a display of its own with a free number.

    Without `-noreset` it begins again whenever its last client leaves, and refuses a program that
    comes just then: each look of xdotool for a window is such a client.
    """
    ours, theirs = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(theirs), "-screen", "0", size, "-nolisten", "tcp", "-noreset"],
        pass_fds=[theirs],
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        assert number, f"Xvfb ended with {server.wait(10)}"
        yield Screen(f":{number}", pictures)
    finally:
        server.terminate()
        server.wait(10)


def drag_source(files: list[Path]) -> None:
    """Show a small window; a drag that begins on it brings the files, as a file manager's does."""
    from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
    from PySide6.QtGui import QDrag, QMouseEvent
    from PySide6.QtWidgets import QApplication, QLabel

    class Source(QLabel):
        def mouseMoveEvent(self, event: QMouseEvent) -> None:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.setHotSpot(QPoint(0, 0))
            print("dropped as", drag.exec(Qt.DropAction.CopyAction).name, flush=True)

    app = QApplication([])
    source = Source("scans")
    source.setWindowTitle("Files")
    source.setAlignment(Qt.AlignmentFlag.AlignCenter)
    source.setGeometry(SCREEN[0] - 170, 20, 150, 100)
    source.show()
    app.exec()


def clipboard_source(files: list[Path]) -> None:
    """Hold files in the clipboard, as a file manager does after Ctrl+C, until it is ended."""
    from PySide6.QtCore import QMimeData, QUrl
    from PySide6.QtWidgets import QApplication, QLabel

    app = QApplication([])
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    shown = QLabel("copied")
    shown.setWindowTitle("Copied")
    shown.setGeometry(SCREEN[0] - 170, 140, 150, 60)
    shown.show()
    app.clipboard().setMimeData(data)
    app.exec()


if __name__ == "__main__":
    if sys.argv[1] == "--copy":
        clipboard_source([Path(name) for name in sys.argv[2:]])
    else:
        drag_source([Path(name) for name in sys.argv[1:]])
