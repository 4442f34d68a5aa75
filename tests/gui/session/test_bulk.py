"""Thousands of rows change in one step: one transaction, little work, the same rows as on disk."""

import time
from pathlib import Path

import pytest

from colorizer.engine.queue import Queue
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from gui.session.preferences import Preferences
from gui.session.session import Session

MANY = 10_000
LIMIT = 0.3
"""Seconds of processor time of the window's thread; see `tests.bench.window`."""


def opened(tmp_path):
    preferences = Preferences(tmp_path)
    preferences.out = tmp_path / "out"
    return Session(preferences, Queue(tmp_path / "queue.sqlite"))


@pytest.fixture
def session(qapp, tmp_path):
    session = opened(tmp_path)
    yield session
    session.close()


def filled(session, number):
    folder = session.out
    jobs = [
        Job(Path(f"/in/{n}.png"), folder / f"{n % 7}" / f"{n}.png", Kind.PHOTO, Settings())
        for n in range(number)
    ]
    return session.model.add(jobs)


def on_disk(session):
    session.model.save()
    return session.model.disk.ask(Queue.entries)


def transactions(session):
    """Follow what SQLite itself is told; the list grows by one at every transaction."""
    begun = []
    session.model.disk._queue._base.set_trace_callback(
        lambda text: begun.append(text) if text.startswith("BEGIN") else None
    )
    return begun


def actions(session, ids, tmp_path):
    return {
        "change": lambda: session.change(ids, {"strength": 0.4}, "w"),
        "undo": session.undo.undo,
        "redo": session.undo.redo,
        "cancel": lambda: session.cancel(ids),
        "retry": lambda: session.retry(ids),
        "move": lambda: session.move(ids[len(ids) // 2 :], "top"),
        "undo the move": session.undo.undo,
        "retarget": lambda: session.retarget(tmp_path / "other"),
        "remove": lambda: session.remove(ids[::2]),
        "undo the removal": session.undo.undo,
    }


@pytest.mark.slow
def test_every_action_on_many_rows_is_little_work_and_on_the_disk_as_in_memory(session, tmp_path):
    ids = filled(session, MANY)
    for name, action in actions(session, ids, tmp_path).items():
        before = time.thread_time()
        action()
        assert time.thread_time() - before < LIMIT, name
    assert list(session.model.entries) == on_disk(session)
    assert {entry.job.settings.strength for entry in session.model.entries} == {0.4}
    assert session.model.entries[3].job.target == tmp_path / "other" / "3" / "3.png"


def test_no_action_takes_more_than_two_transactions_and_none_builds_the_rows(
    session, tmp_path, monkeypatch
):
    from gui.session import rows

    built = []
    real = rows.changed_entries
    monkeypatch.setattr(rows, "changed_entries", lambda e, c: built.append(1) or real(e, c))
    ids = filled(session, 300)
    for name, action in actions(session, ids, tmp_path).items():
        begun = transactions(session)
        action()
        on_disk(session)
        assert len(begun) <= 2, name
    assert len(built) < 10
    assert list(session.model.entries) == on_disk(session)


def test_states_are_counted_and_found_before_and_after_rows_are_built(session):
    ids = filled(session, 12)
    session.cancel(ids[:5])
    session.retry(ids[:2])
    session.change(ids, {"strength": 0.1}, "w")
    expected = {JobState.WAITING: 9, JobState.CANCELLED: 3}
    assert {state: n for state, n in session.model.counts.items() if n} == expected
    assert list(session.model.in_state(JobState.CANCELLED)) == ids[2:5]
    assert [e.id for e in session.model.entries if e.state is JobState.CANCELLED] == ids[2:5]
    assert session.model.first(JobState.CANCELLED).id == ids[2]


def test_what_a_result_was_made_with_is_what_was_wished_when_it_ended(session):
    (row, other) = filled(session, 2)
    session.change([row, other], {"strength": 0.4}, "w")
    session.model.change(row, state=JobState.DONE)
    session.change([row, other], {"strength": 0.9}, "w")
    assert session.model.entry(row).made.settings.strength == 0.4
    assert list(session.model.entries) == on_disk(session)


def drag(session, ids):
    for step in range(20):
        session.change(ids, {"strength": step / 20}, "w", merge="strength")


def test_a_drag_of_a_slider_is_one_transaction_when_it_rests(session, qtbot):
    ids = filled(session, 50)
    begun = transactions(session)
    drag(session, ids)
    assert begun == []
    assert session.model.entry(ids[0]).job.settings.strength == 0.95
    qtbot.waitUntil(lambda: len(begun) == 1, timeout=3000)
    assert {e.job.settings.strength for e in on_disk(session)} == {0.95}
    session.undo.undo()
    assert {e.job.settings.strength for e in on_disk(session)} == {1.0}


def test_a_slider_that_is_not_at_rest_is_saved_by_the_next_change_and_by_the_end(qapp, tmp_path):
    session = opened(tmp_path)
    ids = filled(session, 5)
    drag(session, ids)
    session.model.change(ids[0], state=JobState.FAILED)
    kept = session.model.disk.ask(Queue.entries)
    assert {e.job.settings.strength for e in kept} == {0.95}
    drag(session, ids[1:3])
    session.close()
    with Queue(session.preferences.queue_file, alone=False) as queue:
        assert [e.job.settings.strength for e in queue.entries()[1:3]] == [0.95] * 2
