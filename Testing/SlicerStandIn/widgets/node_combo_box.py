"""qMRMLNodeComboBox: choosing a node of some types; what its menu does to nodes is not modelled."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from ..api import ApiObject
from .ctk_combo_box import ctkComboBox
from .observing import Observing

_DECIDING = ("noneEnabled", "noneDisplay", "nodeTypes", "showChildNodeTypes", "hideChildNodeTypes")


class qMRMLNodeComboBox(Observing, ApiObject, QtWidgets.QWidget):
    """Follows the scene: nodes come and go, are renamed, and batch processing is waited for.

    Without "None", the first fitting node is chosen by itself. When the current node goes, the one
    before it is chosen, or "None".
    """

    passive = frozenset({"addEnabled", "removeEnabled", "renameEnabled"})
    follows = dict.fromkeys(_DECIDING, "_refill")

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._nodes: list[Any] = []
        self._current: Any = None
        self._requested: Any = None
        self._shown = ""
        self._combo = ctkComboBox(self)
        self._combo.setFocusProxy(self)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Fixed)
        self._combo.setSizePolicy(policy.Expanding, policy.Fixed)
        self._combo.activated.connect(self._activated)
        self.setEnabled(False)
        self._refill()

    # The scene

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        for observed in filter(None, (self._scene, *self._nodes)):
            self.unobserve(observed)
        self._scene = scene
        if scene is not None:
            events = slicer.vtkMRMLScene
            self.observe(scene, events.NodeAddedEvent, self._node_added)
            self.observe(scene, events.NodeAboutToBeRemovedEvent, self._node_going)
            for event in (events.EndBatchProcessEvent, events.EndCloseEvent):
                self.observe(scene, event, self._scene_settled)
        self.setEnabled(scene is not None)
        wanted, self._requested = self._requested, None
        self._refill()
        if wanted is not None:
            self.setCurrentNodeID(wanted)

    def _node_added(self, node: Any) -> None:
        if not self._scene.IsBatchProcessing() and self._fits(node):
            self._refill()
            self.emit_signal("nodeAdded(vtkMRMLNode*)", node)

    def _node_going(self, node: Any) -> None:
        if not self._scene.IsBatchProcessing() and node in self._nodes:
            self.emit_signal("nodeAboutToBeRemoved(vtkMRMLNode*)", node)
            self._refill(without=node)

    def _scene_settled(self, _node: Any) -> None:
        if not self._scene.IsBatchProcessing():
            self._refill()

    def _node_modified(self, _node: Any) -> None:
        if self._fitting_nodes() != self._nodes:
            self._refill()
            return
        for place, node in enumerate(self._nodes, start=self._offset()):
            if self._combo.itemText(place) != node.GetName():
                self._combo.setItemText(place, node.GetName())
        self._shown = self._combo.currentText()

    # What is offered

    def _fits(self, node: Any) -> bool:
        types, own = self.remembered("nodeTypes"), node.GetClassName()
        if node.GetHideFromEditors() or own in self.remembered("hideChildNodeTypes"):
            return False
        with_children = self.remembered("showChildNodeTypes")
        return not types or own in types or (with_children and any(map(node.IsA, types)))

    def _fitting_nodes(self, without: Any = None) -> list[Any]:
        if self._scene is None or self._scene.IsClosing():
            return []
        nodes = map(self._scene.GetNthNode, range(self._scene.GetNumberOfNodes()))
        return [node for node in nodes if node is not without and self._fits(node)]

    def _refill(self, without: Any = None) -> None:
        before, self._nodes = self._nodes, self._fitting_nodes(without)
        if before != self._nodes:
            for node in before:
                self.unobserve(node)
            for node in self._nodes:
                self.observe(node, "ModifiedEvent", self._node_modified)
        combo = self._combo
        with QtCore.QSignalBlocker(combo):
            combo.clear()
            combo.addItems([self.remembered("noneDisplay")] * self._offset())
            combo.addItems([node.GetName() for node in self._nodes])
            combo.remember("defaultText", f"Select a {self._label()}")
        self._choose(self._still_current(before))

    def _label(self) -> str:
        kinds = [*self.remembered("nodeTypes"), ""]
        return (self._scene and self._scene.GetTypeDisplayNameByClassName(kinds[0])) or "node"

    def _still_current(self, before: list[Any]) -> Any:
        if self._current in self._nodes:
            return self._current
        if self._current in before:
            earlier = before[: before.index(self._current)]
            left = [node for node in earlier if node in self._nodes]
            if left:
                return left[-1]
        return None if self._offset() or not self._nodes else self._nodes[0]

    def _offset(self) -> int:
        return int(self.remembered("noneEnabled"))

    # The choice

    def _choose(self, node: Any) -> None:
        at = self._nodes.index(node) if node is not None else -1
        with QtCore.QSignalBlocker(self._combo):
            self._combo.setCurrentIndex(at + self._offset())
        if node is self._current:
            return
        self._current = node
        before, self._shown = self._shown, self._combo.currentText()
        if self._shown == before:
            return  # Slicer hears of the text only, so not of another node of the same name
        self.emit_signal("currentNodeChanged(vtkMRMLNode*)", node)
        self.emit_signal("currentNodeChanged(bool)", node is not None)
        self.emit_signal("currentNodeIDChanged(QString)", self.currentNodeID())

    def _activated(self, index: int) -> None:
        place = index - self._offset()
        self._choose(self._nodes[place] if place >= 0 else None)
        self.emit_signal("nodeActivated(vtkMRMLNode*)", self._current)

    def currentNode(self) -> Any:
        return self._current

    def currentNodeID(self) -> str:
        return self._current.GetID() if self._current is not None else ""

    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentNodeID(node.GetID() if node is not None else "")

    def setCurrentNodeID(self, node_id: str | None) -> None:
        if self._scene is None:
            self._requested = node_id or None
            return
        node = next((one for one in self._nodes if one.GetID() == node_id), None)
        is_other = node is not None and node is not self._current
        self._choose(node)
        if is_other:  # Slicer presses Enter in the list, as a user does
            self.emit_signal("nodeActivated(vtkMRMLNode*)", node)

    def nodeCount(self) -> int:
        return len(self._nodes)
