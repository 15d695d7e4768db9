"""Which widgets can show which types, and how: as much of Slicer 5.12's list as is modelled."""

import enum
import inspect
import logging
import pathlib
import types
import typing

import slicer

from . import number_connectors  # noqa: F401 - createGuiConnector() finds them as subclasses
from .annotations import Choice, unannotatedType
from .gui_connector import GuiConnector, PropertyConnector

# Slicer binds these, too.
_ONLY_IN_SLICER = frozenset(
    {
        "ctkCheckablePushButton",
        "ctkColorPickerButton",
        "ctkDirectoryButton",
        "ctkDoubleRangeSlider",
        "ctkRangeWidget",
        "qMRMLRangeWidget",
    }
)

_logger = logging.getLogger("slicer")


class CheckBoxConnector(PropertyConnector):
    """A check box that is ticked or not."""

    widgetClasses = ("QCheckBox", "ctkCheckBox")
    changeSignal = "stateChanged(int)"
    valueProperty, shows = "checked", (bool,)


class PushButtonConnector(PropertyConnector):
    """A push button that stays down or not."""

    widgetClasses = ("QPushButton",)
    changeSignal = "toggled(bool)"
    valueProperty, shows = "checked", (bool,)

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        if not widget.checkable:
            _logger.warning("Push button %s is made checkable for a bool", widget.name)
            widget.checkable = True


class ChoiceConnector(GuiConnector):
    """A combo box of the values that Choice allows; it replaces what the box listed before."""

    widgetClasses = ("QComboBox", "ctkComboBox")
    changeSignal = "currentIndexChanged(int)"

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        self._list([(str(value), value) for value in self._choices()])

    @classmethod
    def canShow(cls, kind) -> bool:
        """Tell whether the type is one whose values Choice can list."""
        return kind in (int, float, str, bool)

    def read(self):
        """Return the value of the current item."""
        return self._values[self._widget.currentIndex]

    def write(self, value) -> None:
        """Make the item of a value the current one."""
        if value not in self._values:
            raise ValueError(f"Unable to find value {value} in choices {self._values}")
        self._widget.currentIndex = self._values.index(value)

    def _choices(self) -> list:
        choice = self._annotation(Choice)
        if choice is None:
            raise RuntimeError("A combo box needs the Choice annotation of its parameter.")
        return list(choice.choices)

    def _list(self, labelled: list[tuple]) -> None:
        self._values = [value for _label, value in labelled]
        self._widget.clear()
        for label, _value in labelled:
            self._widget.addItem(label)


class EnumConnector(ChoiceConnector):
    """A combo box of an enum's members, by label() if the enum has it, else by name.

    The item that was current before stays current, by its position.
    """

    @classmethod
    def canShow(cls, kind) -> bool:
        """Tell whether the type is an enum."""
        return issubclass(kind, enum.Enum)

    def _choices(self) -> list:
        return list(self._type)

    def _list(self, labelled: list[tuple]) -> None:
        label = getattr(self._type, "label", lambda member: member.name)
        kept = [value for _text, value in labelled][self._widget.currentIndex]
        super()._list([(label(value), value) for _text, value in labelled])
        self.write(kept)


class LineEditConnector(PropertyConnector):
    """A line of text; the cursor stays where it is if the text does."""

    widgetClasses = ("QLineEdit",)
    changeSignal = "textChanged(QString)"
    valueProperty, shows = "text", (str,)

    def write(self, value) -> None:
        """Show another text."""
        if value != self._widget.text:
            self._widget.text = value


class LabelConnector(PropertyConnector):
    """A label, which no user can change."""

    widgetClasses = ("QLabel",)
    valueProperty, shows = "text", (str,)


class TextEditConnector(GuiConnector):
    """Several lines of plain text."""

    widgetClasses = ("QTextEdit",)
    changeSignal = "textChanged()"

    @classmethod
    def canShow(cls, kind) -> bool:
        """Tell whether the type is text."""
        return kind is str

    def read(self) -> str:
        """Return the text without its format."""
        return self._widget.toPlainText()

    def write(self, value: str) -> None:
        """Show another text."""
        self._widget.setPlainText(value)


class PathConnector(PropertyConnector):
    """A path; a parameter of type str cannot be bound to it, in Slicer neither."""

    widgetClasses = ("ctkPathLineEdit",)
    changeSignal = "currentPathChanged(QString)"
    valueProperty, shows = "currentPath", (pathlib.Path,)

    def read(self) -> pathlib.Path:
        """Return the path."""
        return self._type(super().read())

    def write(self, value) -> None:
        """Show another path."""
        super().write(str(value))


class NodeConnector(GuiConnector):
    """A selector of nodes; it takes the node types from the parameter."""

    widgetClasses = ("qMRMLNodeComboBox",)
    changeSignal = "currentNodeChanged(vtkMRMLNode*)"

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        widget.nodeTypes = getNodeTypes(datatype)

    @classmethod
    def canShow(cls, kind) -> bool:
        """Tell whether the type is a node class, or several, or None beside them."""
        return isNodeOrUnionOfNodes(kind)

    def read(self):
        """Return the current node."""
        return self._widget.currentNode()

    def write(self, value) -> None:
        """Select a node, or none."""
        self._widget.setCurrentNode(value)


def isNodeOrUnionOfNodes(datatype) -> bool:
    """Tell whether a type is a MRML node class, or a union of such and None."""
    return all(_isNodeClass(each) or each is type(None) for each in _classes(datatype)) and any(
        map(_isNodeClass, _classes(datatype))
    )


def getNodeTypes(datatype) -> tuple[str, ...]:
    """Return the names of the MRML node classes of a type."""
    if not isNodeOrUnionOfNodes(datatype):
        raise TypeError(f"Cannot handle type {datatype}")
    return tuple(each.__name__ for each in _classes(datatype) if _isNodeClass(each))


def createGuiConnector(widget, datatype) -> GuiConnector:
    """Return what connects a widget with a type.

    Raises:
        RuntimeError: the widget cannot show the type, or only Slicer itself knows how.
    """
    for connector in _subclasses(GuiConnector):
        if not inspect.isabstract(connector) and connector.canRepresent(widget, datatype):
            return connector(widget, datatype)
    raise RuntimeError(
        f"Unable to create GUI connector from datatype '{datatype}' to widget {widget.className()}"
    )


def _isNodeClass(kind) -> bool:
    return isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)


def _classes(datatype) -> list:
    kind = unannotatedType(datatype)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return [unannotatedType(each) for each in typing.get_args(kind)]
    return [kind]


def _subclasses(base) -> list[type]:
    found = []
    for each in base.__subclasses__():
        found += [each, *_subclasses(each)]
    return found


def widget_classes_for(typeName: str) -> set[str] | None:
    """Return the C++ names of the widgets that can show a type, None for a type not known by name.

    For checks of .ui files, which know types by their names alone.
    """
    plain = {"bool": bool, "int": int, "float": float, "str": str, "Path": pathlib.Path}
    kind = plain.get(typeName) or getattr(slicer, typeName.rsplit(".", 1)[-1], None)
    if kind is None:
        return None
    able = [
        connector
        for connector in _subclasses(GuiConnector)
        if not inspect.isabstract(connector) and connector.canShow(kind)
    ]
    return _ONLY_IN_SLICER.union(*(connector.widgetClasses for connector in able))
