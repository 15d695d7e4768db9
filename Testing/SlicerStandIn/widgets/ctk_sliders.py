"""ctkDoubleSpinBox, ctkSliderWidget, ctkDoubleRangeSlider and ctkRangeWidget.

A value is held as a number, rounded to the decimals and kept in the range; the parts that show it
are brought after it. Signals come only when a value has changed.
"""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ..api import ApiObject

_STEPS = 1000


def _row(widget: QtWidgets.QWidget, *parts: QtWidgets.QWidget) -> None:
    layout = QtWidgets.QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        layout.addWidget(part)


class ctkDoubleSpinBox(ApiObject, QtWidgets.QWidget):
    """A spin box inside a widget; of the ways of handling decimals only the fixed one is modelled."""

    passive = frozenset({"decimalsOption", "sizeHintPolicy", "setMode", "invertedControls"})
    FixedDecimals, DecimalsByShortcuts, DecimalsByKey, DecimalsByValue = 0x0, 0x1, 0x2, 0x4
    InsertDecimals, ReplaceDecimals, DecimalsAsMax, DecimalsAsMin = 0x8, 0x10, 0x20, 0x40

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QtWidgets.QDoubleSpinBox()
        _row(self, self._box)
        self.setFocusProxy(self._box)
        self._box.valueChanged.connect(self._changed)
        self._box.editingFinished.connect(lambda: self.emit_signal("editingFinished()"))

    def _changed(self, value: float) -> None:
        self.emit_signal("valueChanged(double)", value)
        self.emit_signal("valueChanged(QString)", self._box.text())

    def value(self) -> float:
        return self._box.value()

    def setValue(self, value: float) -> None:
        self._box.setValue(value)

    setValueIfDifferent = setValue

    def minimum(self) -> float:
        return self._box.minimum()

    def setMinimum(self, value: float) -> None:
        self._box.setMinimum(value)

    def maximum(self) -> float:
        return self._box.maximum()

    def setMaximum(self, value: float) -> None:
        self._box.setMaximum(value)

    def decimals(self) -> int:
        return self._box.decimals()

    def setDecimals(self, decimals: int) -> None:
        if decimals != self._box.decimals():
            self._box.setDecimals(decimals)
            self.emit_signal("decimalsChanged(int)", decimals)

    def singleStep(self) -> float:
        return self._box.singleStep()

    def setSingleStep(self, step: float) -> None:
        self._box.setSingleStep(step)

    def suffix(self) -> str:
        return self._box.suffix()

    def setSuffix(self, suffix: str) -> None:
        self._box.setSuffix(suffix)

    def prefix(self) -> str:
        return self._box.prefix()

    def setPrefix(self, prefix: str) -> None:
        self._box.setPrefix(prefix)

    def isReadOnly(self) -> bool:
        return self._box.isReadOnly()

    def setReadOnly(self, on: bool) -> None:
        self._box.setReadOnly(on)

    def stepUp(self) -> None:
        self._box.stepUp()

    def stepDown(self) -> None:
        self._box.stepDown()


class ctkSliderWidget(ApiObject, QtWidgets.QWidget):
    """A slider and a spin box of one value."""

    passive = frozenset(
        {"invertedAppearance", "invertedControls", "pageStep", "popupSlider", "spinBoxAlignment"}
        | {"synchronizeSiblings", "tickInterval", "tickPosition", "tracking"}
    )

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._box = QtWidgets.QDoubleSpinBox()
        _row(self, self._slider, self._box)
        self._value = self._box.value()
        self._slider.valueChanged.connect(self._slid)
        self._box.valueChanged.connect(self._take)

    def _slid(self, position: int) -> None:
        low, high, step = self.minimum(), self.maximum(), self.singleStep()
        value = low + (high - low) * position / _STEPS
        self.setValue(low + round((value - low) / step) * step)

    def _take(self, value: float) -> None:
        if value == self._value:
            return
        self._value = value
        self._show()
        if not self.remembered("tracking"):
            self.emit_signal("valueIsChanging(double)", value)
        self.emit_signal("valueChanged(double)", value)

    def _show(self) -> None:
        span = self.maximum() - self.minimum()
        blocked = self._slider.blockSignals(True)
        self._slider.setValue(round(_STEPS * (self._value - self.minimum()) / span) if span else 0)
        self._slider.blockSignals(blocked)

    def value(self) -> float:
        return self._value

    def setValue(self, value: float) -> None:
        self._box.setValue(value)

    def reset(self) -> None:
        self.setValue(min(max(0.0, self.minimum()), self.maximum()))

    def minimum(self) -> float:
        return self._box.minimum()

    def setMinimum(self, value: float) -> None:
        self._box.setMinimum(value)
        self._show()

    def maximum(self) -> float:
        return self._box.maximum()

    def setMaximum(self, value: float) -> None:
        self._box.setMaximum(value)
        self._show()

    def singleStep(self) -> float:
        return self._box.singleStep()

    def setSingleStep(self, step: float) -> None:
        self._box.setSingleStep(step)

    def decimals(self) -> int:
        return self._box.decimals()

    def setDecimals(self, decimals: int) -> None:
        self._box.setDecimals(decimals)
        self.emit_signal("decimalsChanged(int)", decimals)

    def suffix(self) -> str:
        return self._box.suffix()

    def setSuffix(self, suffix: str) -> None:
        self._box.setSuffix(suffix)

    def prefix(self) -> str:
        return self._box.prefix()

    def setPrefix(self, prefix: str) -> None:
        self._box.setPrefix(prefix)

    def spinBoxVisible(self) -> bool:
        return not self._box.isHidden()

    def setSpinBoxVisible(self, visible: bool) -> None:
        self._box.setVisible(visible)


class _RangeOfValues(ApiObject):
    """Two values, the lower never above the upper, inside a range."""

    def _start(self) -> None:
        for name in ("minimum", "maximum", "minimumValue", "maximumValue"):
            self.remember(name, self.remembered(name))

    def setMinimum(self, value: float) -> None:
        self.setRange(value, max(value, self.remembered("maximum")))

    def setMaximum(self, value: float) -> None:
        self.setRange(min(value, self.remembered("minimum")), value)

    def setRange(self, low: float, high: float) -> None:
        low, high = sorted((low, high))
        if (low, high) != (self.remembered("minimum"), self.remembered("maximum")):
            self.remember("minimum", low)
            self.remember("maximum", high)
            self.emit_signal("rangeChanged(double,double)", low, high)
        self.setValues(self.remembered("minimumValue"), self.remembered("maximumValue"))

    def setMinimumValue(self, value: float) -> None:
        self.setValues(min(value, self.remembered("maximumValue")), self.remembered("maximumValue"))

    def setMaximumValue(self, value: float) -> None:
        self.setValues(self.remembered("minimumValue"), max(value, self.remembered("minimumValue")))

    def setValues(self, low: float, high: float) -> None:
        low, high = (self._fitting(value) for value in sorted((low, high)))
        was = self.remembered("minimumValue"), self.remembered("maximumValue")
        self.remember("minimumValue", low)
        self.remember("maximumValue", high)
        self._show()
        if low != was[0]:
            self.emit_signal("minimumValueChanged(double)", low)
        if high != was[1]:
            self.emit_signal("maximumValueChanged(double)", high)
        if (low, high) != was:
            self.emit_signal("valuesChanged(double,double)", low, high)

    def _fitting(self, value: float) -> float:
        return min(max(value, self.remembered("minimum")), self.remembered("maximum"))

    def _show(self) -> None:
        self.update()


class ctkDoubleRangeSlider(_RangeOfValues, QtWidgets.QWidget):
    """A slider with two handles; it is drawn, and set by program only."""

    passive = frozenset(
        {"orientation", "singleStep", "symmetricMoves", "tickInterval", "tickPosition", "tracking"}
    )

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._start()
        self.setMinimumSize(80, 18)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        span = (self.remembered("maximum") - self.remembered("minimum")) or 1.0
        width, middle = self.width() - 14, self.height() / 2
        ends = [
            7 + width * (self.remembered(name) - self.remembered("minimum")) / span
            for name in ("minimumValue", "maximumValue")
        ]
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().mid())
        painter.drawRoundedRect(QtCore.QRectF(7, middle - 2, width, 4), 2, 2)
        painter.setBrush(self.palette().highlight())
        painter.drawRect(QtCore.QRectF(ends[0], middle - 2, ends[1] - ends[0], 4))
        painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Dark))
        painter.setBrush(self.palette().button())
        for end in ends:
            painter.drawRoundedRect(QtCore.QRectF(end - 5, middle - 7, 10, 14), 3, 3)


class ctkRangeWidget(_RangeOfValues, QtWidgets.QWidget):
    """Two spin boxes with a slider between them."""

    passive = frozenset(
        {"autoSpinBoxWidth", "spinBoxAlignment", "spinBoxTextAlignment", "symmetricMoves"}
        | {"tickInterval", "tracking"}
    )

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes = QtWidgets.QDoubleSpinBox(), QtWidgets.QDoubleSpinBox()
        self._slider = ctkDoubleRangeSlider()
        _row(self, self._boxes[0], self._slider, self._boxes[1])
        self._start()
        self._show()
        self._boxes[0].valueChanged.connect(self.setMinimumValue)
        self._boxes[1].valueChanged.connect(self.setMaximumValue)

    def _show(self) -> None:
        low, high = self.remembered("minimum"), self.remembered("maximum")
        values = self.remembered("minimumValue"), self.remembered("maximumValue")
        for box, value in zip(self._boxes, values, strict=True):
            blocked = box.blockSignals(True)
            box.setRange(low, high)
            box.setValue(value)
            box.blockSignals(blocked)
        self._slider.setRange(low, high)
        self._slider.setValues(*values)

    def _fitting(self, value: float) -> float:
        return round(super()._fitting(value), self.decimals())

    def decimals(self) -> int:
        return self.remembered("decimals")

    def setDecimals(self, decimals: int) -> None:
        self.remember("decimals", decimals)
        for box in self._boxes:
            box.setDecimals(decimals)

    def setSingleStep(self, step: float) -> None:
        self.remember("singleStep", step)
        for box in self._boxes:
            box.setSingleStep(step)

    def setSuffix(self, suffix: str) -> None:
        self.remember("suffix", suffix)
        for box in self._boxes:
            box.setSuffix(suffix)

    def setPrefix(self, prefix: str) -> None:
        self.remember("prefix", prefix)
        for box in self._boxes:
            box.setPrefix(prefix)

    def reset(self) -> None:
        self.setValues(self.remembered("minimum"), self.remembered("maximum"))
