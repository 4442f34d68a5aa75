"""References: their frame has exactly their colours, which travel to both sides of the shot."""

import json
from dataclasses import replace
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from colorizer import pipeline
from colorizer.archive.planning.existing import Standing, standing_of
from colorizer.colour.cielab import luma_to_L, srgb_to_lab
from colorizer.colour.gamut import ab_to_srgb
from colorizer.colour.ycbcr import ab_to_chroma
from colorizer.errors import MediaError, SettingsError
from colorizer.frame import Frame
from colorizer.guidance.hints.file import read_hints
from colorizer.guidance.references.reference import open_reference
from colorizer.guidance.shot_settings import read_overrides
from colorizer.jobs import Job, Kind
from colorizer.look.preview import before_and_after
from colorizer.media.film import sink as film_sink
from colorizer.places.hint import Reference, as_lists, from_lists
from colorizer.settings import Settings
from tests.draw_shots import chroma_of, draw_shots, ground_of, square_of
from tests.tiny_model import tiny_model

LENGTHS, AT = (30, 6), 13
"""Frames of the two shots, and the frame of the first that is painted."""
RED, GREEN, BLUE = (40, 25), (-25, 20), (5, -40)


def luma_of(film, index):
    with av.open(str(film)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number == index:
                return frame.to_ndarray(format="gray").copy()
    raise IndexError(index)


def paint(film, index, file, square=RED, ground=GREEN, size=None, within=None):
    """Paint a frame of a drawn film: its square (of frame `within` of its shot) and ground."""
    Y = luma_of(film, index)
    left = 4 + (index if within is None else within)
    ab = np.empty((2, *Y.shape), np.float32)
    ab[:] = np.array(ground, np.float32)[:, None, None]
    ab[:, 30:66, left : left + 36] = np.array(square, np.float32)[:, None, None]
    rgb = np.moveaxis(ab_to_srgb(luma_to_L(Y, 8, False), ab), 0, -1)
    if size:
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    deep = file.suffix == ".tif"
    codes = np.rint(rgb[..., ::-1] * (65535 if deep else 255))
    cv2.imwrite(str(file), codes.astype(np.uint16 if deep else np.uint8))
    return file


def job_of(folder, name, **settings):
    options = {"size": 96, "codec": "ffv1", "existing": "update"}
    return Job(folder / "a.mkv", folder / name, Kind.FILM, Settings(**options | settings))


def colorized(folder, name, hints=(), asked=(), **settings):
    """Colorize the film with hints and return chroma of the result."""
    if hints:
        settings["hints"] = folder / f"{name}.json"
        settings["hints"].write_text(json.dumps(hints))
    options = {"existing": "overwrite", "sidecar": False}
    job = replace(job_of(folder, name, **options | settings), hints=asked)
    list(pipeline.run(job, tiny_model()))
    return chroma_of(folder / name)


def wanted(folder, file, index):
    """Return chroma that a painted frame must have: its own ab at the film's luma."""
    rgb = cv2.imread(str(file))[..., ::-1].astype(np.float32) / 255
    ab = np.ascontiguousarray(srgb_to_lab(np.moveaxis(rgb, -1, 0))[1:], np.float32)
    Y = luma_of(folder / "a.mkv", index)
    return np.stack(ab_to_chroma(Y, ab, matrix="bt601", bits=8, full_range=False))


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film of two shots with a painted frame, and its chroma without."""
    folder = tmp_path_factory.mktemp("references")
    draw_shots(folder / "a.mkv", *LENGTHS)
    paint(folder / "a.mkv", AT, folder / "painted.png")
    return folder, colorized(folder, "plain.mkv")


@pytest.fixture(scope="module")
def painted(film):
    return colorized(film[0], "painted.mkv", [{"frame": AT, "reference": "painted.png"}])


@pytest.mark.slow
def test_its_frame_has_the_colours_of_the_picture(film, painted):
    target = wanted(film[0], film[0] / "painted.png", AT)
    for part in (square_of, ground_of):
        error = np.abs(part(painted[AT] - target, AT))
        assert error.mean() < 1
        assert np.percentile(error, 99) < 3


@pytest.mark.slow
def test_its_colours_travel_to_both_sides(film, painted):
    target = wanted(film[0], film[0] / "painted.png", AT)
    square = square_of(target, AT).mean(axis=(1, 2))
    ground = ground_of(target, AT).mean(axis=1)
    for index in (0, 5, AT - 1, AT + 1, 20, LENGTHS[0] - 1):
        found = square_of(painted[index], index).mean(axis=(1, 2))
        plain = square_of(film[1][index], index).mean(axis=(1, 2))
        assert np.abs(found - square).max() < 0.2 * np.abs(plain - square).max(), index
        assert np.abs(ground_of(painted[index], index).mean(axis=1) - ground).max() < 4, index


@pytest.mark.slow
def test_the_other_shot_is_untouched(film, painted):
    for index in range(LENGTHS[0], sum(LENGTHS)):
        assert np.array_equal(painted[index], film[1][index])


def test_luma_is_the_films_own(film, painted):
    assert np.array_equal(luma_of(film[0] / "painted.mkv", AT), luma_of(film[0] / "plain.mkv", AT))


@pytest.mark.parametrize(("name", "size"), [("half.jpg", (64, 48)), ("twice.tif", (256, 192))])
def test_any_size_and_format_will_do(film, painted, name, size):
    folder, _ = film
    paint(folder / "a.mkv", AT, folder / name, size=size)
    part = {"start": str(AT - 1), "end": str(AT + 2)}
    done = colorized(folder, "s.mkv", [{"time": AT / 25, "reference": name}], **part)
    gap = done[1] - painted[AT]
    assert np.abs(square_of(gap, AT)).mean() < 2
    assert np.abs(ground_of(gap, AT)).mean() < 2


def test_only_strength_changes_it(film):
    folder, _ = film
    part = {"start": str(AT), "end": str(AT + 1)}
    hints = [{"frame": AT, "reference": "painted.png"}]
    whole, half, vivid = (
        colorized(folder, "x.mkv", hints, **part, **own)[0] - 128
        for own in ({}, {"strength": 0.5}, {"vividness": 0.1})
    )
    assert square_of(half, AT).mean() == pytest.approx(square_of(whole, AT).mean() / 2, rel=0.1)
    assert np.array_equal(whole, vivid)


@pytest.mark.slow
def test_between_two_references_one_turns_into_the_other(film):
    folder, _ = film
    early, late = 4, 26
    paint(folder / "a.mkv", early, folder / "early.png")
    paint(folder / "a.mkv", late, folder / "late.png", square=BLUE)
    hints = [{"frame": late, "reference": "late.png"}, {"frame": early, "reference": "early.png"}]
    done = colorized(folder, "two.mkv", hints)
    course = [float(square_of(done[index], index)[1].mean()) for index in range(early, late + 1)]
    for index, file in ((early, "early.png"), (late, "late.png")):
        target = square_of(wanted(folder, folder / file, index), index)[1].mean()
        assert course[index - early] == pytest.approx(target, abs=1.5)
    assert course[11] == pytest.approx((course[0] + course[-1]) / 2, abs=8)
    assert max(np.diff(course)) < 3, "it never turns back, and never jumps"
    assert min(np.diff(course)) > -0.4 * (course[0] - course[-1])


@pytest.mark.slow
def test_a_shot_has_one_of_its_own_first_frame(film):
    folder, plain = film
    (folder / "cuts.csv").write_text(f"first_frame\n0\n{LENGTHS[0]}\n")
    paint(folder / "a.mkv", LENGTHS[0], folder / "second.png", within=0)
    own = folder / "cuts.toml"
    own.write_text('[shot.2]\nreference = "second.png"\n')
    done = colorized(folder, "own.mkv", shots=folder / "cuts.csv")
    target = wanted(folder, folder / "second.png", LENGTHS[0])
    error = np.abs(square_of(done[LENGTHS[0]] - target, 0))
    assert error.mean() < 1
    assert np.abs(square_of(done[-1], 5).mean() - square_of(target, 0).mean()) < 3
    assert all(np.array_equal(done[index], plain[index]) for index in range(LENGTHS[0]))
    own.write_text('[shot.1]\nhints = [{ reference = "second.png", frame = 33 }]\n')
    with pytest.raises(SettingsError, match="shot 1 has a hint at 33, which is outside"):
        colorized(folder, "out.mkv", shots=folder / "cuts.csv")
    own.write_text('[shot.1]\nreference = "none.png"\n')
    with pytest.raises(SettingsError, match=r"shot 1: the reference .*none\.png does not exist"):
        read_overrides(folder / "cuts.csv", frozenset([0, LENGTHS[0]]))
    own.unlink()


@pytest.mark.slow
def test_an_interrupted_run_gives_the_same_and_another_picture_begins_anew(
    film, painted, monkeypatch
):
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", 24)
    folder, _ = film
    hints = folder / "again.json"
    file = paint(folder / "a.mkv", AT, folder / "again.png")
    hints.write_text(json.dumps([{"frame": AT, "reference": "again.png"}]))
    job = job_of(folder, "again.mkv", hints=hints)

    def interrupted():
        running = pipeline.run(job, tiny_model())
        for progress in running:
            if progress.done == 34:
                running.close()

    interrupted()
    first, *_ = pipeline.run(job, tiny_model())
    assert first.done == 24
    assert all(map(np.array_equal, chroma_of(job.target), painted))
    assert standing_of(job)[0] is Standing.DONE
    paint(folder / "a.mkv", AT, file, square=BLUE)
    assert standing_of(job) == (Standing.OUTDATED, "was made with other hints or references")
    interrupted()
    paint(folder / "a.mkv", AT, file, square=RED)
    *_, last = pipeline.run(job, tiny_model())
    assert any("the settings changed (references)" in line for line in last.warnings)


@pytest.mark.slow
def test_what_is_no_reference_of_the_frame_is_refused(film):
    folder, _ = film
    Y = luma_of(folder / "a.mkv", AT)
    cv2.imwrite(str(folder / "gray.png"), Y)
    paint(folder / "a.mkv", AT, folder / "wide.png", size=(192, 96))
    cv2.imwrite(str(folder / "other.png"), cv2.imread(str(folder / "painted.png"))[:, ::-1])
    (folder / "text.png").write_text("no picture")
    for name, told in (
        ("gray.png", "must be an RGB picture in colour"),
        ("wide.png", "192 x 96 pixels is of another shape than the film's frames of 128 x 96"),
        ("other.png", "shows something else than the frame at its time"),
        ("text.png", "text.png"),
    ):
        with pytest.raises(MediaError, match=told):
            colorized(folder, "bad.mkv", [{"frame": AT, "reference": name}])
        assert not (folder / "bad.mkv").exists()
    with pytest.raises(SettingsError, match=r"the reference .*none.png does not exist"):
        colorized(folder, "bad.mkv", [{"frame": AT, "reference": "none.png"}])
    with pytest.raises(SettingsError, match="can't find what a reference shows"):
        colorized(folder, "bad.mkv", [{"reference": "painted.png"}])
    with pytest.raises(SettingsError, match="hint 1 has both reference and x"):
        colorized(folder, "bad.mkv", [{"x": 0.5, "reference": "painted.png", "frame": 3}])


def test_a_photo_takes_none(film):
    folder, _ = film
    cv2.imwrite(str(folder / "p.png"), luma_of(folder / "a.mkv", 0))
    asked = (Reference(folder / "painted.png", 0.0),)
    job = Job(folder / "p.png", folder / "q.png", Kind.PHOTO, Settings(size=96), asked)
    with pytest.raises(SettingsError, match="is a photo; references are for frames of films"):
        list(pipeline.run(job, tiny_model()))


@pytest.mark.slow
def test_the_window_sends_it_as_it_sends_hints(film, painted):
    folder, _ = film
    (folder / "w.json").write_text(json.dumps([{"time": 0.52, "reference": "painted.png"}]))
    asked = from_lists(json.loads(json.dumps(as_lists(read_hints(folder / "w.json")))))
    assert asked == (Reference(folder / "painted.png", 0.52),)
    assert all(map(np.array_equal, colorized(folder, "w.mkv", asked=asked), painted))


@pytest.mark.slow
def test_a_preview_shows_it(film):
    folder, _ = film
    (folder / "v.json").write_text(json.dumps([{"frame": AT, "reference": "painted.png"}]))
    settings = Settings(size=96, hints=folder / "v.json")
    source = folder / "a.mkv"
    for index in (AT, AT - 6):
        seen = before_and_after(source, Kind.FILM, tiny_model(), settings, time=index / 25)
        rgb = np.moveaxis(seen[:, 128:].astype(np.float32) / 255, -1, 0)
        ab = srgb_to_lab(rgb)[1:]
        found = square_of(ab, index).mean(axis=(1, 2))
        assert found == pytest.approx(RED, abs=3)


@pytest.mark.slow
@pytest.mark.parametrize("way", [{"every_frame": True}, {"smooth": False}, {"interlaced": "top"}])
def test_references_hold_on_every_path(film, way):
    folder, _ = film
    hints = [{"frame": AT, "reference": "painted.png"}]
    done = colorized(folder, "e.mkv", hints, **way)
    target = wanted(folder, folder / "painted.png", AT)
    assert np.abs(square_of(done[AT] - target, AT)).mean() < 1.5
    square = square_of(target, AT).mean(axis=(1, 2))
    for index in (2, 27):
        assert np.abs(square_of(done[index], index).mean(axis=(1, 2)) - square).max() < 5


def test_a_still_of_the_shape_on_the_screen_will_do(film):
    folder, _ = film
    file = paint(folder / "a.mkv", AT, folder / "screen.png", size=(171, 96))
    Y = luma_of(folder / "a.mkv", AT)
    frame = Frame(AT, AT, Fraction(1, 25), Y, 8, False, luma_to_L(Y, 8, False))
    found = open_reference(file, frame, (96, 128), Fraction(4, 3))
    assert found.ab.shape == (2, 96, 128)
    assert square_of(found.ab, AT).mean(axis=(1, 2)) == pytest.approx(RED, abs=3)
    with pytest.raises(MediaError, match="of another shape"):
        open_reference(file, frame, (96, 128), Fraction(1))
