"""Settings of single shots: obeyed in their shot alone, and one clear line where they are wrong."""

from fractions import Fraction

import numpy as np
import pytest

from colorizer import pipeline
from colorizer.archive.planning.existing import Standing, standing_of
from colorizer.errors import SettingsError
from colorizer.guidance.cut_list import CutList
from colorizer.guidance.shot_settings import read_overrides
from colorizer.jobs import Job, Kind
from colorizer.media.film import sink as film_sink
from colorizer.settings import Settings
from tests.draw_shots import chroma_of, draw_shots, square_at, square_of
from tests.tiny_model import tiny_model

LENGTHS = (14, 10, 12)
STARTS = (0, 14, 24)


def job_of(folder, name, **settings):
    options = {"size": 96, "codec": "ffv1", "existing": "update", "shots": folder / "cuts.csv"}
    return Job(folder / "a.mkv", folder / name, Kind.FILM, Settings(**options | settings))


def colorized(folder, name, text="", **settings):
    """Colorize the film with settings of shots and return chroma of the result."""
    (folder / "cuts.toml").write_text(text)
    list(pipeline.run(job_of(folder, name, **settings), tiny_model()))
    return chroma_of(folder / name)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film of three shots with its cut list, and its chroma as all is by default."""
    folder = tmp_path_factory.mktemp("shots")
    draw_shots(folder / "a.mkv", *LENGTHS)
    rows = "".join(f"{start}\n" for start in STARTS)
    (folder / "cuts.csv").write_text(f"first_frame\n{rows}")
    return folder, colorized(folder, "plain.mkv")


@pytest.mark.slow
def test_strength_and_skip_are_of_their_shot_alone(film):
    folder, plain = film
    done = colorized(folder, "a1.mkv", "[shot.1]\nstrength = 0.5\n[shot.3]\nskip = true\n")
    for index in range(STARTS[1]):
        ratio = np.abs(done[index] - 128).mean() / np.abs(plain[index] - 128).mean()
        assert 0.4 < ratio < 0.6
    for index in range(STARTS[1], STARTS[2]):
        assert np.array_equal(done[index], plain[index])
    for index in range(STARTS[2], sum(LENGTHS)):
        assert (done[index] == 128).all()


COLUMNS = {
    "vividness": ("0", "[shot.2]\nvividness = 0\n"),
    "skip": ("yes", "[shot.2]\nskip = true\n"),
    "cards": ("card", '[shot.2]\ncards = "card"\n'),
    "coloured": ("skip", '[shot.2]\ncoloured = "skip"\n'),
    "toned": ("copy", '[shot.2]\ntoned = "copy"\n'),
}


@pytest.mark.slow
@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_the_cut_list_says_the_same_as_the_file_next_to_it(film, tmp_path, column):
    folder, plain = film
    value, text = COLUMNS[column]
    done = colorized(folder, f"by-file-{column}.mkv", text)
    (tmp_path / "other.csv").write_text(f"first_frame,{column}\n0,\n14,{value}\n24,\n")
    job = job_of(folder, f"by-column-{column}.mkv", shots=tmp_path / "other.csv")
    list(pipeline.run(job, tiny_model()))
    listed = chroma_of(job.target)
    assert all(np.array_equal(one, other) for one, other in zip(listed, done, strict=True))
    assert not any(np.array_equal(listed[n], plain[n]) for n in range(15, 23))
    if column != "vividness":
        assert all((listed[n] == 128).all() for n in range(14, 24))
    assert all(np.array_equal(listed[n], plain[n]) for n in (*range(13), *range(25, 36)))


def test_the_file_next_to_the_list_decides(film, tmp_path):
    folder, _ = film
    (tmp_path / "both.csv").write_text("first_frame,strength,emulsion\n0,0.5,ortho\n14,,\n")
    (tmp_path / "both.toml").write_text("[shot.1]\nstrength = 0.25\n")
    columns = CutList(tmp_path / "both.csv", folder / "a.mkv", Fraction(25)).own
    own = read_overrides(tmp_path / "both.csv", frozenset({0, 14}), columns)
    assert own is not None
    assert (own.of(3).strength, own.of(3).emulsion) == (0.25, "ortho")
    assert own.of(20).strength is None


@pytest.mark.parametrize("column", ["cards", "coloured", "faded", "strength", "skip"])
def test_a_wrong_value_in_a_column_is_named_with_its_shot(film, tmp_path, column):
    folder, _ = film
    (tmp_path / "bad.csv").write_text(f"first_frame,{column}\n0,\n14,often\n24,\n")
    with pytest.raises(SettingsError, match=r"bad\.csv: shot 2"):
        list(pipeline.run(job_of(folder, "bad.mkv", shots=tmp_path / "bad.csv"), tiny_model()))


@pytest.mark.slow
def test_vividness_is_of_its_shot_alone(film):
    folder, plain = film
    done = colorized(folder, "a2.mkv", "[shot.2]\nvividness = 0\n")
    whole = colorized(folder, "a3.mkv", vividness=0.0)
    assert all(np.array_equal(done[index], whole[index]) for index in range(14, 24))
    assert not any(np.array_equal(done[index], plain[index]) for index in range(14, 24))
    assert all(np.array_equal(done[index], plain[index]) for index in (*range(14), *range(24, 36)))


@pytest.mark.slow
def test_hints_of_a_shot_are_on_its_first_frame_unless_they_say_when(film):
    folder, plain = film
    (x, y), (u, v) = square_at(0), square_at(4)
    done = colorized(
        folder,
        "a4.mkv",
        f"[shot.2]\nhints = [{{x = {x}, y = {y}, a = 50, b = 40}}]\n"
        f"[shot.3]\nhints = [{{x = {u}, y = {v}, a = 50, b = 40, frame = 28}}]\n",
    )
    assert all(np.array_equal(done[index], plain[index]) for index in range(14))
    for index, inside in ((14, 0), (23, 9), (24, 0), (35, 11)):
        assert square_of(done[index] - plain[index], inside)[1].mean() > 25


@pytest.mark.slow
def test_a_change_begins_anew_and_is_known_from_the_result(film, monkeypatch):
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", 12)
    folder, _ = film
    (folder / "cuts.toml").write_text("[shot.1]\nskip = true\n")
    running = pipeline.run(job_of(folder, "a5.mkv"), tiny_model())
    for progress in running:
        if progress.done == 26:
            running.close()
    (folder / "cuts.toml").write_text("[shot.2]\nskip = true\n")
    *_, last = pipeline.run(job_of(folder, "a5.mkv"), tiny_model())
    assert any("the settings changed (shot_settings)" in line for line in last.warnings)
    assert standing_of(job_of(folder, "a5.mkv"))[0] is Standing.DONE
    (folder / "cuts.toml").unlink()
    other = "was made with other settings of shots"
    assert standing_of(job_of(folder, "a5.mkv")) == (Standing.OUTDATED, other)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[shot.2\n", "at line 1"),
        ("[shot.9]\nskip = true\n", "there is no shot 9; the cut list has 1 to 3"),
        ("[shot.3]\nskip = true\n[shot.03]\nskip = false\n", "there is no shot 03"),
        ("[shot.two]\n", "there is no shot two"),
        ("strength = 1\n", "'strength' is no shot"),
        ("[shot]\n2 = 5\n", r"shot 2 must be written as \[shot.2\]"),
        ("[shot.2]\nsize = 5\n", "shot 2 has 'size'; known are"),
        ("[shot.2]\nstrength = 5\n", "shot 2: strength must be from 0.0 to 2.0, got 5"),
        ("[shot.2]\nvividness = 'high'\n", "shot 2: vividness must be a number"),
        ("[shot.2]\nskip = 1\n", "shot 2: skip must be true or false"),
        ("[shot.2]\nhints = [{x = 3}]\n", "shot 2: hint 1: x must be"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, told):
    (tmp_path / "cuts.toml").write_text(text)
    with pytest.raises(SettingsError, match=told):
        read_overrides(tmp_path / "cuts.csv", frozenset(STARTS))


def test_a_hint_outside_its_shot_is_refused(film):
    text = "[shot.2]\nhints = [{x = 0.5, y = 0.5, a = 1, b = 1, frame = 3}]\n"
    with pytest.raises(SettingsError, match="shot 2 has a hint at 3, which is outside"):
        colorized(film[0], "a6.mkv", text)
    (film[0] / "cuts.toml").unlink()
    assert not (film[0] / "a6.mkv").exists()


def test_without_a_cut_list_there_is_nothing_to_count(tmp_path):
    (tmp_path / "cuts.toml").write_text("[shot.1]\nskip = true\n")
    with pytest.raises(SettingsError, match=r"cuts\.csv does not exist"):
        read_overrides(tmp_path / "cuts.csv", None)
    assert read_overrides(tmp_path / "other.csv", None) is None
