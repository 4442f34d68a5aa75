"""Which name a source keeps, seen through every way of running."""

import pytest

from colorizer import colorize
from colorizer.archive.planning.belonging import Owner, belongs
from colorizer.commands import cli
from colorizer.engine.queue import Queue
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from tests import drawn
from tests.cases.grown import levels, put, run, states
from tests.tiny_model import tiny_model

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.mark.slow
def test_watch_does_as_run_does(tmp_path):
    put(tmp_path / "in" / "m.tif", 60)
    run(tmp_path / "in", tmp_path / "out", "--format", "tiff")
    kept = states(tmp_path / "out")
    put(tmp_path / "in" / "m.jpg", 180)
    options = ["--stable", "1", "--idle", "2", "--size", "64", "-q", "--format", "tiff"]
    given = ["watch", str(tmp_path / "in"), "-o", str(tmp_path / "out"), *options]
    assert cli.main(given) == 0
    assert levels(tmp_path / "out") == {"m_color.tif": 60, "m_jpg_color.tif": 180}
    assert {name: states(tmp_path / "out")[name] for name in kept} == kept


def test_the_python_interface_does_as_run_does(tmp_path):
    put(tmp_path / "m.tif", 60)
    colorize(tmp_path / "m.tif", tmp_path / "out", size=64, format="png")
    put(tmp_path / "m.jpg", 180)
    made = colorize(tmp_path / "m.jpg", tmp_path / "out", size=64, format="png")
    assert made == [tmp_path / "out" / "m_jpg_color.png"]
    assert levels(tmp_path / "out") == {"m_color.png": 60, "m_jpg_color.png": 180}


def test_a_queue_gives_no_name_of_another_case_or_of_a_file_on_disk(tmp_path):
    settings = Settings()
    put(tmp_path / "a_color_2.png", 60)
    with Queue(tmp_path / "q.sqlite") as queue:
        for source, target in (("a.jpg", "a_color.png"), ("A.png", "A_color.png")):
            queue.add([Job(tmp_path / source, tmp_path / target, Kind.PHOTO, settings)])
        targets = [entry.job.target.name for entry in queue.entries()]
    assert targets == ["a_color.png", "A_color_2.png"]


def test_a_job_that_comes_second_replaces_nothing(tmp_path):
    """Planned when the name was free, as by two runs at the same time."""
    target = tmp_path / "out" / "m_color.png"
    settings = Settings(size=64, existing="overwrite")
    ends = []
    for name, level in (("m.tif", 60), ("m.jpg", 180)):
        from colorizer.engine.runner import run_jobs

        job = Job(put(tmp_path / "in" / name, level), target, Kind.PHOTO, settings)
        ends += [e.state for e in run_jobs([job], tiny_model()) if e.state is not JobState.RUNNING]
    assert ends == [JobState.DONE, JobState.FAILED]
    assert levels(tmp_path / "out") == {"m_color.png": 60}


def test_a_source_is_known_by_its_path_then_by_its_content(tmp_path):
    import hashlib

    here = put(tmp_path / "new" / "a.png", 60)
    digest = hashlib.sha256(here.read_bytes()).hexdigest()
    size = here.stat().st_size
    gone, other = tmp_path / "old" / "a.png", put(tmp_path / "b.png", 60)
    assert belongs(Owner("a.png", gone, digest, size, 0), here)
    assert not belongs(Owner("a.png", gone, "0" * 64, size, 0), here)
    assert not belongs(Owner("b.png", other, digest, size, 0), here)
    assert belongs(Owner("a.png", here, "0" * 64, 1, 0), here)


def test_the_manifest_tells_sources_where_sidecars_do_not(tmp_path):
    """BMP holds no XMP; sha256sum passes over the comments."""
    import subprocess

    options = ("--no-sidecar", "--name", "{n:02}_color")
    put(tmp_path / "in" / "b.bmp", 60)
    put(tmp_path / "in" / "new\nline.bmp", 140)
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    before = levels(tmp_path / "out")
    put(tmp_path / "in" / "a.bmp", 180)
    assert run(tmp_path / "in", tmp_path / "out", *options) == 0
    assert levels(tmp_path / "out") == before | {"03_color.bmp": 180}
    check = ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"]
    told = subprocess.run(check, cwd=tmp_path / "out", capture_output=True)
    assert (told.returncode, told.stdout, told.stderr) == (0, b"", b"")
    digest = drawn.hashes(tmp_path / "in")["a.bmp"]
    assert f"#from {digest}  ../in/a.bmp" in (tmp_path / "out/manifest-sha256.txt").read_text()
    (tmp_path / "in").rename(tmp_path / "scans")
    kept = states(tmp_path / "out")
    assert run(tmp_path / "scans", tmp_path / "out", *options) == 0
    assert states(tmp_path / "out") == kept


def test_results_beside_their_sources_are_no_sources_without_sidecars(tmp_path):
    put(tmp_path / "m.tif", 60)
    run(tmp_path, tmp_path, "--no-sidecar", "--format", "tiff")
    put(tmp_path / "m.jpg", 180)
    for _ in range(3):
        assert run(tmp_path, tmp_path, "--no-sidecar", "--format", "tiff") == 0
    assert set(levels(tmp_path)) == {"m.tif", "m.jpg", "m_color.tif", "m_jpg_color.tif"}
