"""qMRMLWidget and qSlicerWidget: widgets that carry the scene."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets

from ..api import ApiObject


class _HasScene(ApiObject):
    """`setMRMLScene` keeps the scene and says so once."""

    _scene: Any = None

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.emit_signal("mrmlSceneChanged(vtkMRMLScene*)", scene)


class qMRMLWidget(_HasScene, QtWidgets.QWidget):
    """A widget whose parts get the scene through its signal mrmlSceneChanged."""

    def mrmlScene(self) -> Any:
        return self._scene


class qSlicerWidget(_HasScene, QtWidgets.QWidget):
    """Base of the module widgets."""
