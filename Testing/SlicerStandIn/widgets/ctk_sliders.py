"""ctkDoubleSpinBox and ctkSliderWidget.

A value is held as a number, rounded to the decimals and kept in the range; the parts that show it
are brought after it. Signals come only when a value has changed.
"""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from ..api import ApiObject

_STEPS = 1000


def row(widget: QtWidgets.QWidget, *parts: QtWidgets.QWidget) -> None:
    """Lay the parts out side by side, without margins."""
    layout = QtWidgets.QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        layout.addWidget(part)


class ctkDoubleSpinBox(ApiObject, QtWidgets.QWidget):
    """A spin box inside a widget; of the ways to handle decimals only the fixed is modelled."""

    passive = frozenset({"decimalsOption", "sizeHintPolicy", "setMode", "invertedControls"})
    FixedDecimals, DecimalsByShortcuts, DecimalsByKey, DecimalsByValue = 0x0, 0x1, 0x2, 0x4
    InsertDecimals, ReplaceDecimals, DecimalsAsMax, DecimalsAsMin = 0x8, 0x10, 0x20, 0x40

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QtWidgets.QDoubleSpinBox()
        row(self, self._box)
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
        {"invertedAppearance", "invertedControls", "pageStep", "spinBoxAlignment"}
        | {"synchronizeSiblings", "tickInterval", "tickPosition", "tracking"}
    )

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._box = QtWidgets.QDoubleSpinBox()
        row(self, self._slider, self._box)
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
