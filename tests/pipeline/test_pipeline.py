"""The one main path, on real small files."""

import threading

import numpy as np
import pytest

from colorizer import pipeline
from colorizer.errors import MediaError, ModelNotFound, TargetError
from colorizer.jobs import Job, JobState, Kind
from colorizer.pipeline import film as stages
from colorizer.settings import Settings
from tests import drawn
from tests.tiny_model import tiny_model


def photo_job(folder, **settings) -> Job:
    source = drawn.photo(folder / "in" / "a.png")
    return Job(source, folder / "out" / "a.png", Kind.PHOTO, Settings(size=64, **settings))


def film_job(folder, count=8, **settings) -> Job:
    source = drawn.film(folder / "in" / "a.mkv", count)
    settings = Settings(size=64, codec="ffv1", **settings)
    return Job(source, folder / "out" / "a.mkv", Kind.FILM, settings)


JOBS = pytest.mark.parametrize("make", [photo_job, film_job])


@JOBS
def test_a_source_becomes_its_coloured_copy_and_stays_as_it_was(make, tmp_path):
    job = make(tmp_path)
    before = drawn.hashes(tmp_path / "in")
    events = list(pipeline.run(job, tiny_model()))
    assert drawn.hashes(tmp_path / "in") == before
    assert list(drawn.hashes(tmp_path / "out")) == [job.target.name]
    count = 8 if job.kind is Kind.FILM else 1
    assert [event.done for event in events] == [*range(count + 1), count]
    assert [event.state for event in events] == [JobState.RUNNING] * (count + 1) + [JobState.DONE]
    if job.kind is Kind.PHOTO:
        assert drawn.colourful(job.target)
    else:
        frames = drawn.film_frames(job.target)
        assert len(frames) == 8
        assert all(np.ptp(frame.astype(int), axis=2).mean() > 3 for frame in frames)


@JOBS
def test_done_comes_after_the_target_has_its_name(make, tmp_path):
    job = make(tmp_path)
    for event in pipeline.run(job, tiny_model()):
        assert job.target.exists() == (event.state is JobState.DONE)


@JOBS
@pytest.mark.parametrize("steps", [1, 2])
def test_closing_the_generator_leaves_nothing(make, steps, tmp_path):
    job = make(tmp_path)
    threads = threading.active_count()
    events = pipeline.run(job, tiny_model())
    for _ in range(steps):
        next(events)
    events.close()
    assert drawn.hashes(tmp_path / "out") == {}
    assert threading.active_count() == threads


@JOBS
def test_an_error_in_the_network_leaves_nothing_and_propagates(make, tmp_path, monkeypatch):
    job, model = make(tmp_path), tiny_model()

    def broken(L, **_):
        raise ZeroDivisionError

    monkeypatch.setattr(model, "predict", broken)
    with pytest.raises(ZeroDivisionError):
        list(pipeline.run(job, model))
    assert drawn.hashes(tmp_path / "out") == {}


@JOBS
def test_strength_0_is_gray(make, tmp_path):
    job = make(tmp_path, strength=0.0)
    list(pipeline.run(job, tiny_model()))
    if job.kind is Kind.PHOTO:
        assert not drawn.colourful(job.target)
    else:
        assert max(np.ptp(f.astype(int), axis=2).max() for f in drawn.film_frames(job.target)) <= 2


def test_smoothing_is_for_films_that_want_it(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(stages, "smooth_chroma", lambda frames, **_: calls.append(1) or frames)
    list(pipeline.run(film_job(tmp_path, smooth=False), tiny_model()))
    list(pipeline.run(photo_job(tmp_path), tiny_model()))
    assert calls == []
    list(pipeline.run(film_job(tmp_path, every_frame=True), tiny_model()))
    assert calls == [1]


def seen_by_the_network(monkeypatch, job) -> int:
    model, seen = tiny_model(), []
    plain = model.predict
    monkeypatch.setattr(model, "predict", lambda L, **rest: seen.append(len(L)) or plain(L, **rest))
    list(pipeline.run(job, model))
    assert len(drawn.film_frames(job.target)) == 8
    return sum(seen)


def test_the_network_runs_on_key_frames_or_on_every_frame(tmp_path, monkeypatch):
    assert seen_by_the_network(monkeypatch, film_job(tmp_path / "a")) < 8
    assert seen_by_the_network(monkeypatch, film_job(tmp_path / "b", every_frame=True)) == 8
    assert seen_by_the_network(monkeypatch, film_job(tmp_path / "c", smooth=False)) == 8


def test_fallbacks_reach_the_warnings_of_the_last_event(tmp_path, monkeypatch):
    model = tiny_model()
    plain = model.predict

    at_once, met = [], threading.Event()

    def limited(L, **rest):
        at_once.append(1)
        try:
            if len(at_once) > 1:
                met.set()
                raise MemoryError
            assert met.wait(60)  # the first waits for the second
            return plain(L, **rest)
        finally:
            at_once.pop()

    monkeypatch.setattr(model, "predict", limited)
    monkeypatch.setattr("colorizer.stages.device.cpu_cores", lambda: 2)
    *_, last = pipeline.run(film_job(tmp_path, every_frame=True), model)
    assert last.state is JobState.DONE
    assert "out of memory on cpu: 1 instead of 4 frames at once" in last.warnings


@pytest.mark.parametrize("link", ["same", "hard", "symbolic"])
def test_the_source_is_never_the_target(tmp_path, link):
    source = drawn.photo(tmp_path / "a.png")
    target = source if link == "same" else tmp_path / "b.png"
    if link == "hard":
        target.hardlink_to(source)
    elif link == "symbolic":
        target.symlink_to(source)
    before = drawn.hashes(tmp_path)
    job = Job(source, target, Kind.PHOTO, Settings(existing="overwrite"))
    with pytest.raises(TargetError, match="is the source itself"):
        list(pipeline.run(job, tiny_model()))
    assert drawn.hashes(tmp_path) == before


@pytest.mark.parametrize("kind", list(Kind))
def test_a_damaged_file_is_a_media_error_and_leaves_nothing(tmp_path, kind):
    source = tmp_path / "a.jpg"
    source.write_bytes(b"not a picture")
    job = Job(source, tmp_path / "out" / "a.jpg", kind, Settings())
    with pytest.raises(MediaError):
        list(pipeline.run(job, tiny_model()))
    assert drawn.hashes(tmp_path / "out") == {}


def test_an_unknown_model_lists_the_known(tmp_path):
    with pytest.raises(ModelNotFound, match="no model named 'nope'; there are autochrome"):
        pipeline.open_model(Settings(model="nope"))
