"""The scene and the logics of the application's own modules, in the order Slicer sets them up."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from .colors import add_file_colors

# Modules with a logic in slicer-core, and the class of it.
MODULE_LOGICS = {
    "Units": "vtkSlicerUnitsLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Models": "vtkSlicerModelsLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "CropVolume": "vtkSlicerCropVolumeLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Sequences": "vtkSlicerSequencesLogic",
}

# Nodes that get an item in the subject hierarchy when they are added.
_IN_HIERARCHY = ("vtkMRMLDisplayableNode", "vtkMRMLTableNode", "vtkMRMLTextNode")


def make_scene() -> Any:
    """Return an empty scene with crosshair and slice orientations, and name it slicer.mrmlScene."""
    scene = slicer.mrmlScene = slicer.vtkMRMLScene()
    crosshair = slicer.vtkMRMLCrosshairNode()
    crosshair.SetCrosshairName("default")
    scene.AddNode(crosshair)
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    return scene


def make_application_logic(scene: Any) -> Any:
    """Return the application logic, with the colours that every display node needs."""
    logic = slicer.vtkSlicerApplicationLogic()
    logic.SetMRMLScene(scene)
    logic.SetSliceLogics(vtk.vtkCollection())
    logic.SetViewLogics(vtk.vtkCollection())
    colors = logic.GetColorLogic()
    colors.SetMRMLScene(scene)
    colors.AddDefaultColorNodes()
    add_file_colors(scene)
    logic.SetModuleLogic("Colors", colors)
    return logic


def make_data_io(scene: Any, application_logic: Any, cache_folder: str) -> list[Any]:
    """Set up what reading a .mrb needs; the result must be kept alive."""
    remote = slicer.vtkMRMLRemoteIOLogic()
    remote.SetMRMLScene(scene)
    remote.SetMRMLApplicationLogic(application_logic)
    remote.GetCacheManager().SetRemoteCacheDirectory(cache_folder)
    manager = slicer.vtkDataIOManagerLogic()
    manager.SetMRMLScene(scene)
    manager.SetMRMLApplicationLogic(application_logic)
    manager.SetAndObserveDataIOManager(remote.GetDataIOManager())
    remote.AddDataIOToScene()
    return [remote, manager]


def make_module_logics(scene: Any, application_logic: Any, share_folder: str) -> dict[str, Any]:
    """Return the logics of the modules by name, registered in the application logic."""
    logics = {}
    for name, class_name in MODULE_LOGICS.items():
        logic = getattr(slicer, class_name)()
        if hasattr(logic, "SetModuleShareDirectory"):
            logic.SetModuleShareDirectory(share_folder)
        logic.SetMRMLApplicationLogic(application_logic)
        logic.SetMRMLScene(scene)
        application_logic.SetModuleLogic(name, logic)
        logics[name] = logic
    return logics


class SubjectHierarchyKeeper:
    """Gives nodes their items and takes them away again: in Slicer the Qt side does.

    What is imported brings its own items, so nodes are looked through when that is over.
    """

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._resolve()
        node_events = (
            (scene.NodeAddedEvent, self._node_added),
            (scene.NodeAboutToBeRemovedEvent, self._node_going),
        )
        for event, method in node_events:
            scene.AddObserver(event, vtk.calldata_type(vtk.VTK_OBJECT)(_as_function(method)))
        scene.AddObserver(scene.EndImportEvent, lambda *_: self._imported())
        scene.AddObserver(scene.EndCloseEvent, lambda *_: self._resolve())

    def _resolve(self) -> Any:
        return slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(self._scene)

    def _node_added(self, node: Any) -> None:
        if node.IsA("vtkMRMLSubjectHierarchyNode"):
            self._resolve()
        elif not self._scene.IsImporting():
            self._add_item(node)

    def _add_item(self, node: Any) -> None:
        if node.GetHideFromEditors() or not any(node.IsA(one) for one in _IN_HIERARCHY):
            return
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self._scene)
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)

    def _node_going(self, node: Any) -> None:
        if self._scene.IsClosing() or node.IsA("vtkMRMLSubjectHierarchyNode"):
            return
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self._scene)
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.RemoveItem(item, False, False)

    def _imported(self) -> None:
        self._resolve()
        for node in [self._scene.GetNthNode(i) for i in range(self._scene.GetNumberOfNodes())]:
            self._add_item(node)


def _as_function(method: Any) -> Any:
    def observer(_scene: Any, _event: str, node: Any) -> None:
        method(node)

    return observer
