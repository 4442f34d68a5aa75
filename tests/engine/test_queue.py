import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from colorizer.engine.queue import Queue
from colorizer.engine.queue_json import export_json, import_json
from colorizer.errors import ColorizerError
from colorizer.jobs import Job, JobState, Kind
from colorizer.notes import Note, note
from colorizer.places.hint import Hint
from colorizer.settings import Settings


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep" / "queue.sqlite"


def job(name="a", out="out", **settings) -> Job:
    return Job(
        Path(f"/in/{name}.jpg"), Path(f"/{out}/{name}_color.jpg"), Kind.PHOTO, Settings(**settings)
    )


def names(queue: Queue) -> list[str]:
    return [entry.job.source.stem for entry in queue.entries()]


def test_everything_is_on_disk_after_each_change(file):
    queue = Queue(file)
    (row,) = queue.add([job(strength=0.7)])
    queue.update(
        row,
        state=JobState.FAILED,
        reason="cut off",
        hints=(Hint(0.5, 0.25, 10.0, -4.0),),
        facts={"width": 3},
        warnings=("one",),
        total=4,
    )
    other = Queue(file)  # the first one is never closed, as after a power cut
    (entry,) = other.entries()
    assert entry.job == replace(job(strength=0.7), hints=(Hint(0.5, 0.25, 10.0, -4.0),))
    assert (entry.state, entry.reason, entry.total) == (JobState.FAILED, "cut off", 4)
    assert entry.facts == {"width": 3}
    assert entry.warnings == ("one",)


def test_running_jobs_come_back_as_interrupted(file):
    with Queue(file) as queue:
        first, second = queue.add([job("a"), job("b")])
        queue.update(first, state=JobState.RUNNING, done=7)
    with Queue(file) as queue:
        assert queue.entry(first).state is JobState.INTERRUPTED
        assert queue.entry(first).done == 7
        assert queue.entry(second).state is JobState.WAITING


def test_rows_take_the_order_of_a_list_and_unnamed_ones_come_last(file):
    queue = Queue(file)
    a, b, c, d = queue.add([job(name) for name in "abcd"])
    queue.reorder([b, d, a, c])
    assert names(queue) == ["b", "d", "a", "c"]
    queue.reorder([c, a])
    assert names(queue)[:2] == ["c", "a"]
    queue.add([job("e")])
    assert names(queue)[-1] == "e"


def test_an_id_is_never_used_twice(file):
    queue = Queue(file)
    first, second = queue.add([job("a"), job("b")])
    queue.remove([second])
    (third,) = queue.add([job("c")])
    assert third not in (first, second)
    queue.remove([first, third])
    queue.close()
    queue = Queue(file)
    assert queue.add([job("d")])[0] not in (first, second, third)


def test_removed_rows_come_back_as_they_were(file):
    queue = Queue(file)
    a, b, c = queue.add([job("a"), job("b", strength=0.3), job("c")])
    queue.update(b, state=JobState.DONE, hints=(Hint(0.1, 0.2, 3.0, 4.0),), warnings=("w",))
    before = queue.entries()
    queue.remove([a, b])
    assert names(queue) == ["c"]
    queue.put_back([a, b])
    assert queue.entries() == before
    assert Queue(file).entries() == before


def test_what_a_result_was_made_with_outlasts_other_wishes(file):
    queue = Queue(file)
    (row,) = queue.add([job(strength=0.3)])
    assert queue.entry(row).made is None
    queue.update(row, state=JobState.DONE)
    queue.update(row, settings=Settings(strength=0.9))
    queue.close()
    with Queue(file) as queue:
        (entry,) = queue.entries()
    assert entry.job.settings.strength == 0.9
    assert entry.made is not None
    assert entry.made.settings.strength == 0.3


def test_groups_of_rows_change_together_or_not_at_all(file):
    queue = Queue(file)
    a, b = queue.add([job("a"), job("b")])
    with pytest.raises(ValueError, match="no field"):
        queue.update_each([([a], {"done": 3}), ([b], {"colour": "red"})])
    assert [entry.done for entry in queue.entries()] == [0, 0]
    queue.update_each([([a], {"done": 3}), ([b], {"settings": Settings(strength=0.2)})])
    assert [(e.done, e.job.settings.strength) for e in queue.entries()] == [(3, 1.0), (0, 0.2)]


def test_a_job_that_waits_is_not_added_twice(file):
    queue = Queue(file)
    assert len(queue.add([job(), job()])) == 1
    assert queue.add([job()]) == []


def test_a_job_that_is_done_can_be_added_again(file):
    queue = Queue(file)
    (row,) = queue.add([job()])
    queue.update(row, state=JobState.DONE)
    assert len(queue.add([job()])) == 1


def test_two_sources_never_get_one_target(file):
    queue = Queue(file)
    other = Job(Path("/elsewhere/a.jpg"), job().target, Kind.PHOTO, Settings())
    queue.add([job(), other])
    targets = [str(entry.job.target) for entry in queue.entries()]
    assert targets == ["/out/a_color.jpg", "/out/a_color_2.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_not_text_are_kept(file, tmp_path):
    name = os.fsdecode(b"/in/caf\xe9.jpg")
    with Queue(file) as queue:
        queue.add([Job(Path(name), Path(name + "_color"), Kind.PHOTO, Settings())])
        export_json(queue, tmp_path / "list.json")
    with Queue(file) as queue:
        assert str(queue.entries()[0].job.source) == name
        queue.remove([queue.entries()[0].id])
        import_json(queue, tmp_path / "list.json")
        assert str(queue.entries()[0].job.source) == name


def test_a_list_is_exported_and_imported_with_settings_and_hints(file, tmp_path):
    queue = Queue(file)
    done, left = queue.add([job("done"), job("left", vividness=0.2)])
    queue.update(done, state=JobState.DONE)
    queue.update(left, hints=(Hint(0.1, 0.2, 3.0, 4.0),))
    assert export_json(queue, tmp_path / "list.json") == 1
    with Queue(tmp_path / "other.sqlite") as other:
        import_json(other, tmp_path / "list.json")
        (entry,) = other.entries()
    hints = (Hint(0.1, 0.2, 3.0, 4.0),)
    assert entry.job == replace(job("left", vividness=0.2), hints=hints, new_list=False)
    assert entry.state is JobState.WAITING


@pytest.mark.parametrize(
    "content",
    ["not json", "[]", '{"schema": 99, "jobs": []}',
     json.dumps({"schema": 1, "jobs": [{"source": "/a", "target": "/b", "kind": "sound"}]})],
)  # fmt: skip
def test_a_file_that_is_no_list_adds_nothing(file, tmp_path, content):
    (tmp_path / "list.json").write_text(content)
    queue = Queue(file)
    with pytest.raises(ColorizerError, match=r"list\.json"):
        import_json(queue, tmp_path / "list.json")
    assert queue.entries() == []


def test_a_queue_of_a_newer_version_is_left_alone(file):
    Queue(file).close()
    with sqlite3.connect(file) as base:
        base.execute("PRAGMA user_version = 99")
    with pytest.raises(ColorizerError, match="newer version"):
        Queue(file)


def test_settings_of_another_version_do_not_lock_the_queue(file):
    with Queue(file) as queue:
        queue.add([job(strength=0.5)])
    with sqlite3.connect(file) as base:
        text = base.execute("SELECT json FROM settings").fetchone()[0]
        other = {**json.loads(text), "glow": 3, "codec": "vhs"}
        base.execute("UPDATE settings SET json = ?", (json.dumps(other),))
    with Queue(file) as queue:
        assert queue.entries()[0].job.settings == Settings(strength=0.5)


def test_a_damaged_file_is_named(file):
    file.parent.mkdir()
    file.write_bytes(b"no queue at all" * 100)
    with pytest.raises(ColorizerError, match=r"queue\.sqlite"):
        Queue(file)


def test_a_failed_change_leaves_all_rows_as_they_were(file):
    queue = Queue(file)
    (row,) = queue.add([job()])
    with pytest.raises(ValueError, match="no field"):
        queue.update(row, colour="red")
    with pytest.raises(KeyError):
        queue.update(row + 1, state=JobState.DONE)
    assert queue.entries()[0].state is JobState.WAITING


_OLD = """
CREATE TABLE jobs (id INTEGER PRIMARY KEY, position INTEGER NOT NULL, source BLOB NOT NULL,
    target BLOB NOT NULL, kind TEXT NOT NULL, settings TEXT NOT NULL, hints TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, warnings TEXT NOT NULL, facts TEXT NOT NULL,
    done INTEGER NOT NULL, total INTEGER, seconds REAL NOT NULL, crashes INTEGER NOT NULL,
    added REAL NOT NULL, started REAL, ended REAL{later});
CREATE INDEX jobs_position ON jobs (position);
"""
"""The tables as versions 1 to 4 made them."""
_OLD_COLUMNS = {
    1: "", 2: ", root BLOB", 3: ", root BLOB, new_list INTEGER NOT NULL DEFAULT 1",
    4: ", new_list INTEGER NOT NULL DEFAULT 1, root BLOB",
}  # fmt: skip


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_queue_of_an_older_version_is_kept_and_gets_the_new_columns(file, version):
    file.parent.mkdir()
    with sqlite3.connect(file) as base:
        base.executescript(_OLD.format(later=_OLD_COLUMNS[version]))
        settings = json.dumps(Settings(strength=0.4).as_dict())
        for number, state in ((5, "done"), (7, "waiting")):
            base.execute(
                "INSERT INTO jobs (id, position, source, target, kind, settings, hints, state,"
                " reason, warnings, facts, done, seconds, crashes, added) VALUES"
                " (?, ?, ?, ?, 'photo', ?, '[[0.5, 0.5, 1.0, 2.0]]', ?, '', '[]', '{}', 1, 2.5, 0,"
                " 9.0)",
                (number, 10 - number, f"/in/{number}.jpg".encode(), b"/out/x", settings, state),
            )
        base.execute(f"PRAGMA user_version = {version}")
    with Queue(file) as queue:
        (row,) = queue.add([job("b")], root=Path("/out"))
        entries = queue.entries()
    assert row == 8
    assert [(e.id, e.root) for e in entries] == [(7, None), (5, None), (8, Path("/out"))]
    assert all(entry.job.new_list for entry in entries)
    assert entries[0].job.settings == Settings(strength=0.4)
    assert entries[0].made is None
    assert entries[1].made is not None
    assert entries[1].made.settings == Settings(strength=0.4)
    assert entries[1].made.hints == entries[1].job.hints == (Hint(0.5, 0.5, 1.0, 2.0),)


def test_notes_keep_their_codes_in_the_file(file):
    inner = note("tiff.bytes_missing", have=10, whole=20)
    told = note("tiff.page", number=2, pages=5, why=inner)
    with Queue(file) as queue:
        (row,) = queue.add([job()], JobState.FAILED, told)
        queue.update(row, warnings=(told, "plain"))
    with Queue(file) as queue:
        entry = queue.entry(row)
    assert (entry.reason, entry.reason.code, entry.reason.values) == (told, told.code, told.values)
    assert entry.warnings == (told, "plain")
    assert [isinstance(warning, Note) for warning in entry.warnings] == [True, False]


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("cut off", "cut off"),
        ('{"note": 3}', '{"note": 3}'),
        ('{"note": "tiff.page", "values": {}, "text": "as told"}', "as told"),
        ('{"note": "of.tomorrow", "values": {"a": [1]}, "text": "as told"}', "as told"),
        ('{"note": ' * 9000, '{"note": ' * 9000),
    ],
    ids=["version 0.1", "no note", "values missing", "newer", "deep"],
)
def test_a_reason_of_anybody_is_shown_as_text(file, column, reason):
    with Queue(file) as queue:
        queue.add([job()])
    with sqlite3.connect(file) as base:
        base.execute("UPDATE jobs SET reason = ?, warnings = ?", (column, f"[{json.dumps('w')}]"))
    with Queue(file) as queue:
        (entry,) = queue.entries()
    assert (entry.reason, entry.warnings) == (reason, ("w",))
