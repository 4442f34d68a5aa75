"""The time left weighs the work: frames and megapixels, not files. Expected: arithmetic by hand."""

from pathlib import Path

import pytest

from colorizer.engine.queue import Entry
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from gui.session.pace import Clock, Pace

BASE = 0.3
"""Megapixels that stand for what a frame takes at any size."""


def entry(kind=Kind.PHOTO, megapixels=None, frames=None, **fields):
    facts = {} if megapixels is None else {"width": 1000, "height": round(1000 * megapixels)}
    if frames:
        facts["frames"] = frames
    job = Job(Path("/in/a"), Path("/out/a"), kind, Settings())
    return Entry(id=1, job=job, facts=facts, **fields)


def photo(megapixels=None, **fields):
    return entry(Kind.PHOTO, megapixels, **fields)


def film(megapixels, frames, **fields):
    return entry(Kind.FILM, megapixels, frames, **fields)


def done(one: Entry, seconds: float) -> Entry:
    total = one.facts.get("frames", 1)
    fields = {"done": total, "total": total, "seconds": seconds, "state": JobState.DONE}
    return entry(one.job.kind, weight_of(one), one.facts.get("frames"), **fields)


def weight_of(one: Entry) -> float:
    return one.facts["width"] * one.facts["height"] / 1e6


def test_nothing_is_known_before_anything_was_done():
    assert Pace().left([photo(8)], 1, 60.0) is None


def test_a_large_photo_takes_longer_than_the_small_one_that_was_done():
    pace, small = Pace(), done(photo(1), 10.0)
    pace.take(small)
    left = pace.left([small, photo(50)], 1, 10.0)
    assert left == pytest.approx(10.0 * (50 + BASE) / (1 + BASE))


def test_one_film_that_waits_is_its_frames_and_not_one_file():
    pace, first = Pace(), done(film(0.4, 250), 100.0)
    pace.take(first)
    left = pace.left([first, film(0.4, 100_000)], 1, 100.0)
    assert left == pytest.approx(100.0 * 100_000 / 250)


def test_of_a_film_in_progress_only_the_frames_that_are_missing_count():
    running = film(1, 1000, state=JobState.RUNNING, done=250, total=1000, seconds=50.0)
    assert Pace().left([running], 1, 50.0) == pytest.approx(150.0)


def test_frames_that_another_try_had_done_say_nothing_about_the_pace():
    """600 frames were there already, 100 more took 50 s, 300 are missing."""
    running = film(1, 1000, state=JobState.RUNNING, begun=600, done=700, total=1000, seconds=50.0)
    assert Pace().left([running], 1, 50.0) == pytest.approx(150.0)


def test_an_interrupted_film_waits_with_what_is_missing_of_it():
    pace, first = Pace(), done(film(1, 100), 20.0)
    pace.take(first)
    half = film(1, 1000, state=JobState.INTERRUPTED, done=500, total=1000)
    assert pace.left([half], 1, 20.0) == pytest.approx(100.0)


def test_photos_side_by_side_and_films_alone_have_paces_of_their_own():
    """Two photos at once took 10 s together, a film of ten frames after them 40 s."""
    pace = Pace()
    for one in (done(photo(1), 10.0), done(photo(1), 10.0), done(film(1, 10), 40.0)):
        pace.take(one)
    assert pace.left([photo(1), photo(1)], 2, 50.0) == pytest.approx(10.0)
    assert pace.left([film(1, 20)], 1, 50.0) == pytest.approx(80.0)


def test_a_photo_of_unknown_size_weighs_what_the_known_ones_do_on_average():
    pace, known = Pace(), [done(photo(2), 10.0), done(photo(4), 20.0)]
    for one in known:
        pace.take(one)
    assert pace.left([*known, photo()], 1, 30.0) == pytest.approx(30.0 / 2)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED, JobState.SKIPPED])
def test_files_that_ended_otherwise_take_no_time_and_show_no_pace(state):
    pace, first = Pace(), done(photo(1), 10.0)
    pace.take(first)
    pace.take(photo(100, state=state))
    assert pace.left([photo(100, state=state), photo(1)], 1, 10.0) == pytest.approx(10.0)


def test_the_clock_stands_still_during_a_pause(monkeypatch):
    from gui.session import pace

    now = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    clock = Clock()
    now[0] += 10
    clock.hold()
    now[0] += 500
    assert clock.worked() == 10
    clock.resume()
    now[0] += 5
    assert clock.worked() == 15


def test_a_look_at_the_rows_is_taken_once_a_second_at_most(monkeypatch):
    from gui.session import pace

    now = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    clock, rows = Clock(), [photo(1)]
    now[0] += 10
    clock.pace.take(done(photo(1), 10.0))
    assert clock.left(rows, 1) == pytest.approx(10.0)
    now[0] += 0.5
    assert clock.left([photo(50)], 1) == pytest.approx(10.0), "as of the last second"
    now[0] += 0.6
    assert clock.left([photo(50)], 1) > 100
