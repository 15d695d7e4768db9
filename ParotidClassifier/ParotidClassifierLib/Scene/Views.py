"""Where the views look: at the tumour, slice by slice, and in 3D."""

import numpy as np
import slicer

from . import Images
from .SceneCase import segmentNamed

_RED = "Red"
_SIZES_AWAY = 4.0  # a camera sees 30 degrees


def shownVolume():
    """Return the volume behind everything else in the axial view; None where there is none."""
    widget = _axialWidget()
    composite = widget and widget.sliceLogic().GetSliceCompositeNode()
    shown = composite and composite.GetBackgroundVolumeID()
    return slicer.mrmlScene.GetNodeByID(shown) if shown else None


def goTo(segmentationNode, region: str) -> None:
    """Put the middle of a region into the middle of all slice views, if it is outlined."""
    segmentId = segmentNamed(segmentationNode, region)
    centre = segmentationNode.GetSegmentCenterRAS(segmentId) if segmentId else None
    if centre is not None:
        jump = slicer.vtkMRMLSliceNode.CenteredJumpSlice
        slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *centre, jump)


def goBySlices(ctNode, segmentationNode, region: str, count: int) -> None:
    """Move the axial view by slices of the CT, positive towards the head, not beyond a region."""
    segmentId = segmentNamed(segmentationNode, region)
    image = Images.imageOfSegment(segmentationNode, segmentId) if segmentId else None
    widget = _axialWidget()
    if image is None or widget is None:
        return
    logic = widget.sliceLogic()
    normal = slicer.util.arrayFromVTKMatrix(logic.GetSliceNode().GetSliceToRAS())[:3, 2]
    corners = Images.cornersRas(image) @ normal
    thickness = max(abs(Images.ijkToRas(ctNode)[:3, :3].T @ normal))
    towardsHead = 1 if normal[2] >= 0 else -1
    wanted = logic.GetSliceOffset() + towardsHead * count * thickness
    logic.SetSliceOffset(float(np.clip(wanted, corners.min(), corners.max())))


def isShownIn3D(segmentationNode) -> bool:
    """Return whether a segmentation has surfaces to show in 3D."""
    name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    return bool(segmentationNode) and segmentationNode.GetSegmentation().ContainsRepresentation(
        name
    )


def showIn3D(segmentationNode, isShown: bool) -> None:
    """Show a segmentation in the 3D view, in its middle, or no more."""
    if not isShown:
        segmentationNode.RemoveClosedSurfaceRepresentation()
        return
    segmentationNode.CreateClosedSurfaceRepresentation()
    segmentationNode.GetDisplayNode().SetVisibility3D(True)
    layout = slicer.app.layoutManager()
    widget = layout and layout.threeDWidget(0)
    camera = widget and widget.threeDView().cameraNode()
    if camera is not None:
        _lookAt(camera, segmentationNode)


def _lookAt(camera, node) -> None:
    """Look at a node from the front, so that it fills half of the view."""
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    lower, upper = np.reshape(bounds, (3, 2)).T
    centre, size = (lower + upper) / 2, (upper - lower).max()
    camera.SetFocalPoint(*centre)
    camera.SetPosition(*(centre + np.array([0.0, _SIZES_AWAY * size, 0.0])))
    camera.SetViewUp(0.0, 0.0, 1.0)
    camera.ResetClippingRange()


def _axialWidget():
    """Return the widget of the axial view; None without a main window, or in a layout without."""
    layout = slicer.app.layoutManager()
    return layout and layout.sliceWidget(_RED)
