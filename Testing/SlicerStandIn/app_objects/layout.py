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


class qMRMLSliceView(ApiObject, QtWidgets.QWidget):
    """The drawing part of a slice view; rendering does nothing."""

    def __init__(self, slice_node: Any) -> None:
        super().__init__()
        self._slice_node = slice_node

    def mrmlSliceNode(self) -> Any:
        return self._slice_node

    def scheduleRender(self) -> None:
        """There is nothing to draw on."""

    forceRender = scheduleRender


class qMRMLSliceWidget(ApiObject, QtWidgets.QWidget):
    """One slice view: its logic, its node and its composite node."""

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
        self._name = name
        self._view = qMRMLSliceView(self.mrmlSliceNode())

    def sliceLogic(self) -> Any:
        return self._logic

    logic = sliceLogic

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        return self._logic.GetSliceCompositeNode()

    def sliceView(self) -> QtWidgets.QWidget:
        return self._view

    def sliceViewName(self) -> str:
        return self._name

    def fitSliceToBackground(self) -> None:
        self._logic.FitSliceToBackground()

    def sliceOrientation(self) -> str:
        return self.mrmlSliceNode().GetOrientation()

    def setSliceOrientation(self, orientation: str) -> None:
        self.mrmlSliceNode().SetOrientation(orientation)


class qMRMLThreeDView(ApiObject, QtWidgets.QWidget):
    """The drawing part of a 3D view; looking around does nothing."""

    def __init__(self, view_node: Any) -> None:
        super().__init__()
        self._view_node = view_node

    def mrmlViewNode(self) -> Any:
        return self._view_node

    def resetFocalPoint(self) -> None:
        """There is no camera that anybody looks through."""

    forceRender = scheduleRender = resetFocalPoint

    def resetCamera(self, *_how: bool) -> None:
        """See `resetFocalPoint`."""

    def rotateToViewAxis(self, _axis: int) -> None:
        """See `resetFocalPoint`."""


class qMRMLThreeDWidget(ApiObject, QtWidgets.QWidget):
    """The 3D view: its logic and its node."""

    def __init__(self) -> None:
        super().__init__()
        application = slicer.app.applicationLogic()
        self._logic = slicer.vtkMRMLViewLogic()
        self._logic.SetMRMLApplicationLogic(application)
        self._logic.SetMRMLScene(slicer.mrmlScene)
        application.GetViewLogics().AddItem(self._logic)
        node = slicer.mrmlScene.GetSingletonNode("1", "vtkMRMLViewNode")
        self._logic.SetName(node.GetLayoutName())
        self._view = qMRMLThreeDView(node)

    def mrmlViewNode(self) -> Any:
        return self._view.mrmlViewNode()

    def threeDView(self) -> QtWidgets.QWidget:
        return self._view

    def viewLogic(self) -> Any:
        return self._logic


class qSlicerLayoutManager(ApiObject, QtCore.QObject):
    """The views; the layout is a number that is kept in the real layout node."""

    passive = frozenset({"enabled", "spacing"})

    def __init__(self) -> None:
        super().__init__()
        self._layout_logic = slicer.vtkMRMLLayoutLogic()
        self._layout_logic.SetMRMLScene(slicer.mrmlScene)
        self._slices = {
            name: qMRMLSliceWidget(name, orientation)
            for name, orientation in SLICE_ORIENTATIONS.items()
        }
        self._three_d = [qMRMLThreeDWidget()]

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene

    def layoutLogic(self) -> Any:
        return self._layout_logic

    def layout(self) -> int:
        return self._layout_logic.GetLayoutNode().GetViewArrangement()

    def setLayout(self, layout: int) -> None:
        self._layout_logic.GetLayoutNode().SetViewArrangement(int(layout))
        self.emit_signal("layoutChanged(int)", int(layout))

    def sliceViewNames(self) -> list[str]:
        return list(self._slices)

    def sliceWidget(self, name: str) -> Any:
        return self._slices.get(name)

    def mrmlSliceLogics(self) -> Any:
        return slicer.app.applicationLogic().GetSliceLogics()

    def mrmlViewLogics(self) -> Any:
        return slicer.app.applicationLogic().GetViewLogics()

    def threeDViewCount(self) -> int:
        return len(self._three_d)

    def threeDWidget(self, index: int) -> Any:
        return self._three_d[index] if 0 <= index < len(self._three_d) else None

    def tableViewCount(self) -> int:
        return 0

    plotViewCount = tableViewCount

    def resetThreeDViews(self) -> None:
        for widget in self._three_d:
            widget.threeDView().resetFocalPoint()

    def resetSliceViews(self) -> None:
        for widget in self._slices.values():
            widget.fitSliceToBackground()

    def setRenderPaused(self, _paused: bool) -> None:
        """Nothing is rendered anyway."""

    def pauseRender(self) -> None:
        """See `setRenderPaused`."""

    resumeRender = pauseRender
