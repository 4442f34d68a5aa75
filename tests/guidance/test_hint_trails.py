"""Hints where a person looks, and shots before the run: both as the run itself finds them."""

from contextlib import closing
from dataclasses import replace

import pytest

from colorizer.guidance.hint_trails import Trails
from colorizer.guidance.hints.tracks import track_hints
from colorizer.guidance.reader import reader_of
from colorizer.guidance.shot_finder import ShotFinder
from colorizer.jobs import Job, Kind
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from tests.draw_shots import draw_shots, square_at

FIRST, SECOND, HINTED = 60, 8, 55
RED = (50.0, 40.0)


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shots")
    draw_shots(folder / "a.mkv", FIRST, SECOND)
    settings = Settings(size=96, codec="ffv1", shots=folder / "cuts.csv")
    return Job(folder / "a.mkv", folder / "a_color.mkv", Kind.FILM, settings)


@pytest.fixture(scope="module")
def reader(job):
    return reader_of(job)


def test_shots_are_found_as_the_run_finds_them_bit_by_bit(job):
    with closing(ShotFinder(job)) as finder:
        assert not finder.resume(0.0), "one frame at a time"
        assert (finder.firsts, finder.done) == ([0], 1)
        while not finder.resume(0.2):
            pass
        assert finder.firsts == [0, FIRST]
        assert finder.done == finder.total == FIRST + SECOND


@pytest.mark.slow
def test_a_trail_is_the_way_that_the_run_follows(reader):
    hint = Hint(*square_at(HINTED), *RED)
    trails = Trails(reader)
    placed = [(trails.index_at(HINTED / 25), hint)]
    assert placed == [(HINTED, hint)]
    assert trails.at(placed, HINTED) == [hint], "known at once"
    assert not trails.know(placed, 2)
    assert trails.at(placed, 2) == [None]
    while not trails.follow(placed, 2, 0.0001):
        pass
    tracks = track_hints(placed, reader.marked)
    for index in (2, 20, HINTED):
        assert trails.at(placed, index) == tracks[index]
    assert not trails.know(placed, HINTED + 1), "the other way was not asked for"


def test_a_trail_ends_at_the_cut(reader):
    trails = Trails(reader)
    placed = [(HINTED, Hint(*square_at(HINTED), *RED))]
    while not trails.follow(placed, FIRST + 2, 1.0):
        pass
    assert trails.at(placed, FIRST + 2) == [None]
    assert trails.at(placed, FIRST - 1) != [None]
    assert trails.know(placed, FIRST + SECOND - 1)


def test_hints_of_one_frame_are_followed_together(reader):
    trails = Trails(reader)
    x, y = square_at(HINTED)
    hints = [Hint(x, y, *RED), Hint(x + 0.05, y, 0.0, 9.0), Hint(x, y, 3.0, 3.0)]
    placed = [(trails.index_at(str(HINTED)), hint) for hint in hints]
    assert trails.follow(placed, HINTED - 5, 60.0)
    alone = Trails(reader)
    assert alone.follow(placed[1:2], HINTED - 5, 60.0)
    first, second, third = trails.at(placed, HINTED - 5)
    assert second == alone.at(placed[1:2], HINTED - 5)[0]
    assert third == replace(first, a=3.0, b=3.0)


def test_a_hint_before_the_part_that_is_coloured_is_nowhere(job):
    from dataclasses import replace

    part = replace(job, settings=replace(job.settings, start="20"))
    trails = Trails(reader_of(part))
    placed = [(trails.index_at(when), Hint(0.5, 0.5, *RED)) for when in (0.2, "25")]
    assert [index for index, _ in placed] == [-15, 5]
    assert trails.know(placed[:1], 5)
    assert trails.at(placed, 5) == [None, Hint(0.5, 0.5, *RED)]
