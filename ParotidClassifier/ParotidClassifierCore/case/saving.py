"""Writing a case folder, the form in which a case goes from hand to hand and to the worker."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..files import write_json, written_together
from .grid import index_range
from .loading import CLINICAL_FILE, CT_FILE, SEGMENTATION_FILE, Case
from .masks import save_segmentation
from .volumes import write_volume
from .working_grid import EXTERNAL2, TUMOR, Geometry

# Of a voxel: an index so near to a whole one is that one, whatever the header's rounding.
_INDEX_TOLERANCE = 1e-3


def save_case_folder(folder: Path, case: Case, compress_ct: bool = True) -> None:
    """Write ct.nrrd, segmentation.seg.nrrd and clinical.json, together or not at all.

    `load_case_folder` reads the same voxels back. Outlines on two grids are put on one: the
    tumour's, extended to hold the ring, which is exact where both lie on the 1 mm lattice.

    Args:
        folder: made if it is not there; its files of these names are replaced.
        case: External2 is written where the case brings a ring.
        compress_ct: False takes a tenth of the time and about twice the space.

    Raises:
        UnusableMaskError: an outline is empty.
        OutputError: the folder cannot be written.
    """
    masks, geometry = _on_one_grid(case)
    with written_together(folder) as beside:
        write_volume(beside / CT_FILE, case.ct, compress_ct)
        save_segmentation(beside / SEGMENTATION_FILE, masks, geometry)
        write_json(beside / CLINICAL_FILE, case.record.words())


def _on_one_grid(case: Case) -> tuple[dict[str, np.ndarray], Geometry]:
    """Return the masks (z, y, x) by segment name, not overlapping, and their geometry."""
    tumor, ring = case.tumor, case.ring
    index_range(tumor, TUMOR)
    if ring is None:
        return {TUMOR: _voxels(tumor)}, Geometry.of(tumor)
    if Geometry.of(ring) != Geometry.of(tumor) or ring.GetSize() != tumor.GetSize():
        tumor, ring = _on_hull(tumor, ring)
    inside = _voxels(tumor)
    return {TUMOR: inside, EXTERNAL2: _voxels(ring) & ~inside}, Geometry.of(tumor)


def _on_hull(tumor: sitk.Image, ring: sitk.Image) -> tuple[sitk.Image, sitk.Image]:
    corners = [
        tumor.TransformPhysicalPointToContinuousIndex(ring.TransformIndexToPhysicalPoint(corner))
        for corner in product(*zip(*index_range(ring, EXTERNAL2), strict=True))
    ]
    last = np.array(tumor.GetSize()) - 1
    lower = np.minimum(0, np.floor(np.min(corners, axis=0) + _INDEX_TOLERANCE)).astype(int)
    upper = np.maximum(last, np.ceil(np.max(corners, axis=0) - _INDEX_TOLERANCE)).astype(int)
    origin = tumor.TransformIndexToPhysicalPoint(lower.tolist())
    size = (upper - lower + 1).tolist()
    return tuple(
        sitk.Resample(
            mask, size, sitk.Transform(), sitk.sitkNearestNeighbor, origin, tumor.GetSpacing(),
            tumor.GetDirection(), 0.0, sitk.sitkUInt8,
        )
        for mask in (tumor, ring)
    )  # fmt: skip


def _voxels(mask: sitk.Image) -> np.ndarray:
    return sitk.GetArrayViewFromImage(mask) != 0
