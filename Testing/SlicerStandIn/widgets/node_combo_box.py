"""qMRMLNodeComboBox: choosing, adding, renaming and removing nodes of some types."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtWidgets

from ..api import ApiObject
from ..dialogs import replaced_static
from .ctk_fields import ctkComboBox
from .observing import Observing
from .offered_nodes import OffersNodes


class qMRMLNodeComboBox(OffersNodes, Observing, ApiObject, QtWidgets.QWidget):
    """Follows the scene: nodes come and go, are renamed, and batch processing is waited for.

    Without "None", the first fitting node is chosen by itself. When the current node goes, the one
    before it is chosen, or "None".
    """

    passive = frozenset({"interactionNodeSingletonTag", "selectNodeUponCreation"})

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._nodes: list[Any] = []
        self._current: Any = None
        self._requested: Any = None
        self._shown = ""
        self._attributes: list[tuple[str, str, Any]] = []
        self._labels: dict[str, str] = {}
        self._base_names: dict[str, str] = {}
        self._actions: list[Any] = []
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
        if self._scene is not None:
            self.unobserve(self._scene)
            self._stop_following_names()
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
        if self._scene.IsBatchProcessing() or not self._fits(node):
            return
        self._refill()
        self.emit_signal("nodeAdded(vtkMRMLNode*)", node)

    def _node_going(self, node: Any) -> None:
        if self._scene.IsBatchProcessing() or node not in self._nodes:
            return
        self.emit_signal("nodeAboutToBeRemoved(vtkMRMLNode*)", node)
        self._refill(without=node)

    def _scene_settled(self, _node: Any) -> None:
        if not self._scene.IsBatchProcessing():
            self._refill()

    def _node_modified(self, _node: Any) -> None:
        fitting = self._fitting_nodes()
        if fitting != self._nodes:
            self._refill()
            return
        for place, node in enumerate(self._nodes, start=self._offset()):
            if self._combo.itemText(place) != node.GetName():
                self._combo.setItemText(place, node.GetName())
        self._shown = self._combo.currentText()

    # What is shown

    def _refill(self, without: Any = None) -> None:
        before, self._nodes = self._nodes, self._fitting_nodes(without)
        if before != self._nodes:
            self._stop_following_names(before)
            for node in self._nodes:
                self.observe(node, "ModifiedEvent", self._node_modified)
        self._show_items()
        self._choose(self._still_current(before))

    def _stop_following_names(self, nodes: list[Any] | None = None) -> None:
        for node in self._nodes if nodes is None else nodes:
            self.unobserve(node)

    def _still_current(self, before: list[Any]) -> Any:
        if self._current in self._nodes:
            return self._current
        if self._current in before:
            earlier = before[: before.index(self._current)]
            left = [node for node in earlier if node in self._nodes]
            if left:
                return left[-1]
        return None if self.noneEnabled() or not self._nodes else self._nodes[0]

    def _show_items(self) -> None:
        combo = self._combo
        blocked = combo.blockSignals(True)
        combo.clear()
        if self.noneEnabled():
            combo.addItem(self.noneDisplay())
        for node in self._nodes:
            combo.addItem(node.GetName())
        actions = self._action_items()
        if actions:
            combo.insertSeparator(combo.count())
        for text, action in actions:
            combo.addItem(text, action)
        types = self.nodeTypes()
        combo.setDefaultText(f"Select a {self.nodeTypeLabel(types[0] if types else '')}")
        combo.blockSignals(blocked)

    def _action_items(self) -> list[tuple[str, Any]]:
        types = self.nodeTypes()
        label = self.nodeTypeLabel(types[0] if len(types) == 1 else "")
        items: list[tuple[str, Any]] = []
        if self._scene is None:
            return items
        if self.renameEnabled():
            items.append((f"Rename current {label}", self.renameCurrentNode))
        if self.editEnabled():
            items.append((f"Edit current {label}", self.editCurrentNode))
        for one in types if self.addEnabled() else ():
            items.append((f"Create new {self.nodeTypeLabel(one)}", lambda t=one: self._add(t)))
            if self.renameEnabled():
                text = f"Create new {self.nodeTypeLabel(one)} as..."
                items.append((text, lambda t=one: self._add_as(t)))
        if self.removeEnabled():
            items.append((f"Delete current {label}", self.removeCurrentNode))
        return items + [(action.text(), action.trigger) for action in self._actions]

    def _offset(self) -> int:
        return int(self.noneEnabled())

    # The choice

    def _choose(self, node: Any) -> None:
        self._combo.blockSignals(True)
        if node is None:
            self._combo.setCurrentIndex(0 if self.noneEnabled() else -1)
        else:
            self._combo.setCurrentIndex(self._nodes.index(node) + self._offset())
        self._combo.blockSignals(False)
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
        action = self._combo.itemData(index)
        place = index - self._offset()
        if callable(action):
            self._choose(self._current)
            action()
        else:
            node = self._nodes[place] if place >= 0 else None
            self._choose(node)
            self.emit_signal("nodeActivated(vtkMRMLNode*)", node)

    def currentNode(self) -> Any:
        return self._current

    def currentNodeID(self) -> str:
        return self._current.GetID() if self._current is not None else ""

    currentNodeId = currentNodeID

    def setCurrentNode(self, node: Any) -> None:
        if isinstance(node, str):
            self.setCurrentNodeID(node)
        else:
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

    setCurrentNodeId = setCurrentNodeID

    def setCurrentNodeIndex(self, index: int) -> None:
        self._choose(self._nodes[index] if 0 <= index < len(self._nodes) else None)

    def nodeCount(self) -> int:
        return len(self._nodes)

    def nodeFromIndex(self, index: int) -> Any:
        return self._nodes[index] if 0 <= index < len(self._nodes) else None

    # Adding, renaming, removing

    def addNode(self, node_type: str | None = None) -> Any:
        node_type = node_type or self.nodeTypes()[0]
        if node_type not in self.nodeTypes():
            return None
        base = self._base_names.get(node_type) or self._scene.GetTagByClassName(node_type)
        node = self._scene.CreateNodeByClass(node_type)
        node.UnRegister(None)
        node.SetName(self._scene.GenerateUniqueName(base))
        for _, name, value in self._attributes:
            node.SetAttribute(name, "" if value is None else str(value))
        self._scene.AddNode(node)
        if self.remembered("selectNodeUponCreation"):
            self.setCurrentNode(node)
        self.emit_signal("nodeAddedByUser(vtkMRMLNode*)", node)
        return node

    def _add(self, node_type: str) -> Any:
        node = self.addNode(node_type)
        self.setCurrentNode(node)
        self.emit_signal("nodeAddedByUserAction(vtkMRMLNode*)", node)
        return node

    def _add_as(self, node_type: str) -> None:
        name = self._ask_name(f"Create new {self.nodeTypeLabel(node_type)}", "")
        if name:
            self._add(node_type).SetName(name)

    def renameCurrentNode(self) -> None:
        if self._current is None:
            return
        label = self.nodeTypeLabel(self._current.GetClassName())
        name = self._ask_name(f"Rename {label}", self._current.GetName())
        if name:
            self._current.SetName(name)
            self.emit_signal("currentNodeRenamed(QString)", name)

    def _ask_name(self, title: str, name: str) -> str:
        return replaced_static(QtWidgets.QInputDialog, "getText")(self, title, "New name:", name)

    def editCurrentNode(self) -> None:
        self.emit_signal("nodeAboutToBeEdited(vtkMRMLNode*)", self._current)

    def removeCurrentNode(self) -> None:
        self._scene.RemoveNode(self._current)

    def addMenuAction(self, action: Any) -> None:
        self._actions.append(action)
        self._refill()

    # Names of new nodes, size

    def baseName(self) -> str:
        types = self.nodeTypes()
        return self._base_names.get(types[0], "") if types else ""

    def setBaseName(self, name: str) -> None:
        self._base_names.update(dict.fromkeys(self.nodeTypes(), name))

    def sizeAdjustPolicy(self) -> Any:
        return self._combo.sizeAdjustPolicy()

    def setSizeAdjustPolicy(self, policy: Any) -> None:
        self._combo.setSizeAdjustPolicy(policy)
