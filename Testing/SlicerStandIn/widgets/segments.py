"""The choice of one segment, and the button "Show 3D"."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets

from .ctk_fields import ctkComboBox, ctkMenuButton
from .mrml import qMRMLWidget
from .node_combo_box import qMRMLNodeComboBox
from .segments_table import FollowsSegmentation, segment_ids


class qMRMLSegmentationShow3DButton(ctkMenuButton):
    """Makes or removes the closed surfaces."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._segmentation: Any = None
        self._locked = False
        self.setText("Show 3D")
        self.setCheckable(True)
        self.setEnabled(False)
        self.clicked.connect(self._show)

    def setSegmentationNode(self, node: Any) -> None:
        self._segmentation = node
        self.setEnabled(node is not None and not self._locked)

    def segmentationNode(self) -> Any:
        return self._segmentation

    def locked(self) -> bool:
        return self._locked

    def setLocked(self, locked: bool) -> None:
        self._locked = locked
        self.setEnabled(self._segmentation is not None and not locked)

    def _show(self, shown: bool) -> None:
        if shown:
            self._segmentation.CreateClosedSurfaceRepresentation()
        else:
            self._segmentation.RemoveClosedSurfaceRepresentation()


class qMRMLSegmentSelectorWidget(FollowsSegmentation, qMRMLWidget):
    """A segmentation, and one of its segments; several at once are not modelled."""

    passive = frozenset({"selectNodeUponCreation", "horizontalLayout"})

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes = qMRMLNodeComboBox()
        self._nodes.setNodeTypes(["vtkMRMLSegmentationNode"])
        self._nodes.setAddEnabled(False)
        self._nodes.setRemoveEnabled(False)
        self._segments = ctkComboBox()
        self._segments.setDefaultText("Select a segment")
        self._current_id = ""
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._nodes)
        layout.addWidget(self._segments)
        self._nodes.add_listener("currentNodeChanged(vtkMRMLNode*)", self._node_changed)
        self._segments.currentIndexChanged.connect(self._index_changed)

    def setMRMLScene(self, scene: Any) -> None:
        super().setMRMLScene(scene)
        self._nodes.setMRMLScene(scene)

    def _node_changed(self, node: Any) -> None:
        self.follow(node)
        self._segments_changed()
        self.emit_signal("currentNodeChanged(vtkMRMLNode*)", node)
        self.emit_signal("currentNodeChanged(bool)", node is not None)

    def _segments_changed(self, _node: Any = None) -> None:
        wanted = self._current_id
        blocked = self._segments.blockSignals(True)
        self._segments.clear()
        if self.noneEnabled():
            self._segments.addItem("None", "")
        for segment_id in segment_ids(self._segmentation):
            segment = self._segmentation.GetSegmentation().GetSegment(segment_id)
            self._segments.addItem(segment.GetName(), segment_id)
        place = self._segments.findData(wanted)
        self._segments.setCurrentIndex(place if place >= 0 else min(0, self._segments.count() - 1))
        self._segments.blockSignals(blocked)
        self._index_changed()

    def _index_changed(self, _index: int = -1) -> None:
        segment_id = self._segments.currentData() or ""
        if segment_id != self._current_id:
            self._current_id = segment_id
            self.emit_signal("currentSegmentChanged(QString)", segment_id)

    def currentNode(self) -> Any:
        return self._nodes.currentNode()

    def currentNodeID(self) -> str:
        return self._nodes.currentNodeID()

    def setCurrentNode(self, node: Any) -> None:
        self._nodes.setCurrentNode(node)

    def setCurrentNodeID(self, node_id: str) -> None:
        self._nodes.setCurrentNodeID(node_id)

    def currentSegmentID(self) -> str:
        return self._current_id

    def setCurrentSegmentID(self, segment_id: str) -> None:
        self._segments.setCurrentIndex(self._segments.findData(segment_id))

    def selectedSegmentIDs(self) -> list[str]:
        return [self._current_id] if self._current_id else []

    def segmentIDs(self) -> list[str]:
        return segment_ids(self._segmentation)

    def noneEnabled(self) -> bool:
        return self.remembered("noneEnabled")

    def setNoneEnabled(self, enabled: bool) -> None:
        self.remember("noneEnabled", enabled)
        self._nodes.setNoneEnabled(enabled)
        self._segments_changed()

    def segmentationNodeSelectorVisible(self) -> bool:
        return self._nodes.isVisible()

    def setSegmentationNodeSelectorVisible(self, visible: bool) -> None:
        self._nodes.setVisible(visible)

    def editEnabled(self) -> bool:
        return self._nodes.editEnabled()

    def setEditEnabled(self, enabled: bool) -> None:
        self._nodes.setEditEnabled(enabled)
