"""The regions of a case as one DICOM Segmentation."""

from collections.abc import Mapping

import numpy as np
from highdicom import UID, AlgorithmIdentificationSequence, Volume
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from highdicom.sr import CodedConcept
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from ... import __version__
from ...imaging.working_grid import WorkingGrid
from ...protocol import Region
from ..answering import Answer
from .codes import SOFTWARE, place
from .source_headers import Sources


def segmentation(answered: Answer, sources: Sources, series: Mapping[str, object]) -> Segmentation:
    """Return all regions as one object, segments numbered in the order of the protocol.

    It keeps the voxels of the 1 mm grid, on which everything was computed, in the CT's frame of
    reference: on the CT's own slices the outlines would be other voxels than those measured. Planes
    without an outlined voxel are left out.

    Args:
        answered: with the regions.
        sources: of the CT.
        series: as `series_attributes` returns it.
    """
    prepared = answered.prepared
    grid, regions, sites = prepared.grid, prepared.protocol.regions, _sites(answered)
    written = Segmentation(
        source_images=sources.headers,
        pixel_array=_voxels(grid, sources.headers[0].FrameOfReferenceUID),
        segmentation_type="BINARY",
        segment_descriptions=[
            _description(number, regions[name], name in answered.case.rings, sites)
            for number, name in enumerate(grid.masks, start=1)
        ],
        content_label="TUMOR_AND_RING",
        content_description="Parotid tumour and the tissue around it",
        **series,
    )
    _file_in(written, sources)
    return written


def _file_in(made: Segmentation, sources: Sources) -> None:
    """Put the object into its study; slices of another one are named with it (PS3.3 C.12.2)."""
    if sources.study_uid == made.StudyInstanceUID:
        return
    other = Dataset()
    other.StudyInstanceUID = made.StudyInstanceUID
    other.ReferencedSeriesSequence = made.ReferencedSeriesSequence
    made.StudiesContainingOtherReferencedInstancesSequence = [other]
    del made.ReferencedSeriesSequence
    # a new element: that of now is the first header's too
    made.add_new("StudyInstanceUID", "UI", sources.study_uid)


def _voxels(grid: WorkingGrid, frame_of_reference: str) -> Volume:
    masks = np.stack(list(grid.masks.values()), axis=-1).astype(np.uint8)
    geometry = grid.geometry
    affine = np.eye(4)
    columns = np.reshape(geometry.direction, (3, 3)) * geometry.spacing
    affine[:3, :3] = columns[:, ::-1]  # of array indices: z, y, x
    affine[:3, 3] = geometry.origin
    numbers = {"SegmentNumber": list(range(1, masks.shape[-1] + 1))}
    return Volume(
        masks, affine, "PATIENT", frame_of_reference_uid=frame_of_reference, channels=numbers
    )


def _description(
    number: int, region: Region, is_given: bool, sites: list[CodedConcept] | None
) -> SegmentDescription:
    how, algorithm = _algorithm(region, is_given)
    return SegmentDescription(
        segment_number=number,
        segment_label=region.name,
        segmented_property_category=Code(*region.category),
        segmented_property_type=Code(*region.kind),
        algorithm_type=how,
        algorithm_identification=algorithm,
        tracking_uid=UID(),  # by which it is known in other objects
        tracking_id=region.name,
        anatomic_regions=sites,
        display_color=CIELabColor.from_rgb(*(255 * part for part in region.rgb)),
    )


def _sites(answered: Answer) -> list[CodedConcept] | None:
    found = place(answered)
    if found is None:
        return None
    gland, side = found
    region = CodedConcept(*gland)
    if side is not None:
        region.AnatomicRegionModifierSequence = [CodedConcept(*side)]
    return [region]


def _algorithm(
    region: Region, is_given: bool
) -> tuple[str, AlgorithmIdentificationSequence | None]:
    """Return how a segment came about; the tumour is outlined by whoever reads the CT."""
    if region.ring is None:
        return "MANUAL", None
    algorithm = AlgorithmIdentificationSequence(
        name=f"{SOFTWARE} {region.name}",
        family=codes.DCM.AnalyticalAlgorithm,
        version=__version__,
        parameters={"ring": "refined or drawn by hand" if is_given else region.ring_words},
    )
    return ("SEMIAUTOMATIC" if is_given else "AUTOMATIC"), algorithm
