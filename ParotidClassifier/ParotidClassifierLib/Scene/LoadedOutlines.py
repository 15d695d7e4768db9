"""Outlines that lie in the scene already, whatever they came as, in voxels."""

import slicer
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.imaging.origin import Origin
from ParotidClassifierCore.protocol.region_names import EXTERNAL2
from slicer.i18n import tr as _

from . import Images
from .SceneCase import segmentNamed


def loadedOutline(node, segmentId: str, label: int, geometry: str):
    """Return an outline as a SimpleITK mask on the grid that it lies on.

    Args:
        node: a segmentation node (DICOM SEG, RTSTRUCT, .seg.nrrd) or a label map volume.
        segmentId: which segment of a segmentation.
        label: which value of a label map.
        geometry: serialised; contours and surfaces, which have no grid, are filled on it.

    Raises:
        UnusableMaskError: there is no such segment, it is empty, or it cannot be filled.
    """
    if node.IsA("vtkMRMLSegmentationNode"):
        return _maskOfSegment(node, segmentId, geometry)
    return Images.imageOfLabel(node, label)


def originOf(node, segmentId: str, label: int):
    """Return as Core's Origin what an outline is called that `loadedOutline` returns."""
    if node.IsA("vtkMRMLSegmentationNode"):
        return Origin("segment", node.GetSegmentation().GetSegment(segmentId).GetName())
    return Origin("label", str(label))


def ringBeside(node):
    """Return the segment External2 of a segmentation in voxels; None where there is none."""
    if not node.IsA("vtkMRMLSegmentationNode"):
        return None
    segmentId = segmentNamed(node, EXTERNAL2)
    return Images.imageOfSegment(node, segmentId) if segmentId else None


def _maskOfSegment(node, segmentId: str, geometry: str):
    """Return a segment's voxels; contours and surfaces are filled first."""
    converter = slicer.vtkSegmentationConverter
    binary = converter.GetSegmentationBinaryLabelmapRepresentationName()
    if node.GetSegmentation().GetSegment(segmentId) is None:
        raise UnusableMaskError(
            _("{name} has no such segment.").format(name=node.GetName()),
            _("Choose one of its segments."),
        )
    if node.GetSegmentation().GetSourceRepresentationName() != binary:
        node = _filled(node, segmentId, geometry)
    mask = Images.imageOfSegment(node, segmentId)
    if mask is None:
        raise UnusableMaskError(
            _("The outline {name} is empty.").format(name=node.GetName()),
            _("Choose a segment that outlines the tumour."),
        )
    return mask


def _filled(node, segmentId: str, geometry: str):
    """Return a copy outside the scene that holds the one segment as voxels of `geometry`."""
    converter = slicer.vtkSegmentationConverter
    copy = slicer.vtkMRMLSegmentationNode()
    copy.SetName(node.GetName())
    copy.GetSegmentation().SetSourceRepresentationName(
        node.GetSegmentation().GetSourceRepresentationName()
    )
    copy.GetSegmentation().CopySegmentFromSegmentation(node.GetSegmentation(), segmentId)
    copy.GetSegmentation().SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(), geometry
    )
    binary = converter.GetSegmentationBinaryLabelmapRepresentationName()
    if not copy.GetSegmentation().CreateRepresentation(binary, True):
        raise UnusableMaskError(
            _("The contours of {name} cannot be turned into voxels.").format(name=node.GetName()),
            _("Install the SlicerRT extension, which reads RTSTRUCT, and load it again."),
        )
    return copy
