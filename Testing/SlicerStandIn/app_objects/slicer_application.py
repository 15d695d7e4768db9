"""qSlicerApplication, the object behind `slicer.app`."""

from __future__ import annotations

import tempfile
from typing import Any, ClassVar

import slicer
from PySide6 import QtCore, QtWidgets

from ..api import ApiObject

_DOCUMENTATION = "https://slicer.readthedocs.io/en/5.12/"


class qSlicerApplication(ApiObject, QtWidgets.QApplication):
    """The application: testing, without a main window, its settings in a temporary file."""

    _testing: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__(["Slicer"])
        self._folder = tempfile.TemporaryDirectory(prefix="slicer-stand-in-")
        self._application_logic: Any = None
        self._module_manager: Any = None
        self._io_manager: Any = None
        self._layout_manager: Any = None
        self._dicom_database: Any = None

    @staticmethod
    def testingEnabled() -> bool:
        return qSlicerApplication._testing

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

    def layoutManager(self) -> Any:
        return self._layout_manager

    def setLayoutManager(self, manager: Any) -> None:
        self._layout_manager = manager

    def dicomDatabase(self) -> Any:
        return self._dicom_database

    def processEvents(self) -> None:
        QtCore.QCoreApplication.processEvents()

    def pauseRender(self) -> None:
        """Nothing is rendered."""

    resumeRender = pauseRender

    def temporaryPath(self) -> str:
        return self._folder.name

    def documentationBaseUrl(self) -> str:
        return _DOCUMENTATION
