"""Pieces of a film, coloured one by one, are put together to what a lone run makes of it."""

import json
import random
from dataclasses import replace
from itertools import islice

import pytest

from colorizer import pipeline
from colorizer.archive.records.provenance import sidecar_of
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.unfinished import kept_frames
from colorizer.media.film.work_folder import work_folder
from colorizer.pipeline.piece import colour_piece, pieces_of
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from tests import drawn
from tests.draw_film import draw_film
from tests.draw_shots import draw_shots
from tests.tiny_model import tiny_model

SHOTS = (40, 62, 30, 13, 50, 71, 45, 80, 33, 26, 54, 7, 60, 44)
LENGTH = 96
"""Frames of a piece, about."""


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "a.mkv"
    draw_shots(path, *SHOTS)
    return path


def job_of(film, target, **more) -> Job:
    settings = Settings(size=64, device="cpu", sidecar=True, **more)
    return Job(film, target, Kind.FILM, settings)


def finished(job) -> tuple[bytes, list[str], dict]:
    """Run the whole film; return it, its cut list and what its sidecar says of both."""
    *_, end = pipeline.run(job, tiny_model())
    assert end.state is JobState.DONE
    told = json.loads(sidecar_of(job.target).read_text())
    kept = {name: told.get(name) for name in ("warnings", "shots_found", "shots")}
    kept["result"] = {name: told["result"][name] for name in ("sha256", "luma_sha256", "frames")}
    kept["shots"] = kept["shots"]["sha256"]
    cuts = job.settings.shots.read_text().splitlines()
    return job.target.read_bytes(), cuts, kept


@pytest.fixture(scope="module")
def alone(film, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    return finished(job_of(film, folder / "b.mkv", shots=folder / "cuts.csv"))


@pytest.mark.slow
def test_pieces_in_any_order_give_the_bytes_and_the_cut_list_of_a_lone_run(film, alone, tmp_path):
    job = job_of(film, tmp_path / "b.mkv", shots=tmp_path / "cuts.csv")
    pieces = list(pieces_of(job, LENGTH))
    assert len(pieces) == sum(SHOTS) // LENGTH
    random.Random(3).shuffle(pieces)
    done = [sum(1 for _ in colour_piece(job, tiny_model(), piece)) for piece in pieces]
    assert sum(count > 0 for count in done) >= 4
    assert kept_frames(job.target) == sum(SHOTS)
    assert finished(job) == alone
    firsts = [int(row.split(",")[2]) for row in alone[1][2:]]
    assert firsts == [sum(SHOTS[:n]) for n in range(len(SHOTS))]
    assert not work_folder(job.target).exists()


def in_bites(job, piece, frames: int) -> None:
    """Colour a piece by runs that each are ended after so many frames, until one comes to its end.

    A segment is closed within so many, since every shot is shorter.
    """
    for _ in range(12):
        steps = colour_piece(job, tiny_model(), piece)
        seen = sum(1 for _ in islice(steps, frames))
        steps.close()
        if seen < frames:
            return
        assert kept_frames(job.target)
    raise AssertionError("it never came to its end")


@pytest.mark.slow
def test_a_piece_that_was_interrupted_at_any_place_ends_where_the_next_one_begins(
    film, alone, tmp_path
):
    job = job_of(film, tmp_path / "b.mkv", shots=tmp_path / "cuts.csv")
    for piece in pieces_of(job, LENGTH):
        in_bites(job, piece, 130)
    assert finished(job)[:2] == alone[:2]


@pytest.mark.slow
def test_a_film_continues_where_a_piece_is_missing(film, alone, tmp_path):
    job = job_of(film, tmp_path / "b.mkv", shots=tmp_path / "cuts.csv")
    pieces = pieces_of(job, LENGTH)
    for piece in (*pieces[:2], *pieces[4:]):
        list(colour_piece(job, tiny_model(), piece))
    assert 0 < kept_frames(job.target) < sum(SHOTS)
    assert finished(job) == alone
    assert not work_folder(job.target).exists()


@pytest.mark.slow
def test_pieces_of_other_settings_are_not_taken(film, alone, tmp_path):
    job = job_of(film, tmp_path / "b.mkv", shots=tmp_path / "cuts.csv")
    other = job_of(film, tmp_path / "b.mkv", strength=0.3)
    list(colour_piece(other, tiny_model(), pieces_of(job, LENGTH)[0]))
    assert finished(job) == alone


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"keep_colours": "film"}, "keep-colours"),
        ({"keep_colours": "scene"}, "keep-colours"),
        ({"smooth": False}, "smooth"),
        ({"start": "10"}, "start"),
        ({"negative": True}, "negative"),
    ],
)
def test_films_whose_stages_remember_over_cuts_stay_whole_and_say_so(film, tmp_path, more, name):
    told = pieces_of(job_of(film, tmp_path / "b.mkv", **more), LENGTH)
    assert told.code == "film.stays_whole"
    assert name in str(told)


def test_a_film_with_a_hint_or_a_reference_stays_whole(film, tmp_path):
    hinted = replace(job_of(film, tmp_path / "b.mkv"), hints=(Hint(0.5, 0.5, 10.0, 20.0),))
    assert "hints" in str(pieces_of(hinted, LENGTH))
    looked = job_of(film, tmp_path / "b.mkv", reference=str(drawn.photo(tmp_path / "r.png")))
    assert "reference" in str(pieces_of(looked, LENGTH))


@pytest.mark.slow
def test_a_film_that_a_lone_run_has_begun_stays_whole(film, tmp_path):
    job = job_of(film, tmp_path / "b.mkv")
    steps = pipeline.run(job, tiny_model())
    assert sum(1 for _ in islice(steps, 200)) == 200
    steps.close()
    assert pieces_of(job, LENGTH).code == "film.stays_begun"


def test_short_interlaced_and_transport_streams_stay_whole(film, tmp_path):
    assert pieces_of(job_of(film, tmp_path / "b.mkv"), sum(SHOTS)).code == "film.stays_short"
    draw_film(tmp_path / "fields.mkv", frames=60, first_field="top")
    assert pieces_of(job_of(tmp_path / "fields.mkv", tmp_path / "b.mkv"), 20).code
    draw_film(tmp_path / "a.ts", frames=60, codec="mpeg2video")
    assert pieces_of(job_of(tmp_path / "a.ts", tmp_path / "b.mkv"), 20).code


@pytest.mark.slow
def test_what_stands_in_the_place_of_a_piece_is_never_followed_or_removed(film, alone, tmp_path):
    job = job_of(film, tmp_path / "b.mkv", shots=tmp_path / "cuts.csv")
    list(colour_piece(job, tiny_model(), pieces_of(job, LENGTH)[0]))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "seg_00000.nut").write_bytes(b"mine")
    (work_folder(job.target) / "piece_00001").symlink_to(tmp_path / "mine")
    assert finished(job) == alone
    assert (tmp_path / "mine" / "seg_00000.nut").read_bytes() == b"mine"
