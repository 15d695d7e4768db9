"""The module `qt`: Qt's classes as PythonQt shows them to Slicer's Python.

Every object is a small wrapper around a PySide6 object. Attributes are looked up by `members`:
properties are attributes, an unknown name can be neither read nor set, and no class is a Python
subclass of another, so `isinstance(button, qt.QWidget)` is False. A Python class may derive from a
wrapped class and override its virtual methods.
"""

from __future__ import annotations

import sys
import types
import weakref
from enum import Enum
from typing import Any, ClassVar

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from . import api, dialogs, members, object_methods, shells, signals
from .api import ApiObject
from .failures import NotModelled

MODULES = (QtCore, QtGui, QtWidgets)
_TOP = shiboken6.Shiboken.Object
# PythonQt's generator makes __nonzero__ of the first of these that a class has: an empty layout or
# menu is false.
_TRUTH = {"isEmpty": False, "isValid": True, "isNull": False}


class WrapperType(type):
    """Metaclass of the wrappers: enum values, static methods, `qt.QWidget.paintEvent(self, e)`."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        member = members.find(cls.qt_class, cls.api_name, name)
        if isinstance(member, members.Constant):
            return member.value
        if isinstance(member, members.Method):
            return dialogs.replaced_static(cls.qt_class, name) or _class_function(cls, member)
        raise AttributeError(f"{cls.__name__} has no attribute named '{name}'")


class Wrapper(metaclass=WrapperType):
    """One C++ object as Python sees it."""

    qt_class: ClassVar[type]
    api_name: ClassVar[str] = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        if options:
            raise TypeError(f"{type(self).__name__}() takes no keyword arguments: {list(options)}")
        if self.api_name:
            _check_constructor(self.api_name, arguments)
        derived = not shells.is_plain(type(self))
        created = shells.shell(type(self)) if derived else self.qt_class
        qt_object = created.__new__(created)
        if derived:
            qt_object.__dict__["_python_object"] = self
        _attach(self, qt_object)
        qt_object.__init__(*unwrap(arguments))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no attribute named '{name}'")
        if name in object_methods.TABLE and isinstance(self._qt, QtCore.QObject):
            return object_methods.bound(self._qt, name)
        qt_object = alive(self)
        member = members.find(self.qt_class, self.api_name, name)
        if isinstance(member, members.Property):
            return wrap(member.read(qt_object))
        if isinstance(member, members.Method):
            return dialogs.replaced_method(qt_object, name) or _bound_function(qt_object, member)
        if isinstance(member, members.Signal):
            return BoundSignal(qt_object, member)
        if isinstance(member, members.Constant):
            return member.value
        return _dynamic(qt_object, name, type(self).__name__, member)

    def __setattr__(self, name: str, value: Any) -> None:
        plain = shells.is_plain(type(self))
        shown = type(self).__name__
        member = None if name.startswith("_") else members.find(self.qt_class, self.api_name, name)
        if isinstance(member, members.Property):
            member.write(alive(self), unwrap(value), shown)
        elif member is not None and not isinstance(member, members.Hidden):
            raise AttributeError(f"Slot '{name}' can not be overwritten on {shown} object")
        elif _has_dynamic(self, name):
            self._qt.setProperty(name, unwrap(value))
        elif plain:
            raise AttributeError(
                f"'{name}' does not exist on {shown}"
                " and creating new attributes on C++ objects is not allowed"
            )
        else:
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Wrapper):
            return other is None and not shiboken6.isValid(self._qt)
        if isinstance(self._qt, QtCore.QObject):
            return self._qt is other._qt
        return self._qt == other._qt

    def __hash__(self) -> int:
        return hash(self._qt)

    def __bool__(self) -> bool:
        """Be false for what is gone, empty, not valid or null, as PythonQt's classes are."""
        if not shiboken6.isValid(self._qt):
            return False
        for question, truth in _TRUTH.items():
            if hasattr(self.qt_class, question):
                return getattr(self._qt, question)() is truth
        return True

    def __repr__(self) -> str:
        if isinstance(self._qt, QtCore.QObject):
            return f"{type(self).__name__} (QObject {id(self._qt):#x})"
        return repr(self._qt).replace("PySide6.", "")


def _forwarded(name: str) -> Any:
    def operator(self: Wrapper, *others: Any) -> Any:
        return wrap(getattr(self._qt, name)(*unwrap(others)))

    return operator


for _name in ("add", "sub", "mul", "truediv", "len"):
    setattr(Wrapper, f"__{_name}__", _forwarded(f"__{_name}__"))


class BoundSignal:
    """`button.clicked`: has connect and disconnect, and calling it emits."""

    def __init__(self, qt_object: QtCore.QObject, signal: members.Signal) -> None:
        self._object, self._signal = qt_object, signal

    def connect(self, target: Any) -> bool:
        """Connect the first signal of this name."""
        return signals.connect(self._object, self._signal.signatures[0], target, wrap)

    def disconnect(self, target: Any) -> bool:
        """Disconnect it again."""
        return signals.disconnect(self._object, self._signal.signatures[0], target)

    def emit(self, *arguments: Any) -> None:
        """Emit the signal that takes this many arguments."""
        signature = next(
            text for text in self._signal.signatures if api.argument_count(text) == len(arguments)
        )
        signals.emit(self._object, signature, unwrap(arguments))

    __call__ = emit


def _dynamic(qt_object: Any, name: str, shown: str, member: members.Member | None) -> Any:
    """Dynamic properties and named children are attributes too; anything else is refused."""
    if isinstance(qt_object, QtCore.QObject):
        if name.encode() in [bytes(one.data()) for one in qt_object.dynamicPropertyNames()]:
            return wrap(qt_object.property(name))
        for child in qt_object.children():
            if child.objectName() == name:
                return wrap(child)
    reason = f" ({member.reason})" if isinstance(member, members.Hidden) else ""
    raise AttributeError(f"{shown} has no attribute named '{name}'{reason}")


def _has_dynamic(wrapper: Wrapper, name: str) -> bool:
    qt_object = wrapper.__dict__.get("_qt")
    if not isinstance(qt_object, QtCore.QObject) or name.startswith("_"):
        return False
    return name.encode() in [bytes(one.data()) for one in qt_object.dynamicPropertyNames()]


def alive(wrapper: Wrapper) -> Any:
    """Return the PySide6 object, refusing one whose C++ object is gone."""
    qt_object = wrapper._qt
    if not shiboken6.isValid(qt_object):
        raise ValueError(f"the C++ object of this {type(wrapper).__name__} was deleted")
    return qt_object


def _bound_function(qt_object: Any, method: members.Method) -> Any:
    def function(*arguments: Any, **options: Any) -> Any:
        if options:
            raise TypeError(f"{method.name}() takes no keyword arguments: {list(options)}")
        return wrap(members.call(qt_object, method, unwrap(arguments)))

    function.__name__ = method.name
    return function


def _class_function(cls: WrapperType, method: members.Method) -> Any:
    def function(*arguments: Any) -> Any:
        target = getattr(cls.qt_class, method.name, None)
        if target is None:
            raise NotModelled(f"{cls.__name__}.{method.name}() is in Slicer but not modelled here")
        return wrap(target(*unwrap(arguments)))

    function.__name__ = method.name
    return function


def _check_constructor(api_name: str, arguments: tuple[Any, ...]) -> None:
    constructor = api.api_class(api_name).constructor
    if constructor is None:
        raise TypeError(f"No constructors available for {api_name}")
    if api_name not in ApiObject.behaviours:
        raise NotModelled(f"{api_name} is in Slicer but not modelled here")
    allowed = 0 if constructor == "()" else 1
    parents = all(one is None or isinstance(one, Wrapper) for one in arguments)
    if len(arguments) > allowed or not parents:
        raise ValueError(f"Could not find matching overload for {api_name}{arguments}")


def _attach(wrapper: Wrapper, qt_object: Any) -> None:
    object.__setattr__(wrapper, "_qt", qt_object)
    if isinstance(qt_object, QtCore.QObject):
        qt_object.__dict__["_wrapper"] = weakref.ref(wrapper)


_classes: dict[tuple[type, str], WrapperType] = {}


def wrapper_class(qt_class: type, api_name: str = "") -> WrapperType:
    """Return the class that Python sees for a Qt class, or for one of Slicer's."""
    key = (qt_class, api_name)
    if key not in _classes:
        namespace = {"qt_class": qt_class, "api_name": api_name, "__module__": "qt"}
        _classes[key] = WrapperType(api_name or qt_class.__name__, (Wrapper,), namespace)
    return _classes[key]


def slicer_class(api_name: str) -> WrapperType:
    """Return the class that Python sees for one of Slicer's or CTK's."""
    qt_class = ApiObject.behaviours.get(api_name) or api.qt_base(api_name)
    return wrapper_class(qt_class, api_name)


def _class_for(cls: type) -> WrapperType:
    if members.is_behaviour(cls):
        return slicer_class(cls.api_name)
    return wrapper_class(members.qt_class(cls))


def wrap(value: Any) -> Any:
    """Return a value of Qt's as Python sees it; lists are tuples."""
    if isinstance(value, (list, tuple)):
        return tuple(map(wrap, value))
    if isinstance(value, dict):
        return {key: wrap(item) for key, item in value.items()}
    if not isinstance(value, _TOP) or isinstance(value, Enum):
        return value
    own = value.__dict__.get("_python_object") if hasattr(value, "__dict__") else None
    known = value.__dict__.get("_wrapper") if isinstance(value, QtCore.QObject) else None
    wrapper = own if own is not None else (known() if known is not None else None)
    if wrapper is None:
        cls = _class_for(type(value))
        wrapper = cls.__new__(cls)
        _attach(wrapper, value)
    return wrapper


def unwrap(value: Any) -> Any:
    """Return a value as PySide6 takes it."""
    if isinstance(value, Wrapper):
        return value._qt
    if isinstance(value, WrapperType):
        return value.qt_class
    if isinstance(value, (list, tuple)):
        return type(value)(map(unwrap, value))
    if isinstance(value, dict):
        return {key: unwrap(item) for key, item in value.items()}
    return value


def make_module() -> types.ModuleType:
    """Return the module `qt` and make it importable."""
    from . import ui_loader

    module = types.ModuleType("qt", __doc__)
    module.QT_VERSION_STR = QtCore.qVersion()
    module.Qt = QtCore.Qt
    module.QUiLoader = wrapper_class(ui_loader.QUiLoader)

    def attribute(name: str) -> Any:
        found = next((getattr(one, name) for one in MODULES if hasattr(one, name)), None)
        if not isinstance(found, type) or not issubclass(found, _TOP):
            raise AttributeError(f"module 'qt' has no attribute '{name}'")
        return wrapper_class(found)

    module.__getattr__ = attribute
    sys.modules["qt"] = module
    return module
