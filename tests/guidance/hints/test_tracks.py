"""Hints of films: they colour their object through its shot, to both sides, and nothing else."""

import json

import numpy as np
import pytest

from colorizer import pipeline
from colorizer.errors import SettingsError
from colorizer.guidance.hints.tracks import track_hints
from colorizer.jobs import Job, Kind
from colorizer.media.film import sink as film_sink
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from colorizer.stages.shot_walk import CHUNK
from tests.draw_shots import chroma_of, draw_shots, ground_of, square_at, square_of
from tests.stages.shots_drawn import texture
from tests.stages.test_shots import marks
from tests.tiny_model import tiny_model

RED = (50.0, 40.0)
FIRST, HINTED = 38, 27
"""Frames of the first shot, and the one that has a hint."""


def hint_at(index, **other):
    x, y = square_at(index)
    return {"x": x, "y": y, "a": RED[0], "b": RED[1], **({"frame": index} | other)}


def colorized(folder, name, hints=(), asked=(), **settings):
    """Colorize the film and return chroma of the result and the warnings."""
    options = {"size": 96, "codec": "ffv1", "existing": "overwrite", "sidecar": False}
    if hints:
        file = folder / "hints.json"
        file.write_text(json.dumps(hints))
        options["hints"] = file
    job = Job(folder / "a.mkv", folder / name, Kind.FILM, Settings(**options | settings), asked)
    *_, last = pipeline.run(job, tiny_model())
    return chroma_of(folder / name), last.warnings


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film of two shots, and its chroma without hints."""
    folder = tmp_path_factory.mktemp("shots")
    draw_shots(folder / "a.mkv", FIRST, 8)
    return folder, colorized(folder, "plain.mkv")[0]


@pytest.fixture(scope="module")
def hinted(film):
    folder, _ = film
    return colorized(folder, "hinted.mkv", [hint_at(HINTED)])[0]


@pytest.mark.slow
def test_a_hint_colours_its_object_through_the_shot_to_both_sides(film, hinted):
    for index in (0, 7, 23, HINTED, 30, FIRST - 1):
        gain = square_of(hinted[index] - film[1][index], index)[1].mean()
        assert gain > 25, f"frame {index}"


@pytest.mark.slow
def test_the_ground_of_the_shot_keeps_its_colours(film, hinted):
    for index in (0, HINTED, FIRST - 1):
        assert np.abs(ground_of(hinted[index] - film[1][index], index)).mean() < 1


@pytest.mark.slow
def test_the_next_shot_is_untouched(film, hinted):
    for index in range(FIRST, FIRST + 8):
        assert np.array_equal(hinted[index], film[1][index])


@pytest.mark.slow
def test_a_time_is_as_good_as_a_frame(film, hinted):
    hint = hint_at(HINTED, time="0:00:01.080")
    del hint["frame"]
    folder, _ = film
    assert np.array_equal(colorized(folder, "timed.mkv", [hint])[0], hinted)


@pytest.mark.slow
def test_a_hint_of_the_second_shot_leaves_the_first(film):
    folder, plain = film
    done, _ = colorized(folder, "b.mkv", [hint_at(5, frame=FIRST + 5)])
    assert all(np.array_equal(done[index], plain[index]) for index in range(FIRST))
    assert square_of(done[FIRST + 7] - plain[FIRST + 7], 7)[1].mean() > 25


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{"every_frame": True}, {"smooth": False}, {"interlaced": "top"}]
)
def test_hints_hold_on_every_path(film, settings):
    folder, _ = film
    plain, _ = colorized(folder, "p.mkv", **settings)
    done, _ = colorized(folder, "d.mkv", [hint_at(HINTED)], **settings)
    for index in (3, HINTED, 36):
        assert square_of(done[index] - plain[index], index)[1].mean() > 25, f"frame {index}"


@pytest.mark.slow
def test_hints_of_a_part_count_from_the_start_of_the_film(film):
    folder, _ = film
    part = {"start": "18", "end": "34"}
    plain, _ = colorized(folder, "p.mkv", **part)
    done, told = colorized(folder, "d.mkv", [hint_at(HINTED), hint_at(5)], **part)
    assert square_of(done[2] - plain[2], 20)[1].mean() > 25
    assert any("hint 2, at 5, is outside the part" in line for line in told)


@pytest.mark.slow
def test_an_interrupted_run_with_hints_gives_the_same_film(film, hinted, monkeypatch):
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", 24)
    folder, _ = film
    settings = Settings(size=96, codec="ffv1", hints=folder / "hints.json", sidecar=False)
    (folder / "hints.json").write_text(json.dumps([hint_at(HINTED)]))
    job = Job(folder / "a.mkv", folder / "again.mkv", Kind.FILM, settings)
    running = pipeline.run(job, tiny_model())
    for progress in running:
        if progress.done == 40:  # the encoder may be some frames behind
            running.close()
    first, *_, last = pipeline.run(job, tiny_model())
    assert first.done == 24
    assert any("continues after 24 frames" in line for line in last.warnings)
    assert np.array_equal(chroma_of(folder / "again.mkv"), hinted)


@pytest.mark.slow
def test_other_hints_begin_anew(film, monkeypatch):
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", 24)
    folder, _ = film
    (folder / "hints.json").write_text(json.dumps([hint_at(HINTED)]))
    settings = Settings(size=96, codec="ffv1", hints=folder / "hints.json", sidecar=False)
    job = Job(folder / "a.mkv", folder / "other.mkv", Kind.FILM, settings)
    running = pipeline.run(job, tiny_model())
    for progress in running:
        if progress.done == 40:  # the encoder may be some frames behind
            running.close()
    (folder / "hints.json").write_text(json.dumps([hint_at(28)]))
    *_, last = pipeline.run(job, tiny_model())
    assert any("the settings changed (hints)" in line for line in last.warnings)


@pytest.mark.slow
def test_a_film_wants_to_know_when(film):
    hint = hint_at(HINTED)
    del hint["frame"]
    with pytest.raises(SettingsError, match="hint 1 needs a time or frame"):
        colorized(film[0], "c.mkv", [hint])
    with pytest.raises(SettingsError, match=r"no frame at 99 s.*46 frames"):
        colorized(film[0], "c.mkv", [hint | {"time": 99}])
    with pytest.raises(SettingsError, match=r"no frame at 5000.*46 frames"):
        colorized(film[0], "c.mkv", [hint | {"frame": 5000}])
    twins = [hint | {"frame": 12}, hint | {"time": 0.48, "a": -50}]
    with pytest.raises(SettingsError, match="different colours of one place of frame 12"):
        colorized(film[0], "c.mkv", twins)
    assert not (film[0] / "c.mkv").exists()


@pytest.mark.slow
def test_hints_of_the_window_are_in_seconds(film, hinted):
    asked = (Hint(*square_at(HINTED), *RED, 1.08),)
    assert np.array_equal(colorized(film[0], "w.mkv", asked=asked)[0], hinted)


def test_a_place_is_lost_where_something_covers_it_and_found_through_a_flash():
    L = texture(1)
    flash = np.full_like(L, 100)
    covered = L.copy()
    covered[20:76, 36:92] = texture(5, (56, 56), low=0, high=100)
    pictures = [L] * 4 + [flash] + [L] * (CHUNK + 2) + [covered] * 5
    done = marks(pictures)

    def marked(begin):
        yield from done[begin:]

    tracks = track_hints([(CHUNK, Hint(0.5, 0.5, *RED))], marked)
    assert sorted(tracks) == [index for index in range(CHUNK + 7) if index != 4]
    for (hint,) in tracks.values():
        assert (hint.x, hint.y) == pytest.approx((0.5, 0.5), abs=0.01)
