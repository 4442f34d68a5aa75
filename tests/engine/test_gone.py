"""A folder that goes while a result is made into it: deleted, moved, or its disk unplugged."""

import errno
import shutil

import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.engine.runner import run_jobs
from colorizer.errors import TargetError
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from tests.draw_film import draw_film
from tests.tiny_model import tiny_model


def source_of(folder, kind):
    """Draw what can be made: a photo, or a film that becomes a film or frames."""
    if kind == "photo":
        Image.new("L", (64, 48), 120).save(folder / "b.png")
        return folder / "b.png", "b.png", Kind.PHOTO
    draw_film(folder / "a.mkv", frames=30)
    return folder / "a.mkv", "a.mkv" if kind == "film" else "a_%06d.dpx", Kind.FILM


def end_without(job, remove):
    """Return the line of a job for which `remove` is called in the middle."""
    model = tiny_model()
    predict, seen = model.predict, []

    def once(L, **rest):
        if not seen:
            remove()
        seen.append(1)
        return predict(L, **rest)

    model.predict = once
    last = list(run_jobs([job], model))[-1]
    assert last.state is JobState.FAILED
    return last.message


def remove_tree(folder):
    """Remove a folder in which the run makes and removes files of its own meanwhile."""
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["film", "frames of a film", "photo"])
def test_it_is_said_that_the_folder_is_gone_and_what_to_do(tmp_path, kind):
    source, name, of = source_of(tmp_path, kind)
    out = tmp_path / "out"
    job = Job(source, out / name, of, Settings(size=64, device="cpu"))
    told = end_without(job, lambda: remove_tree(out))
    assert f"its output folder {out} is gone" in told
    assert "bring it back or choose another" in told
    assert "\n" not in told


def test_unfinished_files_that_were_removed_are_not_a_fault_of_the_codec(tmp_path):
    source, name, of = source_of(tmp_path, "film")
    out = tmp_path / "out"

    def remove():
        for entry in out.iterdir():
            remove_tree(entry) if entry.is_dir() else entry.unlink(missing_ok=True)

    told = end_without(Job(source, out / name, of, Settings(size=64, device="cpu")), remove)
    assert f"its unfinished files in {out} were removed" in told


@pytest.mark.parametrize("number", [errno.ENODEV, errno.ENXIO, errno.EACCES])
def test_an_unplugged_disk_is_told_from_one_that_refuses(tmp_path, monkeypatch, number):
    """The mount point goes with its disk; a folder that may not be made is not gone."""
    source, name, of = source_of(tmp_path, "photo")

    def run(job, *_, **__):
        yield from ()
        shutil.rmtree(job.target.parent)
        raise TargetError(job.target, "can't be written") from OSError(number, "of the system")

    monkeypatch.setattr(pipeline, "run", run)
    job = Job(source, tmp_path / "disk" / name, of, Settings())
    told = list(run_jobs([job], tiny_model()))[-1].message
    assert ("is gone" in told) == (number != errno.EACCES)
