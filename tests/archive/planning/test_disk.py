"""Room on disks: estimates that are near, and a stop before the disk is full."""

import errno
import shutil
from collections import namedtuple

import numpy as np
import pytest
import tifffile

from colorizer.archive.planning import disk
from colorizer.archive.planning.disk import check_room, existing_folder, size_words, spaces
from colorizer.engine.runner import run_jobs
from colorizer.errors import TargetError
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.codecs import codec_named
from colorizer.media.film.source import FilmSource
from colorizer.media.film.unfinished import kept_frames
from colorizer.settings import Settings
from tests import drawn
from tests.tiny_model import tiny_model

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def free(monkeypatch):
    """Set what the disks say they have free."""

    def install(*bytes_free):
        left = list(bytes_free)

        def usage(folder):
            return Usage(10**12, 0, left.pop(0) if len(left) > 1 else left[0])

        monkeypatch.setattr(shutil, "disk_usage", usage)

    return install


def photos(folder, count, dtype=np.uint8):
    rng = np.random.default_rng(0)
    for number in range(count):
        source = folder / "in" / f"{number}.tif"
        source.parent.mkdir(exist_ok=True)
        codes = rng.integers(0, np.iinfo(dtype).max, (90, 120), dtype)
        tifffile.imwrite(source, codes, photometric="minisblack")
        yield Job(source, folder / "out" / "deep" / f"{number}.tif", Kind.PHOTO, Settings(size=64))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_estimate_of_plain_tiffs_is_near(tmp_path, dtype):
    jobs = list(photos(tmp_path, 60, dtype))
    (space,) = spaces(jobs)
    assert space.folder == tmp_path
    assert space.needed == pytest.approx(60 * 90 * 120 * 3 * np.dtype(dtype).itemsize, rel=0.15)
    assert space.enough
    assert not (tmp_path / "out").exists()


def test_files_that_cannot_be_read_do_not_spoil_the_estimate(tmp_path):
    jobs = list(photos(tmp_path, 3))
    jobs[1].source.write_bytes(b"text")
    jobs[2].source.unlink()
    assert spaces(jobs)[0].needed > 0
    assert spaces([]) == []


def test_the_estimate_of_a_film_counts_its_segments_and_the_joined_film(tmp_path):
    source = drawn.film(tmp_path / "a.mkv", 8)
    job = Job(source, tmp_path / "b.mkv", Kind.FILM, Settings(codec="ffv1"))
    plain = 8 * 64 * 96 * codec_named("ffv1").bits / 8
    assert spaces([job])[0].needed == pytest.approx(2 * plain, rel=0.01)


@pytest.mark.parametrize(("start", "end"), [("2", ""), ("", "0.1s"), ("7", "99"), ("0.1s", "0.2s")])
def test_the_estimate_of_a_part_of_a_film_counts_its_frames(start, end, tmp_path):
    source = drawn.film(tmp_path / "a.mkv", 8)
    settings = Settings(codec="ffv1", start=start, end=end)
    job = Job(source, tmp_path / "b.mkv", Kind.FILM, settings)
    with FilmSource(source, settings, side=32) as film:
        frames = len(list(film.frames()))
    plain = frames * 64 * 96 * codec_named("ffv1").bits / 8
    assert spaces([job])[0].needed == pytest.approx(2 * plain, rel=0.01)


def test_too_small_a_disk_is_said_in_the_plan(tmp_path, free):
    free(300_000_000)
    (space,) = spaces(list(photos(tmp_path, 2)))
    assert space.enough
    free(256_010_000)
    (space,) = spaces(list(photos(tmp_path, 2)))
    assert not space.enough
    assert str(space) == (
        f"about 64.8 kB will be written, 10.0 kB are free: the disk of {tmp_path} is too small"
        " for the run, which will stop early"
    )


def test_photos_stop_before_the_disk_is_full_and_leave_nothing_half_written(tmp_path, free):
    jobs = list(photos(tmp_path, 5))
    free(10**9, 10**9, 256_000_100)
    done, events = [], run_jobs(jobs, tiny_model(), workers=1)
    with pytest.raises(TargetError, match="free some space and start again") as told:
        done.extend(e.job.target for e in events if e.state is JobState.DONE)
    assert isinstance(told.value.__cause__, OSError)
    assert told.value.__cause__.errno == errno.ENOSPC
    there = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert len(done) == 2
    assert there == {*done, *(path.with_name(f"{path.name}.colorize.json") for path in done)}


@pytest.mark.slow
def test_a_film_stops_before_the_disk_is_full_and_goes_on_later(tmp_path, free, monkeypatch):
    from colorizer.engine import attempt
    from colorizer.media.film import sink as film_sink

    monkeypatch.setattr(attempt, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", 24)
    source = drawn.film(tmp_path / "a.mkv", 60)
    job = Job(source, tmp_path / "out.mkv", Kind.FILM, Settings(size=64, smooth=False))
    free(*[10**9] * 40, 256_000_000)
    with pytest.raises(TargetError, match="nearly full"):
        list(run_jobs([job], tiny_model()))
    assert kept_frames(job.target) == 24
    assert not job.target.exists()
    free(10**9)
    assert list(run_jobs([job], tiny_model()))[-1].state is JobState.DONE
    assert len(drawn.film_frames(job.target)) == 60


def test_a_drive_that_does_not_tell_its_room_is_written_to(tmp_path, monkeypatch):
    def usage(folder):
        raise OSError(errno.ENOSYS, "not implemented")

    monkeypatch.setattr(shutil, "disk_usage", usage)
    check_room(tmp_path / "a.tif", 10**15)


def test_small_disks_keep_a_share_free(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**8, 0, 5 * 10**6))
    assert disk.free_bytes(tmp_path) == 3 * 10**6


def test_words(tmp_path):
    assert [size_words(n) for n in (0, 999, 1500, 250_000_000, 3.2e12)] == [
        "0 bytes", "999 bytes", "1.5 kB", "250 MB", "3.2 TB",
    ]  # fmt: skip
    assert existing_folder(tmp_path / "a" / "b") == tmp_path
