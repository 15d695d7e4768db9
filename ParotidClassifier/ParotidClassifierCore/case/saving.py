"""Writing a case folder, the form in which a case goes from hand to hand and to the worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.files import write_json, written_together
from ..imaging.lattice import lattice_of
from ..imaging.masks import save_segmentation
from ..imaging.origin import origin_of
from ..imaging.volumes import write_volume
from ..imaging.working_grid import Geometry
from ..protocol.region_names import EXTERNAL2, TUMOR
from .grid import index_range
from .loading import CLINICAL_FILE, CT_FILE, SEGMENTATION_FILE, SOURCE_FILE, Case


def save_case_folder(folder: Path, case: Case, compress_ct: bool = True) -> None:
    """Write ct.nrrd, segmentation.seg.nrrd and clinical.json, together or not at all.

    Beside them source.json, where the CT came from a DICOM series: UIDs and how it was made, no
    path and nothing of the patient.

    `load_case_folder` reads back a case with the same features. Outlines on two grids are put on
    one, the 1 mm lattice, on which every feature is computed.

    Args:
        folder: made if it is not there; its files of these names are replaced.
        case: External2 is written where the case brings a ring.
        compress_ct: False takes a tenth of the time and about twice the space.

    Raises:
        UnusableMaskError: an outline is empty.
        OutputError: the folder cannot be written.
    """
    masks, geometry = _on_one_grid(case)
    drawn = {TUMOR: case.tumor, EXTERNAL2: case.ring}
    origins = {region: origin_of(drawn[region]) for region in masks}
    # A series may be told of a case that lay here before.
    with written_together(folder, instead_of=(SOURCE_FILE,)) as beside:
        write_volume(beside / CT_FILE, case.ct, compress_ct)
        save_segmentation(beside / SEGMENTATION_FILE, masks, geometry, origins)
        write_json(beside / CLINICAL_FILE, case.record.words())
        if case.source is not None:
            write_json(beside / SOURCE_FILE, case.source.facts())


def _on_one_grid(case: Case) -> tuple[dict[str, np.ndarray], Geometry]:
    """Return the masks (z, y, x) by segment name, not overlapping, and their geometry."""
    tumor, ring = case.tumor, case.ring
    ranges = [index_range(tumor, TUMOR)]
    if ring is None:
        return {TUMOR: _voxels(tumor)}, Geometry.of(tumor)
    ranges.append(index_range(ring, EXTERNAL2))
    if Geometry.of(ring) == Geometry.of(tumor) and ring.GetSize() == tumor.GetSize():
        inside, around, geometry = _voxels(tumor), _voxels(ring), Geometry.of(tumor)
    else:
        lattice = lattice_of(case.ct)
        first, second = (
            lattice.box_of_index_range(mask, *filled)
            for mask, filled in zip((tumor, ring), ranges, strict=True)
        )
        box = first.hull(second)
        inside, around = (lattice.sample_mask(mask, box) for mask in (tumor, ring))
        geometry = lattice.geometry(box)
    return {TUMOR: inside, EXTERNAL2: around & ~inside}, geometry


def _voxels(mask: sitk.Image) -> np.ndarray:
    return sitk.GetArrayViewFromImage(mask) != 0
