"""ctkDoubleSpinBox and ctkSliderWidget: a spin box of Qt's holds the value, its range and its text.

Signals come only when a value has changed.
"""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from ..api import ApiObject

_STEPS = 1000
_OF_THE_BOX = ("value", "minimum", "maximum", "decimals", "singleStep", "suffix", "prefix")


def row(widget: QtWidgets.QWidget, *parts: QtWidgets.QWidget) -> None:
    """Lay the parts out side by side, without margins."""
    layout = QtWidgets.QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        layout.addWidget(part)


class ctkDoubleSpinBox(ApiObject, QtWidgets.QWidget):
    """A spin box inside a widget; of the ways to handle decimals only the fixed is modelled."""

    held_by = {"_box": _OF_THE_BOX}  # noqa: RUF012 - not to be changed

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QtWidgets.QDoubleSpinBox()
        row(self, self._box)
        self._box.valueChanged.connect(
            lambda value: self.emit_signal("valueChanged(double)", value)
        )
        self._box.editingFinished.connect(lambda: self.emit_signal("editingFinished()"))


class ctkSliderWidget(ApiObject, QtWidgets.QWidget):
    """A slider and a spin box of one value."""

    passive = frozenset({"pageStep", "tickInterval", "tracking"})
    held_by = {"_box": _OF_THE_BOX}  # noqa: RUF012 - not to be changed

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._box = QtWidgets.QDoubleSpinBox()
        row(self, self._slider, self._box)
        self._slider.valueChanged.connect(self._slid)
        self._box.valueChanged.connect(self._changed)

    def _slid(self, position: int) -> None:
        low, high, step = self.minimum(), self.maximum(), self.singleStep()
        value = low + (high - low) * position / _STEPS
        self.setValue(low + round((value - low) / step) * step)

    def _changed(self, value: float) -> None:
        self._show()
        if not self.remembered("tracking"):
            self.emit_signal("valueIsChanging(double)", value)
        self.emit_signal("valueChanged(double)", value)

    def _show(self) -> None:
        span = self.maximum() - self.minimum()
        place = round(_STEPS * (self.value() - self.minimum()) / span) if span else 0
        with QtCore.QSignalBlocker(self._slider):
            self._slider.setValue(place)

    def setMinimum(self, value: float) -> None:
        self._box.setMinimum(value)
        self._show()

    def setMaximum(self, value: float) -> None:
        self._box.setMaximum(value)
        self._show()
