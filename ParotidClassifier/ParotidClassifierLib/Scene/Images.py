"""Voxels between MRML and Core: volumes and segments as SimpleITK images, masks as segments.

MRML counts in right, anterior, superior (RAS), SimpleITK and Core in left, posterior, superior
(LPS). Arrays run (z, y, x) on both sides.
"""

import numpy as np
import SimpleITK as sitk
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def ijkToRas(node) -> np.ndarray:
    """Return the 4 × 4 matrix from voxel indices of a volume node to RAS in mm."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def matrixOf(image) -> np.ndarray:
    """Return the 4 × 4 matrix from voxel indices of a SimpleITK image to RAS in mm."""
    lps = np.eye(4)
    lps[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    lps[:3, 3] = image.GetOrigin()
    return _RAS_TO_LPS @ lps  # its own inverse


def imageOfVolume(node):
    """Return the voxels of a scalar volume node as a SimpleITK image; they are copied."""
    return _image(slicer.util.arrayFromVolume(node), ijkToRas(node))


def imageOfLabel(labelmapNode, value: int):
    """Return where a label map volume has this value, as a uint8 SimpleITK image."""
    inside = slicer.util.arrayFromVolume(labelmapNode) == value
    return _image(inside.astype(np.uint8), ijkToRas(labelmapNode))


def imageOfSegment(segmentationNode, segmentId: str):
    """Return a segment as a uint8 SimpleITK image of its voxels' bounding box; None if empty."""
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId)
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    labelmap = segment.GetRepresentation(name)
    if labelmap is None or labelmap.GetPointData().GetScalars() is None:
        return None
    extent = labelmap.GetExtent()
    shape = [extent[2 * axis + 1] - extent[2 * axis] + 1 for axis in (2, 1, 0)]
    inside = vtk_to_numpy(labelmap.GetPointData().GetScalars()) == segment.GetLabelValue()
    if not inside.any():
        return None
    inside = inside.reshape(shape)
    corner = np.array([extent[0], extent[2], extent[4]])
    box = _boundingBox(inside)
    first = corner + [axis.start for axis in reversed(box)]
    return _image(inside[box].astype(np.uint8), _imageToWorld(labelmap), first)


def cornersRas(image) -> np.ndarray:
    """Return the middles of the eight corner voxels of an image, in mm, a row each."""
    last = [size - 1 for size in image.GetSize()]
    indices = np.array([[*index, 1] for index in np.ndindex(2, 2, 2)]) * [*last, 1]
    return (matrixOf(image) @ indices.T).T[:, :3]


def geometryOf(lattice, box) -> str:
    """Return a segmentation's reference geometry: the lattice points of `box`, serialised.

    A voxel's index is that of its lattice point, wherever the box lies.
    """
    matrix = _latticeMatrix(lattice)
    return slicer.vtkSegmentationConverter.SerializeImageGeometry(matrix, _extentOf(box))


def regionOf(segmentationNode) -> tuple:
    """Return a segmentation's reference geometry as the box that `geometryOf` put there.

    Returns:
        4 × 4 matrix from the middle of the box, along its axes, to RAS in mm; its size in mm.
    """
    converter = slicer.vtkSegmentationConverter
    name = converter.GetReferenceImageGeometryParameterName()
    text = segmentationNode.GetSegmentation().GetConversionParameter(name)
    image = slicer.vtkOrientedImageData()
    converter.DeserializeImageGeometry(text, image, False)
    lower, upper = np.reshape(image.GetExtent(), (3, 2)).T
    toRas = _imageToWorld(image)
    toRas[:, 3] = toRas @ [*(lower + upper) / 2, 1.0]
    return toRas, tuple((upper - lower + 1.0).tolist())


def matrixOfRoi(roiNode) -> np.ndarray:
    """Return the 4 × 4 matrix from the middle of an ROI, along its axes, to RAS in mm."""
    return slicer.util.arrayFromVTKMatrix(roiNode.GetObjectToNodeMatrix())


def setSegment(segmentationNode, segmentId: str, mask, lattice, box) -> None:
    """Replace a segment by a mask (z, y, x) over the lattice points of `box`."""
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    logic.SetBinaryLabelmapToSegment(
        _labelmap(mask, lattice, box), segmentationNode, segmentId, logic.MODE_REPLACE
    )


def _labelmap(mask, lattice, box):
    image = slicer.vtkOrientedImageData()
    image.SetExtent(_extentOf(box))
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    vtk_to_numpy(image.GetPointData().GetScalars())[:] = mask.ravel()
    image.SetGeometryFromImageToWorldMatrix(_latticeMatrix(lattice))
    return image


def _latticeMatrix(lattice):
    """Return the matrix from lattice points to RAS.

    Every segment gets this one: where segments lie on each other, Slicer compares the indices of
    their voxels alone, and would overwrite one that starts elsewhere.
    """
    lps = np.eye(4)
    lps[:3, :3] = np.reshape(lattice.direction, (3, 3))
    lps[:3, 3] = lps[:3, :3] @ lattice.phase
    return slicer.util.vtkMatrixFromArray(_RAS_TO_LPS @ lps)


def _extentOf(box) -> list:
    return [end for axis in range(3) for end in (box.lower[axis], box.upper[axis] - 1)]


def _imageToWorld(orientedImage) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    orientedImage.GetImageToWorldMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def _boundingBox(inside) -> tuple:
    ends = []
    for axis in range(3):
        along = np.flatnonzero(inside.any(axis=tuple(other for other in range(3) if other != axis)))
        ends.append(slice(int(along[0]), int(along[-1]) + 1))
    return tuple(ends)


def _image(array, matrix, first=(0, 0, 0)):
    lps = _RAS_TO_LPS @ matrix
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin((lps @ [*first, 1.0])[:3].tolist())
    return image
