"""Tumor and External2 as one DICOM Segmentation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from highdicom import AlgorithmIdentificationSequence, Volume
from highdicom.seg import Segmentation, SegmentDescription

from ... import __version__
from ...imaging.masks import REGION_COLORS
from ...imaging.side import SIDE_CODES, Side
from ...imaging.working_grid import WorkingGrid
from ...protocol.region_names import REGIONS, TUMOR
from ...protocol.terminology import PAROTID_GLAND, REGION_CODES
from .codes import concept
from .equipment import EQUIPMENT, SOFTWARE
from .source_headers import Sources


def segmentation(
    grid: WorkingGrid,
    sources: Sources,
    tracking: Mapping[str, str],
    ring: str | None,
    series: Mapping[str, object],
    side: Side | None = None,
) -> Segmentation:
    """Return both outlines as one object, segments numbered in the order of REGIONS.

    It keeps the voxels of the 1 mm grid, on which everything was computed, in the CT's frame of
    reference: on the CT's own slices the outlines would be other voxels than those measured. Planes
    without an outlined voxel are left out.

    Args:
        grid: the outlines and where they lie.
        sources: headers of the CT's slices, and the study that the object is filed in.
        tracking: by region, the UID by which a segment is known in other objects.
        ring: how the ring was computed, in words; None for one that was given.
        series: as `series_attributes` returns it.
        side: of the body that the tumour lies on; None where that is not known.
    """
    from highdicom import UID
    from highdicom.seg import Segmentation

    made = Segmentation(
        source_images=sources.headers,
        pixel_array=_labels(grid, sources.headers[0].FrameOfReferenceUID),
        segmentation_type="BINARY",
        segment_descriptions=[
            _description(number, region, tracking[region], ring, side)
            for number, region in enumerate(REGIONS, start=1)
        ],
        series_instance_uid=UID(),
        sop_instance_uid=UID(),
        instance_number=1,
        content_label="TUMOR_AND_RING",
        content_description="Parotid tumour and the tissue around it",
        specific_character_set="ISO_IR 192",
        **series,
        **EQUIPMENT,
    )
    _file_in(made, sources)
    return made


def segment_number(region: str) -> int:
    """Return the number of a region's segment."""
    return REGIONS.index(region) + 1


def _file_in(made: Segmentation, sources: Sources) -> None:
    """Put the object into its study; slices of another one are named with it (PS3.3 C.12.2)."""
    from pydicom import Dataset

    if sources.study_uid == made.StudyInstanceUID:
        return
    other = Dataset()
    other.StudyInstanceUID = made.StudyInstanceUID
    other.ReferencedSeriesSequence = made.ReferencedSeriesSequence
    made.StudiesContainingOtherReferencedInstancesSequence = [other]
    del made.ReferencedSeriesSequence
    # a new element: that of now is the first header's too
    made.add_new("StudyInstanceUID", "UI", sources.study_uid)


def _labels(grid: WorkingGrid, frame_of_reference: str) -> Volume:
    from highdicom import Volume

    labels = np.zeros(grid.ct.shape, np.uint8)
    for region in REGIONS:
        labels[grid.mask(region)] = segment_number(region)
    geometry = grid.geometry
    affine = np.eye(4)
    columns = np.reshape(geometry.direction, (3, 3)) * geometry.spacing
    affine[:3, :3] = columns[:, ::-1]  # of array indices: z, y, x
    affine[:3, 3] = geometry.origin
    return Volume(labels, affine, "PATIENT", frame_of_reference_uid=frame_of_reference)


def _description(
    number: int, region: str, tracking_uid: str, ring: str | None, side: Side | None
) -> SegmentDescription:
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription

    codes, (red, green, blue) = REGION_CODES[region], REGION_COLORS[region]
    how, algorithm = _algorithm(region, ring)
    gland = concept(PAROTID_GLAND)
    if side is not None:
        gland.AnatomicRegionModifierSequence = [concept(SIDE_CODES[side])]
    return SegmentDescription(
        segment_number=number,
        segment_label=region,
        segmented_property_category=concept(codes.category),
        segmented_property_type=concept(codes.kind),
        algorithm_type=how,
        algorithm_identification=algorithm,
        tracking_uid=tracking_uid,
        tracking_id=region,
        anatomic_regions=[gland],
        display_color=CIELabColor.from_rgb(255 * red, 255 * green, 255 * blue),
    )


def _algorithm(region: str, ring: str | None) -> tuple[str, AlgorithmIdentificationSequence | None]:
    """Return how a segment came about; the tumour is outlined by whoever reads the CT."""
    from highdicom import AlgorithmIdentificationSequence
    from pydicom.sr.codedict import codes

    if region == TUMOR:
        return "MANUAL", None
    algorithm = AlgorithmIdentificationSequence(
        name=f"{SOFTWARE} External2",
        family=codes.DCM.AnalyticalAlgorithm,
        version=__version__,
        parameters={"ring": ring or "refined or drawn by hand"},
    )
    return ("SEMIAUTOMATIC" if ring is None else "AUTOMATIC"), algorithm
