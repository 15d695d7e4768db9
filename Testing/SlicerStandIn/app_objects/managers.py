"""Modules, extensions and the command line as the application knows them."""

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

    registeredModuleNames = loadedModuleNames

    def isLoaded(self, name: str) -> bool:
        return name in self.loadedModuleNames()

    isRegistered = isLoaded

    def loadedModule(self, name: str) -> Any:
        return unwrap(getattr(slicer.modules, name.lower(), None))


class qSlicerModuleManager(ApiObject, QtCore.QObject):
    """Finds modules by name, and tells when one is about to go."""

    def __init__(self) -> None:
        super().__init__()
        self._factory = qSlicerModuleFactoryManager()

    def factoryManager(self) -> QtCore.QObject:
        return self._factory

    def modulesNames(self) -> list[str]:
        return self._factory.loadedModuleNames()

    def module(self, name: str) -> Any:
        return self._factory.loadedModule(name)


class qSlicerExtensionsManagerModel(ApiObject, QtCore.QObject):
    """Extensions: a test says which are installed and which the server has; nothing comes down."""

    def __init__(self) -> None:
        super().__init__()
        self._installed: set[str] = set()
        self._on_server: set[str] = set()
        self._asked_for: list[str] = []
        self._interactive = True

    def isExtensionInstalled(self, name: str) -> bool:
        return name in self._installed

    def isExtensionEnabled(self, name: str) -> bool:
        return name in self._installed

    def installedExtensions(self) -> list[str]:
        return sorted(self._installed)

    def interactive(self) -> bool:
        return self._interactive

    def setInteractive(self, interactive: bool) -> None:
        self._interactive = interactive

    def updateExtensionsMetadataFromServer(self, *_how: bool) -> bool:
        return bool(self._on_server)

    def installExtensionFromServer(
        self, name: str, _restart: bool = True, _wait: bool = True
    ) -> bool:
        self._asked_for.append(name)
        if name not in self._on_server:
            return False
        self._installed.add(name)
        self.emit_signal("extensionInstalled(QString)", name)
        return True

    downloadAndInstallExtensionByName = installExtensionFromServer


class qSlicerCommandOptions(ApiObject, QtCore.QObject):
    """The command line of an application started for tests, without a main window."""

    def noMainWindow(self) -> bool:
        return True

    def testingEnabled(self) -> bool:
        return slicer.app.testingEnabled()
