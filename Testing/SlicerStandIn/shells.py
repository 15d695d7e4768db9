"""Python classes that derive from a wrapped class and override its virtual methods.

As in PythonQt, the C++ object of such an instance is a shell: its virtual methods call the Python
ones.
"""

from __future__ import annotations

from typing import Any


def is_plain(cls: type) -> bool:
    """Say whether a class is a wrapper itself, not a Python class derived from one."""
    from .pythonqt import Wrapper

    return Wrapper in cls.__bases__


def shell(cls: type) -> type:
    """Return the PySide6 class whose virtual methods call those of the Python class `cls`."""
    if "_shell_class" not in cls.__dict__:
        own = _python_bases(cls)
        names = {name for base in own for name in vars(base)} - {"__init__"}
        virtual = {name: _override(name) for name in names if _may_override(cls, name)}
        cls._shell_class = type(cls.qt_class.__name__, (cls.qt_class,), virtual)
    return cls._shell_class


def _python_bases(cls: type) -> list[type]:
    """The class and those of its bases that come before the wrapper."""
    bases = []
    for base in cls.__mro__:
        if is_plain(base):
            break
        bases.append(base)
    return bases


def _may_override(cls: type, name: str) -> bool:
    theirs = getattr(cls.qt_class, name, None)
    return not name.startswith("_") and callable(theirs) and callable(getattr(cls, name))


def _override(name: str) -> Any:
    from .pythonqt import unwrap, wrap

    def method(self: Any, *arguments: Any) -> Any:
        return unwrap(getattr(self.__dict__["_python_object"], name)(*wrap(arguments)))

    return method
