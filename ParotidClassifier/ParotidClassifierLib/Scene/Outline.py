"""The segmentation of a case: Tumor and External2, on voxels of 1 mm around the lesion.

The editor paints on the lattice on which Core computes, whatever the CT's slices: what is drawn is
what is classified, voxel for voxel. The CT stays the source volume.
"""

import numpy as np
import slicer
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.imaging.lattice import Box, lattice_of
from ParotidClassifierCore.imaging.masks import REGION_COLORS, REGION_TERMINOLOGY
from ParotidClassifierCore.protocol.region_names import EXTERNAL2, REGIONS, TUMOR
from slicer.i18n import tr as _

from . import Images
from .LoadedOutlines import loadedOutline, originOf, ringBeside
from .SceneCase import requireSamePatient, requireUntransformed, segmentNamed

EDITING_REGION_MM = 120  # a lesion of the parotid and room around it
_ROOM_MM = 20  # kept free around an outline, to edit in
_REGION_ROLE = "editingRegion"
_RING_OPACITY = 0.3  # the CT below it, and in 3D the tumour inside it, can be seen


class Outline:
    """Makes and fills the segmentation node that a parameter node points at."""

    def __init__(self, sceneCase):
        self._sceneCase = sceneCase

    def start(self, parameterNode):
        """Return the segmentation node, ready to be edited around where the slice views cross.

        What was drawn before is kept; the region to edit in is moved.

        Raises:
            ParotidClassifierError: there is no usable CT.
        """
        ct = self._sceneCase.ct(parameterNode)
        node = self._segmentation(parameterNode)
        lattice = lattice_of(ct)
        centre = viewsCentreRas() or _centreOf(parameterNode.ct)
        self._placeRegion(parameterNode, node, lattice, _boxAround(lattice, centre))
        return node

    def adopt(self, parameterNode, node, segmentId: str = "", label: int = 0) -> None:
        """Take an outline that lies in the scene as Tumor; what was drawn before is replaced.

        A segment External2 beside it is taken too.

        Args:
            parameterNode: of the case.
            node: a segmentation node (DICOM SEG, RTSTRUCT, .seg.nrrd) or a label map volume.
            segmentId: which segment of a segmentation.
            label: which value of a label map.

        Raises:
            ParotidClassifierError: there is no usable CT, or the outline does not lie on it.
        """
        ct = self._sceneCase.ct(parameterNode)
        requireUntransformed(node)
        requireSamePatient(parameterNode.ct, node)
        lattice = lattice_of(ct)
        ctBox = lattice.box_of_image(ct)
        mask = loadedOutline(node, segmentId, label, Images.geometryOf(lattice, ctBox))
        box, inside = _onLattice(lattice, mask, ctBox)
        if not inside.any():
            raise UnusableMaskError(
                _("The outline {name} does not lie on {ct}.").format(
                    name=node.GetName(), ct=parameterNode.ct.GetName()
                ),
                _("Choose the outline that was drawn on this scan."),
            )
        own = self._segmentation(parameterNode)
        ring = ringBeside(node)
        self._placeRegion(parameterNode, own, lattice, box.padded(_ROOM_MM))
        Images.setSegment(own, segmentNamed(own, TUMOR), inside, lattice, box)
        own.GetSegmentation().ClearSegment(segmentNamed(own, EXTERNAL2))
        if ring is not None:
            box, inside = _onLattice(lattice, ring, ctBox)
            Images.setSegment(own, segmentNamed(own, EXTERNAL2), inside, lattice, box)
        parameterNode.tumorOrigin = originOf(node, segmentId, label).to_text()

    def _segmentation(self, parameterNode):
        node = parameterNode.segmentation
        if node is None:
            node = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode", slicer.mrmlScene.GenerateUniqueName(_("Parotid tumour"))
            )
            node.CreateDefaultDisplayNodes()
            parameterNode.segmentation = node
        ensureSegments(node)
        _underSameStudy(node, parameterNode.ct)
        return node

    def _placeRegion(self, parameterNode, node, lattice, box) -> None:
        """Let the editor work in `box`, in what was drawn, and not beyond the CT."""
        ctBox = lattice.box_of_image(self._sceneCase.ct(parameterNode))
        for region in range(node.GetSegmentation().GetNumberOfSegments()):
            drawn = Images.imageOfSegment(node, node.GetSegmentation().GetNthSegmentID(region))
            if drawn is not None:
                box = box.hull(_boxOf(lattice, drawn).padded(_ROOM_MM))
        box = box.intersection(ctBox)
        name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
        node.GetSegmentation().SetConversionParameter(name, Images.geometryOf(lattice, box))
        node.SetNodeReferenceID(
            node.GetReferenceImageGeometryReferenceRole(), parameterNode.ct.GetID()
        )
        _showRegion(node, lattice, box)


def ensureSegments(node) -> None:
    """Add the segments Tumor and External2 that a segmentation node lacks."""
    segmentation = node.GetSegmentation()
    for region in REGIONS:
        if segmentNamed(node, region):
            continue
        segmentId = segmentation.AddEmptySegment(region, region, list(REGION_COLORS[region]))
        segmentation.GetSegment(segmentId).SetTag(
            slicer.vtkSegment.GetTerminologyEntryTagName(), REGION_TERMINOLOGY[region]
        )
        if region == EXTERNAL2:
            display = node.GetDisplayNode()
            display.SetSegmentOpacity2DFill(segmentId, _RING_OPACITY)
            display.SetSegmentOpacity3D(segmentId, _RING_OPACITY)


def viewsCentreRas():
    """Return where the three slice views cross, in mm; None where there are no such views."""
    nodes = slicer.util.getNodesByClass("vtkMRMLSliceNode")
    planes = [slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()) for node in nodes]
    planes = planes[:3]
    normals = np.array([plane[:3, 2] for plane in planes])
    if len(planes) < 3 or abs(np.linalg.det(normals)) < 0.1:
        return None
    offsets = [plane[:3, 2] @ plane[:3, 3] for plane in planes]
    return tuple(np.linalg.solve(normals, offsets))


def _centreOf(volumeNode) -> tuple:
    bounds = [0.0] * 6
    volumeNode.GetRASBounds(bounds)
    return tuple((bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3))


def _boxAround(lattice, ras):
    axes = np.reshape(lattice.direction, (3, 3))
    along = axes.T @ (np.array(ras) * [-1.0, -1.0, 1.0])
    lower = np.round(along - EDITING_REGION_MM / 2).astype(int)
    return Box(tuple(lower.tolist()), tuple((lower + EDITING_REGION_MM).tolist()))


def _boxOf(lattice, image):
    last = tuple(size - 1 for size in image.GetSize())
    return lattice.box_of_index_range(image, (0, 0, 0), last)


def _onLattice(lattice, image, ctBox):
    """Return a mask image on the lattice, as the box it was sampled in and a bool array."""
    box = _boxOf(lattice, image).intersection(ctBox)
    if box.is_empty:
        return box, np.zeros((0, 0, 0), bool)
    return box, lattice.sample_mask(image, box)


def _underSameStudy(node, ctNode) -> None:
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item, ctItem = hierarchy.GetItemByDataNode(node), hierarchy.GetItemByDataNode(ctNode)
    if item and ctItem:
        hierarchy.SetItemParent(item, hierarchy.GetItemParent(ctItem))


def hideOutline(node) -> None:
    """Hide a segmentation and its editing region: another case is looked at."""
    for shown in filter(None, (node, node.GetNodeReference(_REGION_ROLE))):
        shown.SetDisplayVisibility(False)


def _showRegion(node, lattice, box) -> None:
    """Show where the editor works: outside it, painting has no effect."""
    region = node.GetNodeReference(_REGION_ROLE)
    if region is None:
        region = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode", _("Editing region"))
        region.CreateDefaultDisplayNodes()
        region.SetLocked(True)
        display = region.GetDisplayNode()
        display.SetHandlesInteractive(False)
        display.SetFillVisibility(False)
        display.SetVisibility3D(False)
        display.SetPropertiesLabelVisibility(False)
        display.SetPointLabelsVisibility(False)
        display.SetColor(0.6, 0.6, 0.6)
        display.SetSelectedColor(0.6, 0.6, 0.6)
        node.SetNodeReferenceID(_REGION_ROLE, region.GetID())
    lower, size = np.array(box.lower, float), np.array(box.size, float)
    axes = np.reshape(lattice.direction, (3, 3))
    toRas = np.diag([-1.0, -1.0, 1.0])
    matrix = np.eye(4)
    matrix[:3, :3] = toRas @ axes
    matrix[:3, 3] = toRas @ axes @ (lower + (size - 1) / 2)
    region.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(matrix))
    region.SetSize(*size)
    region.SetDisplayVisibility(True)
    for point in range(region.GetNumberOfControlPoints()):
        region.SetNthControlPointVisibility(point, False)  # it would lie in the tumour
