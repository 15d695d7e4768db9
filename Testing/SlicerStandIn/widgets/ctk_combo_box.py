"""ctkComboBox."""

from __future__ import annotations

from PySide6 import QtGui, QtWidgets

from ..api import ApiObject


class ctkComboBox(ApiObject, QtWidgets.QComboBox):
    """A combo box that shows `defaultText` while nothing is chosen."""

    passive = frozenset({"defaultIcon", "elideMode", "scrollWheelEffect"})
    follows = {"defaultText": "update"}  # noqa: RUF012 - not to be changed

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionComboBox()
        self.initStyleOption(option)
        if self.currentIndex() < 0:
            option.currentText = self.remembered("defaultText")
        painter.drawComplexControl(QtWidgets.QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_ComboBoxLabel, option)
