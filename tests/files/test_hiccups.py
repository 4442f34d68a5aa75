"""Network drives that fail for a moment are tried again; other errors are not."""

import builtins
import errno
import io
from pathlib import Path

import pytest

from colorizer.engine import attempt
from colorizer.engine.runner import run_jobs
from colorizer.errors import MediaError
from colorizer.files import hiccups
from colorizer.files.hiccups import is_passing, retried
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from tests import drawn
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch):
    monkeypatch.setattr(hiccups, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(attempt, "WAITS", (0.01, 0.01, 0.01))


def failing(times, error):
    """Return a function that raises `error` so often, and the list of its calls."""
    calls = []

    def call():
        calls.append(1)
        if len(calls) <= times:
            raise error
        return "answer"

    return call, calls


def test_what_passes_is_tried_again_and_what_does_not_is_not():
    call, calls = failing(3, OSError(errno.ETIMEDOUT, "timed out"))
    assert retried(call) == "answer"
    assert len(calls) == 4
    call, calls = failing(4, OSError(errno.EIO, "input/output error"))
    with pytest.raises(OSError, match="input/output"):
        retried(call)
    call, calls = failing(1, FileNotFoundError(errno.ENOENT, "no such file"))
    with pytest.raises(FileNotFoundError):
        retried(call)
    assert len(calls) == 1


def test_an_error_behind_an_error_counts():
    error = MediaError(Path("a"), "can't be read")
    assert not is_passing(error)
    error.__cause__ = OSError(errno.ESTALE, "stale file handle")
    assert is_passing(error)
    assert not is_passing(OSError("image file is truncated"))
    assert not is_passing(None)


class Drive:
    """Files below a folder that fail with some error a few times when they are read."""

    def __init__(self, monkeypatch, name, error, times, at="read"):
        self.left, self.error, self.name, self.at = times, error, name, at
        real_open = io.open

        def opened(file, mode="r", *rest, **named):
            if self.hits(file, "open", mode):
                raise self.error
            result = real_open(file, mode, *rest, **named)
            if str(file).endswith(self.name) and "b" in mode and self.at == "read":
                return Failing(result, self)
            return result

        monkeypatch.setattr(io, "open", opened)
        monkeypatch.setattr(builtins, "open", opened)

    def hits(self, file, at, mode="rb"):
        if at == self.at and self.left and str(file).endswith(self.name) and "r" in mode:
            self.left -= 1
            return True
        return False


class Failing:
    def __init__(self, file, drive):
        self._file, self._drive = file, drive

    def read(self, *size):
        if self._drive.hits(self._drive.name, "read"):
            raise self._drive.error
        return self._file.read(*size)

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()


def jobs_of(folder, count=4):
    for number in range(count):
        source = drawn.photo(folder / "in" / f"{number}.png", number)
        yield Job(source, folder / "out" / f"{number}.png", Kind.PHOTO, Settings(size=64))


@pytest.mark.matrix
@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT])
@pytest.mark.parametrize("at", ["open", "read"])
def test_a_photo_on_a_drive_that_comes_back_is_done(tmp_path, monkeypatch, code, at):
    jobs = list(jobs_of(tmp_path))
    drive = Drive(monkeypatch, "2.png", OSError(code, "away"), 3, at)
    ends = [e for e in run_jobs(jobs, tiny_model(), workers=2) if e.state is not JobState.RUNNING]
    assert {event.state for event in ends} == {JobState.DONE}
    assert len(ends) == 4
    assert drive.left == 0
    assert drawn.colourful(tmp_path / "out" / "2.png")


def test_a_photo_on_a_drive_that_stays_away_fails_once_and_the_rest_is_done(tmp_path, monkeypatch):
    jobs = list(jobs_of(tmp_path))
    Drive(monkeypatch, "2.png", OSError(errno.EIO, "away"), 10**6, "open")
    ends = [e for e in run_jobs(jobs, tiny_model(), workers=2) if e.state is not JobState.RUNNING]
    assert sorted((e.job.source.name, e.state.value) for e in ends) == [
        ("0.png", "done"), ("1.png", "done"), ("2.png", "failed"), ("3.png", "done"),
    ]  # fmt: skip
    assert not list((tmp_path / "out").glob("2*"))


def test_writing_to_a_drive_that_comes_back_is_done(tmp_path, monkeypatch):
    real, left = Path.replace, [2]

    def replace(self, target):
        if str(target).endswith("1.png") and left[0]:
            left[0] -= 1
            raise OSError(errno.EHOSTDOWN, "host is down")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    ends = list(run_jobs(list(jobs_of(tmp_path)), tiny_model(), workers=2))
    assert [e.state for e in ends if e.job.source.name == "1.png"][-1] is JobState.DONE
    assert left == [0]
    assert not list((tmp_path / "out").glob("*.part"))


def test_waiting_for_a_drive_can_be_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(attempt, "WAITS", (600.0,))
    Drive(monkeypatch, "0.png", OSError(errno.EIO, "away"), 10**6, "open")
    events = run_jobs(list(jobs_of(tmp_path, 1)), tiny_model(), workers=1)
    told = next(event for event in events if event.message)
    assert "trying again in 600 s" in told.message
    events.close()
