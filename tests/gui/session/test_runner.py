"""The window's queue, worked off by a worker that the test plays."""

from pathlib import Path

import pytest

from colorizer.engine.queue import REMOVED, Queue
from colorizer.engine.wire import end_event
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.settings import Settings
from gui.session.activity import Activity
from gui.session.engine import Engine
from gui.session.guard import Guard
from gui.session.queue_model import QueueModel
from gui.session.runner import Runner
from gui.session.thumbnails import Thumbnails, icon_of


class Played(Engine):
    """A worker that does nothing but keep what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told = []
        self.kills = 0

    def send(self, **command) -> None:
        self.told.append(command)

    def kill(self) -> None:
        self.kills += 1

    def given(self) -> list[str]:
        """Return the files of the jobs it was given so far."""
        return [Path(one["source"]).name for one in self.told if one["do"] == "run"]

    def end(self, number: int, model: QueueModel, state=JobState.DONE, *, fatal=False, **facts):
        """Tell the end of a job, with its result on the disk where there is to be one."""
        job = model.entry(number).job
        end = Progress(job, state, 1, 1, **facts)
        self.job_event.emit(end_event(number, end, 0.5, fatal=fatal))


@pytest.fixture
def desk(qapp, tmp_path):
    """Runner, model, and the played worker."""
    engine = Played()
    queue = Queue(tmp_path / "queue.sqlite")
    model = QueueModel(queue, Thumbnails(engine, icon_of, parent=engine), engine)
    runner = Runner(model, engine, engine)
    runner.slots = 2
    yield runner, model, engine
    model.disk.close()


def fill(model: QueueModel, folder: Path, *names: str) -> list[int]:
    (folder / "out").mkdir(exist_ok=True)
    jobs = []
    for name in names:
        kind = Kind.FILM if name.endswith(".mkv") else Kind.PHOTO
        jobs.append(Job(folder / "in" / name, folder / "out" / name, kind, Settings()))
    return model.add(jobs)


def states(model: QueueModel) -> list[str]:
    return [str(entry.state) for entry in model.entries]


def put(model: QueueModel, *numbers: int) -> None:
    for number in numbers:
        model.entry(number).job.target.write_bytes(b"x")


def test_photos_go_side_by_side_and_films_alone_in_the_order_of_the_queue(desk, tmp_path):
    runner, model, engine = desk
    ids = fill(model, tmp_path, "a.png", "b.png", "c.png", "d.mkv", "e.png")
    put(model, *ids)
    runner.start()
    assert engine.given() == ["a.png", "b.png"]
    engine.end(ids[1], model)
    assert engine.given()[2:] == ["c.png"]
    engine.end(ids[0], model)
    assert engine.given()[3:] == [], "the film waits for the photos"
    engine.end(ids[2], model)
    assert engine.given()[3:] == ["d.mkv"]
    engine.end(ids[3], model)
    assert engine.given()[4:] == ["e.png"]
    finished = []
    runner.finished.connect(lambda: finished.append(True))
    engine.end(ids[4], model)
    assert finished == [True]
    assert states(model) == ["done"] * 5
    assert runner.activity is Activity.IDLE


def test_after_a_death_the_same_jobs_are_given_to_the_next_worker(desk, tmp_path, qapp):
    runner, model, engine = desk
    ids = fill(model, tmp_path, "a.png", "b.png")
    runner.start()
    engine.died.emit("it crashed")
    assert states(model) == ["interrupted"] * 2
    assert "it crashed" in model.entry(ids[0]).reason
    qapp.processEvents()
    assert engine.given() == ["a.png", "b.png"] * 2
    engine.end(ids[0], model, JobState.FAILED, message="the process ended twice (SIGABRT)")
    assert model.entry(ids[0]).state is JobState.FAILED
    assert "SIGABRT" in model.entry(ids[0]).reason


def test_a_death_during_a_pause_begins_nothing(desk, tmp_path, qapp):
    runner, model, engine = desk
    fill(model, tmp_path, "a.png")
    runner.start()
    runner.pause()
    engine.died.emit("killed")
    qapp.processEvents()
    assert engine.given() == ["a.png"]
    runner.start()
    assert engine.given() == ["a.png"] * 2


def test_a_cancelled_job_whose_worker_had_to_be_killed_is_cancelled(desk, tmp_path, monkeypatch):
    runner, model, engine = desk
    ids = fill(model, tmp_path, "a.png", "b.png")
    runner.start()
    runner.cancel([ids[0]])
    assert {"do": "cancel", "job": ids[0]} in engine.told
    runner._insist(ids[0])
    assert engine.kills == 1
    engine.died.emit("killed")
    assert states(model) == ["cancelled", "interrupted"]


def test_what_would_end_every_job_halts_the_queue_and_blames_no_file(desk, tmp_path):
    runner, model, engine = desk
    ids = fill(model, tmp_path, "a.png", "b.png", "c.png")
    told = []
    runner.halted.connect(told.append)
    runner.start()
    engine.end(ids[0], model, JobState.FAILED, fatal=True, message="no weights")
    assert told == ["no weights"]
    assert states(model) == ["waiting", "running", "waiting"]
    put(model, ids[1])
    engine.end(ids[1], model)
    assert runner.activity is Activity.IDLE
    assert engine.given() == ["a.png", "b.png"], "no further job begins"


def test_a_disk_too_full_for_what_is_in_progress_is_told_once_and_used_when_it_has_room(
    desk, tmp_path, monkeypatch
):
    runner, model, engine = desk
    guard, free = Guard(runner, lambda: False), [10_000_000]
    monkeypatch.setattr("colorizer.archive.planning.disk.free_bytes", lambda _: free[0])
    ids = fill(model, tmp_path, "a.png", "b.png")
    model.change_many(ids, facts={"width": 2000, "height": 1000})
    told = []
    runner.halted.connect(told.append)
    runner.start()
    for number in ids:
        engine.end(number, model, JobState.FAILED, fatal=True, message="nearly full")
    assert told == ["nearly full"], "both photos met the same"
    guard.look()
    assert runner.activity is Activity.IDLE, "a photo of 2 megapixels may need 12 MB"
    free[0] = 20_000_000
    guard.look()
    assert runner.activity is Activity.RUNNING


def test_a_film_that_was_split_is_done_where_its_parts_exist(desk, tmp_path):
    runner, model, engine = desk
    ids = fill(model, tmp_path, "a.mkv", "b.mkv")
    parts = tuple(tmp_path / "out" / f"a.{number}.mkv" for number in (1, 2))
    for part in parts:
        part.write_bytes(b"x")
    runner.start()
    engine.end(ids[0], model, results=parts)
    engine.end(ids[1], model)
    assert states(model) == ["done", "failed"]
    assert model.entry(ids[1]).reason == REMOVED


def test_an_event_of_a_row_that_is_gone_changes_nothing(desk, tmp_path):
    runner, model, engine = desk
    ids = fill(model, tmp_path, "a.png", "b.png")
    event = end_event(ids[0], Progress(model.entry(ids[0]).job, JobState.DONE, 1, 1), 0.1)
    runner.start()
    model.remove([ids[0]])
    engine.job_event.emit(event)
    assert states(model) == ["running"]
    assert runner.running == {ids[1]}
