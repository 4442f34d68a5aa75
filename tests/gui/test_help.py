import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMessageBox,
)

from gui.app.help_windows import (
    LogWindow,
    about_html,
    diagnostics,
    shortcuts_html,
    without_paths,
)
from gui.app.models_dialog import ModelsDialog
from gui.style.theme import apply_theme, is_dark


def test_every_key_is_shown_once_and_means_one_thing(shared_window):
    actions = shared_window.acts.by_name.values()
    keys = [action.shortcut().toString() for action in actions if not action.shortcut().isEmpty()]
    assert len(keys) == len(set(keys))
    html = shortcuts_html(actions)
    assert html.count("<tr>") == len(keys)


def test_every_action_is_in_a_menu(shared_window):
    found = set()

    def walk(menu):
        for action in menu.actions():
            found.add(action.objectName())
            if action.menu():
                walk(action.menu())

    for action in shared_window.menuBar().actions():
        walk(action.menu())
    assert set(shared_window.acts.by_name) <= found


def test_everything_that_takes_the_keyboard_has_a_name(shared_window):
    for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractSlider):
        for widget in shared_window.findChildren(kind):
            reachable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
            if reachable and not widget.objectName().startswith("qt_"):
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                assert text or widget.accessibleName(), widget


def test_diagnostics_have_versions_and_log_but_not_the_home_folder(shared_window, until):
    shared_window.session.engine.log.append(f"read {Path.home()}/secret/a.jpg")
    text = diagnostics(
        shared_window.session.engine, "Device: cpu", [{"name": "torch", "found": "2"}]
    )
    assert re.search(r"Colorizer \d.*\nPython \d", text)
    assert "torch: 2" in text
    assert "read <path>.jpg" in text
    assert "secret" not in text
    assert str(Path.home()) not in text


@pytest.mark.slow
def test_diagnostics_come_to_the_clipboard(shared_window, until):
    QGuiApplication.clipboard().clear()
    shared_window.acts["diagnostics"].trigger()
    until(lambda: "torch" in QGuiApplication.clipboard().text())


def test_the_log_grows_while_it_is_open(shared_window, qtbot):
    log = LogWindow(shared_window.session.engine)
    qtbot.addWidget(log)
    shared_window.session.engine.logged.emit("a new line")
    assert "a new line" in log._text.toPlainText()


def test_models_are_listed(shared_window, qtbot, until):
    dialog = ModelsDialog(shared_window.session.engine)
    qtbot.addWidget(dialog)
    until(lambda: dialog.table.rowCount() > 0)
    assert dialog.table.item(0, 0).text() == "autochrome"


@pytest.mark.slow
def test_what_is_no_weights_file_is_not_imported(
    shared_window, qtbot, until, tmp_path, monkeypatch
):
    (tmp_path / "x.safetensors").write_text("no weights")
    chosen = (str(tmp_path / "x.safetensors"), "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: chosen)
    dialog = ModelsDialog(shared_window.session.engine)
    qtbot.addWidget(dialog)
    dialog.import_.click()
    until(lambda: "x.safetensors" in dialog.answer.text())


def test_about_says_that_colours_are_guesses():
    assert "guesses" in about_html()


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_theme_reaches_the_window(qapp, shared_window, theme):
    apply_theme(QApplication.instance(), theme)
    qapp.processEvents()
    assert is_dark() == (theme == "dark")
    light = shared_window.palette().window().color().lightness() > 128
    assert light == (theme == "light")


def test_a_check_box_stands_out_in_a_dark_window(qapp, qtbot):
    """By WCAG 2.2, 1.4.11: a contrast of 3, of the box to the window and of the mark to the box."""
    apply_theme(qapp, "dark")
    box = QCheckBox()
    qtbot.addWidget(box)
    box.ensurePolished()
    colours = box.palette().window(), box.palette().base(), box.palette().text()
    window, ground, mark = (luminance(colour.color()) for colour in colours)
    apply_theme(qapp, "light")
    assert (ground + 0.05) / (window + 0.05) > 3 <= (mark + 0.05) / (ground + 0.05)


def luminance(colour):
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.slow
def test_a_first_run_is_told_of_device_speed_and_model(window, until):
    until(lambda: "SHA-256" in window.drop_area.device)
    assert "CPU" in window.drop_area.device
    assert [name for name, _ in window.session.devices][-1] == "cpu"


@pytest.mark.slow
def test_shipped_weights_are_not_removed(shared_window, qtbot, until, monkeypatch):
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    dialog = ModelsDialog(shared_window.session.engine)
    qtbot.addWidget(dialog)
    until(lambda: dialog.table.rowCount() > 0)
    dialog.remove.click()
    until(lambda: "autochrome" in dialog.answer.text())
    assert "no imported weights" in dialog.answer.text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("colorizer.engine.runner: /mnt/family/Aunt Ada 1931.tif: is cut off",
         "colorizer.engine.runner: <path>.tif: is cut off"),
        (r"C:\Users\ada\film.mkv: not found", "<path>.mkv: not found"),
        ("can't open '/a/b.jpg' now", "can't open '<path>.jpg' now"),
        ("worker process ended: exit code 1", "worker process ended: exit code 1"),
        ("took 3/4 of a second", "took 3/4 of a second"),
        ('  File "/opt/colorizer/worker.py", line 3', '  File "/opt/colorizer/worker.py", line 3'),
    ],
)  # fmt: skip
def test_diagnostics_name_no_file_of_a_person(line, expected):
    assert without_paths(line) == expected
