"""Which action is in which menu and toolbar."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QMenuBar, QToolBar, QToolButton

from gui.app.action_table import start_words
from gui.app.actions import Actions
from gui.app.choices import Choices
from gui.session.look import Mode

_MODES = [mode.value for mode in Mode]
_PRIMARY = """
QToolButton { padding: 2px 6px; border: 1px solid palette(mid); border-radius: 4px; }
QToolButton:enabled { border-color: palette(highlight); background: palette(base); }
QToolButton:enabled:hover, QToolButton:enabled:focus { border: 2px solid palette(highlight); }
QToolButton:pressed { background: palette(midlight); }
"""
"""Looks of the button that people press most."""
ROW_MENU = (
    "open", "reveal", "record", None, "cancel", "retry", "remove", "settings_selected",
    "preset_selected", None, "top", "up", "down", "bottom",
)  # fmt: skip
"""Of one row of the queue; None is a line."""
STRIP_MENU = ("part_begin", "part_end", "part_whole", "cut", "move_cut")
"""Of the strip of a film."""


def fill_menus(bar: QMenuBar, actions: Actions, choices: Choices) -> None:
    """Make all menus."""
    actions.menu(bar, _tr("&File"), [
        "add_files", "add_folder", None, "watch", "unwatch", "start_watched", None, "import",
        "export", None, "settings", None, "quit",
    ])  # fmt: skip
    queue = actions.menu(bar, _tr("&Queue"), [
        "start", "stop_after", "engine_again", None, "retry_failed", "clear_done", None,
        *ROW_MENU, None, "battery", "records",
    ])  # fmt: skip
    actions.menu(queue, _tr("When all is done"), choices.wishes)
    actions.menu(
        bar,
        _tr("&Edit"),
        [
            "undo",
            "redo",
            None,
            "paste",
            "copy_look",
            "paste_look",
            None,
            "hint",
            "references",
            None,
            "find",
        ],
    )
    view = actions.menu(bar, _tr("&View"), [
        *_MODES, "blink", None, "fit", "one", "zoom_in", "zoom_out", None, "unsure", "follow",
        "grid", None,
    ])  # fmt: skip
    actions.menu(view, _tr("&Colours of the window"), choices.themes)
    actions.menu(view, _tr("&Language"), choices.languages)
    actions.menu(bar, _tr("Fil&m"), [
        "play", "play_back", "stand", "play_on", None, "step_back", "step_on", "go_to", None,
        "part_begin", "part_end", "part_whole", None, "shot_back",
        "shot_on", None, "find_shots", "cut", "join", "move_cut", None, "shots",
    ])  # fmt: skip
    actions.menu(bar, _tr("&Help"), [
        "manual", "shortcuts", None, "models", "log", "diagnostics", None, "about",
    ])  # fmt: skip


def main_toolbar(actions: Actions) -> QToolBar:
    """Return the toolbar of the window."""
    bar = QToolBar(_tr("Toolbar"))
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    actions.fill(bar, ["add_files", "add_folder", None, "start", "stop_after", None, "settings"])
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    _make_primary(bar, actions)
    return bar


def _make_primary(bar: QToolBar, actions: Actions) -> None:
    """Let Start stand out, and keep its width whatever it says, so that nothing moves."""
    button = bar.widgetForAction(actions["start"])
    assert isinstance(button, QToolButton)
    button.setObjectName("primary")
    button.setStyleSheet(_PRIMARY)
    font = QFont(button.font())
    font.setWeight(QFont.Weight.DemiBold)
    button.setFont(font)
    words, now, widths = actions["start"].text(), button.text(), []
    for text in start_words():
        actions["start"].setText(text)
        widths.append(button.sizeHint().width())
    actions["start"].setText(words)
    assert button.text() == now
    button.setFixedWidth(max(widths))


def picture_toolbar(actions: Actions) -> QToolBar:
    """Return the bar above the picture."""
    bar = QToolBar(_tr("Picture"))
    bar.setMovable(False)
    actions.fill(bar, [*_MODES, None, "fit", "one", None, "hint", "unsure"])
    return bar


def _tr(text: str) -> str:
    return QCoreApplication.translate("menus", text)
