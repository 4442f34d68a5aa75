"""Many jobs: nothing is lost, nothing ends the rest, nothing outlives the generator."""

import errno
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import torch

from colorizer import pipeline
from colorizer.engine import runner
from colorizer.engine.runner import Handling, run_jobs
from colorizer.errors import DeviceError, MediaError, TargetError
from colorizer.files.claims import Claim, Hold, look
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.settings import Settings
from tests.tiny_model import tiny_model

ENDS = {JobState.DONE, JobState.SKIPPED, JobState.FAILED}


def job(folder: Path, name: str, existing: str = "skip") -> Job:
    kind = Kind.FILM if name.endswith("mkv") else Kind.PHOTO
    settings = Settings(existing=existing)
    return Job(folder / "in" / name, folder / "out" / name, kind, settings)


@pytest.fixture
def stand_in(monkeypatch):
    """Replace pipeline.run by steps given for each file name."""

    def install(**steps):
        def run(one, model, *, gather=None, stop=None):
            yield Progress(one, JobState.RUNNING, 0, 1)
            steps.get(one.source.stem, lambda: None)()
            yield Progress(one, JobState.RUNNING, 1, 1)
            yield Progress(one, JobState.DONE, 1, 1)

        monkeypatch.setattr(pipeline, "run", run)

    return install


def ends(events) -> dict[str, Progress]:
    found = [event for event in events if event.state in ENDS]
    assert max(Counter(event.job.source for event in found).values()) == 1
    return {event.job.source.name: event for event in found}


def raiser(error):
    def step():
        raise error

    return step


def test_every_job_ends_once_and_photos_come_before_films(stand_in, tmp_path):
    stand_in()
    names = ["f.mkv", *[f"{i}.png" for i in range(20)], "g.mkv"]
    events = list(run_jobs([job(tmp_path, n) for n in names], tiny_model(), workers=3))
    done = ends(events)
    assert set(done) == set(names)
    order = [event.job.source.name for event in events if event.state is JobState.DONE]
    assert order[-2:] == ["f.mkv", "g.mkv"]


@pytest.mark.parametrize("suffix", ["png", "mkv"])
def test_one_bad_file_is_told_with_its_reason_and_the_rest_is_done(stand_in, tmp_path, suffix):
    source = tmp_path / "in" / f"a.{suffix}"
    stand_in(
        a=raiser(MediaError(source, "is empty")),
        b=raiser(MemoryError()),
        c=raiser(ZeroDivisionError("a bug")),
        d=raiser(DeviceError("out of memory on cpu at the least setting")),
        e=raiser(TargetError(tmp_path / "out" / "e", "permission denied")),
    )
    done = ends(run_jobs([job(tmp_path, f"{n}.{suffix}") for n in "abcdefgh"], tiny_model()))
    messages = {name[0]: event.message for name, event in done.items()}
    assert {name for name, message in messages.items() if not message} == set("fgh")
    assert messages["a"] == "is empty"
    assert "out of memory" in messages["b"]
    assert messages["c"] == "unexpected ZeroDivisionError: a bug"
    assert messages["d"].startswith("out of memory on cpu")
    assert "permission denied" in messages["e"]


@pytest.mark.parametrize("suffix", ["png", "mkv"])
def test_a_full_disk_ends_the_batch(stand_in, tmp_path, suffix):
    full = TargetError(tmp_path / "out" / "a", "no space left on device")
    full.__cause__ = OSError(errno.ENOSPC, "no space left on device")
    stand_in(a=raiser(full))
    jobs = [job(tmp_path, f"a.{suffix}"), *[job(tmp_path, f"{i}.{suffix}") for i in range(200)]]
    begun = set()
    events = run_jobs(jobs, tiny_model(), workers=1)
    with pytest.raises(TargetError, match="no space"):
        begun.update(event.job.source for event in events)
    assert len(begun) < 100


def test_an_output_that_is_there_is_not_computed_again(stand_in, tmp_path):
    stand_in(a=raiser(AssertionError("computed")))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.png").write_bytes(b"")
    assert ends(run_jobs([job(tmp_path, "a.png")], tiny_model()))["a.png"].state is JobState.SKIPPED
    failed = ends(run_jobs([job(tmp_path, "a.png", "fail")], tiny_model()))["a.png"]
    assert failed.state is JobState.FAILED
    assert "exists" in failed.message
    stand_in()
    redone = ends(run_jobs([job(tmp_path, "a.png", "overwrite")], tiny_model()))["a.png"]
    assert redone.state is JobState.DONE


def test_photos_are_worked_on_at_once_and_no_more_than_asked(stand_in, tmp_path):
    together, most, gate = 0, 0, threading.Lock()
    met = threading.Barrier(3, timeout=60)

    def step():
        nonlocal together, most
        with gate:
            together += 1
            most = max(most, together)
        met.wait()
        with gate:
            together -= 1

    stand_in(**{str(i): step for i in range(6)})
    list(run_jobs([job(tmp_path, f"{i}.png") for i in range(6)], tiny_model(), workers=3))
    assert most == 3


def test_a_huge_photo_is_worked_on_alone(stand_in, tmp_path, monkeypatch):
    running, seen = set(), {}

    def step_of(name):
        def step():
            running.add(name)
            time.sleep(0.02)
            seen[name] = set(running)
            running.discard(name)

        return step

    names = [str(i) for i in range(4)] + ["huge"] + [str(i) for i in range(4, 8)]
    stand_in(**{name: step_of(name) for name in names})
    sizes = {"huge": 108.0}
    monkeypatch.setattr(runner, "megapixels", lambda one: sizes.get(one.source.stem, 2.0))
    list(run_jobs([job(tmp_path, f"{n}.png") for n in names], tiny_model(), workers=4))
    assert set(seen) == set(names)
    assert seen["huge"] == {"huge"}


def test_closing_stops_the_workers_and_leaves_the_rest_undone(stand_in, tmp_path):
    stand_in()
    threads = threading.active_count()
    events = run_jobs([job(tmp_path, f"{i}.png") for i in range(500)], tiny_model(), workers=2)
    begun = {next(events).job.source for _ in range(10)}
    assert threading.active_count() > threads
    events.close()
    assert threading.active_count() == threads
    assert len(begun) < 20


def test_not_asking_for_the_next_event_pauses_the_workers(stand_in, tmp_path):
    begun = []
    names = [str(i) for i in range(100)]
    stand_in(**{name: lambda: begun.append(1) for name in names})
    events = run_jobs([job(tmp_path, f"{n}.png") for n in names], tiny_model(), workers=2)
    next(events)
    time.sleep(0.2)
    assert len(begun) < 10
    events.close()


def test_torch_threads_are_as_before_afterwards(stand_in, tmp_path):
    stand_in()
    before = torch.get_num_threads()
    list(run_jobs([job(tmp_path, "a.png"), job(tmp_path, "b.png")], tiny_model(), workers=2))
    assert torch.get_num_threads() == before


def test_no_jobs_need_no_model(monkeypatch):
    monkeypatch.setattr(pipeline, "open_model", raiser(AssertionError("loaded")))
    assert list(run_jobs([])) == []


def died_at(one: Job) -> None:
    claim = Claim(one.target)
    assert claim.take()
    claim.release(died=True)


@pytest.fixture
def crash(monkeypatch):
    """Let every process for suspects abort at once."""
    command = sys.executable, ["-c", "import os; os.abort()"]
    monkeypatch.setattr("colorizer.engine.apart.worker_command", lambda: command)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGABRT")
@pytest.mark.usefixtures("crash")
def test_a_job_at_which_a_process_died_is_done_apart_after_the_others(stand_in, tmp_path):
    stand_in(b=raiser(AssertionError("done in this process")))
    jobs = [job(tmp_path, name) for name in ("b.png", "a.png", "b.mkv", "c.mkv")]
    for one in (jobs[0], jobs[2]):
        died_at(one)
    recorded = []
    events = run_jobs(jobs, tiny_model(), handling=Handling(record=recorded.append))
    found = [event for event in events if event.state in ENDS]
    assert found == recorded
    assert [event.job.source.name for event in found] == ["a.png", "c.mkv", "b.png", "b.mkv"]
    assert [event.state for event in found] == [JobState.DONE] * 2 + [JobState.FAILED] * 2
    assert all("twice" in event.message and "SIGABRT" in event.message for event in found[2:])
    assert look(jobs[0].target) is Hold.LEFT


@pytest.mark.usefixtures("crash")
def test_one_job_by_itself_follows_the_same_rule(stand_in, tmp_path):
    stand_in()
    one = job(tmp_path, "a.png")
    died_at(one)
    with runner.Runner(tiny_model()) as alone:
        assert [*alone.run(one, Handling())][-1].state is JobState.FAILED
        assert [*alone.run(one, Handling(apart=False))][-1].state is JobState.DONE
    assert look(one.target) is Hold.FREE


def test_a_stop_finishes_what_is_in_hand_and_begins_no_other(stand_in, tmp_path):
    stand_in()
    asked, jobs = [], [job(tmp_path, f"{number}.mkv") for number in range(3)]
    events = run_jobs(jobs, tiny_model(), handling=Handling(stop=lambda: bool(asked)))
    told = []
    for event in events:
        told.append(event)
        if event.state is JobState.DONE:
            asked.append(True)
    assert [event.job for event in told if event.state in ENDS] == jobs[:1]
    assert {event.job.source for event in told} == {jobs[0].source}
    asked.clear()
    events = run_jobs(jobs[1:], tiny_model(), handling=Handling(stop=lambda: bool(asked)))
    assert next(events).state is JobState.RUNNING
    asked.append(True)
    assert list(events) == [], "of a film the frame in hand is the last"
    assert look(jobs[1].target) is Hold.FREE


def test_the_end_is_recorded_while_the_target_is_claimed(stand_in, tmp_path):
    stand_in(b=raiser(MediaError(tmp_path / "in" / "b.png", "is empty")))
    holds = {}

    def record(end):
        holds[end.job.source.name] = look(end.job.target)

    list(run_jobs([job(tmp_path, f"{n}.png") for n in "ab"], tiny_model(),
                  handling=Handling(record=record)))  # fmt: skip
    assert holds == {"a.png": Hold.HELD, "b.png": Hold.HELD}


def test_header_and_network_are_read_after_the_claim(stand_in, tmp_path, monkeypatch):
    """A library that crashes on either leaves a claim that tells of it."""
    stand_in()
    one, holds = job(tmp_path, "a.png"), []
    monkeypatch.setattr(runner, "megapixels", lambda _: holds.append(look(one.target)) or 1.0)
    monkeypatch.setattr(runner, "loaded", lambda _: holds.append(look(one.target)) or tiny_model())
    assert ends(run_jobs([one]))["a.png"].state is JobState.DONE
    assert holds == [Hold.HELD] * 2
