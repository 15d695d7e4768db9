"""The images and the segmentation of a case, watched while they are shown."""

import slicer
import vtk
from slicer.util import VTKObservationMixin


class InputWatch(VTKObservationMixin):
    """Tells when an input of the case is moved, or when the voxels of an image change.

    Args:
        onChange: called without arguments.
    """

    def __init__(self, onChange):
        super().__init__()
        self._onChange = onChange
        self._nodes = []

    def watch(self, parameterNode) -> None:
        """Watch what this parameter node names; with None, nothing."""
        nodes = [] if parameterNode is None else _inputsOf(parameterNode)
        if nodes == self._nodes:
            return
        self.removeObservers()
        self._nodes = nodes
        for node in nodes:
            for event in _eventsOf(node):
                self.addObserver(node, event, self._onModified)

    def _onModified(self, caller, event) -> None:
        if not slicer.mrmlScene.IsBatchProcessing():
            self._onChange()


def _inputsOf(parameterNode) -> list:
    nodes = (parameterNode.ct, parameterNode.plainCt, parameterNode.segmentation)
    return list(dict.fromkeys(node for node in nodes if node is not None))


def _eventsOf(node) -> tuple:
    if node.IsA("vtkMRMLVolumeNode"):
        modified = (vtk.vtkCommand.ModifiedEvent, node.ImageDataModifiedEvent)
        return (*modified, node.TransformModifiedEvent)
    return (node.TransformModifiedEvent,)  # what is drawn is the follower's
