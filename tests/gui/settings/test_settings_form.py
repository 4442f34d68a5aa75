from dataclasses import fields, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QWheelEvent

from colorizer.settings import Settings
from gui.settings.preferences import Preferences
from gui.settings.setting_words import GROUPS
from gui.settings.settings_form import SettingsForm


@pytest.fixture
def form(qtbot):
    form = SettingsForm()
    qtbot.addWidget(form)
    return form


def test_every_setting_is_in_the_form_with_its_help(form):
    assert set(form._editors) == {item.name for item in fields(Settings)}


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(weights=Path("/w/x.safetensors"), device="cuda:1", size=512, strength=0.35,
                 vividness=1.0, smooth=False, existing="rename", codec="ffv1", quality=0,
                 jpeg_quality=80),
    ],
)  # fmt: skip
def test_the_form_gives_back_what_it_was_given(form, settings):
    form.set_values(settings)
    assert form.values() == settings


def test_preferences_are_kept(qapp, tmp_path):
    preferences = Preferences(tmp_path)
    preferences.settings = Settings(strength=0.5)
    preferences.out = tmp_path / "x"
    preferences.save_preset("soft", Settings(vividness=0.1))
    again = Preferences(tmp_path)
    assert again.settings == Settings(strength=0.5)
    assert again.out == tmp_path / "x"
    assert again.presets == {"soft": Settings(vividness=0.1)}


def test_damaged_preferences_are_the_usual_ones(qapp, tmp_path):
    (tmp_path / "preferences.json").write_text("{half")
    assert Preferences(tmp_path).settings == Settings()


def test_the_groups_name_settings_that_exist_and_each_once():
    named = [name for group in GROUPS for name in (*group.usual, *group.rare)]
    assert len(named) == len(set(named))
    assert set(named) <= {item.name for item in fields(Settings)}


def test_the_form_gives_back_every_choice(form):
    for item in fields(Settings):
        for value in item.metadata["choices"] or ():
            settings = Settings(**{item.name: value})
            form.set_values(settings)
            assert form.values() == settings


def test_a_purpose_chooses_the_codec_and_lets_it_go_again(form):
    form.set_values(Settings(preset="archive"))
    assert not form.editor("codec").isEnabled()
    assert not form.editor("quality").isEnabled(), "ffv1 has none"
    form.editor("preset").setCurrentIndex(form.editor("preset").findData("edit"))
    assert form.values().codec == "prores"
    form.set_values(Settings(codec="h265"))
    assert form.editor("codec").isEnabled()
    assert form.editor("quality").isEnabled()


def test_rare_settings_are_folded_until_one_is_not_the_usual_one(form):
    assert not form.fold("films").button.isChecked()
    form.set_values(Settings(interlaced="top"))
    assert form.fold("films").button.isChecked()
    assert not form.fold("photos").button.isChecked()


def test_the_wheel_over_a_field_that_is_not_edited_changes_nothing(form, qtbot):
    form.show()
    box = form.editor("strength")
    box.clearFocus()
    place = box.rect().center()
    turn = QWheelEvent(
        place, box.mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QCoreApplication.sendEvent(box, turn)
    assert form.values() == Settings()


def test_an_icc_file_and_an_unknown_model_stay_what_they_are(form):
    settings = Settings(profile="/icc/own.icc", model="gone")
    form.set_values(settings)
    assert form.values() == settings


def test_files_that_wait_keep_what_they_were_named_by(shared_window, until):
    until(lambda: shared_window.model.rowCount() == 3)
    rows = [entry.id for entry in shared_window.model.entries]
    before = shared_window.preferences.settings
    wanted = replace(before, preset="archive", format="tiff", name="{stem}", strength=0.5)
    shared_window.program.use_settings(wanted, rows)
    try:
        for entry in shared_window.model.entries:
            settings = entry.job.settings
            assert (settings.strength, settings.preset, settings.codec) == (0.5, "none", "h264")
            assert (settings.format, settings.name) == ("same", "{stem}_color")
        assert shared_window.preferences.settings == wanted
    finally:
        shared_window.undo.undo()
        shared_window.preferences.settings = before


@pytest.mark.slow
def test_the_devices_that_are_there_are_offered_and_others_kept(form):
    form.set_values(Settings(device="cuda:3"))
    form.set_devices([("cuda:0", "cuda:0: Card, 12 GiB"), ("cpu", "cpu: 2 cores")])
    assert form.values().device == "cuda:3", "of another computer"
    box = form.editor("device")
    box.setCurrentText("cuda:0: Card, 12 GiB")
    assert form.values().device == "cuda:0"
    assert [box.itemData(row) for row in range(box.count())] == ["auto", "cuda:0", "cpu"]
