"""qSlicerIOManager: reading and writing by Slicer's own logics and storage nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer
import vtk
from PySide6 import QtCore

from ..api import ApiObject
from ..failures import NotModelled

# File types by ending, the first that fits; anything else is an image.
_ENDINGS = (
    ((".mrb", ".mrml"), "SceneFile"),
    ((".seg.nrrd", ".seg.nhdr"), "SegmentationFile"),
    ((".csv", ".tsv"), "TableFile"),
    ((".vtk", ".stl", ".ply", ".obj", ".vtp"), "ModelFile"),
    ((".h5", ".tfm"), "TransformFile"),
    ((".txt", ".json", ".xml"), "TextFile"),
)

# Nodes read and written by their storage node alone: file type, node class, storage class.
_BY_STORAGE = {
    "ModelFile": ("vtkMRMLModelNode", "vtkMRMLModelStorageNode"),
    "TableFile": ("vtkMRMLTableNode", "vtkMRMLTableStorageNode"),
    "TextFile": ("vtkMRMLTextNode", "vtkMRMLTextStorageNode"),
    "TransformFile": ("vtkMRMLTransformNode", "vtkMRMLTransformStorageNode"),
}
_FILE_TYPES = {"VolumeFile", "SegmentationFile", "SceneFile", *_BY_STORAGE}


class qSlicerCoreIOManager(ApiObject, QtCore.QObject):
    """Reads and writes; paths are text, as Qt takes them."""

    def fileType(self, path: str) -> str:
        lower = _text(path).lower()
        return next((kind for ends, kind in _ENDINGS if lower.endswith(ends)), "VolumeFile")

    def fileWriterFileType(self, node: Any, _format: str = "") -> str:
        if node.IsA("vtkMRMLSegmentationNode"):
            return "SegmentationFile"
        by_class = {cls: kind for kind, (cls, _) in _BY_STORAGE.items()}
        return next((by_class[one] for one in by_class if node.IsA(one)), "VolumeFile")

    def registeredFileReaderCount(self, file_type: str) -> int:
        return int(file_type in _FILE_TYPES)

    def loadNodes(
        self, file_type: str, properties: dict, loaded: Any = None, messages: Any = None
    ) -> bool:
        path = _text(properties["fileName"])
        if file_type == "SceneFile":
            return self.loadScene(path, properties.get("clear", True), messages)
        if not Path(path).is_file():
            return _failed(messages, f"File does not exist: {path}")
        name = properties.get("name") or Path(path).name.split(".")[0]
        node = _read(file_type, path, name, properties, messages)
        if node is None:
            return _failed(messages, f"Cannot read {path}")
        if loaded is not None:
            loaded.AddItem(node)
        self.emit_signal("newFileLoaded(qSlicerIO::IOProperties)", properties)
        return True

    def loadScene(self, path: str, clear: bool = True, messages: Any = None) -> bool:
        scene = slicer.mrmlScene
        if not Path(path).is_file():
            return _failed(messages, f"File does not exist: {path}")
        if path.endswith(".mrb"):
            return bool(scene.ReadFromMRB(path, clear))
        scene.SetURL(path)
        return bool(scene.Connect() if clear else scene.Import())

    def saveNodes(
        self, file_type: str, properties: dict, messages: Any = None, _scene: Any = None
    ) -> bool:
        path = _text(properties["fileName"])
        if file_type == "SceneFile":
            return self.saveScene(path, None, messages)
        node = slicer.mrmlScene.GetNodeByID(properties["nodeID"])
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode()
        storage = node.GetStorageNode()
        storage.SetFileName(path)
        storage.SetUseCompression(int(properties.get("useCompression", True)))
        written = bool(storage.WriteData(node))
        if not written and messages is not None:
            messages.AddMessages(storage.GetUserMessages())
        return written

    def saveScene(self, path: str, _screenshot: Any = None, messages: Any = None) -> bool:
        scene = slicer.mrmlScene
        if path.endswith(".mrb"):
            return bool(scene.WriteToMRB(path, None, messages))
        if path.endswith(".mrml"):
            scene.SetURL(path)
            scene.SetRootDirectory(str(Path(path).parent))
            return bool(scene.Commit(path, messages))
        Path(path).mkdir(parents=True, exist_ok=True)
        logic = slicer.app.applicationLogic()
        return bool(logic.SaveSceneToSlicerDataBundleDirectory(path, None, messages))


class qSlicerIOManager(qSlicerCoreIOManager):
    """The same, with the dialogs of the application, which are not modelled."""


def _text(path: Any) -> str:
    if not isinstance(path, str):
        raise TypeError(f"Qt takes a path as str, not {type(path).__name__}: {path!r}")
    return path


def _failed(messages: Any, text: str) -> bool:
    if messages is not None:
        messages.AddMessage(vtk.vtkCommand.ErrorEvent, text)
    return False


def _read(file_type: str, path: str, name: str, properties: dict, messages: Any) -> Any:
    if file_type == "VolumeFile":
        return _read_volume(path, name, properties)
    if file_type == "SegmentationFile":
        opacities = properties.get("autoOpacities", True)
        logic = slicer.app.moduleLogic("Segmentations")
        given = properties.get("name", "")
        return logic.LoadSegmentationFromFile(path, opacities, given, None, messages)
    if file_type in _BY_STORAGE:
        return _read_by_storage(*_BY_STORAGE[file_type], path, name, messages)
    raise NotModelled(f"reading a {file_type}")


def _read_volume(path: str, name: str, properties: dict) -> Any:
    options = int(bool(properties.get("labelmap")))
    options |= 0x2 * bool(properties.get("center")) | 0x4 * bool(properties.get("singleFile"))
    node = slicer.app.moduleLogic("Volumes").AddArchetypeVolume(path, name, options)
    if node is not None and properties.get("show", True):
        _show(node, bool(properties.get("labelmap")))
    return node


def _show(volume: Any, is_labels: bool) -> None:
    logic = slicer.app.applicationLogic()
    selection = logic.GetSelectionNode()
    if is_labels:
        selection.SetActiveLabelVolumeID(volume.GetID())
    else:
        selection.SetActiveVolumeID(volume.GetID())
    logic.PropagateVolumeSelection()


def _read_by_storage(
    node_class: str, storage_class: str, path: str, name: str, messages: Any
) -> Any:
    scene = slicer.mrmlScene
    storage = scene.AddNewNodeByClass(storage_class)
    storage.SetFileName(path)
    node = scene.AddNewNodeByClass(node_class, name)
    node.SetAndObserveStorageNodeID(storage.GetID())
    if storage.ReadData(node):
        if hasattr(node, "CreateDefaultDisplayNodes"):
            node.CreateDefaultDisplayNodes()
        return node
    if messages is not None:
        messages.AddMessages(storage.GetUserMessages())
    scene.RemoveNode(node)
    scene.RemoveNode(storage)
    return None
