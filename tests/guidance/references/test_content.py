"""References by what they show: their colours go to what looks alike, and nowhere else."""

import os
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.colour.cielab import srgb_to_lab
from colorizer.errors import ColorizerError, MediaError, SettingsError
from colorizer.guidance.hints.file import guides_of
from colorizer.guidance.references.files import content_files, with_frames
from colorizer.jobs import Job, JobState, Kind
from colorizer.models import load_model
from colorizer.places.hint import Hint, Reference
from colorizer.settings import Settings
from tests import drawn

SAMPLES = Path(__file__).parents[3] / "colorizer" / "samples"


@pytest.fixture(scope="module")
def model():
    """The network that ships: an untrained one finds nothing again."""
    return load_model()


def sample(name, size=(256, 256)):
    """Return a sample picture as RGB codes, (h, w, 3)."""
    with Image.open(SAMPLES / name) as picture:
        return np.asarray(picture.convert("RGB").resize(size[::-1], Image.Resampling.LANCZOS))


def painted(rgb, swing=1.0):
    """Paint a gray picture: a smooth colour that depends on place, at the same lightness."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    y, x = np.mgrid[0 : gray.shape[0], 0 : gray.shape[1]] / 256
    tint = np.stack([40 * swing * (y - 0.5), -60 * swing * (x - 0.2), 70 * (x - 0.3) * swing], -1)
    return np.clip(gray[..., None] + tint, 0, 255).astype(np.uint8)


def gray_photo(path: Path, rgb) -> Path:
    Image.fromarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)).save(path)
    return path


def picture(path: Path, rgb) -> str:
    Image.fromarray(rgb).save(path)
    return str(path)


def coloured(job, model) -> tuple[np.ndarray, list[str]]:
    """Run a photo's job; return its ab by Pillow's decoding, and what was told."""
    *_, done = pipeline.run(job, model)
    assert done.state is JobState.DONE
    with Image.open(job.target) as result:
        rgb = np.moveaxis(np.asarray(result.convert("RGB")), -1, 0).astype(np.float32) / 255
    return srgb_to_lab(rgb)[1:], list(done.warnings)


@pytest.fixture(scope="module")
def before(tmp_path_factory, model):
    """The ab of the sample without a reference."""
    return coloured(photo(tmp_path_factory.mktemp("plain"), sample("astronaut.jpg")), model)[0]


def photo(folder, rgb, reference="") -> Job:
    source = gray_photo(folder / "source.png", rgb)
    target = folder / f"out{len(list(folder.iterdir()))}.png"
    return Job(source, target, Kind.PHOTO, Settings(reference=reference))


def error(ab, wanted):
    lab = srgb_to_lab(np.moveaxis(wanted, -1, 0).astype(np.float32) / 255)
    return float(np.sqrt(((ab - lab[1:]) ** 2).sum(axis=0).mean()))


def test_a_cropped_and_resized_repainting_brings_its_colours(tmp_path, model, before):
    shown = sample("astronaut.jpg")
    wanted = painted(shown)
    crop = cv2.resize(wanted[10:250, 14:246], (330, 340), interpolation=cv2.INTER_AREA)
    reference = picture(tmp_path / "ref.png", crop)
    after, told = coloured(photo(tmp_path, shown, reference), model)
    assert error(after, wanted) < 0.6 * error(before, wanted)
    assert any("ref.png gave its colours to" in line for line in told)


def test_a_picture_of_something_else_changes_nothing(tmp_path, model, before):
    shown = sample("astronaut.jpg")
    other = picture(tmp_path / "other.png", painted(sample("coffee.png"), 1.4))
    after, told = coloured(photo(tmp_path, shown, other), model)
    assert np.hypot(*(after - before)).mean() < 1
    assert any("nothing looks like" in line for line in told)


def test_of_several_each_colours_its_own(tmp_path, model):
    shown = sample("astronaut.jpg")
    wanted = painted(shown)
    own = picture(tmp_path / "own.png", wanted)
    other = picture(tmp_path / "other.png", painted(sample("coffee.png"), 1.4))
    alone, _ = coloured(photo(tmp_path, shown, own), model)
    both, _ = coloured(photo(tmp_path, shown, os.pathsep.join([other, own])), model)
    assert np.hypot(*(both - alone)).mean() < 1


def luma(path: Path) -> np.ndarray:
    with av.open(str(path)) as film:
        return np.stack(
            [one.to_ndarray()[: one.height, : one.width] for one in film.decode(video=0)]
        )


def test_one_still_colours_its_film_and_luma_stays(tmp_path, model):
    source = drawn.film(tmp_path / "a.mkv", 9, (96, 128))
    still = drawn.film_frames(source)[7]
    y, x = np.mgrid[0:96, 0:128] / 96
    tint = np.stack([30 * y, -30 * x, 40 * (x - 0.5)], -1)
    file = picture(tmp_path / "still.png", np.clip(still + tint, 0, 255).astype(np.uint8))
    job = Job(source, tmp_path / "b.mkv", Kind.FILM, Settings(codec="ffv1", reference=file))
    *_, done = pipeline.run(job, model)
    assert any("still.png gave its colours to" in line for line in done.warnings)
    np.testing.assert_array_equal(luma(job.target), luma(source))


def test_a_gray_reference_is_refused(tmp_path, model):
    gray = picture(tmp_path / "gray.png", np.full((64, 64, 3), 90, np.uint8))
    with pytest.raises(MediaError, match="in colour"):
        list(pipeline.run(photo(tmp_path, sample("coffee.png"), gray), model))


def test_names_that_lead_to_nothing_are_said(tmp_path):
    with pytest.raises(SettingsError, match="does not exist"):
        content_files(Settings(reference=str(tmp_path / "no.png")))
    with pytest.raises(SettingsError, match="no picture"):
        content_files(Settings(reference=str(tmp_path)))


def test_a_folder_stands_for_its_pictures(tmp_path):
    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).touch()
    files = content_files(Settings(reference=str(tmp_path)))
    assert [file.name for file in files] == ["a.JPG", "b.png"]


def test_references_without_a_frame_are_matched_those_with_one_are_placed(tmp_path):
    file = tmp_path / "a.png"
    file.touch()
    guides = (Hint(0.5, 0.5, 1, 1, 2.0), Reference(file), Reference(file, "12"))
    assert content_files(Settings(), guides) == [file]
    assert with_frames(guides) == [guides[0], guides[2]]
    job = Job(tmp_path / "p.png", tmp_path / "o.png", Kind.PHOTO, Settings(), guides[1:2])
    assert guides_of(job) == guides[1:2]
    with pytest.raises(ColorizerError, match="frames of films"):
        guides_of(replace(job, hints=guides[2:]))


def test_the_option_may_be_given_several_times(tmp_path):
    import argparse

    from colorizer.commands.options import add_settings, option_groups, settings_from

    parser = argparse.ArgumentParser()
    add_settings(option_groups(parser))
    given = parser.parse_args(["--reference", "a.png", "--references", "b"])
    files = settings_from(given).reference.split(os.pathsep)
    assert files == [str(Path.cwd() / "a.png"), str(Path.cwd() / "b")]


def test_a_result_is_made_again_when_a_reference_says_something_else(tmp_path, model):
    from colorizer.archive.planning.existing import Standing, standing_of

    shown = sample("astronaut.jpg", (128, 128))
    file = picture(tmp_path / "ref.png", painted(shown))
    job = photo(tmp_path, shown, file)
    list(pipeline.run(job, model))
    assert standing_of(job)[0] is Standing.DONE
    picture(tmp_path / "ref.png", painted(shown, 0.5))
    assert standing_of(job)[0] is Standing.OUTDATED
    without = replace(job, settings=replace(job.settings, reference=""))
    assert standing_of(without)[0] is Standing.OUTDATED
