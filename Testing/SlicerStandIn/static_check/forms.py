"""One .ui file: its widgets, and whether Slicer knows their classes, properties and signals."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6 import QtCore

from .. import api, members, ui_loader
from .kinds import Kind, Named
from .values import QtClass, QtObject, qt_class

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DESIGNERS_NAMES = {"Line": "QFrame", "Spacer": "QWidget"}
_PARAMETER = "SlicerParameterName"


class Form:
    """A .ui file.

    Attributes:
        path: of the file.
        root: its XML.
    """

    def __init__(self, path: Path):
        self.path = path
        self.root = ET.parse(path).getroot()  # noqa: S314 - a file of the project itself

    @cached_property
    def kind(self) -> Kind:
        """What childWidgetVariables() makes of the form: it skips what PythonQt takes for false."""
        empty = {one.get("name") for one in self.root.iter("layout") if one.find("item") is None}
        left_out = {self._top_name, *empty}
        inner = {name: kind for name, kind in self.children.items() if name not in left_out}
        return Named(self.path.name, inner)

    @cached_property
    def top(self) -> Kind:
        """The kind of the widget that loadUI() returns."""
        return self.children[self._top_name]

    @cached_property
    def children(self) -> dict[str, Kind]:
        """The kind of each named widget, layout, action and button group."""
        tags = ("widget", "layout", "action", "buttongroup")
        return {
            element.get("name"): self._kind_of(element)
            for tag in tags
            for element in self.root.iter(tag)
            if element.get("name")
        }

    def problems(self, parameters: dict[str, str] | None) -> Iterator[tuple[int, str]]:
        """Yield the line and the text of everything that Slicer would not understand.

        Args:
            parameters: the types of the parameter node, None if it is not known.
        """
        for element in self.root.iter("widget"):
            for text in self._problems_of(element, parameters):
                yield self._line(element.get("name")), f"{element.get('name')}: {text}"
        for name, text in ui_loader.lost_names(self.root):
            yield self._line(name), f"{name}: {text}"
        for connection in self.root.iter("connection"):
            ends = [connection.findtext(tag) for tag in ("sender", "signal", "receiver", "slot")]
            for text in self._problems_of_connection(*ends):
                yield self._line(ends[1]), text

    def _problems_of(self, element: ET.Element, parameters: dict[str, str] | None) -> Iterator[str]:
        kind = self._class_of(element)
        if kind is None:
            yield f"there is no widget class {element.get('class')}"
            return
        for given in element.findall("property"):
            name = given.get("name")
            if name == _PARAMETER:
                yield from _binding_problems(kind, given[0].text or "", parameters)
            elif given.get("stdset") != "0" and not _is_property(kind, name):
                yield f"{kind.name} has no property {name}"

    def _problems_of_connection(
        self, sender: str, signal: str, receiver: str, slot: str
    ) -> Iterator[str]:
        for name in (sender, receiver):
            if name not in self.children:
                yield f"connection of {name}, which the form does not have"
                return
        source, target = self.children[sender], self.children[receiver]
        if isinstance(source, QtObject):
            signature = api.normalized(signal)
            if signature not in source.signatures(signature.split("(")[0]):
                yield f"{sender}: {source.name} has no signal {signal}"
        if isinstance(target, QtObject) and api.normalized(slot) not in _slots(target):
            yield f"{receiver}: {target.name} has no slot {slot}"

    def _class_of(self, element: ET.Element) -> QtClass | None:
        name = element.get("class", "QObject")
        found = qt_class(_DESIGNERS_NAMES.get(name, name))
        return found if isinstance(found, QtClass) else None

    def _kind_of(self, element: ET.Element) -> Kind:
        if element.tag == "action":
            found = qt_class("QAction")
        elif element.tag == "buttongroup":
            found = qt_class("QButtonGroup")
        else:
            found = self._class_of(element)
        return QtObject(found.cls, found.api_name) if isinstance(found, QtClass) else Kind()

    @property
    def _top_name(self) -> str:
        return self.root.find("widget").get("name")

    def _line(self, text: str | None) -> int:
        lines = self.path.read_text(encoding="utf-8").splitlines()
        marks = (f'name="{text}"', f"<signal>{text}</signal>")
        found = (number for number, line in enumerate(lines, 1) if any(m in line for m in marks))
        return next(found, 1)


def _is_property(kind: QtClass, name: str) -> bool:
    if ui_loader.is_buddy(kind.name, name):
        return True
    return isinstance(members.find(kind.cls, kind.api_name, name), members.Property)


def _slots(target: QtObject) -> set[str]:
    own = {
        text
        for declared in api.chain(target.api_name)
        for slot in declared.slots
        for text in slot.signatures
    }
    meta = target.cls.staticMetaObject
    methods = [meta.method(index) for index in range(meta.methodCount())]
    slots = [each for each in methods if each.methodType() == QtCore.QMetaMethod.MethodType.Slot]
    return own | {bytes(each.methodSignature().data()).decode() for each in slots}


def _binding_problems(
    kind: QtClass, parameter: str, parameters: dict[str, str] | None
) -> Iterator[str]:
    if parameters is None:
        return
    if parameter not in parameters:
        yield f"{_PARAMETER} {parameter} is not in the parameter node"
        return
    from ..slicer_python.parameter_nodes.connectors import widget_classes_for

    able = widget_classes_for(parameters[parameter])
    if able is not None and kind.name not in able:
        yield f"a {kind.name} cannot show {parameter}, which is {parameters[parameter]}"
