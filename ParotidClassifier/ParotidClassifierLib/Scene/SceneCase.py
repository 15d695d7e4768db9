"""From the scene to Core's case: what is taken, and what is refused with which words."""

import dataclasses

import numpy as np
import SimpleITK as sitk
import slicer
from ParotidClassifierCore.base.cache import Cache
from ParotidClassifierCore.base.errors import (
    ParotidClassifierError,
    UnusableImageError,
    UnusableMaskError,
    UsageError,
)
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.dicom.series import checked_source
from ParotidClassifierCore.imaging.lattice import lattice_of
from ParotidClassifierCore.imaging.origin import Origin, with_origin
from ParotidClassifierCore.imaging.volumes import require_hu, require_volume
from slicer.i18n import tr as _

from . import Images
from .DicomSource import INSTANCES, filesOf, whyNoFiles

_CACHED_VOLUMES = 2  # the enhanced CT and the plain one


class SceneCase:
    """Reads the case that a parameter node points at out of the scene.

    A CT is converted once and kept until its voxels or its place change: editing an outline must
    not copy it again.
    """

    def __init__(self, bundles):
        self._bundles = bundles
        self._images = Cache(_CACHED_VOLUMES)
        self._sources = Cache(_CACHED_VOLUMES)

    def forget(self) -> None:
        """Let go of the voxels; for a scene that is closed."""
        self._images.clear()
        self._sources.clear()

    def ct(self, parameterNode):
        """Return the enhanced CT as a SimpleITK image in HU, axes in LPS order.

        Raises:
            UsageError: none is chosen.
            UnusableImageError: it cannot be a CT, or it lies under a transform.
        """
        if parameterNode.ct is None:
            raise UsageError(
                _("No enhanced CT is chosen."),
                _("Load the study and choose its arterial phase under 1. CT."),
            )
        return self.volume(parameterNode.ct)

    def plainCt(self, parameterNode):
        """Return the plain CT likewise; None where none is chosen."""
        return None if parameterNode.plainCt is None else self.volume(parameterNode.plainCt)

    def volume(self, node):
        """Return a volume node as a SimpleITK image, axes in LPS order.

        Of a volume from Slicer's DICOM database, the headers are asked first.
        """
        _requireScalarVolume(node)
        self._sourceOf(node)
        requireUntransformed(node)
        matrix = Images.ijkToRas(node)
        _requireDirection(node, matrix)
        key = (node.GetImageData().GetMTime(), matrix.tobytes(), node.GetName())
        return _foundOnce(self._images, node, key, _checkedCt)

    def tumor(self, parameterNode):
        """Return the outline of the tumour as a SimpleITK mask.

        Raises:
            UsageError: there is no outline yet, or it is empty.
            UnusableMaskError: it lies under a transform, or belongs to another patient.
        """
        node = parameterNode.segmentation
        region = self._bundles.protocol(parameterNode).outlined.name
        segmentId = segmentNamed(node, region)
        image = None
        if segmentId:
            requireUntransformed(node)
            requireSamePatient(parameterNode.ct, node)
            image = Images.imageOfSegment(node, segmentId)
        if image is None:
            raise UsageError(
                _("The tumour is not outlined yet."),
                _("Draw it, or take an existing outline, under 2. Tumour."),
            )
        origin = self.origin(parameterNode)
        return image if origin is None else with_origin(image, origin)

    def origin(self, parameterNode):
        """Return Core's Origin of an outline that was taken; None for one that was drawn here."""
        return Origin.from_text(parameterNode.tumorOrigin)

    def source(self, parameterNode):
        """Return Core's SourceSeries of the enhanced CT, as its headers tell, without its files.

        The very same for the same series. None where the CT did not come from Slicer's DICOM
        database, that is not open, or the CT is refused.
        """
        try:
            return self._sourceOf(parameterNode.ct)
        except ParotidClassifierError:  # told where the CT is read
            return None

    def _sourceOf(self, node):
        if whyNoFiles(node):
            return None
        key = (node.GetAttribute(INSTANCES), node.GetName())
        return _foundOnce(self._sources, node, key, _sourceOfFiles)

    def lattice(self, parameterNode):
        """Return the lattice that outlines are drawn on: once there is one, that of the tumour.

        Raises:
            ParotidClassifierError: there is no usable CT.
        """
        node = parameterNode.segmentation
        segmentId = segmentNamed(node, self._bundles.protocol(parameterNode).outlined.name)
        tumor = Images.imageOfSegment(node, segmentId) if segmentId else None
        return lattice_of(self.ct(parameterNode), tumor)

    def case(self, parameterNode):
        """Return CT and outline as Core's Case; ring and clinical record are not looked at.

        Raises:
            ParotidClassifierError: what is missing or cannot be used.
        """
        return Case(self.ct(parameterNode), self.tumor(parameterNode))


def _foundOnce(cache, node, key, find):
    """Return what is found out of a volume node, or raise the refusal: it takes as long to find."""

    def orRefusal():
        try:
            return find(node)
        except ParotidClassifierError as error:
            return error

    found = cache.get(node.GetID(), orRefusal, key)
    if isinstance(found, ParotidClassifierError):
        raise found.with_traceback(None)
    return found


def _sourceOfFiles(node):
    try:
        paths = filesOf(node)
    except ParotidClassifierError:  # the files went away: what they say is only an addition
        return None
    source = checked_source(node.GetName(), paths)
    return source and dataclasses.replace(source, files=())


def segmentNamed(segmentationNode, name: str) -> str:
    """Return the ID of the segment with this name; empty where there is none."""
    if segmentationNode is None:
        return ""
    return segmentationNode.GetSegmentation().GetSegmentIdBySegmentName(name)


def requireUntransformed(node) -> None:
    """Raise UnusableImageError for a node under a transform: what is seen is not what is stored."""
    transform = node.GetParentTransformNode()
    if transform is not None:
        raise UnusableImageError(
            _("{name} lies under the transform {transform}.").format(
                name=node.GetName(), transform=transform.GetName()
            ),
            _("In the Data module, right-click it and harden the transform, or remove it."),
        )


def requireSamePatient(ctNode, node) -> None:
    """Raise UnusableMaskError where the subject hierarchy puts two nodes under two patients."""
    patients = {_patientOf(ctNode), _patientOf(node)} - {None}
    if len(patients) > 1:
        raise UnusableMaskError(
            _("{outline} and {ct} belong to different patients.").format(
                outline=node.GetName(), ct=ctNode.GetName()
            ),
            _("Choose the outline drawn on this scan."),
        )


def _patientOf(node):
    if node is None:
        return None
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelPatient()
    item = hierarchy.GetItemByDataNode(node)
    patient = hierarchy.GetItemAncestorAtLevel(item, level) if item else 0
    return patient or None


def _requireScalarVolume(node) -> None:
    image = node.GetImageData()
    if image is None:
        raise UnusableImageError(
            _("{name} holds no voxels.").format(name=node.GetName()), _("Load it again.")
        )
    if image.GetNumberOfScalarComponents() != 1:
        raise UnusableImageError(
            _("{name} is a colour image, not a CT.").format(name=node.GetName()),
            _("Choose the contrast-enhanced CT."),
        )


def _requireDirection(node, matrix) -> None:
    axes = matrix[:3, :3]
    lengths = np.linalg.norm(axes, axis=0)
    usable = lengths.min() > 0 and np.isfinite(axes).all()
    if not usable or not np.allclose((axes / lengths).T @ (axes / lengths), np.eye(3), atol=1e-3):
        raise UnusableImageError(
            _("The axes of {name} are not at right angles to each other.").format(
                name=node.GetName()
            ),
            _(
                "Load the series again; a tilted gantry needs the DICOM option 'acquisition "
                "geometry regularization', hardened."
            ),
        )


def _checkedCt(node):
    image = Images.imageOfVolume(node)
    require_volume(image, node.GetName())
    require_hu(image, node.GetName())
    return sitk.DICOMOrient(image, "LPS")
