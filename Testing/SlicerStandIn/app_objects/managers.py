"""Which modules the application knows."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore

from ..api import ApiObject
from ..pythonqt import unwrap


class qSlicerModuleFactoryManager(ApiObject, QtCore.QObject):
    """Which modules are loaded."""

    def loadedModuleNames(self) -> list[str]:
        return [name for name in vars(slicer.moduleNames) if not name.startswith("_")]


class qSlicerModuleManager(ApiObject, QtCore.QObject):
    """Finds modules by name, and tells when one is about to go."""

    def __init__(self) -> None:
        super().__init__()
        self._factory = qSlicerModuleFactoryManager()

    def factoryManager(self) -> QtCore.QObject:
        return self._factory

    def module(self, name: str) -> Any:
        return unwrap(getattr(slicer.modules, name.lower(), None))
