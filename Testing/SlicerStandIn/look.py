"""How Slicer looks: the Fusion style, a small plain font, light or dark colours."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

_POINTS = 9
_DARK = {
    "Window": "#2b2b2b",
    "WindowText": "#e4e4e4",
    "Base": "#1e1e1e",
    "AlternateBase": "#2b2b2b",
    "Text": "#e4e4e4",
    "Button": "#353535",
    "ButtonText": "#e4e4e4",
    "ToolTipBase": "#353535",
    "ToolTipText": "#e4e4e4",
    "Highlight": "#2a82da",
    "HighlightedText": "#ffffff",
    "Link": "#5ab0ff",
    "PlaceholderText": "#9a9a9a",
}
_LIGHT = {"Window": "#efefef", "Button": "#efefef", "Base": "#ffffff"}


def give_slicer_look(app: QtWidgets.QApplication, dark: bool = False) -> None:
    """Set style, font and colours of the application."""
    app.setStyle("Fusion")
    families = QtGui.QFontDatabase.families()
    family = next((one for one in ("DejaVu Sans", "Noto Sans") if one in families), "")
    app.setFont(QtGui.QFont(family or app.font().family(), _POINTS))
    colours = _DARK if dark else _LIGHT
    palette = QtGui.QPalette(QtGui.QColor(colours["Button"]), QtGui.QColor(colours["Window"]))
    for name, colour in colours.items():
        palette.setColor(getattr(QtGui.QPalette.ColorRole, name), QtGui.QColor(colour))
    grey = QtGui.QColor("#7f7f7f")
    for role in ("WindowText", "Text", "ButtonText"):
        disabled = QtGui.QPalette.ColorGroup.Disabled
        palette.setColor(disabled, getattr(QtGui.QPalette.ColorRole, role), grey)
    app.setPalette(palette)
    app.setAttribute(QtCore.Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
