"""The API of Slicer 5.12's widget classes, as Python sees it there.

Read from Testing/Data/slicer-5.12-api.json (taken from the C++ headers: properties, signals, slots,
invokables, and what stays in C++) and slicer-5.12-defaults.json (property values that a running
Slicer had after construction). Hand-written behaviours derive from `ApiObject`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6 import QtCore, QtGui, QtWidgets

from .failures import NotModelled, report_current_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).resolve().parent.parent / "Data"
_NORMAL = QtCore.QMetaObject.normalizedSignature


def normalized(signature: str) -> str:
    """Return a signal or slot signature as Qt compares it, without SIGNAL()'s leading digit."""
    return bytes(_NORMAL(signature.lstrip("012")).data()).decode()


def argument_count(signature: str) -> int:
    """Return how many arguments a signature names."""
    return sum(1 for one in _split(normalized(signature).split("(", 1)[1][:-1]) if one)


@dataclass(frozen=True)
class Function:
    """One signal, slot or invokable: `required` of its `arguments` have no default."""

    name: str
    arguments: tuple[str, ...]
    required: int

    @classmethod
    def parse(cls, text: str) -> Function:
        """Read one entry of the API file: `QString name(int,double)/1`."""
        found = re.match(r"(?:.* )?(\w+)\((.*)\)(?:/(\d+))?$", text)
        if found is None:
            raise ValueError(f"not a function: {text}")
        arguments = tuple(_split(found[2]))
        return cls(found[1], arguments, int(found[3]) if found[3] else len(arguments))

    @property
    def signatures(self) -> list[str]:
        """All spellings Qt knows: a default argument makes a second, shorter one."""
        return [
            normalized(f"{self.name}({','.join(self.arguments[:count])})")
            for count in range(self.required, len(self.arguments) + 1)
        ]


def _split(arguments: str) -> Iterator[str]:
    depth, start = 0, 0
    for place, sign in enumerate(arguments):
        depth += (sign == "<") - (sign == ">")
        if sign == "," and depth == 0:
            yield arguments[start:place]
            start = place + 1
    if arguments:
        yield arguments[start:]


@dataclass(frozen=True)
class ApiClass:
    """What one class declares itself; its bases come from `chain`."""

    name: str
    base: str | None
    constructor: str | None
    properties: dict[str, str]
    readonly: frozenset[str]
    signals: tuple[Function, ...]
    slots: tuple[Function, ...]
    methods: dict[str, list[Function]]
    statics: frozenset[str]
    enums: dict[str, int]
    cpp_only: frozenset[str]
    defaults: dict[str, Any] = field(default_factory=dict)


@cache
def _files() -> tuple[dict[str, Any], dict[str, Any]]:
    names = ("slicer-5.12-api.json", "slicer-5.12-defaults.json")
    api, defaults = (json.loads((DATA / name).read_text("utf-8")) for name in names)
    return api, defaults["defaults"]


def exists(name: str) -> bool:
    """Say whether Slicer 5.12 has a class of this name."""
    return name in _files()[0]


@cache
def api_class(name: str) -> ApiClass:
    """Return what the API file says about one class."""
    entry = _files()[0][name]
    slots = tuple(map(Function.parse, entry["slots"]))
    methods: dict[str, list[Function]] = {}
    for function in (*slots, *map(Function.parse, entry["invokables"] + entry["decorated"])):
        methods.setdefault(function.name, []).append(function)
    return ApiClass(
        name=name,
        base=entry["base"],
        constructor=entry["python_ctor"],
        properties=entry["properties"],
        readonly=frozenset(entry["readonly"]),
        signals=tuple(map(Function.parse, entry["signals"])),
        slots=slots,
        methods=methods,
        statics=frozenset(Function.parse(text).name for text in entry["statics"]),
        enums={key: value for keys in entry["enums"].values() for value, key in enumerate(keys)},
        cpp_only=frozenset(Function.parse(text).name for text in entry["cpp_only"]),
        defaults=_files()[1].get(name, {}),
    )


@cache
def chain(name: str) -> tuple[ApiClass, ...]:
    """Return the class and those of its bases that are Slicer's or CTK's, derived first."""
    classes = []
    while name and exists(name):
        classes.append(api_class(name))
        name = classes[-1].base
    return tuple(classes)


@cache
def qt_base(name: str) -> type:
    """Return the PySide6 class that the C++ class finally derives from."""
    last = chain(name)[-1].base or "QObject"
    for module in (QtWidgets, QtGui, QtCore):
        if hasattr(module, last):
            return getattr(module, last)
    return QtCore.QObject


def converted(value: Any, type_name: str, what: str) -> Any:
    """Return `value` as a property of this C++ type takes it, or refuse it as PythonQt does."""
    number = isinstance(value, (int, float))
    sequence = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    accepted = {
        "bool": isinstance(value, (bool, int)),
        "int": number,
        "double": number,
        "float": number,
        "QString": isinstance(value, str),
        "QStringList": sequence,
    }
    if not accepted.get(type_name, True):
        kind = type(value).__name__
        raise AttributeError(
            f"{what} of type '{type_name}' does not accept an object of type {kind} ({value!r})"
        )
    converter = {"bool": bool, "int": int, "double": float, "float": float, "QStringList": list}
    return converter.get(type_name, lambda same: same)(value)


class ApiObject:
    """Base of the hand-written behaviours; a class named as one of Slicer's stands for it.

    A behaviour is written in PySide6's own way. Methods named as in C++ serve the API: the property
    `collapsed` is read by `collapsed()` or `isCollapsed()` and written by `setCollapsed()`.
    Properties without such methods are remembered, and set only if one of these names them:

    Attributes:
        passive: properties that have no effect here.
        follows: by property the method that follows a change of it.
        held_by: by name of a part of the widget the properties that it holds.
    """

    api_name: ClassVar[str] = ""
    passive: ClassVar[frozenset[str]] = frozenset()
    follows: ClassVar[dict[str, str]] = {}
    held_by: ClassVar[dict[str, tuple[str, ...]]] = {}
    behaviours: ClassVar[dict[str, type]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if exists(cls.__name__):
            cls.api_name = cls.__name__
            ApiObject.behaviours[cls.__name__] = cls
            _refuse_inventions(cls)
        for part, names in cls.held_by.items():
            for name in names:
                _hand_on(cls, part, name)

    def emit_signal(self, signature: str, *arguments: Any) -> None:
        """Call what is connected to this signal; an error is reported, and the rest goes on."""
        if self.signalsBlocked():
            return
        for listener in list(self.__dict__.get("_listeners", {}).get(normalized(signature), ())):
            try:
                listener(*arguments)
            except BaseException:  # noqa: BLE001 - as Qt: no error leaves a slot
                report_current_error()

    def add_listener(self, signature: str, listener: Callable[..., Any]) -> None:
        """Have `listener` called when the signal is emitted."""
        listeners = self.__dict__.setdefault("_listeners", {})
        listeners.setdefault(normalized(signature), []).append(listener)

    def remove_listener(self, signature: str, listener: Callable[..., Any]) -> None:
        """Undo `add_listener`."""
        self._listeners[normalized(signature)].remove(listener)

    def remembered(self, name: str) -> Any:
        """Return the value of a property that is only remembered: as set, or Slicer's default."""
        values = self.__dict__.setdefault("_values", {})
        if name in values:
            return values[name]
        for declared in chain(self.api_name):
            if name in declared.defaults:
                return declared.defaults[name]
        raise NotModelled(f"{self.api_name}.{name}: its value after construction is not known")

    def remember(self, name: str, value: Any) -> None:
        """Set a property that is only remembered, and do what follows from it."""
        self.__dict__.setdefault("_values", {})[name] = value
        if name in self.follows:
            getattr(self, self.follows[name])()


def _hand_on(cls: type, part: str, name: str) -> None:
    """Give a behaviour the getter and the setter of a property that a part of it holds."""
    setter = f"set{name[0].upper()}{name[1:]}"

    def get(self: Any) -> Any:
        return getattr(getattr(self, part), name)()

    def put(self: Any, value: Any) -> None:
        getattr(getattr(self, part), setter)(value)

    for method, function in ((name, get), (setter, put)):
        if method not in vars(cls):
            setattr(cls, method, function)


def _refuse_inventions(cls: type) -> None:
    """A behaviour may have no public name that the C++ class lacks."""
    known = set(dir(qt_base(cls.__name__))) | set(vars(ApiObject))
    for declared in chain(cls.__name__):
        known |= {*declared.properties, *declared.methods, *declared.statics, *declared.cpp_only}
        known |= set(declared.enums)
        capitals = [name[0].upper() + name[1:] for name in declared.properties]
        known |= {f"{verb}{name}" for verb in ("set", "is") for name in capitals}
    invented = [name for name in vars(cls) if not name.startswith("_") and name not in known]
    if invented:
        raise TypeError(f"{cls.__name__}: Slicer's class has no {', '.join(invented)}")
