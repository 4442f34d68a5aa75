"""The queue file is written by a thread that no one waits for, and in which nothing of Qt ends."""

import threading
import weakref
from pathlib import Path

import pytest

from colorizer.engine.queue import Queue
from colorizer.errors import ColorizerError
from colorizer.jobs import Job, Kind
from colorizer.notes import note
from colorizer.settings import Settings
from gui.session.preferences import Preferences
from gui.session.session import Session


@pytest.fixture
def session(qapp, tmp_path):
    session = Session(Preferences(tmp_path), Queue(tmp_path / "queue.sqlite"))
    yield session
    session.close()


class Knot:
    """An object that only the collector of garbage lets go of."""

    def __init__(self):
        self.itself = self


def test_a_disk_that_stands_still_holds_up_no_change(session):
    moves = threading.Event()
    session.model.disk.write(lambda _: moves.wait(20))
    session.model.change_many([], reason="")
    assert not moves.is_set()
    moves.set()


def test_files_are_added_when_the_disk_has_them(session, qtbot):
    moves, came = threading.Event(), []
    session.model.disk.write(lambda _: moves.wait(20))
    jobs = [Job(Path(f"/in/{n}"), Path(f"/out/{n}"), Kind.PHOTO, Settings()) for n in range(3)]
    session.model.add_soon(jobs, came.append)
    assert session.model.ids() == []
    moves.set()
    qtbot.waitUntil(lambda: bool(came), timeout=5000)
    assert came == [session.model.ids()]
    assert list(session.model.entries) == session.model.disk.ask(Queue.entries)
    assert [entry.job for entry in session.model.entries] == jobs


def test_what_cannot_be_written_is_told(session, qtbot):
    def fail(_):
        raise ColorizerError(note("queue.cannot_use", file="q", why="disk full"))

    with qtbot.waitSignal(session.troubled) as told:
        session.model.disk.write(fail)
    assert "disk full" in told.args[0]


def test_garbage_is_collected_by_the_thread_of_the_window_alone(session, qtbot):
    ended = []
    knot = weakref.finalize(Knot(), lambda: ended.append(threading.current_thread()))
    kept = session.model.disk.ask(lambda _: [[] for _ in range(100_000)])
    assert knot.alive, "also where memory was asked for"
    qtbot.waitUntil(lambda: not knot.alive, timeout=5000)
    assert ended == [threading.main_thread()]
    del kept
