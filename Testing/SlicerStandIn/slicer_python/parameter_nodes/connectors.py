"""Which widgets can show which types, and how: as much of Slicer 5.12's list as is modelled."""

import typing

import slicer


class Connector:
    """Reads a widget's value, writes it, and tells of its changes.

    Attributes:
        widgetClasses: C++ names of the widgets; a subclass of them is another widget.
        changeSignal: emitted when the widget's value changes.
        valueProperty: holds the value.
        shows: the type that the widgets can show.
    """

    widgetClasses: typing.ClassVar[tuple[str, ...]] = ()
    changeSignal: typing.ClassVar[str] = ""
    valueProperty: typing.ClassVar[str] = ""
    shows: typing.ClassVar[type] = object

    def __init__(self, widget, kind):
        self._widget, self._type, self._callback = widget, kind, None

    def read(self):
        """Return the widget's value."""
        return getattr(self._widget, self.valueProperty)

    def write(self, value) -> None:
        """Show a value; the cursor in a text stays where it is if the text does."""
        if value != self.read():
            setattr(self._widget, self.valueProperty, value)

    def onChanged(self, callback) -> None:
        """Call back at every change of the widget's value, or with None no longer."""
        if self._callback is not None:
            self._widget.disconnect(self.changeSignal, self._changed)
        self._callback = callback
        if callback is not None:
            self._widget.connect(self.changeSignal, self._changed)

    def _changed(self, *_values) -> None:
        if self._callback is not None:
            self._callback()


class CheckBoxConnector(Connector):
    """A check box that is ticked or not."""

    widgetClasses = ("QCheckBox", "ctkCheckBox")
    changeSignal = "stateChanged(int)"
    valueProperty, shows = "checked", bool


class LineEditConnector(Connector):
    """A line of text."""

    widgetClasses = ("QLineEdit",)
    changeSignal = "textChanged(QString)"
    valueProperty, shows = "text", str


class NodeConnector(Connector):
    """A selector of nodes; it takes the node type from the parameter."""

    widgetClasses = ("qMRMLNodeComboBox",)
    changeSignal = "currentNodeChanged(vtkMRMLNode*)"
    shows = slicer.vtkMRMLNode

    def __init__(self, widget, kind):
        super().__init__(widget, kind)
        widget.nodeTypes = (kind.__name__,)

    def read(self):
        """Return the current node."""
        return self._widget.currentNode()

    def write(self, value) -> None:
        """Select a node, or none."""
        self._widget.setCurrentNode(value)


def createConnector(widget, kind) -> Connector:
    """Return what connects a widget with a type.

    Raises:
        RuntimeError: the widget cannot show the type, or only Slicer itself knows how.
    """
    for connector in Connector.__subclasses__():
        if widget.className() in connector.widgetClasses and issubclass(kind, connector.shows):
            return connector(widget, kind)
    raise RuntimeError(
        f"Unable to create GUI connector from datatype '{kind}' to widget {widget.className()}; "
        "Slicer may know how, the stand-in does not"
    )


def widget_classes_for(typeName: str) -> set[str] | None:
    """Return the C++ names of the widgets that can show a type, None for a type not known by name.

    For checks of .ui files, which know types by their names alone.
    """
    plain = {"bool": bool, "str": str}
    kind = plain.get(typeName) or getattr(slicer, typeName.rsplit(".", 1)[-1], None)
    if kind is None:
        return None
    able = [each for each in Connector.__subclasses__() if issubclass(kind, each.shows)]
    return {name for each in able for name in each.widgetClasses}
