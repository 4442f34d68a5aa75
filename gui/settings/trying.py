"""Actions of dialogs that may be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from colorizer.errors import ColorizerError
from gui.style.plain import warn
from gui.words.text import said

Value = TypeVar("Value")


def tried(parent: QWidget, action: Callable[[], Value]) -> Value | None:
    """Return what the action gives, None after saying over `parent` what was wrong."""
    try:
        return action()
    except ColorizerError as error:
        warn(said(str(error)), parent)
        return None
