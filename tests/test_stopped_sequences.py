"""A sequence that was stopped or killed is finished by the same command."""

import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands.report import ExitCode
from colorizer.jobs import Job, Kind
from colorizer.media.film.unfinished import kept_frames
from colorizer.media.film.work_folder import work_folder
from colorizer.media.frames.sink import SequenceSink
from colorizer.places.frame_pattern import frames_of
from colorizer.settings import Settings
from tests.draw_sequence import draw_dpx
from tests.drawn import hashes
from tests.sequence_runs import run
from tests.test_resume import ROOT, wait_for
from tests.tiny_model import tiny_model

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


KILLED = """
import sys, time
from colorizer.engine import apart
from colorizer.commands import cli
from colorizer import pipeline
from colorizer.engine import worker
from tests.tiny_model import TinyModel
class Slow(TinyModel):
    def predict(self, L, **rest):
        time.sleep({pause})
        return super().predict(L, **rest)
pipeline.load_model = lambda *_: Slow().eval()
# What an earlier run died of is done by a worker process: with the same network.
this = sys.orig_argv[sys.orig_argv.index("-c") + 1]
apart.worker_command = lambda: (sys.executable, ["-c", this])
sys.exit(cli.main(sys.argv[1:]) if sys.argv[1:] else worker.main())
"""


def start(folder, target: str, pause: float) -> subprocess.Popen:
    command = [sys.executable, "-c", KILLED.format(pause=pause), "run", folder / "in"]
    command += ["-o", folder / target / "c_%04d.dpx", "--size", "64", "--every-frame"]
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def stopped_at(job: Job, frames: int) -> Path:
    """Run a job so far, and return a copy of its work folder as a killed run would leave it."""
    with closing(pipeline.run(job, tiny_model())) as steps:
        next(step for step in steps if step.done == frames)
        left = work_folder(job.target)
        copy = left.with_name("left")
        shutil.copytree(left, copy, ignore=shutil.ignore_patterns("*.part"))
    shutil.rmtree(left, ignore_errors=True)
    return copy.rename(left)


def test_a_stopped_sequence_goes_on_after_its_finished_frames_and_is_the_same(tmp_path):
    draw_dpx(tmp_path / "in", 44)
    settings = Settings(size=64, every_frame=True)
    one, other = (
        Job(tmp_path / "in/shot_%04d.dpx", tmp_path / n / "c_%04d.dpx", Kind.FILM, settings)
        for n in "ab"
    )
    left = stopped_at(one, 38)
    (left / "frames/c_0037.dpx").write_bytes(b"half written")
    assert kept_frames(one.target) == 24
    *_, first = pipeline.run(one, tiny_model())
    assert "continues after 24 frames finished by an earlier run" in first.warnings
    *_, _ = pipeline.run(other, tiny_model())
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert not left.exists()


def test_a_run_killed_while_frames_get_their_names_is_finished(tmp_path, monkeypatch):
    draw_dpx(tmp_path / "in", 30)
    target = tmp_path / "out/c_%04d.dpx"

    def killed(self):
        self._folder.joined()
        for name in ("c_0001.dpx", "c_0002.dpx"):
            (self._frames / name).replace(target.parent / name)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SequenceSink, "_place", killed)
        assert run(tmp_path / "in", "-o", target) == ExitCode.INTERRUPTED
    assert list(frames_of(target)) == [1, 2]
    assert run(tmp_path / "in", "-o", target) == ExitCode.OK
    assert len(frames_of(target)) == 30
    assert not work_folder(target).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_sequence_is_finished_by_the_same_command_and_is_the_same(tmp_path):
    draw_dpx(tmp_path / "in", 80)
    target = tmp_path / "b/c_%04d.dpx"
    running = start(tmp_path, "b", 0.2)
    assert wait_for(running, lambda: kept_frames(target) >= 24)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert frames_of(target) == {}
    last = start(tmp_path, "b", 0)
    _, told = last.communicate(timeout=100)
    assert last.returncode == ExitCode.OK, told
    assert "continues after" in told
    whole = start(tmp_path, "a", 0)
    assert whole.wait(100) == ExitCode.OK, whole.communicate()
    assert hashes(tmp_path / "b") == hashes(tmp_path / "a")
    assert not work_folder(target).exists()
