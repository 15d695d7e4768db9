"""The scene and the logics of the application's own modules, in the order Slicer sets them up."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

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


def fill_subject_hierarchy(scene: Any) -> Any:
    """Give nodes their items: in Slicer the Qt side does. The result must be kept alive."""
    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)

    def add_item(node: Any) -> None:
        hierarchy = scene.GetSubjectHierarchyNode()
        known = any(node.IsA(one) for one in _IN_HIERARCHY)
        if hierarchy is None or not known or node.GetHideFromEditors():
            return
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def node_added(_scene: Any, _event: str, node: Any) -> None:
        if not scene.IsImporting():
            add_item(node)

    def imported(_scene: Any, _event: str) -> None:
        nodes = map(scene.GetNthNode, range(scene.GetNumberOfNodes()))
        for node in list(nodes):
            add_item(node)

    scene.AddObserver(scene.NodeAddedEvent, node_added)
    scene.AddObserver(scene.EndImportEvent, imported)
    return node_added, imported
