"""Light and dark: the palette of the window, following the system or the person's wish."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

THEMES = ("system", "light", "dark")

_LIGHT = {
    QPalette.ColorRole.Window: "#f4f4f5",
    QPalette.ColorRole.WindowText: "#1c1d20",
    QPalette.ColorRole.Base: "#ffffff",
    QPalette.ColorRole.AlternateBase: "#f7f7f8",
    QPalette.ColorRole.Text: "#1c1d20",
    QPalette.ColorRole.Button: "#ececee",
    QPalette.ColorRole.ButtonText: "#1c1d20",
    QPalette.ColorRole.BrightText: "#ffffff",
    QPalette.ColorRole.Light: "#ffffff",
    QPalette.ColorRole.Midlight: "#e2e2e5",
    QPalette.ColorRole.Mid: "#b9bac0",
    QPalette.ColorRole.Dark: "#96979e",
    QPalette.ColorRole.Shadow: "#55565c",
    QPalette.ColorRole.Highlight: "#0b6e8f",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Accent: "#0b6e8f",
    QPalette.ColorRole.Link: "#0b6e8f",
    QPalette.ColorRole.ToolTipBase: "#ffffff",
    QPalette.ColorRole.ToolTipText: "#1c1d20",
    QPalette.ColorRole.PlaceholderText: "#6b6c73",
}
_DARK = {
    QPalette.ColorRole.Window: "#2b2c30",
    QPalette.ColorRole.WindowText: "#e8e8ea",
    QPalette.ColorRole.Base: "#18191b",
    QPalette.ColorRole.AlternateBase: "#1f2022",
    QPalette.ColorRole.Text: "#e8e8ea",
    QPalette.ColorRole.Button: "#3c3d43",
    QPalette.ColorRole.ButtonText: "#e8e8ea",
    QPalette.ColorRole.BrightText: "#ffffff",
    QPalette.ColorRole.Light: "#4b4c52",
    QPalette.ColorRole.Midlight: "#46474d",
    QPalette.ColorRole.Mid: "#60616a",
    QPalette.ColorRole.Dark: "#151517",
    QPalette.ColorRole.Shadow: "#000000",
    QPalette.ColorRole.Highlight: "#1d7fa3",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Accent: "#3aa3c9",
    QPalette.ColorRole.Link: "#63bfe0",
    QPalette.ColorRole.ToolTipBase: "#3c3d43",
    QPalette.ColorRole.ToolTipText: "#e8e8ea",
    QPalette.ColorRole.PlaceholderText: "#9a9ba2",
}
_DARK_BOX = "#7c7e87"
"""Ground of a check box in a dark window: Fusion draws no edge there that can be seen."""
_FADED = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.HighlightedText,
)

OK_COLOUR = {False: QColor("#1f7a4d"), True: QColor("#5cc08c")}
"""Of a done job, by whether the window is dark."""
WARN_COLOUR = {False: QColor("#8a5a00"), True: QColor("#e0ad4a")}
BAD_COLOUR = {False: QColor("#b3261e"), True: QColor("#ff8a80")}


def apply_theme(app: QApplication, theme: str) -> None:
    """Give the application one of `THEMES`."""
    app.setStyle("Fusion")
    dark = theme == "dark" or (theme == "system" and system_is_dark())
    app.setPalette(palette(dark))
    boxes = palette(dark)
    if dark:
        boxes.setColor(QPalette.ColorRole.Base, QColor(_DARK_BOX))
    app.setPalette(boxes, "QCheckBox")  # type: ignore[arg-type]
    app.setProperty("dark", dark)


def is_dark() -> bool:
    """Whether the window is dark now."""
    app = QApplication.instance()
    return bool(app and app.property("dark"))


def system_is_dark() -> bool:
    """Whether the system asks for dark windows."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def palette(dark: bool) -> QPalette:
    """Return the colours of a light or dark window."""
    result = QPalette()
    for role, name in (_DARK if dark else _LIGHT).items():
        result.setColor(role, QColor(name))
    for role in _FADED:
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor("#7d7e85"))
    return result
