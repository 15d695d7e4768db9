"""Parameters bound to widgets: what one shows, the other holds."""

import slicer
import vtk

SlicerParameterNamePropertyName = "SlicerParameterName"


class GuiBindings:
    """All widgets bound to one parameter node."""

    def __init__(self, wrapper):
        self._wrapper = wrapper
        self._connectors: dict[int, dict] = {}
        self._observers: dict[int, int] = {}
        self._nextTag = 0
        self._showing = False

    def connectGui(self, gui) -> int:
        """Bind the children of a widget, or the attributes of a childWidgetVariables object."""
        return self.connect(
            {
                widget.property(SlicerParameterNamePropertyName): widget
                for widget in _widgetsOf(gui)
                if widget.property(SlicerParameterNamePropertyName)
            }
        )

    def connect(self, mapping: dict) -> int:
        """Bind widgets by the names of their parameters, and show the stored values in them.

        Raises:
            ValueError: there is no such parameter; nothing is bound then.
            RuntimeError: a widget cannot show the type of its parameter.
        """
        from .connectors import createConnector

        types = {name: self._wrapper.dataType(name) for name in mapping}
        connectors = {
            name: createConnector(widget, types[name]) for name, widget in mapping.items()
        }
        tag, self._nextTag = self._nextTag, self._nextTag + 1
        self._connectors[tag] = connectors
        for name, connector in connectors.items():
            connector.write(self._wrapper.getValue(name))
            connector.onChanged(lambda name=name, connector=connector: self._store(name, connector))
        self._observers[tag] = self._wrapper.AddObserver(
            vtk.vtkCommand.ModifiedEvent, lambda caller, event: self._show()
        )
        return tag

    def disconnect(self, tag: int) -> None:
        """Undo a binding; one that does not exist is no error."""
        for connector in self._connectors.pop(tag, {}).values():
            connector.onChanged(None)
        if tag in self._observers:
            self._wrapper.RemoveObserver(self._observers.pop(tag))

    def _store(self, name: str, connector) -> None:
        with slicer.util.NodeModify(self._wrapper):
            if not self._showing:
                self._wrapper.setValue(name, connector.read())

    def _show(self) -> None:
        if self._showing:
            return
        self._showing = True
        try:
            with slicer.util.NodeModify(self._wrapper):
                for connectors in list(self._connectors.values()):
                    for name, connector in connectors.items():
                        connector.write(self._wrapper.getValue(name))
        finally:
            self._showing = False


def _widgetsOf(gui) -> list:
    import qt

    if getattr(gui, "isWidgetType", lambda: False)():
        return gui.findChildren(qt.QWidget)
    return list(vars(gui).values())
