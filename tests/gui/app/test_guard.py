"""Work stands still on battery and goes on with power; a disk with room again is used."""

import pytest

from gui.app import guard, power
from gui.app.runner import Activity


@pytest.fixture
def battery(monkeypatch):
    """A switch for the power of the computer: True is the battery."""
    state = {"on": False}
    monkeypatch.setattr(guard, "on_battery", lambda: state["on"])
    return state


@pytest.fixture
def filled(window, scans, until):
    window.add([scans])
    until(lambda: window.model.rowCount() == 3)
    window.engine.send = lambda **_: None  # the jobs stay in work
    yield window
    del window.engine.send


def test_work_is_held_on_battery_and_goes_on_with_power(filled, battery):
    runner, look = filled.runner, filled.program.guard.look
    runner.start()
    battery["on"] = True
    look()
    assert runner.activity is Activity.PAUSED
    filled.commands.refresh()
    assert "on battery" in filled.output._words.full_text()
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
    filled.commands.actions["battery"].setChecked(False)
    runner.start()
    look()
    assert runner.activity is Activity.RUNNING, "switched off"
    assert not filled.preferences.get("pause_on_battery")
    filled.commands.actions["battery"].setChecked(True)


def test_work_goes_on_when_a_full_disk_has_room(filled, battery, monkeypatch):
    monkeypatch.setattr("gui.app.room.FREE_BYTES", 2**62)
    filled.runner.start()
    filled.program.guard.look()
    assert filled.runner.activity is Activity.IDLE
    monkeypatch.setattr("gui.app.room.FREE_BYTES", 0)
    filled.program.guard.look()
    assert filled.runner.activity is Activity.RUNNING
    assert filled.runner.lacks_room is None


def put(folder, name, **files):
    (folder / name).mkdir()
    for file, text in files.items():
        (folder / name / file).write_text(text + "\n")


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({}, False),
        ({"BAT0": {"type": "Battery", "status": "Discharging"}}, True),
        ({"BAT0": {"type": "Battery", "status": "Charging"}}, False),
        ({"BAT0": {"type": "Battery", "status": "Discharging"},
          "AC": {"type": "Mains", "online": "1"}}, False),
        ({"BAT0": {"type": "Battery", "status": "Discharging"},
          "AC": {"type": "Mains", "online": "0"}}, True),
        ({"mouse": {"type": "Battery", "scope": "Device", "status": "Discharging"}}, False),
    ],
)  # fmt: skip
def test_the_supplies_of_linux_are_read(tmp_path, monkeypatch, supplies, expected):
    for name, files in supplies.items():
        put(tmp_path, name, **files)
    monkeypatch.setattr(power, "SUPPLIES", tmp_path)
    monkeypatch.setattr(power.sys, "platform", "linux")
    assert power.on_battery() is expected


def test_log_and_manifest_are_left_out_on_wish_and_after_a_restart_too(open_window, tmp_path):
    first = open_window()
    out = first.preferences.out
    assert first.runner._records_folder(out / "a" / "b.png") == str(out)
    assert first.runner._records_folder(tmp_path / "b.png") == str(tmp_path)
    first.commands.actions["records"].setChecked(False)
    assert first.runner._records_folder(out / "b.png") is None
    first.close()
    again = open_window()
    assert again.runner._records_folder(out / "b.png") is None
    assert not again.commands.actions["records"].isChecked()
