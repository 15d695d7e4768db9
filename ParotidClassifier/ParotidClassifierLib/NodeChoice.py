"""Tell what the user chooses in a node selector from what code puts there."""


class NodeChoice:
    """Call back when the user chose a node in a selector that is bound to a parameter.

    Slicer's qMRMLNodeComboBox presses Enter in its own list when code sets its node, so its signal
    nodeActivated comes then, too. Code changes the parameter first and the user the selector, so
    the two differ while the selector changes only if it was the user. To be made before the
    parameter node is bound to the selector: slots are called in the order of connection. Between
    two nodes of one name the selector does not say that it changed, and the binding misses it.

    Args:
        panel: its parameter node is the one that the selector is bound to.
        selector: a qMRMLNodeComboBox.
        name: of the parameter.
        onChosen: called with the node and the one that was chosen before; either may be None.
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
        """Have the selector show the parameter's node: the binding misses what comes meanwhile."""
        node = self._held()
        if self._selector.currentNode() is node:
            return
        wasBlocked = self._selector.blockSignals(True)
        self._selector.setCurrentNode(None)  # else a list that stands on the node takes no notice
        self._selector.setCurrentNode(node)
        self._selector.blockSignals(wasBlocked)

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
