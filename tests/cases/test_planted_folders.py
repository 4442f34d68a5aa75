"""Work folders and locks that a stranger put there."""

import os
import stat
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.files.durable import open_own
from tests import drawn
from tests.cases.conftest import run
from tests.cases.kept import all_hashes

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.mark.parametrize("target", ["f_color.mkv", "s.tif"])
def test_a_work_folder_that_is_a_link_is_refused_and_its_files_stay(tmp_path, target, capsys):
    film = drawn.film(tmp_path / "f.mkv", 4)
    victim = tmp_path / "victim"
    victim.mkdir()
    names = ("seg_00000.nut", "state_00001.npz", "journal.jsonl", "lock", "a.part", "joined")
    for name in (*names, "holiday.jpg"):
        (victim / name).write_text(name)
    before = drawn.hashes(victim)
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "f_%03d.tif" if target == "s.tif" else tmp_path / "out" / target
    link = tmp_path / "out" / f".{out.name}.colorize"
    link.symlink_to(victim)
    assert run(film, "-o", out, "--codec", "ffv1") == 1
    assert f"{link} is a link" in capsys.readouterr().err
    assert drawn.hashes(victim) == before


def test_a_folder_of_that_name_with_files_of_others_is_refused(tmp_path, capsys):
    film = drawn.film(tmp_path / "f.mkv", 4)
    folder = tmp_path / "out" / ".f_color.mkv.colorize"
    folder.mkdir(parents=True)
    for name in ("seg_1.tif", "state_of_play.doc", "x.part", "joined"):
        (folder / name).write_text(name)
    before = drawn.hashes(folder)
    drawn.film(tmp_path / "out" / "f_color.mkv", 4)  # as if it were to be tidied up
    for existing in ("skip", "overwrite"):
        run(film, "-o", tmp_path / "out", "--codec", "ffv1", "--existing", existing)
        assert drawn.hashes(folder) == before
    assert "is no work folder of this program" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="owners of POSIX")
@pytest.mark.parametrize("suffix", [".mkv", "_%03d.tif"])
def test_a_work_folder_of_another_user_is_refused(tmp_path, monkeypatch, capsys, suffix):
    """The folder's owner is another than the process's and that of the folder above it."""
    film = drawn.film(tmp_path / "f.mkv", 4)
    folder = tmp_path / "out" / f".f{suffix}.colorize"
    folder.mkdir(parents=True)
    (folder / "lock").write_bytes(b"work folder of Colorizer\n")
    (folder / "journal.jsonl").write_bytes(b'{"schema": 2, "identity": null}\n')
    (folder / "seg_00000.nut").write_text("a segment of somebody")
    before = all_hashes(folder)
    really = Path.lstat

    def owned(path):
        facts = really(path)
        if path != folder:
            return facts
        values = list(facts)
        values[stat.ST_UID] = facts.st_uid + 1
        return os.stat_result(values)

    monkeypatch.setattr(Path, "lstat", owned)
    out = tmp_path / "out" / f"f{suffix}"
    assert run(film, "-o", out, "--codec", "ffv1") == 1
    assert f"{folder} belongs to another user" in capsys.readouterr().err
    assert all_hashes(folder) == before
    monkeypatch.undo()


def test_frames_that_lead_elsewhere_are_not_deleted(tmp_path):
    film = drawn.film(tmp_path / "f.mkv", 4)
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "f_001.tif").write_text("mine")
    folder = tmp_path / "out" / ".f_%03d.tif.colorize"
    folder.mkdir(parents=True)
    (folder / "lock").write_bytes(b"work folder of Colorizer\n")
    (folder / "frames").symlink_to(victim)
    assert run(film, "-o", tmp_path / "out" / "f_%03d.tif") == 0
    assert [path.name for path in victim.iterdir()] == ["f_001.tif"]
    assert (victim / "f_001.tif").read_text() == "mine"


@pytest.mark.parametrize("plant", ["symlink", "link", "mkfifo"])
def test_the_lock_of_a_queue_is_not_written_through_a_link(tmp_path, plant):
    original = drawn.photo(tmp_path / "original.png", 1)
    before = original.read_bytes()
    if plant == "mkfifo":
        os.mkfifo(tmp_path / "window.lock")
    else:
        getattr(os, plant)(original, tmp_path / "window.lock")
    assert cli.main(["queue", "--file", str(tmp_path / "q.sqlite"), "clear"]) == 0
    assert original.read_bytes() == before
    with open_own(tmp_path / "window.lock") as opened:
        opened.write(b"x")
    assert original.read_bytes() == before


def test_what_is_wrong_with_a_list_is_said_before_the_work(tmp_path, capsys, monkeypatch):
    photo = drawn.photo(tmp_path / "a.png", 1)

    def never(*_):
        raise AssertionError("the work has begun")

    monkeypatch.setattr(pipeline, "load_model", never)
    missing = tmp_path / "no folder" / "failed.txt"
    assert run(photo, "-o", tmp_path / "out", "--failed-list", missing) == 5
    assert "can't be written" in capsys.readouterr().err
    assert run(photo, "-o", tmp_path / "out", "--failed-list", tmp_path) == 5
    (tmp_path / "out").mkdir()
    manifest = tmp_path / "out" / "manifest-sha256.txt"
    manifest.write_text("no hashes\n")
    assert run(photo, "-o", tmp_path / "out") == 5
    assert "line 1 is not a hash" in capsys.readouterr().err
    assert manifest.read_text() == "no hashes\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [manifest.name]
