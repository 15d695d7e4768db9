"""ctkDoubleRangeSlider and ctkRangeWidget."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ..api import ApiObject
from .ctk_sliders import row


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
        row(self, self._boxes[0], self._slider, self._boxes[1])
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
