"""Presets of the window are the settings files of the command line, marked where they changed."""

import json
import logging
import subprocess
import sys
import tomllib
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog

from colorizer.settings import Settings
from gui.session.preferences import Preferences
from gui.session.presets import Presets
from gui.settings.settings_dialog import SettingsDialog

FAMILY = Settings(vividness=0.3, codec="ffv1")


def act(box, words):
    """Choose an action of the box's menu."""
    (action,) = [one for one in box.menu.actions() if one.text() == words]
    assert action.isEnabled()
    action.trigger()


def choose(box, name):
    place = box.box.findData(name)
    assert place >= 0
    box.box.setCurrentIndex(place)
    box.box.activated.emit(place)


def test_a_preset_is_a_toml_file_that_the_command_line_explains(tmp_path):
    presets = Presets(tmp_path / "presets")
    presets.save("Family", FAMILY)
    text = presets.file("Family").read_text()
    assert tomllib.loads(text) == {"vividness": 0.3, "codec": "ffv1"}
    command = [sys.executable, "-m", "colorizer", "settings", str(presets.file("Family"))]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert tomllib.loads(told) == {"vividness": 0.3, "codec": "ffv1"}


@pytest.mark.parametrize(
    ("name", "file"), [("a/b", "a_b"), ("..", "_"), ("C:\\x", "C__x"), ("Bögen 1920", "Bögen 1920")]
)
def test_a_name_that_no_file_can_have_stays_inside_the_folder(tmp_path, name, file):
    presets = Presets(tmp_path / "presets")
    assert presets.save(name, FAMILY) == file
    assert [path.name for path in presets.folder.iterdir()] == [f"{file}.toml"]
    assert presets.all() == {file: FAMILY}


def test_a_file_of_a_stranger_is_left_out_and_told_once(tmp_path, caplog):
    presets = Presets(tmp_path)
    presets.save("good", FAMILY)
    (tmp_path / "bad.toml").write_text("strength = 'a lot'\n")
    (tmp_path / "worse.toml").write_bytes(b"\xff\x00")
    with caplog.at_level(logging.WARNING):
        assert presets.all() == presets.all() == {"good": FAMILY}
    assert sorted("bad" in line for line in caplog.messages) == [False, True]


def test_presets_of_version_0_1_become_files(tmp_path):
    kept = {"presets": {"old": {"vividness": 0.3}, "a/b": {"strength": 0.5}, "no": 7}}
    (tmp_path / "preferences.json").write_text(json.dumps(kept))
    expected = {"old": Settings(vividness=0.3), "a_b": Settings(strength=0.5)}
    assert Preferences(tmp_path).presets.all() == expected
    Presets(tmp_path / "presets").remove("old")
    assert set(Preferences(tmp_path).presets.all()) == {"a_b"}, "what was deleted stays so"


@pytest.fixture
def boxed(window):
    window.session.preferences.presets.save("Family", FAMILY)
    box = window.output.presets
    box.refresh()
    return window, box


def test_the_main_window_chooses_a_preset_for_new_files_and_marks_a_changed_one(boxed):
    window, box = boxed
    session = window.session
    choose(box, "Family")
    assert session.preferences.settings == FAMILY
    assert box.words == "Family"
    session.use_settings(replace(FAMILY, strength=0.4), (), "Family")
    assert box.words == "Family, changed"
    choose(box, "Family")
    assert (box.words, session.preferences.settings) == ("Family", FAMILY)
    assert Preferences(session.preferences.folder).get("preset", "") == "Family"


@pytest.mark.slow
def test_a_preset_is_saved_exported_imported_and_deleted(boxed, monkeypatch, tmp_path):
    window, box = boxed
    preferences = window.session.preferences
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Mine", True))
    before = preferences.settings
    act(box, "Save as…")
    assert box.words == "Mine"
    file = tmp_path / "Given.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    act(box, "Export…")
    assert tomllib.loads(file.read_text())["size"] == before.size == 64
    choose(box, "Family")
    act(box, "Import…")
    assert box.words == "Given"
    assert preferences.settings == before
    act(box, "Delete")
    assert box.words == "(none)"
    assert set(preferences.presets.all()) == {"Family", "Mine"}
    assert preferences.settings == before, "only the name is gone"


@pytest.mark.slow
def test_the_dialog_marks_a_changed_preset_while_it_is_edited(boxed):
    window, _ = boxed
    dialog = SettingsDialog(window.session.preferences, 0)
    choose(dialog.presets, "Family")
    assert dialog.settings() == FAMILY
    dialog.form.editor("strength").setValue(0.3)
    dialog.presets.refresh()
    assert dialog.presets.words == "Family, changed"
    dialog.deleteLater()


@pytest.mark.slow
def test_selected_files_get_the_preset_and_it_is_undone(boxed, scans, until):
    window, box = boxed
    session = window.session
    window.add([scans])
    until(lambda: session.model.rowCount() == 3)
    first, second, _ = session.model.ids()
    session.change([second], {"size": 96}, "w")
    choose(box, "Family")
    session.select([first, second], first)
    window.acts["preset_selected"].trigger()
    until(lambda: session.undo.count() == 2)
    assert [e.job.settings for e in session.model.entries][:2] == [FAMILY, FAMILY]
    assert session.model.entries[2].job.settings.size == 64
    session.undo.undo()
    assert [e.job.settings.size for e in session.model.entries] == [64, 96, 64]
