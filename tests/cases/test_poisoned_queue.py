"""A queue that anybody may have written: bad rows are a line each, another's database is kept."""

import hashlib
import json
import os
import sqlite3

import pytest

from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine.queue import Queue
from colorizer.engine.queue_json import import_json
from colorizer.errors import ColorizerError
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from tests.matrix import mostly_slow

POISON = [None, 7, -1.5, b"a\x00b", "", "[" * 100_000, "null", "[1]", '{"a": 1}', '[["x"]]', '"x"']


@pytest.fixture
def file(tmp_path):
    with Queue(tmp_path / "queue.sqlite") as queue:
        for name in ("bad", "good"):
            queue.add([Job(tmp_path / name, tmp_path / f"{name}_color", Kind.PHOTO, Settings())])
    return tmp_path / "queue.sqlite"


COLUMNS = ("source", "target", "kind", "settings", "hints", "state", "warnings", "facts", "total",
           "reason", "done", "seconds", "added", "started", "root",
           "made_settings", "made_hints")  # fmt: skip


@pytest.mark.matrix
@pytest.mark.parametrize("column", mostly_slow(COLUMNS, "settings", "done"))
def test_a_row_of_any_wrong_type_leaves_the_others(file, column, capsys):
    for value in POISON:
        with sqlite3.connect(file) as base:
            sound = base.execute(f"SELECT {column} FROM jobs WHERE id = 1").fetchone()[0]
            try:
                base.execute(f"UPDATE jobs SET {column} = ? WHERE id = 1", (value,))
            except sqlite3.IntegrityError:  # NULL where none may be
                continue
        with Queue(file) as queue:
            names = [entry.job.source.name for entry in queue.entries()]
        assert names[-1] == "good", value
        words = ["queue", "--file", str(file)]
        assert cli.main([*words, "list"]) == ExitCode.OK
        assert cli.main([*words, "list", "--json"]) == ExitCode.OK
        assert "Traceback" not in capsys.readouterr().err
        with sqlite3.connect(file) as base:
            base.execute(f"UPDATE jobs SET {column} = ? WHERE id = 1", (sound,))


def test_settings_of_any_wrong_type_leave_the_rows_of_others(file, capsys):
    with Queue(file) as queue:
        queue.update(2, settings=Settings(strength=0.5))
    for value in POISON:
        with sqlite3.connect(file) as base:
            try:
                base.execute("UPDATE settings SET json = ? WHERE id = 1", (value,))
            except sqlite3.IntegrityError:  # NULL where none may be
                continue
        with Queue(file) as queue:
            assert [entry.job.source.name for entry in queue.entries()][-1] == "good", value
        assert cli.main(["queue", "--file", str(file), "list"]) == ExitCode.OK
        assert "Traceback" not in capsys.readouterr().err


def test_bad_rows_go_with_clear(file, capsys):
    with sqlite3.connect(file) as base:
        base.execute("UPDATE jobs SET settings = '[' WHERE id = 1")
    words = ["queue", "--file", str(file)]
    assert cli.main([*words, "list"]) == ExitCode.OK
    assert capsys.readouterr().err.count("row 1 can't be read") == 1
    assert cli.main([*words, "clear"]) == ExitCode.OK
    with sqlite3.connect(file) as base:
        assert base.execute("SELECT id FROM jobs").fetchall() == [(2,)]


@pytest.mark.parametrize("version", [0, 1, 2, -3])
def test_the_database_of_another_program_is_refused_and_not_changed(tmp_path, version):
    file = tmp_path / "photos.sqlite"
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT)")
        base.execute("INSERT INTO jobs (name) VALUES ('mine')")
        base.execute(f"PRAGMA user_version = {version}")
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(ColorizerError, match="database of another program"):
        Queue(file)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


@pytest.mark.skipif(os.name == "nt", reason="no pipes there")
def test_a_pipe_is_no_queue(tmp_path):
    os.mkfifo(tmp_path / "queue.sqlite")
    with pytest.raises(ColorizerError, match="no regular file"):
        Queue(tmp_path / "queue.sqlite")


@pytest.mark.parametrize(
    "jobs", [[7], [[]], [None], ["x"], {"a": 1}, [{"source": 7, "target": "b", "kind": "photo"}],
             [{"source": "a", "target": "b", "kind": "photo", "settings": []}],
             [{"source": "a", "target": "b", "kind": "photo", "hints": [[]]}],
             [{"source": "a", "target": "b", "kind": "photo", "hints": 3}]],
    ids=str,
)  # fmt: skip
def test_a_list_of_nonsense_adds_nothing(file, tmp_path, jobs):
    (tmp_path / "list.json").write_text(json.dumps({"schema": 1, "jobs": jobs}))
    with Queue(file) as queue:
        with pytest.raises(ColorizerError, match=r"list\.json|setting"):
            import_json(queue, tmp_path / "list.json")
        (tmp_path / "list.json").write_text('{"schema": 1, "jobs": ' + "[" * 100_000)
        with pytest.raises(ColorizerError, match="too deep"):
            import_json(queue, tmp_path / "list.json")
        assert len(queue.entries()) == 2
