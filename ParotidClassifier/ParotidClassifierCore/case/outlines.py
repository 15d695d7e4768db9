"""Reading an outline from any file that may hold one, for the CT at hand."""

import itertools
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.disk import extended
from ..base.errors import UnusableMaskError, UsageError
from ..dicom.objects import RTSTRUCT, read_outline_object
from ..dicom.source import SourceSeries
from ..imaging.choosing import Choice, Sought
from ..imaging.masks import load_mask
from ..imaging.origin import origin_of, with_origin
from ..imaging.volumes import VOLUME_SUFFIXES
from ..imaging.working_grid import Geometry

_SAME_VOXEL = 1e-2  # of a voxel
_SAME_THICKNESS = 1e-2  # of the thickness


def load_outline(
    path: Path,
    region: Sought,
    ct: sitk.Image,
    source: SourceSeries | None = None,
    choice: Choice = Choice(),  # noqa: B008  frozen
) -> sitk.Image:
    """Return the outline of a region in the file `path` as a binary uint8 volume.

    Args:
        path: a label map (NRRD, NIfTI, MetaImage), a segmentation of 3D Slicer (.seg.nrrd), a
            DICOM SEG or RTSTRUCT, or a folder with just one of these two.
        ct: that it was drawn on; contours are filled on its slices.
        source: the DICOM series of `ct`, which a DICOM outline has to refer to; None if unknown.
        choice: of label, segment or ROI, where a file holds several.

    Returns:
        A volume on a grid of its own; on the CT's where its voxels are the CT's.

    Raises:
        UnreadableFileError: missing, unreadable or no outline.
        UsageError: something was chosen that this kind of file does not have.
        UnusableMaskError: empty, drawn on another CT, not well drawn, or it is not clear what is
            meant.
    """
    path = extended(path)
    if path.name.lower().endswith(VOLUME_SUFFIXES) and not path.is_dir():
        return _of_volume(path, region, ct, choice)
    file, dataset = read_outline_object(path)
    if dataset.SOPClassUID == RTSTRUCT:
        from ..dicom.rtstruct import roi_on_ct

        choice.require_only("roi", f"{file} is an RTSTRUCT.", region)
        return roi_on_ct(file, dataset, region, ct, source, choice)
    from ..dicom.seg import segment_of

    choice.require_only("segment", f"{file} is a DICOM SEG.", region)
    mask = segment_of(file, dataset, region, source, choice)
    return with_origin(_on_grid_of(ct, mask), origin_of(mask))


def _of_volume(path: Path, region: Sought, ct: sitk.Image, choice: Choice) -> sitk.Image:
    if choice.roi is not None:
        raise UsageError(
            f"{path} is no RTSTRUCT.",
            f"Leave {region.option('roi')} out, or choose with {region.option('label')} N or "
            f"{region.option('segment')} NAME.",
        )
    if choice.any_series:
        raise UsageError(f"{path} names no series.", f"Leave {region.option('any-series')} out.")
    mask = load_mask(path, region, choice.label, choice.segment)
    for axis in np.flatnonzero(np.array(mask.GetSize()) == 1).tolist():
        _require_thickness(mask, axis, path, region.name, ct)
    return mask


def _require_thickness(
    mask: sitk.Image, axis: int, path: Path, region: str, ct: sitk.Image
) -> None:
    """Raise UnusableMaskError unless a mask of one slice is as thick as a slice of the CT.

    The thickness of a single slice is only what its header says, which often is 1 mm by default.
    """
    across, axes = (np.reshape(image.GetDirection(), (3, 3)) for image in (mask, ct))
    along = np.abs(axes.T @ across[:, axis])
    thick, slices = mask.GetSpacing()[axis], ct.GetSpacing()[int(along.argmax())]
    if along.max() < 1 - _SAME_THICKNESS or abs(thick - slices) > _SAME_THICKNESS * slices:
        raise UnusableMaskError(
            f"The {region} outline in {path} is a single slice, {thick:g} mm thick, which is not a "
            f"slice of the CT: these are {slices:g} mm thick.",
            "Save the outline on all slices of the CT.",
        )


def _on_grid_of(ct: sitk.Image, mask: sitk.Image) -> sitk.Image:
    """Return a mask on the grid of the CT if its voxels are voxels of the CT, else on its own.

    A DICOM SEG leaves out the planes that are empty, and runs through them in its own order; on its
    own grid, its axes are put in the order of the CT's (LPS).
    """
    turned = sitk.DICOMOrient(mask, "LPS")
    size = np.array(turned.GetSize())
    corners = list(itertools.product(*((0, int(n) - 1) for n in size)))
    found = [
        ct.TransformPhysicalPointToContinuousIndex(turned.TransformIndexToPhysicalPoint(corner))
        for corner in corners
    ]
    first = np.rint(found[0]).astype(int)
    inside = (first >= 0).all() and (first + size <= ct.GetSize()).all()
    if not inside or np.abs(first + corners - found).max() > _SAME_VOXEL:
        return turned
    voxels = np.zeros(ct.GetSize()[::-1], np.uint8)
    place = tuple(slice(a, a + n) for a, n in zip(first[::-1], size[::-1], strict=True))
    voxels[place] = sitk.GetArrayViewFromImage(turned)
    return Geometry.of(ct).image(voxels)
