"""ctkComboBox, ctkCheckBox, ctkMenuButton, ctkFittedTextBrowser and ctkMessageBox."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ..api import ApiObject


class ctkComboBox(ApiObject, QtWidgets.QComboBox):
    """A combo box that shows `defaultText` while nothing is chosen."""

    passive = frozenset({"defaultIcon", "elideMode", "scrollWheelEffect"})

    def setDefaultText(self, text: str) -> None:
        self.remember("defaultText", text)
        self.update()

    def setForceDefault(self, forced: bool) -> None:
        self.remember("forceDefault", forced)
        self.update()

    def currentUserDataAsString(self) -> str:
        return str(self.currentData() or "")

    def setCurrentUserDataAsString(self, text: str) -> None:
        self.setCurrentIndex(self.findData(text))

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionComboBox()
        self.initStyleOption(option)
        if self.currentIndex() < 0 or self.remembered("forceDefault"):
            option.currentText = self.remembered("defaultText")
        painter.drawComplexControl(QtWidgets.QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_ComboBoxLabel, option)


class ctkCheckBox(ApiObject, QtWidgets.QCheckBox):
    """A check box; its indicator icon is not modelled."""


class ctkMenuButton(ApiObject, QtWidgets.QPushButton):
    """A push button with a narrow arrow beside it that opens its menu."""

    def sizeHint(self) -> QtCore.QSize:
        return super().sizeHint() + QtCore.QSize(16, 0)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.position().x() > self.width() - 18 and self.menu() is not None:
            self.showMenu()
        else:
            super().mousePressEvent(event)


class ctkFittedTextBrowser(ApiObject, QtWidgets.QTextBrowser):
    """A text as high as it is long; a collapsible one shows its first part until opened."""

    passive = frozenset({"disableMouseScroll", "showDetailsText", "hideDetailsText"})

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        off = QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(off)
        self.setHorizontalScrollBarPolicy(off)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        self._collapsible = ""
        self.textChanged.connect(self._fit)

    def _fit(self) -> None:
        self.setFixedHeight(self._text_height())

    def _text_height(self) -> int:
        document = self.document()
        document.setTextWidth(self.viewport().width())
        return int(document.size().height()) + 2 * self.frameWidth()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def collapsed(self) -> bool:
        return bool(self.remembered("collapsed"))

    def setCollapsed(self, collapsed: bool) -> None:
        self.remember("collapsed", collapsed)
        if self._collapsible:
            self._show_collapsible()

    def collapsibleText(self) -> str:
        return self._collapsible

    def setCollapsibleText(self, text: str) -> None:
        self._collapsible = text
        self._show_collapsible()

    setCollapsiblePlainText = setCollapsibleText
    setCollapsibleHtml = setCollapsibleText

    def _show_collapsible(self) -> None:
        text = self._collapsible
        first = text.split("\n", 1)[0]
        if self.collapsed() and first != text:
            self.setHtml(f"{first} <a href='#'>{self.remembered('showDetailsText')}</a>")
        else:
            self.setText(text)


class ctkMessageBox(ApiObject, QtWidgets.QMessageBox):
    """A message box with "don't show again"."""

    passive = frozenset({"dontShowAgain", "dontShowAgainSettingsKey", "dontShowAgainVisible"})
    passive |= {"dontShowAgainButtonRoles"}
