"""Tell what the user chooses in a node selector from what code puts there."""

from .Panel import quiet


class NodeChoice:
    """Call back when the user chose a node in a selector that is bound to a parameter.

    A qMRMLNodeComboBox sends nodeActivated also when code sets its node. Code sets the parameter
    and the selector follows; the user sets the selector and the parameter follows. So it was the
    user if the parameter still holds another node when the selector says that it changed. A
    NodeChoice must hear of that before the binding sets the parameter: make it before the parameter
    node is bound to the selector, since slots are called in the order of connection.

    Between two nodes of one name the selector does not say that it changed, so the binding does not
    set the parameter. A NodeChoice does.

    `onChosen` is called with the node and the one that was chosen before; either may be None.
    """

    def __init__(self, panel, selector, name: str, onChosen):
        self._panel = panel
        self._selector = selector
        self._name = name
        self._onChosen = onChosen
        self._isUsers = False
        self._before = None
        selector.connect("currentNodeChanged(vtkMRMLNode*)", self._onChanged)
        selector.connect("nodeActivated(vtkMRMLNode*)", self._onActivated)

    def show(self) -> None:
        """Show the parameter's node: the binding misses one that is set while it sets another."""
        node = self._held()
        if self._selector.currentNode() is node:
            return
        with quiet(self._selector):
            self._selector.setCurrentNode(None)  # else a list that stands on it takes no notice
            self._selector.setCurrentNode(node)

    def _onChanged(self, node) -> None:
        self._before = self._held()
        self._isUsers = self._before is not node

    def _onActivated(self, node) -> None:
        if self._held() is not node:
            self._onChanged(node)
        before, isUsers, self._isUsers = self._before, self._isUsers, False
        if self._panel.parameterNode is None or not isUsers:
            return
        self._panel.parameterNode.setValue(self._name, node)
        self._onChosen(node, before)

    def _held(self):
        """Return the parameter's node."""
        node = self._panel.parameterNode
        return None if node is None else node.getValue(self._name)
