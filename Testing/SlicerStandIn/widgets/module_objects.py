"""What stands around a scripted module: the C++ module object and the widget it lives in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from ..api import ApiObject
from .mrml import qSlicerWidget


class qSlicerLoadableModule(ApiObject, QtCore.QObject):
    """A module of the application's own, known by its logic alone."""

    def __init__(self, name: str, logic: Any) -> None:
        super().__init__()
        self._name, self._logic = name, logic

    def name(self) -> str:
        return self._name

    title = name

    def logic(self) -> Any:
        return self._logic

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene


class qSlicerScriptedLoadableModule(ApiObject, QtCore.QObject):
    """The C++ side of a scripted module; the Python class sets its texts."""

    passive = frozenset(
        {"acknowledgementText", "associatedNodeTypes", "categories", "contributors", "dependencies"}
        | {"helpText", "hidden", "icon", "index", "title", "extensions"}
        | {"widgetRepresentationCreationEnabled"}
    )

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._widget: Any = None
        self._logic = slicer.vtkSlicerScriptedLoadableModuleLogic()
        for name in ("acknowledgementText", "helpText", "title"):
            self.remember(name, "")
        for name in ("associatedNodeTypes", "categories", "contributors", "dependencies"):
            self.remember(name, [])
        self.remember("hidden", False)

    def name(self) -> str:
        return Path(self._path).stem

    def path(self) -> str:
        return self._path

    def logic(self) -> Any:
        return self._logic

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene

    def widgetRepresentation(self) -> Any:
        if self._widget is None:
            self._widget = qSlicerScriptedLoadableModuleWidget()
            self._widget._start(self.name())
        return self._widget


class qSlicerScriptedLoadableModuleWidget(qSlicerWidget):
    """Holds the Python widget class: makes it, sets it up, and passes entering and leaving on."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._module_name = ""
        self._python: Any = None
        self._entered = False

    def _start(self, module_name: str) -> None:
        from ..pythonqt import wrap

        self._module_name = module_name
        self.setObjectName(f"{module_name}ModuleWidget")
        if self.layout() is None:
            QtWidgets.QVBoxLayout(self)
        widget_class = getattr(sys.modules[module_name], f"{module_name}Widget")
        self._python = widget_class(wrap(self))
        setattr(slicer.modules, f"{module_name}Widget", self._python)
        self._python.setup()
        self.setMRMLScene(slicer.mrmlScene)

    def moduleName(self) -> str:
        return self._module_name

    def self(self) -> Any:
        return self._python

    def reload(self) -> None:
        self._start(self._module_name)

    def isEntered(self) -> bool:
        return self._entered

    def enter(self) -> None:
        self._entered = True
        if hasattr(self._python, "enter"):
            self._python.enter()

    def exit(self) -> None:
        self._entered = False
        if hasattr(self._python, "exit"):
            self._python.exit()
