"""What is left out, lost on the way, or named like a line of somebody else's."""

import errno
import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from colorizer.archive.planning.walk import walk
from colorizer.archive.records.run_log import RunLog
from colorizer.commands import cli
from colorizer.engine import attempt
from colorizer.engine.queue import Queue
from colorizer.jobs import JobState
from colorizer.media.probe import kind_of
from tests import drawn
from tests.cases.conftest import run

pytestmark = pytest.mark.usefixtures("tiny")


def test_one_link_does_not_end_a_folder(tmp_path, capsys):
    """`readlink` and `stat` of the system: ELOOP for a link to itself."""
    for name in ("a.png", "b.png"):
        drawn.photo(tmp_path / "in" / name, 1)
    (tmp_path / "in" / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "in" / "gone.jpg").symlink_to("nowhere")
    (tmp_path / "in" / "zz").symlink_to("zz")
    assert run(tmp_path / "in", "-o", tmp_path / "out") == 1
    told = capsys.readouterr()
    assert "2 done" in told.err
    for name, reason in (("loop.jpg", "to itself"), ("gone.jpg", "nowhere"), ("zz", "to itself")):
        assert f"{tmp_path / 'in' / name}: is a link that leads {reason}" in told.err
    assert run(tmp_path / "in" / "loop.jpg", "-o", tmp_path / "out2") == 3
    assert "leads to itself" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs root to become another")
def test_links_and_inputs_in_a_private_folder_are_problems_of_their_own(tmp_path):
    base = Path("/tmp/colorizer-private-case")
    shutil.rmtree(base, ignore_errors=True)
    try:
        drawn.photo(base / "in" / "a.png", 1)
        drawn.photo(base / "private" / "b.png", 2)
        (base / "in" / "link.png").symlink_to(base / "private" / "b.png")
        (base / "private").chmod(0o700)
        os.seteuid(65534)
        try:
            walked = walk([base / "in", base / "private" / "b.png"], kind_of)
        finally:
            os.seteuid(0)
        assert [item.path.name for item in walked.found] == ["a.png"]
        named = [
            (problem.path.name, "Permission denied" in str(problem)) for problem in walked.problems
        ]
        assert ("link.png", True) in named
        assert len(named) == 2
    finally:
        shutil.rmtree(base, ignore_errors=True)


def test_results_that_are_removed_while_the_run_goes_on_are_not_done(tmp_path, capsys, monkeypatch):

    for name in ("a", "b", "c", "d"):
        drawn.photo(tmp_path / "in" / f"{name}.png", 1)
    really = attempt.pipeline.run
    begun = []

    def removing(job, model, **options):
        begun.append(job)
        if len(begun) == 3:
            shutil.rmtree(tmp_path / "out")
        yield from really(job, model, **options)

    monkeypatch.setattr(attempt.pipeline, "run", removing)
    failed = tmp_path / "failed.txt"
    given = (tmp_path / "in", "-o", tmp_path / "out", "--jobs", 1, "--failed-list", failed)
    assert run(*given) not in (0, 130)
    told = capsys.readouterr().err
    exist = {path.stem.removesuffix("_color") for path in (tmp_path / "out").glob("*.png")}
    assert f"{len(exist)} done" in told
    listed = {Path(line).stem for line in failed.read_text().splitlines()}
    assert listed == {"a", "b", "c", "d"} - exist
    assert "was removed" in told
    assert run(*given) == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 4


def test_every_file_is_done_or_named(tmp_path, capsys):
    drawn.photo(tmp_path / "in" / "a.png", 1)
    for name in ("notes.txt", "sound.wav", "1920/list.pdf"):
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"x")
    os.mkfifo(tmp_path / "in" / "pipe")
    others = {"notes.txt", "sound.wav", "list.pdf", "pipe"}
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--dry-run") == 0
    told = capsys.readouterr().err
    rows = [line for line in told.splitlines() if line.startswith("left out: ")]
    assert {Path(row.split(": ")[1]).name for row in rows} == others
    assert run(tmp_path / "in", "-o", tmp_path / "out", "-v") == 0
    told = capsys.readouterr().err
    assert all(f"/{name}: is not supported" in told for name in others)
    assert "1 done, 0 skipped, 0 failed, 4 not supported" in told
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    left = {Path(e["path"]).name for e in events if e["event"] == "left_out"}
    assert left == others
    assert events[-1]["not_supported"] == 4
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--strict", "-q") == 1
    assert "notes.txt" in capsys.readouterr().err
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--strict", "--dry-run") == 1
    assert run(tmp_path / "in" / "a.png", "-o", tmp_path / "out", "--strict") == 0


def test_hidden_and_system_files_and_second_names_are_counted_and_named(tmp_path, capsys):
    folder = tmp_path / "in"
    drawn.photo(folder / "a.png", 1)
    drawn.photo(folder / ".git" / "b.png", 1)
    drawn.photo(folder / "@eaDir" / "c.png", 1)
    for name in ("Thumbs.db", ".DS_Store", "._a.png", "desktop.ini", "x.png.part",
                 "x.colorize.json", "colorize-run-1.jsonl", "manifest-sha256.txt"):  # fmt: skip
        (folder / name).write_bytes(b"x")
    (folder / "again.png").symlink_to("a.png")
    (folder / "manifest-sha256.txt").write_text("")
    on_disk = {path for path in folder.rglob("*") if not path.is_dir()}
    assert run(folder, "-o", tmp_path / "out", "--json", "--strict") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    done = {event["source"] for event in events if event["event"] == "done"}
    left = {event["path"] for event in events if event["event"] == "left_out"}
    named = done | left
    # As `find` lists them: each is named, or a folder above it is.
    assert all(any(str(p) in named for p in (path, path.parent)) for path in on_disk)
    assert events[-1]["left_out"] == len(left) == 11
    assert run(folder, "-o", tmp_path / "out", "-v") == 0
    told = capsys.readouterr().err
    assert f"left out: {folder / '.git'}: is hidden" in told
    assert f"left out: {folder / 'again.png'}: is the same file as {folder / 'a.png'}" in told
    assert "1 skipped, 0 failed, 11 left out" in told
    assert run(folder, "-o", tmp_path / "out", "--dry-run") == 0
    assert "Thumbs.db: is hidden" in capsys.readouterr().err


def test_one_is_told_as_one(tmp_path, capsys):
    from colorizer.places.frame_pattern import missing_words

    drawn.photo(tmp_path / "in" / "a.png", 1)
    (tmp_path / "in" / "notes.txt").write_text("x")
    run(tmp_path / "in", "-o", tmp_path / "out")
    assert "1 other file is neither a photo nor a film" in capsys.readouterr().err
    assert missing_words([1, 3]) == "1 frame is missing: 2"
    assert missing_words([1, 4]) == "2 frames are missing: 2-3"


@pytest.fixture
def removing(monkeypatch):
    """Let the results be removed when the third photo is begun."""
    really, begun = attempt.pipeline.run, []

    def run_and_remove(job, model, **options):
        begun.append(job)
        if len(begun) == 3:
            shutil.rmtree(job.target.parent)
        yield from really(job, model, **options)

    monkeypatch.setattr(attempt.pipeline, "run", run_and_remove)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["watch", "queue"])
def test_what_a_watch_or_queue_counts_as_done_exists_at_its_end(
    tmp_path, removing, command, capsys
):
    for name in "abcd":
        drawn.photo(tmp_path / "in" / f"{name}.png", 1)
    named = [str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64"]
    if command == "watch":
        quick = ["--stable", "1", "--interval", "1", "--idle", "1", "--jobs", "1"]
        assert cli.main(["watch", *named, *quick]) not in (0, 130)
    else:
        queue = ["queue", "--file", str(tmp_path / "q.sqlite")]
        assert cli.main([*queue, "add", *named]) == 0
        assert cli.main([*queue, "run"]) not in (0, 130)
    exist = {path.name for path in (tmp_path / "out").glob("*_color.png")}
    told = capsys.readouterr().err
    assert f"{len(exist)} done, 0 skipped, {4 - len(exist)} failed" in told
    assert len(exist) < 4
    if command == "queue":
        with closing(Queue(tmp_path / "q.sqlite")) as opened:
            done = {e.job.target.name for e in opened.entries() if e.state is JobState.DONE}
        assert done == exist


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "watch", "queue"])
def test_an_error_at_closing_the_run_log_is_a_line(tmp_path, monkeypatch, command, capsys):
    """EIO of POSIX, as `close` gives it for a network drive that lost what was written."""
    really = RunLog._open

    class Failing:
        def __init__(self, file):
            self._file = file

        def __getattr__(self, name):
            return getattr(self._file, name)

        def close(self):
            self._file.close()
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(RunLog, "_open", lambda self: Failing(really(self)))
    drawn.photo(tmp_path / "in" / "a.png", 1)
    named = [str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64"]
    if command == "queue":
        queue = ["queue", "--file", str(tmp_path / "q.sqlite")]
        assert cli.main([*queue, "add", *named]) == 0
        code = cli.main([*queue, "run"])
    else:
        quick = ["--stable", "1", "--interval", "1", "--idle", "1"]
        code = cli.main([command, *named, *(quick if command == "watch" else ())])
    told = capsys.readouterr().err
    lines = [line for line in told.splitlines() if "the run log can't be written" in line]
    assert len(lines) == 1
    assert os.strerror(errno.EIO) in lines[0]
    assert "Traceback" not in told
    assert code == (0 if command == "queue" else 5), "the results of a queue are there"
    assert (tmp_path / "out" / "a_color.png").exists()
    assert "a_color.png" in (tmp_path / "out" / "manifest-sha256.txt").read_text()
