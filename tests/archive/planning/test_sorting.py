"""Photos that need no colour: skipped, copied or done, by choice."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer import colorize, pipeline
from colorizer.engine import networks
from colorizer.jobs import Job, JobState, Kind
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from tests import draw_page, draw_photo, drawn
from tests.tiny_model import tiny_model


def ended(source, target, **settings):
    settings = Settings(size=64, **settings)
    return list(pipeline.run(Job(source, target, Kind.PHOTO, settings), tiny_model()))[-1]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """One scan of every kind, drawn once."""
    folder = tmp_path_factory.mktemp("shown")
    rng = np.random.default_rng(4)
    shown = {
        "text": draw_page.text(rng), "blank": draw_page.blank(rng),
        "line_art": draw_page.line_art(rng), "coloured": draw_photo.colours(),
        "photo": draw_photo.gray(),
    }  # fmt: skip
    for name, picture in shown.items():
        Image.fromarray(picture).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def scans(tmp_path, shown):
    """One scan of every kind, by what it shows."""
    return Path(shutil.copytree(shown, tmp_path, dirs_exist_ok=True))


@pytest.mark.slow
def test_all_are_done_and_named_unless_asked_otherwise(scans):
    for name in ("text", "blank", "line_art", "coloured", "photo"):
        last = ended(scans / f"{name}.png", scans / "out" / f"{name}.png")
        assert last.state is JobState.DONE
        assert last.content == ("" if name == "photo" else name)
        assert last.message == ""


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["text", "blank", "line_art", "coloured"])
def test_each_kind_is_skipped_or_copied_on_its_own(scans, name):
    source, target = scans / f"{name}.png", scans / "out" / f"{name}.png"
    os.utime(source, (1e9, 1e9))
    skipped = ended(source, target, **{name: "skip"})
    assert skipped.state is JobState.SKIPPED
    assert (skipped.content, skipped.message) == (
        name,
        f"needs no colour: {name.replace('_', ' ')}",
    )
    assert list((scans / "out").iterdir()) == []
    copied = ended(source, target, **{name: "copy"})
    assert (copied.state, copied.content) == (JobState.DONE, name)
    assert copied.message.endswith("; copied")
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_mtime == 1e9
    assert copied.sha256 == drawn.hashes(scans / "out")[f"{name}.png"]
    other = "blank" if name != "blank" else "text"
    photo = ended(scans / "photo.png", scans / "out" / "photo.png", **{name: "copy", other: "skip"})
    assert photo.state is JobState.DONE
    assert drawn.colourful(scans / "out" / "photo.png")


def test_a_copy_keeps_its_format_and_what_is_there(scans):
    source = scans / "text.png"
    copied = ended(source, scans / "out" / "text.tif", text="copy")
    assert copied.job.target == scans / "out" / "text.png"
    assert list(drawn.hashes(scans / "out")) == ["text.png"]
    again = ended(source, scans / "out" / "text.tif", text="copy")
    assert (again.state, again.content) == (JobState.SKIPPED, "text")


@pytest.mark.parametrize("wish", ["skip", "copy"])
def test_it_is_said_that_hints_of_a_photo_left_as_it_is_were_not_used(scans, wish):
    settings = Settings(size=64, coloured=wish)
    source, target = scans / "coloured.png", scans / "out.png"
    job = Job(source, target, Kind.PHOTO, settings, hints=(Hint(0.5, 0.5, 30, 10),))
    assert list(pipeline.run(job, tiny_model()))[-1].warnings == ("its hints were not used",)


@pytest.mark.slow
def test_of_several_pages_all_must_need_no_colour(tmp_path):
    rng = np.random.default_rng(4)
    sheets = [draw_page.text(rng), draw_page.blank(rng)]
    source = tmp_path / "pages.tif"
    tifffile.imwrite(source, sheets[0], photometric="minisblack")
    tifffile.imwrite(source, sheets[1], photometric="minisblack", append=True)
    last = ended(source, tmp_path / "out" / "pages.tif", text="copy", blank="copy")
    assert last.message.endswith("copied")
    mixed = ended(source, tmp_path / "out" / "mixed.tif", text="copy")
    assert (mixed.state, mixed.message) == (JobState.DONE, "")
    tifffile.imwrite(source, draw_photo.gray(), photometric="minisblack", append=True)
    done = ended(source, tmp_path / "out" / "done.tif", text="copy", blank="skip")
    assert (done.state, done.message, done.done) == (JobState.DONE, "", 3)


@pytest.mark.matrix
@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("choice", ["do", "copy"])
def test_an_unfinished_output_that_is_a_link_is_not_written_through(scans, link, choice):
    original = scans / "photo.png"
    before = original.read_bytes()
    (scans / "out").mkdir()
    link(original, scans / "out" / "text.png.part")
    ended(scans / "text.png", scans / "out" / "text.png", text=choice)
    assert original.read_bytes() == before
    assert (scans / "out" / "text.png.part").samefile(original), "it is not ours to delete"


def test_the_python_interface_returns_what_there_is(scans, monkeypatch):
    monkeypatch.setattr(networks, "_load", lambda *_: tiny_model())  # which is remembered
    chosen = {"blank": "skip", "text": "copy", "coloured": "copy", "sidecar": False}
    made = colorize(scans, scans.parent / "made", size=64, **chosen)
    assert [path.name for path in made] == [
        "coloured_color.png", "line_art_color.png", "photo_color.png", "text_color.png",
    ]  # fmt: skip
