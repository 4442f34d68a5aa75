"""The names of files in work outlast a process that dies, and nothing else."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer.archive import in_work
from colorizer.archive.in_work import NAME, InWork
from colorizer.archive.walk import is_ours_or_system
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings

DIE = """
import os, sys
from pathlib import Path
from colorizer.archive.in_work import InWork
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
folder = Path(sys.argv[1])
jobs = [Job(folder / n, folder / ("out-" + n), Kind.PHOTO, Settings()) for n in "abc"]
with InWork(folder) as noted:
    with noted.noted(jobs[0]):
        pass
    with noted.noted(jobs[1]), noted.noted(jobs[2]):
        os._exit(9)
"""


@pytest.fixture
def jobs(tmp_path) -> dict[str, Job]:
    found = {}
    for name in "abc":
        (tmp_path / name).write_bytes(b"")
        source, target = tmp_path / name, tmp_path / f"out-{name}"
        found[name] = Job(source, target, Kind.PHOTO, Settings())
    return found


def die(folder: Path) -> None:
    command = [sys.executable, "-c", DIE, str(folder)]
    assert subprocess.run(command, check=False).returncode == 9


def suspects(noted: InWork, jobs: dict[str, Job]) -> set[str]:
    return {name for name, job in jobs.items() if noted.is_suspect(job)}


def test_what_was_in_work_at_a_crash_is_known_to_the_next_run(tmp_path, jobs):
    die(tmp_path)
    with InWork(tmp_path) as noted:
        assert suspects(noted, jobs) == {"b", "c"}
        noted.clear(jobs["b"])
        assert suspects(noted, jobs) == {"c"}
    with InWork(tmp_path) as noted:  # c did not come yet
        assert suspects(noted, jobs) == {"c"}
        noted.clear(jobs["c"])
    assert not (tmp_path / NAME).exists()


def test_a_suspect_whose_result_is_there_or_whose_source_is_gone_is_forgotten(tmp_path, jobs):
    die(tmp_path)
    jobs["b"].target.write_bytes(b"")
    jobs["c"].source.unlink()
    with InWork(tmp_path) as noted:
        assert suspects(noted, jobs) == {"b", "c"}
    assert not (tmp_path / NAME).exists()


def test_errors_and_stopping_are_no_crashes(tmp_path, jobs):
    with pytest.raises(KeyboardInterrupt), InWork(tmp_path) as noted, noted.noted(jobs["a"]):
        raise KeyboardInterrupt
    with InWork(tmp_path) as noted:
        assert suspects(noted, jobs) == set()
    assert not (tmp_path / NAME).exists()


def test_the_file_does_not_grow_with_the_number_of_photos(tmp_path, jobs, monkeypatch):
    monkeypatch.setattr(in_work, "_MOST_LINES", 20)
    with InWork(tmp_path) as noted, noted.noted(jobs["b"]):
        for _ in range(500):
            with noted.noted(jobs["a"]):
                pass
        lines = (tmp_path / NAME).read_text().splitlines()
        assert len(lines) <= 22
        assert json.loads(lines[1])["begin"] == str(jobs["b"].source)


def test_a_second_run_in_the_folder_does_not_wait_nor_note_nor_suspect(tmp_path, jobs, monkeypatch):
    monkeypatch.setattr(in_work.time, "sleep", lambda _: pytest.fail("waited"))
    with InWork(tmp_path) as first, first.noted(jobs["a"]):
        before = (tmp_path / NAME).read_bytes()
        with InWork(tmp_path) as second, second.noted(jobs["b"]):
            assert suspects(second, jobs) == set()
        assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="a handle is not inherited there")
def test_a_run_waits_for_the_process_apart_of_a_dead_one(tmp_path, jobs):
    held = f"{DIE.split('jobs =')[0]}import subprocess\n" + (
        "with InWork(folder) as noted:\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'],"
        " pass_fds=[noted.handle])\n"
        "    noted._note('begin', str(folder / 'b'), str(folder / 'out-b'))\n"
        "    os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", held, str(tmp_path)], check=False)
    began = time.monotonic()
    with InWork(tmp_path) as noted:
        assert time.monotonic() - began > 1
        assert suspects(noted, jobs) == {"b"}


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="needs rights that can be missing")
def test_a_folder_that_takes_no_file_is_no_error(tmp_path, jobs):
    tmp_path.chmod(0o500)
    with InWork(tmp_path) as noted, noted.noted(jobs["a"]):
        pass
    tmp_path.chmod(0o700)


def test_damage_to_the_file_is_no_error(tmp_path, jobs):
    begun = json.dumps({"begin": str(jobs["a"].source), "target": str(jobs["a"].target)})
    (tmp_path / NAME).write_bytes(b"\xff\x00\n[1]\n" + begun.encode() + b'\n{"beg')
    with InWork(tmp_path) as noted:
        assert suspects(noted, jobs) == {"a"}


def test_the_file_is_no_input():
    assert is_ours_or_system(NAME)
