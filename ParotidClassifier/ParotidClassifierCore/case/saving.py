"""Writing a case folder, the form in which a case goes from hand to hand and to the worker."""

from collections.abc import Mapping
from functools import reduce
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..base.files import write_json, written_together
from ..imaging.lattice import Box, lattice_of
from ..imaging.masks import save_segmentation
from ..imaging.origin import origin_of
from ..imaging.volumes import write_volume
from ..imaging.working_grid import Geometry
from ..protocol import Protocol, shen2026
from .grid import index_range, nothing_left
from .loading import CLINICAL_FILE, CT_FILE, SEGMENTATION_FILE, SOURCE_FILE, Case


def save_case_folder(folder: Path, case: Case, protocol: Protocol | None = None) -> None:
    """Write ct.nrrd, segmentation.seg.nrrd and clinical.json, together or not at all.

    clinical.json holds the clinical variables that are known.

    Beside them source.json, where the CT came from a DICOM series: UIDs and how it was made, no
    path and nothing of the patient.

    `load_case_folder` reads back a case with the same features. Outlines on two grids are put on
    one, the 1 mm lattice, on which every feature is computed.

    Args:
        folder: made if it is not there; its files of these names are replaced.
        case: those of its rings that the protocol knows are written.
        protocol: whose regions they are; None for the published study's.

    Raises:
        UnusableMaskError: an outline is empty.
        EmptyRingError: a ring lies wholly inside what it surrounds, and could not be read again.
    """
    protocol = protocol or shen2026()
    rings = {r.name: case.rings[r.name] for r in protocol.rings if r.name in case.rings}
    drawn = {protocol.outlined.name: case.tumor, **rings}
    masks, geometry = _on_one_grid(case.ct, drawn)
    for name, inside in ((n, r) for n in rings for r in protocol.regions[n].around if r in masks):
        masks[name] &= ~masks[inside]
        if not masks[name].any():
            raise nothing_left(protocol.regions[name])
    origins = {region: origin_of(mask) for region, mask in drawn.items()}
    # A series may be told of a case that lay here before.
    with written_together(folder, instead_of=(SOURCE_FILE,)) as beside:
        write_volume(beside / CT_FILE, case.ct)
        save_segmentation(beside / SEGMENTATION_FILE, masks, geometry, protocol.regions, origins)
        write_json(beside / CLINICAL_FILE, dict(case.record))
        if case.source is not None:
            write_json(beside / SOURCE_FILE, case.source.facts())


def _on_one_grid(
    ct: sitk.Image, drawn: Mapping[str, sitk.Image]
) -> tuple[dict[str, np.ndarray], Geometry]:
    """Return the masks (z, y, x) by region, and their geometry."""
    ranges = {name: index_range(mask, name) for name, mask in drawn.items()}
    grids = {(Geometry.of(mask), mask.GetSize()) for mask in drawn.values()}
    if len(grids) == 1:
        arrays = {name: sitk.GetArrayViewFromImage(mask) != 0 for name, mask in drawn.items()}
        return arrays, grids.pop()[0]
    lattice = lattice_of(ct)
    boxes = [lattice.box_of_index_range(drawn[name], *filled) for name, filled in ranges.items()]
    box = reduce(Box.hull, boxes)
    sampled = {name: lattice.sample_mask(mask, box) for name, mask in drawn.items()}
    return sampled, lattice.geometry(box)
