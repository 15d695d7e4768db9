"""slicer.parameterNodeWrapper: typed parameters in a MRML node, bound to widgets.

Modelled: texts and MRML nodes, and node selectors bound to nodes.
"""

import typing
import weakref

import slicer
import vtk

_PROPERTY = "SlicerParameterName"
_NODE_CHANGED = "currentNodeChanged(vtkMRMLNode*)"


class _Parameter:
    """The value of one parameter of one node, remembered until the node is modified.

    A text lies in a parameter of the node; of a node, an empty parameter tells that it was set, and
    a reference which one it is.
    """

    def __init__(self, node, name: str, kind: type, default):
        self._node, self._name, self._kind = node, name, kind
        self._writing = False
        if not node.HasParameter(name):
            self._store(default)
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
        isNode = self._kind is not str
        if value is None and not isNode:
            raise ValueError("Value must not be None")
        if not isinstance(value, self._kind | None):
            raise TypeError(f"Value {value!r} must be of type {self._kind}, not {type(value)}")
        self._node.SetParameter(self._name, "" if isNode else value)
        if isNode:
            self._node.SetNodeReferenceID(self._name, value and value.GetID())

    def _stored(self):
        if self._kind is str:
            return self._node.GetParameter(self._name)
        return self._node.GetNodeReference(self._name)

    def _observeWithoutKeepingAlive(self) -> None:
        me = weakref.ref(self)

        def readAgain(caller, event):
            parameter = me()
            if parameter is not None and not parameter._writing:
                parameter.value = parameter._stored()

        tag = self._node.AddObserver(vtk.vtkCommand.ModifiedEvent, readAgain)
        weakref.finalize(self, self._node.RemoveObserver, tag).atexit = False


class _Bindings:
    """Selectors bound to the parameters of one node: what one shows, the other holds."""

    def __init__(self, wrapper):
        self._wrapper = wrapper
        self._bound: dict[int, tuple] = {}
        self._showing = False

    def connect(self, gui) -> int:
        """Bind the children of a widget, or the attributes of a childWidgetVariables object."""
        widgets = (
            gui.findChildren("QWidget") if hasattr(gui, "findChildren") else vars(gui).values()
        )
        named = {widget.property(_PROPERTY): widget for widget in widgets}
        named.pop(None, None)
        for name, widget in named.items():
            kind = self._wrapper.dataType(name)
            if kind is str or widget.className() != "qMRMLNodeComboBox":
                raise RuntimeError(
                    f"Unable to create GUI connector from datatype '{kind}' to widget "
                    f"{widget.className()}; Slicer may know how, the stand-in does not"
                )
        links = []
        for name, widget in named.items():
            widget.nodeTypes = (self._wrapper.dataType(name).__name__,)
            widget.setCurrentNode(self._wrapper.getValue(name))
            links.append((name, widget, lambda node, name=name: self._store(name, node)))
            widget.connect(_NODE_CHANGED, links[-1][2])
        modified = vtk.vtkCommand.ModifiedEvent
        observer = self._wrapper.AddObserver(modified, lambda caller, event: self._show())
        tag = len(self._bound)
        self._bound[tag] = (observer, links)
        return tag

    def disconnect(self, tag: int) -> None:
        """Undo a binding; one that does not exist is no error."""
        observer, links = self._bound.get(tag) or (None, ())
        for _name, widget, changed in links:
            widget.disconnect(_NODE_CHANGED, changed)
        if observer is not None:
            self._wrapper.RemoveObserver(observer)
            self._bound[tag] = None

    def _store(self, name: str, node) -> None:
        with slicer.util.NodeModify(self._wrapper):
            if not self._showing:
                self._wrapper.setValue(name, node)

    def _show(self) -> None:
        if self._showing:
            return
        self._showing = True
        try:
            with slicer.util.NodeModify(self._wrapper):
                for _observer, links in filter(None, list(self._bound.values())):
                    for name, widget, _changed in links:
                        if widget.currentNode() is not self._wrapper.getValue(name):
                            widget.setCurrentNode(self._wrapper.getValue(name))
        finally:
            self._showing = False


class ParameterNode:
    """What every parameter node answers, whatever its parameters."""

    allParameters: typing.ClassVar[dict[str, tuple]]

    def __init__(self, parameterNode):
        self.parameterNode = parameterNode
        self._parameters = {
            name: _Parameter(parameterNode, name, *declared)
            for name, declared in self.allParameters.items()
        }
        self._bindings = _Bindings(self)

    @classmethod
    def dataType(cls, membername: str):
        """Return the type of a parameter as it was declared."""
        if membername not in cls.allParameters:
            known = ", ".join(cls.allParameters)
            raise ValueError(
                f"Cannot find a param with the given name: {membername}; there are {known}"
            )
        return cls.allParameters[membername][0]

    def getValue(self, name: str):
        """Return the value of a parameter."""
        self.dataType(name)
        return self._parameters[name].value

    def setValue(self, name: str, value) -> None:
        """Store the value of a parameter."""
        self.dataType(name)
        self._parameters[name].write(value)

    def connectGui(self, gui) -> int:
        """Bind every widget that names a parameter in its property SlicerParameterName."""
        return self._bindings.connect(gui)

    def disconnectGui(self, guiTag: int) -> None:
        """Undo a binding."""
        self._bindings.disconnect(guiTag)

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


_OWN_NAMES = {name for name in vars(ParameterNode) if not name.startswith("__")}


def parameterNodeWrapper(classtype):
    """Give a class of annotated names typed access to a vtkMRMLScriptedModuleNode.

    Raises:
        ValueError: a name is one that parameter nodes have themselves.
        Exception: a type cannot be stored; its cause says why.
    """
    hints = typing.get_type_hints(classtype)
    for name in sorted(_OWN_NAMES | {"allParameters", "default", "isCached"}):
        if hasattr(classtype, name) or name in hints:
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    declared = {}
    for name, kind in hints.items():
        if kind is not str and not (
            isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)
        ):
            # Slicer raises this very class; code under test may expect no narrower one.
            raise Exception(f"Unable to create serializer for {classtype} member {name}")
        declared[name] = kind, getattr(classtype, name, "" if kind is str else None)
        setattr(classtype, name, _property(name))
    for name in (*_OWN_NAMES, "__init__"):
        setattr(classtype, name, vars(ParameterNode)[name])
    classtype.allParameters = declared
    return classtype


def _property(name: str) -> property:
    return property(
        lambda self: self._parameters[name].value,
        lambda self, value: self._parameters[name].write(value),
    )
