"""Readings for the window: done once for all who ask, given up when no question waits for them."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import psutil
import pytest
import tifffile

from colorizer.engine.desk import wanted
from colorizer.engine.desk.wanted import NotWanted, Readings, Task, read_picture
from colorizer.errors import MediaError
from colorizer.jobs import Kind
from colorizer.notes import Note
from tests.huge import draw_huge

PATIENCE = 60


def wait_for(what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_reader(process):
    try:
        return "--reader" in process.cmdline()
    except psutil.Error:  # it has ended
        return False


@pytest.fixture
def readers():
    """How many processes of this one read photos."""

    def count():
        return sum(map(is_reader, psutil.Process().children()))

    return count


def test_two_who_ask_at_once_share_one_reading():
    readings, begun, go = Readings(), [], Event()

    def read(task):
        begun.append(task)
        assert go.wait(PATIENCE)
        return "picture"

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(readings.of, 1, read, {}) for _ in range(2)]
        wait_for(lambda: begun and begun[0]._askers == 2)
        go.set()
        assert [answer.result() for answer in answers] == ["picture"] * 2
    assert readings.of(1, read, {}) == "picture"
    assert len(begun) == 1


def test_who_leaves_does_not_take_the_picture_from_who_stays():
    readings, asked, left = Readings(), Event(), Event()

    def read(task):
        asked.set()
        assert left.wait(PATIENCE)
        task.check()
        return "picture"

    with ThreadPoolExecutor(2) as pool:
        leaves = pool.submit(readings.of, 1, read, {"is_wanted": lambda: not asked.is_set()})
        stays = pool.submit(readings.of, 1, read, {})
        with pytest.raises(NotWanted):
            leaves.result()
        left.set()
        assert stays.result() == "picture"


def test_what_was_given_up_is_read_again_for_who_comes_back():
    readings, begun, go = Readings(), [], Event()

    def read(task):
        begun.append(task)
        if len(begun) == 1:
            assert go.wait(PATIENCE)
        task.check()
        return "picture"

    with pytest.raises(NotWanted):
        readings.of(1, read, {"is_wanted": lambda: not begun})
    go.set()
    assert readings.of(1, read, {}) == "picture"


def test_a_huge_photo_is_given_up_in_the_middle_of_its_reading(tmp_path, readers):
    for name in "abcd":
        draw_huge(tmp_path / name)
        readings = Readings()

        def read(task, name=name):
            return read_picture(tmp_path / name, Kind.PHOTO, task, side=64)

        with pytest.raises(NotWanted):
            readings.of(1, read, {"is_wanted": lambda: not readers()})
        wait_for(lambda: not readers(), 4)  # to its end it reads for longer


def test_a_large_photo_is_read_as_every_other(tmp_path, monkeypatch):
    drawn = np.arange(64 * 48, dtype=np.uint8).reshape(48, 64)
    tifffile.imwrite(tmp_path / "a.tif", drawn, photometric="minisblack")
    (tmp_path / "damaged.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:90])
    task = Task()
    task.join()
    usual = read_picture(tmp_path / "a.tif", Kind.PHOTO, task, side=32)
    with pytest.raises(MediaError) as plain:
        read_picture(tmp_path / "damaged.tif", Kind.PHOTO, task, side=32)
    monkeypatch.setattr(wanted, "LARGE", 0)
    apart = read_picture(tmp_path / "a.tif", Kind.PHOTO, task, side=32)
    assert np.array_equal(apart.Y, drawn)
    assert np.array_equal(apart.L, usual.L)
    with pytest.raises(MediaError) as told:
        read_picture(tmp_path / "damaged.tif", Kind.PHOTO, task, side=32)
    assert str(told.value) == str(plain.value)
    assert isinstance(told.value.reason, Note), "the window has it in its language"


def test_a_crash_while_a_large_photo_is_read_is_told(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((8, 8), np.uint8))
    monkeypatch.setattr(wanted, "LARGE", 0)
    monkeypatch.setattr(wanted, "worker_command", lambda role: ("false", []))
    task = Task()
    task.join()
    with pytest.raises(MediaError, match="crashed"):
        read_picture(tmp_path / "a.tif", Kind.PHOTO, task, side=32)
