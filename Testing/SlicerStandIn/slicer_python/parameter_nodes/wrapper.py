"""The class decorator that turns annotated names into parameters stored in a MRML node."""

import dataclasses
import typing
import weakref

import slicer
import vtk

from .binding import GuiBindings
from .storage import Storage, storageFor


@dataclasses.dataclass(frozen=True)
class ParameterInfo:
    """One parameter as its class declares it."""

    basename: str
    storage: Storage
    default: typing.Any
    unalteredType: type


class _StoredValue:
    """The value of one parameter of one node, remembered until the node is modified."""

    def __init__(self, info: ParameterInfo, node, name: str):
        self._info, self._node, self._name = info, node, name
        self._writing = False
        if not info.storage.has(node, name):
            self._store(info.default)
        self.value = self._stored()
        self._observeWithoutKeepingAlive()

    def write(self, value) -> None:
        """Store a value; what observes the node already finds it."""
        self._writing = True
        try:
            with slicer.util.NodeModify(self._node):
                self._store(value)
                self.value = self._stored()
        finally:
            self._writing = False

    def _store(self, value) -> None:
        self._info.storage.check(value)
        self._info.storage.write(self._node, self._name, value)

    def _stored(self):
        if not self._info.storage.has(self._node, self._name):
            self._store(self._info.default)
        return self._info.storage.read(self._node, self._name)

    def _observeWithoutKeepingAlive(self) -> None:
        me = weakref.ref(self)

        def readAgain(caller, event):
            stored = me()
            if stored is not None and not stored._writing:
                stored.value = stored._stored()

        tag = self._node.AddObserver(vtk.vtkCommand.ModifiedEvent, readAgain)
        weakref.finalize(self, self._node.RemoveObserver, tag).atexit = False


class _ParameterNode:
    """What every parameter node answers, whatever its parameters."""

    allParameters: typing.ClassVar[dict[str, ParameterInfo]]
    _is_parameter_node_wrapper = True

    def __init__(self, parameterNode, prefix: str | None = None):
        self.parameterNode = parameterNode
        self._storedValues = {
            name: _StoredValue(info, parameterNode, f"{prefix or ''}{name}")
            for name, info in self.allParameters.items()
        }
        self._guiBindings = GuiBindings(self)

    def isCached(self, paramName: str) -> bool:
        """Tell whether a parameter is read from memory; all types modelled here are."""
        return self._parameterInfo(paramName) is not None

    @classmethod
    def dataType(cls, membername: str):
        """Return the type of a parameter as it was declared."""
        return cls._parameterInfo(membername).unalteredType

    def getValue(self, name: str):
        """Return the value of a parameter."""
        self._parameterInfo(name)
        return self._storedValues[name].value

    def setValue(self, name: str, value) -> None:
        """Store the value of a parameter."""
        self._parameterInfo(name)
        self._storedValues[name].write(value)

    def connectGui(self, gui) -> int:
        """Bind every widget that names a parameter in its property SlicerParameterName."""
        return self._guiBindings.connectGui(gui)

    def connectParametersToGui(self, mapping: dict) -> int:
        """Bind widgets by the names of their parameters."""
        return self._guiBindings.connect(mapping)

    def disconnectGui(self, guiTag: int) -> None:
        """Undo a binding."""
        self._guiBindings.disconnect(guiTag)

    def StartModify(self):
        """Hold back the node's ModifiedEvent."""
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified):
        """Send the ModifiedEvent that was held back."""
        return self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event, callback, priority=0.0) -> int:
        """Observe the node."""
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag: int) -> None:
        """Stop observing the node."""
        self.parameterNode.RemoveObserver(tag)

    def Modified(self) -> None:
        """Send the node's ModifiedEvent."""
        self.parameterNode.Modified()

    @classmethod
    def _parameterInfo(cls, name: str) -> ParameterInfo:
        try:
            return cls.allParameters[name]
        except KeyError:
            known = ", ".join(cls.allParameters)
            raise ValueError(
                f"Cannot find a param with the given name: {name}; there are {known}"
            ) from None


_OWN_NAMES = {name for name in vars(_ParameterNode) if not name.startswith("__")}


def parameterNodeWrapper(classtype=None):
    """Give a class of annotated names typed access to a vtkMRMLScriptedModuleNode.

    Works as @parameterNodeWrapper and as @parameterNodeWrapper().

    Raises:
        ValueError: a name is one that parameter nodes have themselves.
        Exception: a type cannot be stored; its cause says why.
    """
    return _wrapped if classtype is None else _wrapped(classtype)


def isParameterNodeWrapper(classOrObj) -> bool:
    """Tell whether a class or an object was made by parameterNodeWrapper."""
    return getattr(classOrObj, "_is_parameter_node_wrapper", False)


def _wrapped(classtype):
    hints = typing.get_type_hints(classtype)
    infos = {name: _declared(classtype, name, hint) for name, hint in hints.items()}
    for name in sorted(_OWN_NAMES | {"allParameters", "default"}):
        if hasattr(classtype, name) or name in infos:
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    members = {name: _property(name) for name in infos}
    members |= {name: vars(_ParameterNode)[name] for name in (*_OWN_NAMES, "__init__")}
    members["allParameters"] = infos
    for name, member in members.items():
        setattr(classtype, name, member)
    return classtype


def _declared(classtype, name: str, hint) -> ParameterInfo:
    try:
        storage = storageFor(hint)
    except Exception as error:
        # Slicer raises this very class; code under test may expect no narrower one.
        raise Exception(f"Unable to create serializer for {classtype} member {name}") from error
    return ParameterInfo(name, storage, getattr(classtype, name, storage.initial), hint)


def _property(name: str) -> property:
    return property(
        lambda self: self._storedValues[name].value,
        lambda self, value: self._storedValues[name].write(value),
    )
