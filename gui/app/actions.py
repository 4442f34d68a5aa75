"""Every action of the window: its words, key, icon; menus and toolbar made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from gui.app.icons import icon


@dataclass
class Actions:
    """The actions by name; `text` holds the window's translation."""

    by_name: dict[str, QAction] = field(default_factory=dict)
    icons: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def make(
        self,
        parent: QObject,
        name: str,
        text: str,
        keys: str | QKeySequence.StandardKey | None = None,
        *,
        icon_name: str = "",
        tip: str = "",
        checkable: bool = False,
    ) -> QAction:
        """Create one action; its key is shown in menus and in its tip."""
        action = QAction(text, parent)
        action.setObjectName(name)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.setCheckable(checkable)
        plain = text.replace("&", "").rstrip("…")
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip((tip or plain) + (f" ({key})" if key else ""))
        if icon_name:
            self.icons[name] = icon_name
        self.by_name[name] = action
        return action

    def paint(self, widget: QWidget) -> None:
        """Draw the icons again in the colours of the window."""
        colour = widget.palette().buttonText().color()
        for name, shape in self.icons.items():
            self.by_name[name].setIcon(icon(shape, colour))

    def fill(self, target: QMenu | QToolBar, names: Iterable[str | None]) -> None:
        """Add actions to a menu or toolbar; None is a line."""
        for name in names:
            if name is None:
                target.addSeparator()
            else:
                target.addAction(self.by_name[name])

    def menu(self, bar: QMenuBar, title: str, names: Iterable[str | None]) -> QMenu:
        """Add a menu of actions to the menu bar."""
        menu = bar.addMenu(title)
        self.fill(menu, names)
        return menu
