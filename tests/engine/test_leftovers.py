"""What is left of jobs that are wanted no more goes; results and files of others stay.

The files are those that a process leaves which really dies.
"""

import subprocess
import sys

import pytest

from colorizer.engine.leftovers import remove_unfinished
from colorizer.files.claims import Claim
from colorizer.media.film.work_folder import work_folder

DIES = """
import os, sys
from pathlib import Path
from colorizer.files.claims import Claim
from colorizer.files.durable import create_part, part_of
from colorizer.media.film.segments import WorkFolder
target = Path(sys.argv[1])
Claim(target).take()
create_part(part_of(target)).write(b"half a picture")
if target.suffix == ".mkv":
    folder = WorkFolder(target, {"a": 1}, ".nut")
    folder.open()
    folder.file(0).write_bytes(b"a segment")
    folder.part(1).write_bytes(b"half a segment")
os._exit(9)
"""


def leave(target):
    """Let a process die while it makes a target."""
    assert subprocess.run([sys.executable, "-c", DIES, str(target)]).returncode == 9
    return target


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["film.mkv", "photo.png", "100% [1].mkv"])
def test_parts_journal_and_segments_of_a_process_that_died_go(tmp_path, name):
    (tmp_path / "other.mkv").write_bytes(b"finished")
    leave(tmp_path / name)
    assert len(names(tmp_path)) > 2
    remove_unfinished([tmp_path / name])
    assert names(tmp_path) == ["other.mkv"]


def test_the_parts_of_a_film_that_was_split_go_with_it(tmp_path):
    leave(tmp_path / "film.1.mkv")
    leave(tmp_path / "film.extra.mkv")
    remove_unfinished([tmp_path / "film.mkv"])
    assert not work_folder(tmp_path / "film.1.mkv").exists()
    assert work_folder(tmp_path / "film.extra.mkv").exists(), "it is another film"


def test_what_is_wanted_by_another_row_stays(tmp_path):
    target = leave(tmp_path / "film.mkv")
    before = names(tmp_path)
    remove_unfinished([target], kept=[target])
    assert names(tmp_path) == before


def test_what_somebody_makes_just_now_stays(tmp_path):
    target = leave(tmp_path / "film.mkv")
    claim = Claim(target)
    assert claim.take()
    remove_unfinished([target])
    assert work_folder(target).exists()
    claim.release()


def test_a_folder_of_others_and_a_finished_result_stay(tmp_path):
    target = tmp_path / "film.mkv"
    target.write_bytes(b"finished")
    folder = work_folder(target)
    folder.mkdir()
    (folder / "seg_00001.nut").write_bytes(b"not ours")
    remove_unfinished([target])
    assert target.read_bytes() == b"finished"
    assert names(folder) == ["seg_00001.nut"]


def test_where_nothing_was_begun_nothing_is_made(tmp_path):
    remove_unfinished([tmp_path / "no" / "folder.mkv"])
    assert names(tmp_path) == []
