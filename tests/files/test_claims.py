"""One writer for a target at a time, whatever ends a process, whatever lies where a claim is."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer.archive.planning.walk import is_ours_or_system
from colorizer.errors import TargetError
from colorizer.files import claims, durable
from colorizer.files.claims import Claim, Hold, claim_file, clear_left, held, look

HOLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from colorizer.files.claims import Claim
from colorizer.files.durable import create_part, part_of
claim = Claim(Path(sys.argv[1]))
assert claim.take()
create_part(part_of(Path(sys.argv[1]))).close()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "out" / "deep" / "a.jpg"


@pytest.fixture
def other(target):
    """Let another process hold the target."""
    command = [sys.executable, "-c", HOLD, str(target)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_target_is_held_by_one_process_and_the_other_is_told_whose_it_is(target, other):
    claim = Claim(target)
    assert not claim.take()
    assert claim.holder() == f"process {other.pid}"
    assert look(target) is Hold.HELD
    with pytest.raises(TargetError, match=f"process {other.pid}"), held(target):
        pass


def test_a_killed_process_holds_nothing_and_its_unfinished_file_goes(target, other):
    (part,) = target.parent.glob("a.jpg.*.part")
    near = target.with_name("a.jpg.part")  # somebody's own file
    near.write_bytes(b"kept")
    other.kill()
    other.wait()
    assert look(target) is Hold.LEFT
    assert part.exists()
    with held(target):
        assert not part.exists()
        assert near.read_bytes() == b"kept"
    assert look(target) is Hold.FREE
    assert sorted(path.name for path in target.parent.iterdir()) == ["a.jpg.part"]


def test_two_threads_of_one_process_exclude_each_other(target):
    with held(target):
        assert not Claim(target).take()
        assert not Claim(target.with_name("A.JPG")).take(), "drives may take it for the same"
        assert Claim(target.with_name("b.jpg")).take()


def test_folders_made_for_nothing_are_removed(target, tmp_path):
    with held(target):
        assert target.parent.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_another_claim_removes_while_it_is_made_is_made_again(target, monkeypatch):
    make, tries = Path.mkdir, []

    def mkdir(self, *args, **kwargs):
        if not tries:  # made by another claim before our mkdir, and removed after it
            tries.append(self)
            raise FileExistsError(errno.EEXIST, "File exists", str(self))
        make(self, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    claim = Claim(target)
    assert claim.take()
    assert tries
    claim.release()


def test_the_claim_of_a_process_that_died_after_its_result_was_complete_is_removed(target, other):
    other.kill()
    other.wait()
    assert look(target) is Hold.LEFT
    clear_left([target, target.with_name("none.png")])
    assert not claim_file(target).exists()


def test_who_waits_gets_the_claim_when_it_is_released(target):
    first = Claim(target)
    assert first.take()
    began = time.monotonic()
    with pytest.raises(TargetError), held(target, wait=0.3):
        pass
    assert time.monotonic() - began > 0.25
    first.release()
    with held(target, wait=60):
        pass


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("kind", ["symbolic", "hard", "nowhere", "fifo"])
def test_what_was_planted_as_a_claim_is_replaced_and_never_written_through(target, kind, tmp_path):
    original = tmp_path / "original.tif"
    original.write_bytes(b"precious")
    target.parent.mkdir(parents=True)
    planted = claim_file(target)
    if kind == "symbolic":
        planted.symlink_to(original)
    elif kind == "nowhere":
        planted.symlink_to(tmp_path / "not made")
    elif kind == "hard":
        os.link(original, planted)
    else:
        os.mkfifo(planted)
    with held(target):
        assert look(target) is Hold.HELD
    assert original.read_bytes() == b"precious"
    assert not (tmp_path / "not made").exists()
    assert not os.path.lexists(planted)


@pytest.mark.parametrize(
    "content",
    [b"[" * 5000, b'{"part": "../../x", "process": "1"}', b"\xff\x00",
     b'{"part": "*", "process": -1}', b"null", b'{"process": 1e400, "host": 3}'],
)  # fmt: skip
def test_a_claim_that_says_nonsense_is_taken(target, content):
    target.parent.mkdir(parents=True)
    (target.parent / "a.jpg.kept.part").write_bytes(b"")
    claim_file(target).write_bytes(content)
    assert Claim(target).holder() == "another process"
    assert look(target) is Hold.LEFT
    with held(target):
        told = json.loads(claim_file(target).read_bytes())
        assert told["process"] == os.getpid()
    assert (target.parent / "a.jpg.kept.part").exists()


def test_a_drive_without_locks_is_said_once_and_used(target, monkeypatch, caplog):
    def lock(file):
        raise durable.NoLocksError(37, "No locks available")

    monkeypatch.setattr(claims, "lock", lock)
    for _ in range(2):
        with held(target):
            pass
    assert sum("has no locks" in line for line in caplog.messages) == 1


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="needs rights that can be missing")
def test_a_folder_that_takes_no_file_is_an_error_of_the_target(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(TargetError, match="can't be written"), held(tmp_path / "a.jpg"):
        pass
    tmp_path.chmod(0o700)


def test_a_claim_is_no_input(target):
    assert is_ours_or_system(claim_file(target).name)
