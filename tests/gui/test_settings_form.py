from dataclasses import fields
from pathlib import Path

import pytest

from colorizer.errors import ColorizerError
from colorizer.settings import Settings
from gui.preferences import Preferences, export_preset, import_preset
from gui.settings_form import SettingsForm


@pytest.fixture
def form(qtbot):
    form = SettingsForm()
    qtbot.addWidget(form)
    return form


def test_every_setting_is_in_the_form_with_its_help(form):
    assert set(form._get) == {item.name for item in fields(Settings)}


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


def test_a_preset_goes_through_a_file(tmp_path):
    export_preset(tmp_path / "soft.json", Settings(vividness=0.1, codec="ffv1"))
    assert import_preset(tmp_path / "soft.json") == Settings(vividness=0.1, codec="ffv1")
    (tmp_path / "no.json").write_text('{"settings": {"colour": 1}}')
    with pytest.raises(ColorizerError, match="colour"):
        import_preset(tmp_path / "no.json")
