"""ctkCollapsibleButton and ctkCollapsibleGroupBox."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ..api import ApiObject

_STYLE = QtWidgets.QStyle


class _HidesChildren:
    """Collapsing hides the children that were to be seen, opening shows just these again."""

    _hidden: tuple[QtWidgets.QWidget, ...] = ()

    def _show_children(self, shown: bool) -> None:
        if not shown:
            widgets = [child for child in self.children() if isinstance(child, QtWidgets.QWidget)]
            self._hidden = tuple(one for one in widgets if not one.isHidden())
        for widget in self._hidden:
            widget.setVisible(shown)


class ctkCollapsibleButton(ApiObject, _HidesChildren, QtWidgets.QAbstractButton):
    """A section with a button for its head; checked and collapsed are each other's opposite."""

    follows = {"collapsedHeight": "updateGeometry"}  # noqa: RUF012 - not to be changed

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._collapsed = False
        self._open_height = self.maximumHeight()
        self.setCheckable(True)
        self.setChecked(True)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Minimum, policy.Preferred)
        self.setContentsMargins(0, self._button_size().height(), 0, 0)
        self.setBackgroundRole(QtGui.QPalette.ColorRole.Window)
        self.toggled.connect(lambda checked: self._collapse(not checked))

    def collapsed(self) -> bool:
        return self._collapsed

    def setCollapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    def _collapse(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        if collapsed:
            self._open_height = self.maximumHeight()
            self.setMaximumHeight(self.sizeHint().height())
        else:
            self.setMaximumHeight(self._open_height)
        self._show_children(not collapsed)
        self.updateGeometry()
        self.emit_signal("contentsCollapsed(bool)", collapsed)

    def _style_option(self) -> QtWidgets.QStyleOptionButton:
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.text = self.text()
        raised = _STYLE.StateFlag.State_Sunken if self.isDown() else _STYLE.StateFlag.State_Raised
        option.state |= raised
        option.rect.setHeight(self._button_size().height())
        return option

    def _button_size(self) -> QtCore.QSize:
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        metric = self.style().pixelMetric
        indicator = metric(_STYLE.PixelMetric.PM_IndicatorWidth, option, self)
        spacing = metric(_STYLE.PixelMetric.PM_CheckBoxLabelSpacing, option, self)
        text = self.fontMetrics().size(QtCore.Qt.TextFlag.TextShowMnemonic, self.text() or "XXXX")
        height = max(metric(_STYLE.PixelMetric.PM_IndicatorHeight, option, self), text.height())
        size = QtCore.QSize(indicator + spacing + text.width(), height)
        return self.style().sizeFromContents(_STYLE.ContentsType.CT_PushButton, option, size, self)

    def sizeHint(self) -> QtCore.QSize:
        closed = self._button_size() + QtCore.QSize(0, self.remembered("collapsedHeight"))
        layout = self.layout()
        if self._collapsed or layout is None:
            return closed
        return layout.totalSizeHint().expandedTo(closed)

    def minimumSizeHint(self) -> QtCore.QSize:
        if self._collapsed:
            return self.sizeHint()
        layout = self.layout()
        button = self._button_size()
        return button if layout is None else layout.totalMinimumSize().expandedTo(button)

    def hitButton(self, position: QtCore.QPoint) -> bool:
        return position.y() < self._button_size().height()

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        option = self._style_option()
        style = self.style()
        style.drawControl(_STYLE.ControlElement.CE_PushButtonBevel, option, painter, self)
        head = option.rect
        arrow = QtWidgets.QStyleOption()
        arrow.initFrom(self)
        arrow.rect = QtCore.QRect(8, head.center().y() - 6, 12, 12)
        element = _STYLE.PrimitiveElement
        shape = element.PE_IndicatorArrowRight if self._collapsed else element.PE_IndicatorArrowDown
        style.drawPrimitive(shape, arrow, painter, self)
        flags = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter
        flags = int(flags) | int(QtCore.Qt.TextFlag.TextHideMnemonic)
        role = QtGui.QPalette.ColorRole.ButtonText
        text = head.adjusted(26, 0, -6, 0)
        style.drawItemText(
            painter, text, flags, option.palette, self.isEnabled(), option.text, role
        )


class ctkCollapsibleGroupBox(ApiObject, _HidesChildren, QtWidgets.QGroupBox):
    """A group box whose title opens and closes it."""

    passive = frozenset({"collapsedHeight"})

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self._open_height = self.maximumHeight()
        self.toggled.connect(self._open)

    def collapsed(self) -> bool:
        return not self.isChecked()

    def setCollapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    def _open(self, opened: bool) -> None:
        if not opened:
            self._open_height = self.maximumHeight()
            height = self.fontMetrics().height() + self.remembered("collapsedHeight")
            self.setMaximumHeight(height)
        else:
            self.setMaximumHeight(self._open_height)
        self._show_children(opened)
        self.updateGeometry()

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        """Draw an arrow in place of the check mark; a closed box has no frame."""
        option = QtWidgets.QStyleOptionGroupBox()
        self.initStyleOption(option)
        control, part = _STYLE.ComplexControl.CC_GroupBox, _STYLE.SubControl
        mark = self.style().subControlRect(control, option, part.SC_GroupBoxCheckBox, self)
        option.subControls &= ~part.SC_GroupBoxCheckBox
        if self.collapsed():
            option.subControls &= ~part.SC_GroupBoxFrame
        painter = QtWidgets.QStylePainter(self)
        label = self.style().subControlRect(control, option, part.SC_GroupBoxLabel, self)
        option.subControls &= ~part.SC_GroupBoxLabel
        painter.drawComplexControl(control, option)
        label.moveLeft(mark.right() + 4)
        align = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft
        painter.setPen(option.palette.color(QtGui.QPalette.ColorRole.WindowText))
        painter.drawText(label.adjusted(0, 0, 200, 0), int(align), self.title().replace("&", ""))
        arrow = QtWidgets.QStyleOption()
        arrow.initFrom(self)
        arrow.rect = mark
        element = _STYLE.PrimitiveElement
        closed, opened = element.PE_IndicatorArrowRight, element.PE_IndicatorArrowDown
        painter.drawPrimitive(closed if self.collapsed() else opened, arrow)
