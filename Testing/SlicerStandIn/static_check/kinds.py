"""What an expression of a source file is, as far as it can be known without running it."""

from __future__ import annotations

import ast
import dataclasses


class WrongUseError(Exception):
    """Slicer has no such thing, or does not take it so."""


class Kind:
    """Something of which nothing is known: everything is allowed."""

    def attribute(self, _name: str) -> Kind:
        """Return the kind of an attribute; raise WrongUseError if there is none."""
        return UNKNOWN

    def assign(self, name: str) -> None:
        """Raise WrongUseError if the attribute cannot be set."""
        self.attribute(name)

    def called(self, _call: ast.Call) -> Kind:
        """Return the kind of the result; raise WrongUseError if it cannot be called so."""
        return UNKNOWN


UNKNOWN = Kind()


@dataclasses.dataclass(frozen=True)
class Named(Kind):
    """Something with attributes of its own names and no others.

    Attributes:
        what: shown in messages.
        members: the kind of each attribute.
    """

    what: str
    members: dict[str, Kind] = dataclasses.field(hash=False)

    def attribute(self, name: str) -> Kind:
        """Return the kind of one of the members."""
        if name not in self.members:
            raise WrongUseError(f"{self.what} has no '{name}'")
        return self.members[name]


@dataclasses.dataclass(frozen=True)
class StoredParameters(Kind):
    """A parameter node: its parameters, and what the MRML node behind it has.

    Attributes:
        what: name of the class.
        parameters: the kind of each parameter.
        methods: names that every parameter node has.
        node: the MRML node, as code may hold it by the same name.
    """

    what: str
    parameters: dict[str, Kind] = dataclasses.field(hash=False)
    methods: frozenset[str]
    node: Kind

    def attribute(self, name: str) -> Kind:
        """Return the kind of a parameter or of a method."""
        if name in self.parameters:
            return self.parameters[name]
        if name in self.methods:
            return UNKNOWN
        try:
            return self.node.attribute(name)
        except WrongUseError:
            raise WrongUseError(f"{self.what} has no parameter '{name}'") from None

    def assign(self, name: str) -> None:
        """Refuse what is not a parameter: it would not be stored with the scene."""
        if name not in self.parameters:
            raise WrongUseError(f"{self.what} has no parameter '{name}'")


def merged(first: Kind | None, second: Kind) -> Kind:
    """Return the kind of a name that is assigned twice: known only if both are the same."""
    return second if first is None or first == second else UNKNOWN


def constant_text(node: ast.expr | None) -> str | None:
    """Return a text that stands in the source as such, None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def refuse_keywords(what: str, call: ast.Call) -> None:
    """Refuse keyword arguments: PythonQt takes none."""
    if call.keywords:
        names = ", ".join(keyword.arg or "**" for keyword in call.keywords)
        raise WrongUseError(f"{what} takes no keyword arguments ({names})")


def check_count(what: str, call: ast.Call, fewest: int, most: int) -> None:
    """Refuse a wrong number of arguments, unless some are spread from a list."""
    if any(isinstance(each, ast.Starred) for each in call.args):
        return
    if not fewest <= len(call.args) <= most:
        allowed = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise WrongUseError(f"{what} takes {allowed} arguments, not {len(call.args)}")
