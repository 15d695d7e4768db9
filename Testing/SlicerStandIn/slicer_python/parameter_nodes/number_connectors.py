"""Widgets of numbers: they take range, digits and step from the parameter."""

from .annotations import (
    Decimals,
    Maximum,
    Minimum,
    SingleStep,
    WithinRange,
    findFirstAnnotation,
    splitAnnotations,
    unannotatedType,
)
from .gui_connector import PropertyConnector


class IntegerConnector(PropertyConnector):
    """A slider or spin box of whole numbers."""

    widgetClasses = ("QSlider", "QSpinBox")
    changeSignal = "valueChanged(int)"
    valueProperty, shows = "value", (int,)
    unlimited = (-(2**31), 2**31 - 1)

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        self._setStep()
        self._setLimits()

    def _setStep(self) -> None:
        step = self._annotation(SingleStep)
        if step is not None:
            self._widget.singleStep = step.value

    def _setLimits(self) -> None:
        low, high = self._limits()
        if self._needsLimits() and None in (low, high):
            raise RuntimeError(f"A {self._widget.className()} needs a range of its parameter.")
        self._widget.minimum = self.unlimited[0] if low is None else low
        self._widget.maximum = self.unlimited[1] if high is None else high

    def _limits(self) -> tuple:
        both = self._annotation(WithinRange)
        if both is not None:
            return both.minimum, both.maximum
        low, high = self._annotation(Minimum), self._annotation(Maximum)
        return (low and low.minimum, high and high.maximum)

    def _needsLimits(self) -> bool:
        return self._widget.className() == "QSlider"


class NumberConnector(IntegerConnector):
    """A slider or spin box of numbers with digits after the point."""

    widgetClasses = (
        "QDoubleSpinBox",
        "ctkSliderWidget",
        "qMRMLSliderWidget",
        "ctkDoubleSlider",
        "ctkDoubleSpinBox",
        "qMRMLSpinBox",
    )
    changeSignal = "valueChanged(double)"
    shows = (float, int)
    unlimited = (float("-inf"), float("inf"))

    def __init__(self, widget, datatype):
        decimals = findFirstAnnotation(splitAnnotations(datatype)[1], Decimals)
        if unannotatedType(datatype) is int:
            decimals = Decimals(0)
        if decimals is not None and widget.className() != "ctkDoubleSlider":
            widget.decimals = decimals.value
        super().__init__(widget, datatype)

    def read(self):
        """Return the number in the type of the parameter."""
        return self._type(super().read())

    def write(self, value) -> None:
        """Show the number."""
        super().write(self._type(value))

    def _needsLimits(self) -> bool:
        return self._widget.className() in ("ctkSliderWidget", "qMRMLSliderWidget")
