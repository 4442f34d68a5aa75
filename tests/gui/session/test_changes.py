"""Changes of rows are taken back and made again, and those of one slider are one step."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QUndoStack

from colorizer.engine.queue import Queue
from colorizer.guidance.shot_plan_files import plan_of
from colorizer.jobs import Job, JobState, Kind
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from gui.session.changes import ChangeRows, ChangeShots, MoveRows, RemoveRows
from gui.session.engine import Engine
from gui.session.queue_model import QueueModel
from gui.session.thumbnails import Thumbnails, icon_of


@pytest.fixture
def model(qapp, tmp_path):
    engine = Engine()  # never started
    queue = Queue(tmp_path / "queue.sqlite")
    model = QueueModel(queue, Thumbnails(engine, icon_of, parent=engine), engine)
    yield model
    model.disk.close()


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


def change(rows, **settings):
    return [(list(rows), {"settings": settings})]


def test_a_change_of_rows_is_undone_and_redone_and_is_on_the_disk(model, stack):
    ids = add(model, "a.png", "b.png")
    stack.push(ChangeRows("w", model, change(ids, strength=0.5)))
    assert strengths(model) == [0.5, 0.5]
    stack.undo()
    assert strengths(model) == [1.0, 1.0]
    stack.redo()
    assert [e.job.settings.strength for e in model.disk.ask(Queue.entries)] == [0.5, 0.5]


def test_rows_that_differ_get_back_what_each_had(model, stack):
    ids = add(model, "a.png", "b.png", "c.png")
    stack.push(ChangeRows("w", model, change(ids[:1], strength=0.2)))
    stack.push(ChangeRows("w", model, change(ids, strength=0.5)))
    stack.undo()
    assert strengths(model) == [0.2, 1.0, 1.0]


def test_what_is_taken_back_leaves_other_settings_as_they_are_now(model, stack):
    (row,) = add(model, "a.png")
    stack.push(ChangeRows("w", model, change([row], strength=0.5)))
    model.wish(change([row], vividness=0.1))
    stack.undo()
    settings = model.entry(row).job.settings
    assert (settings.strength, settings.vividness) == (1.0, 0.1)


def test_movements_of_one_slider_are_one_step_and_of_two_are_two(model, stack):
    (row,) = add(model, "a.png")
    for value in (0.9, 0.8, 0.7):
        stack.push(ChangeRows("w", model, change([row], strength=value), merge="strength"))
    assert stack.count() == 1
    stack.push(ChangeRows("w", model, change([row], vividness=0.1), merge="vividness"))
    assert stack.count() == 2
    stack.undo()
    assert strengths(model) == [0.7]
    stack.undo()
    assert strengths(model) == [1.0], "the first value, not the one before the last"


def test_hints_come_back(model, stack):
    (row,) = add(model, "a.png")
    hint = Hint(0.5, 0.5, 20.0, 30.0)
    stack.push(ChangeRows("w", model, [([row], {"hints": (hint,)})]))
    assert model.entry(row).job.hints == (hint,)
    stack.undo()
    assert model.entry(row).job.hints == ()


def test_a_hint_that_is_taken_back_never_reaches_the_row_that_came_after(model, stack):
    first, second = add(model, "a.png", "b.png")
    stack.push(ChangeRows("w", model, [([second], {"hints": (Hint(0.5, 0.5, 20.0, 30.0),)})]))
    stack.push(RemoveRows("w", model, [second]))
    (third,) = add(model, "c.png")
    assert third not in (first, second)
    model.wish([([third], {"hints": (Hint(0.1, 0.1, 1.0, 1.0),)})])
    stack.undo()
    stack.undo()
    stack.redo()
    assert model.entry(third).job.hints == (Hint(0.1, 0.1, 1.0, 1.0),)
    assert model.entry(second).job.hints == (Hint(0.5, 0.5, 20.0, 30.0),)


def test_what_is_taken_back_follows_its_row_to_another_place(model, stack):
    first, *_ = rows = add(model, "a.png", "b.png", "c.png")
    model.wish(change(rows[2:], strength=0.3))
    stack.push(ChangeRows("w", model, change(rows[1:2], strength=0.5)))
    model.remove([first])
    stack.undo()
    assert strengths(model) == [1.0, 0.3]


def test_a_row_in_progress_keeps_what_its_result_is_made_with(model, stack):
    (row,) = add(model, "a.png")
    stack.push(ChangeRows("w", model, change([row], strength=0.5)))
    model.change(row, state=JobState.RUNNING)
    stack.undo()
    assert strengths(model) == [0.5]
    model.change(row, state=JobState.DONE)
    assert model.entry(row).made.settings.strength == 0.5


@pytest.mark.parametrize("count", [1, 3, 60], ids=["one", "some in a row", "many apart"])
def test_removed_rows_come_back_in_their_places_with_all_they_had(model, stack, count):
    ids = add(model, *(f"{number}.png" for number in range(120)))
    model.wish([([ids[2]], {"hints": (Hint(0.5, 0.5, 20.0, 30.0),)})])
    model.change(ids[3], state=JobState.DONE)
    before = list(model.entries)
    gone = ids[2 : 2 + count] if count < 10 else ids[::2]
    stack.push(RemoveRows("w", model, gone))
    assert [e.id for e in model.entries] == [n for n in ids if n not in gone]
    stack.undo()
    assert list(model.entries) == model.disk.ask(Queue.entries) == before
    assert model.counts[JobState.DONE] == 1
    stack.redo()
    assert len(model.entries) == 120 - len(gone)


def test_everything_removed_comes_back(model, stack):
    ids = add(model, *(f"{number}.png" for number in range(32)))
    before = list(model.entries)
    stack.push(RemoveRows("w", model, ids))
    assert list(model.entries) == []
    stack.undo()
    assert list(model.entries) == model.disk.ask(Queue.entries) == before


def test_a_move_is_taken_back_and_what_came_in_since_stays_last(model, stack):
    ids = add(model, "a.png", "b.png", "c.png")
    stack.push(MoveRows("w", model, [ids[2], ids[0], ids[1]]))
    (late,) = add(model, "d.png")
    assert [e.id for e in model.entries] == [ids[2], ids[0], ids[1], late]
    stack.undo()
    assert (
        [e.id for e in model.entries]
        == [e.id for e in model.disk.ask(Queue.entries)]
        == [*ids, late]
    )


@pytest.fixture
def film(model, tmp_path):
    """A film with a list of its shots in two versions."""
    (row,) = add(model, "a.mkv")
    file = tmp_path / "cuts.csv"
    file.write_text("first_frame\n0\n20\n")
    model.wish([([row], {"settings": {"shots": file}})])
    plan = plan_of(model.entry(row).job, 25.0)
    assert plan is not None
    return row, file, plan


def change_of_shots(model, stack, film, told):
    row, file, plan = film
    joined = replace(plan, shots=plan.shots[:1])
    return ChangeShots("w", model, stack, row, file, plan, joined, told.append)


def firsts(file: Path) -> list[str]:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return [row["first_frame"] for row in csv.DictReader(lines)]


def test_shots_are_written_and_taken_back(model, stack, film):
    told = []
    stack.push(change_of_shots(model, stack, film, told))
    assert firsts(film[1]) == ["0"]
    stack.undo()
    assert firsts(film[1]) == ["0", "20"]
    assert told == []


def test_a_list_that_was_changed_elsewhere_is_left_alone(model, stack, film):
    told = []
    stack.push(change_of_shots(model, stack, film, told))
    film[1].write_text("first_frame\n0\n7\n")
    stack.undo()
    assert firsts(film[1]) == ["0", "7"]
    assert "changed elsewhere" in told[0]


def test_a_film_in_progress_keeps_its_shots(model, stack, film, qapp):
    told = []
    model.change(film[0], state=JobState.RUNNING)
    stack.push(change_of_shots(model, stack, film, told))
    assert firsts(film[1]) == ["0", "20"]
    assert told
    qapp.processEvents()
    assert stack.index() == 0, "the stack is where it was"
    model.change(film[0], state=JobState.WAITING)
    stack.redo()
    assert firsts(film[1]) == ["0"]
