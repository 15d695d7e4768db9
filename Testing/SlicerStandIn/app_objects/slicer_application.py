"""qSlicerApplication, the object behind `slicer.app`."""

from __future__ import annotations

import tempfile
from typing import Any, ClassVar

import slicer
from PySide6 import QtCore, QtWidgets

from ..api import ApiObject

VERSION = (5, 12, 3)
_DOCUMENTATION = "https://slicer.readthedocs.io/en/5.12/"


class qSlicerApplication(ApiObject, QtWidgets.QApplication):
    """The application: testing, without a main window, its settings in a temporary file."""

    _testing: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__(["Slicer"])
        self._folder = tempfile.TemporaryDirectory(prefix="slicer-stand-in-")
        self._settings: Any = None
        self._environment = QtCore.QProcessEnvironment.systemEnvironment()
        self._application_logic: Any = None
        self._module_manager: Any = None
        self._io_manager: Any = None
        self._extensions: Any = None
        self._options: Any = None
        self._layout_manager: Any = None
        self._dicom_database: Any = None
        self._restarts: list[str] = []

    @staticmethod
    def testingEnabled() -> bool:
        return qSlicerApplication._testing

    # What it leads to

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene

    def applicationLogic(self) -> Any:
        return self._application_logic

    def moduleLogic(self, name: str) -> Any:
        return self._application_logic.GetModuleLogic(name)

    def moduleManager(self) -> Any:
        return self._module_manager

    def coreIOManager(self) -> Any:
        return self._io_manager

    ioManager = coreIOManager

    def layoutManager(self) -> Any:
        return self._layout_manager

    def setLayoutManager(self, manager: Any) -> None:
        self._layout_manager = manager

    def extensionsManagerModel(self) -> Any:
        return self._extensions

    def dicomDatabase(self) -> Any:
        return self._dicom_database

    def commandOptions(self) -> Any:
        return self._options

    def pythonConsole(self) -> None:
        return None

    def settings(self) -> QtCore.QSettings:
        if self._settings is None:
            self._settings = QtCore.QSettings()
        return self._settings

    userSettings = revisionUserSettings = settings

    def startupEnvironment(self) -> QtCore.QProcessEnvironment:
        return self._environment

    environment = startupEnvironment

    # What it does

    def processEvents(self) -> None:
        QtCore.QCoreApplication.processEvents()

    def pauseRender(self) -> None:
        """Nothing is rendered."""

    resumeRender = pauseRender

    def setRenderPaused(self, _paused: bool) -> None:
        """Nothing is rendered."""

    def restart(self) -> None:
        self._restarts.append("restart")

    def confirmRestart(self, reason: str = "") -> None:
        self._restarts.append(reason)

    def openNodeModule(self, *_node: Any) -> None:
        """There is no panel in which another module could open."""

    def moduleDocumentationUrl(self, name: str) -> str:
        return f"{_DOCUMENTATION}user_guide/modules/{name.lower()}.html"

    # What it is

    def temporaryPath(self) -> str:
        return self._folder.name

    cachePath = slicerHome = extensionsInstallPath = temporaryPath

    def documentationBaseUrl(self) -> str:
        return _DOCUMENTATION

    def majorVersion(self) -> int:
        return VERSION[0]

    mainApplicationMajorVersion = majorVersion

    def minorVersion(self) -> int:
        return VERSION[1]

    mainApplicationMinorVersion = minorVersion

    def mainApplicationPatchVersion(self) -> int:
        return VERSION[2]

    def mainApplicationName(self) -> str:
        return "Slicer"

    def revision(self) -> str:
        return "34627"

    repositoryRevision = revision

    def os(self) -> str:
        return "linux"

    def arch(self) -> str:
        return "amd64"

    def platform(self) -> str:
        return "linux-amd64"
