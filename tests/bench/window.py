"""How fast the window is with a large queue: `python -m tests.bench.window [--rows 40000]`.

Prints for every bulk action how long the window's thread is taken, with the table shown: in
milliseconds of wall and of its own processor time.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from colorizer.engine.queue import Queue
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from gui.app.start import create_app
from gui.queue.queue_panel import QueuePanel
from gui.session.preferences import Preferences
from gui.session.session import Session


def main() -> None:
    """Time every bulk action on a queue of photos that do not exist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    rows = parser.parse_args().rows
    app = create_app()
    with tempfile.TemporaryDirectory() as folder:
        _time_all(app, Path(folder), rows)


def _time_all(app: QApplication, folder: Path, rows: int) -> None:
    session = Session(Preferences(folder), Queue(folder / "queue.sqlite"))
    panel = QueuePanel(session)
    panel.resize(900, 600)
    panel.show()
    app.processEvents()
    jobs = [
        Job(Path(f"/scans/{n // 100}/{n}.jpg"), Path(f"/out/{n // 100}/{n}_color.jpg"),
            Kind.PHOTO, Settings())
        for n in range(rows)
    ]  # fmt: skip
    turns = [_timed(app, lambda n=n: _add(session, jobs[n : n + 500]), "")
             for n in range(0, rows, 500)]  # fmt: skip
    while session.model.rowCount() < rows:
        turns.append(_timed(app, lambda: None, ""))
        time.sleep(0.01)
    print(f"{rows} rows; add, the longest of {len(turns)} turns: {max(turns):.0f} ms")
    timed: dict[str, Callable[[], object]] = {
        "select all": panel.table.selectAll,
        "change a setting": lambda: _change(session, 0.4),
        "drag a slider, one step": lambda: _change(session, 0.5),
        "save what the slider changed": session.model.save,
        "undo": session.undo.undo,
        "redo": session.undo.redo,
        "cancel": lambda: session.cancel(session.selected),
        "retry": lambda: session.retry(session.selected),
        "move half to the top": lambda: session.move(session.selected[rows // 2 :], "top"),
        "undo the move": session.undo.undo,
        "other output folder": lambda: session.retarget(folder / "other"),
        "filter by name": lambda: panel._filter.apply("99", None),
        "filter by state": lambda: panel._filter.apply("", JobState.WAITING),
        "no filter": lambda: panel._filter.apply("", None),
        "remove all": lambda: session.remove(session.model.ids()),
        "undo the removal": session.undo.undo,
        "pictures in place of the list": lambda: panel.show_grid(True),
        "select all of them": panel.grid.selectAll,
        "change a setting there": lambda: _change(session, 0.6),
        "the list again": lambda: panel.show_grid(False),
    }
    for words, action in timed.items():
        _timed(app, action, words)
    bar = panel.table.verticalScrollBar()
    pages = [_timed(app, lambda n=n: _scroll(panel, bar.maximum() * n // 50), "")
             for n in range(50)]  # fmt: skip
    print(f"a page scrolled: {sum(pages) / len(pages):.0f} ms, the longest {max(pages):.0f} ms")
    session.close()


def _add(session: Session, jobs: list[Job]) -> None:
    session.model.add_soon(jobs, lambda ids: None)


def _change(session: Session, strength: float) -> None:
    session.change(session.selected, {"strength": strength}, "w", merge="strength")


def _scroll(panel: QueuePanel, value: int) -> None:
    panel.table.verticalScrollBar().setValue(value)
    panel.table.viewport().grab()  # paints, whatever the display says


def _timed(app: QApplication, action: Callable[[], object], words: str) -> float:
    """Do an action and what the window does for it; return milliseconds of wall time."""
    wall, processor = time.perf_counter(), time.thread_time()
    action()
    app.processEvents()
    milliseconds = 1000 * (time.perf_counter() - wall)
    if words:
        own = 1000 * (time.thread_time() - processor)
        print(f"{words}: {milliseconds:.0f} ms, processor {own:.0f} ms")
    return milliseconds


if __name__ == "__main__":
    main()
