"""How values of each type lie in a vtkMRMLScriptedModuleNode."""

import abc
import enum
import logging
import pathlib
import types
import typing

import slicer

from .annotations import IsInstance, IsNone, NotNone, Validator, splitAnnotations

_logger = logging.getLogger("slicer")

_ONLY_IN_SLICER = {list, tuple, dict, typing.Any}


class Storage(abc.ABC):
    """Reads and writes the values of one type under a name; most are one text parameter."""

    rules: tuple[Validator, ...] = ()
    initial: typing.Any = None

    def check(self, value) -> None:
        """Raise what the first broken rule raises."""
        for rule in self.rules:
            rule.validate(value)

    def takes(self, value) -> bool:
        """Tell whether a union may choose this type for a value, by the value's class alone."""
        return value is not None

    def has(self, node, name: str) -> bool:
        """Tell whether the node holds a value."""
        return node.HasParameter(name)

    def remove(self, node, name: str) -> None:
        """Forget the value."""
        node.UnsetParameter(name)

    def write(self, node, name: str, value) -> None:
        """Store a value that passed check()."""
        node.SetParameter(name, self.text(value))

    def read(self, node, name: str):
        """Return the stored value."""
        return self.value(node.GetParameter(name))

    def text(self, value) -> str:
        """Return the text that stands for a value."""
        return str(value)

    @abc.abstractmethod
    def value(self, text: str):
        """Return the value that a text stands for."""


class PlainStorage(Storage):
    """Numbers, texts and paths: their own text."""

    def __init__(self, kind, accepted, initial):
        self._kind = kind
        self.rules = (NotNone(), IsInstance(accepted))
        self.initial = initial

    def takes(self, value) -> bool:
        """Leave True and False to bool, though they are instances of int."""
        return value is not None and not isinstance(value, bool)

    def value(self, text: str):
        """Return the value in its own type: a float parameter reads as float."""
        return self._kind(text)


class BoolStorage(Storage):
    """True or False, by these words."""

    rules = (NotNone(), IsInstance(bool))
    initial = False

    def value(self, text: str) -> bool:
        """Return False for every other word."""
        return text == "True"


class EnumStorage(Storage):
    """A member of an enum, by its name; the first member is the initial one."""

    def __init__(self, members):
        if not len(members):
            raise ValueError("Cannot store an enum without members.")
        self._members = members
        self.rules = (IsInstance(members),)
        self.initial = next(iter(members))

    def text(self, value) -> str:
        """Return the member's name."""
        return value.name

    def value(self, text: str):
        """Return the member; a name that the enum does not have raises ValueError."""
        try:
            return self._members[text]
        except KeyError as error:
            raise ValueError(f"{text!r} is stored, which is not in {self._members!r}") from error


class NodeStorage(Storage):
    """A reference to a MRML node; an empty parameter of the same name tells that None was set."""

    def __init__(self, kind):
        self.rules = (IsInstance(kind),)

    def write(self, node, name: str, value) -> None:
        """Refer to another node, or to none."""
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, None if value is None else value.GetID())

    def read(self, node, name: str):
        """Return the node referred to, None if there is none in the scene."""
        return node.GetNodeReference(name)

    def remove(self, node, name: str) -> None:
        """Forget the reference and that there was one."""
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)

    def value(self, text: str):
        """Nodes are not read from text."""
        raise NotImplementedError


class NoneStorage(Storage):
    """None, as an alternative within a union."""

    rules = (IsNone(),)

    def takes(self, value) -> bool:
        """Take None alone."""
        return value is None

    def text(self, value) -> str:
        """Return what marks that None was set."""
        return "True"

    def value(self, text: str) -> None:
        """Return None."""


class UnionStorage(Storage):
    """One of several types; the number of the type that is set follows the name."""

    def __init__(self, alternatives: list[Storage]):
        self._alternatives = alternatives
        optional = len(alternatives) == 2 and isinstance(alternatives[1], NoneStorage)
        self.initial = None if optional else alternatives[0].initial

    def check(self, value) -> None:
        """Raise if a rule of the whole union is broken or no alternative takes the value."""
        super().check(value)
        self._alternativeFor(value)

    def has(self, node, name: str) -> bool:
        """Tell whether any alternative is set."""
        return any(each.has(node, key) for key, each in self._named(name))

    def write(self, node, name: str, value) -> None:
        """Set the alternative that takes the value, and no other."""
        chosen = self._alternativeFor(value)
        with slicer.util.NodeModify(node):
            self.remove(node, name)
            for key, alternative in self._named(name):
                if alternative is chosen:
                    alternative.write(node, key, value)

    def read(self, node, name: str):
        """Return the value of the alternative that is set."""
        for key, alternative in self._named(name):
            if alternative.has(node, key):
                return alternative.read(node, key)
        raise KeyError(f"Unable to find value for name: {name}")

    def remove(self, node, name: str) -> None:
        """Forget all alternatives."""
        with slicer.util.NodeModify(node):
            for key, alternative in self._named(name):
                alternative.remove(node, key)

    def value(self, text: str):
        """Unions are read by their alternatives."""
        raise NotImplementedError

    def _named(self, name: str):
        return [(f"{name}.{index}", each) for index, each in enumerate(self._alternatives)]

    def _alternativeFor(self, value) -> Storage:
        failure = TypeError(f"Unable to write value '{value}' of type '{type(value)}'")
        for alternative in self._alternatives:
            if not alternative.takes(value):
                continue
            try:
                alternative.check(value)
            except (TypeError, ValueError) as error:
                failure = error
            else:
                return alternative
        raise failure


def storageFor(annotated) -> tuple[Storage, list]:
    """Return how a type is stored, its rules included, and the annotations that are left.

    Raises:
        RuntimeError: no parameter can have this type, or only Slicer itself can store it.
    """
    kind, annotations = splitAnnotations(annotated)
    storage = _storageOf(kind)
    storage.rules += tuple(_rules(annotations))
    return storage, [each for each in annotations if not _isRule(each)]


def _storageOf(kind) -> Storage:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return UnionStorage([_alternative(each) for each in typing.get_args(kind)])
    if kind is type(None):
        return NoneStorage()
    plain = {
        int: (int, int, 0),
        float: (float, (int, float), 0),
        str: (str, str, ""),
        pathlib.Path: (pathlib.Path, pathlib.Path, pathlib.Path()),
    }
    if kind is bool:
        return BoolStorage()
    if kind in plain:
        return PlainStorage(*plain[kind])
    if isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        return NodeStorage(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return EnumStorage(kind)
    if kind in _ONLY_IN_SLICER or typing.get_origin(kind) in _ONLY_IN_SLICER:
        raise RuntimeError(f"Slicer stores {kind}, but this stand-in does not model it.")
    raise RuntimeError(f"Unable to create serializer for type: {kind}")


def _alternative(annotated) -> Storage:
    storage, unused = storageFor(annotated)
    if unused:
        _logger.warning("Unused annotations: %s", unused)
    return storage


def _isRule(annotation) -> bool:
    return isinstance(annotation, Validator) or (
        isinstance(annotation, type) and issubclass(annotation, Validator)
    )


def _rules(annotations) -> list[Validator]:
    rules = [each for each in annotations if _isRule(each)]
    for rule in rules:
        if isinstance(rule, type):
            raise TypeError(f"{rule.__name__} must be called in an annotation: {rule.__name__}(…)")
    return rules
