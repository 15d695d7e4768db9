"""The segmentation of a case: a segment for each region, on voxels of 1 mm around the lesion.

The editor paints on the lattice on which Core computes, whatever the CT's slices: what is drawn is
what is classified, voxel for voxel. The CT stays the source volume.
"""

import numpy as np
import slicer
from ParotidClassifierCore.base.errors import UnusableMaskError
from ParotidClassifierCore.imaging.lattice import Box, lattice_of
from ParotidClassifierCore.imaging.masks import terminology_entry
from ParotidClassifierCore.imaging.origin import Origin
from slicer.i18n import tr as _

from . import Images
from .SceneCase import requireSamePatient, requireUntransformed, segmentNamed

EDITING_REGION_MM = 120  # a lesion of the parotid and room around it
_ROOM_MM = 20  # kept free around an outline, to edit in
_REGION_ROLE = "editingRegion"
_RING_OPACITY = 0.3  # the CT below it, and in 3D the tumour inside it, can be seen


class Outline:
    """Makes and fills the segmentation node that a parameter node points at."""

    def __init__(self, sceneCase, bundles):
        self._sceneCase = sceneCase
        self._bundles = bundles

    def start(self, parameterNode):
        """Return the segmentation node, ready to be edited around where the slice views cross.

        What was drawn before is kept; the region to edit in is moved.

        Raises:
            ParotidClassifierError: there is no usable CT.
        """
        lattice = self._sceneCase.lattice(parameterNode)
        node = self._segmentation(parameterNode)
        centre = viewsCentreRas() or _centreOf(parameterNode.ct)
        self._placeRegion(parameterNode, node, lattice, _boxAround(lattice, centre))
        return node

    def adopt(self, parameterNode, node, segmentId: str = "", label: int = 0) -> None:
        """Take an outline of the tumour that lies in the scene; it replaces what was drawn before.

        A segment beside it with the name of the first ring is taken too.

        Args:
            parameterNode: of the case.
            node: a segmentation node (DICOM SEG, RTSTRUCT, .seg.nrrd) or a label map volume.
            segmentId: which segment of a segmentation.
            label: which value of a label map.

        Raises:
            ParotidClassifierError: there is no usable CT, or no such outline that lies on it.
        """
        ct = self._sceneCase.ct(parameterNode)
        requireUntransformed(node)
        requireSamePatient(parameterNode.ct, node)
        origin = Origin("label", str(label))
        if node.IsA("vtkMRMLSegmentationNode"):
            mask = maskOfSegment(node, segmentId, ct)
            origin = Origin("segment", node.GetSegmentation().GetSegment(segmentId).GetName())
        else:
            mask = Images.imageOfLabel(node, label)
        lattice = lattice_of(ct, mask)
        ctBox = lattice.box_of_image(ct)
        box, inside = _onLattice(lattice, mask, ctBox)
        if not inside.any():
            raise UnusableMaskError(
                _("The outline {name} does not lie on {ct}.").format(
                    name=node.GetName(), ct=parameterNode.ct.GetName()
                ),
                _("Choose the outline that was drawn on this scan."),
            )
        own = self._segmentation(parameterNode)
        self._placeRegion(parameterNode, own, lattice, box.padded(_ROOM_MM))
        protocol = self._bundles.protocol(parameterNode)
        Images.setSegment(own, segmentNamed(own, protocol.outlined.name), inside, lattice, box)
        for ring in protocol.rings[:1]:
            own.GetSegmentation().ClearSegment(segmentNamed(own, ring.name))
            beside = _ringBeside(node, ring.name)
            if beside is not None:
                box, inside = _onLattice(lattice, beside, ctBox)
                Images.setSegment(own, segmentNamed(own, ring.name), inside, lattice, box)
        parameterNode.tumorOrigin = origin.to_text()

    def _segmentation(self, parameterNode):
        node = parameterNode.segmentation
        if node is None:
            node = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode", slicer.mrmlScene.GenerateUniqueName(_("Parotid tumour"))
            )
            node.CreateDefaultDisplayNodes()
            parameterNode.segmentation = node
        ensureSegments(node, self._bundles.protocol(parameterNode))
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


def ensureSegments(node, protocol) -> None:
    """Add the segments of a protocol's regions that a segmentation node lacks."""
    segmentation = node.GetSegmentation()
    for name, region in protocol.regions.items():
        if segmentNamed(node, name):
            continue
        segmentId = segmentation.AddEmptySegment(name, name, list(region.rgb))
        segmentation.GetSegment(segmentId).SetTag(
            slicer.vtkSegment.GetTerminologyEntryTagName(), terminology_entry(region)
        )
        if region.ring is not None:
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
    lower = np.round(along - lattice.phase - EDITING_REGION_MM / 2).astype(int)
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


def showRegion(node, isShown: bool) -> None:
    """Show where the editor works, or no more; outside of it, painting has no effect."""
    region = node.GetNodeReference(_REGION_ROLE)
    if not isShown:
        if region is not None and region.GetDisplayVisibility():
            region.SetDisplayVisibility(False)
        return
    if region is None:
        region = _addRegion()
        node.SetNodeReferenceID(_REGION_ROLE, region.GetID())
    toRas, size = Images.regionOf(node)
    if not np.allclose(toRas, Images.matrixOfRoi(region)) or tuple(region.GetSize()) != size:
        region.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(toRas))
        region.SetSize(*size)
        for point in range(region.GetNumberOfControlPoints()):
            region.SetNthControlPointVisibility(point, False)  # it would lie in the tumour
    if not region.GetDisplayVisibility():
        region.SetDisplayVisibility(True)


def _addRegion():
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
    return region


def _ringBeside(node, ring: str):
    """Return the segment of this name of a segmentation in voxels; None where there is none."""
    if not node.IsA("vtkMRMLSegmentationNode"):
        return None
    segmentId = segmentNamed(node, ring)
    return Images.imageOfSegment(node, segmentId) if segmentId else None


def maskOfSegment(node, segmentId: str, ct):
    """Return a segment's voxels; contours and surfaces are filled on the lattice of `ct` first.

    Raises:
        UnusableMaskError: there is no such segment, it is empty, or it cannot be filled.
    """
    converter = slicer.vtkSegmentationConverter
    binary = converter.GetSegmentationBinaryLabelmapRepresentationName()
    if node.GetSegmentation().GetSegment(segmentId) is None:
        raise UnusableMaskError(
            _("{name} has no such segment.").format(name=node.GetName()),
            _("Choose one of its segments."),
        )
    if node.GetSegmentation().GetSourceRepresentationName() != binary:
        node = _filled(node, segmentId, ct)
    mask = Images.imageOfSegment(node, segmentId)
    if mask is None:
        raise UnusableMaskError(
            _("The outline {name} is empty.").format(name=node.GetName()),
            _("Choose a segment that is drawn."),
        )
    return mask


def _filled(node, segmentId: str, ct):
    """Return a copy outside the scene that holds the one segment as voxels of 1 mm over `ct`."""
    lattice = lattice_of(ct)
    converter = slicer.vtkSegmentationConverter
    copy = slicer.vtkMRMLSegmentationNode()
    copy.SetName(node.GetName())
    copy.GetSegmentation().SetSourceRepresentationName(
        node.GetSegmentation().GetSourceRepresentationName()
    )
    copy.GetSegmentation().CopySegmentFromSegmentation(node.GetSegmentation(), segmentId)
    copy.GetSegmentation().SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(),
        Images.geometryOf(lattice, lattice.box_of_image(ct)),
    )
    binary = converter.GetSegmentationBinaryLabelmapRepresentationName()
    if not copy.GetSegmentation().CreateRepresentation(binary, True):
        raise UnusableMaskError(
            _("The contours of {name} cannot be turned into voxels.").format(name=node.GetName()),
            _("Install the SlicerRT extension, which reads RTSTRUCT, and load it again."),
        )
    return copy
