"""ctkPathLineEdit, ctkComboBox, ctkMenuButton, ctkFittedTextBrowser, ctkMessageBox and the like."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from ..api import ApiObject
from ..dialogs import replaced_static

_HISTORY_LENGTH = 10


class ctkPathLineEdit(ApiObject, QtWidgets.QWidget):
    """A path with its history, which the settings keep, and a button to browse for it."""

    Dirs, Files, Drives = 0x001, 0x002, 0x004
    NoSymLinks, AllEntries, TypeMask = 0x008, 0x007, 0x00F
    Readable, Writable, Executable = 0x010, 0x020, 0x040
    Hidden, System, AllDirs, NoDot, NoDotDot, NoDotAndDotDot = (
        0x100,
        0x200,
        0x400,
        0x2000,
        0x4000,
        0x6000,
    )
    passive = frozenset({"filters", "label", "nameFilters", "options", "settingKey"})
    passive |= {"minimumContentsLength", "sizeAdjustPolicy"}

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._combo = QtWidgets.QComboBox()
        self._combo.setEditable(True)
        policy = QtWidgets.QSizePolicy.Policy
        self._combo.setSizePolicy(policy.Expanding, policy.Fixed)
        self._combo.setMinimumContentsLength(6)
        self._button = QtWidgets.QToolButton()
        self._button.setText("...")
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo)
        layout.addWidget(self._button)
        self._valid = False
        self._combo.lineEdit().textChanged.connect(self._changed)
        self._button.clicked.connect(self.browse)

    def _changed(self, path: str) -> None:
        self.emit_signal("currentPathChanged(QString)", path)
        valid = Path(path).exists() if path else False
        if valid != self._valid:
            self._valid = valid
            self.emit_signal("validInputChanged(bool)", valid)

    def currentPath(self) -> str:
        return self._combo.currentText()

    def setCurrentPath(self, path: str) -> None:
        self._combo.lineEdit().setText(path)

    def showBrowseButton(self) -> bool:
        return not self._button.isHidden()

    def setShowBrowseButton(self, shown: bool) -> None:
        self._button.setVisible(shown)

    def comboBox(self) -> QtWidgets.QComboBox:
        return self._combo

    def browse(self) -> None:
        filters = int(self.remembered("filters"))
        function = "getOpenFileName" if filters & self.Files else "getExistingDirectory"
        if filters & self.Files and filters & self.Writable:
            function = "getSaveFileName"
        ask = replaced_static(QtWidgets.QFileDialog, function)
        chosen = ask(self, self.remembered("label"), self.currentPath())
        if chosen:
            self.setCurrentPath(chosen)

    def addCurrentPathToHistory(self) -> None:
        path = self.currentPath()
        if path:
            history = [path] + [one for one in self._history() if one != path]
            QtCore.QSettings().setValue(self._key(), history[:_HISTORY_LENGTH])
            self.retrieveHistory()

    def retrieveHistory(self) -> None:
        path = self.currentPath()
        blocked = self._combo.lineEdit().blockSignals(True)
        self._combo.clear()
        self._combo.addItems(self._history())
        self._combo.lineEdit().setText(path or next(iter(self._history()), ""))
        self._combo.lineEdit().blockSignals(blocked)

    def _key(self) -> str:
        return f"ctkPathLineEdit/{self.remembered('settingKey') or self.objectName()}"

    def _history(self) -> list[str]:
        value = QtCore.QSettings().value(self._key())
        return [value] if isinstance(value, str) else list(value or ())


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


class ctkPushButton(ApiObject, QtWidgets.QPushButton):
    """A push button; alignments are remembered."""

    passive = frozenset({"buttonTextAlignment", "iconAlignment", "elideMode"})


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
