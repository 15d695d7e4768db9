"""What connects a widget with a parameter: the base of all connectors."""

import abc
import typing

from .annotations import findFirstAnnotation, splitAnnotations, unannotatedType


class GuiConnector(abc.ABC):
    """Reads a widget's value, writes it, and tells of its changes.

    Attributes:
        widgetClasses: C++ names of the widgets; a subclass of them is another widget.
        changeSignal: emitted when the widget's value changes; None if there is none.
    """

    widgetClasses: typing.ClassVar[tuple[str, ...]] = ()
    changeSignal: typing.ClassVar[str | None] = None

    def __init__(self, widget, datatype):
        self._widget = widget
        self._type, self._annotations = splitAnnotations(datatype)
        self._callback = None

    @classmethod
    def canRepresent(cls, widget, datatype) -> bool:
        """Tell whether the widget can show the type, which may be annotated."""
        return widget.className() in cls.widgetClasses and cls.canShow(unannotatedType(datatype))

    @classmethod
    @abc.abstractmethod
    def canShow(cls, kind) -> bool:
        """Tell whether these widgets can show a bare type."""

    @abc.abstractmethod
    def read(self):
        """Return the widget's value."""

    @abc.abstractmethod
    def write(self, value) -> None:
        """Show a value."""

    def widget(self):
        """Return the widget."""
        return self._widget

    def onChanged(self, callback) -> None:
        """Call back at every change of the widget's value, or with None no longer."""
        if self.changeSignal and self._callback is not None:
            self._widget.disconnect(self.changeSignal, self.changed)
        self._callback = callback
        if self.changeSignal and callback is not None:
            self._widget.connect(self.changeSignal, self.changed)

    def changed(self, *_values) -> None:
        """Tell of a change."""
        if self._callback is not None:
            self._callback()

    def _annotation(self, wanted):
        return findFirstAnnotation(self._annotations, wanted)


class PropertyConnector(GuiConnector):
    """A widget whose value is one of its properties."""

    valueProperty = ""
    shows: typing.ClassVar[tuple[type, ...]] = ()

    @classmethod
    def canShow(cls, kind) -> bool:
        """Tell whether the type is one of those listed."""
        return kind in cls.shows

    def read(self):
        """Return the property."""
        return getattr(self._widget, self.valueProperty)

    def write(self, value) -> None:
        """Set the property."""
        setattr(self._widget, self.valueProperty, value)
