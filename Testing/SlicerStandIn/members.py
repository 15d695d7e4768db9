"""What an attribute name means on a C++ object: property, signal, method, enum value, or nothing.

PythonQt looks in the meta object first: a Q_PROPERTY is an attribute and hides the getter of the
same name, while its setter stays a method. Slicer's own classes answer by the API file, Qt's by
PySide6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from PySide6 import QtCore

from . import api
from .api import ApiObject
from .failures import NotModelled


@dataclass(frozen=True)
class Property:
    """A Q_PROPERTY; `owner` is None where Qt declares it."""

    name: str
    type_name: str
    writable: bool
    owner: str | None = None

    def read(self, qt_object: Any) -> Any:
        """Return the value, by the getter if there is one."""
        capital = self.name[0].upper() + self.name[1:]
        for name in (self.name, f"is{capital}", f"has{capital}", f"to{capital}"):
            getter = getattr(qt_object, name, None)
            if callable(getter) and not isinstance(getter, type):
                return getter()
        if self.owner is None:
            return qt_object.property(self.name)
        return qt_object.remembered(self.name)

    def write(self, qt_object: Any, value: Any, shown_name: str) -> None:
        """Set the value, refusing what PythonQt refuses."""
        what = f"Property '{self.name}'"
        if not self.writable:
            raise AttributeError(f"{what} of {shown_name} object is not writable")
        value = api.converted(value, self.type_name, what)
        setter = getattr(qt_object, f"set{self.name[0].upper()}{self.name[1:]}", None)
        if setter is not None:
            self._call(setter, value, what)
        elif self.owner is None:
            if not qt_object.setProperty(self.name, value):
                raise AttributeError(f"{what} of type '{self.type_name}' does not accept {value!r}")
        elif self.name in {*qt_object.passive, *qt_object.follows}:
            qt_object.remember(self.name, value)
        else:
            raise NotModelled(f"{self.owner}.{self.name} cannot be set: its effect is not modelled")

    def _call(self, setter: Any, value: Any, what: str) -> None:
        try:
            setter(value)
        except TypeError as error:
            raise AttributeError(
                f"{what} of type '{self.type_name}' does not accept {value!r}"
            ) from error


@dataclass(frozen=True)
class Signal:
    """The signals of one name."""

    name: str
    signatures: tuple[str, ...]
    owner: str | None = None


@dataclass(frozen=True)
class Method:
    """A slot, an invokable, a static or a wrapped C++ method."""

    name: str
    owner: str | None = None
    counts: tuple[int, int] | None = None
    static: bool = False


@dataclass(frozen=True)
class Constant:
    """An enum value or an enum."""

    value: Any


@dataclass(frozen=True)
class Hidden:
    """In C++ only."""

    reason: str


# Seen in Qt 6 only: Slicer 5.12 is built with Qt 5.15 and has none of them.
_NOT_IN_QT5 = {
    ("QMouseEvent", "position"),
    ("QMouseEvent", "globalPosition"),
    ("QMouseEvent", "scenePosition"),
    ("QCheckBox", "checkStateChanged"),
    ("QHoverEvent", "position"),
    ("QDropEvent", "position"),
}

Member = Property | Signal | Method | Constant | Hidden


def qt_class(cls: type) -> type:
    """Return the nearest class of Qt itself."""
    return next(base for base in cls.__mro__ if base.__module__.startswith("PySide6."))


@cache
def find(cls: type, api_name: str, name: str) -> Member | None:
    """Return what `name` is on objects of `cls` that stand for `api_name` ("" if Qt's own)."""
    hidden = None
    for declared in api.chain(api_name):
        member = _declared(declared, name, cls)
        if member is not None:
            return member
        if name in declared.cpp_only:
            hidden = hidden or Hidden(
                f"{declared.name}::{name} is a C++ method, neither slot nor Q_INVOKABLE:"
                " not visible from Python"
            )
    found = _of_qt(qt_class(cls), name) or hidden
    if found is None and name == "name" and issubclass(cls, QtCore.QObject):
        return _of_qt(cls, "objectName")
    return found


def _declared(declared: api.ApiClass, name: str, cls: type) -> Member | None:
    if name in declared.properties:
        writable = name not in declared.readonly
        return Property(name, declared.properties[name], writable, declared.name)
    if name in declared.methods:
        functions = declared.methods[name]
        fewest = min(function.required for function in functions)
        most = max(len(function.arguments) for function in functions)
        return Method(name, declared.name, (fewest, most))
    signals = [signal for signal in declared.signals if signal.name == name]
    if signals:
        signatures = tuple(text for signal in signals for text in signal.signatures)
        return Signal(name, signatures, declared.name)
    if name in declared.statics:
        return Method(name, declared.name, static=True)
    if name in declared.enums:
        return Constant(getattr(cls, name, declared.enums[name]))
    return None


def _of_qt(cls: type, name: str) -> Member | None:
    meta = getattr(cls, "staticMetaObject", None)
    # PythonQt leaves this one property out: QTimer.singleShot is the static function.
    is_property = meta is not None and name != "singleShot"
    index = meta.indexOfProperty(name) if is_property else -1
    if index >= 0:
        found = meta.property(index)
        return Property(name, found.typeName(), found.isWritable())
    value = getattr(cls, name, None)
    if value is None or name.startswith("_"):
        return None
    if (cls.__name__, name) in _NOT_IN_QT5:
        return Hidden(f"{cls.__name__}.{name} is not in Qt 5")
    if isinstance(value, QtCore.Signal):
        return Signal(name, _qt_signatures(cls, name))
    if callable(value) and not isinstance(value, type):
        return Method(name, static=type(value) is type(len))
    return Constant(value)


def _qt_signatures(cls: type, name: str) -> tuple[str, ...]:
    meta = cls.staticMetaObject
    methods = [meta.method(index) for index in range(meta.methodCount())]
    texts = [bytes(method.methodSignature().data()).decode() for method in methods]
    return tuple(text for text in texts if text.split("(")[0] == name)


def slot_signatures(qt_object: QtCore.QObject) -> set[str]:
    """Return the slots of an object as connections in a .ui file may name them."""
    declared = api.chain(getattr(type(qt_object), "api_name", ""))
    own = {text for one in declared for slot in one.slots for text in slot.signatures}
    meta = qt_class(type(qt_object)).staticMetaObject
    methods = [meta.method(index) for index in range(meta.methodCount())]
    slots = [one for one in methods if one.methodType() == QtCore.QMetaMethod.MethodType.Slot]
    return own | {bytes(slot.methodSignature().data()).decode() for slot in slots}


def call(qt_object: Any, method: Method, arguments: tuple[Any, ...]) -> Any:
    """Call a method of an object that stands for one of Slicer's, or of a Qt object."""
    if method.counts and not method.counts[0] <= len(arguments) <= method.counts[1]:
        raise TypeError(
            f"{method.owner}.{method.name} takes {method.counts[0]} to {method.counts[1]}"
            f" arguments, not {len(arguments)}"
        )
    function = getattr(qt_object, method.name, None)
    if function is None:
        function = _setter_of_property(qt_object, method)
    return function(*arguments)


def _setter_of_property(qt_object: Any, method: Method) -> Any:
    """A slot setX without code of its own sets the property x."""
    name = method.name[3:4].lower() + method.name[4:]
    found = find(type(qt_object), type(qt_object).api_name, name)
    if not method.name.startswith("set") or not isinstance(found, Property):
        raise NotModelled(f"{method.owner}.{method.name}() is in Slicer but not modelled here")
    return lambda value: found.write(qt_object, value, type(qt_object).__name__)


def is_behaviour(cls: type) -> bool:
    """Say whether objects of this class stand for one of Slicer's own."""
    return issubclass(cls, ApiObject) and bool(cls.api_name)
