"""The segment editor's effects: names and buttons. What they do to voxels is not modelled."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from ..api import ApiObject

NO_EFFECT = "NULL"

# Title and whether the effect works on the selected segment alone, in the order of registration.
EFFECTS = {
    "Paint": True,
    "Erase": True,
    "Scissors": True,
    "Draw": True,
    "Fill between slices": False,
    "Grow from seeds": False,
    "Hollow": True,
    "Islands": True,
    "Level tracing": True,
    "Logical operators": True,
    "Margin": True,
    "Mask volume": True,
    "Smoothing": True,
    "Threshold": True,
}


class qSlicerSegmentEditorAbstractEffect(ApiObject, QtCore.QObject):
    """One effect: it can be chosen."""

    def __init__(self, name: str, editor: QtWidgets.QWidget) -> None:
        super().__init__(editor)
        self._name = name

    def name(self) -> str:
        return self._name

    title = name

    def perSegment(self) -> bool:
        return EFFECTS[self._name]

    def setCommonParameter(self, name: str, value: Any) -> None:
        """Keep a parameter that all effects share where Slicer keeps it, in the editor's node."""
        self.parent().mrmlSegmentEditorNode().SetAttribute(name, str(value))


def effect_button(name: str, effect: Any, parent: QtWidgets.QWidget) -> QtWidgets.QToolButton:
    """Return the button of an effect; with no effect, the one that ends editing."""
    button = QtWidgets.QToolButton(parent)
    button.setObjectName(name)
    button.setCheckable(True)
    button.setText(name if effect else "None")
    button.setToolTip(name if effect else "No editing")
    button.setIcon(_icon(name if effect else ""))
    button.setIconSize(QtCore.QSize(22, 22))
    policy = QtWidgets.QSizePolicy.Policy
    button.setSizePolicy(policy.Minimum, policy.Preferred)
    return button


def _icon(name: str) -> QtGui.QIcon:
    """A sign for the button: Slicer's own pictures are not at hand."""
    pixmap = QtGui.QPixmap(44, 44)
    pixmap.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(pixmap)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    font = painter.font()
    font.setPixelSize(24)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QtGui.QPen(QtGui.QColor(90, 90, 90), 3))
    if name:
        painter.setBrush(QtGui.QColor.fromHsv(37 * list(EFFECTS).index(name) % 360, 70, 225))
        painter.drawRoundedRect(3, 3, 38, 38, 9, 9)
        painter.drawText(pixmap.rect(), QtCore.Qt.AlignmentFlag.AlignCenter, name[:2])
    else:
        corners = [(12, 6), (12, 36), (20, 29), (26, 40), (30, 38), (25, 27), (35, 26)]
        painter.setBrush(QtCore.Qt.GlobalColor.white)
        painter.drawPolygon(QtGui.QPolygon([QtCore.QPoint(*one) for one in corners]))
    painter.end()
    return QtGui.QIcon(pixmap)
