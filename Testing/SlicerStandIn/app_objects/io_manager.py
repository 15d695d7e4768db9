"""qSlicerIOManager: scenes and volumes, read and written by Slicer's own logics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer
import vtk
from PySide6 import QtCore

from ..api import ApiObject
from ..failures import NotModelled


class qSlicerIOManager(ApiObject, QtCore.QObject):
    """Reads and writes; paths are text, as Qt takes them."""

    def fileType(self, path: str) -> str:
        if not isinstance(path, str):
            raise TypeError(f"Qt takes a path as str, not {type(path).__name__}: {path!r}")
        return "SceneFile" if path.lower().endswith((".mrb", ".mrml")) else "VolumeFile"

    def loadNodes(
        self, file_type: str, properties: dict, loaded: Any = None, messages: Any = None
    ) -> bool:
        path = properties["fileName"]
        if not Path(path).is_file():
            return _failed(messages, f"File does not exist: {path}")
        if file_type == "SceneFile" and path.endswith(".mrb"):
            return bool(slicer.mrmlScene.ReadFromMRB(path, properties.get("clear", True)))
        if file_type != "VolumeFile":
            raise NotModelled(f"reading a {file_type} {path}")
        name = properties.get("name") or Path(path).name.split(".")[0]
        node = slicer.app.moduleLogic("Volumes").AddArchetypeVolume(path, name, 0)
        if node is None:
            return _failed(messages, f"Cannot read {path}")
        if properties.get("show", True):
            logic = slicer.app.applicationLogic()
            logic.GetSelectionNode().SetActiveVolumeID(node.GetID())
            logic.PropagateVolumeSelection()
        if loaded is not None:
            loaded.AddItem(node)
        return True

    def saveNodes(
        self, file_type: str, properties: dict, messages: Any = None, _scene: Any = None
    ) -> bool:
        path = properties["fileName"]
        if file_type != "SceneFile" or not path.endswith(".mrb"):
            raise NotModelled(f"writing a {file_type} {path}")
        return bool(slicer.mrmlScene.WriteToMRB(path, None, messages))


def _failed(messages: Any, text: str) -> bool:
    if messages is not None:
        messages.AddMessage(vtk.vtkCommand.ErrorEvent, text)
    return False
