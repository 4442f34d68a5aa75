import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLabel, QPushButton, QWidget

from colorizer.media.film.codecs import codec_named
from colorizer.settings import Settings
from colorizer.settings.writing import CODECS
from gui.session.preferences import Preferences
from gui.settings.settings_form import SettingsForm
from gui.words.language import languages
from gui.words.setting_words import USUAL, choice_words, help_words, setting_words
from tests.gui.speaking import spoken


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
    preferences.presets.save("soft", Settings(vividness=0.1))
    again = Preferences(tmp_path)
    assert again.settings == Settings(strength=0.5)
    assert again.out == tmp_path / "x"
    assert again.presets.all() == {"soft": Settings(vividness=0.1)}


def test_damaged_preferences_are_the_usual_ones(qapp, tmp_path):
    (tmp_path / "preferences.json").write_text("{half")
    assert Preferences(tmp_path).settings == Settings()


def told_by_help():
    """Return the flags of each group of `colorizer run --help-all`, as it prints them."""
    command = [sys.executable, "-m", "colorizer", "run", "--help-all"]
    found, group = {}, ""
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in told.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            group = line.removesuffix(":")
        elif line.startswith("  --"):
            found.setdefault(group, set()).add(re.match(r"  --([a-z0-9-]+)", line)[1])
    return found


@pytest.mark.slow
def test_pages_are_the_groups_of_the_command_line_with_the_same_settings(form):
    told = told_by_help()
    titles = [form.tabText(page) for page in range(form.count())]
    assert titles == [title.capitalize() for title in told if title.capitalize() in titles]
    for page, title in enumerate(titles):
        shown = {
            item.name for item in fields(Settings)
            if form.widget(page).isAncestorOf(form.editor(item.name))
        }  # fmt: skip
        named = {flag.replace("-", "_") for flag in told[title[:1].lower() + title[1:]]}
        assert shown
        assert shown <= named, title


def test_usual_settings_exist():
    assert {item.name for item in fields(Settings)} >= set(USUAL)
    assert len(set(USUAL)) == len(USUAL)


def test_a_check_box_says_what_it_is_for_and_no_box_is_without_a_label(form):
    for item in fields(Settings):
        widget = form.editor(item.name)
        if isinstance(widget, QCheckBox):
            assert widget.text() == setting_words(item.name)
        else:
            labels = [one.text() for one in form.findChildren(QLabel) if one.buddy() is widget]
            assert labels == [setting_words(item.name)]


@pytest.mark.parametrize("code", languages())
def test_every_choice_is_said_in_words(qapp, code):
    with spoken(qapp, code):
        told = {
            (item.name, value): choice_words(value, item.name)
            for item in fields(Settings) for value in item.metadata["choices"] or ()
        }  # fmt: skip
        raw = {key for key, words in told.items() if words == key[1]}
        assert raw <= {("codec", "v210")}, "the value of the command line, not a word"
        for name in {name for name, _ in told}:
            words = [one for (setting, _), one in told.items() if setting == name]
            assert len(set(words)) == len(words), "two choices look the same"


def texts_of(form, item):
    """Return all that the form says of a setting, as people and screen readers meet it."""
    widget = form.editor(item.name)
    parts = [widget, *widget.findChildren(QWidget)]
    parts += [label for label in form.findChildren(QLabel) if label.buddy() is widget]
    found = [setting_words(item.name), help_words(item)]
    for part in parts:
        found += [part.toolTip(), part.whatsThis(), part.accessibleName()]
        found.append(part.accessibleDescription())
        if isinstance(part, QComboBox):
            found += [part.itemText(row) for row in range(part.count())]
        if isinstance(part, QLabel | QCheckBox):
            found.append(part.text())
    return found


@pytest.mark.parametrize("code", languages())
def test_the_form_speaks_the_words_of_the_window_alone(qapp, qtbot, code):
    """Neither an option nor a value as it is typed, in help, tips or choices."""
    with spoken(qapp, code):
        form = SettingsForm()
        qtbot.addWidget(form)
        for item in fields(Settings):
            told = texts_of(form, item)
            assert not [text for text in told if re.search(r"(?<!\w)--?[a-z]", text)], item.name
            for value, words in (item.metadata["choices"] or {}).items():
                if value == choice_words(value, item.name):
                    continue  # v210 is its own name
                typed = {f"({value})", f"“{value}”", f"„{value}“", f"{value}:", f"{value} ("}
                if re.search(r"[-:\d_]", value) or code != "en":
                    typed = {value}  # no word of the language
                for one in typed - set(words.split()):
                    found = [t for t in told if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", t)]
                    assert not found, (item.name, value)


def test_the_form_gives_back_every_choice(form):
    for item in fields(Settings):
        for value in item.metadata["choices"] or ():
            settings = Settings(**{item.name: value})
            form.set_values(settings)
            assert form.values() == settings


def test_several_reference_pictures_are_chosen_by_a_button(form, monkeypatch):
    chosen = ["/p/a.png", "/p/b.jpg"]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))
    row = form.editor("reference")
    row.findChild(QPushButton).click()
    assert form.values().reference == os.pathsep.join(chosen)


def test_a_purpose_chooses_the_codec_and_lets_it_go_again(form):
    form.set_values(Settings(preset="archive"))
    assert not form.editor("codec").isEnabled()
    assert not form.editor("quality").isEnabled(), "ffv1 has none"
    form.editor("preset").setCurrentIndex(form.editor("preset").findData("edit"))
    assert form.values().codec == "prores"
    form.set_values(Settings(codec="h265"))
    assert form.editor("codec").isEnabled()
    assert form.editor("quality").isEnabled()


@pytest.mark.parametrize("codec", CODECS)
def test_quality_and_hardware_are_asked_of_codecs_that_have_a_rate(form, codec):
    form.set_values(Settings(codec=codec))
    has_rate = codec_named(codec).quality is not None
    assert form.editor("quality").isEnabled() == has_rate
    assert form.editor("hardware").isEnabled() == has_rate


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


@pytest.fixture
def three(shared_window, until):
    """A session with three photos that wait; all changes are taken back."""
    session = shared_window.session
    until(lambda: session.model.rowCount() == 3)
    before = session.preferences.settings
    yield session
    session.undo.setIndex(0)
    session.preferences.settings = before


@pytest.mark.slow
def test_files_that_wait_get_what_was_changed_and_keep_the_rest(three, until):
    rows = [entry.id for entry in three.model.entries]
    three.change(rows[:1], {"strength": 0.3}, "w")
    before = three.preferences.settings
    wanted = replace(before, format="tiff", name="{stem}-{model}", vividness=0.5)
    three.use_settings(wanted, rows)
    assert three.preferences.settings == wanted
    until(lambda: three.undo.count() == 2)
    found = [entry.job.settings for entry in three.model.entries]
    assert [one.strength for one in found] == [0.3, 1.0, 1.0], "it was not changed in the dialog"
    assert {(one.format, one.name, one.vividness) for one in found} == {
        ("tiff", "{stem}-{model}", 0.5)
    }
    names = [entry.job.target.name for entry in three.model.entries]
    assert names == ["a-autochrome.tif", "b-autochrome.tif", "c-autochrome.tif"]
    assert three.model.entries[2].job.target.parent.name == "1920", "the tree stays mirrored"
    three.undo.undo()
    names = [entry.job.target.name for entry in three.model.entries]
    assert names == ["a_color.png", "b_color.jpg", "c_color.tif"]
    assert {entry.job.settings.format for entry in three.model.entries} == {"same"}


@pytest.mark.slow
def test_new_names_stay_apart(three, until):
    rows = [entry.id for entry in three.model.entries]
    for count, row in enumerate(rows[:2], 1):  # both are the first file of their own plan
        three.change([row], {"name": "{n}", "format": "png"}, "w")
        until(lambda count=count: three.undo.count() == count)
    names = [entry.job.target.name for entry in three.model.entries[:2]]
    assert names == ["1.png", "1_2.png"]


@pytest.mark.slow
def test_the_devices_that_are_there_are_offered_and_others_kept(form):
    form.set_values(Settings(device="cuda:3"))
    form.set_devices([("cuda:0", "cuda:0: Card, 12 GiB"), ("cpu", "cpu: 2 cores")])
    assert form.values().device == "cuda:3", "of another computer"
    box = form.editor("device")
    box.setCurrentText("cuda:0: Card, 12 GiB")
    assert form.values().device == "cuda:0"
    assert [box.itemData(row) for row in range(box.count())] == ["auto", "cuda:0", "cpu"]
