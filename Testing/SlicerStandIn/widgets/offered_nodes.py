"""Which nodes a qMRMLNodeComboBox offers, and the properties that decide it."""

from __future__ import annotations

from typing import Any


class OffersNodes:
    """Nodes of the right type, not hidden, with the right attributes."""

    def _fits(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self.showHidden():
            return False
        if node.GetClassName() in self.hideChildNodeTypes():
            return False
        types = self.nodeTypes()
        if self.showChildNodeTypes():
            right_type = not types or any(node.IsA(one) for one in types)
        else:
            right_type = not types or node.GetClassName() in types
        return right_type and all(self._has(node, *one) for one in self._attributes)

    @staticmethod
    def _has(node: Any, node_type: str, name: str, value: Any) -> bool:
        if not node.IsA(node_type):
            return True
        found = node.GetAttribute(name)
        return found is not None and value in (None, "", found)

    def _fitting_nodes(self, without: Any = None) -> list[Any]:
        if self._scene is None or self._scene.IsClosing():
            return []
        nodes = map(self._scene.GetNthNode, range(self._scene.GetNumberOfNodes()))
        return [node for node in nodes if node is not without and self._fits(node)]

    def addAttribute(self, node_type: str, name: str, value: Any = None) -> None:
        self._attributes.append((node_type, name, value))
        self._refill()

    def removeAttribute(self, node_type: str, name: str) -> None:
        self._attributes = [one for one in self._attributes if one[:2] != (node_type, name)]
        self._refill()

    def nodeTypeLabel(self, node_type: str) -> str:
        if node_type in self._labels:
            return self._labels[node_type]
        return (self._scene and self._scene.GetTypeDisplayNameByClassName(node_type)) or "node"

    def setNodeTypeLabel(self, label: str, node_type: str) -> None:
        self._labels[node_type] = label
        self._refill()

    def setNodeTypes(self, types: list[str]) -> None:
        self.remember("nodeTypes", [one for one in types if one])
        self._refill()


def _setting(name: str) -> None:
    """Give the class a getter and a setter of a property that decides what is offered."""

    def get(self: OffersNodes) -> Any:
        return self.remembered(name)

    def put(self: OffersNodes, value: Any) -> None:
        self.remember(name, value)
        self._refill()

    setattr(OffersNodes, name, get)
    put_name = f"set{name[0].upper()}{name[1:]}"
    if put_name not in vars(OffersNodes):
        setattr(OffersNodes, put_name, put)


for _name in ("noneEnabled", "noneDisplay", "addEnabled", "removeEnabled", "renameEnabled"):
    _setting(_name)
for _name in ("editEnabled", "showHidden", "showChildNodeTypes", "hideChildNodeTypes", "nodeTypes"):
    _setting(_name)
