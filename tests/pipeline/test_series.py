"""--keep-colours folder: photos of one series have one colour for one thing."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageEnhance

from colorizer import pipeline
from colorizer.jobs import Job, Kind
from colorizer.models import load_model
from colorizer.settings import Settings
from tests.guidance.references.test_content import sample


@pytest.fixture(scope="module")
def model():
    """The network that ships: an untrained one finds nothing again."""
    return load_model()


def sitting(folder: Path) -> list[Path]:
    """Photograph one picture four times: from further right, darker, softer, by Pillow.

    In little other light: colours of a darker photo have less chroma, and rightly so.
    """
    folder.mkdir()
    whole = Image.fromarray(sample("coffee.png", (288, 288))).convert("L")
    shots = [
        whole.crop((0, 0, 256, 256)),
        ImageEnhance.Brightness(whole.crop((32, 0, 288, 256))).enhance(0.85),
        ImageEnhance.Contrast(whole.crop((16, 32, 272, 288))).enhance(0.85),
        ImageEnhance.Brightness(whole.crop((0, 32, 256, 288))).enhance(1.1),
    ]
    files = [folder / f"take {number}.png" for number in range(len(shots))]
    for shot, file in zip(shots, files, strict=True):
        shot.save(file)
    return files


OFFSETS = [(0, 0), (32, 0), (16, 32), (0, 32)]


def tints(files: list[Path], folder: Path, model, **settings) -> list[np.ndarray]:
    """Return Cb and Cr of results, by Pillow, where the photos overlap."""
    found = []
    for file, (left, top) in zip(files, OFFSETS, strict=True):
        job = Job(file, folder / file.name, Kind.PHOTO, Settings(**settings))
        list(pipeline.run(job, model))
        with Image.open(job.target) as done:
            codes = np.asarray(done.convert("YCbCr"))[..., 1:].astype(float)
        found.append(codes[32 - top : 256 - top, 32 - left : 256 - left])
    return found


def spread(tints: list[np.ndarray]) -> float:
    small = [cv2.resize(one, (28, 28), interpolation=cv2.INTER_AREA) for one in tints]
    return float(np.std(small, axis=0).mean())


@pytest.mark.slow
def test_one_thing_has_one_colour_in_all_photos_of_a_folder(tmp_path, model):
    files = sitting(tmp_path / "in")
    off = tints(files, tmp_path / "off", model)
    kept = tints(files, tmp_path / "kept", model, keep_colours="folder")
    assert spread(kept) < 0.7 * spread(off)
    chroma = [np.hypot(*np.moveaxis(np.stack(one) - 128, -1, 0)).mean() for one in (off, kept)]
    assert chroma[1] > 0.9 * chroma[0]
    told = json.loads((tmp_path / "kept" / "take 0.png.colorize.json").read_text())
    assert told["series"] == [file.name for file in files]


@pytest.mark.slow
def test_it_does_not_depend_on_the_order_nor_on_what_was_done_before(tmp_path, model):
    files = sitting(tmp_path / "in")
    first = tints(files, tmp_path / "one", model, keep_colours="folder")
    job = Job(files[2], tmp_path / "two.png", Kind.PHOTO, Settings(keep_colours="folder"))
    list(pipeline.run(job, load_model()))
    with Image.open(job.target) as done:
        again = np.asarray(done.convert("YCbCr"))[..., 1:].astype(float)[0:224, 16:240]
    np.testing.assert_array_equal(again, first[2])


@pytest.mark.slow
def test_results_next_to_their_photos_are_no_photos_of_the_series(tmp_path, model, monkeypatch):
    files = sitting(tmp_path / "in")
    listed, listing = [], Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda self: listed.append(self) or listing(self))
    for number, folder in enumerate((tmp_path / "out", tmp_path / "in")):
        for file in files:
            job = Job(file, folder / f"{file.stem}_color.png", Kind.PHOTO,
                      Settings(keep_colours="folder"))  # fmt: skip
            list(pipeline.run(job, model))
        if number == 0:
            assert listed.count(tmp_path / "in") == 1, "an unchanged folder is listed once"
    told = [json.loads(file.read_text())["series"] for file in (tmp_path / "in").glob("*.json")]
    assert told == [[file.name for file in files]] * 4
    results = [tmp_path / name / "take 3_color.png" for name in ("in", "out")]
    np.testing.assert_array_equal(*(np.asarray(Image.open(file)) for file in results))


def test_a_photo_alone_and_one_among_damaged_files_is_as_without(tmp_path, model):
    (file, *others) = sitting(tmp_path / "in")
    for other in others:
        other.write_bytes(b"no picture")
    results = []
    for kind in ("off", "folder"):
        job = Job(file, tmp_path / f"{kind}.png", Kind.PHOTO, Settings(keep_colours=kind))
        list(pipeline.run(job, model))
        results.append(np.asarray(Image.open(job.target)))
    np.testing.assert_array_equal(*results)
