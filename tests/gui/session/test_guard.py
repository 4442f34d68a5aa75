"""Work stands still on battery and continues with power; a disk with room again is used."""

import psutil
import pytest

from gui.session import guard
from gui.session.activity import Activity


@pytest.fixture
def battery(monkeypatch):
    """A switch for the power of the computer: True is the battery."""
    state = {"on": False}
    monkeypatch.setattr(guard, "on_battery", lambda: state["on"])
    return state


@pytest.fixture
def filled(window, scans, until):
    window.add([scans])
    until(lambda: window.session.model.rowCount() == 3)
    window.session.engine.send = lambda **_: None  # the jobs stay in progress
    yield window
    del window.session.engine.send


@pytest.mark.slow
def test_work_is_held_on_battery_and_goes_on_with_power(filled, battery):
    runner, look = filled.session.runner, filled.session.guard.look
    runner.start()
    battery["on"] = True
    look()
    assert runner.activity is Activity.PAUSED
    filled.progress.show()
    assert "on battery" in filled.output.words
    battery["on"] = False
    look()
    assert runner.activity is Activity.RUNNING

    battery["on"] = True
    look()
    runner.start()
    look()
    assert runner.activity is Activity.RUNNING, "the person wants it all the same"
    runner.pause()
    battery["on"] = False
    look()
    assert runner.activity is Activity.PAUSED, "a pause of the person stays"
    battery["on"] = True
    filled.acts["battery"].trigger()
    runner.start()
    look()
    assert runner.activity is Activity.RUNNING, "switched off"
    assert not filled.session.preferences.get("pause_on_battery")
    filled.acts["battery"].trigger()


@pytest.mark.slow
def test_work_goes_on_when_a_full_disk_has_room(filled, battery, monkeypatch):
    monkeypatch.setattr("colorizer.archive.planning.disk.free_bytes", lambda _: 0)
    filled.session.runner.start()
    filled.session.guard.look()
    assert filled.session.runner.activity is Activity.IDLE
    monkeypatch.setattr("colorizer.archive.planning.disk.free_bytes", lambda _: 2**40)
    filled.session.guard.look()
    assert filled.session.runner.activity is Activity.RUNNING
    assert filled.session.runner.lacks_room is None


class Battery:
    def __init__(self, plugged):
        self.power_plugged = plugged


@pytest.mark.parametrize(
    ("battery", "expected"),
    [(None, False), (Battery(True), False), (Battery(False), True), (Battery(None), False)],
)
def test_only_a_battery_that_is_being_emptied_counts(monkeypatch, battery, expected):
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert guard.on_battery() is expected
