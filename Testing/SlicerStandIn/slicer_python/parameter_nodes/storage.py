"""How values of each type lie in a vtkMRMLScriptedModuleNode."""

import slicer


class Storage:
    """Numbers, texts and truths: one text parameter each."""

    def __init__(self, kind):
        self._kind = kind
        self.initial = kind()

    def check(self, value) -> None:
        """Raise for a value of another type; an int may stand for a float."""
        accepted = (int, float) if self._kind is float else self._kind
        if value is None:
            raise ValueError("Value must not be None")
        if not isinstance(value, accepted):
            raise TypeError(f"Value {value!r} must be of type {self._kind}, not {type(value)}")

    def has(self, node, name: str) -> bool:
        """Tell whether the node holds a value."""
        return node.HasParameter(name)

    def write(self, node, name: str, value) -> None:
        """Store a value that passed check()."""
        node.SetParameter(name, str(value))

    def read(self, node, name: str):
        """Return the stored value in its own type: a float parameter reads as float."""
        text = node.GetParameter(name)
        return text == "True" if self._kind is bool else self._kind(text)


class NodeStorage(Storage):
    """A reference to a MRML node; an empty parameter of the same name tells that None was set."""

    def __init__(self, kind):
        self._kind, self.initial = kind, None

    def check(self, value) -> None:
        """Raise for what is no such node."""
        if not (value is None or isinstance(value, self._kind)):
            raise TypeError(f"Value {value!r} must be of type {self._kind}, not {type(value)}")

    def write(self, node, name: str, value) -> None:
        """Refer to another node, or to none."""
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, None if value is None else value.GetID())

    def read(self, node, name: str):
        """Return the node referred to, None if there is none in the scene."""
        return node.GetNodeReference(name)


def storageFor(kind) -> Storage:
    """Return how a type is stored.

    Raises:
        RuntimeError: no parameter can have this type, or only Slicer itself can store it.
    """
    if kind in (bool, int, float, str):
        return Storage(kind)
    if isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        return NodeStorage(kind)
    raise RuntimeError(f"Unable to create serializer for type: {kind}, here or in Slicer")
