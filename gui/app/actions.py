"""An action as a row of a table, and the menus, toolbars and list of keys that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from gui.style.icons import icon

Words = str | Callable[[], str]
"""Fixed, or asked again at every refresh."""


def _always() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing a person can do."""

    name: str
    words: Words
    """As a menu shows it, with its letter marked by &."""
    do: Callable[[], object]
    key: str | QKeySequence.StandardKey = ""
    when: Callable[[], bool] = _always
    """Whether it can be done now."""
    icon: Words = ""
    tip: str = ""
    short: str = ""
    """Words of a toolbar's button, where those of the menu are too long."""
    on: Callable[[], bool] | None = None
    """Of one that is switched on and off: whether it is on."""
    group: str = ""
    """Of several of which one is on: their common name."""


class Actions:
    """The actions of a window by name, made of a table.

    Args:
        owner: whose keys they answer.
        table: all actions.
    """

    def __init__(self, owner: QWidget, table: Iterable[Act]) -> None:
        self._owner = owner
        self._acts = {act.name: act for act in table}
        self._groups: dict[str, QActionGroup] = {}
        self._drawn: dict[str, str] = {}
        self.by_name = {act.name: self._made(act) for act in self._acts.values()}
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def refresh(self) -> None:
        """Enable what can be done now, mark what is on."""
        for name, act in self._acts.items():
            action = self.by_name[name]
            action.setEnabled(act.when())
            if act.on is not None:
                action.setChecked(act.on())
            if callable(act.words):
                self._say(action, act)
            if callable(act.icon):
                self._draw(name)

    def paint(self) -> None:
        """Draw the icons again in the colours of the window."""
        self._drawn.clear()
        for name in self._acts:
            self._draw(name)

    def fill(self, target: QMenu | QToolBar, names: Iterable[str | None]) -> None:
        """Add actions to a menu or toolbar; None is a line."""
        for name in names:
            if name is None:
                target.addSeparator()
            else:
                target.addAction(self.by_name[name])

    def menu(self, bar: QMenuBar | QMenu, title: str, names: Iterable[str | None]) -> QMenu:
        """Add a menu of actions to the menu bar or another menu."""
        menu = bar.addMenu(title)
        self.fill(menu, names)
        return menu

    def _made(self, act: Act) -> QAction:
        action = QAction(self._owner)
        action.setObjectName(act.name)
        if act.key:
            action.setShortcut(QKeySequence(act.key))
        action.setCheckable(act.on is not None)
        if act.group:
            if act.group not in self._groups:
                self._groups[act.group] = QActionGroup(QObject(self._owner))
            self._groups[act.group].addAction(action)
        self._say(action, act)
        if act.short:
            action.setIconText(act.short)
        action.triggered.connect(lambda: self._do(act))
        return action

    def _do(self, act: Act) -> None:
        act.do()
        self.refresh()

    def _say(self, action: QAction, act: Act) -> None:
        words = act.words() if callable(act.words) else act.words
        if action.text() == words:
            return
        action.setText(words)
        plain = words.replace("&", "").rstrip("…")
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip((act.tip or plain) + (f" ({key})" if key else ""))

    def _draw(self, name: str) -> None:
        wanted = self._acts[name].icon
        shape = wanted() if callable(wanted) else wanted
        if shape and self._drawn.get(name) != shape:
            self._drawn[name] = shape
            colour = self._owner.palette().buttonText().color()
            self.by_name[name].setIcon(icon(shape, colour))
