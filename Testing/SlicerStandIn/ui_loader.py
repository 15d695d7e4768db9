"""QUiLoader that knows Slicer's widgets and refuses what the real one would drop in silence.

An unknown widget class, property, enum value, signal or slot is a `UiError`. Properties of Slicer's
classes are set after the form stands, then the form's connections are made, as Designer's are.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

from . import api, members, signals
from .api import ApiObject

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = "Line"  # Designer's name for a QFrame that is a line


class UiError(RuntimeError):
    """The form says something that Slicer would not understand."""


class QUiLoader(QtUiTools.QUiLoader):
    """Loads a .ui file; what it makes lives as long as the form."""

    def createWidget(self, class_name: str, parent: Any = None, name: str = "") -> Any:
        if api.exists(class_name):
            widget = ApiObject.behaviours[class_name](parent)
            widget.setObjectName(name)
        else:
            widget = super().createWidget(class_name, parent, name)
        self._made.append(widget)
        return widget

    def createLayout(self, class_name: str, parent: Any = None, name: str = "") -> Any:
        layout = super().createLayout(class_name, parent, name)
        self._made.append(layout)
        return layout

    def load(self, device: QtCore.QIODevice, parent: Any = None) -> QtWidgets.QWidget:
        self._made: list[Any] = []
        root = ET.fromstring(bytes(device.readAll().data()))  # noqa: S314 - the module's own file
        _check_classes(root)
        for widget, problem in lost_names(root):
            raise UiError(f"{widget}: {problem}")
        own = _take_own_properties(root)
        links = _take_connections(root)
        buffer = QtCore.QBuffer()
        buffer.setData(ET.tostring(root))
        buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
        form = super().load(buffer, parent)
        if form is None:
            raise UiError(self.errorString())
        form.__dict__["_made_by_loader"] = self._made
        named = {child.objectName(): child for child in form.findChildren(QtCore.QObject)}
        named[form.objectName()] = form
        for widget, name, value in own:
            _set(named[widget], name, value)
        for link in links:
            _connect(named, *link)
        return form


def _check_classes(root: ET.Element) -> None:
    seen = set()
    for element in root.iter("widget"):
        class_name, name = element.get("class"), element.get("name")
        if not api.exists(class_name) and class_name != _LINE and _qt(class_name) is None:
            raise UiError(f"{name}: Slicer has no widget class {class_name}")
        if api.exists(class_name) and class_name not in ApiObject.behaviours:
            raise UiError(f"{name}: {class_name} is in Slicer but not modelled here")
        if name in seen:
            raise UiError(f"{name}: two widgets of this name")
        seen.add(name)
    customs = root.find("customwidgets")
    declared = set() if customs is None else {one.findtext("class") for one in customs}
    used = {element.get("class") for element in root.iter("widget")}
    missing = [one for one in sorted(used - declared) if api.exists(one)]
    if missing:
        raise UiError(f"customwidgets does not name {', '.join(missing)}")
    if customs is not None:
        root.remove(customs)


def lost_names(root: ET.Element) -> Iterator[tuple[str, str]]:
    """Yield each widget whose buddy or tab stop the form does not have, and what is lost."""
    names = {element.get("name") for element in root.iter("widget")}
    for element in root.iter("widget"):
        for entry in element.findall("property[@name='buddy']"):
            if entry.findtext("cstring") not in names:
                yield element.get("name"), f"buddy of no widget {entry.findtext('cstring')}"
    for stop in root.iter("tabstop"):
        if stop.text not in names:
            yield stop.text or "", "tab stop at no widget"


def is_buddy(class_name: str, name: str) -> bool:
    """Say whether this is a label's buddy: Designer writes it as a property, which it is not."""
    return (class_name, name) == ("QLabel", "buddy")


def _take_own_properties(root: ET.Element) -> list[tuple[str, str, Any]]:
    """Take the properties of Slicer's classes out of the form, checking all the others."""
    own = []
    for element in root.iter("widget"):
        class_name, widget = element.get("class"), element.get("name")
        for entry in element.findall("property"):
            name = entry.get("name")
            if any(name in one.properties for one in api.chain(class_name)):
                element.remove(entry)
                own.append((widget, name, _value(entry[0])))
            elif not _has_qt_property(class_name, name) and entry.get("stdset") != "0":
                raise UiError(f"{widget}: {class_name} has no property {name}")
    return own


def _has_qt_property(class_name: str, name: str) -> bool:
    if is_buddy(class_name, name):
        return True
    cls = api.qt_base(class_name) if api.exists(class_name) else _qt(class_name)
    return (cls or QtWidgets.QFrame).staticMetaObject.indexOfProperty(name) >= 0


def _qt(class_name: str) -> type | None:
    return getattr(QtWidgets, class_name, None) or getattr(QtGui, class_name, None)


def _take_connections(root: ET.Element) -> list[tuple[str, str, str, str]]:
    parts = ("sender", "signal", "receiver", "slot")
    links = [tuple(one.findtext(part) for part in parts) for one in root.iter("connection")]
    for element in root.findall("connections"):
        root.remove(element)
    return links


def _set(widget: QtCore.QObject, name: str, value: Any) -> None:
    found = members.find(type(widget), type(widget).api_name, name)
    try:
        found.write(widget, value, type(widget).api_name)
    except AttributeError as error:
        raise UiError(f"{widget.objectName()}: {error}") from error


def _connect(named: dict, sender: str, signal: str, receiver: str, slot: str) -> None:
    from .pythonqt import wrap

    for name in (sender, receiver):
        if name not in named:
            raise UiError(f"connection: no widget {name}")
    if api.normalized(slot) not in members.slot_signatures(named[receiver]):
        raise UiError(f"connection: {receiver} has no slot {slot}")
    target = getattr(wrap(named[receiver]), slot.split("(", 1)[0])
    count = api.argument_count(slot)
    try:
        signals.connect(named[sender], signal, lambda *given: target(*given[:count]), wrap)
    except signals.SignalError as error:
        raise UiError(f"connection: {error}") from error


_READERS = {
    "bool": lambda text: text == "true",
    "number": int,
    "double": float,
    "float": float,
    "string": lambda text: text or "",
    "cstring": lambda text: text or "",
}


def _value(element: ET.Element) -> Any:
    if element.tag in _READERS:
        return _READERS[element.tag](element.text)
    if element.tag == "stringlist":
        return [one.text or "" for one in element.findall("string")]
    if element.tag in ("enum", "set"):
        return _enum_value(element.text)
    raise UiError(f"a property value <{element.tag}> is not handled")


def _enum_value(text: str) -> Any:
    value: Any = None
    for part in text.split("|"):
        scope, _, key = part.rpartition("::")
        class_name = scope.split("::")[0] or "Qt"
        owner = ApiObject.behaviours.get(class_name) or _qt(class_name) or QtCore.Qt
        known = {key: number for one in api.chain(class_name) for key, number in one.enums.items()}
        one = getattr(owner, key, known.get(key))
        if one is None:
            raise UiError(f"unknown enum value {part}")
        value = one if value is None else value | one
    return value
