"""The window without a mouse and without eyes: names of controls, keys that don't collide."""

import re
from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QWidget,
)

from gui.app.help_windows import LogWindow, TextWindow, about_html, shortcuts_html
from gui.app.manual_window import ManualWindow
from gui.app.models_dialog import ModelsDialog
from gui.settings.settings_dialog import SettingsDialog
from gui.style.plain import message_box
from gui.words.language import Words, languages, read_words
from tests.gui.conftest import draw_scans, make_window

CONTROLS = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit
)  # fmt: skip
HOLDERS = (QScrollBar, QTabBar, QTabWidget, QScrollArea, QLabel)
"""What can have the keys but is no control itself."""
INNER = ("qt_", "Scroll")
"""Beginnings of the names of Qt's own parts."""


@pytest.fixture(scope="module", params=languages())
def window(request, qapp, settings, tmp_path_factory):
    code = request.param
    translator = Words(read_words(code), code, qapp)
    if code != "en":
        qapp.installTranslator(translator)
    folder = tmp_path_factory.mktemp("access")
    window = make_window(qapp, folder / "profile", settings, folder / "out")
    window.add([draw_scans(folder / "scans")])
    yield window
    window.close()
    qapp.removeTranslator(translator)


def spoken(widget):
    if isinstance(widget, QComboBox):  # Qt takes its choice for its name on Linux
        labels = [one for one in widget.window().findChildren(QLabel) if one.buddy() is widget]
        return widget.accessibleName() or "".join(one.text() for one in labels)
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def nameless(top):
    """Return the controls a person can reach whose purpose a screen reader can't say."""
    found = []
    for widget in top.findChildren(QWidget):
        inner = widget.objectName().startswith(INNER) or isinstance(widget, HOLDERS)
        part = isinstance(widget.parent(), QComboBox | QAbstractSpinBox | QLineEdit)
        popup = widget.window() is not top
        reached = widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, CONTROLS)
        if reached and not (inner or part or popup) and not spoken(widget):
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


@pytest.mark.slow
def test_every_control_has_a_name(window, until):
    until(lambda: window.session.model.rowCount() == 3)
    dialogs = [
        SettingsDialog(window.session.preferences, 2),
        ModelsDialog(window.session.engine),
        LogWindow(window.session.engine),
        ManualWindow(),
        TextWindow("About", about_html()),
        TextWindow("Keys", shortcuts_html(window.acts.by_name.values())),
        message_box("What went wrong", None, QMessageBox.Icon.Warning),
    ]
    tops = [window, *dialogs]
    assert {type(top).__name__: nameless(top) for top in tops if nameless(top)} == {}
    until(lambda: not window.session.engine._answers)
    for dialog in dialogs:
        dialog.deleteLater()


def test_no_name_is_a_sign_alone_and_no_picture_is_without_words(window, until):
    """A screen reader reads "times" for a button called by a sign."""
    until(lambda: window.session.model.rowCount() == 3)
    buttons = [b for b in window.findChildren(QAbstractButton) if b.isVisibleTo(window)]
    signs = [spoken(b) for b in buttons if not any(sign.isalnum() for sign in spoken(b))]
    inner = [b for b in buttons if b.objectName().startswith(INNER)]
    assert len(signs) <= len(inner)
    for column in range(window.queue_panel.table.model().columnCount()):
        index = window.queue_panel.table.model().index(0, column)
        assert index.data() or column > 1, "name and state are read"


def test_the_picture_and_a_field_show_that_they_have_the_keys(window, until):
    until(lambda: window.session.model.rowCount() == 3)
    window.activateWindow()
    window.queue_panel.select(window.session.model.ids()[0])
    until(lambda: window.look_panel.is_seen)
    view, search = window.look_panel.view, window.queue_panel.search
    for widget, other in ((view, search), (search, view)):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        other.setFocus(Qt.FocusReason.TabFocusReason)
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.hasFocus()
        assert widget.grab().toImage() != without, type(widget).__name__


def mnemonic(text):
    found = re.search(r"&([^&\s])", text.replace("&&", ""))
    return found[1].lower() if found else None


def doubled(texts):
    counts = Counter(filter(None, map(mnemonic, texts)))
    return {key: [t for t in texts if mnemonic(t) == key] for key, n in counts.items() if n > 1}


def test_no_two_letters_of_a_menu_or_of_the_window_are_the_same(window):
    menus = [window.menuBar(), *window.menuBar().findChildren(QMenu)]
    for menu in menus:
        assert doubled([action.text() for action in menu.actions()]) == {}
    top = [action.text() for action in window.menuBar().actions()]
    labels = [label.text() for label in window.findChildren(QLabel) if label.buddy()]
    buttons = [button.text() for button in window.findChildren(QAbstractButton)
               if button.parent() is not None and not button.inherits("QToolButton")]  # fmt: skip
    assert doubled(top + labels + buttons) == {}


def test_no_two_actions_have_the_same_key(window):
    keys = Counter(
        key.toString() for action in window.acts.by_name.values()
        for key in action.shortcuts()
    )  # fmt: skip
    assert [key for key, number in keys.items() if number > 1] == []


def test_every_action_is_in_a_menu_and_shows_its_key(window):
    in_menus = {id(a) for menu in window.menuBar().findChildren(QMenu) for a in menu.actions()}
    for name, action in window.acts.by_name.items():
        assert id(action) in in_menus, name
        if key := action.shortcut().toString(action.shortcut().SequenceFormat.NativeText):
            assert key in action.toolTip(), name


def test_tab_reaches_every_control_and_comes_back(window):
    window.activateWindow()
    first = window.queue_panel.search
    first.setFocus()
    seen, now = [], first
    while now not in seen:
        seen.append(now)
        now = now.nextInFocusChain()
    reachable = {
        w for w in window.findChildren(QWidget)
        if w.isVisibleTo(window) and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    }  # fmt: skip
    assert reachable <= set(seen)
