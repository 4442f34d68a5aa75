"""A file of preferences that holds anything: the window opens with the usual settings."""

import json
import os
from pathlib import Path

import pytest

from colorizer.settings import Settings
from gui.session.preferences import Preferences
from gui.session.session import Session

VALUES = [None, True, -1, 1e300, "", "a\0b", "x" * 5000, [], [[]], [1, "a"], {}, {"a": []}]
NAMES = ["out", "settings", "presets", "theme", "language", "geometry", "splitter", "watched",
         "recent_colours", "keep_records", "pause_on_battery", "start_watched",
         "shots"]  # fmt: skip
WHOLE = {
    "no JSON": "{half",
    "nested deep": "[" * 200_000,
    "nested deep in a value": '{"settings": ' + "[" * 200_000,
    "another kind": '["theme"]',
    "not UTF-8": b"\xff\xfe\x00{",
    "large": b" " * (17 << 20),
}


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "profile").mkdir()
    return tmp_path / "profile"


def opened(qapp, folder: Path) -> None:
    """Open and close a window as the program does, and check that it has the usual settings."""
    from colorizer.engine.queue import Queue
    from gui.app.window import Window
    from gui.style.theme import apply_theme
    from gui.words.language import use_language

    preferences = Preferences(folder)
    assert preferences.settings == Settings()
    apply_theme(qapp, preferences.get("theme", "system"))
    use_language(qapp, preferences.get("language", "system"))
    window = Window(Session(preferences, Queue(preferences.queue_file)))
    window.show()
    window.close()


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_preferences_that_are_none_are_told_in_one_line(folder, caplog, data):
    file = folder / "preferences.json"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert Preferences(folder).settings == Settings()
    (line,) = caplog.messages
    assert str(file) in line
    assert "\n" not in line


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of POSIX")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop"])
def test_preferences_that_are_no_regular_file_are_not_read(folder, caplog, kind):
    file = folder / "preferences.json"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to("/dev/zero" if kind == "device" else file)
    assert Preferences(folder).settings == Settings()
    assert len(caplog.messages) == 1


def test_no_preferences_are_no_fault(folder, caplog):
    assert Preferences(folder).settings == Settings()
    assert caplog.messages == []


MANY = [*VALUES, {"size": "wide"}, {"strength": []}, {"hints": 3}, {"size": 1e300}]


@pytest.mark.parametrize("value", MANY, ids=lambda value: repr(value)[:20])
def test_presets_and_settings_of_any_kind_are_none(folder, value):
    told = {"presets": {"mine": value, "": value}, "settings": value}
    (folder / "preferences.json").write_text(json.dumps(told))
    kept = Preferences(folder)
    assert kept.settings == Settings()
    assert all(one == Settings() for one in kept.presets.all().values())
    assert isinstance(kept.out, Path)


@pytest.mark.parametrize(
    "value",
    [pytest.param(v, marks=() if v in (-1, [1, "a"]) else pytest.mark.slow) for v in MANY],
    ids=lambda value: repr(value)[:20],
)
def test_the_window_opens_with_values_of_any_kind(qapp, folder, value):
    told = dict.fromkeys(NAMES, value) | {"schema": value}
    (folder / "preferences.json").write_text(json.dumps(told))
    opened(qapp, folder)
