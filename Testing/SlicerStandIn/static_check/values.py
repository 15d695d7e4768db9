"""Kinds of Qt's and MRML's classes, of their objects, and of the methods of these."""

from __future__ import annotations

import ast
import dataclasses
import enum
import json
import re
from functools import cache

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

from .. import api, members
from ..object_methods import TABLE as METHODS_OF_EVERY_QOBJECT
from .kinds import UNKNOWN, Kind, WrongUseError, check_count, constant_text, refuse_keywords

QT_MODULES = (QtWidgets, QtGui, QtCore, QtUiTools)
_SIGNAL_METHODS = {"connect", "disconnect"}
# What PySide6's methods return cannot be asked; these are the ones that code builds upon.
_QT_RETURNS = {"addAction": "QAction", "addMenu": "QMenu"}


@dataclasses.dataclass(frozen=True)
class QtClass(Kind):
    """A class of Qt, CTK or Slicer's widgets; api_name is empty for Qt's."""

    cls: type
    api_name: str = ""

    @property
    def name(self) -> str:
        """The name that Slicer gives the class."""
        return self.api_name or self.cls.__name__

    def attribute(self, name: str) -> Kind:
        """Return the kind of an enum value or of a method called without an object."""
        if name.startswith("__"):
            return UNKNOWN
        found = members.find(self.cls, self.api_name, name)
        if found is None or isinstance(found, members.Hidden):
            raise WrongUseError(_reason(found, self.name, name))
        if isinstance(found, members.Constant) and is_enum_class(found.value):
            return EnumClass(f"{self.name}.{name}")
        return UNKNOWN

    def called(self, call: ast.Call) -> Kind:
        """Return the kind of a new object."""
        refuse_keywords(f"{self.name}()", call)
        if self.api_name:
            constructor = api.api_class(self.api_name).constructor
            if constructor is None:
                raise WrongUseError(f"{self.name} cannot be made from Python")
            check_count(f"{self.name}()", call, 0, 0 if constructor == "()" else 1)
        return QtObject(self.cls, self.api_name)


@dataclasses.dataclass(frozen=True)
class EnumClass(Kind):
    """An enum of Qt's: Slicer's PythonQt has its values in the class that holds it."""

    what: str

    def attribute(self, name: str) -> Kind:
        """Refuse the values."""
        raise WrongUseError(f"{self.what}.{name}: write it without the name of the enum")


@dataclasses.dataclass(frozen=True)
class QtObject(Kind):
    """A Qt object; its class may be a base of the real one if it came from a method."""

    cls: type
    api_name: str = ""
    perhaps_derived: bool = False

    @property
    def name(self) -> str:
        """The name that Slicer gives the class."""
        return self.api_name or self.cls.__name__

    def attribute(self, name: str) -> Kind:
        """Return the kind of a property, signal or method."""
        if name == "connect":
            return Connect(self)
        if name in METHODS_OF_EVERY_QOBJECT or name.startswith("__"):
            return UNKNOWN
        found = members.find(self.cls, self.api_name, name)
        if isinstance(found, members.Property):
            return PropertyValue(f"{self.name}.{name}")
        if isinstance(found, members.Signal):
            return Signal(f"{self.name}.{name}")
        if isinstance(found, members.Method):
            return QtMethod(self, found)
        if found is None or isinstance(found, members.Hidden):
            if self.perhaps_derived:
                return UNKNOWN
            raise WrongUseError(_reason(found, self.name, name))
        return UNKNOWN

    def assign(self, name: str) -> None:
        """Refuse everything but properties that can be written."""
        found = members.find(self.cls, self.api_name, name)
        if self.perhaps_derived and found is None:
            return
        if not isinstance(found, members.Property):
            raise WrongUseError(f"{self.name} has no property '{name}' to set")
        if not found.writable:
            raise WrongUseError(f"{self.name}.{name} cannot be set")

    def signatures(self, signal: str) -> tuple[str, ...]:
        """Return the signals of a name with their arguments."""
        found = members.find(self.cls, self.api_name, signal)
        return found.signatures if isinstance(found, members.Signal) else ()


@dataclasses.dataclass(frozen=True)
class PropertyValue(Kind):
    """The value of a property."""

    what: str

    def called(self, _call: ast.Call) -> Kind:
        """Refuse parentheses."""
        raise WrongUseError(f"{self.what} is a property: it is read without parentheses")


@dataclasses.dataclass(frozen=True)
class Signal(Kind):
    """A signal, by its name alone."""

    what: str

    def attribute(self, name: str) -> Kind:
        """Allow connecting and disconnecting."""
        if name not in _SIGNAL_METHODS:
            raise WrongUseError(f"signal {self.what} has no '{name}'")
        return UNKNOWN


@dataclasses.dataclass(frozen=True)
class Connect(Kind):
    """Connecting a signal of an object, by its text."""

    sender: QtObject

    def called(self, call: ast.Call) -> Kind:
        """Refuse a signal that the sender does not have."""
        text = constant_text(call.args[0]) if call.args else None
        if text is not None and not self.sender.perhaps_derived:
            signature = api.normalized(text)
            known = self.sender.signatures(signature.split("(")[0])
            if signature not in known:
                others = f"; it has {', '.join(known)}" if known else ""
                raise WrongUseError(f"{self.sender.name} has no signal '{text}'{others}")
        return UNKNOWN


@dataclasses.dataclass(frozen=True)
class QtMethod(Kind):
    """A method of a Qt object."""

    owner: QtObject
    method: members.Method

    def called(self, call: ast.Call) -> Kind:
        """Return the kind of the result."""
        what = f"{self.owner.name}.{self.method.name}()"
        refuse_keywords(what, call)
        if self.method.counts and not hasattr(self.owner.cls, self.method.name):
            check_count(what, call, *self.method.counts)
        if self.method.owner:
            return _returned(self.method.owner, self.method.name)
        return qt_object(_QT_RETURNS.get(self.method.name, ""))


@dataclasses.dataclass(frozen=True)
class VtkClass(Kind):
    """A class of VTK or MRML."""

    cls: type

    def attribute(self, name: str) -> Kind:
        """Return the kind of a constant or of a method called without an object."""
        if not hasattr(self.cls, name):
            raise WrongUseError(f"{self.cls.__name__} has no '{name}'")
        return VtkMethod(self.cls, name) if callable(getattr(self.cls, name)) else UNKNOWN

    def called(self, _call: ast.Call) -> Kind:
        """Return the kind of a new object."""
        return VtkObject(self.cls)


@dataclasses.dataclass(frozen=True)
class VtkObject(Kind):
    """An object of VTK or MRML; its class may be a base of the real one."""

    cls: type

    def attribute(self, name: str) -> Kind:
        """Return the kind of a method."""
        if name.startswith("__") or name in _names_in_derived(self.cls):
            return VtkMethod(self.cls, name)
        raise WrongUseError(f"{self.cls.__name__} has no '{name}'")


@dataclasses.dataclass(frozen=True)
class VtkMethod(Kind):
    """A method of VTK or MRML."""

    cls: type
    name: str

    def called(self, call: ast.Call) -> Kind:
        """Return the kind of the result: of the class that is named in the call, if one is."""
        named = constant_text(call.args[0]) if call.args else None
        if "ByClass" in self.name and named is not None:
            if not hasattr(slicer, named):
                raise WrongUseError(f"there is no MRML class {named}")
            makes_one = self.name.startswith(("AddNew", "Create", "GetFirst", "GetNth"))
            return VtkObject(getattr(slicer, named)) if makes_one else UNKNOWN
        return _documented_return(self.cls, self.name)


def qt_object(name: str, *, perhaps_derived: bool = False) -> Kind:
    """Return the kind of the objects of a class by its name in Slicer."""
    kind = qt_class(name)
    if isinstance(kind, QtClass):
        return QtObject(kind.cls, kind.api_name, perhaps_derived)
    return UNKNOWN


def qt_class(name: str) -> Kind | None:
    """Return the kind of a class of Qt, CTK or Slicer's widgets, None if there is none."""
    if api.exists(name):
        return QtClass(api.qt_base(name), name)
    found = next((getattr(each, name) for each in QT_MODULES if hasattr(each, name)), None)
    return QtClass(found) if isinstance(found, type) else None


def vtk_class(name: str) -> Kind | None:
    """Return the kind of a class of VTK or MRML, None if there is none."""
    if not name.startswith("vtk"):
        return None
    found = getattr(slicer, name, None) or getattr(vtk, name, None)
    return VtkClass(found) if isinstance(found, type) else None


def _reason(found, owner: str, name: str) -> str:
    return found.reason if isinstance(found, members.Hidden) else f"{owner} has no '{name}'"


def is_enum_class(value) -> bool:
    """Tell whether a value is the class of an enum, not one of its members."""
    return isinstance(value, type) and issubclass(value, enum.Enum)


@cache
def _names_in_derived(cls: type) -> frozenset[str]:
    derived = [
        each for each in vars(slicer).values() if isinstance(each, type) and issubclass(each, cls)
    ]
    return frozenset(name for each in (cls, *derived) for name in dir(each))


@cache
def _documented_return(cls: type, name: str) -> Kind:
    text = getattr(getattr(cls, name, None), "__doc__", None) or ""
    found = re.match(rf"{name}\([^)]*\)\s*->\s*(vtk\w+)", text)
    kind = vtk_class(found[1]) if found else None
    return VtkObject(kind.cls) if kind else UNKNOWN


@cache
def _returned(owner: str, name: str) -> Kind:
    entry = json.loads((api.DATA / "slicer-5.12-api.json").read_text("utf-8"))[owner]
    texts = entry["slots"] + entry["invokables"] + entry["decorated"]
    classes = {found[1] for text in texts if (found := re.match(rf"(\w+)\* {name}\(", text))}
    if len(classes) != 1:
        return UNKNOWN
    returned = classes.pop()
    kind = vtk_class(returned)
    return VtkObject(kind.cls) if kind else qt_object(returned, perhaps_derived=True)
