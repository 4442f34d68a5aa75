"""Room on the disk of the results, as the window looks at it before each job."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStorageInfo

FREE_BYTES = 500 * 2**20
"""Space the output disk must have before a job begins."""


def free_bytes(folder: Path) -> int | None:
    """Return the free space of the disk a folder is on, None where no one can say."""
    storage = QStorageInfo(str(folder))
    return storage.bytesAvailable() if storage.isValid() else None


def has_room(folder: Path) -> bool:
    """Tell whether a result may be begun on the disk of a folder."""
    free = free_bytes(folder)
    return free is None or free >= FREE_BYTES
