"""Where the network looked, as a volume over the CT in the slice views."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk
import slicer
from ParotidClassifierCore.base.cache import content_key
from ParotidClassifierCore.imaging.volumes import read_volume
from ParotidClassifierCore.prediction.saliency import SALIENCY_COLORS
from slicer.i18n import tr as _

from . import Images

COLORS_ID = f"vtkMRMLColorTableNodeFile{SALIENCY_COLORS.title()}.txt"  # one of Slicer's own
OPACITY = 0.4
# What is weaker lets the CT through, and so does everything outside Tumor and External2.
WEAKEST_SHOWN = 0.2
_RESULT_ATTRIBUTE = "ParotidClassifier.SaliencyOfResult"
# On the display of segments whose colour gave way to the volume.
_FILL_ATTRIBUTE = "ParotidClassifier.FillBelowSaliency"
# Inputs that the network does not see.
_UNSEEN = {"clinical"}


class SaliencyLayer:
    """Adds the volume once for a result, shows it, and lets it go with the result.

    Another result of the same images has the same volume: the clinical findings do not enter it.
    """

    def __init__(self):
        self._before = {}

    def nodeOf(self, result: dict):
        """Return the volume that belongs to a result; None where there is none."""
        key = _keyOf(result)
        return next((node for node, ofResult in _layers() if ofResult == key), None)

    def add(self, path: str, result: dict) -> None:
        """Add the image in a file as the volume of this result, and show its strongest place."""
        image = read_volume(Path(path))
        values = sitk.GetArrayFromImage(image)
        node = slicer.util.addVolumeFromArray(values, ijkToRAS=Images.matrixOf(image))
        node.SetName(_currentName())
        node.SetAttribute(_RESULT_ATTRIBUTE, _keyOf(result))
        display = node.GetScalarVolumeDisplayNode()
        if slicer.mrmlScene.GetNodeByID(COLORS_ID) is not None:
            display.SetAndObserveColorNodeID(COLORS_ID)
        display.AutoWindowLevelOff()
        display.SetWindowLevelMinMax(0.0, 1.0)
        display.AutoThresholdOff()
        display.SetThreshold(WEAKEST_SHOWN, 1.0)
        display.ApplyThresholdOn()
        display.InterpolateOn()
        if values.any():
            _jumpTo(node, np.unravel_index(values.argmax(), values.shape))

    def isShown(self, node) -> bool:
        """Return whether a slice view shows this volume."""
        return node is not None and any(
            view.GetForegroundVolumeID() == node.GetID() for view in _views()
        )

    def show(self, node, ctNode, segmentationNode) -> None:
        """Lay the volume over the CT in all slice views; of the segments, outlines are left."""
        for view in _views():
            if view.GetForegroundVolumeID() != node.GetID():
                before = view.GetForegroundVolumeID(), view.GetForegroundOpacity()
                self._before[view.GetID()] = before
            view.SetBackgroundVolumeID(ctNode.GetID())
            view.SetForegroundVolumeID(node.GetID())
            view.SetForegroundOpacity(OPACITY)
        display = None if segmentationNode is None else segmentationNode.GetDisplayNode()
        if display is not None and display.GetVisibility2DFill():
            display.SetAttribute(_FILL_ATTRIBUTE, "hidden")
            display.SetVisibility2DFill(False)

    def hide(self, node) -> None:
        """Show over the CT, and in the segments, what was shown there before."""
        for view in _views():
            if view.GetForegroundVolumeID() != node.GetID():
                continue
            volumeId, opacity = self._before.pop(view.GetID(), (None, 0.0))
            if volumeId is None or slicer.mrmlScene.GetNodeByID(volumeId) is None:
                volumeId, opacity = None, 0.0
            view.SetForegroundVolumeID(volumeId)
            view.SetForegroundOpacity(opacity)
        _showFill()

    def keepOnly(self, result, changed=()) -> None:
        """Remove the volumes of other results; hide and mark one of which inputs changed since."""
        key = None if result is None else _keyOf(result)
        isCurrent = set(changed) <= _UNSEEN
        for node, ofResult in _layers():
            if ofResult != key:
                self.hide(node)
                slicer.mrmlScene.RemoveNode(node)
                continue
            stale = _("Where the network looked (out of date)")
            name = _currentName() if isCurrent else stale
            if node.GetName() != name:
                node.SetName(name)
            if not isCurrent:
                self.hide(node)
        if not any(self.isShown(node) for node, _ofResult in _layers()):
            _showFill()  # the user may have removed the volume


def _layers() -> list:
    """Return every volume of ours, and the key of the result it belongs to."""
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    keys = [(node, node.GetAttribute(_RESULT_ATTRIBUTE)) for node in nodes]
    return [(node, key) for node, key in keys if key]


def _views() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")


def _showFill() -> None:
    for display in slicer.util.getNodesByClass("vtkMRMLSegmentationDisplayNode"):
        if display.GetAttribute(_FILL_ATTRIBUTE):
            display.SetVisibility2DFill(True)
            display.RemoveAttribute(_FILL_ATTRIBUTE)


def _keyOf(result: dict) -> str:
    seen = {name: key for name, key in result["fingerprint"].items() if name not in _UNSEEN}
    return content_key(seen)


def _currentName() -> str:
    return _("Where the network looked")


def _jumpTo(node, index) -> None:
    """Let all slice views cross in a voxel (z, y, x) of a volume."""
    ras = Images.ijkToRas(node) @ [*map(float, reversed(index)), 1.0]
    slicer.vtkMRMLSliceNode.JumpAllSlices(
        slicer.mrmlScene, *ras[:3].tolist(), slicer.vtkMRMLSliceNode.OffsetJumpSlice
    )
