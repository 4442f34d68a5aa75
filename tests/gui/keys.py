"""Ctrl and Shift as a keyboard sends them: pressed, and let go of.

`QTest.keyClick` and `mouseClick` with a modifier leave it held: the last event has it, and Qt
takes it for held until another event comes. A view then toggles a row that is only to be chosen.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

_KEYS = {
    Qt.KeyboardModifier.ControlModifier: Qt.Key.Key_Control,
    Qt.KeyboardModifier.ShiftModifier: Qt.Key.Key_Shift,
    Qt.KeyboardModifier.AltModifier: Qt.Key.Key_Alt,
}


@contextmanager
def held(modifier: Qt.KeyboardModifier) -> Iterator[None]:
    """Hold a modifier inside the block."""
    keyboard = QWidget()  # the widget of the events between may be gone at the end
    QTest.keyPress(keyboard, _KEYS[modifier], modifier)
    assert QApplication.keyboardModifiers() == modifier
    try:
        yield
    finally:
        QTest.keyRelease(keyboard, _KEYS[modifier])


def click(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    """Press a key and let go of it while a modifier is held."""
    with held(modifier):
        QTest.keyClick(widget, key, modifier)


def let_go() -> Qt.KeyboardModifier:
    """Let go of all modifiers; return those that were held."""
    before = QApplication.keyboardModifiers()
    for modifier, key in _KEYS.items():
        if before & modifier:
            QTest.keyRelease(QWidget(), key)
    return before
