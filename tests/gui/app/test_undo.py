"""Changes of rows are taken back and made again, and those of one slider are one step."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QUndoStack

from colorizer.engine.queue import Queue
from colorizer.guidance.shot_plan import plan_of
from colorizer.jobs import Job, JobState, Kind
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from gui.app.engine import Engine
from gui.app.undo import ChangeRows, ChangeShots
from gui.queue.queue_model import QueueModel
from gui.queue.thumbnails import Thumbnails


@pytest.fixture
def model(qapp, tmp_path):
    with Queue(tmp_path / "queue.sqlite") as queue:
        engine = Engine()  # never started
        yield QueueModel(queue, Thumbnails(engine, engine), engine)


@pytest.fixture
def stack(qapp):
    return QUndoStack()


def add(model, *names: str) -> list[int]:
    kind = {".mkv": Kind.FILM}
    jobs = [
        Job(Path("/in") / n, Path("/out") / n, kind.get(Path(n).suffix, Kind.PHOTO), Settings())
        for n in names
    ]
    return model.add(jobs)


def strengths(model) -> list[float]:
    return [entry.job.settings.strength for entry in model.entries]


def with_strength(*values: float) -> list[Settings]:
    return [replace(Settings(), strength=value) for value in values]


def test_a_change_of_rows_is_undone_and_redone_and_is_on_the_disk(model, stack):
    ids = add(model, "a.png", "b.png")
    new = dict(zip(ids, with_strength(0.5, 0.7), strict=True))
    stack.push(ChangeRows("w", model, "settings", new))
    assert strengths(model) == [0.5, 0.7]
    stack.undo()
    assert strengths(model) == [1.0, 1.0]
    stack.redo()
    assert [e.job.settings.strength for e in model._queue.entries()] == [0.5, 0.7]


def test_movements_of_one_slider_are_one_step_and_of_two_are_two(model, stack):
    (row,) = add(model, "a.png")
    for value in (0.9, 0.8, 0.7):
        (settings,) = with_strength(value)
        stack.push(ChangeRows("w", model, "settings", {row: settings}, "strength"))
    assert stack.count() == 1
    (other,) = with_strength(0.1)
    stack.push(ChangeRows("w", model, "settings", {row: other}, "vividness"))
    assert stack.count() == 2
    stack.undo()
    assert strengths(model) == [0.7]
    stack.undo()
    assert strengths(model) == [1.0], "the first value, not the one before the last"


def test_hints_come_back(model, stack):
    (row,) = add(model, "a.png")
    hint = Hint(0.5, 0.5, 20.0, 30.0)
    stack.push(ChangeRows("w", model, "hints", {row: (hint,)}))
    assert model.entry(row).job.hints == (hint,)
    stack.undo()
    assert model.entry(row).job.hints == ()


@pytest.fixture
def film(model, tmp_path):
    """A film with a list of its shots in two versions."""
    (row,) = add(model, "a.mkv")
    file = tmp_path / "cuts.csv"
    file.write_text("first_frame\n0\n20\n")
    settings = replace(Settings(), shots=file)
    model.change(row, settings=settings)
    plan = plan_of(model.entry(row).job, 25.0)
    assert plan is not None
    return row, file, plan


def change(model, stack, film, told):
    row, file, plan = film
    joined = replace(plan, shots=plan.shots[:1])
    return ChangeShots("w", model, stack, row, file, plan, joined, told.append)


def firsts(file: Path) -> list[str]:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return [row["first_frame"] for row in csv.DictReader(lines)]


def test_shots_are_written_and_taken_back(model, stack, film):
    told = []
    stack.push(change(model, stack, film, told))
    assert firsts(film[1]) == ["0"]
    stack.undo()
    assert firsts(film[1]) == ["0", "20"]
    assert told == []


def test_a_list_that_was_changed_elsewhere_is_left_alone(model, stack, film):
    told = []
    stack.push(change(model, stack, film, told))
    film[1].write_text("first_frame\n0\n7\n")
    stack.undo()
    assert firsts(film[1]) == ["0", "7"]
    assert "changed elsewhere" in told[0]


def test_a_film_in_progress_keeps_its_shots(model, stack, film, qapp):
    told = []
    model.change(film[0], state=JobState.RUNNING)
    stack.push(change(model, stack, film, told))
    assert firsts(film[1]) == ["0", "20"]
    assert told
    qapp.processEvents()
    assert stack.index() == 0, "the stack is where it was"
    model.change(film[0], state=JobState.WAITING)
    stack.redo()
    assert firsts(film[1]) == ["0"]
