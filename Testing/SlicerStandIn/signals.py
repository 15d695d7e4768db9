"""Connecting Python callables as PythonQt does: by signature, with the arguments they take."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6 import QtCore

from . import api, members
from .api import ApiObject

if TYPE_CHECKING:
    from collections.abc import Callable


class SignalError(AttributeError):
    """No such signal. Slicer only returns False here, and all goes on without the connection."""


@dataclass(frozen=True)
class _Link:
    signature: str
    target: Callable[..., Any]
    adapter: Callable[..., Any]


# By address of the sender: what PySide6 hands out for an object made in C++ is not always the same.
_links: dict[int, list[_Link]] = {}


def connect(sender: Any, signature: str, target: Callable[..., Any], wrap: Callable) -> bool:
    """Call `target` with the signal's arguments, each put through `wrap`."""
    if not callable(target):
        raise TypeError(f"{target!r} is not callable")
    signature = checked(sender, signature)
    given, taken = api.argument_count(signature), _taken_arguments(target)

    def adapter(*arguments: Any) -> None:
        target(*[wrap(argument) for argument in arguments[:given][:taken]])

    _attach(sender, signature, adapter)
    _links_of(sender).append(_Link(signature, target, adapter))
    return True


def disconnect(sender: Any, signature: str, target: Callable[..., Any] | None = None) -> bool:
    """Undo one connection, or all of this signal; False where there was none."""
    signature = checked(sender, signature)
    links = _links_of(sender)
    found = [one for one in links if one.signature == signature and target in (None, one.target)]
    for link in found if target is None else found[:1]:
        links.remove(link)
        _detach(sender, signature, link.adapter)
    return bool(found)


def checked(sender: Any, signature: str) -> str:
    """Return the signature as Qt writes it, or refuse one that the sender does not have."""
    signature = api.normalized(signature)
    cls, api_name = type(sender), getattr(type(sender), "api_name", "")
    found = members.find(cls, api_name, _name(signature))
    known = found.signatures if isinstance(found, members.Signal) else ()
    if signature not in known:
        raise SignalError(
            f"{api_name or cls.__name__} has no signal '{signature}'; it has {list(known)}"
        )
    return signature


def emit(sender: Any, signature: str, arguments: tuple[Any, ...]) -> None:
    """Emit a signal, as calling it does in PythonQt."""
    if _is_declared(sender, signature):
        sender.emit_signal(signature, *arguments)
    else:
        _instance(sender, signature).emit(*arguments)


def _attach(sender: Any, signature: str, adapter: Callable[..., Any]) -> None:
    if _is_declared(sender, signature):
        sender.add_listener(signature, adapter)
    else:
        _instance(sender, signature).connect(adapter)


def _detach(sender: Any, signature: str, adapter: Callable[..., Any]) -> None:
    if _is_declared(sender, signature):
        sender.remove_listener(signature, adapter)
    else:
        _instance(sender, signature).disconnect(adapter)


def _name(signature: str) -> str:
    return signature.split("(", 1)[0]


def _is_declared(sender: Any, signature: str) -> bool:
    api_name = getattr(type(sender), "api_name", "")
    found = members.find(type(sender), api_name, _name(signature))
    return isinstance(sender, ApiObject) and found.owner is not None


def _instance(sender: Any, signature: str) -> Any:
    name, arguments = signature[:-1].split("(", 1)
    signal = getattr(sender, name)
    try:
        return signal[arguments] if arguments else signal
    except (IndexError, KeyError, TypeError):  # the only signal of this name
        return signal


def _taken_arguments(target: Callable[..., Any]) -> int | None:
    """How many arguments PythonQt passes at most: it asks functions and methods, not partials."""
    function = target.__func__ if inspect.ismethod(target) else target
    if not inspect.isfunction(function) or function.__code__.co_flags & inspect.CO_VARARGS:
        return None
    return function.__code__.co_argcount - inspect.ismethod(target)


def _links_of(sender: Any) -> list[_Link]:
    address = shiboken6.getCppPointer(sender)[0]
    if address not in _links:
        _links[address] = []
        QtCore.QObject.destroyed.__get__(sender).connect(lambda *_: _links.pop(address, None))
    return _links[address]
