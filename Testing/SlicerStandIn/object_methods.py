"""Methods that PythonQt gives to every QObject, whatever its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6 import QtCore

from . import api, members, signals

if TYPE_CHECKING:
    from collections.abc import Callable


def bound(qt_object: QtCore.QObject, name: str) -> Callable[..., Any]:
    """Return method `name` of this object."""
    return lambda *arguments: TABLE[name](qt_object, *arguments)


def _connect(qt_object: QtCore.QObject, signature: str, *target: Any) -> bool:
    return signals.connect(qt_object, signature, _target(target), _wrap)


def _disconnect(qt_object: QtCore.QObject, signature: str, *target: Any) -> bool:
    return signals.disconnect(qt_object, signature, _target(target) if target else None)


def _target(target: tuple[Any, ...]) -> Any:
    """A callable, or a receiver and the signature of its slot."""
    if len(target) == 1:
        return target[0]
    receiver, slot = target
    return getattr(receiver, api.normalized(slot).split("(")[0])


def _class_name(qt_object: QtCore.QObject) -> str:
    return getattr(type(qt_object), "api_name", "") or members.qt_class(type(qt_object)).__name__


def _inherits(qt_object: QtCore.QObject, class_name: str) -> bool:
    declared = [one.name for one in api.chain(getattr(type(qt_object), "api_name", ""))]
    bases = [base.__name__ for base in members.qt_class(type(qt_object)).__mro__]
    return class_name in declared or class_name in bases


def _children(qt_object: QtCore.QObject) -> tuple[Any, ...]:
    return _wrap(qt_object.children())


def _find_children(qt_object: QtCore.QObject, kind: Any, name: str | None = None) -> tuple:
    class_name = kind if isinstance(kind, str) else kind.__name__
    found = []
    for child in qt_object.children():
        if _inherits(child, class_name) and name in (None, child.objectName()):
            found.append(_wrap(child))
        found.extend(_find_children(child, kind, name))
    return tuple(found)


def _find_child(qt_object: QtCore.QObject, kind: Any, name: str | None = None) -> Any:
    return next(iter(_find_children(qt_object, kind, name)), None)


def _property(qt_object: QtCore.QObject, name: str) -> Any:
    found = members.find(type(qt_object), getattr(type(qt_object), "api_name", ""), name)
    if isinstance(found, members.Property):
        return _wrap(found.read(qt_object))
    return _wrap(qt_object.property(name))


def _set_property(qt_object: QtCore.QObject, name: str, value: Any) -> bool:
    found = members.find(type(qt_object), getattr(type(qt_object), "api_name", ""), name)
    if isinstance(found, members.Property):
        found.write(qt_object, _unwrap(value), _class_name(qt_object))
        return True
    return qt_object.setProperty(name, _unwrap(value))


def _wrap(value: Any) -> Any:
    from .pythonqt import wrap

    return wrap(value)


def _unwrap(value: Any) -> Any:
    from .pythonqt import unwrap

    return unwrap(value)


TABLE: dict[str, Callable[..., Any]] = {
    "connect": _connect,
    "disconnect": _disconnect,
    "className": _class_name,
    "inherits": _inherits,
    "children": _children,
    "findChild": _find_child,
    "findChildren": _find_children,
    "property": _property,
    "setProperty": _set_property,
    "delete": shiboken6.delete,
}
