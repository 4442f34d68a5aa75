"""Make the icons of all systems from the program's drawing: `python packaging/icons.py FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PIL import Image

SIZES = (16, 32, 48, 64, 128, 256, 512)


def main(folder: Path) -> None:
    """Write colorizer.ico, colorizer.icns and a PNG of each size."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gui.style.icons import app_pixmap

    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        app_pixmap(size).save(str(folder / f"{size}.png"))
    largest = Image.open(folder / f"{SIZES[-1]}.png")
    largest.save(folder / "colorizer.icns")
    largest.save(folder / "colorizer.ico", sizes=[(size, size) for size in SIZES if size <= 256])
    del app


if __name__ == "__main__":
    main(Path(sys.argv[1]))
