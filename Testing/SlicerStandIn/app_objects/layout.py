"""qSlicerLayoutManager with the slice views Red, Yellow and Green and one 3D view.

The slice and view logics are Slicer's own. The views draw nothing: pictures are made by `views`.
"""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from ..api import ApiObject

SLICE_ORIENTATIONS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}
_SIZE = 400


class qMRMLSliceWidget(ApiObject, QtWidgets.QWidget):
    """One slice view: its logic and its node."""

    def __init__(self, name: str, orientation: str) -> None:
        super().__init__()
        application = slicer.app.applicationLogic()
        self._logic = slicer.vtkMRMLSliceLogic()
        self._logic.SetMRMLApplicationLogic(application)
        application.GetSliceLogics().AddItem(self._logic)
        self._logic.SetMRMLScene(slicer.mrmlScene)
        # The layout made the node already, under the singleton tag of the view's name.
        node = slicer.mrmlScene.GetSingletonNode(name, "vtkMRMLSliceNode")
        self._logic.SetSliceNode(node)
        node.SetOrientation(orientation)
        self._logic.ResizeSliceNode(_SIZE, _SIZE)

    def sliceLogic(self) -> Any:
        return self._logic

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()


class qMRMLThreeDView(ApiObject, QtWidgets.QWidget):
    """What a 3D view can be asked for; it draws nothing."""

    def cameraNode(self) -> Any:
        """Return the camera that the scene holds, if any: no view makes one here."""
        return slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCameraNode")


class qMRMLThreeDWidget(ApiObject, QtWidgets.QWidget):
    """The 3D view: its logic and its node."""

    def __init__(self) -> None:
        super().__init__()
        application = slicer.app.applicationLogic()
        self._logic = slicer.vtkMRMLViewLogic()
        self._logic.SetMRMLApplicationLogic(application)
        self._logic.SetMRMLScene(slicer.mrmlScene)
        application.GetViewLogics().AddItem(self._logic)
        self._node = slicer.mrmlScene.GetSingletonNode("1", "vtkMRMLViewNode")
        self._logic.SetName(self._node.GetLayoutName())
        self._view = qMRMLThreeDView()

    def threeDView(self) -> Any:
        return self._view

    def mrmlViewNode(self) -> Any:
        return self._node


class qSlicerLayoutManager(ApiObject, QtCore.QObject):
    """The views; which of them a layout shows is not modelled."""

    def __init__(self) -> None:
        super().__init__()
        self._layout_logic = slicer.vtkMRMLLayoutLogic()
        self._layout_logic.SetMRMLScene(slicer.mrmlScene)
        self._slices = {name: qMRMLSliceWidget(name, of) for name, of in SLICE_ORIENTATIONS.items()}
        self._three_d = qMRMLThreeDWidget()

    def sliceViewNames(self) -> list[str]:
        return list(self._slices)

    def sliceWidget(self, name: str) -> Any:
        return self._slices.get(name)

    def mrmlSliceLogics(self) -> Any:
        return slicer.app.applicationLogic().GetSliceLogics()

    def threeDWidget(self, index: int) -> Any:
        return self._three_d if index == 0 else None
